"""One shopper in two stores at once: visits whose times overlap, found when one is sealed, linted or collected."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.entry.doubts.times import runs_over_days
from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.model import Checklist, Visit

__all__ = ["OVERLAP", "Stay", "Stays", "overlap_doubts", "stay_of"]

OVERLAP = "times.overlap"
"""The check of these doubts."""

LONGEST = dt.timedelta(days=2)
"""No stay is looked for that began earlier than so long before another: what takes longer is doubted by itself."""


class Stay(NamedTuple):
    """Where a shopper (``None``: not known) was, from when to when; ``agreed``: what was said of overlaps let stand."""

    started: dt.datetime
    finished: dt.datetime
    store: str
    visit: str
    shopper: str | None
    agreed: tuple[str, ...] = ()

    def overlaps(self, other: Stay) -> bool:
        """Whether the shopper was in two stores at once; visits that only touch do not overlap."""
        return (
            self.visit != other.visit
            and self.store != other.store
            and self.started < other.finished
            and other.started < self.finished
        )

    def agrees_to(self, other: Stay) -> bool:
        """Whether the overlap with ``other`` was let stand, in either visit."""
        return any(other.visit in cause for cause in self.agreed) or any(self.visit in cause for cause in other.agreed)

    def doubt(self, other: Stay) -> Doubt:
        """The doubt about this stay because of ``other``."""
        cause = message(
            "the same shopper was in store {store} at that time ({first} to {last}, visit {visit})",
            store=other.store, visit=other.visit,
            first=f"{other.started:%Y-%m-%d %H:%M}", last=f"{other.finished:%H:%M}",
        )  # fmt: skip
        return Doubt(OVERLAP, Problem(cause, "started", message("check the times of both visits")))


def stay_of(visit: Visit, checklist: Checklist) -> Stay | None:
    """Return where the shopper was; ``None`` where the times are not known, or the visit runs over days by design."""
    if not visit.started or not visit.finished or runs_over_days(visit, checklist):
        return None
    agreed = tuple(override.said for override in visit.overrides if override.check == OVERLAP)
    return Stay(visit.started, visit.finished, visit.store, visit.id, visit.shopper, agreed)


@dataclass
class Stays:
    """Where shoppers were. ``one_shopper``: all visits are of one person, as on a laptop, whatever code they bear."""

    one_shopper: bool = False
    _of_shopper: dict[str | None, list[Stay]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, stays: Iterable[Stay | None], *, one_shopper: bool = False) -> Stays:
        """Return these stays, those not known left out."""
        gathered = cls(one_shopper)
        for stay in stays:
            if stay:
                gathered.add(stay)
        return gathered

    def add(self, stay: Stay) -> None:
        """Add a stay; one of a shopper who is not known is compared with none."""
        if self.one_shopper or stay.shopper:
            insort(self._of_shopper[self._key(stay)], stay)

    def beside(self, stay: Stay) -> Iterator[Stay]:
        """Yield the stays of the same shopper that overlap with ``stay`` and were not let stand, in order of time."""
        if not self.one_shopper and not stay.shopper:
            return
        stays = self._of_shopper.get(self._key(stay), [])
        earliest = bisect_left(stays, stay.started - LONGEST, key=lambda other: other.started)
        for other in stays[earliest:]:
            if other.started >= stay.finished:
                break
            if stay.overlaps(other) and not stay.agrees_to(other):
                yield other

    def _key(self, stay: Stay) -> str | None:
        return None if self.one_shopper else stay.shopper


def overlap_doubts(visit: Visit, checklist: Checklist, stays: Stays) -> Iterator[Doubt]:
    """Yield a doubt for each of ``stays`` in another store that overlaps with the visit."""
    stay = stay_of(visit, checklist)
    if stay:
        yield from (stay.doubt(other) for other in stays.beside(stay))
