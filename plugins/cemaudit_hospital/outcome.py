"""What a treatment comes to: which planned visits did not happen, and one number for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cemaudit.model import Text
from cemaudit_hospital.episode import Episode, kind_of
from cemaudit_hospital.words import (
    AFTER,
    CLINIC_STEPS,
    FIRST,
    LAST,
    PLAN_UNTIL,
    PLAN_VISITS,
    PLAN_VISITS_CHANGED,
    number,
)

__all__ = ["LAST_WEIGHT", "WEIGHT", "Attendance", "attendance", "episode_score", "lost", "outcome", "weights"]

WEIGHT = Fraction(1)
"""What every visit counts."""

LAST_WEIGHT = Fraction(2)
"""What the last visit to the clinic counts: the end of a treatment is what is remembered."""


@dataclass(frozen=True)
class Attendance:
    """Visits to the clinic: ``planned`` (``None``: no plan known), recorded, and ``missing``, the drop-outs."""

    planned: int | None
    recorded: int
    missing: int

    @property
    def ahead(self) -> int:
        """Planned visits of a treatment that still runs: to come, or not recorded yet."""
        return 0 if self.planned is None else max(self.planned - self.recorded - self.missing, 0)

    @property
    def words(self) -> Text:
        """The counts in a sentence."""
        counts = [
            Text(ko=f"계획된 내원 {self.planned}회", en=f"{self.planned} planned")
            if self.planned is not None
            else None,
            Text(ko=f"기록된 내원 {self.recorded}회", en=f"{self.recorded} recorded"),
            Text(ko=f"계획했으나 이루어지지 않은 방문 {self.missing}회", en=f"{self.missing} planned but missing"),
            Text(ko=f"아직 기록이 없는 계획 방문 {self.ahead}회", en=f"{self.ahead} still ahead")
            if self.ahead
            else None,
        ]
        told = [count for count in counts if count]
        return Text(
            ko=", ".join(str(count.ko) for count in told) + ".",
            en="Visits to the clinic: " + ", ".join(str(count.en) for count in told) + ".",
        )


def attendance(episode: Episode) -> Attendance:
    """Planned against recorded visits.

    A visit is missing where the numbering leaves a gap, and where a treatment that is over (ended, or past its planned
    end) had fewer visits than planned. A treatment that still runs misses nothing yet.
    """
    recorded = sum(audit.visit.step in CLINIC_STEPS for audit in episode.audits)
    planned = _planned(episode)
    short = planned - recorded if planned is not None and _is_over(episode) else 0
    return Attendance(planned, recorded, max(short, _gaps(episode), 0))


def weights(episode: Episode) -> tuple[Fraction, ...]:
    """The weight of each visit: 0 where it has no score, else 1; 2 for the last one scored at the clinic."""
    values = episode.line(kind_of(episode).visit)
    scored = [place for place, value in enumerate(values) if value is not None]
    at_clinic = [place for place in scored if episode.audits[place].visit.step in CLINIC_STEPS]
    last = (at_clinic or scored)[-1:]
    return tuple(
        LAST_WEIGHT if place in last else WEIGHT if place in scored else Fraction(0) for place in range(len(values))
    )


def lost(values: Sequence[Fraction | None]) -> Fraction:
    """What a planned visit that did not happen counts: 0, or as the worst visit where that is below 0."""
    return min([Fraction(0), *(value for value in values if value is not None)])


def outcome(values: Sequence[Fraction | None], weighted: Sequence[Fraction], missing: int = 0) -> Fraction | None:
    """The weighted mean of the visits' scores; ``None`` where no visit has one.

    A drop-out is no blank: each missing visit counts ``lost``, so that losing a patient never raises the score.
    """
    scored = [(value, weight) for value, weight in zip(values, weighted, strict=True) if value is not None]
    total = sum((weight for _, weight in scored), Fraction(0))
    if not total:
        return None
    earned = sum((value * weight for value, weight in scored), Fraction(0))
    return (earned + missing * WEIGHT * lost(values)) / (total + missing * WEIGHT)


def episode_score(episode: Episode) -> Fraction | None:
    """``outcome`` of the episode's visits, drop-outs counted."""
    values = episode.line(kind_of(episode).visit)
    return outcome(values, weights(episode), attendance(episode).missing)


def _planned(episode: Episode) -> int | None:
    """The visits planned, as last told; unknown where the first visit is not among the audits."""
    if FIRST not in {audit.visit.step for audit in episode.audits}:
        return None
    told = [number(audit.visit, item) for audit in episode.audits for item in (PLAN_VISITS, PLAN_VISITS_CHANGED)]
    return next((int(visits) for visits in reversed(told) if visits is not None), None)


def _is_over(episode: Episode) -> bool:
    if {LAST, AFTER} & {audit.visit.step for audit in episode.audits}:
        return True
    until = [day for audit in episode.audits if (day := _day(audit.visit.answers.get(PLAN_UNTIL)))]
    seen = [audit.visit.day for audit in episode.audits if audit.visit.day]
    return bool(until and seen) and max(seen) > until[-1]


def _gaps(episode: Episode) -> int:
    """How many numbers are left out between the first and the last visit at hand."""
    numbers = {audit.visit.episode.number for audit in episode.audits if audit.visit.episode}
    return max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0


def _day(answer: object) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None
