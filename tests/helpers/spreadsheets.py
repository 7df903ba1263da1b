"""Spreadsheets made by hand: OpenDocument out of its own XML, binary Excel files record by record."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from helpers import samples

SHOP = samples.items_only(
    samples.item("P", {"type": "number", "unit": "%", "max": 100}),
    samples.item("N", "number"),
    samples.item("X", "text"),
)
"""A percentage, a number and a text."""

HEADER = ("store", "at", "day", "P", "N", "X")
"""The columns of a table of its visits."""

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = {
    part: f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("office", "table", "text", "style")
}
_NAMESPACES["draw"] = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
_NAMESPACES["calcext"] = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)

BinaryValue = str | float | bool | tuple[float, str] | None
"""A cell of a binary workbook: an error is its text; a number with a format stands beside that."""

ERRORS = {"#N/A": 0x2A, "#REF!": 0x17, "#DIV/0!": 0x07}
FORMATS = {"General": 0, "0%": 1, "d": 2, "d h:mm": 3}


def ods_cell(shown: str = "", kind: str = "string", more: str = "", **values: str) -> str:
    """A cell of the type ``kind`` that shows a text, its values by attribute (``date_value``)."""
    attributes = "".join(f" office:{name.replace('_', '-')}={quoteattr(value)}" for name, value in values.items())
    kind = f' office:value-type="{kind}"' if kind else ""
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in shown.split("\n") if shown)
    return f"<table:table-cell{kind}{attributes}{more}>{lines}</table:table-cell>"


def ods_row(*cells: str, more: str = "") -> str:
    """A row of cells, of which those without a ``<`` are texts."""
    made = (cell if cell.startswith("<") else ods_cell(cell) for cell in cells)
    return f"<table:table-row{more}>{''.join(made)}</table:table-row>"


def write_ods(
    path: Path, tables: Mapping[str, str], hidden: Sequence[str] = (), before: str = "", mimetype: str = ODS_TYPE
) -> Path:
    """An OpenDocument spreadsheet with tables, rows by name; ``before`` stands before them."""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table">'
        f'<style:table-properties table:display="{shown}"/></style:style>'
        for name, shown in (("ta1", "true"), ("ta2", "false"))
    )
    body = "".join(
        f'<table:table table:name={quoteattr(name)} table:style-name="{"ta2" if name in hidden else "ta1"}">'
        f"{rows}</table:table>"
        for name, rows in tables.items()
    )
    namespaces = "".join(f' xmlns:{name}="{address}"' for name, address in _NAMESPACES.items())
    content = (
        f"<office:document-content{namespaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{before}{body}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
    return path


def write_xlsb(
    path: Path,
    tables: Mapping[str, Sequence[Sequence[BinaryValue]]],
    hidden: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
    far: tuple[int, int] | None = None,
) -> Path:
    """A binary workbook with tables; ``far`` is the row and column, from 0, of one more cell in each."""
    names = list(tables)
    bundle = b"".join(
        _record(156, struct.pack("<II", int(name in hidden), number) + _wide(f"rId{number}") + _wide(name))
        for number, name in enumerate(names, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_KINDS}/worksheet" Target="worksheets/sheet{number}.bin"/>'
        for number in range(1, len(names) + 1)
    )
    relations += f'<Relationship Id="rId99" Type="{_KINDS}/styles" Target="styles.bin"/>'
    top = f'<Relationship Id="rId1" Type="{_KINDS}/officeDocument" Target="xl/workbook.bin"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS.format(top))
        archive.writestr("xl/workbook.bin", _record(131) + _record(143) + bundle + _record(144) + _record(132))
        archive.writestr("xl/_rels/workbook.bin.rels", _RELATIONS.format(relations))
        archive.writestr("xl/styles.bin", _styles())
        for number, rows in enumerate(tables.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.bin", _sheet(rows, hidden_rows, far))
    return path


def _sheet(rows: Sequence[Sequence[BinaryValue]], hidden: Sequence[int], far: tuple[int, int] | None) -> bytes:
    parts = [_record(129), _record(148, struct.pack("<IIII", 0, len(rows), 0, 5)), _record(145)]
    for number, values in enumerate(rows):
        parts += [_row(number, is_hidden=number + 1 in hidden)]
        parts += [_cell(column, value) for column, value in enumerate(values) if value is not None]
    if far:
        parts += [_row(far[0], is_hidden=False), _cell(far[1], "far")]
    return b"".join([*parts, _record(146), _record(130)])


def _row(number: int, *, is_hidden: bool) -> bytes:
    return _record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0x10 if is_hidden else 0, 0, 0))


def _cell(column: int, value: BinaryValue) -> bytes:
    number, style = value if isinstance(value, tuple) else (value, "General")
    head = struct.pack("<II", column, FORMATS[style])
    if isinstance(number, bool):
        return _record(4, head + bytes([number]))
    if isinstance(number, str):
        return _record(3, head + bytes([ERRORS[number]])) if number in ERRORS else _record(6, head + _wide(number))
    return _record(5, head + struct.pack("<d", number))


def _styles() -> bytes:
    """Four cell formats: General, 0%, a day, a day with its time (numbers 0, 9, 14 and 22)."""
    formats = [_record(47, struct.pack("<HHHHH", 0, number, 0, 0, 0) + bytes(6)) for number in (0, 9, 14, 22)]
    own = [_record(626, struct.pack("<I", 1)), formats[0], _record(627)]
    return b"".join([_record(278), *own, _record(617, struct.pack("<I", 4)), *formats, _record(618), _record(279)])


def _record(number: int, data: bytes = b"") -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size, sizes = len(data), b""
    while True:
        sizes += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + sizes + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
