"""OpenDocument spreadsheets (ODS), as records of text: values beside what the sheet shows of them.

(OpenDocument 1.3, part 3: 9 "Tables", 19.385 "office:value-type".)
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.delimited import TextRow
from cemaudit.exchange.open_document_cells import CellBuilder
from cemaudit.exchange.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
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
from cemaudit.reading import CellText

__all__ = ["OpenDocumentBook", "open_document"]

OFFICE, TABLE, STYLE = (f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0}}" for part in ("office", "table", "style"))
_LARGEST = 200_000_000
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_CELLS = {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}
_BETWEEN = {f"{TABLE}{name}" for name in ("table-rows", "table-row-group", "table-header-rows")}
"""Elements between a table and its rows."""


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
        raise unreadable_workbook("ODS", error) from error
