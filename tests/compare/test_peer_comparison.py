"""Each store's place: itself among its peers, nobody's name unless that is allowed."""

from __future__ import annotations

from helpers.chains import Network

from cemaudit.compare.from_snapshot import fit_league, places_of
from cemaudit.compare.peer_comparison import LEAST_PEERS
from cemaudit.compare.selection import Selection
from cemaudit.ledger.query.reading import Local


def test_each_store_is_among_its_peers(snapshot: Local, chain: Network) -> None:
    league = fit_league(snapshot, Selection(), target=70)
    places = places_of(snapshot, league)
    assert set(places) == {visit.store for visit in chain.visits}
    for store, place in places.items():
        assert place.standing.store == store
        assert place.standing in place.peers
        assert len(place.peers) >= LEAST_PEERS
        assert not place.named
        assert (place.target, place.stores, place.centre) == (70, league.order.ranked_stores, league.centre)


def test_names_are_shown_where_they_may(snapshot: Local) -> None:
    places = places_of(snapshot, fit_league(snapshot, Selection()), named=True)
    assert all(place.named for place in places.values())


def test_too_few_alike_are_no_peers(snapshot: Local) -> None:
    """Regions of two or three stores: all stores are peers."""
    for place in places_of(snapshot, fit_league(snapshot, Selection())).values():
        assert str(place.peer_group) == "all stores"
