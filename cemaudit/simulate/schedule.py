"""The schedule of visits: rounds over the year, and the visits of an episode one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from itertools import groupby
from random import Random

from cemaudit.model import Checklist, Step

__all__ = ["KOREA", "PlannedVisit", "VisitSchedule", "make_schedules"]

KOREA = timezone(timedelta(hours=9), "Asia/Seoul")
FIRST_DAY = date(2025, 3, 3)
BETWEEN_WAVES = timedelta(days=91)
MOST_WAVES = 4
LAST_STEP_KEPT = 0.6
SUNDAY = 6


@dataclass(frozen=True)
class PlannedVisit:
    """One visit to come: when, and which step of the course."""

    start: datetime
    step: str | None = None
    number: int = 1


@dataclass(frozen=True)
class VisitSchedule:
    """What one customer goes through: a single visit, or the visits of an episode.

    ``planned`` are the slots as agreed on at first; ``slots`` those that happened, fewer after a drop-out.
    """

    number: int
    wave: int
    scenario: str | None
    planned: tuple[PlannedVisit, ...]
    slots: tuple[PlannedVisit, ...]


def make_schedules(checklist: Checklist, count: int, drop_out: float, rng: Random) -> Iterator[VisitSchedule]:
    """Yield ``count`` courses of one store, spread over up to four waves a quarter of a year apart.

    ``drop_out`` is the chance (0..1) that a customer breaks off an episode.
    """
    waves = min(count, MOST_WAVES)
    for number in range(count):
        wave = number * waves // count
        # For whole episodes one of the first two, as later ones may be for single steps.
        scenarios = checklist.scenarios[:2] if checklist.steps else checklist.scenarios
        scenario = rng.choice(scenarios).id if scenarios else None
        day = FIRST_DAY + wave * BETWEEN_WAVES + timedelta(days=rng.randint(0, 27))
        if checklist.steps:
            planned = tuple(_episode(checklist.steps, day, rng))
            yield VisitSchedule(number + 1, wave + 1, scenario, planned, _after_drop_out(planned, drop_out, rng))
        else:
            slots = (PlannedVisit(_start(day, rng)),)
            yield VisitSchedule(number + 1, wave + 1, scenario, slots, slots)


def _episode(steps: Sequence[Step], day: date, rng: Random) -> Iterator[PlannedVisit]:
    """The steps in order, days apart; a run of steps that repeat comes one to three times as a whole."""
    line: list[str] = []
    for repeats, run in groupby(steps, key=lambda step: step.repeats):
        line += [step.id for step in run] * (rng.randint(1, 3) if repeats else 1)
    for number, step in enumerate(line, 1):
        yield PlannedVisit(_start(day, rng), step, number)
        day += timedelta(days=rng.randint(4, 9))


def _after_drop_out(planned: tuple[PlannedVisit, ...], drop_out: float, rng: Random) -> tuple[PlannedVisit, ...]:
    """All slots; or, where the customer drops out, at least two of them and often the last one, the look back."""
    if rng.random() >= drop_out or len(planned) < 4:
        return planned
    kept = planned[: rng.randint(2, len(planned) - 2)]
    if rng.random() < LAST_STEP_KEPT:
        kept = (*kept, replace(planned[-1], number=len(kept) + 1))
    return kept


def _start(day: date, rng: Random) -> datetime:
    """A time of that day (of the next, where it is a Sunday) at which one can visit."""
    if day.weekday() == SUNDAY:
        day += timedelta(days=1)
    minutes = rng.randrange(10 * 60 + 30, 18 * 60 + 30, 5)
    return datetime.combine(day, time(minutes // 60, minutes % 60), KOREA)
