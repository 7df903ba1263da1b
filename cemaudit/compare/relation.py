"""Relation: the experience of a store again and again, visit after visit, which its mean score does not show.

A visit is clean if no touchpoint of it has an experience below 0. Shares have Wilson's interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.intervals import Interval, Standing, wilson_interval
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.compare.visit_table import NO_DAY

__all__ = [
    "LONG_RUN",
    "UNKNOWN_FLAG",
    "BrokenRun",
    "MonthShare",
    "RelationSummary",
    "StoreRelation",
    "VisitFlags",
    "VisitRun",
    "VisitShare",
    "clean_share_by_month",
    "relation_of_stores",
    "unlike_pairs",
    "visit_run",
]

LONG_RUN = 5
"""Clean visits in a row from which on it is an alert that the next one was not clean."""

NEIGHBOURS = 20
"""How far apart in a league two stores are still looked at as a pair of equal scores."""

UNKNOWN_FLAG = -1
"""In place of 0 and 1 where a visit does not say it."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class VisitFlags:
    """Visits (N,) in any order.

    ``store``: a place in ``stores``, their ids; ``day``: days since 1970 (``NO_DAY``: not known); ``number``: the order
    of the visits of a day. ``negative``: 1 where a touchpoint's experience was below 0; ``broken``: 1 where a promise
    (a duty, a hand-over, a fact) was not kept; 0 where not, and ``UNKNOWN_FLAG`` where nothing of it was asked.
    """

    stores: tuple[str, ...]
    store: NDArray[np.int64]
    day: NDArray[np.int64]
    number: NDArray[np.int64]
    negative: NDArray[np.int8]
    broken: NDArray[np.int8]

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> VisitFlags:
        """Return these ``rows``: the true ones of (N,), or those at these places, in that order."""
        return VisitFlags(
            self.stores, self.store[rows], self.day[rows], self.number[rows], self.negative[rows], self.broken[rows]
        )

    def in_order(self) -> VisitFlags:
        """Return the visits whose day is known, store by store, by day and within a day by number."""
        dated = self.select(self.day != NO_DAY)
        return dated.select(np.lexsort((dated.number, dated.day, dated.store)))


class VisitShare(NamedTuple):
    """``hits`` of ``visits``; ``share`` is ``None`` without visits."""

    hits: int
    visits: int
    interval: Interval

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return self.hits / self.visits if self.visits else None


class VisitRun(NamedTuple):
    """Visits in a row: the ``longest`` run there was, and the ``current`` one, which the last visit ends."""

    longest: int
    current: int


@dataclass(frozen=True, slots=True)
class StoreRelation:
    """The relation of a store to its customers, as its visits show it, one after the other.

    ``clean``: the visits without a touchpoint below 0, among all whose experience is known. ``kept``: those in which
    every promise looked at was kept, among those that looked at any; ``None`` where none did. ``recovered``: the clean
    ones among the visits that follow next upon one that was not clean. ``broken_run``: how many clean visits in a row
    the last visit ended, which was not clean itself; 0 where it was.
    """

    store: str
    clean: VisitShare
    clean_run: VisitRun
    kept: VisitShare | None
    kept_run: VisitRun | None
    recovered: VisitShare
    broken_run: int = 0


class BrokenRun(NamedTuple):
    """A ``store`` whose last visit was not clean, after so many ``visits`` in a row that were."""

    store: str
    visits: int


@dataclass(frozen=True)
class RelationSummary:
    """The relation of all ``stores`` by id, and of the chain: the same shares over all of them.

    ``undated``: visits left out, for their day is not known; ``unscored``: those whose experience is not known.
    ``level``: how often an interval is meant to hold the truth.
    """

    stores: Mapping[str, StoreRelation]
    clean: VisitShare
    kept: VisitShare | None
    recovered: VisitShare
    undated: int
    unscored: int
    level: float

    def unlike_the_chain(self) -> tuple[list[str], list[str]]:
        """Return the stores whose share of clean visits is below the chain's by more than chance, and those above."""
        share = self.clean.share or 0.0
        below = [store for store, relation in self.stores.items() if relation.clean.interval.high < share]
        above = [store for store, relation in self.stores.items() if relation.clean.interval.low > share]
        return below, above

    def broken_runs(self) -> list[BrokenRun]:
        """Return the stores whose last visit broke a run of ``LONG_RUN`` clean visits or more, the longest first."""
        broken = [BrokenRun(store, relation.broken_run) for store, relation in self.stores.items()]
        return sorted((run for run in broken if run.visits >= LONG_RUN), key=lambda run: (-run.visits, run.store))

    def broken_by_chance(self) -> float:
        """Return how many broken runs are expected if all stores had the chain's share of clean visits, by chance."""
        share = self.clean.share or 0.0
        long_enough = sum(relation.clean.visits > LONG_RUN for relation in self.stores.values())
        return long_enough * share**LONG_RUN * (1 - share)


class MonthShare(NamedTuple):
    """The clean visits of a ``month``, as ``2026-11``."""

    month: str
    clean: VisitShare


def relation_of_stores(visits: VisitFlags, level: float = DEFAULT_RULES.level) -> RelationSummary:
    """Return the relation of each store that has a dated visit, in the order of ``visits.stores``."""
    ordered = visits.in_order()
    starts = np.searchsorted(ordered.store, np.arange(len(visits.stores) + 1))
    stores = {
        name: _store_relation(name, ordered.negative[start:end], ordered.broken[start:end], level)
        for name, start, end in zip(visits.stores, starts[:-1], starts[1:], strict=True)
        if end > start
    }
    every = stores.values()
    kept = [relation.kept for relation in every if relation.kept]
    return RelationSummary(
        stores,
        clean=_together([relation.clean for relation in every], level),
        kept=_together(kept, level) if kept else None,
        recovered=_together([relation.recovered for relation in every], level),
        undated=int((visits.day == NO_DAY).sum()),
        unscored=int((ordered.negative == UNKNOWN_FLAG).sum()),
        level=level,
    )


def clean_share_by_month(visits: VisitFlags, level: float = DEFAULT_RULES.level) -> tuple[MonthShare, ...]:
    """Return the share of clean visits of each month that has any whose experience is known, in their order."""
    known = visits.select((visits.day != NO_DAY) & (visits.negative != UNKNOWN_FLAG))
    months = known.day.astype("datetime64[D]").astype("datetime64[M]")
    return tuple(
        MonthShare(str(month), _share(known.negative[months == month] == 0, level)) for month in np.unique(months)
    )


def visit_run(flags: Flags) -> VisitRun:
    """Return the runs of what is true in ``flags`` (N,), which are in their order."""
    ends = np.concatenate([[-1], np.flatnonzero(~flags), [len(flags)]])
    lengths = np.diff(ends) - 1
    return VisitRun(int(lengths.max()), int(lengths[-1]))


def unlike_pairs(relation: RelationSummary, standings: Sequence[Standing]) -> list[tuple[Standing, Standing]]:
    """Return pairs of stores with the same score and another relation, those whose scores are nearest first.

    The same score: that of each lies within the interval of the other. Another relation: the intervals of their shares
    of clean visits have nothing in common. A store is in one pair at most; the one with more clean visits stands first.
    """
    ranked = sorted((one for one in standings if one.store in relation.stores), key=lambda one: (one.score, one.store))
    pairs = []
    for place, one in enumerate(ranked):
        for other in ranked[place + 1 : place + 1 + NEIGHBOURS]:
            own, others = relation.stores[one.store].clean, relation.stores[other.store].clean
            alike = one.interval.high >= other.score and other.interval.low <= one.score
            if alike and own.interval.high < others.interval.low:
                pairs.append((other, one))
            elif alike and others.interval.high < own.interval.low:
                pairs.append((one, other))
    paired: set[str] = set()
    kept = []
    for first, second in sorted(pairs, key=lambda pair: abs(pair[0].score - pair[1].score)):
        if not {first.store, second.store} & paired:
            paired |= {first.store, second.store}
            kept.append((first, second))
    return kept


def _store_relation(store: str, negative: NDArray[np.int8], broken: NDArray[np.int8], level: float) -> StoreRelation:
    """Return the relation of a store from the flags of its visits in their order."""
    clean = negative[negative != UNKNOWN_FLAG] == 0
    kept = broken[broken != UNKNOWN_FLAG] == 0
    after_failure = clean[1:][~clean[:-1]]
    return StoreRelation(
        store,
        clean=_share(clean, level),
        clean_run=visit_run(clean),
        kept=_share(kept, level) if len(kept) else None,
        kept_run=visit_run(kept) if len(kept) else None,
        recovered=_share(after_failure, level),
        broken_run=visit_run(clean[:-1]).current if len(clean) and not clean[-1] else 0,
    )


def _share(flags: Flags, level: float) -> VisitShare:
    hits = int(flags.sum())
    return VisitShare(hits, len(flags), wilson_interval(hits, len(flags), level))


def _together(shares: list[VisitShare], level: float) -> VisitShare:
    """Return the share of the visits of several stores."""
    hits, visits = sum(share.hits for share in shares), sum(share.visits for share in shares)
    return VisitShare(hits, visits, wilson_interval(hits, visits, level))
