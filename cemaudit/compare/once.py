"""Stores that were visited once: not to be compared one by one, but region with region, or format with format."""

from __future__ import annotations

from cemaudit.compare.crossed import Crossed
from cemaudit.compare.fitted import Fitted, nothing_about_shoppers
from cemaudit.compare.mixed.without import model_without_units
from cemaudit.language import message

__all__ = ["fitted_once", "only_units"]


def only_units(crossed: Crossed) -> bool:
    """Whether what is compared is made of several stores, each visited once."""
    return crossed.unit_of is not None and bool(crossed.visits.max() <= 1) and crossed.squares > 0


def fitted_once(crossed: Crossed) -> Fitted:
    """The model without stores: how they differ is part of the chance of a visit, and widens every interval."""
    why = nothing_about_shoppers(crossed)
    known = crossed if why is None else crossed.without_shoppers()
    once = message("Every store was visited once: how stores differ counts as chance, and single ones are not judged.")
    return Fitted(known, model_without_units(known.sums()), (once,) if why is None else (once, why), once=True)
