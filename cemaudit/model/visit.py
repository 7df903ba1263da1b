"""A visit: everything one shopper noted in one store on one occasion."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from cemaudit.errors import Expected
from cemaudit.model.answers import AnswerValue
from cemaudit.model.base import LONGEST_TEXT, Id, Line, LongText, Record, Whole, clean
from cemaudit.model.vocabulary import ClaimState

__all__ = [
    "MOST_STEP_VISITS",
    "Change",
    "Complaint",
    "Consent",
    "EpisodeStep",
    "Evidence",
    "Override",
    "Skip",
    "SkipState",
    "SkippedFeeling",
    "Visit",
    "is_before",
]

MOST_STEP_VISITS = 999
"""Visits of one step of an episode."""

_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]{1,120}$"
FileName = Annotated[str, Field(pattern=_ONE_LINE)]
Token = Annotated[FileName, AfterValidator(lambda text: unicodedata.normalize("NFC", text))]
ChecklistRef = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}@[0-9]+(\.[0-9]+){0,2}$")]

SkippedFeeling = Annotated[str, Field(pattern=r"^(emotions|expectations|perceived)\.[A-Za-z][A-Za-z0-9_.-]{0,79}$")]
"""A feeling or expectation by the field it would stand in and its touchpoint: ``emotions.greeting``."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256, in hexadecimal."""


def _answer(value: Any) -> AnswerValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, str):
        return _words(value)
    if isinstance(value, list | tuple) and all(map(_is_word, value)):
        return tuple(value)
    raise Expected("true or false, a number, text or a list of option ids")


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 120 and " ".join(clean(value).split()) == value


def _number(value: float | Decimal) -> int | Decimal:
    """An integer or a short decimal, so that what is written reads back as the same answer."""
    try:
        short = float(value)
    except (OverflowError, ValueError):
        short = math.nan
    if not math.isfinite(short):
        raise Expected("a number")
    if isinstance(value, int):
        return value
    number = Decimal(repr(short))
    return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else number


def _words(value: str) -> str:
    text = clean(value)
    if len(text) > LONGEST_TEXT:
        raise Expected("at most {limit} characters", limit=LONGEST_TEXT)
    return text


AnswerField = Annotated[
    AnswerValue,
    PlainValidator(_answer),
    PlainSerializer(lambda value: float(value) if isinstance(value, Decimal) else value),
    WithJsonSchema(
        {
            "anyOf": [{"type": kind} for kind in ("boolean", "number", "string")]
            + [{"type": "array", "items": {"type": "string"}}]
        }
    ),
]


class SkipState(StrEnum):
    """Why an item has no answer."""

    NOT_APPLICABLE = "not-applicable"
    NOT_OBSERVED = "not-observed"
    DECLINED = "declined"


class Skip(Record):
    """An item, a feeling or an expectation deliberately left without an answer."""

    state: SkipState
    """Why there is no answer."""
    reason: Line | None = None
    """The shopper's own words for it."""


class Evidence(Record):
    """A photo, receipt or recording."""

    file: FileName
    """Its path, relative to the folder of the visit's file."""
    kind: Literal["photo", "receipt", "audio", "document"] = "photo"
    """What it is."""
    caption: Line = ""
    """What it shows."""
    sha256: Digest | None = None
    """The digest of the file's bytes, where it was taken."""


class Complaint(Record):
    """A claim (stated, repairable, addressed to the company) or a blame (resentment laid on it), at a touchpoint."""

    touchpoint: Id
    """The touchpoint it arose at."""
    text: LongText
    """What it is about, in the shopper's words."""
    state: ClaimState | None = None
    """What became of a claim before the visit ended; ``None`` where it was not noted, as of every blame."""


class Override(Record):
    """A check the shopper was asked about and let stand, with the reason given for it."""

    check: Id
    """The check that doubted."""
    place: Line = ""
    """Where in the visit, as ``answers.CF01``."""
    said: Line
    """What the check said."""
    reason: Annotated[LongText, Field(min_length=1)]
    """Why it stands all the same, in the shopper's words."""


class Change(Record):
    """What an amendment changed: a place of the visit, and what stood there before and after, as JSON."""

    place: Line
    """The place of the visit that changed, as ``answers.CF01``."""
    before: LongText | None = None
    """What stood there, as JSON; ``None`` where nothing did."""
    after: LongText | None = None
    """What stands there now, as JSON; ``None`` where nothing does."""


class Consent(Record):
    """The agreement of whoever was visited as a customer, a patient say."""

    date: dt.date
    """The day the agreement was given."""
    form: Annotated[Line, Field(min_length=1)]
    """The reference under which the signed form is filed; no name stands here."""
    withdrawn: dt.date | None = None
    """The day on which the agreement was taken back."""

    @model_validator(mode="after")
    def _withdrawn_later(self) -> Self:
        if self.withdrawn and self.withdrawn < self.date:
            raise Expected("withdrawn not before the consent was given ({day})", day=self.date.isoformat())
        return self


class EpisodeStep(Record):
    """Which visit of which episode this is."""

    id: Token
    """The episode's id, shared by all its visits."""
    step: Id
    """The step of the checklist that this visit is, as ``V1``."""
    number: Annotated[Whole, Field(ge=1, le=MOST_STEP_VISITS)] = 1
    """Position among the visits of the episode, from 1."""


def is_before(
    expected: dt.datetime | None, started: dt.datetime | None, date: dt.date | None, until: dt.date | None = None
) -> bool:
    """Whether expectations noted at ``expected`` come before a visit that ``started`` then, or was on that ``date``.

    Of one that ran on to a later day, ``until``, those of its first day count: an order is noted as it is placed.
    """
    if expected is None:
        return False
    if started is not None:
        return expected <= started
    day = expected.date()
    return date is not None and (day < date or (day == date and until is not None and until > date))


def _at_its_offset(moment: dt.datetime) -> dt.datetime:
    """The moment with its offset in place of its zone's name.

    Two moments of one named zone are compared by what the clock shows, which is wrong where it was put back.
    """
    return moment.replace(tzinfo=dt.timezone(moment.utcoffset() or dt.timedelta(0)), fold=0)


def _is_named(moment: dt.datetime) -> bool:
    return isinstance(moment.tzinfo, ZoneInfo)


PointInTime = Annotated[
    AwareDatetime, AfterValidator(lambda moment: _at_its_offset(moment) if _is_named(moment) else moment)
]


class Visit(Record):
    """What one shopper noted. Answers are a map item id -> value; notes, evidence and feelings lie beside it."""

    id: Token
    """Its id, unique in a ledger; the same in every revision."""
    checklist: ChecklistRef
    """The checklist and version that was answered."""
    store: Token
    """The code of the store, as headquarters writes it."""
    store_name: Line = ""
    """What the store is called; printed on its report."""
    shopper: Token | None = None
    """The shopper's code, never a name; it stands in no text a store reads."""
    wave: Token | None = None
    """The wave the visit belongs to, as ``2026-1``."""
    date: dt.date | None = None
    """The day, of records that keep no time of day."""
    until: dt.date | None = None
    """The last day, of a visit that runs over days."""
    started: PointInTime | None = None
    """When the visit began."""
    finished: AwareDatetime | None = None
    """When it ended, not before it began."""
    entered: PointInTime | None = None
    """When it was typed in."""
    briefed: PointInTime | None = None
    """When the shopper acknowledged the briefing."""
    expected: PointInTime | None = None
    """When the expectations were noted for good."""
    scenario: Id | None = None
    """The scenario that was played, by its id in the checklist."""
    persona: Line | None = None
    """Whom the shopper was: an id of the checklist's ``personas`` where it has some, else words."""
    place: Line | None = None
    """Where the visit took place, where that is not the store itself."""
    occasion: Line | None = None
    """On what occasion: an id of the checklist's ``occasions`` where it has some, else words."""
    consent: Consent | None = None
    """The consent of a real customer, where the checklist asks for it."""
    episode: EpisodeStep | None = None
    """Which visit of an episode (a treatment) this is, where it is part of one."""
    origin: Literal["shopper", "import", "simulated"] = "shopper"
    """How it came about: entered by a shopper, imported, or simulated."""
    answers: dict[Id, AnswerField] = {}
    """What was answered, by item id."""
    skipped: dict[Id, Skip] = {}
    """What was deliberately left without an answer, and why, by item id."""
    notes: dict[Id, LongText] = {}
    """What was written beside an answer, by item id."""
    evidence: dict[Id, tuple[Evidence, ...]] = {}
    """Photos, receipts and recordings, by item id."""
    emotions: dict[Id, Annotated[Whole, Field(ge=-3, le=3)]] = {}
    """What was felt, by touchpoint: -3 is worst, 3 best."""
    expectations: dict[Id, Annotated[Whole, Field(ge=1, le=7)]] = {}
    """What was expected, by touchpoint: 1 is least, 7 most."""
    perceived: dict[Id, Annotated[Whole, Field(ge=1, le=7)]] = {}
    """What was met, by touchpoint, on the scale of the expectations."""
    feelings_skipped: dict[SkippedFeeling, Skip] = {}
    """Feelings and expectations the shopper was asked and did not give."""
    format: Whole = 1
    """2 in a visit that has ``feelings_skipped`` or ``until``, else 1."""
    claims: tuple[Complaint, ...] = ()
    """Claims the shopper made: stated, repairable, addressed to the company."""
    blames: tuple[Complaint, ...] = ()
    """What the shopper resents."""
    overrides: tuple[Override, ...] = ()
    """Doubts the shopper was asked about and let stand."""
    revision: Annotated[Whole, Field(ge=1, le=999)] = 1
    """Counts the amendments; a later revision has the id of the visit it takes the place of."""
    supersedes: Digest | None = None
    """The SHA-256 of the canonical line of the visit it takes the place of."""
    amendment: Annotated[LongText, Field(min_length=1)] | None = None
    """Why it was amended."""
    changes: tuple[Change, ...] = ()
    """What is different from the visit it takes the place of."""

    @property
    def day(self) -> dt.date | None:
        """The calendar day of the visit, in its own zone."""
        return self.started.date() if self.started else self.date

    @property
    def last_day(self) -> dt.date | None:
        """The calendar day on which the visit ended, in its own zone; that of its beginning where no other is known."""
        return self.finished.date() if self.finished else self.until or self.day

    @property
    def expected_before(self) -> dict[str, int]:
        """The expectations, where they were noted before the visit began; else none, for hindsight is no expectation.

        Of a visit whose beginning is not known, those of an earlier day count, and those of its first day where it
        ran on to a later one.
        """
        return self.expectations if is_before(self.expected, self.started, self.date, self.until) else {}

    @property
    def step(self) -> str | None:
        """The step of the episode, where there is one."""
        return self.episode.step if self.episode else None

    def with_feelings_skipped(self, skips: Mapping[str, Skip]) -> Self:
        """The visit with these feelings skipped instead of those it has."""
        return self.model_copy(update={"feelings_skipped": dict(skips), "format": _format_of(skips, self.until)})

    @field_validator("format")
    @classmethod
    def _known_format(cls, declared: int) -> int:
        if declared not in {1, 2}:
            raise Expected("format 1 or 2 (a newer version of cemaudit wrote this visit)")
        return declared

    @field_validator("finished")
    @classmethod
    def _in_the_repeated_hour(cls, finished: dt.datetime | None, visit: ValidationInfo) -> dt.datetime | None:
        """Of an hour the clock shows twice, the second where the visit would end before it began."""
        if finished is None or not _is_named(finished):
            return finished
        started = visit.data.get("started")
        first, second = _at_its_offset(finished), _at_its_offset(finished.replace(fold=1))
        return second if started and first < started <= second else first

    @model_validator(mode="after")
    def _times_in_order(self) -> Self:
        if self.started and self.finished and self.finished < self.started:
            raise Expected("finished not before started ({started})", started=self.started.isoformat())
        if self.entered and self.started and self.entered < self.started:
            raise Expected("entered not before started ({started})", started=self.started.isoformat())
        if self.until and (self.day is None or self.until < self.day):
            raise Expected("until not before the first day ({day})", day=self.day or "-")
        both = sorted(self.answers.keys() & self.skipped.keys())
        if both:
            raise Expected("an item either answered or skipped, not both: {ids}", ids=", ".join(both))
        felt = [name for name in self.feelings_skipped if _is_felt(self, name)]
        if felt:
            raise Expected("a feeling either given or skipped, not both: {ids}", ids=", ".join(sorted(felt)))
        return self

    @model_validator(mode="after")
    def _in_its_format(self) -> Self:
        """Only what the first format cannot say makes a visit one of the second: all others keep their bytes."""
        # No validator of the field alone would do: whoever reads in bulk validates fields in another order.
        self.__dict__["format"] = _format_of(self.feelings_skipped, self.until)
        return self

    @model_validator(mode="after")
    def _states_of_claims_only(self) -> Self:
        if any(blame.state for blame in self.blames):
            raise Expected("a state of claims only; a blame has none")
        return self

    @model_validator(mode="after")
    def _amended_whole(self) -> Self:
        parts = (self.revision > 1, self.supersedes is not None, self.amendment is not None)
        if any(parts) and not all(parts):
            raise Expected("revision, supersedes and amendment together, or none of them")
        return self


def _format_of(feelings_skipped: Mapping[str, Skip] | None, until: dt.date | None) -> int:
    return 2 if feelings_skipped or until else 1


def _is_felt(visit: Visit, name: str) -> bool:
    """Whether the visit gives the feeling called ``name``."""
    field, _, touchpoint = name.partition(".")
    return touchpoint in getattr(visit, field)
