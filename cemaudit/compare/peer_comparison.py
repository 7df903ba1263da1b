"""Comparison with peers: two stores against each other, and a store's place in the league for its own report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.special import ndtr

from cemaudit.compare.fitting import FittedModel
from cemaudit.compare.intervals import Interval, Standing
from cemaudit.compare.league_table import League, standard_deviations
from cemaudit.compare.power_analysis import ANOTHER_STORE, visits_for_difference
from cemaudit.compare.report_records import StorePlace
from cemaudit.compare.trends import Trend
from cemaudit.compare.wording import percent
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import Message, message

__all__ = ["MOST", "StorePair", "compare_pair", "store_places"]

MOST = 1_000


class StorePair(NamedTuple):
    """Store ``one`` and the ``other``.

    ``difference`` of their scores (one less other) with its ``se`` and ``interval``, on the scale of the league: what
    both owe to the same shoppers cancels. ``better``: the probability that ``one`` is the better, 0 to 1. ``needed``:
    visits of each that would show a difference of that size (``None`` beyond ``MOST``: nobody makes so many).
    """

    one: Standing
    other: Standing
    difference: float
    se: float
    interval: Interval
    better: float
    needed: int | None

    @property
    def differ(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        return not self.interval.low <= 0 <= self.interval.high

    def said(self) -> Message:
        """It in a sentence."""
        values = {"one": self.one.name, "other": self.other.name, "better": percent(max(self.better, 1 - self.better))}
        if not self.differ:
            return message(
                "No significant difference between {one} and {other}: the probability that the leading one is better "
                "is {better}.",
                **values,
            )
        if self.better > 0.5:
            return message("The first store is better: {one} > {other}, probability {better}.", **values)
        return message("The second store is better: {other} > {one}, probability {better}.", **values)


def compare_pair(fitted: FittedModel, league: League, first_store: str, other: str) -> StorePair:
    """The two stores; ``BadInput`` where one is not among those compared."""
    places = [_store_index(fitted, store) for store in (first_store, other)]
    standings_by_store: Mapping[str, Standing] = {standing.store: standing for standing in league.standings}
    weights = np.zeros((1, len(fitted.crossed.stores)))
    weights[0, places[0]] += 1
    weights[0, places[1]] -= 1
    units = sparse.csr_array(weights)
    value, se = (float(difference[0]) for difference in fitted.model.contrast(units, units @ fitted.crossed.rows()))
    half = NormalDist().inv_cdf((1 + league.rules.level) / 2) * se
    ahead = float(ndtr(value / se)) if se else 0.5
    better = 1 - ahead if league.facts.better == "lower" else ahead
    needed = visits_for_difference(abs(value), standard_deviations(fitted), ANOTHER_STORE) if value else MOST + 1
    interval = Interval(value - half, value + half)
    return StorePair(
        standings_by_store[first_store],
        standings_by_store[other],
        value,
        se,
        interval,
        better,
        needed if needed <= MOST else None,
    )


def _store_index(fitted: FittedModel, store: str) -> int:
    try:
        return fitted.crossed.stores.index(store)
    except ValueError:
        hint = nearest(store, fitted.crossed.stores, listing=False)
        raise BadInput(
            Problem(message("no visits of this store are compared: {store}", store=store), hint=hint)
        ) from None


LEAST_PEERS = 5
"""Fewer would be no company to be seen in, and easy to recognise."""

_PEER_KEYS = (
    (("region", "format"), message("stores of the same region and format")),
    (("region",), message("stores of the same region")),
    (("format",), message("stores of the same format")),
)

_ALL = message("all stores")
Attributes = Mapping[str, Mapping[str, str | None]]


def store_places(
    attributes_by_store: Attributes, league: League, trend: Trend | None = None, *, named: bool = False
) -> dict[str, StorePlace]:
    """Return the place of each store by id.

    ``attributes_by_store``: what is known of stores; ``named``: the other stores' names may be shown; ``trend`` of the
    same visits.
    """
    places = {
        standing.store: _store_place(league, standing, attributes_by_store, named=named)
        for standing in league.standings
    }
    if trend is None:
        return places
    return {
        store: store_place._replace(course=trend.store_history(store, store_place.standing.name))
        for store, store_place in places.items()
    }


def _store_place(league: League, standing: Standing, attributes_by_store: Attributes, *, named: bool) -> StorePlace:
    peers, what = _peers(league.standings, standing, attributes_by_store)
    facts = league.facts
    return StorePlace(
        standing=standing,
        stores=league.order.ranked_stores,
        centre=league.centre,
        measure=facts.title or facts.measure,
        better=facts.better,
        target=league.target,
        level=league.rules.level,
        least_visits=league.rules.least_visits,
        peers=peers,
        peers_are=what,
        named=named,
    )


def _peers(
    standings: Sequence[Standing], standing: Standing, attributes_by_store: Attributes
) -> tuple[tuple[Standing, ...], Message]:
    """The ranked stores most like it of which there are enough; else all."""
    own = attributes_by_store.get(standing.store, {})
    for keys, peers_text in _PEER_KEYS:
        attributes = {key: own.get(key) for key in keys}
        alike = tuple(
            each
            for each in standings
            if each is standing or (each.rank and _has_attributes(attributes_by_store, each, attributes))
        )
        if all(attributes.values()) and len(alike) >= LEAST_PEERS:
            return alike, peers_text
    return tuple(each for each in standings if each is standing or each.rank), _ALL


def _has_attributes(attributes_by_store: Attributes, store: Standing, attributes: Mapping[str, str | None]) -> bool:
    said = attributes_by_store.get(store.store, {})
    return all(said.get(key) == value for key, value in attributes.items())
