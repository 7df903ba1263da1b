"""What the gate finds in many visits, told once for each cause: how many visits, which, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cemaudit.entry.doubts.completeness import is_doubt_of_completeness
from cemaudit.entry.doubts.doubt import Doubt, open_doubts
from cemaudit.entry.doubts.gate import gate_doubts
from cemaudit.entry.doubts.overlaps import Stays, overlap_doubts, stay_of
from cemaudit.errors import Problem, Sayable
from cemaudit.language import Message, message
from cemaudit.model import Checklist, Visit

__all__ = ["GateRemark", "GateReport", "incomplete_count"]

VISITS_SHOWN = 3
PLACES_SHOWN = 8
VALUES_SHOWN = 3
MOST_GROUPS = 1_000
"""Causes kept; of a further one nothing is told."""


class GateRemark(NamedTuple):
    """What the gate found for one cause: the ``visits`` in words, and the ``doubt`` about all of them."""

    visits: Sayable
    doubt: Doubt


@dataclass
class GateReport:
    """Looks at the visits that pass a door, one after the other, and keeps what it finds by its cause.

    ``visits`` were looked at, of which ``incomplete`` lack something their checklist asks.
    """

    visits: int = 0
    incomplete: int = 0
    _groups: dict[tuple[str, ...], _RemarkGroup] = field(default_factory=dict)
    _stays: Stays = field(default_factory=Stays)

    def look(self, visit: Visit, checklist: Checklist, review: Iterable[Problem] = (), name: str = "") -> list[Doubt]:
        """Return what is doubted of a visit that fits its checklist, without what its shopper let stand.

        The visit is told by ``name``, else by its id. Each visit is compared with those looked at before: nobody is in
        two stores at once.
        """
        doubts = [*gate_doubts(visit, checklist, review), *overlap_doubts(visit, checklist, self._stays)]
        unsettled = open_doubts(doubts, visit)
        self.visits += 1
        self.incomplete += any(map(is_doubt_of_completeness, unsettled))
        stay = stay_of(visit, checklist)
        if stay:
            self._stays.add(stay)
        for doubt in unsettled:
            self._add(name or visit.id, name or str(message("visit {id}", id=visit.id)), doubt)
        return unsettled

    @property
    def remarks(self) -> list[GateRemark]:
        """One remark for each cause, which names the first visits and counts the others."""
        return [group.told() for group in self._groups.values()]

    def _add(self, name: str, alone: str, doubt: Doubt) -> None:
        key = _cause_of(doubt)
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) == MOST_GROUPS:
                return
            group = self._groups[key] = _RemarkGroup(doubt, alone)
        group.add(name, doubt.problem)


def incomplete_count(incomplete: int, visits: int) -> Message:
    """Return the sentence that stands under every table: how many of the visits in it are incomplete."""
    return message("{count} of {visits} visits are incomplete", count=f"{incomplete:,}", visits=f"{visits:,}")


@dataclass
class _RemarkGroup:
    """Doubts of one cause: the first of them, its first visits, and how often each place and value came.

    ``alone``: what the first visit is called where it is the only one.
    """

    first: Doubt
    alone: str
    visits: list[str] = field(default_factory=list)
    count: int = 0
    places: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, None]] = field(default_factory=dict)
    _last: str = ""

    def add(self, visit: str, problem: Problem) -> None:
        """Add a doubt; a visit is counted once however many places of it are doubted."""
        # The name of the field is for programs: people know the ids of items and touchpoints.
        _, mark, name = problem.place.partition(".")
        if mark:
            self.places[name] = self.places.get(name, 0) + 1
        if isinstance(problem.what, Message):
            for key, value in problem.what.values.items():
                values = self.values.setdefault(key, {})
                if len(values) <= VALUES_SHOWN:
                    values.setdefault(str(value))
        if self.count and visit == self._last:
            return
        self._last = visit
        self.count += 1
        if len(self.visits) < VISITS_SHOWN:
            self.visits.append(visit)

    def told(self) -> GateRemark:
        """The doubt about all visits."""
        problem = Problem(self._cause(), ", ".join(self._names()), self.first.problem.hint)
        return GateRemark(self._visits(), replace(self.first, problem=problem))

    def _visits(self) -> Sayable:
        """The first visits, and how many there are."""
        if self.count == 1:
            return self.alone
        values = {"count": f"{self.count:,}", "names": ", ".join(self.visits)}
        if self.count == len(self.visits):
            return message("{count} visits ({names})", **values)
        return message("{count} visits ({names} and {more} more)", **values, more=f"{self.count - len(self.visits):,}")

    def _cause(self) -> Sayable:
        cause = self.first.problem.what
        if not isinstance(cause, Message):
            return cause
        differing = {
            name: "; ".join(list(values)[:VALUES_SHOWN]) + ("; …" if len(values) > VALUES_SHOWN else "")
            for name, values in self.values.items()
            if len(values) > 1
        }
        return Message(cause.text, {**cause.values, **differing})

    def _names(self) -> Iterator[str]:
        """The items and touchpoints; those not of all the visits with the number of theirs."""
        for name, count in list(self.places.items())[:PLACES_SHOWN]:
            yield name if count == self.count else f"{name} ({count:,})"
        if len(self.places) > PLACES_SHOWN:
            yield str(message("and {count} more", count=len(self.places) - PLACES_SHOWN))


def _cause_of(doubt: Doubt) -> tuple[str, ...]:
    """Check, cause and remedy; what differs from visit to visit is no part of a cause."""
    cause, hint = doubt.problem.what, doubt.problem.hint
    cause_text = cause.text if isinstance(cause, Message) else str(cause)
    # The time that may have been meant differs, too.
    remedy = hint.text if isinstance(hint, Message) else str(hint or "")
    return doubt.check, cause_text, remedy
