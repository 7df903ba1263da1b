"""CSV and its relatives, as records of text: encoding and delimiter found, gz opened, every oddity named."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Literal, NamedTuple, cast

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.reading import CellKind, CellText

__all__ = ["DELIMITERS", "Encoding", "TextRow", "escape_formula", "find_encoding", "read_delimited", "text_cell"]

Encoding = Literal["auto", "utf-8", "utf-16", "cp949", "cp1252", "gb18030", "shift_jis"]
DELIMITERS = (",", ";", "\t", "|")
LARGEST = 500_000_000
_GUESSES = ("utf-8", "cp949")
_CHUNK = 1 << 20
_LONGEST_SEP_LINE = 20
_SEP_LINE = re.compile(r'"?sep=([,;|\t])"?[,;|\t\s]*', re.IGNORECASE)
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_ERRORS = frozenset({
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA",
})  # fmt: skip
"""What spreadsheets write into a CSV file where a formula failed."""

_FORMULA_BEGINNINGS = "=+-@\t\r\n＝＋－＠"
"""What a formula begins with, in spreadsheets of any language."""

_GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def escape_formula(text: str) -> str:
    """Return the text, with an apostrophe before it where a spreadsheet might take it for a formula."""
    return f"'{text}" if text.startswith(tuple(_FORMULA_BEGINNINGS)) else text


class TextRow(NamedTuple):
    """One row of a table file: its number as a spreadsheet shows it, its cells, what is wrong, whether it is hidden."""

    number: int
    cells: Sequence[str]
    problem: Problem | None = None
    is_hidden: bool = False


def read_delimited(path: Path, encoding: Encoding = "auto", delimiter: str = "auto") -> Iterator[TextRow]:
    """The records of a CSV file, the header among them.

    ``BadInput`` where the file is not text, unpacks to more than ``LARGEST`` bytes, or never closes a quotation mark.
    """
    codec = find_encoding(path, encoding)
    named = _named_delimiter(path, codec)
    separator = delimiter if delimiter != "auto" else named or _find_delimiter(path, codec)
    with _open(path) as file, io.TextIOWrapper(file, encoding=codec, newline="") as text:
        if named:
            text.readline()  # it is no row: spreadsheets do not show it
        yield from _records(_WholeLines(text), separator)


class _WholeLines:
    """The lines of a table; ``is_cut``: whether the last of them does not end."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.is_cut = False

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.is_cut = not line.endswith(("\n", "\r"))
            yield line


def _records(lines: _WholeLines, separator: str) -> Iterator[TextRow]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield TextRow(number, [_cell(text) for text in next(reader)])
        except StopIteration:
            if number == 2 and lines.is_cut:
                hint = message("the file seems to be cut off: export or copy it again")
                raise BadInput(
                    Problem(message("no rows, and the row of column names does not end"), hint=hint)
                ) from None
            return
        except csv.Error as error:
            if "expected after" in str(error):
                what = message("something stands behind the closing quotation mark of a cell")
                yield TextRow(
                    number, (), Problem(what, hint=message("a quotation mark within a cell is written twice"))
                )
                continue
            where = str(message("row {number}", number=number))
            hint = message("a quotation mark that is never closed swallows what follows")
            raise BadInput(Problem(message("a cell that does not end, or is far too long"), where, hint)) from error


def find_encoding(path: Path, encoding: Encoding = "auto") -> str:
    """The Python codec that reads the whole file: the one given, or the first of UTF-8 and CP949 that fits."""
    chunks = _chunks(path)
    first = next(chunks)
    names = (encoding,) if encoding != "auto" else ("utf-16",) if first.startswith(_UTF_16) else _GUESSES
    codecs_left = {_codec(name): codecs.getincrementaldecoder(_codec(name))() for name in names}
    for chunk in itertools.chain([first], chunks):
        for name, decoder in list(codecs_left.items()):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                del codecs_left[name]
        if not codecs_left:
            tried = ", ".join(names)
            hint = message("save the table as CSV UTF-8, or name its encoding in the mapping")
            raise BadInput(Problem(message("not text in any encoding tried: {tried}", tried=tried), hint=hint))
    return next(iter(codecs_left))


def _codec(name: str) -> str:
    return "utf-8-sig" if name == "utf-8" else name


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces, an empty one at the end; refuses what unpacks to more than ``LARGEST`` bytes."""
    size = 0
    try:
        with _open(path) as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > LARGEST:
                    most = message("larger than {most} MB", most=LARGEST // 1_000_000)
                    raise BadInput(Problem(most, hint=message("split the table")))
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        hint = message("it may be cut off: pack or copy it again")
        raise BadInput(Problem(message("a broken gz file"), hint=hint)) from error
    yield b""


def _cell(text: str) -> str:
    """The cell, told from text where a spreadsheet wrote an error or a text it was to leave alone (``="007"``)."""
    if text[:1] == "#" and text.strip() in _ERRORS:
        return CellText(text.strip(), CellKind.ERROR)
    if text[:2] == '="' and (match := _TEXT_FORMULA.fullmatch(text.strip())):
        return match[1].replace('""', '"')
    return text


def text_cell(text: str) -> str:
    """Return ``text`` as a cell that reads back as it is, also where it looks like an error or like ``="007"``."""
    quoted = text.replace('"', '""')
    return f'="{quoted}"' if _cell(text) is not text else text


def _named_delimiter(path: Path, codec: str) -> str:
    """The delimiter that a first line ``sep=;`` names; nothing where there is no such line."""
    with _open(path) as file, io.TextIOWrapper(file, encoding=codec, newline="") as text:
        match = _SEP_LINE.fullmatch(text.readline(_LONGEST_SEP_LINE))
    return match[1] if match else ""


def _find_delimiter(path: Path, codec: str) -> str:
    with _open(path) as file, io.TextIOWrapper(file, encoding=codec, newline="") as text:
        header = next((line for line in text if line.strip()), "")
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), ())))


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb")
