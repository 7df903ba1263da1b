"""Best-first search for the cheapest changes that reach a goal."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from cemaudit.model.answers import AnswerValue
from cemaudit.scoring.exact import Evaluation
from cemaudit.scoring.whatif.goals import Goal
from cemaudit.scoring.whatif.levers import Lever, MoveEffects, SingleMove, evaluate_after
from cemaudit.scoring.whatif.score_bounds import ScoreBounds

__all__ = ["BestMoves", "Missing", "RemainingNeed", "SearchBudget", "cheapest_moves", "needs_of_goal", "remaining_need"]

_SLACK = 1e-7

Missing = tuple[float, Mapping[str, float]]
"""How much is missing, and what each lever adds at most."""


@dataclass(frozen=True)
class RemainingNeed:
    """``missing`` must be made up by the gains of moved levers, which are known by their place in the search's order.

    ``ranking`` holds place, cost and gain of every lever with a finite gain, the best bargain first; ``unbounded``
    place and cost of those that may do anything.
    """

    missing: float
    gains: Mapping[int, float]
    ranking: tuple[tuple[int, int, float], ...]
    unbounded: tuple[tuple[int, int], ...]

    def least_cost(self, index: int) -> float:
        """At least this must be paid to make up what is missing with levers from ``index`` on; infinite if they fail.

        The cheapest way if levers could be moved in part; one of boundless gain must be moved as a whole.
        """
        if self.missing <= 0:
            return 0
        cheapest_unbounded = min((cost for mine, cost in self.unbounded if mine >= index), default=math.inf)
        return min(cheapest_unbounded, self._in_part(index))

    def _in_part(self, index: int) -> float:
        missing, paid = self.missing, 0.0
        for mine, cost, gain in self.ranking:
            if mine < index:
                continue
            if gain >= missing:
                return paid + cost * missing / gain
            missing -= gain
            paid += cost
        return math.inf

    def after(self, index: int) -> RemainingNeed:
        """The need once the lever at ``index`` has been moved."""
        gain = self.gains.get(index, 0)
        return RemainingNeed(self.missing - gain, self.gains, self.ranking, self.unbounded) if gain else self


def remaining_need(
    missing: float, gains: Mapping[str, float], order: Sequence[str], costs: Mapping[str, int]
) -> RemainingNeed:
    """The need for ``missing``, with levers in ``order`` at their ``costs``."""
    mine = {index: gains[name] for index, name in enumerate(order) if gains.get(name, 0) > 0}
    finite = [(index, costs[order[index]], gain) for index, gain in mine.items() if not math.isinf(gain)]
    boundless = tuple((index, costs[order[index]]) for index, gain in mine.items() if math.isinf(gain))
    return RemainingNeed(missing, mine, tuple(sorted(finite, key=lambda entry: entry[1] / entry[2])), boundless)


def needs_of_goal(goal: Goal, reach: ScoreBounds) -> list[list[Missing]]:
    """For each row of the goal, what is missing for its conditions; also heeds what may lower a band."""
    for name, bound in goal.hindrances:
        for sign in _signs(bound.sign):
            reach.lines(name, -sign)
    rows: list[list[Missing]] = []
    for row in goal.rows:
        missing = []
        for name, bound in row:
            for sign in _signs(bound.sign):
                # A score that reaches its edge exactly may lie below it by the error of floats.
                edge = sign * float(bound.edge)
                slack = _SLACK * max(1.0, abs(edge))
                missing += [
                    (edge - slack - line.start, line.gains)
                    for line in reach.lines(name, sign)
                    if line.start + slack < edge
                ]
        rows.append(missing)
    return rows


def _signs(sign: str) -> tuple[int, ...]:
    return (1, -1) if sign == "==" else (1,) if sign[0] == ">" else (-1,)


Moved = dict[str, AnswerValue]
Rows = list[tuple[RemainingNeed, ...]]


@dataclass
class SearchBudget:
    """How often visits may be evaluated, and how many sets of levers looked at, before the search gives up."""

    evaluations: int = 20_000
    sets: int = 200_000

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left of one of them."""
        return self.evaluations <= 0 or self.sets <= 0


@dataclass
class BestMoves:
    """The best moves known, their cost, and whether no others can be cheaper."""

    moves: Moved | None = None
    cost: Fraction | None = None
    is_proved: bool = True

    def is_at_most(self, cost: Fraction) -> bool:
        """Whether something at least as cheap is known."""
        return self.cost is not None and self.cost <= cost


@dataclass(order=True)
class _SearchNode:
    """Some levers moved, all up to ``position`` decided; ordered by the least total cost, then by what is paid."""

    least: float
    unpaid: float
    number: int
    position: int = field(compare=False)
    paid: int = field(compare=False)
    chosen: tuple[str, ...] = field(compare=False)
    rows: Rows = field(compare=False)
    is_new: bool = field(compare=False)


def cheapest_moves(
    base: Evaluation, levers: Sequence[Lever], goal: Goal, costs: Mapping[str, Fraction], budget: SearchBudget
) -> BestMoves:
    """The cheapest moves of ``levers`` that reach ``goal``; each lever's cost is 0 or more."""
    # A switch that could take answers nobody tried may open what was never searched.
    finding = BestMoves(is_proved=not any(lever.gap for lever in levers if lever.is_switch))
    switches = [lever for lever in levers if lever.is_switch]
    others = [lever for lever in levers if not lever.is_switch]
    # Switches decide what else arises; with every way of setting them, few moves first, the rest is a linear search.
    settings = (
        dict(zip((lever.name for lever in combination), options, strict=True))
        for size in range(len(switches) + 1)
        for combination in itertools.combinations(switches, size)
        for options in itertools.product(*(lever.options for lever in combination))
    )
    for moves in settings:
        paid = sum((costs[name] for name in moves), Fraction(0))
        if finding.is_at_most(paid):
            continue
        evaluation = evaluate_after(base, moves)
        budget.evaluations -= 1
        if budget.is_spent:
            finding.is_proved = False
            break
        if evaluation is not None:
            _MoveSearch(evaluation, others, goal, costs, budget).improve(finding, moves, paid)
    if finding.is_at_most(min(costs.values(), default=Fraction(0))):  # whatever else there is has to move something
        finding.is_proved = True
    return finding


class _MoveSearch:
    """The search with all switches set."""

    def __init__(
        self, base: Evaluation, levers: Sequence[Lever], goal: Goal, costs: Mapping[str, Fraction], budget: SearchBudget
    ) -> None:
        self.base, self.goal, self.budget = base, goal, budget
        self.numbers = itertools.count()
        self.effects = MoveEffects(base, levers)
        budget.evaluations -= sum(len(lever.options) for lever in levers)
        self.reach = ScoreBounds(self.effects)
        missing = needs_of_goal(goal, self.reach)
        self.options = {name: self._undominated_options(singles) for name, singles in self.effects.singles.items()}
        self.scale = math.lcm(1, *(costs[name].denominator for name in self.options))
        self.costs = {name: int(costs[name] * self.scale) for name, options in self.options.items() if options}

        def cost_per_gain(name: str) -> float:
            shares = (min(gains.get(name, 0) / lacking, 1) for row in missing for lacking, gains in row)
            share = max(shares, default=0)
            return self.costs[name] / share if share else math.inf

        # Levers that bring more of what is missing for less come first: good sets of moves are met early.
        self.order = sorted(self.costs, key=cost_per_gain)
        self.rows: Rows = [tuple(remaining_need(*need, self.order, self.costs) for need in row) for row in missing]
        self.is_whole = all(self._is_whole(lever) for name, lever in self.effects.levers.items() if self.options[name])

    def _undominated_options(self, singles: Sequence[SingleMove]) -> list[AnswerValue]:
        """The options no other option beats in everything heeded, the best first; none where staying put is as good."""
        lever, moving = singles[0].lever, self.effects.moving
        heeded = [(leaf, sign) for leaf, sign in sorted(self.reach.directions) if lever in moving.get(leaf, {})]
        now = [self.effects.member(leaf).value for leaf, _ in heeded]
        worth: dict[int, tuple[Fraction, ...]] = {}
        for number, single in enumerate(singles):
            values = ((sign, self.effects.member(leaf, single.after).value) for leaf, sign in heeded)
            worth[number] = tuple(sign * value if value is not None else Fraction(-(10**9)) for sign, value in values)
        if None not in now:
            still = tuple(sign * value for (_, sign), value in zip(heeded, now, strict=True) if value is not None)
            worth = {number: other_worth for number, other_worth in worth.items() if not _dominates(still, other_worth)}
        kept = [
            number
            for number, mine in worth.items()
            if not any(_dominates(other, mine) and (other != mine or rival < number) for rival, other in worth.items())
        ]
        return [singles[number].option for number in sorted(kept, key=lambda number: -sum(worth[number]))]

    def _is_whole(self, lever: Lever) -> bool:
        """Whether no option left out could do better than those tried."""
        ways = {sign for leaf, sign in self.reach.directions if lever.name in self.effects.moving.get(leaf, {})}
        return not lever.gap or (len(ways) < 2 and ("above" if 1 in ways else "below") not in lever.gap)

    def improve(self, best_moves: BestMoves, switched: Moved, paid: Fraction) -> None:
        """Put the cheapest moves into ``best_moves`` where they are cheaper than what is known."""
        if self.goal.is_reached(self.base):
            self._keep(best_moves, {}, switched, paid)
            return
        if best_moves.cost is None:
            found_some = self._some()
            if found_some is not None:
                # Any way at all bounds the search from above.
                self._keep(best_moves, found_some, switched, paid)
        best = self._best(None if best_moves.cost is None else (best_moves.cost - paid) * self.scale)
        if best is not None:
            self._keep(best_moves, best, switched, paid)
        best_moves.is_proved = best_moves.is_proved and self.is_whole and not self.budget.is_spent

    def _keep(self, best_moves: BestMoves, moves: Moved, switched: Moved, paid: Fraction) -> None:
        cost = paid + Fraction(sum(self.costs[name] for name in moves), self.scale)
        if not best_moves.is_at_most(cost):
            best_moves.moves, best_moves.cost = {**switched, **moves}, cost

    def _best(self, limit: Fraction | None) -> Moved | None:
        """The cheapest moves for less than ``limit``; ``None`` where there are none, or the budget is spent."""
        # Best first: the first node that reaches the goal is the cheapest.
        heap = [self._node((), self.rows, 0, 0, is_new=False)]
        while heap and not self.budget.is_spent:
            node = heapq.heappop(heap)
            self.budget.sets -= 1
            if math.isinf(node.least) or (limit is not None and node.least >= limit):
                return None
            if node.is_new and any(all(need.missing <= 0 for need in row) for row in node.rows):
                moves = self._try(node.chosen)
                if moves is not None:
                    return moves
            for child in self._children(node):
                heapq.heappush(heap, child)
        return None

    def _children(self, node: _SearchNode) -> Iterator[_SearchNode]:
        """The node with its next lever moved, and with it left alone."""
        if node.position == len(self.order):
            return
        name, position = self.order[node.position], node.position + 1
        rows = [tuple(need.after(node.position) for need in row) for row in node.rows]
        yield self._node((*node.chosen, name), rows, position, node.paid + self.costs[name], is_new=True)
        yield self._node(node.chosen, node.rows, position, node.paid, is_new=False)

    def _node(self, chosen: tuple[str, ...], rows: Rows, position: int, paid: int, *, is_new: bool) -> _SearchNode:
        """A node with what must still be paid at least, in whole units, with the levers from ``position`` on."""
        least = min((max((need.least_cost(position) for need in row), default=0) for row in rows), default=0)
        # Costs are whole, so a bound rounds up; the small number forgives the error of floats.
        unpaid = least if math.isinf(least) else math.ceil(least - 1e-6)
        return _SearchNode(paid + unpaid, unpaid, next(self.numbers), position, paid, chosen, rows, is_new)

    def _try(self, names: Sequence[str]) -> Moved | None:
        """The first way to move all these levers that reaches the goal."""
        for options in itertools.product(*(self.options[name] for name in names)):
            moves = dict(zip(names, options, strict=True))
            if self._reaches(moves):
                return moves
            if self.budget.is_spent:
                return None
        return None

    def _reaches(self, moves: Moved) -> bool:
        self.budget.evaluations -= 1
        evaluation = evaluate_after(self.base, moves)
        return evaluation is not None and self.goal.is_reached(evaluation)

    def _some(self) -> Moved | None:
        """Moves that reach the goal, none of them needless: all at once, then one after the other taken back."""
        moves = {name: self.options[name][0] for name in self.order}
        if not self._reaches(moves):
            return None
        # The dearest moves are taken back first.
        for name in sorted(self.order, key=lambda name: (-self.costs[name], -self.order.index(name))):
            fewer = {other: option for other, option in moves.items() if other != name}
            if self._reaches(fewer):
                moves = fewer
        return moves


def _dominates(first: tuple[Fraction, ...], other: tuple[Fraction, ...]) -> bool:
    return all(mine >= theirs for mine, theirs in zip(first, other, strict=True))
