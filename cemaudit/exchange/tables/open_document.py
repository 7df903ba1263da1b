"""OpenDocument spreadsheets (ODS), as records of text: each cell by its type, its value and what is shown.

(OpenDocument 1.3, part 3: 9 "Tables", 19.385 "office:value-type".)
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import IO

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.tables.delimited import TextRow
from cemaudit.exchange.tables.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    cell_text,
    locked_workbook,
    refuse_bombs,
    refuse_larger,
    refuse_row,
    too_many_columns,
    unreadable_workbook,
    unvalued_formula,
)
from cemaudit.exchange.xml import parse_xml_pieces
from cemaudit.language import message
from cemaudit.reading import CellKind, CellText

__all__ = ["CellBuilder", "OpenDocumentBook", "open_document"]

_PREFIX = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = (f"{_PREFIX}{part}:1.0}}" for part in ("office", "table", "text"))
_CALC_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_ASIDE = (f"{_OFFICE}annotation", f"{_PREFIX}drawing:1.0}}", f"{_TABLE}table", f"{_TEXT}ruby-text", f"{_TEXT}note")
"""What stands within a cell and is no part of its text: remarks, drawings, tables, how a word is read."""

_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)|(Err|오류|오류 코드):[0-9]{3}")
_DURATION = re.compile(r"PT([0-9]{1,7})H([0-9]{1,2})M([0-9]{1,2})([.,][0-9]+)?S")
_CLOCK = re.compile(r"[0-9]:[0-9]{2}|[0-9]\s*시|[AP]M\b|오전|오후")
_GROUPED = re.compile(r"[0-9][.,'’ \u00a0\u202f][0-9]")
_MOST_SPACES = 1000
_VALUES = {"date": "date-value", "time": "time-value", "boolean": "boolean-value", "string": "string-value"}
"""The attributes that hold a value, by its type; ``value`` for any other."""

OFFICE, TABLE, STYLE = (f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0}}" for part in ("office", "table", "style"))
_LARGEST = 200_000_000
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_CELLS = {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}
_BETWEEN = {f"{TABLE}{name}" for name in ("table-rows", "table-row-group", "table-header-rows")}
"""Elements between a table and its rows."""


class CellBuilder:
    """Hears what stands within a cell, and makes its text; ``times``: how often the cell stands there."""

    def __init__(self, attributes: dict[str, str], times: int) -> None:
        self.times = times
        self._attributes = attributes
        self._lines: list[str] = []
        self._depth = 0
        self._aside = 0

    @property
    def lacks_value(self) -> bool:
        """Whether it holds a formula without the value."""
        return f"{_TABLE}formula" in self._attributes and not self._type and not self._lines

    @property
    def _type(self) -> str:
        return self._attributes.get(f"{_OFFICE}value-type", "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element within the cell begins."""
        self._depth += 1
        if self._aside:
            return
        if name.startswith(_ASIDE):
            self._aside = self._depth
        elif name == f"{_TEXT}p":
            self._lines.append("")
        elif self._lines and name == f"{_TEXT}s":
            count = attributes.get(f"{_TEXT}c", "1")
            self._lines[-1] += " " * (min(int(count), _MOST_SPACES) if re.fullmatch("[0-9]{1,6}", count) else 1)
        elif self._lines and name in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            self._lines[-1] += "\t" if name.endswith("tab") else "\n"

    def end(self) -> None:
        """The element that began last ends."""
        if self._aside == self._depth:
            self._aside = 0
        self._depth -= 1

    def data(self, text: str) -> None:
        """Text of the cell, unless it stands aside."""
        if self._lines and self._depth and not self._aside:
            self._lines[-1] += text

    def text(self) -> CellText:
        """The text of the cell."""
        shown_text = "\n".join(self._lines)
        if self._is_error(shown_text):
            return CellText(shown_text.strip(), CellKind.ERROR)
        value = self._attributes.get(f"{_OFFICE}{_VALUES.get(self._type, 'value')}", "")
        try:
            return _typed_text(self._type, value, shown_text)
        except (ValueError, OverflowError):
            return CellText(shown_text or value)

    def _is_error(self, shown_text: str) -> bool:
        if self._attributes.get(_CALC_TYPE) == "error":
            return bool(shown_text.strip())
        is_reckoned = f"{_TABLE}formula" in self._attributes or self._type not in {"", "string"}
        return is_reckoned and _ERROR.fullmatch(shown_text.strip()) is not None


def _typed_text(value_type: str, value: str, shown_text: str) -> CellText:
    match value_type:
        case "float" | "currency":
            text = cell_text(float(value), "General")
            is_number = text.kind is CellKind.NUMBER and value_type == "float"
            return CellText(text, text.kind, _shown_id(text, shown_text)) if is_number else text
        case "percentage":
            return cell_text(float(value), "0%")
        case "date":
            moment = datetime.fromisoformat(value[:19])
            return cell_text(
                moment.replace(tzinfo=None), "yyyy-mm-dd hh:mm" if _CLOCK.search(shown_text) else "yyyy-mm-dd"
            )
        case "time" if match := _DURATION.fullmatch(value):
            hours, minutes, seconds = (int(part) for part in match.groups()[:3])
            is_clock = hours < 24
            return cell_text(
                time(hours, minutes, seconds) if is_clock else timedelta(0, seconds, 0, 0, minutes, hours), "General"
            )
        case "boolean":
            return CellText(value)
        case _:
            return CellText(shown_text or value)


def _shown_id(text: str, shown_text: str) -> str | None:
    """What the sheet shows of a whole number, ``007``; ``None`` where it parts thousands or shows other digits."""
    digits = "".join(re.findall("[0-9]", shown_text))
    is_same = text.isdecimal() and len(digits) >= len(text) and digits == text.zfill(len(digits))
    return shown_text.strip() if is_same and not _GROUPED.search(shown_text) else None


@contextmanager
def open_document(path: Path, most: int) -> Iterator[OpenDocumentBook]:
    """The spreadsheet in an ODS file.

    ``BadInput`` where the file is none, unpacks to more than ``most`` bytes, or is locked with a password.
    """
    refuse_bombs(path, min(most, _LARGEST), "ODS")
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise locked_workbook()
        if "mimetype" in names and not archive.read("mimetype").decode("ascii", "replace").startswith(_SPREADSHEET):
            hint = message("save it as .xlsx or CSV UTF-8")
            raise BadInput(Problem(message("an OpenDocument file, but no spreadsheet"), hint=hint))
        yield OpenDocumentBook(archive, _SheetNames.of(archive), most)


@dataclass(frozen=True)
class OpenDocumentBook:
    """A spreadsheet, its archive open; what repeated cells unpack to is bounded by ``most`` characters."""

    archive: zipfile.ZipFile
    sheets: _SheetNames
    most: int

    @property
    def names(self) -> list[str]:
        return list(self.sheets.styles)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(name for name, style in self.sheets.styles.items() if style in self.sheets.hidden_styles)

    def rows(self, name: str) -> Generator[TextRow]:
        listener = _RowGatherer(name)
        characters = 0
        with _content(self.archive) as file:
            for _ in parse_xml_pieces(file, listener):
                for row, count in listener.taken():
                    characters += (sum(map(len, row.cells)) + len(row.cells)) * count
                    refuse_row(row.number + count - 1)
                    refuse_larger(characters, self.most)
                    yield from (row._replace(number=row.number + offset) for offset in range(count))


class _Tables:
    """Tells of the tables of a spreadsheet, but not of those within cells, of changes, or of links."""

    def __init__(self) -> None:
        self.path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        if name == f"{TABLE}table" and self.path[-2:-1] == [f"{OFFICE}spreadsheet"]:
            self.start_table(attributes)

    def end(self) -> None:
        self.path.pop()

    def data(self, text: str) -> None:
        """Text is none of it."""

    def start_table(self, attributes: dict[str, str]) -> None:
        """A table begins."""
        raise NotImplementedError


class _SheetNames(_Tables):
    """Gathers the sheets with their styles, and the styles of sheets that are not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: dict[str, str] = {}
        self.hidden_styles: set[str] = set()
        self._style = ""

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> _SheetNames:
        listener = cls()
        with _content(archive) as file:
            for _ in parse_xml_pieces(file, listener):
                pass
        return listener

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        if name == f"{STYLE}style":
            self._style = attributes.get(f"{STYLE}name", "")
        elif name == f"{STYLE}table-properties" and attributes.get(f"{TABLE}display") == "false":
            self.hidden_styles.add(self._style)

    def start_table(self, attributes: dict[str, str]) -> None:
        self.styles.setdefault(attributes.get(f"{TABLE}name", ""), attributes.get(f"{TABLE}style-name", ""))


class _RowGatherer(_Tables):
    """Gathers the rows of the first sheet called ``name``, each with how often it stands there."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._rows: list[tuple[TextRow, int]] = []
        self._next = 1
        self._depth = 0
        self._is_done = False
        self._row: _OpenRow | None = None
        self._cell: CellBuilder | None = None
        self._cell_depth = 0

    def taken(self) -> list[tuple[TextRow, int]]:
        """The rows gathered since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def start_table(self, attributes: dict[str, str]) -> None:
        if attributes.get(f"{TABLE}name", "") == self._name and not self._is_done:
            self._depth = len(self.path)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        if not self._depth:
            return
        if self._cell:
            self._cell.start(name, attributes)
        elif self._row and name in _CELLS and len(self.path) == self._row.depth + 1:
            self._cell = CellBuilder(attributes, _times(attributes, "number-columns-repeated"))
            self._cell_depth = len(self.path)
        elif name == f"{TABLE}table-row" and set(self.path[self._depth : -1]) <= _BETWEEN:
            is_hidden = attributes.get(f"{TABLE}visibility", "visible") != "visible"
            self._row = _OpenRow(len(self.path), _times(attributes, "number-rows-repeated"), is_hidden)

    def data(self, text: str) -> None:
        if self._cell:
            self._cell.data(text)

    def end(self) -> None:
        depth = len(self.path)
        super().end()
        if self._cell and depth == self._cell_depth:
            if self._row:
                self._row.add(self._cell)
            self._cell = None
        elif self._cell:
            self._cell.end()
        elif self._row and depth == self._row.depth:
            self._close_row(self._row)
            self._row = None
        elif depth == self._depth:
            self._depth, self._is_done = 0, True

    def _close_row(self, row: _OpenRow) -> None:
        if any(row.cells) or row.problem:
            self._rows.append((TextRow(self._next, row.cells, row.problem, row.is_hidden), row.times))
        self._next += row.times


class _OpenRow:
    """A row while its cells come: empty ones are held back, since a sheet may end with a million of them."""

    def __init__(self, depth: int, times: int, is_hidden: bool) -> None:
        self.depth, self.times, self.is_hidden = depth, times, is_hidden
        self.cells: list[CellText] = []
        self.problem: Problem | None = None
        self._empty = 0

    def add(self, cell: CellBuilder) -> None:
        """Take a cell as often as it stands there."""
        text = cell.text()
        if not text and not cell.lacks_value:
            self._empty += cell.times
            return
        if len(self.cells) + self._empty + cell.times > MOST_COLUMNS:
            raise too_many_columns()
        self.cells += [CellText("")] * self._empty + [text] * cell.times
        self._empty = 0
        if cell.lacks_value and self.problem is None:
            self.problem = unvalued_formula(len(self.cells))


def _times(attributes: dict[str, str], name: str) -> int:
    """How often a row or cell stands there; a sheet has no more than so many."""
    text = attributes.get(f"{TABLE}{name}", "1")
    times = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else MOST_ROWS + 1
    return max(times, 1)


@contextmanager
def _content(archive: zipfile.ZipFile) -> Iterator[IO[bytes]]:
    try:
        with archive.open("content.xml") as file:
            yield file
    except (KeyError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise unreadable_workbook("ODS") from error
