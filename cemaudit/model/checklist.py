"""A checklist: what is asked, at which touchpoints, along which journey."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected, Sayable, nearest
from cemaudit.language import LANGUAGES, N_, Language, message
from cemaudit.model.answers import AnswerType, AnswerValue
from cemaudit.model.base import Exact, Id, Line, Record, Version, Whole
from cemaudit.model.expression import Expression
from cemaudit.model.text import Text
from cemaudit.model.visit_words import VisitWords, WordsInForce
from cemaudit.model.vocabulary import (
    Channel,
    Element,
    Feeling,
    Journey,
    Medium,
    MicroMoment,
    Mode,
    Moment,
    Stage,
    journeys,
    refuse_repeated,
)

__all__ = [
    "Checklist",
    "Circumstance",
    "Critical",
    "Fact",
    "HandOver",
    "Item",
    "ItemGroup",
    "Narrative",
    "Scenario",
    "Step",
    "Touchpoint",
]  # fmt: skip

SchemeRef = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}(@[0-9]+(\.[0-9]+){0,2})?$")]
"""``id@version``, or the id alone: then the version in force on the day of the visit."""

DefinitionRef = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}(@[0-9]+(\.[0-9]+){0,2})?$")]
"""``id@version``, or the id alone: then any version."""

VersionRef = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}@[0-9]+(\.[0-9]+){0,2}$")]
"""``id@version``."""

NaPolicy = Annotated[str, Field(pattern=r"^(exclude|zero|full|refuse|give-to:[A-Za-z][A-Za-z0-9_.-]*)$")]
Weight = Annotated[Exact, Field(ge=0)]
STAFF_NAME = "staff-name"
"""The tag of an item that asks for a person's name."""
DUTY = "duty"
"""The tag of an item that the law, or safety, demands."""


class Critical(Record):
    """A failing answer here is a finding of its own, and may cap a measure.

    The item fails when it earns ``fails_at`` points or fewer; then measure ``caps`` is at most ``at``.
    """

    fails_at: Exact = Fraction(0)
    caps: Id | None = None
    at: Exact | None = None

    @model_validator(mode="after")
    def _cap_is_whole(self) -> Self:
        if (self.caps is None) != (self.at is None):
            raise Expected("caps and at together, or neither")
        return self

    # The one rule of failing, as numbers and as columns have it. Whoever decides that an item failed asks here.

    def is_failed_by(self, points: Fraction) -> bool:
        """Whether an answer that earns ``points`` fails."""
        return points <= self.fails_at

    def most_failing_parts(self, unit: int) -> int:
        """Return the most parts of a point with which an answer fails, where points are counted in parts, ``unit`` to
        one: ``is_failed_by`` for columns of whole numbers.
        """
        return math.floor(self.fails_at * unit)


_FAILED_AT_NOTHING = Critical()


class Narrative(Record):
    """How much must be written beside an answer: ``at_least`` characters, spaces not counted."""

    at_least: Annotated[Whole, Field(ge=1, le=5000)]
    when: Literal["always", "if-failed"] = "always"


class Item(Record):
    """One question.

    ``out_of`` declares the points possible, where they are not those of the best answer; a ``bonus`` item adds to the
    points earned and nothing to the points possible. ``note`` asks for a narrative beside the answer. ``promises``: the
    value promises of the checklist's platform that it proves. ``was``: the ids it had in earlier versions.
    """

    id: Id
    ask: Text
    help: Text | None = None
    answer: AnswerType
    weight: Weight = Fraction(1)
    out_of: Weight | None = None
    bonus: bool = False
    na: NaPolicy = "exclude"
    critical: Critical | None = None
    evidence: Literal["none", "optional", "required", "required-if-failed"] = "none"
    note: Narrative | None = None
    when: Expression | None = None
    vertical: bool = False
    tags: tuple[Id, ...] = ()
    promises: tuple[Id, ...] = ()
    was: tuple[Id, ...] = ()

    @property
    def possible(self) -> Fraction | None:
        """The most points that count as possible; ``None`` where the item carries no points."""
        best = self.answer.possible
        if self.bonus:
            return None if best is None else Fraction(0)
        return best if self.out_of is None else self.out_of

    @property
    def mandatory(self) -> bool:
        """Whether it must be met whatever it brings: it is critical, or tagged as a duty. No advice may lower it."""
        return self.critical is not None or self.is_duty

    @property
    def is_duty(self) -> bool:
        """Whether it is tagged as demanded by law or safety."""
        return DUTY in self.tags

    @property
    def failing(self) -> Critical:
        """When its answers fail: as ``critical`` says, else where they earn no points of some."""
        return self.critical or _FAILED_AT_NOTHING

    def fails(self, value: AnswerValue) -> bool:
        """Whether ``value`` earns nothing that counts, of an item where something can be earned."""
        points = self.answer.points(value)
        return points is not None and bool(self.answer.possible) and self.failing.is_failed_by(points)

    def fails_critically(self, points: Fraction | None) -> bool:
        """Whether it is critical and failed with these points, handed over ones included; never without points."""
        return self.critical is not None and points is not None and self.critical.is_failed_by(points)

    def wants_evidence(self, value: AnswerValue) -> bool:
        """Whether ``value`` must come with evidence."""
        return self.evidence == "required" or (self.evidence == "required-if-failed" and self.fails(value))

    def least_note(self, value: AnswerValue) -> int:
        """The characters of narrative ``value`` must come with; 0 where none is asked."""
        if self.note is None or (self.note.when == "if-failed" and not self.fails(value)):
            return 0
        return self.note.at_least

    def fails_with(self, points: Fraction | None) -> bool:
        """Whether it failed with these points; never without points, nor where none can be earned."""
        return bool(self.possible) and points is not None and self.failing.is_failed_by(points)

    def fails_duty(self, points: Fraction | None) -> bool:
        """Whether it is a duty and failed with these points."""
        return self.is_duty and self.fails_with(points)

    @property
    def gives_to(self) -> str | None:
        """The item that takes over this one's points when it does not apply."""
        return self.na.removeprefix("give-to:") if self.na.startswith("give-to:") else None


class HandOver(Record):
    """What a later touchpoint must know of an earlier one: whether it did is seen by ``items``.

    Such items ask whether the customer had to say it again, or whether a promise made before was known.
    """

    touchpoint: Id
    items: Annotated[tuple[Id, ...], Field(min_length=1)]


class Touchpoint(Record):
    """A moment of truth, with its facets.

    ``emotion`` asks what was felt (-3..3), ``expectation`` what was expected (1..7), ``perceived`` what was met on the
    same scale as the expectation. ``zero``: whether no feeling at all absorbs the performance, or is what a smooth
    moment feels like (``neutral``). ``carries_to``: the touchpoints that must know what was said or promised here.
    """

    id: Id
    title: Text
    channel: Channel
    medium: Medium | None = None
    stage: Id
    element: Element
    mode: Mode
    moment: Moment | None = None
    micro_moment: MicroMoment | None = None
    weight: Weight = Fraction(1)
    emotion: bool = False
    expectation: bool = False
    perceived: bool = False
    zero: Literal["absorbs", "neutral"] = "absorbs"
    carries_to: tuple[HandOver, ...] = ()
    steps: tuple[Id, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @property
    def own_micro_moment(self) -> MicroMoment | None:
        """The micro-moment, also where an older file gives it as its ``moment``."""
        if self.micro_moment is not None or self.moment is None:
            return self.micro_moment
        return MicroMoment(self.moment) if self.moment.value in [*MicroMoment] else None

    def is_in_step(self, step: str | None) -> bool:
        """Whether a visit of ``step`` (``None``: of none) meets it; one without steps of its own is in every step."""
        return not step or not self.steps or step in self.steps

    @property
    def feeling(self) -> Feeling:
        """How its feeling counts."""
        return Feeling(self.zero) if self.emotion else Feeling.NOT_ASKED


class Fact(Record):
    """Something the company says in several places, and must say alike: the answers to ``items`` must be equal."""

    id: Id
    title: Text
    items: Annotated[tuple[Id, ...], Field(min_length=2)]

    def said(self, answers: Mapping[str, AnswerValue]) -> dict[str, AnswerValue]:
        """The answers of a visit that say it, by item, in the order of ``items``."""
        return {name: answers[name] for name in self.items if name in answers}

    def differs(self, answers: Mapping[str, AnswerValue]) -> bool:
        """Whether the answers of a visit do not all say the same."""
        return len(set(self.said(answers).values())) > 1


class Scenario(Record):
    """What the shopper plays and looks for; ``words`` where it calls a visit otherwise than the checklist."""

    id: Id
    title: Text
    persona: Text
    text: Text
    look_for: tuple[Text, ...] = ()
    words: VisitWords | None = None


class Step(Record):
    """One visit of an episode (a treatment, an order); ``repeats`` where it may come several times.

    ``words``: where it is called otherwise than the checklist or the scenario has it.
    """

    id: Id
    title: Text
    repeats: bool = False
    words: VisitWords | None = None


class Circumstance(Record):
    """A persona or an occasion of visits, with what it is called in each language."""

    id: Id
    title: Text


class ItemGroup(Record):
    """Items that have a total of their own, across touchpoints: those whose tags name the group."""

    id: Id
    title: Text


class Checklist(Record):
    """What is asked. An answer always names the checklist version it answers.

    ``personas`` and ``occasions``: those whose ids ``Visit.persona`` and ``Visit.occasion`` may name. ``conduct``:
    rules for the shopper beyond those of every visit. ``photo_details``: whether what a picture's file says of place,
    time and device is dropped, or kept apart from the picture and the answers. ``staff_names``: the agreement (its
    reference) under which items tagged ``staff-name`` may be answered with a person's name. ``stages``: those of its
    journey, where that is none of the core's. They come with the file, or with the plugin that brings the journey when
    the file is read, and stay with the checklist wherever it is kept. ``facts`` are what several channels must say
    alike. ``consent``: whether each visit must hold the agreement of the customer, a patient say, whom it is about.
    ``platform``: the company's experiential platform, whose promises items name.
    ``least_sheets``: so many it takes before figures of a store are shown, where staff answer and might be told apart.
    ``words``: what arriving, leaving, company, customer and statement are called. ``times``: whether a visit begins and
    ends at moments, or on days, as an order does that runs over a week. ``replaces``: the version it follows, of this
    or another id; ``valid_from``: the first day of visits it is meant for; ``deprecated``: why it is no longer to be
    used, and what instead.
    """

    id: Id
    version: Version
    sector: Id
    title: Text
    about: Text | None = None
    journey: Id
    scheme: SchemeRef
    platform: DefinitionRef | None = None
    scenarios: tuple[Scenario, ...] = ()
    personas: tuple[Circumstance, ...] = ()
    occasions: tuple[Circumstance, ...] = ()
    conduct: tuple[Text, ...] = ()
    photo_details: Literal["remove", "keep-apart"] = "remove"
    staff_names: Line | None = None
    consent: Literal["none", "required"] = "none"
    least_sheets: Annotated[int, Field(ge=0)] = 0
    times: Literal["moments", "days"] = "moments"
    replaces: VersionRef | None = None
    valid_from: date | None = None
    deprecated: Text | None = None
    words: VisitWords | None = None
    steps: tuple[Step, ...] = ()
    stages: tuple[Stage, ...] = ()
    facts: tuple[Fact, ...] = ()
    groups: tuple[ItemGroup, ...] = ()
    touchpoints: Annotated[tuple[Touchpoint, ...], Field(min_length=1)]

    @property
    def ref(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    @property
    def deprecation(self) -> Sayable | None:
        """That it is no longer to be used, why, and what instead; ``None`` where it may be."""
        return message("{ref} is deprecated: {why}", ref=self.ref, why=self.deprecated) if self.deprecated else None

    @property
    def spans_days(self) -> bool:
        """Whether a visit runs over days: it then has a first and a last day, and is not too long for lasting so."""
        return self.times == "days"

    def words_at(self, step: str | None = None, scenario: str | None = None) -> WordsInForce:
        """The words of a visit: of its step, else of its scenario, else of the checklist, else of every sector."""
        own = [each.words for each in self.steps if each.id == step]
        own += [each.words for each in self.scenarios if each.id == scenario]
        return WordsInForce.of(*own, self.words)

    @cached_property
    def items(self) -> dict[str, Item]:
        """All items by id, in order."""
        return {item.id: item for touchpoint in self.touchpoints for item in touchpoint.items}

    @cached_property
    def item_that_was(self) -> dict[str, str]:
        """The items by the ids they had in earlier versions."""
        return {former: item.id for item in self.items.values() for former in item.was}

    def item_hint(self, name: str) -> Sayable | None:
        """What may be meant by the name of an item that is not there: the one that was called so, else a near name."""
        if name in self.item_that_was:
            return message("did you mean {name}? it was {former}", name=self.item_that_was[name], former=name)
        return nearest(name, self.items)

    @cached_property
    def touchpoint_of(self) -> dict[str, Touchpoint]:
        """The touchpoint of each item, by item id."""
        return {item.id: touchpoint for touchpoint in self.touchpoints for item in touchpoint.items}

    @cached_property
    def touchpoint(self) -> dict[str, Touchpoint]:
        """Touchpoints by id."""
        return {touchpoint.id: touchpoint for touchpoint in self.touchpoints}

    @cached_property
    def hand_overs_of(self) -> dict[str, tuple[str, ...]]:
        """The hand-overs each item looks at, by item id; items that look at none are left out."""
        pairs = [
            (item, hand_over_id(touchpoint.id, target.touchpoint))
            for touchpoint in self.touchpoints
            for target in touchpoint.carries_to
            for item in target.items
        ]
        return {item: tuple(name for other, name in pairs if other == item) for item, _ in pairs}

    @cached_property
    def fact(self) -> dict[str, Fact]:
        """Facts by id."""
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def fact_of_first_item(self) -> dict[str, Fact]:
        """Facts by their first item, where what is found of them is kept."""
        return {fact.items[0]: fact for fact in self.facts}

    @cached_property
    def naming_items(self) -> frozenset[str]:
        """The items whose answers name staff."""
        return frozenset(item.id for item in self.items.values() if STAFF_NAME in item.tags)

    @cached_property
    def path(self) -> Journey:
        """The journey the touchpoints lie on."""
        journey = journeys().get(self.journey)
        if journey is None or self.stages:
            name = Text(ko=self.journey, en=self.journey) if journey is None else journey.title
            journey = Journey(id=self.journey, title=name, stages=self.stages)
        return journey.in_words_of({touchpoint.stage for touchpoint in self.touchpoints})

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """The languages in which every text of the checklist exists."""
        return tuple(language for language in LANGUAGES if all(language in text.languages for _, text in self.texts()))

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text of the checklist with its place in the file."""
        return _texts(self, "")

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        for kind, ids in (
            (N_("touchpoint"), [touchpoint.id for touchpoint in self.touchpoints]),
            (N_("item"), [item.id for touchpoint in self.touchpoints for item in touchpoint.items]),
            (N_("scenario"), [scenario.id for scenario in self.scenarios]),
            (N_("persona"), [persona.id for persona in self.personas]),
            (N_("occasion"), [occasion.id for occasion in self.occasions]),
            (N_("step"), [step.id for step in self.steps]),
            (N_("stage"), [name for stage in self.stages for name in stage.ids]),
            (N_("fact"), [fact.id for fact in self.facts]),
            (N_("group"), [group.id for group in self.groups]),
        ):
            refuse_repeated(kind, ids)
        return self

    @model_validator(mode="after")
    def _former_ids_are_free(self) -> Self:
        former = [name for touchpoint in self.touchpoints for item in touchpoint.items for name in item.was]
        refuse_repeated(N_("former item"), former)
        taken = [name for name in former if name in self.items]
        if taken:
            raise Expected("ids of earlier versions in was; still items of this one: {names}", names=", ".join(taken))
        if self.replaces == self.ref:
            raise Expected("another version in replaces, not this one")
        return self

    @model_validator(mode="after")
    def _journey_is_known(self) -> Self:
        if not self.stages and self.journey not in journeys():
            raise Expected("the stages of journey {journey}", journey=self.journey)
        return self


def hand_over_id(source: str, target: str) -> str:
    """Return the id of the hand-over between two touchpoints, as ``chat.counter``."""
    return f"{source}.{target}"


def _texts(record: Record, place: str) -> Iterator[tuple[str, Text]]:
    for name in type(record).model_fields:
        yield from _texts_in(getattr(record, name), f"{place}.{name}" if place else name)


def _texts_in(value: object, place: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, Record):
        yield from _texts(value, place)
    elif isinstance(value, tuple):
        for number, member in enumerate(value):
            yield from _texts_in(member, f"{place}.{getattr(member, 'id', number)}")
