"""What is still missing for a goal, and the least it can cost: an admissible bound for the search."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cemaudit.scoring.whatif.goals import Goal
from cemaudit.scoring.whatif.lines import Line
from cemaudit.scoring.whatif.reach import Reach

__all__ = ["Missing", "Need", "need_of", "needs_of"]

_SLACK = 1e-7
Missing = tuple[float, Mapping[str, float]]
"""How much is missing, and what each lever adds at most."""


@dataclass(frozen=True)
class Need:
    """``missing`` must be made up by the gains of moved levers, which are known by their place in the search's order.

    ``ranking`` holds place, cost and gain of every lever with a finite gain, the best bargain first; ``boundless``
    place and cost of those that may do anything.
    """

    missing: float
    gains: Mapping[int, float]
    ranking: tuple[tuple[int, int, float], ...]
    boundless: tuple[tuple[int, int], ...]

    def least_cost(self, place: int) -> float:
        """At least this must be paid to make up what is missing with levers from ``place`` on; infinite if they fail.

        The cheapest way if levers could be moved in part; one of boundless gain must be moved as a whole.
        """
        if self.missing <= 0:
            return 0
        whole = min((cost for mine, cost in self.boundless if mine >= place), default=math.inf)
        return min(whole, self._in_part(place))

    def _in_part(self, place: int) -> float:
        missing, paid = self.missing, 0.0
        for mine, cost, gain in self.ranking:
            if mine < place:
                continue
            if gain >= missing:
                return paid + cost * missing / gain
            missing -= gain
            paid += cost
        return math.inf

    def after(self, place: int) -> Need:
        """The need once the lever at ``place`` has been moved."""
        gain = self.gains.get(place, 0)
        return Need(self.missing - gain, self.gains, self.ranking, self.boundless) if gain else self


def need_of(missing: float, gains: Mapping[str, float], order: Sequence[str], costs: Mapping[str, int]) -> Need:
    """The need for ``missing``, with levers in ``order`` at their ``costs``."""
    mine = {place: gains[name] for place, name in enumerate(order) if gains.get(name, 0) > 0}
    finite = [(place, costs[order[place]], gain) for place, gain in mine.items() if not math.isinf(gain)]
    boundless = tuple((place, costs[order[place]]) for place, gain in mine.items() if math.isinf(gain))
    return Need(missing, mine, tuple(sorted(finite, key=lambda one: one[1] / one[2])), boundless)


def needs_of(goal: Goal, reach: Reach) -> list[list[Missing]]:
    """For each row of the goal, what is missing for its conditions; also heeds what may lower a band."""
    for name, bound in goal.hindrances:
        for sign in _signs(bound.sign):
            reach.lines(name, -sign)
    return [
        [
            missing
            for name, bound in row
            for sign in _signs(bound.sign)
            for missing in _missing(reach.lines(name, sign), sign * float(bound.edge))
        ]
        for row in goal.rows
    ]


def _signs(sign: str) -> tuple[int, ...]:
    return (1, -1) if sign == "==" else (1,) if sign[0] == ">" else (-1,)


def _missing(lines: Iterable[Line], edge: float) -> Iterator[Missing]:
    slack = _SLACK * max(1.0, abs(edge))
    for line in lines:
        if line.start + slack < edge:
            yield edge - slack - line.start, line.gains
