"""The marks of visits in a ledger, kept beside their state: what each lacks of what its checklist asks, and when its
shopper was there.

A mark is kept when a visit is collected, and stays as it was said then. Visits that were collected before marks were
kept get theirs before the next snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.entry.doubts import CompletenessCheck, Stay, Stays, stay_of
from cemaudit.exchange.canonical_json import read_line
from cemaudit.language import Message, message
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.database import Database, Value, select_in
from cemaudit.ledger.documents import VisitDocument, decompress
from cemaudit.ledger.purging import not_purged
from cemaudit.ledger.states import LATEST
from cemaudit.model import Checklist

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["VisitMark", "add_marks", "incomplete_visits", "mark_earlier_visits", "marks_of", "overlap_remarks"]

_AT_ONCE = 2_000
_PAIRS_AT_ONCE = 200
_A_DAY = dt.timedelta(days=1)
_NOON = 12
_WITHOUT_PROOF = ("evidence.", "notes.")


class VisitMark(NamedTuple):
    """What a visit lacks, as places of it (none: it is complete), and where its shopper was, where that is known."""

    missing: tuple[str, ...]
    stay: Stay | None = None


class _Unmarked(NamedTuple):
    """A visit in the ledger that has no mark."""

    number: int
    checklist: str
    document: bytes


def add_marks(entry: TrailEntry, marks: Mapping[int, VisitMark]) -> None:
    """Keep the marks of visits, by their numbers."""
    entry.add("mark", [(number, " ".join(mark.missing), *_times(mark.stay)) for number, mark in marks.items()])


def _times(stay: Stay | None) -> tuple[str | None, str | None]:
    # Of one zone, so that they compare as texts.
    if stay is None:
        return None, None
    return stay.started.astimezone(dt.UTC).isoformat(), stay.finished.astimezone(dt.UTC).isoformat()


def incomplete_visits(ledger: Ledger, covered: int) -> dict[int, str]:
    """Return the numbers up to ``covered`` of the visits that lack something, and the places of it, as kept."""
    return dict(ledger.database.run("select visit, missing from mark where missing <> '' and visit <= ?", (covered,)))


def marks_of(ledger: Ledger, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return what visits lack, by their numbers: places of a visit, none where it is complete."""
    query = "select visit, missing from mark where visit in ({places})"
    kept = {number: tuple(missing.split()) for number, missing in select_in(ledger.database, query, numbers)}
    without = [number for number in numbers if number not in kept]
    query = "select number, checklist, document from visit where number in ({places})"
    documents = list(map(_Unmarked._make, select_in(ledger.database, query, without)))
    return kept | {number: mark.missing for number, mark in _judged(ledger, documents)}


def mark_earlier_visits(ledger: Ledger) -> int:
    """Mark the visits that have no mark yet, some in one transaction, and return how many there were."""
    query = (
        "select number, checklist, document from visit where number > ? and not exists "
        "(select 1 from mark where mark.visit = visit.number) order by number limit ?"
    )
    marked, after = 0, 0
    while rows := list(map(_Unmarked._make, ledger.database.run(query, (after, _AT_ONCE)))):
        judged = dict(_judged(ledger, rows))
        after = rows[-1].number

        def work(entry: TrailEntry, judged: dict[int, VisitMark] = judged) -> int:
            # Another process may have marked them meanwhile.
            query = "select visit from mark where visit in ({places})"
            present = {number for (number,) in select_in(entry.database, query, list(judged))}
            new = {number: mark for number, mark in judged.items() if number not in present}
            add_marks(entry, new)
            entry.subject = f"{min(judged)}-{max(judged)}"
            return len(new)

        marked += ledger.write("marked", work)
    return marked


def _judged(ledger: Ledger, rows: Sequence[_Unmarked]) -> Iterator[tuple[int, VisitMark]]:
    """The mark of each visit, by its number."""
    if not rows:
        return
    checklists = ledger.shelf.checklists(sorted({row.checklist for row in rows}))
    checks = {ref: CompletenessCheck(checklist) for ref, checklist in checklists.items()}
    whole = set(not_purged(ledger, [row.number for row in rows]))
    for row in rows:
        visit = read_line(decompress(row.document))[0]
        missing = checks[row.checklist].missing(visit)
        # A purge took notes and evidence away: that they are not there says nothing of the visit as it came.
        if row.number not in whole:
            missing = tuple(place for place in missing if not place.startswith(_WITHOUT_PROOF))
        yield row.number, VisitMark(missing, stay_of(visit, checklists[row.checklist]) if visit.shopper else None)


def overlap_remarks(
    database: Database, documents: Sequence[VisitDocument], checklists: Mapping[str, Checklist]
) -> dict[int, tuple[Message, ...]]:
    """Return, by place among ``documents``, what is to be told where a shopper was in another store at that time.

    Compared with the visits in the ledger, of which these are some: of two that came together the later one tells it.
    """
    staying = [(place, document.stay) for place, document in enumerate(documents) if document.stay]
    if not staying:
        return {}
    new = {document.id for document in documents}
    stays = Stays.of(_kept_stays(database, [stay for _, stay in staying], new))
    remarks: dict[int, tuple[Message, ...]] = {}
    for place, stay in staying:
        told = [
            other for other in stays.beside(stay) if not stay.agrees_to(_with_agreement(database, other, checklists))
        ]
        if told:
            remarks[place] = tuple(
                message("visit {id}: {what}", id=stay.visit, what=stay.doubt(other).problem.what) for other in told
            )
        stays.add(stay)
    return remarks


def _kept_stays(database: Database, stays: Sequence[Stay], new: set[str]) -> Iterator[Stay]:
    """Where the same shoppers were on the same days, as the ledger knows it; without the visits that are ``new``."""
    pairs = sorted({(stay.shopper, day.isoformat()) for stay in stays for day in _days(stay) if stay.shopper})
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        chunk = pairs[start : start + _PAIRS_AT_ONCE]
        # The pairs themselves, and no ranges: a shopper may have thousands of visits.
        query = (
            "select mark.started, mark.finished, visit.store, visit.id, visit.shopper from visit "
            "join mark on mark.visit = visit.number "
            f"where (visit.shopper, visit.day) in (values {', '.join(['(?, ?)'] * len(chunk))}) "
            f"and mark.started is not null and {LATEST}"
        )
        values: list[Value] = [value for pair in chunk for value in pair]
        for started, finished, store, visit, shopper in database.run(query, values):
            if visit not in new:
                times = dt.datetime.fromisoformat(started), dt.datetime.fromisoformat(finished)
                yield Stay(*times, store, visit, shopper)


def _days(stay: Stay) -> Iterator[dt.date]:
    """The days of a stay; where it began in the morning also the day before, whose night may have lasted."""
    day = stay.started.date() - (_A_DAY if stay.started.hour < _NOON else dt.timedelta())
    while day <= stay.finished.date():
        yield day
        day += _A_DAY


def _with_agreement(database: Database, stay: Stay, checklists: Mapping[str, Checklist]) -> Stay:
    """A stay with what its shopper let stand, which only the visit itself says."""
    query = f"select checklist, document from visit where id = ? and {LATEST}"
    for ref, document in database.run(query, (stay.visit,)):
        checklist = checklists.get(ref)
        whole = stay_of(read_line(decompress(document))[0], checklist) if checklist else None
        return stay._replace(agreed=whole.agreed) if whole else stay
    return stay
