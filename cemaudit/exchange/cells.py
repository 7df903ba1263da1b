"""Where one value of a visit comes from: a column, a constant, or a template over columns."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from cemaudit.errors import Expected
from cemaudit.exchange.tables import InputRow
from cemaudit.model import SkipState
from cemaudit.model.base import Line, LongText, Record
from cemaudit.reading import CellKind, CellText, read_formatted_day, read_formatted_moment, read_id

__all__ = ["ROW_NUMBER", "CellMapping", "DayCell", "ItemCell", "MomentCell"]

ROW_NUMBER = "#"
"""In a template, ``{#}`` is the number of the row."""

_PLACE = re.compile(r"\{([^{}]+)\}")
_KNOWN = set("YymbBdHIpMSfz")
_NUMBERS = (CellKind.NUMBER, CellKind.NUMBER_1904, CellKind.UNFORMATTED, CellKind.LONG)


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
            found = row.cells[self.column]
        elif any(row.cells[name].casefold() in na for name in self.columns):
            return None
        else:
            found = _PLACE.sub(lambda match: _filled(match[1], row), self.template or "")
        found = self.cut(found)
        if found in self.values:
            return self.values[found]
        return None if found.casefold() in na else found

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
    found = _directives(text)
    if not (found & {"Y", "y"} and found & {"m", "b", "B"} and "d" in found and found <= _KNOWN):
        raise Expected("a date format with year, month and day, such as %Y-%m-%d")
    return text


def _is_moment_format(text: str) -> str:
    found = _directives(_is_day_format(text))
    if not ("M" in found and ("H" in found or {"I", "p"} <= found)):
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
        found = read_formatted_day(text, self.formats)
        return None if found in self.unknown else found


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
        if self.zone is None and not all("%z" in one for one in self.formats):
            raise Expected("a zone such as Asia/Seoul, or %z in every format")
        return self

    def moment(self, text: str) -> datetime:
        """The moment ``text`` stands for, with zone; ``BadInput`` where no format fits."""
        zone = ZoneInfo(self.zone) if self.zone else None
        return read_formatted_moment(text, self.formats, (lambda moment: moment.replace(tzinfo=zone)) if zone else None)
