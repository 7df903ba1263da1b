"""The place of each store in a league, for its own report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cemaudit.compare.league import League
from cemaudit.compare.place import Place
from cemaudit.compare.standing import Standing
from cemaudit.compare.trend import Trend
from cemaudit.language import Message, message
from cemaudit.ledger.query.reading import Reading

__all__ = ["places_of"]

LEAST_PEERS = 5
"""Fewer would be no company to be seen in, and easy to recognise."""

_ALIKE = (
    (("region", "format"), message("stores of the same region and format")),
    (("region",), message("stores of the same region")),
    (("format",), message("stores of the same format")),
)
_ALL = message("all stores")

Known = Mapping[str, Mapping[str, str | None]]


def places_of(reading: Reading, league: League, trend: Trend | None = None, *, named: bool = False) -> dict[str, Place]:
    """The place of each store by id; ``named``: the other stores' names may be shown; ``trend`` of the same visits."""
    rows = reading.ask("select store, region, format from stores")
    known = {store: {"region": region, "format": form} for store, region, form in rows}
    places = {one.store: _place_of(league, one, known, named=named) for one in league.standings}
    if trend is None:
        return places
    return {
        store: place._replace(course=trend.store_course(store, place.standing.name)) for store, place in places.items()
    }


def _place_of(league: League, one: Standing, known: Known, *, named: bool) -> Place:
    peers, what = _peers(league.standings, one, known)
    facts = league.facts
    return Place(
        standing=one,
        stores=league.order.places,
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


def _peers(standings: Sequence[Standing], one: Standing, known: Known) -> tuple[tuple[Standing, ...], Message]:
    """The ranked stores most like it of which there are enough; else all."""
    own = known.get(one.store, {})
    for keys, what in _ALIKE:
        wanted = {key: own.get(key) for key in keys}
        alike = tuple(each for each in standings if each is one or (each.rank and _is(known, each, wanted)))
        if all(wanted.values()) and len(alike) >= LEAST_PEERS:
            return alike, what
    return tuple(each for each in standings if each is one or each.rank), _ALL


def _is(known: Known, store: Standing, wanted: Mapping[str, str | None]) -> bool:
    said = known.get(store.store, {})
    return all(said.get(key) == value for key, value in wanted.items())
