"""Agreement of shoppers: how far all who judged the same case (a store in a wave) agree, whoever they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.crosstabs import VisitArrays
from cemaudit.compare.mixed_model.crossproducts import Vector
from cemaudit.compare.rater_agreement import (
    AgreementCoefficient,
    SquareSums,
    icc_from_mean_squares,
    krippendorff_alphas,
    resampled_alpha,
)
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.language import N_, Message, message

__all__ = [
    "LEAST_CASES",
    "RESAMPLED_CASES",
    "CaseSums",
    "ShopperAgreement",
    "agreement_of_ratings",
    "alpha_of_cases",
    "one_way_icc",
    "shopper_agreement",
]

LEAST_CASES = 10
"""Of fewer nothing is said."""

RESAMPLED_CASES = 2_000
"""Of more cases the interval of alpha is by the infinitesimal jackknife, for drawing them anew would take too long."""

FAIR, GOOD = 0.40, 0.60
"""Intraclass correlations from which agreement is called fair, and good: Cicchetti 1994, Psychological Assessment
6:284-290.
"""


@dataclass(frozen=True, slots=True)
class ShopperAgreement:
    """How far shoppers agree.

    ``cases``: a store in a wave, with two shoppers or more; ``sampled``: of how many the coefficients are (all).

    ``alpha``: Krippendorff's; ``icc``: the intraclass correlation ICC1 of any two shoppers of a case; both of all
    shoppers of all cases, and ``None`` below ``LEAST_CASES``, or where no scores differ. ``notes``: the same in words.
    """

    cases: int
    sampled: int
    alpha: AgreementCoefficient | None
    icc: AgreementCoefficient | None
    notes: tuple[Message, ...]


class CaseSums(NamedTuple):
    """Of each case (C) with several raters: how many (``raters``), the ``total`` of their ratings less the median of
    all, and the sum of ``squares`` of the ratings' deviations from the case's own mean.

    In an order that depends on these numbers alone, so that no result depends on who the raters are called.
    """

    raters: Vector
    total: Vector
    squares: Vector

    @classmethod
    def of_ratings(cls, case: NDArray[Any], rater: NDArray[Any], rating: Vector) -> CaseSums:
        """Return the sums of ratings (R); several ratings of a case by one rater count as one, their mean."""
        pairs = np.stack([case.astype(np.int64), rater.astype(np.int64)])
        order = np.lexsort((rating, pairs[1], pairs[0]))
        begins = np.flatnonzero(np.r_[True, (np.diff(pairs[:, order], axis=1) != 0).any(axis=0)][: len(order)])
        if not len(begins):
            return cls(*np.zeros((3, 0)))
        sizes = np.diff(np.r_[begins, len(order)])
        means = np.add.reduceat(rating[order], begins) / sizes
        of_case = pairs[0, order][begins]
        # Sorted by value within a case: the last digits of a sum depend on the order of what is added up.
        sorted_means = np.lexsort((means, of_case))
        values, cases = means[sorted_means], of_case[sorted_means]
        starts = np.flatnonzero(np.r_[True, np.diff(cases) != 0])
        count = np.diff(np.r_[starts, len(cases)])
        several = np.repeat(count > 1, count)
        if not several.any():
            return cls(*np.zeros((3, 0)))
        count = count[count > 1].astype(np.float64)
        values = values[several] - np.median(values[several])
        starts = np.r_[0, count.cumsum()[:-1]].astype(np.intp)
        total = np.add.reduceat(values, starts)
        squares = np.add.reduceat((values - np.repeat(total / count, count.astype(np.intp))) ** 2, starts)
        canonical = np.lexsort((squares, total, count))
        return cls(count[canonical], total[canonical], squares[canonical])


def one_way_icc(cases: CaseSums, level: float) -> AgreementCoefficient:
    """Return ICC1 of cases with unequal numbers of raters: how far any two raters of a case go together.

    One-way analysis of variance: (MSB - MSW) / (MSB + (n0 - 1) MSW), with n0 = (N - Σ n² / N) / (C - 1) raters a case
    (Donner 1986, International Statistical Review 54:67-82); with equal numbers it is Shrout & Fleiss's ICC1. The
    interval is that of equal numbers with n0 in their place (Ukoumunne 2002, Statistics in Medicine 21:3757-3774).
    """
    count, total, squares = cases
    number, ratings = len(count), count.sum()
    usual = (ratings - (count**2).sum() / ratings) / (number - 1)
    means = total / count
    between = (count * (means - total.sum() / ratings) ** 2).sum() / (number - 1)
    within = squares.sum() / (ratings - number)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, low, high = icc_from_mean_squares(between, within, (number - 1, int(ratings) - number), usual, level)
    return AgreementCoefficient("ICC1", float(value), float(low), float(high), number)


def alpha_of_cases(cases: CaseSums, level: float) -> AgreementCoefficient:
    """Return Krippendorff's alpha (metric ``interval``) of cases.

    The interval is of cases drawn again; of more than ``RESAMPLED_CASES`` it is normal, by the infinitesimal jackknife
    (Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, chapter 6).
    """
    count, total, squares = cases
    inner = 2 * count * squares / (count - 1)
    disagreement = SquareSums(np.column_stack([count, total, squares + total**2 / count]), inner)
    if len(count) <= RESAMPLED_CASES:
        return resampled_alpha("alpha (interval)", disagreement, len(count), level)
    value = float(krippendorff_alphas(np.ones((1, len(count))), disagreement)[0])
    half = NormalDist().inv_cdf((1 + level) / 2) * float(np.sqrt((_alpha_influence(disagreement) ** 2).sum()))
    return AgreementCoefficient("alpha (interval)", value, value - half, value + half, len(count))


def _alpha_influence(disagreement: SquareSums) -> Vector:
    """Return the derivatives (C) of alpha = 1 - (N - 1) D / E by the weight of each case, less their mean."""
    count, total, squares = disagreement.sums.T
    (number, sum_of_all, sum_of_squares), within = disagreement.sums.sum(axis=0), disagreement.inner.sum()
    expected = 2 * (number * sum_of_squares - sum_of_all**2)
    change = 2 * (count * sum_of_squares + number * squares - 2 * sum_of_all * total)
    observed = count * within + (number - 1) * disagreement.inner
    influence: Vector = (number - 1) * within * change / expected**2 - observed / expected
    centred: Vector = influence - influence.mean()
    return centred


def shopper_agreement(arrays: VisitArrays, rules: ComparisonRules = DEFAULT_RULES) -> ShopperAgreement:
    """Return what these visits say; the scores of a shopper who came twice in a wave count as one, their mean."""
    has_shopper = arrays.shopper >= 0
    wave = next((factor.codes for factor in arrays.factors if factor.name == "wave"), np.zeros_like(arrays.store))
    # A case is a store in a wave, as one number.
    case = arrays.store[has_shopper].astype(np.int64) * (int(wave.max(initial=0)) + 1) + wave[has_shopper]
    sums = CaseSums.of_ratings(case, arrays.shopper[has_shopper], arrays.score[has_shopper])
    agreement = _agreement(sums, rules.level)
    return replace(agreement, notes=tuple(_agreement_notes(agreement)))


def agreement_of_ratings(
    case: Sequence[str | None], rater: Sequence[str | None], rating: Vector, level: float
) -> ShopperAgreement:
    """Return how far raters (R) of cases (R) agree in their ``rating`` (R); rows that lack any are left out.

    There are no notes: they would speak of stores and waves.
    """
    is_complete = np.isfinite(rating) & np.array([None not in pair for pair in zip(case, rater, strict=True)], np.bool_)
    rows = np.flatnonzero(is_complete).tolist()
    _, cases = np.unique([str(case[row]) for row in rows], return_inverse=True)
    _, raters = np.unique([str(rater[row]) for row in rows], return_inverse=True)
    return _agreement(CaseSums.of_ratings(cases, raters, rating[is_complete]), level)


def _agreement(cases: CaseSums, level: float) -> ShopperAgreement:
    number = len(cases.raters)
    if number < LEAST_CASES:
        return ShopperAgreement(number, 0, None, None, ())
    alpha, icc = alpha_of_cases(cases, level), one_way_icc(cases, level)
    if not np.isfinite([alpha.value, alpha.low, alpha.high, icc.value, icc.low, icc.high]).all():
        return ShopperAgreement(number, number, None, None, ())
    return ShopperAgreement(number, number, alpha, icc, ())


def _agreement_notes(agreement: ShopperAgreement) -> Iterator[Message]:
    cases, alpha, icc = agreement.cases, agreement.alpha, agreement.icc
    if cases < LEAST_CASES:
        yield message(
            "Not enough data for agreement: two or more shoppers visited the same store in the same wave in {cases} "
            "cases; at least {least} are needed.",
            cases=cases, least=LEAST_CASES,
        )  # fmt: skip
        return
    if alpha is None or icc is None:
        yield message(
            "Two shoppers or more visited the same store in the same wave in {cases} cases, and all scores are the "
            "same: nothing differs that they could disagree about.",
            cases=f"{cases:,}",
        )  # fmt: skip
        return
    yield message(
        "Two shoppers or more visited the same store in the same wave in {cases} cases. Krippendorff's alpha of their "
        "scores is {alpha} ({low} to {high}): 1 is full agreement, 0 no more than chance.",
        cases=f"{cases:,}", **_coefficient_words(alpha, "alpha"),
    )  # fmt: skip
    text = _MUCH if icc.value >= GOOD else _SOME if icc.value >= FAIR else _LITTLE
    yield message(text, **_coefficient_words(icc, "icc"))
    yield message("The visits were at different times: disagreement includes differences between visits.")


_MUCH = N_("Agreement is good: ICC(1) of two shoppers is {icc} ({low} to {high}).")
_SOME = N_("Agreement is moderate: ICC(1) of two shoppers is {icc} ({low} to {high}).")
_LITTLE = N_("Agreement is poor: ICC(1) of two shoppers is {icc} ({low} to {high}).")


def _coefficient_words(coefficient: AgreementCoefficient, name: str) -> dict[str, str]:
    return {
        key: f"{value:.2f}"
        for key, value in ((name, coefficient.value), ("low", coefficient.low), ("high", coefficient.high))
    }
