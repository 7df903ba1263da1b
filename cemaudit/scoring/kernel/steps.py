"""What happens to an aggregate, on columns: transform, caps, rounding."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cemaudit.language import N_
from cemaudit.model.conditions import bounds
from cemaudit.model.measures import Rounding, Transform
from cemaudit.scoring.kernel.block import Block
from cemaudit.scoring.kernel.number import EDGE, MOST, Floats, Mask, NoColumns, Number

__all__ = ["hold", "rounded", "transformed"]


def transformed(number: Number, transform: Transform, block: Block) -> Number:
    """The transformed numbers."""
    moved = number.times(transform.times).plus(transform.plus)
    if transform.table:
        moved = _looked_up(moved, transform, block)
    if transform.clamp:
        moved = moved.at_least(transform.clamp[0]).at_most(transform.clamp[1])
    return moved


def _looked_up(number: Number, transform: Transform, block: Block) -> Number:
    """The value of the first row of the table whose ``up_to`` is not exceeded."""
    *rungs, last = transform.table
    scale = int(np.lcm.reduce([rung.value.denominator for rung in transform.table]))
    wholes = [float(rung.value * scale) for rung in transform.table]
    top = np.full(block.rows, wholes[-1])
    for rung, whole in reversed(list(zip(rungs, wholes, strict=False))):
        top = np.where(block.reaches(number, "<=", rung.up_to), whole, top)
    return Number(top, scale=scale, most=max(map(abs, wholes))).safe()


def hold(conditions: Mapping[str, str], block: Block) -> Mask | None:
    """Where all conditions hold; never where a score is missing. ``None``: everywhere."""
    found: Mask | None = None
    for name, condition in conditions.items():
        result = block.scores[name]
        found = _both(found, result.has)
        for bound in bounds(condition):
            if bound.is_percentile:
                raise NoColumns(N_("it is compared with its peers"))
            found = _both(found, block.reaches(result.number, bound.sign, bound.edge))
    return found


def _both(one: Mask | None, other: Mask | None) -> Mask | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def rounded(number: Number, rounding: Rounding, block: Block) -> Number:
    """The numbers rounded; rows too close to where rounding turns are left to the exact evaluator."""
    unit = 10 ** abs(rounding.digits)
    up, down = (unit, 1) if rounding.digits >= 0 else (1, unit)
    most = number.reach * up / down + 1
    if number.is_exact and 2 * number.most * up + number.widest * number.scale * down < MOST:
        bottom = number.scale * down if number.bottom is None else number.bottom * (number.scale * down)
        whole = _exact_whole(number.top * up if up != 1 else number.top, bottom, rounding.mode)
    else:
        plain = number.floated().top
        scaled = plain * up / down
        turned = scaled + 0.5 if rounding.mode.startswith("half") else scaled
        block.doubtful(np.abs(turned - np.rint(turned)) <= 2 * EDGE * up / down)
        whole = _exact_whole(scaled, 1, rounding.mode)
    if most * down >= MOST:
        raise NoColumns(N_("its numbers are too large"))
    return Number(whole * down if down != 1 else whole, scale=up, most=most * down)


def _exact_whole(top: Floats, bottom: Floats | int, mode: str) -> Floats:
    """``top / bottom`` as whole numbers."""
    match mode:
        case "floor":
            return np.floor(top / bottom)
        case "ceiling":
            return np.ceil(top / bottom)
        case "down":
            return np.trunc(top / bottom)
        case "up":
            return np.copysign(np.ceil(np.abs(top) / bottom), top)
        case "half-even":
            half = np.floor((2 * top + bottom) / (2 * bottom))
            return half - ((2 * top + bottom == half * 2 * bottom) & (half % 2 != 0))
        case _:
            return np.copysign(np.floor((2 * np.abs(top) + bottom) / (2 * bottom)), top)
