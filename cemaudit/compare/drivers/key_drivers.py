"""Key driver analysis: shares of explained variance, their bootstrap intervals, and penalty-reward contrasts.

LMG: each driver's gain in R², averaged over all orders in which drivers can come in (Lindeman, Merenda and Gold 1980;
Grömping 2006, J. Stat. Software 17(1)); the same as the Shapley value of R². Relative weights, for any number of
drivers: they are rotated into the uncorrelated ones nearest to them, and what those explain is handed back by how much
of each driver is in them (Johnson 2000, Multivariate Behavioral Research 35:1-19). Penalty-reward contrasts: Brandt
1987; impact range and asymmetry as in Mikulić and Prebežac 2008, Managing Service Quality 18(6). No classification
after Kano is drawn from them: their authors themselves question that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.drivers.data import DriverProducts, StoreMeans, StudyTable, bootstrap_weights
from cemaudit.compare.intervals import Interval

__all__ = [
    "LEAST_IN_THIRD",
    "MOST_DRIVERS_FOR_LMG",
    "BootstrapSamples",
    "PenaltyReward",
    "PenaltyRewardContrasts",
    "bootstrap",
    "bootstrap_contrasts",
    "bootstrap_performance",
    "correlations_from_covariances",
    "lmg_shares",
    "nearest_correlation",
    "penalty_reward_contrasts",
    "penalty_rewards",
    "percentile_interval",
    "r_squared_of_subsets",
    "regression_slopes",
    "relative_importance",
    "relative_weights",
    "top_three_probabilities",
]

MOST_DRIVERS_FOR_LMG = 14
"""So many drivers can be reckoned in all their orders; 2^14 sets."""

_NOTHING_LEFT = 1e-10  # of a driver's variance: the drivers before it say all it says
_AT_ONCE = 1 << 18  # sets, of all matrices together
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PenaltyReward:
    """What low costs and high brings, in points of the outcome against the middle; see ``PenaltyRewardContrasts``.

    ``prevalence``: the share of visits (0 to 1) in which the driver is high. ``idle``: neither is to be found.
    ``asymmetry_index`` and its ``percentile_interval`` are ``None`` where both together may well be nothing.
    """

    penalty: float
    reward: float
    range: float
    asymmetry_index: float | None
    interval: Interval | None
    prevalence: float
    idle: bool


def lmg_shares(R: Numbers) -> Numbers:
    """Return the share of the outcome's variance that each of p drivers explains: (..., p), adding up to R².

    ``R``: (..., p+1, p+1) correlations, the outcome first; a column of zeros for what does not vary.
    """
    matrices = R.reshape(-1, *R.shape[-2:])
    size = max(1, _AT_ONCE >> (R.shape[-1] - 1))
    blocks = [
        _mean_gains(r_squared_of_subsets(matrices[start : start + size])) for start in range(0, len(matrices), size)
    ]
    return np.concatenate(blocks).reshape(*R.shape[:-2], -1)


def r_squared_of_subsets(R: Numbers) -> Numbers:
    """Return R² of every set of drivers: (n, 2, 2, ...), where index 1 on axis j + 1 says that driver j is in the set.

    ``R``: (n, p+1, p+1) correlations, the outcome first. A driver which those before it already say adds nothing.
    """
    n, drivers = len(R), R.shape[-1] - 1
    left = np.roll(R, -1, axis=(1, 2))[:, None]  # the outcome last
    # Each driver is swept out of what the sets before it leave: 2^p sweeps of ever smaller matrices, where a regression
    # for each set would solve 2^p systems.
    for _ in range(drivers):
        without = left[..., 1:, 1:]
        left = np.stack([without, without - _sweep_first(left)], axis=2).reshape(n, -1, *without.shape[-2:])
    return 1 - left.reshape(n, *(2,) * drivers)


def _sweep_first(left: Numbers) -> Numbers:
    """Return what the first driver says of all others' covariances: (..., m-1, m-1)."""
    others, own = left[..., 0, 1:], left[..., 0, 0]
    says = own > _NOTHING_LEFT
    scale = np.where(says, 1 / np.where(says, own, 1), 0)
    explained: Numbers = others[..., :, None] * (others * scale[..., None])[..., None, :]
    return explained


def _mean_gains(r2: Numbers) -> Numbers:
    """Return each driver's mean gain over all orders: (n, p)."""
    drivers = r2.ndim - 1
    if not drivers:
        return np.zeros((len(r2), 0))
    sizes = np.indices((2,) * (drivers - 1)).sum(axis=0)
    orders = [factorial(size) * factorial(drivers - size - 1) / factorial(drivers) for size in range(drivers)]
    weights = np.array(orders)[sizes].ravel()
    gains = [np.take(r2, 1, axis) - np.take(r2, 0, axis) for axis in range(1, drivers + 1)]
    return np.stack([gain.reshape(len(r2), -1) @ weights for gain in gains], axis=1)


_NO_DIRECTION = 1e-10  # an eigenvalue below it stands for a direction in which the drivers do not differ


def relative_weights(R: Numbers) -> Numbers:
    """Return the share of the outcome's variance given to each of p drivers: (..., p), adding up to R².

    ``R``: (..., p+1, p+1) correlations, the outcome first; a column of zeros for what does not vary.
    """
    values, V = np.linalg.eigh(R[..., 1:, 1:])
    says = values > _NO_DIRECTION
    roots = np.sqrt(np.where(says, values, 0))
    inverse = np.where(says, 1 / np.where(says, roots, 1), 0)
    turned = np.swapaxes(V, -1, -2)
    nearest = (V * roots[..., None, :]) @ turned
    beta = (V * inverse[..., None, :]) @ turned @ R[..., 1:, :1]
    shares: Numbers = (nearest**2 @ beta**2)[..., 0]
    return shares


_UNSURE = 1e-9
_FLAT = 1e-12


def correlations_from_covariances(S: Numbers) -> Numbers:
    """Return correlations (..., m, m) of covariances; zeros, also on the diagonal, for what does not vary."""
    variances = np.diagonal(S, axis1=-2, axis2=-1)
    varies = variances > _FLAT
    scale = np.where(varies, 1 / np.sqrt(np.where(varies, variances, 1)), 0)
    correlations: Numbers = S * scale[..., :, None] * scale[..., None, :]
    return correlations


def nearest_correlation(R: Numbers) -> Numbers:
    """Return correlations that can all hold together: negative eigenvalues become 0, the diagonal what it was.

    Pairs known in different visits can contradict each other. Higham 2002 (IMA J. Numer. Anal. 22:329-343) has the
    nearest such matrix; this is its first step, which is exact where there is nothing to mend.
    """
    values, V = np.linalg.eigh(R)
    broken = values[..., 0] < -_UNSURE
    if not broken.any():
        return R
    kept = (V * np.maximum(values, 0)[..., None, :]) @ np.swapaxes(V, -1, -2)
    varies = np.diagonal(R, axis1=-2, axis2=-1) > 0
    now = correlations_from_covariances(kept) * (varies[..., :, None] & varies[..., None, :])
    corrected: Numbers = np.where(broken[..., None, None], now, R)
    return corrected


def relative_importance(R: Numbers) -> Numbers:
    """Return what share of R² each driver has: (..., p), adding up to 1, or zeros where nothing is explained.

    By LMG up to ``MOST_DRIVERS_FOR_LMG`` drivers, by Johnson's relative weights above. ``R``: correlations, the outcome
    first.
    """
    contributions = lmg_shares(R) if R.shape[-1] - 1 <= MOST_DRIVERS_FOR_LMG else relative_weights(R)
    total = contributions.sum(axis=-1, keepdims=True)
    shares: Numbers = np.where(total > _FLAT, contributions / np.where(total > _FLAT, total, 1), 0)
    return shares


_NEGLIGIBLE = 1e-9
_ALIASED = 1e-8


class PenaltyRewardContrasts(NamedTuple):
    """Of p drivers, in points of the outcome, each (..., p).

    ``penalty``: what is lost where the driver is low, not middling (0 or more); ``reward``: what is won where it is
    high. ``range``: both together (RIOCS). ``asymmetry_index``: (reward - penalty) / range (IA), -1 harms only, 1 lifts
    only, NaN where it does neither.
    """

    penalty: Numbers
    reward: Numbers
    range: Numbers
    asymmetry_index: Numbers


def regression_slopes(S: Numbers) -> Numbers:
    """Return least-squares slopes (..., k) of the first variable on the k others, by covariances (..., k+1, k+1).

    Of variables that say the same, each has its part of their common slope.
    """
    # The pseudo-inverse, not a solution: drivers that are always low together make the matrix singular.
    slopes: Numbers = (np.linalg.pinv(S[..., 1:, 1:], rcond=_ALIASED, hermitian=True) @ S[..., 1:, :1])[..., 0]
    return slopes


def penalty_reward_contrasts(S: Numbers) -> PenaltyRewardContrasts:
    """Return contrasts by covariances (..., 2p+1, 2p+1) of the outcome, then of each driver being low, being high."""
    slopes = regression_slopes(S)
    penalty, reward = np.maximum(-slopes[..., 0::2], 0), np.maximum(slopes[..., 1::2], 0)
    both = penalty + reward
    says = both > _NEGLIGIBLE
    leaning = np.where(says, (reward - penalty) / np.where(says, both, 1), np.nan)
    return PenaltyRewardContrasts(penalty, reward, both, leaning)


TOP = 3


class BootstrapSamples(NamedTuple):
    """``relative_importance`` and ``performance`` (B, p) of B samples of stores."""

    relative_importance: Numbers
    performance: Numbers


def bootstrap(products: DriverProducts, means: StoreMeans) -> BootstrapSamples:
    """Return 1,000 samples; the outcome is the first of the products, the means are those of the drivers.

    Which stores are drawn depends on their values, not on what they are called.
    """
    products, means = _nameless(products, means)
    replicates = [
        (
            relative_importance(nearest_correlation(correlations_from_covariances(products.covariances(block)))),
            means.mean(block),
        )
        for block in bootstrap_weights(products.stores)
    ]
    return BootstrapSamples(*(np.concatenate(stacked) for stacked in zip(*replicates, strict=True)))


def bootstrap_performance(products: DriverProducts, means: StoreMeans) -> Numbers:
    """Return the performances (B, p) of the same samples as ``bootstrap``, and nothing of what they explain."""
    products, means = _nameless(products, means)
    return np.concatenate([means.mean(block) for block in bootstrap_weights(products.stores)])


def _nameless(products: DriverProducts, means: StoreMeans) -> tuple[DriverProducts, StoreMeans]:
    """Return both with the stores in an order of their values alone."""
    order = products.ordered(np.hstack(means))
    return products.of_stores(order), StoreMeans(means.counts[order], means.sums[order])


def bootstrap_contrasts(products: DriverProducts) -> PenaltyRewardContrasts:
    """Return contrasts of 1,000 samples; the variables are those of ``penalty_reward_contrasts``."""
    replicates = [penalty_reward_contrasts(products.covariances(block)) for block in bootstrap_weights(products.stores)]
    return PenaltyRewardContrasts(*(np.concatenate(stacked) for stacked in zip(*replicates, strict=True)))


def percentile_interval(samples: Numbers, level: float) -> Interval:
    """Return the middle of (B) samples, in which ``level`` of them lie; NaN are left out."""
    finite = samples[~np.isnan(samples)]
    if not len(finite):
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def top_three_probabilities(samples: Numbers) -> Numbers:
    """Return the share of samples (B, p) in which each of p drivers is among the first three: (p)."""
    places = (-samples).argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable")
    mean: Numbers = (places < TOP).mean(axis=0)
    return mean


LEAST_IN_THIRD = 10
"""Visits in which a driver is low, in the middle and high, before its asymmetry is looked at."""

NO_CONTRAST_BELOW = 0.1
"""An effect below this share of the outcome's standard deviation is none; where all may be, none leans anywhere."""


def penalty_rewards(
    table: StudyTable, names: Sequence[str], *, visits: int, by_shopper: bool, level: float
) -> dict[str, PenaltyReward]:
    """Return the asymmetry of each of the columns that come low, middling and high often enough, all fitted together.

    ``visits``: of the table.
    """
    thirds = table.count_thirds(names)
    enough = [name for name in names if min(thirds[name]) >= LEAST_IN_THIRD]
    if not enough:
        return {}
    products = table.third_products(enough, by_shopper=by_shopper)
    products = products.of_stores(products.ordered())
    covariances = products.covariances()
    small = NO_CONTRAST_BELOW * float(np.sqrt(covariances[0, 0]))
    estimates, samples = penalty_reward_contrasts(covariances), bootstrap_contrasts(products)
    contrasts = {}
    for index, name in enumerate(enough):
        penalty, reward, both, leaning = (float(numbers[index]) for numbers in estimates)
        is_significant = percentile_interval(samples.range[:, index], level).low > small
        contrasts[name] = PenaltyReward(
            penalty,
            reward,
            both,
            leaning if is_significant else None,
            percentile_interval(samples.asymmetry_index[:, index], level) if is_significant else None,
            thirds[name].high / visits,
            max(penalty, reward) < small
            and all(percentile_interval(sample[:, index], level).low < _NEGLIGIBLE for sample in samples[:2]),
        )
    return contrasts
