"""The column forms of the built-in aggregators, each named by its record in ``scoring.aggregators``.

Each returns the numbers of a block of visits, and agrees with the exact function of the same name as far as the errors
say that its numbers carry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction

import numpy as np

from cemaudit.guard import PluginFailure
from cemaudit.language import N_
from cemaudit.model.aggregator import Aggregator
from cemaudit.scoring.aggregators import BuiltInAggregator
from cemaudit.scoring.kernel.arithmetic import Floats, Mask, NotVectorizable, NumberColumn, common_scale, weighted_sum
from cemaudit.scoring.kernel.block import RowBlock
from cemaudit.scoring.kernel.members import BlockMembers

__all__ = ["ColumnForm", "column_form"]

Options = Mapping[str, Fraction]

Aggregated = tuple[NumberColumn, Mask | None]
"""The aggregates, and where they can be said; ``None``: everywhere."""

ColumnForm = Callable[[BlockMembers, Options, RowBlock], Aggregated]
ONE = Fraction(1)
ZERO = Fraction(0)


def column_form(aggregator: Aggregator) -> ColumnForm:
    """The column form of an aggregator; ``NotVectorizable`` where it has none."""
    if isinstance(aggregator, BuiltInAggregator):
        return aggregator.column_form
    if aggregator.columns is not None:
        return _plugin_form(aggregator)
    raise NotVectorizable(N_("{name} has no column form"), name=aggregator.name)


def total(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return Σ w·x."""
    return members.earned(), None


def deduction(members: BlockMembers, options: Options, _block: RowBlock) -> Aggregated:
    """Return ``base`` - Σ w·x."""
    return members.earned().times(Fraction(-1)).plus(options.get("base", Fraction(100))), None


def points_ratio(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return Σ w·points / Σ w·possible, where points are possible."""
    possible = members.possible()
    if not possible.is_exact or possible.bottom is not None:
        raise NotVectorizable(N_("its numbers are too large"))
    return _quotient_of(members.earned(), possible, possible.top > 0)


def mean(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return Σ x / n."""
    count = NumberColumn(members.count, most=float(members.size))
    return _quotient_of(members.unweighted_sum(), count, None)


def weighted_mean(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return Σ w·x / Σ w, where the weights do not sum to 0."""
    weight = members.weight()
    earned = members.earned()
    if min(members.members.weights, default=0) < 0:
        sign = np.sign(weight.top)
        earned = NumberColumn(
            earned.top * sign, earned.bottom, earned.scale, earned.most, earned.denominator_bound, earned.error
        )
        weight = NumberColumn(np.abs(weight.top), None, weight.scale, weight.most)
    return _quotient_of(earned, weight, weight.top != 0)


def _quotient_of(top: NumberColumn, bottom: NumberColumn, where: Mask | None) -> Aggregated:
    """``top / bottom`` for an exact ``bottom`` that is not negative; where it is 0 the number means nothing."""
    # Rows without a value divide by 1, not by 0; ``where`` says which they are.
    safe = np.maximum(bottom.top, np.ones(len(bottom.top)), out=bottom.top)
    if top.is_exact and top.bottom is None:
        scaled = top.times(Fraction(bottom.scale))
        if scaled.is_exact and bottom.most * scaled.scale < 2.0**52:
            return NumberColumn(scaled.top, safe, scaled.scale, scaled.most, bottom.most), where
    plain = top.as_floats()
    value = plain.top / (safe / bottom.scale)
    most = plain.most * bottom.scale
    return NumberColumn(value, most=most, error=(plain.error + plain.most * 2.0**-50) * bottom.scale), where


def _extreme(members: BlockMembers, farthest: float, pick: np.ufunc) -> Aggregated:
    member_columns = members.parts()
    numbers = [member.number for member in member_columns]
    scale = common_scale(numbers)
    tops = [n.as_floats().top if scale is None else n.top * (scale // n.scale) for n in numbers]
    best = pick.reduce([np.where(member.has, top, farthest) for member, top in zip(member_columns, tops, strict=True)])
    best = np.where(np.isinf(best), 0.0, best)
    most = max(number.reach for number in numbers)
    if scale is not None:
        return NumberColumn(best, scale=scale, most=most * scale).float_if_overflowing(), None
    return NumberColumn(best, most=most, error=max(number.as_floats().error for number in numbers)), None


def smallest(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return the smallest x."""
    return _extreme(members, np.inf, np.minimum)


def largest(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return the largest x."""
    return _extreme(members, -np.inf, np.maximum)


def product(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return Π x."""
    product = NumberColumn(np.ones(members.block.rows), most=1.0)
    for member_columns in members.parts():
        number = member_columns.number
        # A member without a score is a factor of 1: ``scale`` parts of ``scale``.
        plain = number if number.is_exact and number.bottom is None else number.as_floats()
        factor = np.where(member_columns.has, plain.top, plain.scale)
        most = max(plain.most, plain.scale)
        product = _multiplied(product, NumberColumn(factor, None, plain.scale, most, 1.0, plain.error))
    return product, None


def _multiplied(factor: NumberColumn, other: NumberColumn) -> NumberColumn:
    if factor.is_exact and other.is_exact and factor.bottom is None and other.bottom is None:
        product = NumberColumn(factor.top * other.top, None, factor.scale * other.scale, factor.most * other.most)
        if product.fits:
            return product
    first, second = factor.as_floats(), other.as_floats()
    most = first.most * second.most
    error = first.error * second.most + second.error * first.most + most * 2.0**-52
    return NumberColumn(first.top * second.top, most=most, error=error)


def geometric_mean(members: BlockMembers, options: Options, block: RowBlock) -> Aggregated:
    """Return (Π x)^(1/n), where no x is negative."""
    number, _ = product(members, options, block)
    member_columns = members.parts()
    if not number.is_exact:
        raise NotVectorizable(N_("{name} has no column form"), name="geometric-mean")
    negative = np.logical_or.reduce([member.has & (member.number.top < 0) for member in member_columns])
    root = np.maximum(number.value, 0.0) ** (1.0 / np.maximum(members.count, 1.0))
    most = max(1.0, *(member.number.reach for member in member_columns))
    return NumberColumn(root, most=most, error=most * 2.0**-48), ~negative


def difference(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return a - b."""
    first, second = (member_columns.number for member_columns in members.parts())
    return weighted_sum([first, second], [ONE, -ONE], members.block.rows), None


def quotient(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return a / b, where b is not 0."""
    first, second = (member_columns.number for member_columns in members.parts())
    if not second.is_exact or second.bottom is not None:
        raise NotVectorizable(N_("it divides by a number that is not whole"))
    # Denominators are positive in columns, so a negative sign goes to the top.
    sign = np.sign(second.top)
    top = NumberColumn(first.top * sign, first.bottom, first.scale, first.most, first.denominator_bound, first.error)
    return _quotient_of(top, NumberColumn(np.abs(second.top), None, second.scale, second.most), second.top != 0)


def first_scored(members: BlockMembers, _options: Options, _block: RowBlock) -> Aggregated:
    """Return the first x that is scored."""
    member_columns = members.parts()
    numbers = [member.number for member in member_columns]
    scale = common_scale(numbers)
    tops = [n.as_floats().top if scale is None else n.top * (scale // n.scale) for n in numbers]
    first_value = np.zeros(members.block.rows)
    for member, top in reversed(list(zip(member_columns, tops, strict=True))):
        first_value = np.where(member.has, top, first_value)
    most = max(number.reach for number in numbers)
    if scale is not None:
        return NumberColumn(first_value, scale=scale, most=most * scale).float_if_overflowing(), None
    return NumberColumn(first_value, most=most, error=max(number.as_floats().error for number in numbers)), None


def _reaching(members: BlockMembers, block: RowBlock, sign: str, edge: Fraction) -> Floats:
    total = np.zeros(block.rows)
    for member_columns in members.parts():
        total += member_columns.has & block.compare_with(member_columns.number, sign, edge)
    return total


def share_reaching(members: BlockMembers, options: Options, block: RowBlock) -> Aggregated:
    """Return the share of members with x ≥ ``from``."""
    reaching = NumberColumn(_reaching(members, block, ">=", options.get("from", ONE)), most=float(members.size))
    return _quotient_of(reaching, NumberColumn(members.count, most=float(members.size)), None)


def count_reaching(members: BlockMembers, options: Options, block: RowBlock) -> Aggregated:
    """Return how many members have x ≥ ``from``; without that option, how many are scored."""
    counted = _reaching(members, block, ">=", options["from"]) if "from" in options else members.count
    return NumberColumn(counted, most=float(members.size)), None


def scaled_experience(members: BlockMembers, options: Options, _block: RowBlock) -> Aggregated:
    """Return P·E, or E·(1 - P/2) where E < 0, of a P and an E that run on ``scale``."""
    performance, emotion = (member_columns.number.as_floats() for member_columns in members.parts())
    scale = float(options.get("scale", ONE))
    p, e = performance.top / scale, emotion.top / scale
    number = np.where(e >= 0, p * e, e * (1 - p / 2)) * scale
    most = (1 + performance.most / scale) * emotion.most
    error = performance.error * emotion.most / scale + emotion.error * (1 + performance.most / scale)
    return NumberColumn(number, most=most, error=error + most * 2.0**-49), None


def scaled_smooth_experience(members: BlockMembers, options: Options, block: RowBlock) -> Aggregated:
    """Return P - (1 - E)/2, or the lower of E·(1 - P/2) and P - 1/2 where E < 0, of a P and an E on ``scale``."""
    performance, emotion = members.parts()
    # It jumps where E reaches 0: rows whose E may lie on either side are scored exactly.
    undecided = emotion.number.undecided(ZERO)
    if undecided is not None:
        block.leave_to_exact(undecided & emotion.has)
    scale = float(options.get("scale", ONE))
    p_number, e_number = performance.number.as_floats(), emotion.number.as_floats()
    p, e = p_number.top / scale, e_number.top / scale
    number = np.where(e >= 0, p - (1 - e) / 2, np.minimum(e * (1 - p / 2), p - 0.5)) * scale
    most = (1 + p_number.most / scale) * (scale + e_number.most)
    error = p_number.error * (1 + e_number.most / scale) + e_number.error * (1 + p_number.most / scale)
    return NumberColumn(number, most=most, error=error + most * 2.0**-49), None


def net_promoter_score(members: BlockMembers, _options: Options, block: RowBlock) -> Aggregated:
    """Return the percentage of answers from 9 up less that of answers up to 6."""
    top = 100 * (_reaching(members, block, ">=", Fraction(9)) - _reaching(members, block, "<=", Fraction(6)))
    return _quotient_of(
        NumberColumn(top, most=100.0 * members.size), NumberColumn(members.count, most=float(members.size)), None
    )


def _plugin_form(aggregator: Aggregator) -> ColumnForm:
    """A plugin's own column form; its numbers count as floats good to about eleven digits."""

    def run(members: BlockMembers, options: Options, block: RowBlock) -> Aggregated:
        member_columns, is_scored = members.parts(), members.scored > 0
        values = np.array([np.where(member.has, member.number.value, np.nan)[is_scored] for member in member_columns])
        possible = np.array(
            [
                np.where(member.has, np.nan if member.possible is None else member.possible.value, np.nan)[is_scored]
                for member in member_columns
            ]
        )
        weights = np.array([float(weight) for weight in members.members.weights])
        call = aggregator.columns
        assert call is not None  # noqa: S101 (asked only where there is one)
        result = np.full(block.rows, np.nan)
        has_failed = bool(is_scored.any())
        if is_scored.any():
            # A plugin may divide by 0 where it returns NaN.
            with np.errstate(all="ignore"), suppress(PluginFailure):
                result[is_scored] = call(values, weights, possible, options)
                has_failed = False
        if has_failed:
            block.leave_to_exact(is_scored)
        is_finite = np.isfinite(result)
        number = np.where(is_finite, result, 0.0)
        block.leave_to_exact(np.abs(number) > _PLUGIN_REACH)
        return NumberColumn(np.clip(number, -_PLUGIN_REACH, _PLUGIN_REACH), most=_PLUGIN_REACH, error=1e-11), is_finite

    return run


_PLUGIN_REACH = 1e4  # rows beyond are scored exactly
