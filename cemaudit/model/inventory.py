"""An inventory of touchpoints: everything on the customers' path, how it was found, and how it is to be felt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from cemaudit.errors import Expected
from cemaudit.language import N_
from cemaudit.model.base import Id, Record, Whole
from cemaudit.model.definition import TranslatedDefinition
from cemaudit.model.text import Text
from cemaudit.model.vocabulary import Channel, Element, Medium, Mode, refuse_repeated
from cemaudit.packages import shipped_table

__all__ = ["InventoriedTouchpoint", "Inventory", "ways_of_finding"]


@cache
def ways_of_finding() -> Mapping[str, Text]:
    """Return the ways a touchpoint is found, by id, with their names."""
    table = shipped_table("cemaudit.model", "inventory.toml")["found-by"]
    return {name: Text.model_validate(title) for name, title in table.items()}


def _is_known_way(name: str) -> str:
    if name not in ways_of_finding():
        raise Expected("one of {names}", names=", ".join(ways_of_finding()))
    return name


WayOfFinding = Annotated[Id, AfterValidator(_is_known_way)]

Rating = Annotated[Whole, Field(ge=1, le=5)]
"""Headquarters' own rating, 1 to 5."""


class InventoriedTouchpoint(Record):
    """A touchpoint on the path, as headquarters sees it.

    ``found_by``: the ways it was found. ``wish``: what a customer is to experience there. ``cost`` of mending it,
    ``novelty`` of what would be done and ``importance`` are headquarters' own ratings; ``None``: not rated yet.
    ``audited``: whether the checklist asks about it; one that is not has a wish, and no figures.
    """

    id: Id
    title: Text
    channel: Channel
    medium: Medium | None = None
    stage: Id | None = None
    element: Element | None = None
    mode: Mode | None = None
    found_by: Annotated[tuple[WayOfFinding, ...], Field(min_length=1)]
    wish: Text | None = None
    cost: Rating | None = None
    novelty: Rating | None = None
    importance: Rating | None = None
    audited: bool = True


class Inventory(TranslatedDefinition):
    """The touchpoints of a path; ``checklist``: the id, or ``id@version``, of the one that asks about them."""

    checklist: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}(@[0-9]+(\.[0-9]+){0,2})?$")] | None = None
    title: Text | None = None
    touchpoints: Annotated[tuple[InventoriedTouchpoint, ...], Field(min_length=1)]

    @cached_property
    def touchpoint(self) -> dict[str, InventoriedTouchpoint]:
        """Touchpoints by id."""
        return {touchpoint.id: touchpoint for touchpoint in self.touchpoints}

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        refuse_repeated(N_("touchpoint"), [touchpoint.id for touchpoint in self.touchpoints])
        return self
