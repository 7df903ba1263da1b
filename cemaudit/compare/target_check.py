"""The target checked by the plain mean alone, where visits show no differences that stores could be compared by.

There is one store, or all scores are equal. The mean of the visits is a fact; how far it would move in other visits is
told by the spread between shoppers, where there is any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cemaudit.compare.crosstabs import VisitArrays
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.intervals import Interval
from cemaudit.compare.results import ComparedData
from cemaudit.compare.score_scale import decimals_of
from cemaudit.language import Message, message

__all__ = ["StoreMean", "TargetCheck", "check_target", "target_conclusions"]

_ROUNDING = 1e-9


class StoreMean(NamedTuple):
    """The ``mean`` score of a ``store`` (its id) over its ``visits``, as scored."""

    store: str
    visits: int
    mean: float


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """Whether the ``mean`` of all visits, in points, meets the ``target``.

    ``interval`` at ``level``; ``None`` where there can be none, for the reason ``no_interval``. ``stores``: their
    means.
    """

    facts: ComparedData
    target: float
    level: float
    mean: float
    interval: Interval | None
    no_interval: Message | None
    stores: tuple[StoreMean, ...]

    @property
    def is_met(self) -> bool:
        """Whether the mean is on the good side of the target, or on it."""
        excess = self.target - self.mean if self.facts.better == "lower" else self.mean - self.target
        return excess >= -_ROUNDING

    @property
    def is_settled(self) -> bool:
        """Whether the whole interval lies on the side of the target that the mean is on."""
        return self.interval is not None and not self.interval.low <= self.target <= self.interval.high


def check_target(arrays: VisitArrays, target: float, level: float, span: Interval | None = None) -> TargetCheck:
    """Return whether the visits of one store, or visits of equal scores, meet a ``target`` in points.

    ``span``: the scale of the measure, where it has ends. ``NotEstimable`` where there are several stores and their
    scores differ: those are for the model to compare.
    """
    raw = arrays.raw
    is_equal = float(np.ptp(raw)) <= _ROUNDING
    if len(arrays.stores) > 1 and not is_equal:
        raise NotEstimable(
            message("these stores differ: their mean alone does not say whether they meet a target"), "differ"
        )
    mean = float(raw.mean())
    interval, reason = (None, _why_no_interval(arrays, is_equal=is_equal))
    if reason is None:
        half = _half_width(arrays, mean, level)
        interval = Interval(mean - half, mean + half)
        # Cut off at the end of the scale it would claim a certainty that few visits do not carry.
        if span and (interval.low < span.low or interval.high > span.high):
            interval, reason = None, message("it would reach beyond the end of the scale: too few visits for it")
    visits = np.bincount(arrays.store, minlength=len(arrays.stores))
    totals = np.bincount(arrays.store, weights=raw, minlength=len(arrays.stores))
    stores = tuple(
        StoreMean(store, int(count), float(total / count))
        for store, count, total in zip(arrays.stores, visits, totals, strict=True)
    )
    return TargetCheck(arrays.facts, target, level, mean, interval, reason, stores)


def _why_no_interval(arrays: VisitArrays, *, is_equal: bool) -> Message | None:
    """Return why nothing tells how far the mean would move in other visits; ``None`` where something does."""
    if len(arrays.raw) < 2:
        return message("there is only one visit")
    if is_equal:
        return message("all scores are equal, and without a spread nothing tells how far others would be from them")
    if len(np.unique(_clusters(arrays))) < 2:
        return message("one shopper made all visits, and nothing tells how strict that shopper is")
    return None


def _clusters(arrays: VisitArrays) -> NDArray[np.int64]:
    """Return the code (n) of who made each visit; of shoppers not known each counts as one of their own."""
    known = arrays.shopper.astype(np.int64)
    return np.where(known < 0, len(arrays.shoppers) + np.arange(len(known)), known)


def _half_width(arrays: VisitArrays, mean: float, level: float) -> float:
    """Return half the interval of the mean, by shoppers as clusters; with one visit each, Student's own interval.

    Liang and Zeger 1986, Biometrika 73:13-22, with G / (G - 1) and t of G - 1 degrees of freedom for G shoppers.
    """
    _, codes = np.unique(_clusters(arrays), return_inverse=True)
    residuals = np.bincount(codes, weights=arrays.raw - mean)
    shoppers = len(residuals)
    variance = shoppers / (shoppers - 1) * float(residuals @ residuals) / len(arrays.raw) ** 2
    return float(stats.t.ppf((1 + level) / 2, shoppers - 1) * np.sqrt(variance))


def target_conclusions(check: TargetCheck) -> tuple[Message, ...]:
    """Return the sentences: the answer first, then the mean with its interval or why there is none."""
    digits = _decimals(check)
    target, mean = f"{check.target:g}", f"{check.mean:.{digits}f}"
    answer = (
        message("By these figures the target of {target} is met.", target=target)
        if check.is_met
        else message("By these figures the target of {target} is not met.", target=target)
    )
    visits = f"{check.facts.visits:,}"
    if check.interval is None:
        certainty = message("How sure that is cannot be known from these visits.")
        text = message("Mean of visits ({visits}): {mean}. No interval can be given: {why}.",
                       visits=visits, mean=mean, why=check.no_interval)  # fmt: skip
        return (answer, text, certainty)
    low, high = (f"{end:.{digits}f}" for end in check.interval)
    text = message("Mean of visits ({visits}): {mean}; {level} % interval {low} to {high}.",
                   visits=visits, mean=mean, level=f"{check.level * 100:g}", low=low, high=high)  # fmt: skip
    certainty = (
        message("The whole interval lies on that side of the target.")
        if check.is_settled
        else message("The target lies within the interval: other visits may come out on its other side.")
    )
    return (answer, text, certainty)


_MOST_DECIMALS = 6


def _decimals(check: TargetCheck) -> int:
    """Return the decimals for the mean: so many that one beside the target is not printed as the target itself."""
    first = decimals_of(abs(check.mean))
    if abs(check.mean - check.target) <= _ROUNDING:
        return first
    for digits in range(first, _MOST_DECIMALS):
        if float(f"{check.mean:.{digits}f}") != check.target:
            return digits
    return _MOST_DECIMALS
