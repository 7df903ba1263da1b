"""What no form says of its questions, and a person decides: where on the journey they lie, how they are scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ValidationError, model_validator

from cemaudit.errors import BadInput, Expected
from cemaudit.model import Channel, Element, Mode, faults, journeys
from cemaudit.model.base import Id, Record
from cemaudit.model.checklist import SchemeRef

__all__ = ["Facets", "facets_of"]


class Facets(Record):
    """The same for every touchpoint, until a person says otherwise; ``stage`` is the journey's first unless said."""

    channel: Channel = Channel.FACE_TO_FACE
    stage: Id | None = None
    element: Element = Element.PEOPLE
    mode: Mode = Mode.PASSIVE
    journey: Id = "six-stage"
    sector: Id = "imported"
    scheme: SchemeRef = "cem.performance@1"

    @model_validator(mode="after")
    def _on_a_journey(self) -> Self:
        if self.journey not in journeys():
            raise Expected("a journey: {names}", names=", ".join(journeys()))
        stages = [stage.id for stage in journeys()[self.journey].stages]
        if self.stage is not None and self.stage not in stages:
            raise Expected("a stage of {journey}: {names}", journey=self.journey, names=", ".join(stages))
        return self

    @property
    def of_touchpoints(self) -> dict[str, Any]:
        """What every touchpoint gets."""
        stage = self.stage or journeys()[self.journey].stages[0].id
        return {"channel": self.channel, "stage": stage, "element": self.element, "mode": self.mode}


def facets_of(given: Mapping[str, str | None]) -> Facets:
    """The facets, those ``given`` as said; ``BadInput`` where one is none of ours."""
    said = {name: value for name, value in given.items() if value is not None}
    try:
        return Facets.model_validate(said)
    except ValidationError as error:
        raise BadInput(faults.problems(error, said)) from error
