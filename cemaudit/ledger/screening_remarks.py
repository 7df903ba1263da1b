"""Remarks of the screening on visits: what an editor should look at, kept as it was said, and deciding nothing.

A remark holds no words of anybody: the rule, the place in the visit, the other visit it is about, and a figure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.language import N_, Message, message, translate
from cemaudit.ledger.database import Value, select_in
from cemaudit.ledger.states import LATEST

if TYPE_CHECKING:
    from cemaudit.ledger.audit_trail import TrailEntry
    from cemaudit.ledger.ledger import Ledger

__all__ = [
    "AGAINST",
    "ALIKE",
    "PACE",
    "PICTURES",
    "PLACES",
    "RULE_TITLES",
    "TEXTS",
    "RemarkedVisit",
    "ScreeningRemark",
    "keep_picture_hashes",
    "picture_hashes",
    "remark_words",
    "remarked_visits",
    "remarks_since",
    "save_remarks",
]


TEXTS, PICTURES, PLACES, PACE, ALIKE, AGAINST = "texts", "pictures", "places", "pace", "alike", "against"

RULE_TITLES: Mapping[str, str] = {
    TEXTS: N_("nearly the same text as in another visit"),
    PICTURES: N_("nearly the same picture as in another visit"),
    PLACES: N_("the shopper was in another store at that time"),
    PACE: N_("much shorter than visits by this checklist are"),
    ALIKE: N_("the same feeling everywhere, or every answer as in an earlier visit"),
    AGAINST: N_("complained of, although all was met and felt well"),
}
"""What each rule remarks on, by the name that remarks carry."""


class ScreeningRemark(NamedTuple):
    """What a ``rule`` says of a visit (by its number in the ledger) at a ``place`` of it; ``other``: a further visit's.

    ``figure``: what it rests on, a number as text (a share, a distance, minutes).
    """

    visit: int
    rule: str
    place: str
    other: int | None
    figure: str


class RemarkedVisit(NamedTuple):
    """A visit that a remark is about, as the ledger knows it."""

    number: int
    id: str
    store: str
    shopper: str | None
    wave: str | None
    day: str | None


def save_remarks(ledger: Ledger, remarks: Iterable[ScreeningRemark]) -> int:
    """Add the remarks that were not made before, and return how many those are."""
    listed = sorted(remarks, key=lambda remark: (remark.visit, remark.rule, remark.place, remark.other or 0))

    def work(entry: TrailEntry) -> int:
        query = "select visit, rule, place from screening where visit in ({places})"
        visits = sorted({remark.visit for remark in listed})
        made: set[tuple[int, str, str]] = {tuple(row) for row in select_in(entry.database, query, visits)}
        # Said once of a place in a visit: which other visit is the nearest may change with every collection.
        new = [remark for remark in listed if (remark.visit, remark.rule, remark.place) not in made]
        first = entry.next_number("screening")
        entry.add("screening", [(number, *remark, entry.at) for number, remark in enumerate(new, first)])
        entry.subject = str(len(new))
        return len(new)

    return ledger.write("screened", work)


def remarks_since(ledger: Ledger, since: dt.date | None = None) -> list[ScreeningRemark]:
    """Return the remarks on visits that were collected from a day (UTC) on, and were not amended since; in order."""
    query = (
        "select screening.visit, screening.rule, screening.place, screening.other, screening.figure from screening "
        "join visit on visit.number = screening.visit join trail on trail.number = visit.batch "
        f"where trail.at >= ? and {LATEST} order by screening.visit, screening.number"
    )
    return [ScreeningRemark(*row) for row in ledger.database.run(query, (since.isoformat() if since else "",))]


def remark_words(ledger: Ledger) -> dict[int, list[Message]]:
    """Return what was remarked on visits, in words, by the number of the visit."""
    remarks = remarks_since(ledger)
    others = remarked_visits(ledger, sorted({remark.other for remark in remarks if remark.other}))
    words: dict[int, dict[Message, None]] = defaultdict(dict)
    for remark in remarks:
        title, other = translate(RULE_TITLES[remark.rule]), others.get(remark.other or 0)
        if other:
            text = message("{rule}: visit {other}, store {store}", rule=title, other=other.id, store=other.store)
        else:
            text = message("{rule}: {place}", rule=title, place=remark.place or "-")
        words[remark.visit][text] = None
    return {number: list(texts) for number, texts in words.items()}


def remarked_visits(ledger: Ledger, numbers: Sequence[int]) -> dict[int, RemarkedVisit]:
    """Return the visits of these numbers."""
    query = f"select {', '.join(RemarkedVisit._fields)} from visit where number in ({{places}})"
    return {row[0]: RemarkedVisit(*row) for row in select_in(ledger.database, query, numbers)}


def picture_hashes(ledger: Ledger) -> dict[str, str]:
    """Return how pictures look that were looked at before, by the names of their files."""
    return dict(ledger.database.run("select file, hash from picture_hash"))


def keep_picture_hashes(ledger: Ledger, hashes: Mapping[str, str]) -> None:
    """Keep how pictures look; nothing vouches for it, for it can be found again at any time."""
    rows: list[tuple[Value, ...]] = sorted(hashes.items())

    def work(entry: TrailEntry) -> None:
        entry.database.many("insert into picture_hash (file, hash) values (?, ?) on conflict do nothing", rows)

    if rows:
        ledger.write("screened", work)
