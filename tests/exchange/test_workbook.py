import builtins
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.exchange.tables import input_table
from cemaudit.exchange.tables.input_table import read_table


@pytest.fixture
def make_book(tmp_path):
    def make(*rows, change=lambda book: None):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        change(book)
        path = tmp_path / "book.xlsx"
        book.save(path)
        return path

    return make


def rows(path, **options):
    return [list(row.cells.values()) for row in read_table(path, **options).rows]


def test_values_become_text(make_book):
    path = make_book(
        ["a", "b", "c", "d", "e"], [1, 2.5, True, "종로", None], [7.0, -0.1, False, date(2026, 11, 21), time(14, 5)]
    )
    assert rows(path) == [["1", "2.5", "true", "종로", ""], ["7", "-0.1", "false", "2026-11-21", "14:05:00"]]


def test_a_moment_keeps_its_time(make_book):
    assert rows(make_book(["a"], [datetime(2026, 11, 21, 14, 5)])) == [["2026-11-21T14:05:00"]]  # noqa: DTZ001


def test_a_formula_without_its_value_is_named_never_run(make_book):
    (row,) = read_table(make_book(["a", "b"], ["x", "=1+1"])).rows
    assert str(row.problem).startswith("b: a formula without its value")


def test_a_formula_counts_as_its_stored_value(make_book, tmp_path):
    source, target = make_book(["a", "b"], ["x", "=1+1"]), tmp_path / "stored.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"))
    assert rows(target) == [["x", "2"]]


def test_rows_keep_their_numbers_over_gaps(make_book):
    def far(book):
        book.active.cell(row=900_000, column=1, value="far")

    table = read_table(make_book(["a", "b"], [], ["x", 1], change=far))
    assert [row.number for row in table.rows] == [3, 900_000]


def test_of_merged_cells_the_first_holds_the_value(make_book):
    path = make_book(["a", "b"], ["x", 1], [None, 2], change=lambda book: book.active.merge_cells("A2:A3"))
    assert rows(path) == [["x", "1"], ["", "2"]]


def test_a_sheet_can_be_named(make_book):
    path = make_book(["a"], ["first"], change=lambda book: book.create_sheet("둘").append(["b"]))
    assert read_table(path, sheet="둘").columns == ("b",)
    with pytest.raises(BadInput, match=r"book.xlsx: no such sheet: 셋 \(known here: Sheet, 둘\)"):
        read_table(path, sheet="셋")


def test_a_broken_workbook_is_refused_in_one_line(tmp_path):
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    with pytest.raises(BadInput, match="cannot be read as an XLSX workbook"):
        read_table(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(make_book, monkeypatch):
    monkeypatch.setattr(input_table, "LARGEST", 100)
    with pytest.raises(BadInput, match="larger than"):
        read_table(make_book(["a"], [1]))


def test_without_the_extra_the_way_to_it_is_told(make_book, monkeypatch):
    path, real = make_book(["a"], [1]), builtins.__import__

    def without(name, *rest, **options):
        if name == "openpyxl":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BadEnvironment, match=r"pip install 'cemaudit\[xlsx\]'"):
        read_table(path)
