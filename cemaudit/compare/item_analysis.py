"""Item analysis: which items distinguish visits, which never do, and which changed their meaning."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scipy import stats

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.intervals import Interval, wilson_interval
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.errors import Sayable
from cemaudit.language import message

__all__ = [
    "SHARE_UNITS",
    "ItemAdvice",
    "ItemCounts",
    "ItemStatistics",
    "item_table",
    "upper_limit_of_share",
]

SHARE_UNITS = 10_000
"""Shares of points are counted in such parts of the whole."""


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """The counts and sums of an item: of the share x of its points, and the share r of those of the visit's other
    items, in ``SHARE_UNITS``.

    ``n`` visits with points, their ``total``, ``total_squares``, ``fails`` and ``full`` marks; ``with_rest`` visits in
    which other items have points, too, and the sums of x, x², r, r², xr there. ``shoppers`` with enough answers, and
    those whose answers are all worth the same (``uniform_shoppers``).
    """

    item: str
    title: Sayable
    asked: int
    answered: int
    not_applicable: int
    n: int = 0
    total: int = 0
    total_squares: int = 0
    fails: int = 0
    full: int = 0
    with_rest: int = 0
    item_sum: int = 0
    item_squares: int = 0
    rest_sum: int = 0
    rest_squares: int = 0
    products: int = 0
    shoppers: int = 0
    uniform_shoppers: int = 0

    @property
    def mean(self) -> float | None:
        """The mean share of points, 0 to 1; ``None`` without points."""
        return self.total / (self.n * SHARE_UNITS) if self.n else None

    @property
    def variance(self) -> float:
        """The variance of the share of points; 0 of fewer than two."""
        if self.n < 2:
            return 0.0
        # Of whole numbers: the difference of two large sums is exact.
        return (self.n * self.total_squares - self.total**2) / (self.n * (self.n - 1) * SHARE_UNITS**2)


LEAST = 30
"""Below so many answers an item is not judged."""

DEAD_BELOW = 0.01
"""An item is dead where less than full marks (or more than a fail) are surely rarer than this."""

_CONFIDENCE = 0.95
SELDOM_BELOW = 0.5

ALIKE = 0.5
"""From this share of shoppers on who always answer alike."""

DRIFTED = 3.0
"""Standard errors between two versions."""

DIFFERS = -0.1


class ItemAdvice(StrEnum):
    """What to do about an item."""

    FEW = "too-few"
    ALWAYS = "always-met"
    MUST_KEEP = "must-keep"
    NO_PART = "no-part"
    NEVER = "never-met"
    DRIFT = "drifted"
    CONTRARY = "contrary"
    UNCALIBRATED = "uncalibrated"
    SELDOM = "seldom-applies"
    FINE = ""


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """An item of a version of the checklist; shares from 0 to 1.

    Visits in which it was ``asked``, and ``answered``; ``not_applicable``: the share of those. ``points``: the mean
    share of points, ``None`` without points; ``full_marks``: the share of these, with its interval
    ``full_marks_interval``. ``item_rest_correlation``: with the share of points of all other items of the visit.
    ``uniform_shoppers``: the share of shoppers with at least 5 answers who always gave the same. ``drift``: standard
    errors by which ``points`` lies above the version before.
    """

    checklist: str
    item: str
    title: Sayable
    asked: int
    answered: int
    not_applicable: float
    points: float | None
    full_marks: float | None
    full_marks_interval: Interval | None
    item_rest_correlation: float | None
    uniform_shoppers: float | None
    drift: float | None
    advice: ItemAdvice


def item_table(
    counts_by_version: Iterable[tuple[str, ItemCounts]],
    is_mandatory: Callable[[str, str], bool],
    rules: ComparisonRules = DEFAULT_RULES,
    has_part: Callable[[str, str], bool] = lambda ref, item: True,  # noqa: ARG005
    former_ids: Callable[[str, str], Sequence[str]] = lambda ref, item: (),  # noqa: ARG005
) -> list[ItemStatistics]:
    """Return the statistics of items, each with the version of its checklist (``id@version``), older versions first.

    ``is_mandatory``, ``has_part`` (in the headline), ``former_ids`` (in earlier versions): of a version's item.
    ``NotEstimable`` where nothing was asked.
    """
    rows: list[ItemStatistics] = []
    before: dict[tuple[str, str], ItemCounts] = {}
    for ref, counts in counts_by_version:
        checklist = ref.partition("@")[0]
        names = (counts.item, *former_ids(ref, counts.item))
        earlier = next((before[checklist, name] for name in names if (checklist, name) in before), None)
        row = _statistics_of(ref, counts, earlier, rules)
        # A duty that everybody meets says nothing of the stores, and must be asked all the same.
        if row.advice is ItemAdvice.ALWAYS and is_mandatory(ref, counts.item):
            row = replace(row, advice=ItemAdvice.MUST_KEEP)
        elif row.advice is ItemAdvice.ALWAYS and not has_part(ref, counts.item):
            # No score can show what it is worth, so nobody is told to drop it.
            row = replace(row, advice=ItemAdvice.NO_PART)
        rows.append(row)
        before[checklist, counts.item] = counts
    if not any(row.asked for row in rows):
        raise NotEstimable(message("No visits meet the conditions."), "nothing")
    return rows


def _statistics_of(ref: str, counts: ItemCounts, before: ItemCounts | None, rules: ComparisonRules) -> ItemStatistics:
    drift = None if before is None else _drift(before, counts)
    correlation = _item_rest_correlation(counts)
    # The least number of answers of a person serves as the least number of persons, too.
    uniform = counts.uniform_shoppers / counts.shoppers if counts.shoppers >= rules.least_person else None
    return ItemStatistics(
        checklist=ref,
        item=counts.item,
        title=counts.title,
        asked=counts.asked,
        answered=counts.answered,
        not_applicable=counts.not_applicable / counts.asked if counts.asked else 0.0,
        points=counts.mean,
        full_marks=counts.full / counts.n if counts.n else None,
        full_marks_interval=wilson_interval(counts.full, counts.n, rules.level) if counts.n else None,
        item_rest_correlation=correlation,
        uniform_shoppers=uniform,
        drift=drift,
        advice=_advice(counts, correlation, uniform, drift),
    )


def _advice(counts: ItemCounts, correlation: float | None, uniform: float | None, drift: float | None) -> ItemAdvice:
    """Return the gravest advice that holds."""
    n = counts.n if counts.mean is not None else counts.answered
    seldom = counts.asked >= LEAST and counts.not_applicable > SELDOM_BELOW * counts.asked
    # Too few answers before all else: nothing below could be relied on.
    checks: Sequence[tuple[bool, ItemAdvice]] = (
        (n < LEAST and seldom, ItemAdvice.SELDOM),
        (n < LEAST, ItemAdvice.FEW),
        (counts.mean is not None and upper_limit_of_share(n - counts.full, n) < DEAD_BELOW, ItemAdvice.ALWAYS),
        (counts.mean is not None and upper_limit_of_share(n - counts.fails, n) < DEAD_BELOW, ItemAdvice.NEVER),
        (drift is not None and abs(drift) > DRIFTED, ItemAdvice.DRIFT),
        (correlation is not None and correlation < DIFFERS, ItemAdvice.CONTRARY),
        (uniform is not None and uniform > ALIKE, ItemAdvice.UNCALIBRATED),
        (seldom, ItemAdvice.SELDOM),
    )
    return next((advice for holds, advice in checks if holds), ItemAdvice.FINE)


def upper_limit_of_share(events: int, n: int) -> float:
    """Return the upper 95 % limit of a share, by Poisson; of no event in n the rule of three, 3/n. 1 where n is 0."""
    return float(stats.chi2.ppf(_CONFIDENCE, 2 * (events + 1)) / 2 / n) if n else 1.0


def _item_rest_correlation(counts: ItemCounts) -> float | None:
    """Return the correlation of an item with the rest; ``None`` where one of them does not differ, or n is too small.

    With the rest and not with the whole score, of which the item is a part and which it therefore correlates with.
    """
    n = counts.with_rest
    xx = n * counts.item_squares - counts.item_sum**2
    rr = n * counts.rest_squares - counts.rest_sum**2
    if n < LEAST or xx <= 0 or rr <= 0:
        return None
    return (n * counts.products - counts.item_sum * counts.rest_sum) / math.sqrt(xx * rr)


def _drift(before: ItemCounts, after: ItemCounts) -> float | None:
    """Return Welch's z of two means; ``None`` where one of them is of too few visits."""
    if min(before.n, after.n) < LEAST or before.mean is None or after.mean is None:
        return None
    error = math.sqrt(before.variance / before.n + after.variance / after.n)
    return (after.mean - before.mean) / error if error > 0 else None
