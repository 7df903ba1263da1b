"""Binary Excel files (XLSB), as records of text. Their number formats are not known here, but for days.

A sheet is measured before it is read: whoever holds it whole holds every cell between its first and its last. Records
are those of [MS-XLSB] 2.1.4: a number and a size, seven bits a byte, then the data.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cemaudit.exchange.delimited import TextRow
from cemaudit.exchange.number_formats import cell_text
from cemaudit.exchange.sheets import (
    ERROR_CODES,
    MOST_COLUMNS,
    MOST_ROWS,
    guarded_step,
    missing_spreadsheet_extra,
    refuse_bombs,
    too_large,
)
from cemaudit.language import message
from cemaudit.reading import CellKind, CellText

__all__ = ["BinaryExcelBook", "open_binary_workbook"]

_FORMAT = "XLSB"
_LARGEST = 200_000_000
_LARGEST_AREA = 20_000_000
"""The most bytes it may unpack to, and the most cells between the first and the last of a sheet."""

_BUNDLE = 156
_ROW, _ERRORS_AT, _LAST_CELL, _BEGIN_SHEET_DATA, _END_SHEET_DATA = 0, (3, 11), 11, 145, 146
_HIDDEN = 0x10


@contextmanager
def open_binary_workbook(path: Path, most: int) -> Iterator[BinaryExcelBook]:
    """The workbook in an XLSB file.

    ``BadEnvironment`` without the extra ``spreadsheets``; ``BadInput`` where the file is no XLSB workbook, unpacks to
    more than ``most`` bytes, or holds a sheet that is too large.
    """
    refuse_bombs(path, min(most, _LARGEST), _FORMAT)
    try:
        import python_calamine  # noqa: PLC0415 an extra
    except ImportError as error:
        raise missing_spreadsheet_extra(_FORMAT, "spreadsheets") from error
    copy = guarded_step(lambda: _checked_copy(path), _FORMAT)
    parts = guarded_step(lambda: _parts(copy), _FORMAT)
    book = guarded_step(lambda: _without_panic(lambda: python_calamine.load_workbook(copy)), _FORMAT)
    try:
        pages = [page for page in book.sheets_metadata if page.typ == python_calamine.SheetTypeEnum.WorkSheet]
        hidden = frozenset(page.name for page in pages if page.visible != python_calamine.SheetVisibleEnum.Visible)
        yield BinaryExcelBook(book, copy, tuple(page.name for page in pages), hidden, parts)
    finally:
        book.close()


@dataclass(frozen=True)
class SheetOutline:
    """What the records of a sheet say beside its values: its hidden rows, and the errors by row and column from 0."""

    hidden: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class BinaryExcelBook:
    """A workbook as calamine opens it; ``copy`` holds its members, unpacked, ``parts`` their names by sheet."""

    book: Any
    copy: io.BytesIO
    names: tuple[str, ...]
    hidden: frozenset[str]
    parts: Mapping[str, str]

    def rows(self, name: str) -> Generator[TextRow]:
        outline = guarded_step(lambda: _outline(self._records_of(name)), _FORMAT)
        page = guarded_step(lambda: _without_panic(lambda: self.book.get_sheet_by_name(name)), _FORMAT)
        for index, values in enumerate(page.to_python(skip_empty_area=False)):
            texts = [
                CellText(outline.errors[index, column], CellKind.ERROR)
                if (index, column) in outline.errors
                else _unformatted_text(value)
                for column, value in enumerate(values)
            ]
            yield TextRow(index + 1, texts, None, index in outline.hidden)

    def _records_of(self, name: str) -> bytes:
        """The part with the records of a sheet."""
        with zipfile.ZipFile(self.copy) as archive:
            return archive.read(self.parts[name])


def _unformatted_text(value: object) -> CellText:
    if value == "" or value is None:
        return CellText("")
    text = cell_text(value, "General")
    return CellText(text, CellKind.UNFORMATTED) if text.kind is CellKind.NUMBER else text


def _checked_copy(path: Path) -> io.BytesIO:
    """The same archive, its members unpacked: none of them holds more than it says it does."""
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in dict.fromkeys(source.namelist()):
            if name.startswith(("[Content_Types]", "_rels/", "xl/")) and not name.startswith("xl/media/"):
                target.writestr(name, source.read(name))
    copy.seek(0)
    return copy


def _parts(copy: io.BytesIO) -> dict[str, str]:
    """The parts that hold the sheets (BrtBundleSh: state, id, name of the relation, name of the sheet)."""
    parts: dict[str, str] = {}
    with zipfile.ZipFile(copy) as archive:
        relations = archive.read("xl/_rels/workbook.bin.rels")
        for number, data in _records(archive.read("xl/workbook.bin")):
            if number == _BUNDLE:
                relation, end = _wide_text(data, 8)
                parts[_wide_text(data, end)[0]] = part = _target(relations, relation)
                archive.getinfo(part)
    copy.seek(0)
    return parts


def _without_panic(step: Callable[[], Any]) -> Any:
    """What ``step()`` gives; a panic of the library, which is no ``Exception``, as one."""
    try:
        return step()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError(str(error)) from error
        raise


def _target(relations: bytes, relation: str) -> str:
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 an extra

    target = {str(each.get("Id")): str(each.get("Target")) for each in fromstring(relations)}[relation]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _wide_text(data: bytes, start: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", data, start)
    end = start + 4 + 2 * length
    return data[start + 4 : end].decode("utf-16-le"), end


def _outline(content: bytes) -> SheetOutline:
    """The outline of a sheet; ``BadInput`` where the area of its cells is too large to be held."""
    outline = SheetOutline()
    row, last_column = 0, 0
    is_data = False
    for number, data in _records(content):
        if number == _BEGIN_SHEET_DATA:
            is_data = True
        elif number == _END_SHEET_DATA:
            break
        elif is_data and number == _ROW:
            (row,) = struct.unpack_from("<I", data)
            if data[11] & _HIDDEN:
                outline.hidden.add(row)
        elif is_data and number <= _LAST_CELL:
            (column,) = struct.unpack_from("<I", data)
            last_column = max(last_column, column)
            _refuse_area(row + 1, last_column + 1)
            if number in _ERRORS_AT:
                outline.errors[row, column] = ERROR_CODES.get(data[8], "#N/A")
    return outline


def _refuse_area(rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > _LARGEST_AREA:
        raise too_large(message("more than {most} cells", most=_LARGEST_AREA))


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(content):
        number = content[position]
        position += 1
        if number & 0x80:
            number = (number & 0x7F) | (content[position] & 0x7F) << 7
            position += 1
        size = 0
        for shift in (0, 7, 14, 21):
            size |= (content[position] & 0x7F) << shift
            position += 1
            if not content[position - 1] & 0x80:
                break
        yield number, content[position : position + size]
        position += size
