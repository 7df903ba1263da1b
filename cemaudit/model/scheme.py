"""A scheme: how answers become scores, as a graph of named measures, and scores become bands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected
from cemaudit.language import N_, message
from cemaudit.model.bands import Band, Consequence, Downgrade, check_bands
from cemaudit.model.base import Id, LongText, Record, Version
from cemaudit.model.checklist import Checklist, Item, Touchpoint
from cemaudit.model.conditions import bounds
from cemaudit.model.definition import TranslatedDefinition
from cemaudit.model.measures import Measure
from cemaudit.model.text import Text
from cemaudit.model.vectors import Vector
from cemaudit.model.vocabulary import Channel, Element, Mode

__all__ = ["Composed", "Scheme", "Summary"]


class Summary(Record):
    """One number over many visits (of a store, a wave, a chain): which, and by which definition.

    ``pooled``: the measure over all the visits' answers together. ``mean``: the plain mean of the visits' values.
    ``share-of-band``: the share, in percent, of visits whose band is ``band`` or a later (worse) one.
    """

    id: Id
    """Its name."""
    title: Text | None = None
    """What it is called."""
    how: Literal["pooled", "mean", "share-of-band"]
    """By which definition."""
    of: Id | None = None
    """The measure it is made of; ``None`` for a share of bands."""
    band: str | None = None
    """For ``share-of-band``, the band's label: it counts, and every later (worse) one."""

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if (self.how == "share-of-band") != (self.band is not None) or (self.how == "share-of-band") == bool(self.of):
            raise Expected("a measure in of, or for share-of-band a label in band")
        return self


class Composed(Record):
    """Where an input comes from when it is not answered: a measure of another checklist's audits of the same store."""

    checklist: Id
    """The other checklist, by id."""
    measure: Id
    """The measure of its audits that is taken."""
    how: Literal["mean", "latest", "best", "worst"] = "latest"
    """Which of several audits' values is taken, or their mean."""


class Scheme(TranslatedDefinition):
    """How answers become scores."""

    id: Id
    """Its id, which never changes its meaning."""
    version: Version
    """Its version."""
    title: Text
    """What it is called."""
    about: Text | None = None
    """What it does, in a few sentences."""
    source: LongText | None = None
    """Where the formula comes from; printed on the report's method page."""
    limits: Text | None = None
    """What it cannot do."""
    valid_from: date | None = None
    """The first day it is in force."""
    direction: Literal["higher-is-better", "lower-is-better"] = "higher-is-better"
    """Which way its scores are good."""
    unanswered: Literal["exclude", "zero"] = "exclude"
    """Whether questions nobody answered leave the score, or count 0."""
    headline: Id | None = None
    """The measure a report leads with; ``leading`` has it also where none is named."""
    inputs: tuple[Item, ...] = ()
    """Its own questions, for schemes that stand alone: a visit may answer the scheme itself."""
    composition: dict[Id, Composed] = {}
    """What fills an input from audits of other checklists, by the input's id."""
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
    """Its named numbers, each made of answers or of measures."""
    bands: tuple[Band, ...] = ()
    """Its grades, the first that holds; empty where it grades nothing."""
    downgrades: tuple[Downgrade, ...] = ()
    """What lowers a grade."""
    consequences: tuple[Consequence, ...] = ()
    """What follows from the grades of several waves."""
    summaries: tuple[Summary, ...] = ()
    """Numbers over many visits."""
    vectors: tuple[Vector, ...] = ()
    """Published examples it must reproduce."""

    @property
    def ref(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    @cached_property
    def measure(self) -> dict[str, Measure]:
        """Measures by id, in order."""
        return {measure.id: measure for measure in self.measures}

    @property
    def leading(self) -> str:
        """The id of the measure a report leads with: ``headline``, else the last measure that is one number."""
        single = [measure.id for measure in self.measures if not measure.for_each]
        return self.headline or (single or [self.measures[-1].id])[-1]

    @cached_property
    def sheet(self) -> Checklist | None:
        """The scheme's own questions as a checklist of the same id and version; ``None`` where it has none."""
        if not self.inputs:
            return None
        touchpoint = Touchpoint(
            id="inputs",
            title=Text(ko="입력", en="Inputs"),
            channel=Channel.FACE_TO_FACE,
            stage="on",
            element=Element.PRODUCT,
            mode=Mode.PASSIVE,
            items=self.inputs,
        )
        return Checklist(
            id=self.id,
            version=self.version,
            sector="scheme",
            languages=self.languages,
            title=self.title,
            journey="before-on-after",
            scheme=self.ref,
            touchpoints=(touchpoint,),
        )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        _ids_differ(self)
        _names_exist(self)
        _percentiles_only_in_bands(self)
        check_bands(self.bands)
        return self


def _ids_differ(scheme: Scheme) -> None:
    for what, ids in (
        (N_("measure"), [measure.id for measure in scheme.measures]),
        (N_("input"), [item.id for item in scheme.inputs]),
        (N_("band"), [band.label for band in scheme.bands]),
        (N_("summary"), [summary.id for summary in scheme.summaries]),
    ):
        repeated = [one for one, count in Counter(ids).items() if count > 1]
        if repeated:
            raise Expected("each id once; repeated {what}: {ids}", what=message(what), ids=", ".join(repeated))


def _names_exist(scheme: Scheme) -> None:
    single = {measure.id for measure in scheme.measures if not measure.for_each}
    unknown = sorted(set(_named_measures(scheme)) - single)
    if unknown:
        raise Expected("conditions on measures that are one number; unknown: {names}", names=", ".join(unknown))
    labels = {band.label for band in scheme.bands}
    unknown = sorted(set(_named_bands(scheme)) - labels)
    if unknown:
        raise Expected("labels of bands; unknown: {names}", names=", ".join(unknown))
    unknown = sorted(scheme.composition.keys() - {item.id for item in scheme.inputs})
    if unknown:
        raise Expected("composition of inputs; unknown: {names}", names=", ".join(unknown))


def _percentiles_only_in_bands(scheme: Scheme) -> None:
    """A cap or downgrade holds for one visit by itself; only a band may look at the peers."""
    conditions = [down.where for down in scheme.downgrades]
    conditions += [cap.where for measure in scheme.measures for cap in measure.caps]
    if any(bound.is_percentile for where in conditions for one in where.values() for bound in bounds(one)):
        raise Expected("percentiles in the conditions of bands alone, not of caps and downgrades")


def _named_measures(scheme: Scheme) -> Iterator[str]:
    for band in scheme.bands:
        yield from band.where
    for downgrade in scheme.downgrades:
        yield from downgrade.where
    for measure in scheme.measures:
        for cap in measure.caps:
            yield from cap.where
    yield from filter(None, [scheme.headline, *(summary.of for summary in scheme.summaries)])


def _named_bands(scheme: Scheme) -> Iterator[str]:
    for consequence in scheme.consequences:
        yield from consequence.bands
    yield from (summary.band for summary in scheme.summaries if summary.band)
