"""Two ways to be misled: by regions whose shoppers differ, and by stores that were unlucky before an action."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from judging import TENTH
from scipy import sparse
from truth import Chain, Floats, Network, World, crossed_of, network

from cemaudit.compare.crosstabs import CrossTabulation, PartitionedVisits
from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.intervention import PARTS, estimate_effect
from cemaudit.compare.league_table import adjusted_scores
from cemaudit.ledger.actions import Action

__all__ = ["REGIONAL", "Regional", "Returned", "regional", "returned"]

REGIONAL = Chain(4_000, 200, 20)
REGION_SD, VISITS = 3.0, 6
SINCE = dt.date(2026, 7, 1)


class Regional(NamedTuple):
    """Of the mean scores of regions: root mean square errors of plain means, and of models ``without`` regions and
    with them (``cemaudit``); and how much of each point of true difference the models keep.
    """

    raw: float
    without: float
    cemaudit: float
    kept_without: float
    kept: float


def regional(away: float, seed: int, chain: Chain = REGIONAL) -> Regional:
    """A chain in which the share ``away`` of visits is by shoppers from anywhere."""
    world = World(VISITS, VISITS, again=0.0, away=away, region_sd=REGION_SD)
    made = network(world, chain, seed)
    whole = crossed_of(made)
    truth = _by_region(made, made.truth)
    plain = _by_region(made, np.asarray(whole.raw / whole.visits))
    without, within = (_by_region(made, _score(one)) for one in (replace(whole, store_factors=()), whole))
    errors = (float(np.sqrt(np.mean((one - truth) ** 2))) for one in (plain, without, within))
    kept = (float(one @ truth / (truth @ truth)) for one in (without, within))
    return Regional(*errors, *kept)


def _score(crossed: CrossTabulation) -> Floats:
    return np.asarray(adjusted_scores(fit_mixed_model(crossed)).value)


def _by_region(made: Network, values: Floats) -> Floats:
    """The mean of each region, less that of all."""
    means = np.bincount(made.region, values) / np.bincount(made.region)
    return np.asarray(means - means.mean())


class Returned(NamedTuple):
    """Of the lowest tenth by plain means of a first wave: by how many points their mean rose in the second
    (``naive``), how much of that is chance by cemaudit (``chance``), and what it says the action did, with the
    standard error.
    """

    naive: float
    chance: float
    effect: float
    se: float


def returned(visits: int, gain: float, chain: Chain, seed: int) -> Returned:
    """Each store is visited so often in each of two waves; in between the lowest tenth gains so many points."""
    made = network(World(2 * visits, 2 * visits, again=0.0), chain, seed)
    later = made.turn >= visits
    mean = np.bincount(made.store[~later], made.score[~later])
    acted = np.argsort(np.argsort(mean)) < round(TENTH * chain.stores)
    made = replace(made, score=made.score + gain * (later & acted[made.store]))
    names = tuple(str(place) for place in np.flatnonzero(acted))
    action = Action(id="action", kind="raise", what="something", since=SINCE, stores=names)
    found = estimate_effect(_parted(made, later.astype(np.int64), 2 * acted[made.store] + later), action)
    return Returned(found.naive, found.regression, found.effect, found.se)


def _parted(made: Network, wave: Any, part: Any) -> PartitionedVisits:
    whole = crossed_of(made, wave)
    ones, shape = np.ones(len(part)), (len(whole.stores), PARTS)
    return PartitionedVisits(
        crossed=whole,
        by_store=sparse.csr_array((ones, (made.store, part)), shape=shape),
        by_shopper=sparse.csr_array((ones, (made.shopper, part)), shape=(len(whole.shoppers), PARTS)),
        by_occasion=sparse.csr_array((ones, (wave, part)), shape=(2, PARTS)),
        store_totals=sparse.csr_array((made.score - whole.shift, (made.store, part)), shape=shape),
        raw=np.bincount(part, made.score, PARTS),
    )
