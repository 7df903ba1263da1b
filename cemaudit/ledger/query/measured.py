"""What the checklist says of each column that something is measured in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cemaudit.ledger.snapshot.names import ScoreColumn
from cemaudit.model import Checklist, Scheme, Touchpoint
from cemaudit.scoring import plan

__all__ = ["Facets", "facets_of_item", "facets_of_touchpoint", "measured_scores"]

Facets = Mapping[str, tuple[str, ...]]


def facets_of_touchpoint(touchpoint: Touchpoint) -> dict[str, tuple[str, ...]]:
    """The facets of a touchpoint, as schemes group by them."""
    return {facet.value: values for facet, values in plan.facets_of_touchpoint(touchpoint).items()}


def facets_of_item(checklist: Checklist, item: str) -> dict[str, tuple[str, ...]]:
    """The facets of an item: its touchpoint's and its own."""
    hand_overs = checklist.hand_overs_of.get(item, ())
    own = {"item": (item,), "tag": checklist.items[item].tags, "hand-over": hand_overs}
    return {**facets_of_touchpoint(checklist.touchpoint_of[item]), **own}


def measured_scores(
    checklist: Checklist, schemes: Sequence[Scheme], scores: Sequence[ScoreColumn]
) -> list[tuple[ScoreColumn, Facets]]:
    """The scores with their facets: those they are for, and those of their item or touchpoint."""
    measures = {name: measure for scheme in schemes for name, measure in scheme.measure.items()}
    found: list[tuple[ScoreColumn, Facets]] = []
    for score in scores:
        named = dict(zip((facet.value for facet in measures[score.measure].for_each), score.key, strict=True))
        facets: dict[str, tuple[str, ...]] = {}
        if named.get("item") in checklist.items:
            facets = facets_of_item(checklist, named["item"])
        elif named.get("touchpoint") in checklist.touchpoint:
            facets = facets_of_touchpoint(checklist.touchpoint[named["touchpoint"]])
        facets |= {facet: (value,) for facet, value in named.items()}
        own = {"measure": (score.measure,), "key": (",".join(score.key),)}
        found.append((score, {**facets, **own}))
    return found
