"""The bound of each aggregator, made of the bounds of its members."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.scoring.exact import Reckoning
from cemaudit.scoring.whatif.lines import NEAR, Line, Lines, added, highest, stepped, tightest

if TYPE_CHECKING:
    from cemaudit.scoring.whatif.reach import Reach

__all__ = ["RULES", "Part"]


class Part(NamedTuple):
    """A member as the rules see it: its lines, its value (times the sign) where scored, and what may bring it in."""

    lines: Lines
    value: float | None
    weight: float
    possible: float
    entering: dict[str, float]

    @property
    def line(self) -> Line:
        return tightest(self.lines)


def _sum(reach: Reach, reckoning: Reckoning, sign: int, start: float = 0) -> Lines:
    parts = reach.parts(reckoning, sign)
    return (
        added((part.line.scaled(part.weight) if part.value is not None else _entering(part) for part in parts), start),
    )


def _entering(part: Part) -> Line:
    return Line(0, {lever: max(0.0, part.weight * end) for lever, end in part.entering.items() if part.weight})


def _deduct(reach: Reach, reckoning: Reckoning, sign: int) -> Lines:
    base = float(reckoning.measure.options.get("base", Fraction(100)))
    return _sum(reach, reckoning, -sign, sign * base)


def _difference(reach: Reach, reckoning: Reckoning, sign: int) -> Lines:
    first, second = reach.part(reckoning, 0, sign), reach.part(reckoning, 1, -sign)
    return (added([first.line, second.line]),)


def _averaged(parts: list[Part], now: float, sign: int) -> Lines | None:
    """The line of a weighted mean; who enters pulls by how far it lies from the mean, and only ever dilutes others."""
    weight = sum(part.weight * part.possible for part in parts if part.value is not None)
    if weight <= 0 or any(part.possible < 0 for part in parts):
        return None
    start, lines = sign * now, []
    for part in parts:
        if part.value is not None:
            lines.append(part.line.scaled(part.weight / weight, -part.weight / weight * part.value))
        else:
            pull = part.weight / weight
            gains = {
                lever: max(0.0, pull * (end - sign * now * part.possible)) if pull else 0.0
                for lever, end in part.entering.items()
            }
            lines.append(Line(0, gains))
    return (added(lines, start),)


def _weighted_mean(reach: Reach, reckoning: Reckoning, sign: int) -> Lines | None:
    return _mean_of(reach, reckoning, sign, weighted=True)


def _mean(reach: Reach, reckoning: Reckoning, sign: int) -> Lines | None:
    return _mean_of(reach, reckoning, sign, weighted=False)


def _mean_of(reach: Reach, reckoning: Reckoning, sign: int, *, weighted: bool) -> Lines | None:
    if weighted and any(member.weight < 0 for member in reckoning.members):
        return None
    parts = [part._replace(possible=1.0) for part in reach.parts(reckoning, sign, weighted=weighted)]
    return _averaged(parts, float(reckoning.aggregate or 0), sign)


def _ratio(reach: Reach, reckoning: Reckoning, sign: int) -> Lines | None:
    kinds = {each.kind for each in reckoning.inputs}
    if kinds - {"item"} or any(member.weight < 0 for member in reckoning.members):
        return None
    return _averaged(reach.parts(reckoning, sign), float(reckoning.aggregate or 0), sign)


def _extreme(reach: Reach, reckoning: Reckoning, sign: int) -> Lines:
    parts = reach.parts(reckoning, sign, weighted=False)
    inside = [part for part in parts if part.value is not None]
    if (reckoning.measure.how == "max") != (sign > 0):  # at most each member's own bound
        return tuple(line for part in inside for line in part.lines)
    line = highest(part.line for part in inside)
    entering = [Line(line.start, {name: max(0, end - line.start) for name, end in part.entering.items()})
                for part in parts if part.value is None]  # fmt: skip
    return (highest([line, *entering]),)


def _per_member(kind: Callable[[float], float]) -> Callable[[Reach, Reckoning, int], list[Part]]:
    def parts(reach: Reach, reckoning: Reckoning, sign: int) -> list[Part]:
        def rising(bound: float) -> float:
            return max(sign * kind(sign * bound + shift) for shift in (-NEAR, 0, NEAR))

        return [
            part._replace(
                lines=(stepped(part.line, rising),),
                value=None if part.value is None else sign * kind(sign * part.value),
                possible=1.0,
                entering={lever: rising(end) for lever, end in part.entering.items()},
            )
            for part in reach.parts(reckoning, sign, weighted=False)
        ]

    return parts


def _nps(reach: Reach, reckoning: Reckoning, sign: int) -> Lines | None:
    parts = _per_member(lambda x: 100.0 * ((x >= 9) - (x <= 6)))(reach, reckoning, sign)
    return _averaged(parts, float(reckoning.aggregate or 0), sign)


def _share(reach: Reach, reckoning: Reckoning, sign: int) -> Lines | None:
    return _averaged(_reaching(reach, reckoning, sign), float(reckoning.aggregate or 0), sign)


def _reaching(reach: Reach, reckoning: Reckoning, sign: int) -> list[Part]:
    least = float(reckoning.measure.options.get("from", Fraction(1)))
    return _per_member(lambda x: float(x >= least))(reach, reckoning, sign)


def _count(reach: Reach, reckoning: Reckoning, sign: int) -> Lines:
    if "from" not in reckoning.measure.options:
        parts = reach.parts(reckoning, sign, weighted=False)
        entering = [Line(0, dict.fromkeys(part.entering, 1.0)) for part in parts if sign > 0]
        return (added(entering, sign * float(reckoning.aggregate or 0)),)
    parts = _reaching(reach, reckoning, sign)
    return (added(part.line if part.value is not None else _entering(part) for part in parts),)


def _experience(reach: Reach, reckoning: Reckoning, sign: int) -> Lines | None:
    """S rises with P (0..scale) and with E; along each it is at most as steep as at the ends of the other."""
    scale = float(reckoning.measure.options.get("scale", Fraction(1)))
    performance, emotion = reach.parts(reckoning, sign, weighted=False)
    lower = reach.probe.parts(reckoning, -sign, weighted=False)
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
    return (added(lines, sign * float(reckoning.aggregate or 0)),)


def _span(upper: Part, lower: Part, sign: int, scale: float) -> tuple[float, float]:
    """The ends a member can reach, as shares of the scale."""
    ends = sorted((sign * upper.line.total / scale, -sign * lower.line.total / scale))
    return ends[0], ends[1]


RULES: dict[str, Callable[[Reach, Reckoning, int], Lines | None]] = {
    "sum": _sum,
    "deduct": _deduct,
    "difference": _difference,
    "mean": _mean,
    "weighted-mean": _weighted_mean,
    "ratio": _ratio,
    "min": _extreme,
    "max": _extreme,
    "share": _share,
    "count": _count,
    "nps": _nps,
    "experience": _experience,
}
