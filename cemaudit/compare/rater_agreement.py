"""Agreement and consistency: intraclass correlation and Krippendorff's alpha of shoppers, Cronbach's alpha of items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from cemaudit.compare.crosstabs import VisitArrays
from cemaudit.compare.drivers.data import DriverProducts
from cemaudit.compare.mixed_model.crossproducts import Matrix, Vector
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.language import N_, Message, message

__all__ = [
    "LEAST_CASES",
    "MOST_ITEMS",
    "SAMPLED_CASES",
    "AgreementCoefficient",
    "InternalConsistency",
    "Metric",
    "ShopperAgreement",
    "agreement_of_ratings",
    "cronbach_alpha",
    "internal_consistency",
    "intraclass",
    "krippendorff_alpha",
    "shopper_agreement",
]


class AgreementCoefficient(NamedTuple):
    """A coefficient (1 is full agreement, 0 chance; below 0 is possible), from ``units`` seen by two or more.

    ``low`` to ``high``: its interval; NaN where there is none.
    """

    name: str
    value: float
    low: float
    high: float
    units: int


def intraclass(table: NDArray[np.float64], level: float = 0.95) -> tuple[AgreementCoefficient, ...]:
    """Return the six coefficients of Shrout & Fleiss: ICC1, ICC2, ICC3 (one rater), ICC1k, ICC2k, ICC3k (all raters).

    ``table``: (units, raters), complete, at least 2 by 2; ``ValueError`` else. 1: each unit by other raters; 2: the
    raters are a sample of all; 3: they are all. NaN where nothing differs. Shrout & Fleiss 1979, Psychological Bulletin
    86:420-428.
    """
    units, raters = table.shape
    if units < 2 or raters < 2 or not np.isfinite(table).all():
        raise ValueError("a complete table of two or more units and raters is needed")
    squares, shape = _MeanSquares.of_table(table), _Shape(units, raters, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        coefficients = np.array(
            [
                _icc_from_mean_squares(squares.between, squares.within, (units - 1, units * (raters - 1)), shape),
                _two_way_random(squares, shape),
                _icc_from_mean_squares(squares.between, squares.error, (units - 1, (units - 1) * (raters - 1)), shape),
            ]
        )
        # Spearman-Brown: the mean of k raters, from one of them.
        coefficients = np.concatenate([coefficients, raters * coefficients / (1 + (raters - 1) * coefficients)])
    names = [f"ICC{kind}{suffix}" for suffix in ("", "k") for kind in (1, 2, 3)]
    return tuple(
        AgreementCoefficient(name, float(value), float(low), float(high), units)
        for name, (value, low, high) in zip(names, coefficients, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Between units, within units, between raters, error."""

    between: np.float64
    within: np.float64
    raters: np.float64
    error: np.float64

    @classmethod
    def of_table(cls, table: NDArray[np.float64]) -> _MeanSquares:
        """Return the mean squares of a complete table of (units, raters)."""
        units, raters = table.shape
        deviations = table - table.mean()
        of_units, of_raters = deviations.mean(1), deviations.mean(0)
        error = deviations - of_units[:, None] - of_raters[None, :]
        return cls(
            between=raters * (of_units**2).sum() / (units - 1),
            within=((deviations - of_units[:, None]) ** 2).sum() / (units * (raters - 1)),
            raters=units * (of_raters**2).sum() / (raters - 1),
            error=(error**2).sum() / ((units - 1) * (raters - 1)),
        )


class _Shape(NamedTuple):
    """How many units and raters; the level of the intervals."""

    units: int
    raters: int
    level: float


_Estimate = tuple[np.float64, np.float64, np.float64]


def _quantile(level: float, above: float, below: float) -> float:
    return float(f_distribution.ppf((1 + level) / 2, above, below))


def _icc_from_mean_squares(
    between: np.float64, error: np.float64, freedoms: tuple[int, int], shape: _Shape
) -> _Estimate:
    """Return (F - 1) / (F + k - 1) for the ratio F of the mean squares, and for its two limits."""
    low, high = _quantile(shape.level, *freedoms), _quantile(shape.level, *freedoms[::-1])
    estimates = (between, between / low, between * high)
    value, lowest, highest = ((square - error) / (square + (shape.raters - 1) * error) for square in estimates)
    return value, lowest, highest


def _two_way_random(squares: _MeanSquares, shape: _Shape) -> _Estimate:
    """Return ICC2, with Satterthwaite's degrees of freedom for its limits."""
    between, of_raters, error = squares.between, squares.raters, squares.error
    n, k = shape.units, shape.raters
    value = (between - error) / (between + (k - 1) * error + k * (of_raters - error) / n)
    own, rest = k * value * of_raters, (n * (1 + (k - 1) * value) - k * value) * error
    freedom = (k - 1) * (n - 1) * (own + rest) ** 2 / ((n - 1) * own**2 + rest**2)
    low, high = _quantile(shape.level, n - 1, freedom), _quantile(shape.level, freedom, n - 1)
    noise = k * of_raters + (k * n - k - n) * error
    lowest = n * (between - low * error) / (low * noise + n * between)
    highest = n * (high * between - error) / (noise + n * high * between)
    return value, lowest, highest


def cronbach_alpha(covariance: NDArray[np.float64], least: int) -> AgreementCoefficient:
    """Return alpha of a list of k items: k / (k - 1) (1 - Σ variances / Σ all covariances).

    ``covariance``: (k, k), pairwise ones will do; ``least``: the fewest visits behind one of them. NaN below two items
    or where nothing differs. A checklist is an index more than a scale: a low alpha is no defect of it. Cronbach 1951,
    Psychometrika 16:297-334.
    """
    items, total = len(covariance), float(covariance.sum())
    if items < 2 or total <= 0:
        return AgreementCoefficient("alpha (Cronbach)", np.nan, np.nan, np.nan, least)
    value = items / (items - 1) * (1 - float(covariance.trace()) / total)
    return AgreementCoefficient("alpha (Cronbach)", value, np.nan, np.nan, least)


BLOCK = 2_000_000
"""Numbers drawn at a time."""

Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def krippendorff_alpha(
    table: NDArray[np.float64], metric: Metric = "nominal", level: float = 0.95, draws: int = 1_000, seed: int = 1
) -> AgreementCoefficient:
    """Return alpha of values (or codes) given to the same units, any of them missing.

    ``table``: (raters, units), NaN where nothing was given; values of ``ratio`` are 0 or more. 1 - observed / expected
    disagreement; NaN where no two values differ. The interval is of units drawn again, ``draws`` times (``ordinal``:
    values as far apart as in all units); NaN where alpha is. Memory: units times raters, and, but of ``interval``,
    times different values. Krippendorff 2011, Computing Krippendorff's
    Alpha-Reliability.
    """
    name = f"alpha ({metric})"
    pairable = table[:, np.isfinite(table).sum(0) > 1]
    units = pairable.shape[1]
    if not units:
        return AgreementCoefficient(name, np.nan, np.nan, np.nan, 0)
    # Differences of the metric "interval" need no table of distances, which would be large where all scores differ.
    disagreement: _SquareSums | _ValueCounts = (
        _SquareSums.of_table(pairable) if metric == "interval" else _ValueCounts.of_table(pairable, metric)
    )
    value = float(_alpha(np.ones((1, units)), disagreement)[0])
    random, step = np.random.Generator(np.random.PCG64(seed)), max(1, BLOCK // units)
    blocks = [
        _alpha(random.multinomial(units, np.full(units, 1 / units), size=min(step, draws - start)), disagreement)
        for start in range(0, draws, step)
    ]
    again = np.concatenate(blocks)
    low, high = (
        np.quantile(again[np.isfinite(again)], [(1 - level) / 2, (1 + level) / 2]) if value < 1 else (value, value)
    )
    return AgreementCoefficient(name, value, float(low), float(high), units)


_Weights = NDArray[np.float64] | NDArray[np.int64]


class _ValueCounts(NamedTuple):
    """How often each unit was given each value (units, values), and how far apart these are (values, values)."""

    counts: NDArray[np.float64]
    distance: NDArray[np.float64]

    @classmethod
    def of_table(cls, table: NDArray[np.float64], metric: Metric) -> _ValueCounts:
        """Return the counts of the values in a table of (raters, units)."""
        values = np.unique(table[np.isfinite(table)])
        counts = (table.T[:, :, None] == values).sum(1).astype(np.float64)
        return cls(counts, _distances(metric, values, counts.sum(0)))

    def within(self) -> NDArray[np.float64]:
        """Return (units,) how far apart all pairs of a unit's values are, over how many there are but one."""
        distances: NDArray[np.float64] = (self.counts @ self.distance * self.counts).sum(1) / (self.counts.sum(1) - 1)
        return distances

    def between(self, weights: _Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (B,) how many values there are, and how far apart all pairs of them are."""
        totals = weights @ self.counts
        return totals.sum(1), (totals @ self.distance * totals).sum(1)


class _SquareSums(NamedTuple):
    """The same of squared differences, from sums alone: (units, 3) values, their sum and their squares; ``inner``."""

    sums: NDArray[np.float64]
    inner: NDArray[np.float64]

    @classmethod
    def of_table(cls, table: NDArray[np.float64]) -> _SquareSums:
        """Return the sums of a table of (raters, units)."""
        is_finite = np.isfinite(table)
        # Less the median, so that squares of large scores do not swallow small differences.
        values = np.where(is_finite, table - np.nanmedian(table), 0)
        count, total = is_finite.sum(0), values.sum(0)
        squares = (np.where(is_finite, values - total / count, 0) ** 2).sum(0)
        return cls(np.column_stack([count, total, (values**2).sum(0)]), 2 * count * squares / (count - 1))

    def within(self) -> NDArray[np.float64]:
        """Return the same as ``_ValueCounts``."""
        return self.inner

    def between(self, weights: _Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the same as ``_ValueCounts``."""
        count, total, squares = (weights @ self.sums).T
        return count, 2 * (count * squares - total**2)


def _alpha(weights: _Weights, disagreement: _ValueCounts | _SquareSums) -> NDArray[np.float64]:
    """Return (B,) alphas with each unit counted ``weights`` (B, units) times."""
    count, expected = disagreement.between(weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: NDArray[np.float64] = 1 - (count - 1) * (weights @ disagreement.within()) / expected
    return alpha


def _distances(metric: Metric, values: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far apart values (V) are, (V, V); ``totals``: how often each was given."""
    if metric == "nominal":
        unlike: NDArray[np.bool_] = values[:, None] != values[None, :]
        return unlike.astype(np.float64)
    if metric == "ordinal":
        # The number of values between the two, half of their own counted.
        middle = totals.cumsum() - totals / 2
        return (middle[:, None] - middle[None, :]) ** 2
    sums = values[:, None] + values[None, :]
    shares = np.divide(values[:, None] - values[None, :], sums, out=np.zeros_like(sums), where=sums != 0)
    return shares**2


LEAST_CASES = 10
"""Of fewer nothing is said."""

SAMPLED_CASES = 2_000
"""Of more so many, evenly taken, stand for all."""

MOST_SHOPPERS = 50
"""Of a case so many are looked at."""

FAIR, GOOD = 0.40, 0.60
"""Intraclass correlations from which agreement is called fair, and good: Cicchetti 1994, Psychological Assessment
6:284-290.
"""


@dataclass(frozen=True, slots=True)
class ShopperAgreement:
    """How far shoppers agree.

    ``cases``: a store in a wave, with two shoppers or more; ``sampled``: of how many of these the coefficients are.

    ``alpha``: Krippendorff's, of all shoppers' scores; ``icc``: the intraclass correlation ICC1 of two shoppers of each
    case. Both ``None`` below ``LEAST_CASES``, or where no scores differ. ``notes``: the same in words.
    """

    cases: int
    sampled: int
    alpha: AgreementCoefficient | None
    icc: AgreementCoefficient | None
    notes: tuple[Message, ...]


class _RatedCases(NamedTuple):
    """The mean ``score`` (V) of each shopper in each case, case by case.

    ``position``: (V) of the shopper in the case, from 0; ``case``: (V) from 0, those with one shopper alone left out.
    """

    score: Vector
    case: NDArray[np.intp]
    position: NDArray[np.intp]

    @property
    def number(self) -> int:
        """How many cases there are."""
        return int(self.case[-1]) + 1 if len(self.case) else 0

    def table(self, case_index: NDArray[np.intp], most: int) -> Matrix:
        """Return the scores (R, C) of the first ``most`` shoppers of these cases, NaN where there are no more."""
        row = np.full(self.number, -1)
        row[case_index] = np.arange(len(case_index))
        kept = (row[self.case] >= 0) & (self.position < most)
        scores = np.full((int(self.position[kept].max()) + 1, len(case_index)), np.nan)
        scores[self.position[kept], row[self.case[kept]]] = self.score[kept]
        return scores


def shopper_agreement(arrays: VisitArrays, rules: ComparisonRules = DEFAULT_RULES) -> ShopperAgreement:
    """Return what these visits say; the scores of a shopper who came twice in a wave count as one, their mean."""
    has_shopper = arrays.shopper >= 0
    wave = next((factor.codes for factor in arrays.factors if factor.name == "wave"), np.zeros_like(arrays.store))
    # A case is a store in a wave, as one number.
    case = arrays.store[has_shopper].astype(np.int64) * (int(wave.max(initial=0)) + 1) + wave[has_shopper]
    agreement = _agreement(_rated_cases(case, arrays.shopper[has_shopper], arrays.score[has_shopper]), rules.level)
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
    return _agreement(_rated_cases(cases, raters, rating[is_complete]), level)


def _agreement(cases: _RatedCases, level: float) -> ShopperAgreement:
    if cases.number < LEAST_CASES:
        return ShopperAgreement(cases.number, 0, None, None, ())
    sampled = np.unique(np.linspace(0, cases.number - 1, min(cases.number, SAMPLED_CASES)).astype(np.intp))
    alpha = krippendorff_alpha(cases.table(sampled, MOST_SHOPPERS), "interval", level)
    # The coefficient needs a complete table, and two shoppers are what every case has.
    icc = intraclass(cases.table(sampled, 2).T, level)[0]
    if not np.isfinite([alpha.value, alpha.low, alpha.high, icc.value, icc.low, icc.high]).all():
        return ShopperAgreement(cases.number, len(sampled), None, None, ())
    return ShopperAgreement(cases.number, len(sampled), alpha, icc, ())


def _rated_cases(case: NDArray[Any], rater: NDArray[Any], rating: Vector) -> _RatedCases:
    """Return the mean rating of each rater in each case that has several of them."""
    raters = int(rater.max(initial=-1)) + 1
    pairs = case.astype(np.int64) * raters + rater
    keys, first, count = np.unique(pairs, return_inverse=True, return_counts=True)
    score = np.bincount(first, rating, len(keys)) / count
    _, of_key, size = np.unique(keys // max(1, raters), return_inverse=True, return_counts=True)
    position = np.arange(len(keys)) - np.repeat(size.cumsum() - size, size)
    several = size[of_key] > 1
    return _RatedCases(score[several], np.unique(of_key[several], return_inverse=True)[1], position[several])


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
    if agreement.sampled < cases:
        yield message("Computed from {taken} of these cases, sampled evenly.", taken=f"{agreement.sampled:,}")


_MUCH = N_("Agreement is good: ICC(1) of two shoppers is {icc} ({low} to {high}).")
_SOME = N_("Agreement is moderate: ICC(1) of two shoppers is {icc} ({low} to {high}).")
_LITTLE = N_("Agreement is poor: ICC(1) of two shoppers is {icc} ({low} to {high}).")


def _coefficient_words(coefficient: AgreementCoefficient, name: str) -> dict[str, str]:
    return {
        key: f"{value:.2f}"
        for key, value in ((name, coefficient.value), ("low", coefficient.low), ("high", coefficient.high))
    }


LEAST_PAIR = 30
MOST_ITEMS = 60
_FLAT = 1e-9
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class InternalConsistency:
    """Cronbach's ``alpha`` of so many ``items``; every two are known together in at least ``least`` visits."""

    checklist: str
    items: int
    alpha: float
    least: int


def internal_consistency(ref: str, products: DriverProducts) -> InternalConsistency | None:
    """Return Cronbach's alpha of the items of a checklist's version, by the products of their centred shares of points.

    ``None`` where fewer than two items differ and are known together often enough.
    """
    together, variances = products.together, np.diagonal(products.covariances())
    kept = [index for index, variance in enumerate(variances.tolist()) if variance > _FLAT]
    # One by one, the item that is known least often together with the others.
    while kept and together[np.ix_(kept, kept)].min() < LEAST_PAIR:
        worst = int(np.argmin(together[np.ix_(kept, kept)].sum(axis=1)))
        kept.pop(worst)
    if len(kept) < 2:
        return None
    chosen = products.select([products.names[index] for index in kept])
    least = int(chosen.together.min())
    return InternalConsistency(ref, len(kept), cronbach_alpha(chosen.covariances(), least).value, least)
