"""Two stores: whether they differ."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.special import ndtr

from cemaudit.compare.fitted import Fitted
from cemaudit.compare.league import League
from cemaudit.compare.planning import ANOTHER_STORE, visits_for_difference
from cemaudit.compare.scored import spreads
from cemaudit.compare.standing import Interval, Standing
from cemaudit.compare.telling import percent
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import Message, message

__all__ = ["MOST", "Pair", "pair_of"]


MOST = 1_000


class Pair(NamedTuple):
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
                "{one} and {other} cannot be told apart: the probability that the one ahead is the better is {better}.",
                **values,
            )
        if self.better > 0.5:
            return message("The first is better: {one} rather than {other}, with a probability of {better}.", **values)
        return message("The second is better: {other} rather than {one}, with a probability of {better}.", **values)


def pair_of(fitted: Fitted, league: League, one: str, other: str) -> Pair:
    """The two stores; ``BadInput`` where one is not among those compared."""
    places = [_place(fitted, store) for store in (one, other)]
    known: Mapping[str, Standing] = {standing.store: standing for standing in league.standings}
    weights = np.zeros((1, len(fitted.crossed.stores)))
    weights[0, places[0]] += 1
    weights[0, places[1]] -= 1
    units = sparse.csr_array(weights)
    value, se = (float(found[0]) for found in fitted.model.contrast(units, units @ fitted.crossed.rows()))
    half = NormalDist().inv_cdf((1 + league.rules.level) / 2) * se
    ahead = float(ndtr(value / se)) if se else 0.5
    better = 1 - ahead if league.facts.better == "lower" else ahead
    needed = visits_for_difference(abs(value), spreads(fitted), ANOTHER_STORE) if value else MOST + 1
    interval = Interval(value - half, value + half)
    return Pair(known[one], known[other], value, se, interval, better, needed if needed <= MOST else None)


def _place(fitted: Fitted, store: str) -> int:
    try:
        return fitted.crossed.stores.index(store)
    except ValueError:
        hint = nearest(store, fitted.crossed.stores, listing=False)
        raise BadInput(
            Problem(message("no visits of this store are compared: {store}", store=store), hint=hint)
        ) from None
