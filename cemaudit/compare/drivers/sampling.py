"""How sure the shares are: the same study of samples of stores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.drivers.asymmetry import Asymmetry, asymmetries
from cemaudit.compare.drivers.frame import Means
from cemaudit.compare.drivers.matrices import correlations, mended, shares
from cemaudit.compare.drivers.products import Products, drawn
from cemaudit.compare.standing import Interval

__all__ = ["Samples", "interval", "sampled", "sampled_asymmetries", "top"]

FIRST = 3
Numbers = NDArray[np.float64]


class Samples(NamedTuple):
    """``shares`` and ``performance`` (B, p) of B samples of stores."""

    shares: Numbers
    performance: Numbers


def sampled(products: Products, means: Means) -> Samples:
    """1,000 samples; the outcome is the first of the products, the means are those of the drivers."""
    found = [
        (shares(mended(correlations(products.covariances(block)))), means.mean(block))
        for block in drawn(products.stores)
    ]
    return Samples(*(np.concatenate(some) for some in zip(*found, strict=True)))


def sampled_asymmetries(products: Products) -> Asymmetry:
    """Of 1,000 samples; the variables are those of ``asymmetries``."""
    found = [asymmetries(products.covariances(block)) for block in drawn(products.stores)]
    return Asymmetry(*(np.concatenate(some) for some in zip(*found, strict=True)))


def interval(samples: Numbers, level: float) -> Interval:
    """The middle of (B) samples; NaN are left out."""
    known = samples[~np.isnan(samples)]
    if not len(known):
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def top(samples: Numbers) -> Numbers:
    """The share of samples (B, p) in which each of p drivers is among the first three: (p)."""
    places = (-samples).argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable")
    found: Numbers = (places < FIRST).mean(axis=0)
    return found
