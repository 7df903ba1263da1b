"""Made-up networks whose truth is known: what is said of them is as often right as is claimed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.mixed_model.crossproducts import CrossProducts, cross_products_of_rows
from cemaudit.compare.mixed_model.model import Estimates, MixedModel
from cemaudit.compare.mixed_model.posterior import average_over_theta
from cemaudit.compare.mixed_model.reml import fit_reml

pytestmark = pytest.mark.slow

Z90 = 1.6448536269514722


@dataclass
class Network:
    """Stores and shoppers that live in regions; sds: stores 5, regions 3, shoppers 5, a visit 10."""

    region: NDArray[np.int64]
    truth: NDArray[np.float64]
    regions: NDArray[np.float64]
    store: NDArray[np.int64]
    shopper: NDArray[np.int64]
    shoppers: int
    y: NDArray[np.float64]

    def sums(self, with_regions: bool = True) -> CrossProducts:
        ones = np.ones((len(self.y), 1))
        others = (self.region[self.store][:, None] == np.arange(1, len(self.regions))).astype(float)
        fixed = np.hstack([ones, others]) if with_regions else ones
        return cross_products_of_rows(
            self.store, [self.shopper], fixed, self.y, levels=[len(self.truth), self.shoppers]
        )

    def fixed(self, region: NDArray[np.int64]) -> sparse.csr_array:
        """Rows that name the dense columns of a region: the constant and its own."""
        constant = np.full(len(region), self.shoppers)
        columns = np.concatenate([constant, self.shoppers + region[region > 0]])
        rows = np.concatenate([np.arange(len(region)), np.flatnonzero(region > 0)])
        return sparse.csr_array(
            (np.ones(len(rows)), (rows, columns)), shape=(len(region), self.shoppers + len(self.regions))
        )

    def scores(self, model: MixedModel) -> Estimates:
        return model.contrast(sparse.eye_array(len(self.truth), format="csr"), self.fixed(self.region))


def network(seed: int, stores: int, regions: int, visits: tuple[int, int], away: float = 0.1) -> Network:
    """``visits``: fewest and most a store; ``away``: share of visits by a shopper of any region; 8 live in each."""
    draw = np.random.default_rng(seed)
    region = np.arange(stores) % regions
    level = draw.normal(0, 3, regions)
    truth = 80 + level[region] + draw.normal(0, 5, stores)
    store = np.repeat(np.arange(stores), draw.integers(visits[0], visits[1] + 1, stores))
    home = region[store] + regions * draw.integers(0, 8, len(store))
    shopper = np.where(draw.random(len(store)) < away, draw.integers(0, 8 * regions, len(store)), home)
    severity = draw.normal(0, 5, 8 * regions)
    y = truth[store] + severity[shopper] + draw.normal(0, 10, len(store))
    return Network(region, truth, level, store, shopper, 8 * regions, y)


def covered(found: Estimates, truth: NDArray[np.float64]) -> float:
    return float(np.mean(np.abs(found.value - truth) <= Z90 * found.standard_error))


@pytest.mark.parametrize("visits", [(6, 6), (1, 12)], ids=["even", "uneven"])
def test_nine_in_ten_intervals_hold_the_truth(visits: tuple[int, int]) -> None:
    made = [network(seed, 300, 6, visits) for seed in range(8)]
    assert 0.87 < np.mean([covered(one.scores(fit_reml(one.sums())), one.truth) for one in made]) < 0.93


def test_without_a_region_term_regions_that_share_no_shopper_look_the_same() -> None:
    kept, erased, hold = [], [], []
    for seed in range(8):
        made = network(seed, 300, 10, (6, 6), away=0.0)
        each = np.arange(10)
        with_regions, without = fit_reml(made.sums()), fit_reml(made.sums(with_regions=False))
        means = sparse.csr_array(made.region == each[:, None]) * (1.0 / 30)
        found = with_regions.contrast(means, made.fixed(each))
        truth = means @ made.truth
        kept.append(np.polyfit(truth, found.value, 1)[0])
        erased.append(np.polyfit(truth, means @ without.unit_blups, 1)[0])
        hold.append(covered(found, truth))
    assert np.mean(kept) == pytest.approx(1.0, abs=0.2)
    assert np.mean(erased) < 0.2
    assert 0.84 < np.mean(hold) < 0.96


def test_few_units_are_covered_better_by_the_average_than_by_the_best_ratios() -> None:
    """20 units, two visits each, five shoppers: their variances are hardly known."""
    best, average = [], []
    for seed in range(16):
        draw = np.random.default_rng(seed)
        unit, shopper, truth = np.repeat(np.arange(20), 2), draw.integers(0, 5, 40), draw.normal(0, 5, 20)
        y = 80 + truth[unit] + draw.normal(0, 5, 5)[shopper] + draw.normal(0, 10, 40)
        sums = cross_products_of_rows(unit, [shopper], np.ones((40, 1)), y, levels=[20, 5])
        for cover, model in ((best, fit_reml(sums)), (average, average_over_theta(sums))):
            cover.append(covered(Estimates(model.unit_blups, model.unit_standard_errors), truth))
    assert np.mean(best) < 0.7
    assert np.mean(average) > 0.8
