"""XLSForm workbooks written as Markdown tables, one below the name of each sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl


def write_form(path: Path, text: str) -> Path:
    """A workbook with the sheets of ``text``; a cell ``\\n`` is a line break, an empty line an empty row."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets(text):
        sheet = book.create_sheet(name)
        for number, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells, 1):
                sheet.cell(number, column, cell or None)
    book.save(path)
    return path


def sheets(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    name, rows = "", []
    for line in map(str.strip, text.strip().splitlines()):
        if line and not line.startswith("|"):
            if name:
                yield name, rows
            name, rows = line, []
        else:
            rows.append([cell.strip().replace("\\n", "\n") for cell in line.strip("|").split("|")])
    yield name, rows
