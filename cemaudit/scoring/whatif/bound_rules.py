"""How far changes of the members can move each built-in aggregator, named by its record in ``scoring.aggregators``.

A rule bounds ``sign`` times the result: ``sign`` 1 says how far up it can go, -1 how far down. The search of what-if
relies on no set of changes doing better than its bound; where a rule cannot promise that, it returns ``None``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from cemaudit.scoring.exact import ScoreDerivation
from cemaudit.scoring.whatif.linear_bounds import (
    NEAR,
    LinearBound,
    LinearBounds,
    max_bound,
    monotone_bound,
    sum_bound,
)
from cemaudit.scoring.whatif.score_bounds import MemberBounds, ScoreBounds

__all__ = [
    "count_reaching",
    "deduction",
    "difference",
    "largest",
    "mean",
    "net_promoter_score",
    "points_ratio",
    "scaled_experience",
    "scaled_smooth_experience",
    "share_reaching",
    "smallest",
    "total",
    "weighted_mean",
]


def total(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    """Bound Σ w·x."""
    return _weighted_sum(reach, reckoning, sign, 0)


def _weighted_sum(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int, start: float) -> LinearBounds:
    members = reach.parts(reckoning, sign)
    return (
        sum_bound(
            (
                member.line.scaled(member.weight) if member.value is not None else _entering(member)
                for member in members
            ),
            start,
        ),
    )


def _entering(member: MemberBounds) -> LinearBound:
    return LinearBound(
        0, {lever: max(0.0, member.weight * end) for lever, end in member.entering.items() if member.weight}
    )


def deduction(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    """Bound ``base`` - Σ w·x."""
    base = float(reckoning.measure.options.get("base", Fraction(100)))
    return _weighted_sum(reach, reckoning, -sign, sign * base)


def difference(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    """Bound a - b."""
    first, second = reach.part(reckoning, 0, sign), reach.part(reckoning, 1, -sign)
    return (sum_bound([first.line, second.line]),)


def _averaged(members: list[MemberBounds], now: float, sign: int) -> LinearBounds | None:
    """The line of a weighted mean; who enters pulls by how far it lies from the mean, and only ever dilutes others."""
    weight = sum(member.weight * member.possible for member in members if member.value is not None)
    if weight <= 0 or any(member.possible < 0 for member in members):
        return None
    start, lines = sign * now, []
    for member in members:
        if member.value is not None:
            lines.append(member.line.scaled(member.weight / weight, -member.weight / weight * member.value))
        else:
            pull = member.weight / weight
            gains = {
                lever: max(0.0, pull * (end - sign * now * member.possible)) if pull else 0.0
                for lever, end in member.entering.items()
            }
            lines.append(LinearBound(0, gains))
    return (sum_bound(lines, start),)


def weighted_mean(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    """Bound Σ w·x / Σ w; not where a weight is negative."""
    if any(member.weight < 0 for member in reckoning.members):
        return None
    return _mean_of(reach.parts(reckoning, sign), reckoning, sign)


def mean(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    """Bound Σ x / n."""
    return _mean_of(reach.parts(reckoning, sign, weighted=False), reckoning, sign)


def _mean_of(members: list[MemberBounds], reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    return _averaged([member._replace(possible=1.0) for member in members], float(reckoning.aggregate or 0), sign)


def points_ratio(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    """Bound Σ w·points / Σ w·possible of items; not of other scores, nor where a weight is negative."""
    kinds = {member_input.kind for member_input in reckoning.inputs}
    if kinds - {"item"} or any(member.weight < 0 for member in reckoning.members):
        return None
    return _averaged(reach.parts(reckoning, sign), float(reckoning.aggregate or 0), sign)


def smallest(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    """Bound min x: from above by each x alone, from below by all of them."""
    return _each_alone(reach, reckoning, sign) if sign > 0 else _all_together(reach, reckoning, sign)


def largest(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    """Bound max x: from below by each x alone, from above by all of them."""
    return _each_alone(reach, reckoning, sign) if sign < 0 else _all_together(reach, reckoning, sign)


def _each_alone(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    members = reach.parts(reckoning, sign, weighted=False)
    return tuple(line for member in members if member.value is not None for line in member.lines)


def _all_together(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    members = reach.parts(reckoning, sign, weighted=False)
    line = max_bound(member.line for member in members if member.value is not None)
    entering = [
        LinearBound(line.start, {name: max(0, end - line.start) for name, end in member.entering.items()})
        for member in members
        if member.value is None
    ]
    return (max_bound([line, *entering]),)


def _stepped_members(
    reach: ScoreBounds, reckoning: ScoreDerivation, sign: int, steps: Callable[[float], float]
) -> list[MemberBounds]:
    """Return the members with each x replaced by ``steps(x)``, a rising function."""

    def rising(bound: float) -> float:
        # Bounds are floats, values exact: right beside an edge, the better side counts.
        return max(sign * steps(sign * bound + shift) for shift in (-NEAR, 0, NEAR))

    return [
        member._replace(
            lines=(monotone_bound(member.line, rising),),
            value=None if member.value is None else sign * steps(sign * member.value),
            possible=1.0,
            entering={lever: rising(end) for lever, end in member.entering.items()},
        )
        for member in reach.parts(reckoning, sign, weighted=False)
    ]


def net_promoter_score(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    """Bound the NPS, which is the mean of 100, 0 or -100 for each answer."""
    members = _stepped_members(reach, reckoning, sign, lambda x: 100.0 * ((x >= 9) - (x <= 6)))
    return _averaged(members, float(reckoning.aggregate or 0), sign)


def share_reaching(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    """Bound the share with x ≥ ``from``, which is the mean of 1 or 0 for each x."""
    return _averaged(_reaching(reach, reckoning, sign), float(reckoning.aggregate or 0), sign)


def _reaching(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> list[MemberBounds]:
    least = float(reckoning.measure.options.get("from", Fraction(1)))
    return _stepped_members(reach, reckoning, sign, lambda x: float(x >= least))


def count_reaching(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds:
    """Bound how many have x ≥ ``from``; without that option, how many are scored."""
    if "from" not in reckoning.measure.options:
        members = reach.parts(reckoning, sign, weighted=False)
        entering = [LinearBound(0, dict.fromkeys(member.entering, 1.0)) for member in members if sign > 0]
        return (sum_bound(entering, sign * float(reckoning.aggregate or 0)),)
    members = _reaching(reach, reckoning, sign)
    return (sum_bound(member.line if member.value is not None else _entering(member) for member in members),)


def scaled_experience(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    """Bound the experience S, which rises with P (0..scale) and with E.

    Along each it is at most as steep as at the ends of the other.
    """
    scale = float(reckoning.measure.options.get("scale", Fraction(1)))
    performance, emotion = reach.parts(reckoning, sign, weighted=False)
    lower = reach.opposite_bounds.parts(reckoning, -sign, weighted=False)
    p_span = _span(performance, lower[0], sign, scale)
    e_span = _span(emotion, lower[1], sign, scale)
    if p_span[0] < -NEAR or p_span[1] > 2 + NEAR or performance.value is None or emotion.value is None:
        return None
    by_performance = max(e if e >= 0 else -e / 2 for e in e_span)
    by_emotion = max(p_span[1], 1 - p_span[0] / 2)
    lines = [
        performance.line.scaled(by_performance, -by_performance * performance.value),
        emotion.line.scaled(by_emotion, -by_emotion * emotion.value),
    ]
    return (sum_bound(lines, sign * float(reckoning.aggregate or 0)),)


def scaled_smooth_experience(reach: ScoreBounds, reckoning: ScoreDerivation, sign: int) -> LinearBounds | None:
    """Bound the smooth experience, which rises with P, at most as fast as P, and with E, with a jump at E = 0."""
    scale = float(reckoning.measure.options.get("scale", Fraction(1)))
    performance, emotion = reach.parts(reckoning, sign, weighted=False)
    lower = reach.opposite_bounds.parts(reckoning, -sign, weighted=False)
    p_span = _span(performance, lower[0], sign, scale)
    if p_span[0] < -NEAR or p_span[1] > 1 + NEAR or performance.value is None or emotion.value is None:
        return None
    e_now = sign * emotion.value / scale

    def change_by_emotion(bound: float) -> float:
        # Of two E with different signs the change is convex in P, so an end of P has the largest; of two negative E
        # it is at most their difference. Right beside the jump the better side counts.
        changes = [0.0]
        for e in (sign * bound / scale + shift for shift in (-NEAR, 0, NEAR)):
            changes += [sign * (_smooth(p, e) - _smooth(p, e_now)) for p in p_span]
            changes.append(abs(e - e_now) if max(e, e_now) < 0 else 0.0)
        return scale * max(changes)

    lines = [
        performance.line.scaled(1, -performance.value),
        monotone_bound(emotion.line, change_by_emotion),
    ]
    return (sum_bound(lines, sign * float(reckoning.aggregate or 0)),)


def _smooth(p: float, e: float) -> float:
    return p - (1 - e) / 2 if e >= 0 else min(e * (1 - p / 2), p - 0.5)


def _span(upper: MemberBounds, lower: MemberBounds, sign: int, scale: float) -> tuple[float, float]:
    """The ends a member can reach, as shares of the scale."""
    ends = sorted((sign * upper.line.total / scale, -sign * lower.line.total / scale))
    return ends[0], ends[1]
