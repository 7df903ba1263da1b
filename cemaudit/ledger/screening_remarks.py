"""Remarks of the screening on visits: what an editor should look at, kept as it was said, and deciding nothing.

A remark holds no words of anybody: the rule, the place in the visit, the other visit it is about, and a figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.ledger.database import Value, select_in
from cemaudit.ledger.states import LATEST

if TYPE_CHECKING:
    from cemaudit.ledger.audit_trail import TrailEntry
    from cemaudit.ledger.ledger import Ledger

__all__ = [
    "RemarkedVisit",
    "ScreeningRemark",
    "keep_picture_hashes",
    "picture_hashes",
    "remarked_visits",
    "remarks_since",
    "save_remarks",
]


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
        ((last,),) = entry.database.run("select coalesce(max(number), 0) from screening")
        entry.add("screening", [(last + index, *remark, entry.at) for index, remark in enumerate(new, 1)])
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
