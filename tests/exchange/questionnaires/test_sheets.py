"""Workbooks of strangers: broken, huge, lying about their size, with formulas and macros."""

from __future__ import annotations

import zipfile
from datetime import datetime

import openpyxl
import pytest

from cemaudit.errors import BadInput
from cemaudit.exchange.questionnaires import Facets, import_form, workbook

HEADER = ["type", "name", "label"]


@pytest.fixture
def make_book(tmp_path):
    def make(*rows, change=lambda sheet: None):
        book = openpyxl.Workbook()
        book.active.title = "survey"
        for row in (HEADER, *rows):
            book.active.append(row)
        change(book.active)
        book.save(tmp_path / "form.xlsx")
        return tmp_path / "form.xlsx"

    return make


def refusal(path) -> str:
    with pytest.raises(BadInput) as caught:
        import_form(path, Facets())
    (line,) = str(caught.value).splitlines()
    return line


def asked(path) -> dict[str, str]:
    return {name: str(item.ask) for name, item in import_form(path, Facets()).checklist.items.items()}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "locked with a password (save it without a password)"),
        (b"type,name,label", "cannot be read as an XLSX workbook"),
        (b"", "cannot be read as an XLSX workbook"),
        (b"PK\x03\x04" + b"x" * 100, "cannot be read as an XLSX workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, line):
    (tmp_path / "form.xlsx").write_bytes(content)
    assert refusal(tmp_path / "form.xlsx").startswith(f"form.xlsx: {line}")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.xlsx")
    assert "found a folder" in refusal(tmp_path)


def test_a_workbook_with_entities_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "form.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    assert refusal(tmp_path / "form.xlsx").startswith("form.xlsx: cannot be read as an XLSX workbook")


def test_a_workbook_that_unpacks_to_too_much_is_refused(make_book, monkeypatch):
    monkeypatch.setattr(workbook, "LARGEST", 1000)
    assert refusal(make_book(["text", "a", "A"])).startswith("form.xlsx: larger than")


def test_a_formula_without_its_value_is_named_with_sheet_and_row(make_book):
    path = make_book(["text", "a", "A"], ["text", "b", "=1+1"])
    assert refusal(path).startswith("form.xlsx: sheet survey, row 3: column 3 holds a formula without its value")


def test_a_formula_counts_as_its_stored_value(make_book, tmp_path):
    source, target = make_book(["text", "a", "=1+1"]), tmp_path / "stored.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"))
    assert asked(target) == {"a": "2"}


def test_a_million_empty_rows_and_columns_hold_nothing(make_book):
    def far(sheet):
        sheet.cell(1_048_576, 1, " ")
        sheet.cell(1, 16_384, " ")

    assert asked(make_book(["text", "a", "A"], change=far)) == {"a": "A"}


def test_rows_keep_their_numbers_over_gaps(make_book):
    path = make_book(["text", "a", "A"], change=lambda sheet: sheet.cell(5000, 1, "end group"))
    assert refusal(path) == "form.xlsx: sheet survey, row 5000: end group without its beginning"


def test_macros_are_neither_run_nor_in_the_way(make_book):
    path = make_book(["text", "a", "A"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0Sub Auto_Open()")
    assert asked(path) == {"a": "A"}


def test_a_huge_cell_is_refused_with_its_row(make_book):
    line = refusal(make_book(["text", "a", "A"], ["text", "b", "x" * 20_001]))
    assert line == "form.xlsx: sheet survey, row 3: a cell of more than 20000 characters"


def test_a_huge_cell_in_a_column_nobody_reads_does_no_harm(make_book):
    path = make_book(["text", "a", "A", "x" * 30_000], change=lambda sheet: sheet.cell(1, 4, "remarks"))
    assert asked(path) == {"a": "A"}


def test_control_characters_and_directions_are_dropped(make_book, tmp_path):
    source, target = make_book(["text", "a", "A @ B"]), tmp_path / "odd.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"A @ B", "A\u202e\x85\ufeff B".encode()))
    assert asked(target) == {"a": "A B"}


def test_cells_that_are_no_text_are_read_as_a_spreadsheet_shows_them(make_book):
    path = make_book(["text", 1.0, 2.5], ["text", "b", datetime(2026, 11, 21)], ["text", "c", True])  # noqa: DTZ001
    assert asked(path) == {"x-1": "2.5", "b": "2026-11-21", "c": "true"}


def test_a_workbook_of_charts_alone_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.create_chartsheet("survey")
    book.remove(book.active)
    book.save(tmp_path / "form.xlsx")
    assert refusal(tmp_path / "form.xlsx").startswith("form.xlsx: ")
