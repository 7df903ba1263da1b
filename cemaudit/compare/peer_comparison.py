"""Comparison with peers: two stores against each other, and a store's place in the league for its own report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

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


@dataclass(frozen=True, slots=True)
class StorePair:
    """Two stores, the ``first`` and the ``second``.

    ``difference`` of their scores (first less second) with its ``se`` and ``interval``, on the scale of the league:
    what both owe to the same shoppers cancels. ``better``: the probability that the first is the better, 0 to 1.
    ``needed``: visits of each that would show a difference of that size (``None`` beyond ``MOST``: nobody makes so
    many).
    """

    first: Standing
    second: Standing
    difference: float
    se: float
    interval: Interval
    better: float
    needed: int | None

    @property
    def differ(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        return not self.interval.low <= 0 <= self.interval.high

    def conclusion(self) -> Message:
        """Return which of the two is better, or that no difference is significant, in a sentence."""
        values = {
            "one": self.first.name,
            "other": self.second.name,
            "better": percent(max(self.better, 1 - self.better)),
        }
        if not self.differ:
            return message(
                "No significant difference between {one} and {other}: the probability that the leading one is better "
                "is {better}.",
                **values,
            )
        if self.better > 0.5:
            return message(
                "The first store is better: {one}. Probability that it is better than {other}: {better}.", **values
            )
        return message(
            "The second store is better: {other}. Probability that it is better than {one}: {better}.", **values
        )


def compare_pair(
    fitted: FittedModel, league: League, first_store: str, second_store: str, registered: Collection[str] = ()
) -> StorePair:
    """Return the comparison of two stores; ``BadInput`` where one is not among those compared.

    ``registered``: stores that are known, and so not misspelt, where they have no visit.
    """
    stores = fitted.crossed.stores
    for store in (first_store, second_store):
        if store not in stores:
            if store in registered:
                text = message("this store is registered, and no visit of it is compared: {store}", store=store)
                raise BadInput(Problem(text, hint=message("see 'cemaudit stores list', and --where")))
            hint = nearest(store, {*stores, *registered}, listing=False)
            raise BadInput(Problem(message("no visits of this store are compared: {store}", store=store), hint=hint))
    standings_by_store: Mapping[str, Standing] = {standing.store: standing for standing in league.standings}
    weights = np.zeros((1, len(stores)))
    weights[0, stores.index(first_store)] += 1
    weights[0, stores.index(second_store)] -= 1
    units = sparse.csr_array(weights)
    # One contrast, not two scores: the errors of stores that share shoppers are correlated.
    value, se = (float(difference[0]) for difference in fitted.model.contrast(units, units @ fitted.crossed.rows()))
    half = NormalDist().inv_cdf((1 + league.rules.level) / 2) * se
    ahead = float(ndtr(value / se)) if se else 0.5
    better = 1 - ahead if league.facts.better == "lower" else ahead
    # Without a difference no number of visits shows one.
    needed = visits_for_difference(abs(value), standard_deviations(fitted), ANOTHER_STORE) if value else MOST + 1
    interval = Interval(value - half, value + half)
    return StorePair(
        standings_by_store[first_store],
        standings_by_store[second_store],
        value,
        se,
        interval,
        better,
        needed if needed <= MOST else None,
    )


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
    facts = league.facts
    places = {}
    for standing in league.standings:
        peers, peer_group = _peers(league.standings, standing, attributes_by_store)
        places[standing.store] = StorePlace(
            standing=standing,
            stores=league.order.ranked_stores,
            centre=league.centre,
            measure=facts.title or facts.measure,
            better=facts.better,
            target=league.target,
            level=league.rules.level,
            least_visits=league.rules.least_visits,
            peers=peers,
            peer_group=peer_group,
            named=named,
            course=trend.store_history(standing.store, standing.name) if trend else None,
        )
    return places


def _peers(
    standings: Sequence[Standing], standing: Standing, attributes_by_store: Attributes
) -> tuple[tuple[Standing, ...], Message]:
    """Return the ranked stores most like a store of which there are enough, else all; and who they are."""
    ranked = tuple(peer for peer in standings if peer is standing or peer.rank)
    own = attributes_by_store.get(standing.store, {})
    for keys, peer_group in _PEER_KEYS:
        if not all(own.get(key) for key in keys):
            continue
        alike = tuple(
            peer
            for peer in ranked
            if all(attributes_by_store.get(peer.store, {}).get(key) == own.get(key) for key in keys)
        )
        if len(alike) >= LEAST_PEERS:
            return alike, peer_group
    return ranked, _ALL
