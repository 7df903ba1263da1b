"""Excel workbooks of the three kinds (XLSX, XLS, XLSB), as records of text.

XLSB: number formats are not known, but for days. A sheet is measured before it is read: whoever holds it whole holds
every cell between its first and its last. Records are those of [MS-XLSB] 2.1.4: a number and a size, seven bits a byte,
then the data.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.tables.delimited import TextRow
from cemaudit.exchange.tables.sheets import (
    ERROR_CODES,
    MOST_COLUMNS,
    MOST_ROWS,
    cell_text,
    guarded_step,
    locked_workbook,
    missing_spreadsheet_extra,
    refuse_bombs,
    refuse_larger,
    refuse_row,
    too_large,
    unvalued_formula,
)
from cemaudit.language import message
from cemaudit.reading import CellKind, CellText

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["BinaryExcelBook", "ExcelBook", "OldExcelBook", "open_binary_workbook", "open_old_workbook", "open_workbook"]

_XLSX = "XLSX"
_SCANNED = 1 << 20
_AT_ONCE = 100
_OTHER_EPOCH = 1904
_LONGEST_TAG = 1000
_FORMULA_TAGS = (b"<f>", b"<f ", b"<f/")
_ROW_TAG = re.compile(rb"<row\s[^>]{0,900}>")
_HIDDEN_MARK = re.compile(rb'\shidden="(?:1|true)"')
_NUMBER = re.compile(rb'\sr="([0-9]{1,7})"')
_XLS = "XLS"
_LARGEST_XLS = 100_000_000
"""The most bytes of a file that is read whole; a sheet has at most 65,536 rows and 256 columns."""

_NUMBERS = (2, 3)
_BOOLEAN, _ERROR = 4, 5
"""The types of cells as xlrd counts them; numbers and days are both numbers, told apart by their format."""

_XLSB = "XLSB"
_LARGEST_XLSB = 200_000_000
_LARGEST_AREA = 20_000_000
"""The most bytes it may unpack to, and the most cells between the first and the last of a sheet."""

_BUNDLE = 156
_ROW_RECORD, _ERRORS_AT, _LAST_CELL, _BEGIN_SHEET_DATA, _END_SHEET_DATA = 0, (3, 11), 11, 145, 146
_HIDDEN_BIT = 0x10


@contextmanager
def open_workbook(path: Path, most: int) -> Iterator[ExcelBook]:
    """The workbook in an XLSX file.

    ``BadEnvironment`` without the extra ``xlsx``; ``BadInput`` where the file is no XLSX workbook or unpacks to more
    than ``most`` bytes.
    """
    refuse_bombs(path, most, _XLSX)
    values = _load(path, data_only=True)
    formulas = _load(path, data_only=False) if _has_formulas(path) else None
    try:
        yield ExcelBook(path, values, formulas)
    finally:
        values.close()
        if formulas:
            formulas.close()


@dataclass(frozen=True)
class ExcelBook:
    """A workbook by its values and, where it has any, by its formulas."""

    path: Path
    values: Workbook
    formulas: Workbook | None

    @property
    def names(self) -> list[str]:
        return [page.title for page in self.values.worksheets]

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(page.title for page in self.values.worksheets if page.sheet_state != "visible")

    def rows(self, name: str) -> Generator[TextRow]:
        hidden = _hidden_rows(self.path, _page(self.values, name))
        is_1904 = self.values.epoch.year == _OTHER_EPOCH
        # Closed by hand: what stopped it holds on to the sheet, and with it to the file.
        with ExitStack() as stack:
            rows = stack.enter_context(closing(_rows(self.values, name)))
            if self.formulas is None:
                yield from _text_rows(((cells, cells) for cells in rows), hidden, is_1904=is_1904)
                return
            formulas = stack.enter_context(closing(_rows(self.formulas, name)))
            yield from _text_rows(zip(rows, formulas, strict=True), hidden, is_1904=is_1904)


def _text_rows(
    rows: Iterable[tuple[Sequence[Any], Sequence[Any]]], hidden: Container[int], *, is_1904: bool
) -> Generator[TextRow]:
    """Rows that hold anything; ``rows`` pairs values with the formulas behind them."""
    for number, (cells, sources) in enumerate(rows, 1):
        refuse_row(number)
        if any(source.value is not None for source in sources):
            texts = [cell_text(cell.value, cell.number_format, cell.data_type, is_1904=is_1904) for cell in cells]
            yield TextRow(number, texts, _unreckoned(cells, sources), number in hidden)


def _unreckoned(cells: Sequence[Any], sources: Sequence[Any]) -> Problem | None:
    """The problem of a row with a formula whose value the workbook does not hold."""
    pairs = zip(cells, sources, strict=True)
    columns = (column for column, (cell, source) in enumerate(pairs, 1) if cell.value is None is not source.value)
    column = next(columns, 0)
    return unvalued_formula(column) if column else None


def _page(book: Workbook, name: str) -> Any:
    return next(page for page in book.worksheets if page.title == name)


def _hidden_rows(path: Path, page: Any) -> frozenset[int]:
    """The numbers of the rows that a filter or a person has hidden; they are read as well, and told."""
    member = str(getattr(page, "_worksheet_path", ""))  # read-only sheets keep no properties of rows
    with zipfile.ZipFile(path) as archive:
        if member not in archive.namelist():
            return frozenset()
        tags = (tag for piece in _pieces(archive, member, _LONGEST_TAG) for tag in _ROW_TAG.findall(piece))
        return frozenset(int(match[1]) for tag in tags if _HIDDEN_MARK.search(tag) and (match := _NUMBER.search(tag)))


def _rows(book: Workbook, name: str) -> Generator[Sequence[Any]]:
    page = _page(book, name)
    page.reset_dimensions()  # the sheet's own word on its size may be wrong by a million rows
    with closing(page.iter_rows()) as rows:
        while block := guarded_step(lambda: list(islice(rows, _AT_ONCE)), _XLSX):
            yield from block


def _load(path: Path, *, data_only: bool) -> Workbook:
    try:
        import defusedxml.ElementTree  # noqa: F401, PLC0415 openpyxl reads XML through it once it is there
        import openpyxl  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        raise missing_spreadsheet_extra(_XLSX, "xlsx") from error
    book: Workbook = guarded_step(lambda: openpyxl.load_workbook(path, read_only=True, data_only=data_only), _XLSX)
    if not book.worksheets:
        book.close()
        raise BadInput(Problem(message("a workbook without sheets")))
    return book


def _has_formulas(path: Path) -> bool:
    """Whether any sheet holds a formula; a quick look that spares most workbooks a second reading."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        pieces = (piece for name in sheets for piece in _pieces(archive, name, len(_FORMULA_TAGS[0]) - 1))
        return any(tag in piece for piece in pieces for tag in _FORMULA_TAGS)


def _pieces(archive: zipfile.ZipFile, name: str, overlap: int) -> Iterator[bytes]:
    """The content of a member, a megabyte at a time, each piece after the last ``overlap`` bytes of the one before."""
    with archive.open(name) as member:
        piece = b""
        while chunk := member.read(_SCANNED):
            piece = piece[-overlap:] + chunk
            yield piece


@contextmanager
def open_old_workbook(path: Path, most: int) -> Iterator[OldExcelBook]:
    """The workbook in an XLS file.

    ``BadEnvironment`` without the extra ``spreadsheets``; ``BadInput`` where the file is no XLS workbook, is larger
    than ``most`` bytes, or locked.
    """
    refuse_larger(path.stat().st_size, min(most, _LARGEST_XLS))
    try:
        import openpyxl  # noqa: F401, PLC0415 an extra, and slow to load
        import xlrd  # noqa: PLC0415
    except ImportError as error:
        raise missing_spreadsheet_extra(_XLS, "spreadsheets") from error
    content = path.read_bytes()

    def load() -> Any:
        try:
            return xlrd.open_workbook(
                file_contents=content, formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO()
            )
        except xlrd.XLRDError as error:
            if "encrypted" in str(error):
                raise locked_workbook() from error
            raise

    book = guarded_step(load, _XLS)
    try:
        yield OldExcelBook(book)
    finally:
        book.release_resources()


@dataclass(frozen=True)
class OldExcelBook:
    """A workbook as xlrd opens it."""

    book: Any

    @property
    def names(self) -> list[str]:
        return list(self.book.sheet_names())

    @cached_property
    def hidden(self) -> frozenset[str]:
        visibilities = self.book._sheet_visibility  # noqa: SLF001 a sheet says so itself only once it is read
        return frozenset(name for name, is_hidden in zip(self.names, visibilities, strict=True) if is_hidden)

    def rows(self, name: str) -> Generator[TextRow]:
        page = guarded_step(lambda: self.book.sheet_by_name(name), _XLS)
        for index in range(page.nrows):
            texts = guarded_step(partial(self._texts, page, index), _XLS)
            info = page.rowinfo_map.get(index)
            yield TextRow(index + 1, texts, None, bool(info and info.hidden))

    def _texts(self, page: Any, index: int) -> list[CellText]:
        return [self._text(cell) for cell in page.row(index)]

    def _text(self, cell: Any) -> CellText:
        if cell.ctype in _NUMBERS:
            number_format = self.book.format_map[self.book.xf_list[cell.xf_index].format_key].format_str
            return _number_text(cell.value, number_format, is_1904=self.book.datemode == 1)
        if cell.ctype == _BOOLEAN:
            return cell_text(bool(cell.value), "General")
        if cell.ctype == _ERROR:
            return CellText(ERROR_CODES.get(cell.value, "#N/A"), CellKind.ERROR)
        return CellText(cell.value)


def _number_text(value: float, number_format: str, *, is_1904: bool) -> CellText:
    """The text of a number, which is a day or time where its format shows one, as in XLSX workbooks."""
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format  # noqa: PLC0415 an extra
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel  # noqa: PLC0415

    if not is_date_format(number_format):
        return cell_text(value, number_format, is_1904=is_1904)
    epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
    try:
        moment = from_excel(value, epoch, timedelta=is_timedelta_format(number_format))
    except (ValueError, OverflowError):
        return CellText("#VALUE!", CellKind.ERROR)
    return cell_text(moment, number_format)


@contextmanager
def open_binary_workbook(path: Path, most: int) -> Iterator[BinaryExcelBook]:
    """The workbook in an XLSB file.

    ``BadEnvironment`` without the extra ``spreadsheets``; ``BadInput`` where the file is no XLSB workbook, unpacks to
    more than ``most`` bytes, or holds a sheet that is too large.
    """
    refuse_bombs(path, min(most, _LARGEST_XLSB), _XLSB)
    try:
        import python_calamine  # noqa: PLC0415 an extra
    except ImportError as error:
        raise missing_spreadsheet_extra(_XLSB, "spreadsheets") from error
    copy = guarded_step(lambda: _checked_copy(path), _XLSB)
    parts = guarded_step(lambda: _parts(copy), _XLSB)
    book = guarded_step(lambda: _without_panic(lambda: python_calamine.load_workbook(copy)), _XLSB)
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
        outline = guarded_step(lambda: _outline(self._records_of(name)), _XLSB)
        page = guarded_step(lambda: _without_panic(lambda: self.book.get_sheet_by_name(name)), _XLSB)
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

    target = {str(relationship.get("Id")): str(relationship.get("Target")) for relationship in fromstring(relations)}[
        relation
    ]
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
        elif is_data and number == _ROW_RECORD:
            (row,) = struct.unpack_from("<I", data)
            if data[11] & _HIDDEN_BIT:
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
