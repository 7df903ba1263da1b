"""The field's own words: channels, elements, modes, moments and journeys, with their names in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected
from cemaudit.language import N_, message
from cemaudit.model.base import Id, Record
from cemaudit.model.definition import TranslatedDefinition
from cemaudit.model.text import Text
from cemaudit.packages import shipped_table

__all__ = [
    "JOURNEYS",
    "Channel",
    "ClaimState",
    "Element",
    "Facet",
    "Feeling",
    "Journey",
    "Medium",
    "MicroMoment",
    "Mode",
    "Moment",
    "Stage",
    "journeys",
    "label",
    "word_title",
]

JOURNEYS: dict[str, Journey]
"""The journeys by id; read when first asked for."""


class Channel(StrEnum):
    """How company and customer meet (Customer Experience Management's three channels)."""

    FACE_TO_FACE = "face-to-face"
    PERSONAL_DISTANT = "personal-distant"
    ELECTRONIC = "electronic"


class Medium(StrEnum):
    """The second level of a channel."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    LETTER = "letter"
    FAX = "fax"
    WEB = "web"
    MAIL = "mail"
    SMS = "sms"
    CHAT = "chat"
    APP = "app"
    MESSENGER = "messenger"
    KIOSK = "kiosk"


class Element(StrEnum):
    """What of the company the customer meets."""

    PRODUCT = "product"
    PEOPLE = "people"
    COMMUNICATION = "communication"
    LOOK_AND_FEEL = "look-and-feel"


class Mode(StrEnum):
    """Who reaches out: the customer comes looking (active, expects more) or the company does (passive)."""

    ACTIVE = "active"
    PASSIVE = "passive"


class ClaimState(StrEnum):
    """What became of a claim during the visit: told to staff, solved on the spot, promised for later, or neither."""

    TOLD = "told"
    SOLVED = "solved"
    LATER = "later"
    NEVER = "never"


class Moment(StrEnum):
    """Moments of truth: stimulus, zero, first, second.

    The last four are micro-moments, as checklists wrote them before these had a key of their own (``MicroMoment``).
    """

    STIMULUS = "stimulus"
    ZMOT = "zmot"
    FMOT = "fmot"
    SMOT = "smot"
    KNOW = "know"
    GO = "go"
    DO = "do"
    BUY = "buy"


class MicroMoment(StrEnum):
    """What the customer reaches for at once: to know, to go, to do, to buy something."""

    KNOW = "know"
    GO = "go"
    DO = "do"
    BUY = "buy"


class Feeling(StrEnum):
    """What a touchpoint makes of a feeling of zero, or that it asks for none."""

    ABSORBS = "absorbs"
    NEUTRAL = "neutral"
    NOT_ASKED = "not-asked"


class Facet(StrEnum):
    """What a measure can be grouped by."""

    ITEM = "item"
    TOUCHPOINT = "touchpoint"
    CHANNEL = "channel"
    MEDIUM = "medium"
    STAGE = "stage"
    ELEMENT = "element"
    MODE = "mode"
    MOMENT = "moment"
    MICRO_MOMENT = "micro-moment"
    TAG = "tag"
    FEELING = "feeling"
    FACT = "fact"
    HAND_OVER = "hand-over"


class Stage(Record):
    """One stage of a journey."""

    id: Id
    """Its id, which touchpoints name."""
    title: Text
    """What it is called."""
    aliases: tuple[Id, ...] = ()
    """Ids it had before, under which older checklists still name it."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id it goes by, its own first."""
        return (self.id, *self.aliases)


class Journey(TranslatedDefinition):
    """A named, ordered list of stages; which they are never changes under its id."""

    id: Id
    """Its id, which never changes its meaning."""
    title: Text
    """What it is called."""
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    """Its stages, in order."""

    def stage(self, stage_id: str) -> Stage:
        """The stage with that id, or that had it before; ``KeyError`` where there is none."""
        return {name: stage for stage in self.stages for name in stage.ids}[stage_id]

    def in_words_of(self, used: Collection[str]) -> Journey:
        """The same journey, its stages under the ids that are ``used``: an earlier one where only that is."""
        stages = []
        for stage in self.stages:
            name = next((name for name in stage.ids if name in used), stage.id)
            others = tuple(other for other in stage.ids if other != name)
            stages.append(stage if name == stage.id else stage.model_copy(update={"id": name, "aliases": others}))
        return self.model_copy(update={"stages": tuple(stages)})

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        refuse_repeated(N_("stage"), [name for stage in self.stages for name in stage.ids])
        return self


def refuse_repeated(kind: str, ids: Iterable[str]) -> None:
    """Raise ``Expected`` where one of the ids, of this kind of thing, comes twice."""
    repeated = [name for name, count in Counter(ids).items() if count > 1]
    if repeated:
        raise Expected("each id once; repeated {what}: {ids}", what=message(kind), ids=", ".join(repeated))


@cache
def journeys() -> dict[str, Journey]:
    """Return the journeys that checklists can name, by id."""
    tables = _vocabulary()["journeys"].items()
    return {journey_id: Journey.model_validate({"id": journey_id, **table}) for journey_id, table in tables}


def label(word: StrEnum) -> Text:
    """Return the name of a word of the vocabulary, for people."""
    return _labels()[word]


def word_title(facet: str, value: str) -> Text | None:
    """Return the name of a value of a facet, for people; ``None`` where its values are no words of the vocabulary."""
    title = _vocabulary()["labels"].get(facet, {}).get(value)
    return None if title is None else Text.model_validate(title)


@cache
def _labels() -> dict[str, Text]:
    kinds = _vocabulary()["labels"].values()
    return {word: Text.model_validate(title) for titles in kinds for word, title in titles.items()}


@cache
def _vocabulary() -> dict[str, Any]:
    return shipped_table("cemaudit.model", "vocabulary.toml")


def __getattr__(name: str) -> dict[str, Journey]:
    # A constant for plugins, and yet no file is read by programs that draw no journey.
    if name == "JOURNEYS":
        return journeys()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
