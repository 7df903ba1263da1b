"""One file of answers scored under another scheme; in whatever process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.lines import read_line
from cemaudit.language import message
from cemaudit.ledger.database import Database
from cemaudit.ledger.documents import unpacked
from cemaudit.ledger.opening import open_database
from cemaudit.ledger.rescoring.restoring import Wanted, restored, wanted
from cemaudit.ledger.snapshot.block import about_scores, marks_of
from cemaudit.ledger.snapshot.heads import HEADS
from cemaudit.ledger.snapshot.manifest import Part
from cemaudit.ledger.snapshot.names import score_columns
from cemaudit.ledger.snapshot.parquet import Written, listed, own_link, reading_of, write
from cemaudit.ledger.snapshot.scores import score_fields
from cemaudit.ledger.snapshot.table import Beside, Table, words
from cemaudit.model import Visit

__all__ = ["Again", "Job", "score_again"]

Array = NDArray[Any]

_NUMBER = Wanted("number", "number")
_REMEMBERED = 100  # visits, while their scores are decided one after the other


class Job(NamedTuple):
    """What is to be scored: a file of ``answers``; ``checklist`` and ``scheme`` as JSON; the ledger's ``url``."""

    url: str
    folder: Path
    answers: Part
    checklist: str
    scheme: str
    blocked: tuple[str, ...]


class Again(NamedTuple):
    """The file of scores, still without a name; ``fallbacks``: what was scored visit by visit, and why."""

    answers: Part
    written: Written
    fallbacks: Mapping[str, str]


def score_again(job: Job) -> Again:
    """Score the visits of a file of answers, and write their scores in the same order."""
    marks = marks_of(job.checklist, job.scheme, job.blocked)
    checklist, scheme = marks.plan.checklist, marks.plan.scheme
    answers = job.folder / job.answers.file
    arrays = _read(answers, [_NUMBER, *wanted(checklist)])
    with _visits(job.url, arrays[_NUMBER.name]) as whole:
        found, scored = marks.run(restored(checklist, arrays, whole))
    fields = [
        words("scheme", np.zeros(scored.rows, np.int8), [scheme.ref]),
        words("band", scored.bands, [band.label for band in scored.scheme_bands]),
        *score_fields(found, score_columns(marks.plan)),
    ]
    table = Table(scored.rows, fields, about_scores([marks]), Beside(answers, HEADS))
    written = write(table, job.folder / "rescored" / checklist.ref / scheme.ref)
    return Again(job.answers, written, {name: str(why) for name, why in marks.fallbacks.items()})


def _read(path: Path, columns: list[Wanted]) -> dict[str, Array]:
    """The columns of a file as arrays; of texts, ``None`` where there is none."""
    named = [f"{one.sql} as c{number}" for number, one in enumerate(columns)]
    with reading_of(path), own_link() as link:
        found = link.execute(f"select {', '.join(named)} from {listed([path])}").fetchnumpy()
    return {one.name: _plain(found[f"c{number}"]) for number, one in enumerate(columns)}


def _plain(array: Array) -> Array:
    plain = np.asarray(array)
    if plain.dtype == object:
        plain[np.ma.getmaskarray(array)] = None
    return plain


@contextmanager
def _visits(url: str, numbers: Array) -> Iterator[Callable[[int], Visit]]:
    """The visit of each row, as the ledger has it; asked only where one is needed."""
    links: list[Database] = []

    @lru_cache(maxsize=_REMEMBERED)
    def visit(row: int) -> Visit:
        if not links:
            links.append(open_database(url))
        rows = links[0].run("select document from visit where number = ?", (int(numbers[row]),))
        if not rows:
            what = message("visit {number} of the snapshot is not in the ledger", number=numbers[row])
            raise BadInput(Problem(what, links[0].place))
        return read_line(unpacked(rows[0][0]))[0]

    try:
        yield visit
    finally:
        for link in links:
            link.close()
