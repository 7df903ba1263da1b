"""Which drivers a study can say anything of, and which it cannot."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.drivers.frame import Facts
from cemaudit.compare.drivers.products import Products
from cemaudit.language import message

__all__ = ["LEAST_PAIR", "LEAST_STORES", "Sorted", "check_facts", "sort_out"]

LEAST_PAIR = 30
"""Two columns are set against each other from so many visits on in which both are known."""
LEAST_STORES = 5
PER_DRIVER = 5
"""Visits there must be for each driver."""
_FLAT = 1e-9  # points squared


class Sorted(NamedTuple):
    """The products of the outcome and the drivers that stay; those too ``seldom`` known, those always the ``same``."""

    products: Products
    seldom: list[str]
    same: list[str]


def check_facts(facts: Facts, *, by_shopper: bool) -> None:
    """``CannotTell`` where there are too few visits or stores for anything."""
    if not facts.visits:
        raise CannotTell(message("In none of these visits is the outcome known."), "nothing")
    if facts.stores < LEAST_STORES:
        what = message(
            "Stores visited: {count}. Of fewer than {least} nobody can tell what is chance.",
            count=facts.stores,
            least=LEAST_STORES,
        )
        raise CannotTell(what, "stores")
    if facts.visits < LEAST_PAIR:
        what = message("{count} visits are too few; at least {least} are needed.", count=facts.visits, least=LEAST_PAIR)
        raise CannotTell(what, "visits")
    if by_shopper and facts.visits - facts.single < LEAST_PAIR:
        what = message(
            "{single} of {visits} visits are the only one of their shopper, so that strict shoppers cannot be told "
            "from bad visits. With --no-centring they are taken as they are.",
            single=facts.single,
            visits=facts.visits,
        )
        raise CannotTell(what, "single")


def sort_out(products: Products) -> Sorted:
    """The drivers that differ, and of which every two are known together often enough.

    The outcome is the first variable. ``CannotTell`` where it never differs, or fewer than two drivers stay.
    """
    variances = np.diagonal(products.covariances())
    together = products.together
    if together[0, 0] >= LEAST_PAIR and variances[0] <= _FLAT:
        raise CannotTell(message("The outcome is the same in every visit of a shopper: nothing drives it."), "same")
    seldom = [name for at, name in enumerate(products.names) if at and together[0, at] < LEAST_PAIR]
    same = [name for at, name in enumerate(products.names) if at and variances[at] <= _FLAT and name not in seldom]
    kept = [name for name in products.names if name not in {*seldom, *same}]
    while len(kept) > 1:
        some = products.only(kept).together
        if some.min() >= LEAST_PAIR:
            break
        worst = 1 + int(np.argmin(some[1:].sum(axis=1)))
        seldom.append(kept.pop(worst))
    _check_kept(products, kept)
    return Sorted(products.only(kept), seldom, same)


def _check_kept(products: Products, kept: list[str]) -> None:
    drivers = len(kept) - 1
    if drivers < 2:
        what = message(
            "Fewer than two drivers differ, and are known together with the outcome in at least {least} visits.",
            least=LEAST_PAIR,
        )
        raise CannotTell(what, "drivers")
    visits = int(products.together[0, 0])
    if visits < PER_DRIVER * drivers:
        what = message(
            "{visits} visits are too few for {drivers} drivers; {needed} are needed. Choose a coarser --of.",
            visits=visits,
            drivers=drivers,
            needed=PER_DRIVER * drivers,
        )
        raise CannotTell(what, "visits")
