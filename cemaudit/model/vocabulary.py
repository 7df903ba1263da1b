"""The field's own words: channels, elements, modes, moments and journeys, with their names in both languages."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from cemaudit.model.base import Id, Record
from cemaudit.model.text import Text
from cemaudit.packages import shipped_table

__all__ = [
    "JOURNEYS",
    "Channel",
    "Element",
    "Facet",
    "Journey",
    "Medium",
    "MicroMoment",
    "Mode",
    "Moment",
    "Stage",
    "journeys",
    "label",
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


class Stage(Record):
    """One stage of a journey."""

    id: Id
    title: Text


class Journey(Record):
    """A named, ordered list of stages."""

    id: Id
    title: Text
    stages: tuple[Stage, ...]

    def stage(self, stage_id: str) -> Stage:
        """The stage with that id; ``KeyError`` where there is none."""
        return {stage.id: stage for stage in self.stages}[stage_id]


@cache
def journeys() -> dict[str, Journey]:
    """Return the journeys that checklists can name, by id."""
    tables = _vocabulary()["journeys"].items()
    return {journey_id: Journey.model_validate({"id": journey_id, **table}) for journey_id, table in tables}


def label(word: StrEnum) -> Text:
    """Return the name of a word of the vocabulary, for people."""
    return _labels()[word]


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
