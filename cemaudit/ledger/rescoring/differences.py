"""Differences between the scores of two schemes, and their causes."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cemaudit.exchange import read_line
from cemaudit.ledger.database import select_in
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.query.reading import Reading, ScoreTable
from cemaudit.ledger.snapshot.names import ScoreColumn, quoted
from cemaudit.ledger.snapshot.taking import SchemesInForce
from cemaudit.scoring import Engine
from cemaudit.scoring.plan import Plan, make_plan_of_kept
from cemaudit.scoring.rescore import rescore

__all__ = ["CauseCounts", "SchemeDifference", "StoreChange", "count_causes", "scheme_difference"]


class CauseCounts(NamedTuple):
    """In how many of the ``visits`` looked at each kind of cause is found (see ``scoring.rescore.Cause``)."""

    visits: int
    kinds: Counter[str]


def count_causes(ledger: Ledger, engine: Engine, numbers: Sequence[int], scheme: str, most: int) -> CauseCounts:
    """Count the causes in the visits of these numbers; in ``most`` of them, evenly spread, where they are more."""
    schemes = SchemesInForce(ledger, engine)
    plans: dict[tuple[str, str], Plan] = {}

    def plan(ref: str, name: str) -> Plan:
        if (ref, name) not in plans:
            checklist = ledger.shelf.checklists([ref])[ref]
            plans[ref, name] = make_plan_of_kept(checklist, schemes[name], engine.library.aggregators)
        return plans[ref, name]

    kinds: Counter[str] = Counter()
    # Evenly spread over all numbers, so that no year and no store is left out.
    chosen = numbers
    if len(numbers) > most:
        chosen = [numbers[index * len(numbers) // most] for index in range(most)]
    query = "select document from visit where number in ({places})"
    for (document,) in select_in(ledger.database, query, chosen):
        visit, _ = read_line(decompress(document))
        own = schemes.of(ledger.shelf.checklists([visit.checklist])[visit.checklist], visit.day)
        causes = rescore(visit, plan(visit.checklist, own.ref), plan(visit.checklist, scheme)).causes
        kinds.update({cause.kind for cause in causes})
    return CauseCounts(len(chosen), kinds)


HUNDRED = 100


class StoreChange(NamedTuple):
    """A store's ``visits``; ``moved`` of them to another band; of those ``scored`` under both, the hundredths' sums."""

    visits: int = 0
    moved: int = 0
    scored: int = 0
    before: int = 0
    after: int = 0

    def and_also(self, other: StoreChange) -> StoreChange:
        """Return both together."""
        return StoreChange(*map(sum, zip(self, other, strict=True)))

    @property
    def mean(self) -> float | None:
        """Return how much the headline changes on average, in points."""
        return (self.after - self.before) / (self.scored * HUNDRED) if self.scored else None


@dataclass
class SchemeDifference:
    """The visits of a checklist: how many of each band ``before`` and after, each store, who ``changed`` (numbers)."""

    bands: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    stores: dict[str, StoreChange] = field(default_factory=dict)
    changed: list[int] = field(default_factory=list)

    @property
    def whole(self) -> StoreChange:
        """Return all stores together."""
        total = StoreChange()
        for change in self.stores.values():
            total = total.and_also(change)
        return total


def scheme_difference(reading: Reading, ref: str, scheme: str, since: dt.date | None = None) -> SchemeDifference:
    """Compare the visits of a checklist that count, under the schemes in force on their days and under ``scheme``."""
    difference = SchemeDifference()
    stores: dict[str, StoreChange] = defaultdict(StoreChange)
    for before in reading.scores(ref):
        for after in reading.again(ref, scheme):
            reading.view("before", before.parts)
            reading.view("after", after.parts)
            pair = _SchemePair(_headline(before), _headline(after), since)
            for store, *numbers in reading.ask(*pair.stores()):
                stores[store] = stores[store].and_also(StoreChange(*(int(number or 0) for number in numbers)))
            for earlier, later, count in reading.ask(*pair.bands()):
                difference.bands[earlier, later] += count
            difference.changed += [number for (number,) in reading.ask(*pair.changed())]
    difference.stores = dict(sorted(stores.items()))
    return difference


def _headline(table: ScoreTable) -> ScoreColumn:
    leading = table.schemes[-1].leading
    return next(column for column in table.scores if column.measure == leading)


class _SchemePair(NamedTuple):
    """The SQL that compares two tables of scores by their headlines."""

    before: ScoreColumn
    after: ScoreColumn
    since: dt.date | None

    def stores(self) -> tuple[str, Sequence[Any]]:
        """For each store the numbers of a ``StoreChange``."""
        earlier, later = self._scores()
        both = f"{earlier} is not null and {later} is not null"
        sums = ", ".join(f"sum(case when {both} then cast({headline} as bigint) end)" for headline in (earlier, later))
        moved = f"count(case when {_OTHER_BAND} then 1 end)"
        select_list = f"after.store, count(*), {moved}, count(case when {both} then 1 end), {sums}"
        return self._asked(select_list, "group by after.store")

    def bands(self) -> tuple[str, Sequence[Any]]:
        """The bands before and after, and how many visits have them."""
        return self._asked("before.band, after.band, count(*)", "group by before.band, after.band")

    def changed(self) -> tuple[str, Sequence[Any]]:
        """The numbers of visits with another headline or band."""
        earlier, later = self._scores()
        other = f"coalesce({earlier}, {_NEVER}) <> coalesce({later}, {_NEVER})"
        return self._asked("after.number", "order by after.number", f" and ({other} or {_OTHER_BAND})")

    def _scores(self) -> Iterator[str]:
        yield f"before.{quoted(self.before.score)}"
        yield f"after.{quoted(self.after.score)}"

    def _asked(self, select_list: str, behind: str, only: str = "") -> tuple[str, Sequence[Any]]:
        days = " and after.day >= ?" if self.since else ""
        text = (
            f"select {select_list} from after join before on before.number = after.number "
            f"where after.number not in (select number from gone){days}{only} {behind}"
        )
        return text, [self.since] if self.since else []


# In SQL nothing equals nothing: a score that is missing under both schemes would seem to have changed.
_NEVER = -(2**62)
_OTHER_BAND = "coalesce(before.band, '') <> coalesce(after.band, '')"
