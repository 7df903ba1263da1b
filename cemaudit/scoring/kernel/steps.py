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
    rungs = [(rung.up_to, rung.value) for rung in transform.table]
    scale = int(np.lcm.reduce([rung.value.denominator for rung in transform.table]))
    wholes = [float(rung.value * scale) for rung in transform.table]
    top = np.full(block.rows, wholes[-1])
    for (up_to, _), whole in reversed(list(zip(rungs, wholes, strict=True))):
        if up_to is not None:
            top = np.where(block.reaches(number, "<=", up_to), whole, top)
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
        bottom: Floats | int = number.scale * down
        if number.bottom is not None:
            bottom = np.multiply(number.bottom, bottom, out=number.bottom) if bottom != 1 else number.bottom
        whole = _to_whole(np.multiply(number.top, up, out=number.top), bottom, rounding.mode)
    else:
        scaled = number.floated().top * up / down
        turned = scaled + 0.5 if rounding.mode.startswith("half") else scaled
        block.doubtful(np.abs(turned - np.rint(turned)) <= 2 * EDGE * up / down)
        whole = _to_whole(scaled, 1, rounding.mode)
    if most * down >= MOST:
        raise NoColumns(N_("its numbers are too large"))
    return Number(whole * down if down != 1 else whole, scale=up, most=most * down)


def _to_whole(top: Floats, bottom: Floats | int, mode: str) -> Floats:
    """``top / bottom`` as whole numbers; both arrays are used up."""
    if mode in {"half-up", "half-even"}:
        return _halved(top, bottom, mode)
    quotient: Floats = np.divide(top, bottom, out=top)
    if mode == "up":
        return np.copysign(np.ceil(np.abs(quotient)), quotient)
    whole: Floats = _WHOLE[mode](quotient, out=quotient)
    return whole


_WHOLE: dict[str, np.ufunc] = {"floor": np.floor, "ceiling": np.ceil, "down": np.trunc}


def _halved(top: Floats, bottom: Floats | int, mode: str) -> Floats:
    """The nearest whole number; of two equally near ones the even one, or the one away from zero."""
    signs = np.sign(top) if mode == "half-up" and len(top) and top.min() < 0 else None
    if signs is not None:
        top *= signs
    top *= 2
    top += bottom
    twice = bottom * 2 if isinstance(bottom, int) else np.multiply(bottom, 2, out=bottom)
    quotient: Floats = np.divide(top, twice, out=top)
    whole = np.floor(quotient)
    if mode == "half-even":
        whole -= (quotient == whole) & (whole % 2 != 0)
    return whole if signs is None else whole * signs
