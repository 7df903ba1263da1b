"""Fitting the mixed model to cross-tabulated visits: with shoppers, without them, or with every store visited once."""

from __future__ import annotations

from dataclasses import dataclass

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.mixed_model.model import MixedModel
from cemaudit.compare.mixed_model.posterior import fit_best, fit_without_units
from cemaudit.language import Message, message

__all__ = ["FittedModel", "fit_mixed_model", "fit_without_store_effect", "units_of_single_visits", "why_no_severity"]


@dataclass(frozen=True, slots=True, eq=False)
class FittedModel:
    """A ``model`` of the sums of ``crossed`` (in which there may be no shoppers), and what a reader must know of it.

    ``one_visit_each``: every store was visited once, and what it has of its own is part of the residual.
    """

    crossed: CrossTabulation
    model: MixedModel
    notes: tuple[Message, ...] = ()
    one_visit_each: bool = False


def fit_mixed_model(crossed: CrossTabulation) -> FittedModel:
    """Return the model of cross-tabulated visits, without shoppers where their severity cannot be estimated.

    ``NotEstimable``, in words of stores and shoppers, where the visits do not say enough for any model.
    """
    if len(crossed.stores) < 2:
        raise NotEstimable(message("there is only one store: nothing to compare"), "one-store")
    if not crossed.squares:
        raise NotEstimable(message("all scores are equal: these visits show no difference at all"), "equal")
    if crossed.visits.max() <= 1:
        once = message(
            "every store was visited once: differences between stores cannot be separated from visit-to-visit chance"
        )
        raise NotEstimable(once, "once", 0)
    reason = why_no_severity(crossed)
    tabulation = crossed if reason is None else crossed.without_shoppers()
    try:
        return FittedModel(tabulation, fit_best(tabulation.sums()), () if reason is None else (reason,))
    except NotEstimable as error:
        # The mixed model knows units and factors; here they have names.
        text = _MESSAGES.get((error.reason, error.factor)) or _MESSAGES.get((error.reason, None))
        raise (NotEstimable(text, error.reason, error.factor) if text else error) from error


def why_no_severity(crossed: CrossTabulation) -> Message | None:
    """Return why visits say nothing about the severity of shoppers; ``None`` where they do."""
    visits_by_shopper = crossed.by_shopper.sum(axis=1)
    if not crossed.shoppers:
        return message("No shopper is known: scores are not adjusted for how strict shoppers are.")
    if len(crossed.shoppers) == 1:
        return message("One shopper made all visits: scores are compared as that shopper sees them.")
    if visits_by_shopper.max() <= 1:
        return message("No shopper came twice: how strict each is counts as chance of the visit.")
    return None


_STORE_SHOPPER_CONFOUNDED = message(
    "each store was visited by a shopper who visited no other store: stores and shoppers cannot be distinguished"
)

_MESSAGES: dict[tuple[str, int | None], Message] = {
    ("absorbed", 0): message(
        "each pool has only one store: stores and pools are confounded; compare without pools (--pool none)"
    ),
    ("same", None): _STORE_SHOPPER_CONFOUNDED,
    ("alike", None): _STORE_SHOPPER_CONFOUNDED,
    ("equal", None): message(
        "all differences in the scores are explained by what is adjusted for: nothing is left between stores"
    ),
}


def units_of_single_visits(crossed: CrossTabulation) -> bool:
    """Return whether what is compared is made of several stores, each visited once."""
    return crossed.unit_factor is not None and bool(crossed.visits.max() <= 1) and crossed.squares > 0


def fit_without_store_effect(crossed: CrossTabulation) -> FittedModel:
    """Return the model without stores: how they differ is part of the chance of a visit, and widens every interval."""
    reason = why_no_severity(crossed)
    tabulation = crossed if reason is None else crossed.without_shoppers()
    once = message("Every store was visited once: how stores differ counts as chance, and single ones are not judged.")
    notes = (once,) if reason is None else (once, reason)
    return FittedModel(tabulation, fit_without_units(tabulation.sums()), notes, one_visit_each=True)
