"""A checklist: what is asked, at which touchpoints, along which journey."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected, Sayable, nearest
from cemaudit.language import N_, message
from cemaudit.model.answers import AnswerType, AnswerValue
from cemaudit.model.base import Exact, Id, Line, Record, Version, Whole
from cemaudit.model.definition import TranslatedDefinition
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
    """A failing answer here is a finding of its own, and may cap a measure."""

    fails_at: Exact = Fraction(0)
    """The item fails with so many points or fewer."""
    caps: Id | None = None
    """The measure that a failure holds down; ``None``: none."""
    at: Exact | None = None
    """The most that measure can then be."""

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
    """How much must be written beside an answer."""

    at_least: Annotated[Whole, Field(ge=1, le=5000)]
    """The fewest characters, spaces not counted."""
    when: Literal["always", "if-failed"] = "always"
    """Whether it must always be written, or only where the item failed."""


class Item(Record):
    """One question."""

    id: Id
    """Its id, unique in the checklist."""
    ask: Text
    """The question."""
    help: Text | None = None
    """How to judge it."""
    answer: AnswerType
    """What may be answered, and what each answer is worth."""
    weight: Weight = Fraction(1)
    """How much it counts within its touchpoint."""
    out_of: Weight | None = None
    """The points possible, where they are not those of the best answer."""
    bonus: bool = False
    """Whether it adds to the points earned and nothing to the points possible."""
    na: NaPolicy = "exclude"
    """What "not applicable" does to the score."""
    critical: Critical | None = None
    """When a failure is a finding of its own; ``None`` where it is not."""
    evidence: Literal["none", "optional", "required", "required-if-failed"] = "none"
    """What the shopper must bring."""
    note: Narrative | None = None
    """The narrative asked for beside the answer."""
    when: Expression | None = None
    """Whether the question arises at all, by earlier answers; ``None``: always."""
    vertical: bool = False
    """Whether it is worth following from visit to visit of an episode."""
    tags: tuple[Id, ...] = ()
    """Names a scheme can group by; ``duty`` marks what law or safety demands."""
    promises: tuple[Id, ...] = ()
    """The value promises of the checklist's platform that it proves, by id."""
    was: tuple[Id, ...] = ()
    """The ids it had in earlier versions."""

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
    """What a later touchpoint must know of an earlier one.

    Its items ask whether the customer had to say it again, or whether a promise made before was known.
    """

    touchpoint: Id
    """The later touchpoint, by id."""
    items: Annotated[tuple[Id, ...], Field(min_length=1)]
    """The items that see whether it did, by id."""


class Touchpoint(Record):
    """A moment of truth, with its facets."""

    id: Id
    """Its id."""
    title: Text
    """What it is called."""
    channel: Channel
    """How customer and company meet."""
    medium: Medium | None = None
    """By what means, more closely than the channel."""
    stage: Id
    """The stage of the journey it lies at, by id."""
    element: Element
    """What of the company the customer meets."""
    mode: Mode
    """Who reaches out: the customer (active) or the company (passive)."""
    moment: Moment | None = None
    """Its moment of truth."""
    micro_moment: MicroMoment | None = None
    """What the customer wants at once; ``own_micro_moment`` has it of older files, too."""
    weight: Weight = Fraction(1)
    """How much it counts among touchpoints."""
    emotion: bool = False
    """Whether it asks what was felt, -3 to 3."""
    expectation: bool = False
    """Whether it asks what was expected, 1 to 7."""
    perceived: bool = False
    """Whether it asks what was met, on the scale of the expectation."""
    zero: Literal["absorbs", "neutral"] = "absorbs"
    """Whether no feeling at all absorbs the performance, or is what a smooth moment feels like."""
    carries_to: tuple[HandOver, ...] = ()
    """The touchpoints that must know what was said or promised here."""
    steps: tuple[Id, ...] = ()
    """The steps of an episode in whose visits it is met; empty: in all."""
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    """Its questions, in order."""

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
    """Something the company says in several places, and must say alike."""

    id: Id
    """Its id."""
    title: Text
    """What is said, as "days to exchange"."""
    items: Annotated[tuple[Id, ...], Field(min_length=2)]
    """The items whose answers must be equal, by id."""

    def said(self, answers: Mapping[str, AnswerValue]) -> dict[str, AnswerValue]:
        """The answers of a visit that say it, by item, in the order of ``items``."""
        return {name: answers[name] for name in self.items if name in answers}

    def differs(self, answers: Mapping[str, AnswerValue]) -> bool:
        """Whether the answers of a visit do not all say the same."""
        return len(set(self.said(answers).values())) > 1


class Scenario(Record):
    """What the shopper plays and looks for."""

    id: Id
    """Its id; a visit names it."""
    title: Text
    """What it is called."""
    persona: Text
    """Whom the shopper plays."""
    text: Text
    """What the shopper does."""
    look_for: tuple[Text, ...] = ()
    """What to look for on the way."""
    words: VisitWords | None = None
    """What it calls a visit otherwise than the checklist."""


class Step(Record):
    """One visit of an episode (a treatment, an order)."""

    id: Id
    """Its id, as ``V1``; a visit names it."""
    title: Text
    """What it is called."""
    repeats: bool = False
    """Whether it may come several times."""
    words: VisitWords | None = None
    """What it calls a visit otherwise than the checklist or the scenario."""


class Circumstance(Record):
    """A persona or an occasion of visits, with what it is called in each language."""

    id: Id
    """Its id; a visit names it."""
    title: Text
    """What it is called."""


class ItemGroup(Record):
    """Items that have a total of their own, across touchpoints: those whose tags name the group."""

    id: Id
    """Its id, a tag of its items."""
    title: Text
    """What it is called."""


class Checklist(TranslatedDefinition):
    """What is asked. An answer always names the checklist version it answers."""

    id: Id
    """Its id, which never changes its meaning."""
    version: Version
    """Its version; a visit names the one it answers."""
    sector: Id
    """The industry; what a hook looks at first."""
    title: Text
    """What it is called."""
    about: Text | None = None
    """What it is for, and what it is not."""
    journey: Id
    """The id of the journey its touchpoints lie on."""
    scheme: SchemeRef
    """How it is scored, unless another scheme is asked for."""
    platform: DefinitionRef | None = None
    """The company's experiential platform, whose promises items name."""
    scenarios: tuple[Scenario, ...] = ()
    """What the shopper plays."""
    personas: tuple[Circumstance, ...] = ()
    """Whom a shopper may be; ``Visit.persona`` then names one of them."""
    occasions: tuple[Circumstance, ...] = ()
    """On what occasion a visit may be; ``Visit.occasion`` then names one of them."""
    conduct: tuple[Text, ...] = ()
    """Rules for the shopper beyond those of every visit."""
    photo_details: Literal["remove", "keep-apart"] = "remove"
    """Whether what a picture's file says of place, time and device is dropped, or kept apart."""
    staff_names: Line | None = None
    """The reference of the agreement under which items tagged ``staff-name`` may name a person."""
    consent: Literal["none", "required"] = "none"
    """Whether each visit must hold the agreement of the customer, a patient say, whom it is about."""
    least_sheets: Annotated[int, Field(ge=0)] = 0
    """So many it takes before figures of a store are shown, where staff answer and might be told apart."""
    times: Literal["moments", "days"] = "moments"
    """Whether a visit begins and ends at moments, or on days, as an order does that runs over a week."""
    replaces: VersionRef | None = None
    """The version it follows, of this or another id."""
    valid_from: date | None = None
    """The first day of visits it is meant for."""
    deprecated: Text | None = None
    """Why it is no longer to be used, and what instead."""
    words: VisitWords | None = None
    """What arriving, leaving, company, customer and statement are called."""
    steps: tuple[Step, ...] = ()
    """The visits of an episode, in order; empty where a visit stands alone."""
    stages: tuple[Stage, ...] = ()
    """The stages of its journey, where that is none of the core's; filled in when the file is read, and kept."""
    facts: tuple[Fact, ...] = ()
    """What several channels must say alike."""
    groups: tuple[ItemGroup, ...] = ()
    """Lists within the list that have a total of their own."""
    touchpoints: Annotated[tuple[Touchpoint, ...], Field(min_length=1)]
    """The moments in which customer and company meet, in order, with their items."""

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
