"""Bounds of any measure: how far changes of answers can move it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from cemaudit.model.conditions import bounds
from cemaudit.model.measures import Transform
from cemaudit.scoring.aggregators import BuiltInAggregator
from cemaudit.scoring.exact import ScoreDerivation
from cemaudit.scoring.whatif.levers import AnswerPosition, MoveEffects
from cemaudit.scoring.whatif.linear_bounds import (
    MOST_BOUNDS,
    NEAR,
    LinearBound,
    LinearBounds,
    monotone_bound,
    tightest_bound,
)

__all__ = ["BoundRule", "MemberBounds", "ScoreBounds"]


class MemberBounds(NamedTuple):
    """A member as the rules see it: its lines, its value (times the sign) where scored, and what may bring it in."""

    lines: LinearBounds
    value: float | None
    weight: float
    possible: float
    entering: dict[str, float]

    @property
    def line(self) -> LinearBound:
        return tightest_bound(self.lines)


BoundRule = Callable[["ScoreBounds", ScoreDerivation, int], LinearBounds | None]
"""From the bounds of the members, a score's derivation and a sign (1 or -1): the bounds on ``sign`` times what its
aggregator returns; ``None`` where the rule does not hold."""


class ScoreBounds:
    """Bounds on the scores of a visit. ``directions`` collects which way each leaf pulls: where only one way, more of
    it is never worse for what was asked.
    """

    def __init__(self, effects: MoveEffects) -> None:
        self.effects = effects
        self.directions: set[tuple[AnswerPosition, int]] = set()
        self._known: dict[tuple[str, int], LinearBounds] = {}
        self._touch: dict[str, set[str]] = {}

    @cached_property
    def opposite_bounds(self) -> ScoreBounds:
        """The same bounds, for a look from the other side that does not count as heeding."""
        probe = ScoreBounds(self.effects)
        probe.__dict__["opposite_bounds"] = probe
        return probe

    def lines(self, score: str, sign: int) -> LinearBounds:
        """Bounds on ``sign`` times the score, wherever it is scored; each holds by itself."""
        if (score, sign) not in self._known:
            self._known[score, sign] = self._reckoned(self.effects.base.derivations[score], sign)
        return self._known[score, sign]

    def levers_touching(self, score: str) -> set[str]:
        """The levers that can do anything to a score at all."""
        if score not in self._touch:
            self._touch[score] = self._touching(self.effects.base.derivations[score])
        return self._touch[score]

    def _touching(self, reckoning: ScoreDerivation) -> set[str]:
        if self._never_scored(reckoning):
            return set()
        levers = self._touching_caps(reckoning)
        for position, member_input in enumerate(reckoning.inputs):
            moving = self._moving(reckoning.name, position)
            levers |= self.levers_touching(member_input.ref) if member_input.kind == "score" else moving
        return levers

    def _moving(self, score: str, position: int) -> set[str]:
        return set(self.effects.moving.get(AnswerPosition(score, position), ()))

    def _touching_caps(self, reckoning: ScoreDerivation) -> set[str]:
        levers: set[str] = set()
        for cap in reckoning.measure.caps:
            for name in cap.where:
                levers |= self.levers_touching(name)
        for critical in self.effects.caps.get(reckoning.name, ()):
            levers |= self._moving(critical.item, -1)
        return levers

    def _never_scored(self, reckoning: ScoreDerivation) -> bool:
        """Whether it needs all its members, and one of them stays without a score whatever is moved."""
        if reckoning.aggregator.arity is None:
            return False
        return any(
            member.value is None
            and not (
                self.levers_touching(input_and_member.ref)
                if input_and_member.kind == "score"
                else self._moving(reckoning.name, position)
            )
            for position, (input_and_member, member) in enumerate(zip(reckoning.inputs, reckoning.members, strict=True))
        )

    def _reckoned(self, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
        if reckoning.score.value is None or reckoning.aggregate is None:
            return (self._unbounded_line(reckoning, math.inf),)
        transform = reckoning.measure.transform
        inner, table = _directions(transform, sign)
        # A plugin's aggregator has no rule, nor have some of the core: whatever lies below may then pull either way.
        aggregator = reckoning.aggregator
        rule = aggregator.bound_rule if isinstance(aggregator, BuiltInAggregator) else None
        lines = rule(self, reckoning, inner) if rule and table is not None else None
        if lines is None or table is None:
            return (self._unbounded_line(reckoning, sign * float(reckoning.score.value)),)
        scale = abs(float(transform.times))
        # Up to here the lines bound ``table`` times the value; after table and clamp, ``sign`` times the value.
        lines = tuple(line.scaled(scale, table * float(transform.plus)) for line in lines)
        if transform.table:
            lines = tuple(monotone_bound(line, _looked_up(transform, sign, table)) for line in lines)
        if transform.clamp:
            low, high = sorted(sign * float(end) for end in transform.clamp)
            lines = (*(line.raised(low) for line in lines), LinearBound(high))
        return self._finished(reckoning, sign, lines)

    def _unbounded_line(self, reckoning: ScoreDerivation, start: float) -> LinearBound:
        """The line where no rule is known: all below may pull either way."""
        self._record_all_directions(reckoning)
        return LinearBound(start, dict.fromkeys(self.levers_touching(reckoning.name), math.inf))

    def _record_all_directions(self, reckoning: ScoreDerivation) -> None:
        for position, member_input in enumerate(reckoning.inputs):
            if member_input.kind == "score":
                self._record_all_directions(self.effects.base.derivations[member_input.ref])
            else:
                self.directions |= {(AnswerPosition(reckoning.name, position), sign) for sign in (1, -1)}
        for critical in self.effects.caps.get(reckoning.name, ()):
            self.directions |= {(AnswerPosition(critical.item, -1), sign) for sign in (1, -1)}
        for cap in reckoning.measure.caps:
            for name in cap.where:
                self._record_all_directions(self.effects.base.derivations[name])

    def _finished(self, reckoning: ScoreDerivation, sign: int, lines: LinearBounds) -> LinearBounds:
        """The lines after caps and rounding."""
        lines = self._capped(reckoning, sign, lines)
        rounding = reckoning.measure.round
        if rounding and rounding.stage == "value":
            # Rounding can bring up to half a unit, or a whole one, for nothing.
            slack = _SLACK[rounding.mode][sign] * 10.0**-rounding.digits
            lines = tuple(line.scaled(1, slack) for line in lines)
        return tuple(sorted(lines, key=lambda line: (line.start, line.total))[:MOST_BOUNDS])

    def _capped(self, reckoning: ScoreDerivation, sign: int, lines: LinearBounds) -> LinearBounds:
        caps = list(self._caps(reckoning, sign))
        if sign > 0:
            # A cap in force hides what all else would bring; whatever lifts it may bring all of that at once.
            top = min(line.total for line in lines)
            in_force = [(at, levers) for at, levers, is_in_force in caps if is_in_force]
            return (*lines, *(LinearBound(at, dict.fromkeys(levers, max(0, top - at))) for at, levers in in_force))
        base = max([*(-at for at, _, is_in_force in caps if is_in_force)], default=-math.inf)
        lines = tuple(line.raised(base) for line in lines)
        for at, levers, _ in caps:
            lines = tuple(line.raised(line.start, dict.fromkeys(levers, max(0, -at - line.start))) for line in lines)
        return lines

    def _caps(self, reckoning: ScoreDerivation, sign: int) -> Iterator[tuple[float, set[str], bool]]:
        """Every cap that is or may come in force: where, by which levers that may change, and whether it is."""
        base = self.effects.base
        for cap in reckoning.measure.caps:
            levers: set[str] = set()
            for name, text in cap.where.items():
                levers |= self.levers_touching(name)
                self._heed_hindrance(name, text, sign)
            values = {name: base.derivations[name].score.value for name in cap.where}
            is_in_force = all(
                value is not None and all(bound.holds(value) for bound in bounds(cap.where[name]))
                for name, value in values.items()
            )
            yield float(cap.at), levers, is_in_force
        for critical in self.effects.caps.get(reckoning.name, ()):
            leaf = AnswerPosition(critical.item, -1)
            self.directions.add((leaf, sign))
            fails = base.plan.checklist.items[critical.item].fails_critically(self.effects.member(leaf).value)
            yield float(critical.at), self._moving(critical.item, -1), fails

    def _heed_hindrance(self, name: str, condition: str, sign: int) -> None:
        for bound in bounds(condition):
            for way in (1, -1) if bound.sign == "==" else (1,) if bound.sign[0] == ">" else (-1,):
                self.lines(name, -sign * way)

    def parts(self, reckoning: ScoreDerivation, sign: int, *, weighted: bool = True) -> list[MemberBounds]:
        """All members as the rules see them, negative weights turning the sign."""
        return [
            self.part(reckoning, member_index, sign, weighted=weighted)
            for member_index in range(len(reckoning.members))
        ]

    def part(self, reckoning: ScoreDerivation, index: int, sign: int, *, weighted: bool = False) -> MemberBounds:
        """One member as the rules see it."""
        member_input, member = reckoning.inputs[index], reckoning.members[index]
        weight = float(member.weight) if weighted else 1.0
        turned = sign if weight >= 0 else -sign
        if member_input.kind != "score":
            return self._leaf_part(AnswerPosition(reckoning.name, index), turned, abs(weight))
        value = None if member.value is None else turned * float(member.value)
        entering = dict.fromkeys(self.levers_touching(member_input.ref), math.inf) if value is None else {}
        return MemberBounds(self.lines(member_input.ref, turned), value, abs(weight), 1.0, entering)

    def _leaf_part(self, leaf: AnswerPosition, sign: int, weight: float) -> MemberBounds:
        self.directions.add((leaf, sign))
        member = self.effects.member(leaf)
        ends: dict[str, float] = {}
        possible = float(member.possible or 0)
        for lever, singles in self.effects.moving.get(leaf, {}).items():
            reached = [self.effects.member(leaf, single.after) for single in singles]
            values = [sign * float(evaluation.value) for evaluation in reached if evaluation.value is not None]
            if values:
                ends[lever] = max(values)
                possible = float(reached[0].possible or 0)
        if member.value is None:
            return MemberBounds((LinearBound(0),), None, weight, possible, ends)
        value = sign * float(member.value)
        gains = {lever: end - value for lever, end in ends.items() if end > value}
        return MemberBounds((LinearBound(value, gains),), value, weight, possible, {})


def _directions(transform: Transform, sign: int) -> tuple[int, int | None]:
    """The signs to bound the aggregate and the table's argument by; ``None`` where the table rises and falls."""
    values = [rung.value for rung in transform.table]
    table: int | None = sign
    if values and values != sorted(values):
        table = -sign if values == sorted(values, reverse=True) else None
    turn = 1 if transform.times >= 0 else -1
    return (table or sign) * turn, table


def _looked_up(transform: Transform, sign: int, table: int) -> Callable[[float], float]:
    """The table as a rising function of ``table`` times its argument; just beside an edge, the better side counts."""

    def look(bound: float) -> float:
        if math.isinf(bound):
            return max(sign * float(rung.value) for rung in transform.table)
        near = (table * bound + shift for shift in (-NEAR, 0, NEAR))
        return max(
            sign * float(next(rung.value for rung in transform.table if rung.up_to is None or x <= rung.up_to))
            for x in near
        )

    return look


_SLACK = {
    "half-up": {1: 0.5, -1: 0.5},
    "half-even": {1: 0.5, -1: 0.5},
    "down": {1: 1.0, -1: 1.0},
    "up": {1: 1.0, -1: 1.0},
    "floor": {1: 0.0, -1: 1.0},
    "ceiling": {1: 1.0, -1: 0.0},
}
