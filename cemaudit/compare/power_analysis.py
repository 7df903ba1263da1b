"""Sample size: how many visits it takes to see a difference."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal, NamedTuple

from cemaudit.compare.reliability import StandardDeviations, reliability, visits_for_reliability
from cemaudit.language import N_, Message, message

__all__ = [
    "ANOTHER_STORE",
    "ASSUMED_DEVIATIONS",
    "VISIT_COUNTS",
    "Against",
    "DetectionGoal",
    "SampleSizePlan",
    "SampleSizeRow",
    "plan_sample_size",
    "power",
    "smallest_difference",
    "visits_for_difference",
]

Against = Literal["store", "wave", "target"]


@dataclass(frozen=True, slots=True)
class DetectionGoal:
    """What is to be seen.

    ``against``: another store, the same store in another wave, or a fixed target. ``same_shoppers``: the same persons
    visit both stores, or in both waves, so that their strictness cancels (nothing cancels against a target).
    ``power`` (above 0, below 1): how often a difference that is there shall be seen; ``level``: the confidence with
    which it is called one.
    """

    against: Against = "store"
    same_shoppers: bool = False
    power: float = 0.80
    level: float = 0.95


ANOTHER_STORE = DetectionGoal()


def visits_for_difference(difference: float, spreads: StandardDeviations, aim: DetectionGoal = ANOTHER_STORE) -> int:
    """Return the visits of each store (or in each wave), each by another shopper, that show ``difference`` > 0 points.

    n = k (z_{(1+level)/2} + z_power)² (σ_b² + σ_e²) / δ², rounded up; k is 2, against a target 1.
    """
    factor = _quantile(aim) + NormalDist().inv_cdf(aim.power)
    # Less a hair: where the formula gives a whole number, rounding in its last digit must not ask for one visit more.
    return max(1, math.ceil((factor * _sd_of_one_difference(spreads, aim) / difference) ** 2 - 1e-9))


def smallest_difference(visits: int, spreads: StandardDeviations, aim: DetectionGoal = ANOTHER_STORE) -> float:
    """Return the difference in points that so many visits (each; 1 or more) show with the aim's power."""
    factor = _quantile(aim) + NormalDist().inv_cdf(aim.power)
    return factor * _sd_of_one_difference(spreads, aim) / math.sqrt(visits)


def power(difference: float, visits: int, spreads: StandardDeviations, aim: DetectionGoal = ANOTHER_STORE) -> float:
    """Return how often (0 to 1) so many visits show ``difference`` points in its right direction.

    1 where visits do not differ; ``aim.power`` is not used.
    """
    se = _sd_of_one_difference(spreads, aim) / math.sqrt(visits)
    return NormalDist().cdf(difference / se - _quantile(aim)) if se else 1.0


def _quantile(aim: DetectionGoal) -> float:
    return NormalDist().inv_cdf((1 + aim.level) / 2)


def _sd_of_one_difference(spreads: StandardDeviations, aim: DetectionGoal) -> float:
    """Return the standard deviation of the difference with one visit (each)."""
    if aim.against == "target":
        return math.hypot(spreads.shopper, spreads.visit)
    return math.sqrt(2) * (spreads.visit if aim.same_shoppers else math.hypot(spreads.shopper, spreads.visit))


ASSUMED_DEVIATIONS = StandardDeviations(store=5.0, shopper=5.0, visit=10.0)
"""Points of 100, where nothing better is known: an assumption, not a measurement."""

VISIT_COUNTS = (1, 2, 4, 8, 12, 20)
TARGET_RELIABILITIES = (0.7, 0.8, 0.9)


class SampleSizeRow(NamedTuple):
    """What so many visits a store show: the smallest ``difference`` in points, and the ``reliability`` (0 to 1)."""

    visits: int
    difference: float
    reliability: float


@dataclass(frozen=True, slots=True)
class SampleSizePlan:
    """Visits to see ``difference`` points as the ``aim`` says.

    ``visits``: of each store, or in each wave. ``steps``: what ``VISIT_COUNTS`` of visits show. ``reliable``: visits
    that reach each of the reliabilities ``TARGET_RELIABILITIES``, ``None`` where none is enough. ``assumed``: the
    spreads (points) are not from the chain's own visits.
    """

    difference: float
    aim: DetectionGoal
    spreads: StandardDeviations
    assumed: bool
    visits: int
    steps: tuple[SampleSizeRow, ...]
    reliable: dict[float, int | None]

    def sentences(self) -> tuple[Message, ...]:
        """Return the answer, what it rests on, and what fewer visits can show."""
        return (
            self._needed(),
            self._power_sentence(),
            self._shoppers(),
            self._spreads(),
            self._usual(),
            self._places(),
        )

    def _needed(self) -> Message:
        return message(_NEEDED[self.aim.against], difference=f"{self.difference:g}", visits=f"{self.visits:,}")

    def _power_sentence(self) -> Message:
        return message(
            "Power: a real difference is found {found} times in 100. False positives: {claimed} times in 100.",
            found=f"{100 * self.aim.power:g}",
            claimed=f"{round(100 * (1 - self.aim.level), 6):g}",
        )

    def _shoppers(self) -> Message:
        if self.aim.same_shoppers:
            return message("The same shoppers visit both, so it does not matter how strict they are.")
        fewer = visits_for_difference(self.difference, self.spreads, replace(self.aim, same_shoppers=True))
        if fewer == self.visits:
            return message("Each visit is by another shopper.")
        return message(
            "Each visit is by another shopper; if the same shoppers visit both, {visits} are enough.",
            visits=f"{fewer:,}",
        )

    def _spreads(self) -> Message:
        store, shopper, visit = (f"{sd:.3g}" for sd in self.spreads)
        if self.assumed:
            return message(
                "Assumed, not measured (--ledger takes them from your visits): standard deviations of {store} points "
                "between stores, {shopper} between shoppers, {visit} between visits.",
                store=store,
                shopper=shopper,
                visit=visit,
            )
        return message(
            "Standard deviations of these visits: {store} points between stores, {shopper} between shoppers, {visit} "
            "between visits.",
            store=store,
            shopper=shopper,
            visit=visit,
        )

    def _usual(self) -> Message:
        few, many = (next(step for step in self.steps if step.visits == count) for count in (4, 12))
        return message(
            "With 4 visits only differences of {few} points or more are likely to be seen, with 12 of {many} or more.",
            few=f"{few.difference:.1f}",
            many=f"{many.difference:.1f}",
        )

    def _places(self) -> Message:
        needed = {f"{level:g}": visits for level, visits in self.reliable.items()}
        if None in needed.values():
            return message("Stores do not differ here: no number of visits would tell their places.")
        low, middle, high = needed.values()
        return message(
            "Reliability is the share of the variance of store means that is due to the stores. Visits per store for "
            "0.7: {low}, for 0.8: {middle}, for 0.9: {high}.",
            low=f"{low:,}", middle=f"{middle:,}", high=f"{high:,}",
        )  # fmt: skip


_NEEDED: dict[Against, str] = {
    "store": N_("To see a difference of {difference} points between two stores, visit each {visits} times."),
    "wave": N_("To see a store change by {difference} points between waves, visit it {visits} times in each."),
    "target": N_("To see that a store is {difference} points off its target, visit it {visits} times."),
}


def plan_sample_size(
    difference: float,
    spreads: StandardDeviations = ASSUMED_DEVIATIONS,
    aim: DetectionGoal | None = None,
    *,
    assumed: bool = True,
) -> SampleSizePlan:
    """Return the plan for ``difference`` > 0 points."""
    aim = aim or DetectionGoal()
    steps = (
        SampleSizeRow(count, smallest_difference(count, spreads, aim), reliability(spreads, count))
        for count in VISIT_COUNTS
    )
    reliable = {
        target_reliability: visits_for_reliability(spreads, target_reliability)
        for target_reliability in TARGET_RELIABILITIES
    }
    visits = visits_for_difference(difference, spreads, aim)
    return SampleSizePlan(difference, aim, spreads, assumed, visits, tuple(steps), reliable)
