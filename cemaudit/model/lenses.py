"""Lenses: a journey seen through the stages of another one, so that sectors can be laid side by side.

Let J be the stages of a journey and L those of the lens. A mapping says for each stage in L which stages in J lie in
it; the rest of J lies outside, and has to be named there. So every stage in J has one place, and a stage in L without
any is a hole: the checklist does not look there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.model.base import Id
from cemaudit.model.checklist import Touchpoint
from cemaudit.model.definition import Definition
from cemaudit.model.vocabulary import Journey, Stage
from cemaudit.packages import shipped_table

__all__ = ["OUTSIDE", "JourneyView", "Lens", "Mapped", "lenses", "mapping_problems", "view_of"]

OUTSIDE = "outside"
"""The key of a mapping for stages that lie in no stage of the lens."""

Mapped = dict[Id, tuple[Id, ...]]
"""By the stages of a lens: the stages of one journey that lie in each."""


class Lens(Definition):
    """How journeys are seen through the journey ``lens``: a mapping for each, by their ids."""

    lens: Id
    journeys: Annotated[dict[Id, Mapped], Field(min_length=1)]


@dataclass(frozen=True)
class JourneyView:
    """A ``journey`` seen through a ``lens``; ``place``: the lens's stage of each of its stages that has one, by ids."""

    lens: Journey
    journey: Journey
    place: Mapping[str, str]

    def stage_of(self, touchpoint: Touchpoint) -> str | None:
        """The lens's stage a touchpoint lies in; ``None`` outside.

        A touchpoint that declares its moment of truth lies there, where the lens has such a stage.
        """
        moment = touchpoint.moment
        if moment is not None and any(stage.id == moment for stage in self.lens.stages):
            return moment.value
        return self.place.get(touchpoint.stage)

    def stages_in(self, stage_id: str) -> tuple[Stage, ...]:
        """The journey's stages in one of the lens's."""
        return tuple(stage for stage in self.journey.stages if self.place.get(stage.id) == stage_id)

    @property
    def outside(self) -> tuple[Stage, ...]:
        """The journey's stages in none of the lens's."""
        return tuple(stage for stage in self.journey.stages if stage.id not in self.place)


@cache
def lenses() -> dict[str, Lens]:
    """Return the lenses of the core, by id."""
    tables = shipped_table("cemaudit.model", "lenses.toml").items()
    return {lens_id: Lens(lens=lens_id, journeys=mappings) for lens_id, mappings in tables}


def view_of(journey: Journey, lens: Journey, mapping: Mapped | None) -> JourneyView:
    """Return ``journey`` seen through ``lens``; through itself it needs no ``mapping``.

    ``BadInput`` lists everything that is wrong with the mapping, or says that there is none.
    """
    if mapping is None and journey.id == lens.id:
        mapping = {stage.id: (stage.id,) for stage in lens.stages}
    if mapping is None:
        what = message("lens {lens} says nothing of journey {journey}", lens=lens.id, journey=journey.id)
        hint = message("a lens file maps its stages; see docs/journeys.md")
        raise BadInput(Problem(what, "", hint))
    problems = list(mapping_problems(journey, lens, mapping))
    if problems:
        raise BadInput(problems)
    named = {name: stage_id for stage_id, names in mapping.items() for name in names if stage_id != OUTSIDE}
    place = {stage.id: named[name] for stage in journey.stages for name in stage.ids if name in named}
    return JourneyView(lens, journey, place)


def mapping_problems(journey: Journey, lens: Journey, mapping: Mapped) -> Iterator[Problem]:
    """Yield what is wrong with how ``mapping`` lays ``journey`` into ``lens``: unknown, repeated and missing stages."""
    place = f"journeys.{journey.id}"
    known = {name: stage.id for stage in journey.stages for name in stage.ids}
    places: dict[str, list[str]] = {stage.id: [] for stage in journey.stages}
    for stage_id, names in mapping.items():
        if stage_id not in {OUTSIDE, *(stage.id for stage in lens.stages)}:
            what = message("no such stage in journey {journey}: {stage}", journey=lens.id, stage=stage_id)
            yield Problem(what, f"{place}.{stage_id}", nearest(stage_id, [stage.id for stage in lens.stages]))
        for name in names:
            if name in known:
                places[known[name]].append(stage_id)
            else:
                what = message("no such stage in journey {journey}: {stage}", journey=journey.id, stage=name)
                yield Problem(what, f"{place}.{stage_id}", nearest(name, places))
    for name, there in places.items():
        if len(there) > 1:
            what = message("stage {stage} is mapped twice: {places}", stage=name, places=", ".join(there))
            yield Problem(what, place, message("a stage has one place in a lens"))
    left_out = [name for name, there in places.items() if not there]
    if left_out:
        what = message("stages that are mapped nowhere: {names}", names=", ".join(left_out))
        yield Problem(what, place, message("what lies in no stage of the lens is listed under 'outside'"))
