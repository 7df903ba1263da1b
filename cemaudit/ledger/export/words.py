"""What shoppers wrote, from the ledger's documents: for exports that ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cemaudit.exchange.lines import read_line
from cemaudit.ledger.documents import unpacked
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.snapshot.manifest import Part
from cemaudit.model import Checklist, Visit
from cemaudit.model.answers import TextAnswer

__all__ = ["Word", "across", "down", "words_of"]

_AT_ONCE = 2_000


class Word(NamedTuple):
    """What the visit of that number says: ``what`` is ``note``, ``text`` (an answer), ``claim`` or ``blame``."""

    number: int
    what: str
    name: str
    text: str


def words_of(ledger: Ledger, checklist: Checklist, part: Part) -> Iterator[Word]:
    """All words of the visits of a file of answers, in the order of numbers."""
    asked = [item.id for item in checklist.items.values() if isinstance(item.answer, TextAnswer)]
    query = (
        "select number, document from visit where checklist = ? and number >= ? and number <= ? order by number limit ?"
    )
    first = part.first
    while rows := ledger.database.run(query, (part.checklist, first, part.last, _AT_ONCE)):
        for number, document in rows:
            yield from _words(number, read_line(unpacked(document))[0], asked)
        first = rows[-1][0] + 1


def _words(number: int, visit: Visit, asked: Sequence[str]) -> Iterator[Word]:
    yield from (Word(number, "note", item, text) for item, text in visit.notes.items() if text)
    answers = ((item, visit.answers.get(item)) for item in asked)
    yield from (Word(number, "text", item, str(text)) for item, text in answers if text)
    for what, complaints in (("claim", visit.claims), ("blame", visit.blames)):
        texts: dict[str, list[str]] = defaultdict(list)
        for complaint in complaints:
            texts[complaint.touchpoint].append(complaint.text)
        yield from (
            Word(number, what, name, "\n".join(filter(None, some))) for name, some in texts.items() if any(some)
        )


def across(words: Iterable[Word], names: Sequence[str]) -> dict[str, Any]:
    """A row for each visit, with a column for each of ``names`` (``what:name``)."""
    rows: dict[int, dict[str, str]] = defaultdict(dict)
    for word in words:
        rows[word.number][f"{word.what}:{word.name}"] = word.text
    columns = {name: _texts([row.get(name) for row in rows.values()]) for name in names}
    return {"number": np.array(list(rows), np.int64), **columns}


def down(words: Iterable[Word]) -> dict[str, Any]:
    """A row for each word."""
    found = list(words)
    texts = {name: _texts([getattr(word, name) for word in found]) for name in ("what", "name", "text")}
    return {"number": np.array([word.number for word in found], np.int64), **texts}


def _texts(values: Sequence[str | None]) -> Any:
    return np.array(values, object)
