"""Fitting the mixed model to cross-tabulated visits: with shoppers, without them, or with every store visited once."""

from __future__ import annotations

from typing import NamedTuple

from cemaudit.compare.crosstabs import Crossed
from cemaudit.compare.errors import CannotTell
from cemaudit.compare.mixed_model.model import Model
from cemaudit.compare.mixed_model.posterior import model_of, model_without_units
from cemaudit.language import Message, message

__all__ = ["Fitted", "fitted", "fitted_once", "nothing_about_shoppers", "only_units"]


class Fitted(NamedTuple):
    """A ``model`` of the sums of ``crossed`` (in which there may be no shoppers), and what a reader must know of it.

    ``once``: every store was visited once, and what it has of its own is part of the residual.
    """

    crossed: Crossed
    model: Model
    notes: tuple[Message, ...] = ()
    once: bool = False


def fitted(crossed: Crossed) -> Fitted:
    """The model; ``CannotTell``, in words of stores and shoppers, where the visits do not say enough for any."""
    if len(crossed.stores) < 2:
        raise CannotTell(message("there is one store alone: nothing to compare it with"), "one-store")
    if not crossed.squares:
        raise CannotTell(message("all scores are equal: these visits show no difference at all"), "equal")
    if crossed.visits.max() <= 1:
        text = message(
            "every store was visited once: what is the store's own cannot be told from the chance of the visit"
        )
        raise CannotTell(text, "once", 0)
    why = nothing_about_shoppers(crossed)
    if why is None:
        try:
            return Fitted(crossed, model_of(crossed.sums()))
        except CannotTell as error:
            raise _in_words(error) from error
    without = crossed.without_shoppers()
    try:
        return Fitted(without, model_of(without.sums()), (why,))
    except CannotTell as error:
        raise _in_words(error) from error


def nothing_about_shoppers(crossed: Crossed) -> Message | None:
    """Why visits say nothing about the severity of shoppers, where they do not."""
    visits_by_shopper = crossed.by_shopper.sum(axis=1)
    if not crossed.shoppers:
        return message("No shopper is known: scores are not adjusted for how strict shoppers are.")
    if len(crossed.shoppers) == 1:
        return message("One shopper made all visits: scores are compared as that shopper sees them.")
    if visits_by_shopper.max() <= 1:
        return message("No shopper came twice: how strict each is counts as chance of the visit.")
    return None


def _in_words(error: CannotTell) -> CannotTell:
    text = _WORDS.get((error.reason, error.factor)) or _WORDS.get((error.reason, None))
    return CannotTell(text, error.reason, error.factor) if text else error


_ONE_TO_ONE = message(
    "each store was visited by a shopper who visited no other store: stores and shoppers cannot be told apart"
)


_WORDS: dict[tuple[str, int | None], Message] = {
    ("absorbed", 0): message(
        "each pool has one store alone: stores cannot be told from pools; compare without pools (--pool none)"
    ),
    ("same", None): _ONE_TO_ONE,
    ("alike", None): _ONE_TO_ONE,
    ("equal", None): message("the scores differ by nothing but what is adjusted for: no difference between stores"),
}


def only_units(crossed: Crossed) -> bool:
    """Whether what is compared is made of several stores, each visited once."""
    return crossed.unit_of is not None and bool(crossed.visits.max() <= 1) and crossed.squares > 0


def fitted_once(crossed: Crossed) -> Fitted:
    """The model without stores: how they differ is part of the chance of a visit, and widens every interval."""
    why = nothing_about_shoppers(crossed)
    tabulation = crossed if why is None else crossed.without_shoppers()
    once = message("Every store was visited once: how stores differ counts as chance, and single ones are not judged.")
    return Fitted(
        tabulation, model_without_units(tabulation.sums()), (once,) if why is None else (once, why), once=True
    )
