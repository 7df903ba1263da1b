"""MAP.toml: which column of a table answers which item, and what its spellings mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from cemaudit.checklists import read_toml
from cemaudit.errors import BadInput, Expected, Problem, folded, nearest
from cemaudit.exchange.cells import CellMapping, DayCell, ItemCell, MomentCell
from cemaudit.exchange.delimited import Encoding
from cemaudit.exchange.tables import InputRow
from cemaudit.language import message
from cemaudit.model import Checklist, Text, faults
from cemaudit.model.base import Id, Line, LongText, Record
from cemaudit.reading import NumberMarks

__all__ = ["Mapping", "SkipRule", "VisitCells", "check_mapping", "load_mapping", "unread_columns"]

BY_TOUCHPOINT = ("emotions", "expectations", "perceived", "claims", "claim_states", "blames")
"""The parts of a mapping that go by touchpoint."""

MOST_HEADER_ROW = 1000
MOST_NAMES = 10
_CHECKLIST = r"^([^/\\:\x00-\x1f]{1,120}\.toml|[A-Za-z][A-Za-z0-9_.-]{0,79}@[0-9]+(\.[0-9]+){0,2})$"


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


class Mapping(Record):
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
    data = read_toml(path)
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
        what = message("the row of column names holds none of those of the mapping: {names}", names=names)
        unknown = [Problem(what, hint=message("header_row of the mapping says which row holds them"))]
    return [*unknown, *_unknown_ids(mapping, checklist)]


def unread_columns(mapping: Mapping, checklist: Checklist, columns: Sequence[str]) -> Iterator[Problem]:
    """The columns that look as if they should be read: nearly one that is, or called like an item left unmapped."""
    read = set(mapping.same_visit) | {rule.column for rule in mapping.skip_rows}
    read |= {name for _, cell in mapping.cells() for name in cell.columns}
    near = {folded(name): name for name in read}
    items = {folded(item): item for item in checklist.items if item not in mapping.items}
    for column in columns:
        name = folded(column)
        if column in read or not name:
            continue
        what = message("column {name} is not read", name=column)
        if name in near:
            yield Problem(what, hint=message("the mapping reads {name}", name=near[name]))
        elif name in items:
            yield Problem(what, hint=message("items.{item} of the mapping would read it", item=items[name]))


def _unknown_columns(mapping: Mapping, columns: Sequence[str]) -> Iterator[Problem]:
    named = [(place, name) for place, cell in mapping.cells() for name in cell.columns]
    named += [("same_visit", name) for name in mapping.same_visit]
    named += [(f"skip_rows.{number}", rule.column) for number, rule in enumerate(mapping.skip_rows, 1)]
    for place, name in named:
        if name not in columns:
            yield Problem(message("no such column: {column}", column=name), place, nearest(name, columns))


def _unknown_ids(mapping: Mapping, checklist: Checklist) -> Iterator[Problem]:
    for item in mapping.items:
        if item not in checklist.items:
            yield Problem(message("no such item: {item}", item=item), f"items.{item}", nearest(item, checklist.items))
    for name in mapping.claim_states:
        if name not in mapping.claims:
            yield Problem(message("no claim is mapped at this touchpoint"), f"claim_states.{name}")
    for part in BY_TOUCHPOINT:
        for name in getattr(mapping, part):
            if name not in checklist.touchpoint:
                what = message("no such touchpoint: {touchpoint}", touchpoint=name)
                yield Problem(what, f"{part}.{name}", nearest(name, checklist.touchpoint))
