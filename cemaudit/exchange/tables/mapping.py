"""MAP.toml: which column of a table answers which item, and what its spellings mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator

from cemaudit.checklists import read_definition
from cemaudit.errors import BadInput, Expected, Problem, folded, nearest
from cemaudit.exchange.tables.delimited import Encoding
from cemaudit.exchange.tables.input_table import InputRow
from cemaudit.language import message
from cemaudit.model import Checklist, SkipState, Text, faults
from cemaudit.model.base import Id, Line, LongText, Record
from cemaudit.model.definition import Definition
from cemaudit.reading import CellKind, CellText, NumberMarks, read_formatted_day, read_formatted_moment, read_id

__all__ = [
    "ROW_NUMBER",
    "CellMapping",
    "DayCell",
    "ItemCell",
    "Mapping",
    "MomentCell",
    "SkipRule",
    "VisitCells",
    "check_mapping",
    "load_mapping",
    "unread_columns",
]

ROW_NUMBER = "#"
"""In a template, ``{#}`` is the number of the row."""

_PLACE = re.compile(r"\{([^{}]+)\}")
_KNOWN = set("YymbBdHIpMSfz")
_NUMBERS = (CellKind.NUMBER, CellKind.NUMBER_1904, CellKind.UNFORMATTED, CellKind.LONG)
BY_TOUCHPOINT = ("emotions", "expectations", "perceived", "claims", "claim_states", "blames")
"""The parts of a mapping that go by touchpoint."""

MOST_HEADER_ROW = 1000
MOST_NAMES = 10
_CHECKLIST = r"^([^/\\:\x00-\x1f]{1,120}\.toml|[A-Za-z][A-Za-z0-9_.-]{0,79}@[0-9]+(\.[0-9]+){0,2})$"


class CellMapping(Record):
    """A ``column``, a constant ``value``, or a ``template`` such as ``{store}-{date}``; ``values`` respells.

    A template with a column that says "no value" has none itself. Of "3 out of 10", ``before = "out of"`` leaves "3".
    """

    column: Line | None = None
    value: LongText | None = None
    template: LongText | None = None
    before: Annotated[LongText, Field(min_length=1)] | None = None
    values: dict[LongText, LongText] = {}

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in (self.column, self.value, self.template)) != 1:
            raise Expected("one of column, value and template")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        if self.column is not None:
            return (self.column,)
        return tuple(name for name in _PLACE.findall(self.template or "") if name != ROW_NUMBER)

    @property
    def place(self) -> str:
        """Where a problem with it lies: its columns."""
        return ", ".join(self.columns)

    def text(self, row: InputRow, na: Collection[str]) -> str | None:
        """What ``row`` says, respelled, or ``None`` where that is one of ``na`` (compared casefolded)."""
        if self.value is not None:
            return self.value
        if self.column is not None:
            text = row.cells[self.column]
        elif any(row.cells[name].casefold() in na for name in self.columns):
            return None
        else:
            text = _PLACE.sub(lambda match: _filled(match[1], row), self.template or "")
        text = self.cut(text)
        if text in self.values:
            return self.values[text]
        return None if text.casefold() in na else text

    def cut(self, text: str) -> str:
        """What of ``text`` stands before ``before``."""
        return text.partition(self.before)[0].strip() if self.before else text


def _filled(name: str, row: InputRow) -> str:
    if name == ROW_NUMBER:
        return str(row.number)
    cell = row.cells[name]
    return read_id(cell) if isinstance(cell, CellText) and cell.kind in _NUMBERS else cell


class ItemCell(CellMapping):
    """The answer to an item. ``na``: spellings that say it was left out, ``state`` how; ``note``: a column.

    ``na`` is looked at after ``before``, as is everything else a cell says; a whole cell may be named there, too.
    """

    na: tuple[LongText, ...] = ()
    state: SkipState = SkipState.NOT_APPLICABLE
    note: Line | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (*super().columns, *([self.note] if self.note else []))

    def is_skipped(self, row: InputRow) -> bool:
        """Whether the column holds one of the item's own ``na`` spellings, which ``values`` does not respell."""
        if self.column is None or not self.na:
            return False
        cell = row.cells[self.column]
        left_out = {word.casefold() for word in self.na}
        return any(text not in self.values and text.casefold() in left_out for text in (cell, self.cut(cell)))


def _is_day_format(text: str) -> str:
    directives = _directives(text)
    if not (directives & {"Y", "y"} and directives & {"m", "b", "B"} and "d" in directives and directives <= _KNOWN):
        raise Expected("a date format with year, month and day, such as %Y-%m-%d")
    return text


def _is_moment_format(text: str) -> str:
    directives = _directives(_is_day_format(text))
    if not ("M" in directives and ("H" in directives or {"I", "p"} <= directives)):
        raise Expected("a format with date, hour and minute, such as %Y-%m-%d %H:%M")
    return text


def _directives(text: str) -> set[str]:
    return set(re.findall(r"%(.)", text.replace("%%", "")))


class DayCell(CellMapping):
    """A calendar day in one of ``formats``, or year first; one among ``unknown`` stands for no day, and is counted."""

    formats: Annotated[tuple[Annotated[str, AfterValidator(_is_day_format)], ...], Field(min_length=1)] = ("%Y-%m-%d",)
    unknown: tuple[date, ...] = ()

    def day(self, text: str) -> date | None:
        """The day ``text`` stands for, ``None`` where it is ``unknown``; ``BadInput`` where no format fits."""
        day = read_formatted_day(text, self.formats)
        return None if day in self.unknown else day


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise Expected("a time zone such as Asia/Seoul") from error
    return name


class MomentCell(CellMapping):
    """A date with time in one of ``formats``, or year first, at ``zone`` unless the text brings its own (``%z``)."""

    formats: Annotated[tuple[Annotated[str, AfterValidator(_is_moment_format)], ...], Field(min_length=1)]
    zone: Annotated[str, AfterValidator(_is_zone)] | None = None

    @model_validator(mode="after")
    def _zone_is_known(self) -> Self:
        if self.zone is None and not all("%z" in pattern for pattern in self.formats):
            raise Expected("a zone such as Asia/Seoul, or %z in every format")
        return self

    def moment(self, text: str) -> datetime:
        """The moment ``text`` stands for, with zone; ``BadInput`` where no format fits."""
        zone = ZoneInfo(self.zone) if self.zone else None
        return read_formatted_moment(text, self.formats, (lambda moment: moment.replace(tzinfo=zone)) if zone else None)


class SkipRule(Record):
    """Rows that are no visits: their ``column`` holds one of ``values``. ``reason`` is counted and shown."""

    column: Line
    values: Annotated[tuple[LongText, ...], Field(min_length=1)]
    reason: Text

    def matches(self, row: InputRow) -> bool:
        """Whether ``row`` is no visit."""
        return row.cells[self.column] in self.values


class VisitCells(Record):
    """Where a visit's own fields come from; ``{#}`` in a template is the row's number."""

    id: CellMapping
    store: CellMapping
    store_name: CellMapping | None = None
    shopper: CellMapping | None = None
    wave: CellMapping | None = None
    date: DayCell | None = None
    until: DayCell | None = None
    started: MomentCell | None = None
    finished: MomentCell | None = None
    entered: MomentCell | None = None
    expected: MomentCell | None = None
    scenario: CellMapping | None = None
    persona: CellMapping | None = None
    place: CellMapping | None = None
    occasion: CellMapping | None = None
    consent_date: DayCell | None = None
    consent_form: CellMapping | None = None
    episode: CellMapping | None = None
    step: CellMapping | None = None
    step_number: CellMapping | None = None

    @model_validator(mode="after")
    def _episode_is_whole(self) -> Self:
        if (self.episode is None) != (self.step is None) or (self.step_number and not self.episode):
            raise Expected("episode and step together, or neither")
        return self

    def cells(self) -> Iterator[tuple[str, CellMapping]]:
        """The fields that are mapped, with their cells."""
        for name in type(self).model_fields:
            cell = getattr(self, name)
            if cell is not None:
                yield name, cell


class Mapping(Definition):
    """How the rows of a table become visits.

    ``checklist``: a file beside the mapping, or ``id@version``. ``na``: spellings of "no value". ``same_visit``:
    columns that tell which rows together are one visit; answers must agree, options of ``choices`` are collected.
    ``header_row``: the number of the row with the column names, where something stands above them.
    ``decimal`` and ``thousands``: the marks of its numbers; where they are absent the place of a mark decides.
    """

    checklist: Annotated[str, Field(pattern=_CHECKLIST)]
    encoding: Encoding = "auto"
    delimiter: Literal["auto", ",", ";", "\t", "|"] = "auto"
    sheet: Line | None = None
    header_row: Annotated[int, Field(ge=1, le=MOST_HEADER_ROW)] | None = None
    na: tuple[LongText, ...] = ("",)
    same_visit: tuple[Line, ...] = ()
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ".", ",", " ", "'"] | None = None
    visit: VisitCells
    items: dict[Id, ItemCell] = {}
    emotions: dict[Id, CellMapping] = {}
    expectations: dict[Id, CellMapping] = {}
    perceived: dict[Id, CellMapping] = {}
    claims: dict[Id, CellMapping] = {}
    claim_states: dict[Id, CellMapping] = {}
    blames: dict[Id, CellMapping] = {}
    skip_rows: tuple[SkipRule, ...] = ()

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.decimal is not None and self.decimal == self.thousands:
            raise Expected("decimal and thousands that differ")
        return self

    @cached_property
    def marks(self) -> NumberMarks:
        """How numbers are written."""
        return NumberMarks(self.decimal, self.thousands)

    @cached_property
    def no_value(self) -> frozenset[str]:
        """``na``, casefolded."""
        return frozenset(word.casefold() for word in self.na)

    def checklist_file(self, folder: Path) -> Path | None:
        """The checklist's file beside the mapping, where ``checklist`` names one."""
        return None if "@" in self.checklist else folder / self.checklist

    def cells(self) -> Iterator[tuple[str, CellMapping]]:
        """Every cell with its place in the file."""
        yield from ((f"visit.{name}", cell) for name, cell in self.visit.cells())
        for part in ("items", *BY_TOUCHPOINT):
            yield from ((f"{part}.{name}", cell) for name, cell in getattr(self, part).items())


def load_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file; ``BadInput`` lists every mistake with its place."""
    data = read_definition(path)
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise BadInput(faults.problems(error, data)).inside(path.name) from error


def check_mapping(mapping: Mapping, checklist: Checklist, columns: Sequence[str]) -> list[Problem]:
    """What does not fit between a mapping, its checklist and the columns of a table."""
    unknown = list(_unknown_columns(mapping, columns))
    mapped = {folded(name) for _, cell in mapping.cells() for name in cell.columns}
    if len(unknown) > 1 and not mapped & set(map(folded, columns)):
        names = ", ".join(columns[:MOST_NAMES])
        cause = message("the row of column names holds none of those of the mapping: {names}", names=names)
        unknown = [Problem(cause, hint=message("header_row of the mapping says which row holds them"))]
    return [*unknown, *_unknown_ids(mapping, checklist)]


def unread_columns(mapping: Mapping, checklist: Checklist, columns: Sequence[str]) -> Iterator[Problem]:
    """The columns that look as if they should be read: nearly one that is, or called like an item left unmapped."""
    read = {name for _, name in _read_columns(mapping)}
    near = {folded(name): name for name in read}
    items = {folded(item): item for item in checklist.items if item not in mapping.items}
    for column in columns:
        name = folded(column)
        if column in read or not name:
            continue
        cause = message("column {name} is not read", name=column)
        if name in near:
            yield Problem(cause, hint=message("the mapping reads {name}", name=near[name]))
        elif name in items:
            yield Problem(cause, hint=message("items.{item} of the mapping would read it", item=items[name]))


def _read_columns(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Every column that is read, with the place in the file that names it."""
    yield from ((place, name) for place, cell in mapping.cells() for name in cell.columns)
    yield from (("same_visit", name) for name in mapping.same_visit)
    yield from ((f"skip_rows.{number}", rule.column) for number, rule in enumerate(mapping.skip_rows, 1))


def _unknown_columns(mapping: Mapping, columns: Sequence[str]) -> Iterator[Problem]:
    for place, name in _read_columns(mapping):
        if name not in columns:
            yield Problem(message("no such column: {column}", column=name), place, nearest(name, columns))


def _unknown_ids(mapping: Mapping, checklist: Checklist) -> Iterator[Problem]:
    for item in mapping.items:
        if item not in checklist.items:
            yield Problem(message("no such item: {item}", item=item), f"items.{item}", checklist.item_hint(item))
    for name in mapping.claim_states:
        if name not in mapping.claims:
            yield Problem(message("no claim is mapped at this touchpoint"), f"claim_states.{name}")
    for part in BY_TOUCHPOINT:
        for name in getattr(mapping, part):
            if name not in checklist.touchpoint:
                cause = message("no such touchpoint: {touchpoint}", touchpoint=name)
                yield Problem(cause, f"{part}.{name}", nearest(name, checklist.touchpoint))
