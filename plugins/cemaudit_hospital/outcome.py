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

__all__ = ["LAST_WEIGHT", "WEIGHT", "Attendance", "attendance", "episode_score", "outcome", "weights"]

WEIGHT = Fraction(1)
"""What every visit counts."""

LAST_WEIGHT = Fraction(2)
"""What the last scored visit counts: the end of a treatment is what is remembered."""


@dataclass(frozen=True)
class Attendance:
    """Visits to the clinic: ``planned`` (``None``: no plan known), recorded, and ``missing``, the drop-outs."""

    planned: int | None
    recorded: int
    missing: int

    @property
    def words(self) -> Text:
        """The counts in a sentence."""
        if self.planned is None:
            return Text(
                ko=f"기록된 내원 {self.recorded}회, 계획했으나 이루어지지 않은 방문 {self.missing}회.",
                en=f"Visits to the clinic: {self.recorded} recorded, {self.missing} planned but missing.",
            )
        return Text(
            ko=f"계획된 내원 {self.planned}회, 기록된 내원 {self.recorded}회, "
            f"계획했으나 이루어지지 않은 방문 {self.missing}회.",
            en=f"Visits to the clinic: {self.planned} planned, {self.recorded} recorded, "
            f"{self.missing} planned but missing.",
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


def weights(values: Sequence[Fraction | None]) -> tuple[Fraction, ...]:
    """The weight of each visit: 0 where it has no score, else 1, and 2 for the last one scored."""
    scored = [place for place, value in enumerate(values) if value is not None]
    last = scored[-1] if scored else None
    return tuple(
        Fraction(0) if value is None else LAST_WEIGHT if place == last else WEIGHT for place, value in enumerate(values)
    )


def outcome(values: Sequence[Fraction | None], missing: int = 0) -> Fraction | None:
    """The weighted mean of the visits' scores; ``None`` where no visit has one.

    A drop-out is no blank: each missing visit counts as 0, or as the worst visit where that is below 0, so that losing
    a patient never raises the score.
    """
    scored = [value for value in values if value is not None]
    if not scored:
        return None
    each = weights(values)
    earned = sum((weight * value for weight, value in zip(each, values, strict=True) if value is not None), Fraction(0))
    lost = missing * WEIGHT
    return (earned + lost * min(Fraction(0), *scored)) / (sum(each, Fraction(0)) + lost)


def episode_score(episode: Episode) -> Fraction | None:
    """``outcome`` of the episode's visits, drop-outs counted."""
    return outcome(episode.line(kind_of(episode).visit), attendance(episode).missing)


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
