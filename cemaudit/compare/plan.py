"""A plan of visits, in words HQ understands."""

from __future__ import annotations

from typing import NamedTuple

from cemaudit.compare.planning import Against, Aim, smallest_difference, visits_for_difference
from cemaudit.compare.reliability import Spreads, reliability, visits_for_reliability
from cemaudit.language import N_, Message, message

__all__ = ["ASSUMED", "COUNTS", "Plan", "Step", "plan_visits"]

ASSUMED = Spreads(store=5.0, shopper=5.0, visit=10.0)
"""Points of 100, where nothing better is known: an assumption, not a measurement."""
COUNTS = (1, 2, 4, 8, 12, 20)
WANTED = (0.7, 0.8, 0.9)


class Step(NamedTuple):
    """What so many visits a store show: the smallest ``difference`` in points, and the ``reliability`` (0 to 1)."""

    visits: int
    difference: float
    reliability: float


class Plan(NamedTuple):
    """Visits to see ``difference`` points as the ``aim`` says.

    ``visits``: of each store, or in each wave. ``steps``: what ``COUNTS`` of visits show. ``reliable``: visits that
    reach each of the reliabilities ``WANTED``, ``None`` where none is enough. ``assumed``: the spreads (points) are not
    from the chain's own visits.
    """

    difference: float
    aim: Aim
    spreads: Spreads
    assumed: bool
    visits: int
    steps: tuple[Step, ...]
    reliable: dict[float, int | None]

    def sentences(self) -> tuple[Message, ...]:
        """The answer, what it rests on, and what fewer visits can show."""
        return (self._needed(), self._certainty(), self._shoppers(), self._spreads(), self._usual(), self._places())

    def _needed(self) -> Message:
        return message(_NEEDED[self.aim.against], difference=f"{self.difference:g}", visits=f"{self.visits:,}")

    def _certainty(self) -> Message:
        return message(
            "Such a difference is then found {found} times in 100; where there is none, one is claimed {claimed} times "
            "in 100.",
            found=f"{100 * self.aim.power:g}",
            claimed=f"{round(100 * (1 - self.aim.level), 6):g}",
        )

    def _shoppers(self) -> Message:
        if self.aim.same_shoppers:
            return message("The same shoppers visit both, so it does not matter how strict they are.")
        fewer = visits_for_difference(self.difference, self.spreads, self.aim._replace(same_shoppers=True))
        if fewer == self.visits:
            return message("Each visit is by another shopper.")
        return message(
            "Each visit is by another shopper; if the same shoppers visit both, {visits} are enough.",
            visits=f"{fewer:,}",
        )

    def _spreads(self) -> Message:
        sds = {name: f"{sd:.3g}" for name, sd in self.spreads._asdict().items()}
        if self.assumed:
            return message(
                "Assumed, not measured (--ledger takes them from your visits): standard deviations of {store} points "
                "between stores, {shopper} between shoppers, {visit} between visits.",
                **sds,
            )
        return message(
            "Standard deviations of these visits: {store} points between stores, {shopper} between shoppers, {visit} "
            "between visits.",
            **sds,
        )

    def _usual(self) -> Message:
        few, many = (next(step for step in self.steps if step.visits == count) for count in (4, 12))
        return message(
            "With 4 visits only differences of {few} points or more are likely to be seen, with 12 of {many} or more.",
            few=f"{few.difference:.1f}",
            many=f"{many.difference:.1f}",
        )

    def _places(self) -> Message:
        needed = {f"{wanted:g}": visits for wanted, visits in self.reliable.items()}
        if None in needed.values():
            return message("Stores do not differ here: no number of visits would tell their places.")
        low, middle, high = needed.values()
        return message(
            "Reliability is the share of the differences between stores' means that is the stores' own: 0.7 takes "
            "{low} visits of each, 0.8 takes {middle}, 0.9 takes {high}.",
            low=f"{low:,}", middle=f"{middle:,}", high=f"{high:,}",
        )  # fmt: skip


_NEEDED: dict[Against, str] = {
    "store": N_("To see a difference of {difference} points between two stores, visit each {visits} times."),
    "wave": N_("To see a store change by {difference} points between waves, visit it {visits} times in each."),
    "target": N_("To see that a store is {difference} points off its target, visit it {visits} times."),
}


def plan_visits(difference: float, spreads: Spreads = ASSUMED, aim: Aim | None = None, *, assumed: bool = True) -> Plan:
    """The plan for ``difference`` > 0 points."""
    aim = aim or Aim()
    steps = (Step(count, smallest_difference(count, spreads, aim), reliability(spreads, count)) for count in COUNTS)
    reliable = {wanted: visits_for_reliability(spreads, wanted) for wanted in WANTED}
    visits = visits_for_difference(difference, spreads, aim)
    return Plan(difference, aim, spreads, assumed, visits, tuple(steps), reliable)
