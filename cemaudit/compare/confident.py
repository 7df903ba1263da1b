"""Places that hold with confidence for all units at once: for few units (regions, brands, channels)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cemaudit.compare.pairs import differences

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DRAWS", "MOST_UNITS", "Places", "among_best", "confident_ranks", "confident_ranks_of_all", "root_of"]

MOST_UNITS = 100
"""With more units the sets say next to nothing, and cost units² times the draws."""
DRAWS = 10_000
"""With fewer the borders of a set change from seed to seed."""
SEED = 1
DRAWS_AT_ONCE = 200


class Places(NamedTuple):
    """(U,) the best and the worst place each unit may have; 1 is the best."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]


class _Design(NamedTuple):
    """Differences between units (U, U) with standard errors (1 on the diagonal), and draws of estimates (R, U)."""

    gap: NDArray[np.float64]
    se: NDArray[np.float64]
    draws: NDArray[np.float64]


def confident_ranks(
    score: NDArray[np.float64], covariance: NDArray[np.float64], level: float = 0.95, draws: int = DRAWS
) -> Places:
    """For each unit by itself: the places its true one is among with confidence ``level``.

    ``score``: (U,), unshrunken estimates, a higher one is better; ``covariance``: (U, U) of them, or (U,) variances of
    independent ones. ``ValueError`` above ``MOST_UNITS``. Mogstad, Romano, Shaikh & Wilhelm 2024, REStud 91:476-518.
    """
    design = _design(score, covariance, draws)
    found = [_confident_places(design, np.array([unit]), level) for unit in range(len(score))]
    low, high = zip(*found, strict=True) if found else ((), ())
    return Places(np.array(low, dtype=np.int64).reshape(-1), np.array(high, dtype=np.int64).reshape(-1))


def confident_ranks_of_all(
    score: NDArray[np.float64], covariance: NDArray[np.float64], level: float = 0.95, draws: int = DRAWS
) -> Places:
    """For all units together: with confidence ``level`` all true places are among these. Else as above."""
    design = _design(score, covariance, draws)
    return Places(*_confident_places(design, np.arange(len(score)), level))


def among_best(
    score: NDArray[np.float64],
    covariance: NDArray[np.float64],
    best: int,
    level: float = 0.95,
    draws: int = DRAWS,
) -> NDArray[np.bool_]:
    """(U,) the units that may be among the ``best``: with confidence ``level`` all that truly are lie in the set."""
    return confident_ranks_of_all(score, covariance, level, draws).low <= best


def _design(score: NDArray[np.float64], covariance: NDArray[np.float64], draws: int) -> _Design:
    units = len(score)
    if units > MOST_UNITS:
        raise ValueError(f"{units} units, at most {MOST_UNITS}")
    full = np.diag(covariance) if covariance.ndim == 1 else covariance
    square = differences(full)
    np.fill_diagonal(square, 1)
    random = np.random.Generator(np.random.PCG64(SEED))
    return _Design(
        score[:, None] - score[None, :],
        np.sqrt(np.maximum(square, np.finfo(float).tiny)),
        random.standard_normal((draws, units)) @ root_of(full).T,
    )


def root_of(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(U, U) a matrix whose product with its own transpose is ``covariance`` (U, U)."""
    values, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = vectors * np.sqrt(np.clip(values, 0, None))
    return root


def _confident_places(design: _Design, units: NDArray[np.int64], level: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Step down: pairs told apart need not be guarded against any more, so the next bound is sharper."""
    count = len(design.gap)
    open_ = np.zeros((count, count), dtype=np.bool_)
    open_[units, :] = open_[:, units] = True
    np.fill_diagonal(open_, val=False)
    better = np.zeros_like(open_)
    while open_.any():
        told = open_ & (design.gap > _bound(design, open_, level) * design.se)
        if not told.any():
            break
        better |= told
        open_ &= ~told
    return 1 + better[:, units].sum(0), count - better[units, :].sum(1)


def _bound(design: _Design, pairs: NDArray[np.bool_], level: float) -> float:
    """The quantile of the largest standardised difference among ``pairs``."""
    first, second = np.nonzero(pairs)
    se = design.se[first, second]
    blocks = (design.draws[start : start + DRAWS_AT_ONCE] for start in range(0, len(design.draws), DRAWS_AT_ONCE))
    largest = np.concatenate([((some[:, first] - some[:, second]) / se).max(axis=1) for some in blocks])
    return float(np.quantile(largest, level))
