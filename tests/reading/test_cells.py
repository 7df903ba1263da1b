"""A cell is its value, its type and its number format: what the sheet shows is what is read."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers.spreadsheets import HEADER, SHOP
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cemaudit.errors import BadInput
from cemaudit.exchange import import_table, load_mapping, read_table
from cemaudit.exchange.tables.sheets import cell_text, shown_zeros
from cemaudit.ledger.store_registry import read_stores
from cemaudit.model import Visit
from cemaudit.reading import CellKind, CellText, error_problem, read_id, read_percent

MAPPING = """
checklist = "test.shop@1"
[visit]
id = { template = "{store}-{#}" }
store = { column = "store" }
started = { column = "at", formats = ["%d/%m/%Y %H:%M"], zone = "Asia/Seoul" }
date = { column = "day" }
[items]
P = { column = "P" }
N = { column = "N" }
X = { column = "X" }
"""
Cell = tuple[Any, str]


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., tuple[list[Visit], list[str]]]:
    """The visits of a sheet with one row of cells, each with its number format, and what is wrong."""

    def imported(change: Callable[[Any], object] = lambda _: None, **cells: Cell) -> tuple[list[Visit], list[str]]:
        book = openpyxl.Workbook()
        page = book.worksheets[0]
        page.append(HEADER)
        for column, name in enumerate(HEADER, 1):
            value, number_format = cells.get(name, ("s1" if name == "store" else None, "General"))
            page.cell(2, column, value).number_format = number_format
        change(book)
        book.save(tmp_path / "table.xlsx")
        (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
        result = import_table(tmp_path / "table.xlsx", load_mapping(tmp_path / "map.toml"), SHOP)
        return list(result), [str(problem) for problem in result.problems]

    return imported


@pytest.mark.parametrize(
    ("value", "number_format", "store"),
    [
        (7, "000", "007"),
        (12, "0000", "0012"),
        (7, "General", "7"),
        (1234, "#,##0", "1234"),
        (1234, "000", "1234"),
        (7, '"S-"000', "S-007"),
        (7, "000;-000", "007"),
        (1234567, "000-0000", "123-4567"),
        (7.0, "00", "07"),
        ("007", "General", "007"),
        (date(2026, 11, 20), "yyyy. m. d", "2026-11-20"),
    ],
)
def test_an_id_is_what_the_sheet_shows(imported: Any, value: object, number_format: str, store: str) -> None:
    visits, problems = imported(store=(value, number_format))
    assert problems == []
    assert [(visit.store, visit.id) for visit in visits] == [(store, f"{store}-2")]


@pytest.mark.parametrize("value", [8801234567890123, 1e20, 1.234567890123457e17, 10**15])
def test_an_id_of_more_digits_than_a_spreadsheet_keeps_is_refused(imported: Any, value: float) -> None:
    visits, problems = imported(store=(value, "General"))
    assert visits == []
    assert all("expected an id as text" in problem and "make the column text" in problem for problem in problems)


def test_an_id_of_fifteen_digits_is_whole(imported: Any) -> None:
    ((visit,), _) = imported(store=(123456789012345, "General"))
    assert visit.store == "123456789012345"


@pytest.mark.parametrize(
    ("value", "number_format", "percent", "number"),
    [
        (0.85, "0%", 85, "0.85"),
        (1, "0%", 100, "1"),
        (0.125, "0.0%", "12.5", "0.125"),
        (85, "General", 85, "85"),
        (0.85, "General", "0.85", "0.85"),
        (0.5, '0" %"', "0.5", "0.5"),
    ],
)
def test_a_percent_cell_is_what_it_shows_in_an_item_in_percent(
    imported: Any, value: float, number_format: str, percent: object, number: str
) -> None:
    ((visit,), problems) = imported(P=(value, number_format), N=(value, number_format))
    assert problems == []
    assert (str(visit.answers["P"]), str(visit.answers["N"])) == (str(percent), number)


def test_more_than_all_is_refused_as_it_is_shown(imported: Any) -> None:
    _, problems = imported(P=(1.2, "0%"))
    assert problems == ["table.xlsx: row 2: P: expected 100 or less, found 120"]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (5.000000000000004, "5"),
        (0.1 + 0.2, "0.3"),
        (1.1 * 3, "3.3"),
        (2.675, "2.675"),
        (1e-05, "0.00001"),
        (1 / 3, "0.333333333333333"),
    ],
)
def test_what_a_formula_leaves_behind_fifteen_digits_is_no_part_of_a_number(
    imported: Any, value: float, meant: str
) -> None:
    ((visit,), _) = imported(N=(value, "General"))
    assert format(Decimal(str(visit.answers["N"])), "f") == meant


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"])
@pytest.mark.parametrize("column", ["store", "N", "X"])
def test_an_error_cell_is_a_bad_cell(imported: Any, error: str, column: str) -> None:
    visits, problems = imported(**{column: (error, "General")})
    assert visits == []
    assert problems[0].startswith(f"table.xlsx: row 2: {column}: the cell holds the error {error} of a spreadsheet (")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_error_cell_is_no_store(tmp_path: Path, suffix: str) -> None:
    rows = [["id", "name"], ["#N/A", "a"], ["s2", "#REF!"], ["s3", "good"], ["s4", "about #N/A"]]
    path = tmp_path / f"stores.{suffix}"
    if suffix == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(path)
    register = read_stores(path)
    assert [store.id for store in register.stores] == ["s3", "s4"]
    assert [str(problem).partition(": the cell")[0] for problem in register.problems] == [
        f"stores.{suffix}: row 2: id",
        f"stores.{suffix}: row 3: name",
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "started"),
    [
        (datetime(2026, 11, 20), "yyyy-mm-dd h:mm:ss", "2026-11-20T00:00:00+09:00"),  # noqa: DTZ001
        (datetime(2026, 11, 20, 0, 1), "yyyy-mm-dd", "2026-11-20T00:01:00+09:00"),  # noqa: DTZ001
        (datetime(2026, 11, 20, 14, 5), "d/m/yy h:mm", "2026-11-20T14:05:00+09:00"),  # noqa: DTZ001
        (46346.25, "General", "2026-11-20T06:00:00+09:00"),
    ],
)
def test_a_moment_at_midnight_is_one(imported: Any, value: object, number_format: str, started: str) -> None:
    ((visit,), problems) = imported(at=(value, number_format))
    assert problems == []
    assert visit.started.isoformat() == started


def test_a_day_without_its_time_is_no_moment(imported: Any) -> None:
    visits, problems = imported(at=(datetime(2026, 11, 20), "yyyy-mm-dd"))  # noqa: DTZ001
    assert visits == []
    assert "expected a date in the form %d/%m/%Y %H:%M, found 2026-11-20" in problems[0]


@pytest.mark.parametrize("value", [46346, "46346", datetime(2026, 11, 20), "2026. 11. 20."])  # noqa: DTZ001
def test_a_day_may_be_a_serial_number(imported: Any, value: object) -> None:
    ((visit,), problems) = imported(day=(value, "General"))
    assert problems == []
    assert visit.date == date(2026, 11, 20)


def test_the_first_sheet_not_hidden_is_read(imported: Any) -> None:
    def hide(book: Any) -> None:
        book.create_sheet("notes", 0).sheet_state = "hidden"

    ((visit,), _) = imported(hide, store=("s7", "General"))
    assert visit.store == "s7"


@pytest.mark.parametrize(
    ("first", "rows"),
    [("sep=;", ["a;b", "1;2"]), ('"sep=\t"', ["a\tb", "1\t2"]), ("SEP=|", ["a|b", "1|2"]), ("sep=,", ["a,b", "1,2"])],
)
def test_a_first_line_may_name_the_delimiter(tmp_path: Path, first: str, rows: Sequence[str]) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\r\n".join([first, *rows, ""]), encoding="utf-8-sig")
    table = read_table(path)
    assert table.columns == ("a", "b")
    assert [(row.number, dict(row.cells)) for row in table.rows] == [(2, {"a": "1", "b": "2"})]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('="007"', "007"),
        ('="S-1.a"', "S-1.a"),
        ('="a b"', "a b"),
        ('="a""b"', 'a"b'),
        ('="a"&"b"', '="a"&"b"'),
        ("=1+1", "=1+1"),
    ],
)
def test_a_text_a_spreadsheet_was_to_leave_alone(tmp_path: Path, written: str, read: str) -> None:
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["a"], [written]])
    assert [row.cells["a"] for row in read_table(path).rows] == [read]


@pytest.mark.parametrize("row", [3, 2])
def test_the_row_of_column_names_may_be_named(tmp_path: Path, row: int) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Visits of November\n" + "\n" * (row - 2) + "a,b\n1,2\n", encoding="utf-8")
    table = read_table(path, delimiter=",", header_row=row)
    assert (table.columns, [dict(found.cells) for found in table.rows]) == (("a", "b"), [{"a": "1", "b": "2"}])


def test_one_message_says_that_a_row_holds_no_column_names(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "table.csv").write_text("Visits of November\n\n" + ",".join(HEADER) + "\n", encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        import_table(tmp_path / "table.csv", load_mapping(tmp_path / "map.toml"), SHOP)
    assert str(refusal.value) == (
        "the row of column names holds none of those of the mapping: Visits of November "
        "(header_row of the mapping says which row holds them)"
    )


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), b"\xd0\xcf\x11\xe0"])
def test_a_locked_workbook_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"locked.xlsx: locked with a password \(save it without a password\)"):
        read_table(path)


def test_a_cell_knows_more_than_its_text() -> None:
    cell = cell_text(0.85, "0%")
    assert (cell, cell.kind, cell.shown) == ("0.85", CellKind.PERCENT, "85%")
    assert (read_percent(cell), read_percent("85 %"), read_percent("0.85")) == (85, 85, read_percent("0,85"))
    assert read_id(CellText("7", CellKind.NUMBER, "007")) == "007"
    assert error_problem("#N/A") is None
    assert shown_zeros("7", "0.00") is shown_zeros("7.5", "00") is shown_zeros("7", "General") is None


@pytest.mark.parametrize("hidden", [[2], [2, 3], []])
def test_hidden_rows_are_read_and_told(tmp_path: Path, hidden: list[int]) -> None:
    book = openpyxl.Workbook()
    for row in (["a"], [1], [2], [3]):
        book.worksheets[0].append(row)
    for number in hidden:
        book.worksheets[0].row_dimensions[number].hidden = True
    book.save(tmp_path / "table.xlsx")
    rows = list(read_table(tmp_path / "table.xlsx").rows)
    assert [row.number for row in rows] == [2, 3, 4]
    assert [row.number for row in rows if row.is_hidden] == hidden


@pytest.mark.parametrize("column", ["day", "at"])
def test_serial_numbers_of_a_workbook_that_counts_from_1904(imported: Any, column: str) -> None:
    def count_from_1904(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904

    value = 46346 - 1462 + (0.25 if column == "at" else 0)
    ((visit,), problems) = imported(count_from_1904, **{column: (value, "General")}, store=(7, "000"), N=(5, "General"))
    assert problems == []
    assert (visit.day, visit.store, visit.answers["N"]) == (date(2026, 11, 20), "007", 5)
