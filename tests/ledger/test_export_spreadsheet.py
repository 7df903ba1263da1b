"""Workbooks of many rows: every cell is what it was, whatever program reads it, and many rows take little longer."""

from __future__ import annotations

import datetime as dt
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.cell import WriteOnlyCell
from python_calamine import load_workbook

from cemaudit.exchange.forms.text_workbook import fit_for_cells
from cemaudit.ledger.export import spreadsheet
from cemaudit.ledger.export.columns import ExportColumn
from cemaudit.ledger.export.spreadsheet import write_spreadsheet

COLUMNS = [
    ExportColumn("text", "", "text"),
    ExportColumn("=whole", "", "whole"),
    ExportColumn("number", "", "number"),
    ExportColumn("score", "", "score"),
    ExportColumn("flag", "", "flag"),
    ExportColumn("date", "", "date"),
]


def written(path: Path, rows: list[list[Any]]) -> list[tuple[Any, ...]]:
    """The cells below the header, as openpyxl reads them."""
    assert write_spreadsheet(path, COLUMNS, rows, len(rows)) == len(rows)
    return list(openpyxl.load_workbook(path)["visits"].iter_rows(min_row=2))


TEXTS = [
    "=1+1",
    "-5",
    "@x",
    "'quoted",
    " two  spaces ",
    "a\nb",
    "\tx",
    "<b>&amp;</b>",
    "]]>",
    "강남점",
    "007",
]


@pytest.mark.parametrize("text", [*TEXTS, "1e5", "\U0001f468\u200d\U0001f469\u200d\U0001f467"])
def test_a_text_stays_a_text(tmp_path: Path, text: str) -> None:
    [[cell, *_]] = written(tmp_path / "x.xlsx", [[text, None, None, None, None, None]])
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix == text.startswith(("=", "+", "-", "@", "'", "\t"))
    assert load_workbook(tmp_path / "x.xlsx").get_sheet_by_index(0).to_python()[1][0] == text


@example([("\x12", None, None, None, None, None)])
@given(
    st.lists(
        st.tuples(
            st.text(max_size=20),
            st.none() | st.integers(-(2**31), 2**31),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.floats(-100, 100),
            st.none() | st.booleans(),
            st.none() | st.dates(dt.date(1900, 3, 1)),
        ),
        max_size=5,
    )
)
def test_every_cell_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    path = tmp_path_factory.mktemp("sheet") / "x.xlsx"
    for cells, (text, whole, number, score, flag, day) in zip(
        written(path, [list(row) for row in rows]), rows, strict=False
    ):
        values = [cell.value for cell in cells]
        # what XML cannot hold is left out, and a lone half of a letter is no text
        expected = fit_for_cells(text).encode("utf-8", "replace").decode()
        assert values[0] == (expected or None)
        assert values[1] == whole
        for value, given_value in zip(values[2:4], (number, score), strict=True):
            assert value == (None if given_value is None else float(f"{given_value:.16g}"))
        assert values[4] == (None if flag is None else int(flag))
        assert values[5] == (None if day is None else dt.datetime.combine(day, dt.time()))


def test_the_sheet_is_dressed(tmp_path: Path) -> None:
    rows = [["a", 1, 1.5, 2.25, True, dt.date(2026, 11, 30)]] * 1_234
    cells = written(tmp_path / "x.xlsx", rows)
    assert [cell.number_format for cell in cells[-1]] == [
        "General",
        "General",
        "General",
        "0.00",
        "General",
        "yyyy-mm-dd",
    ]
    page = openpyxl.load_workbook(tmp_path / "x.xlsx")["visits"]
    assert (page.freeze_panes, page.auto_filter.ref, page.max_row) == ("B2", "A1:F1235", 1_235)
    assert [str(rule.sqref) for rule in page.conditional_formatting] == ["D2:D1235"]
    assert all(cell.font.bold for cell in page[1])
    assert page["B1"].quotePrefix


def test_no_rows_at_all(tmp_path: Path) -> None:
    assert written(tmp_path / "x.xlsx", []) == []


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        written(tmp_path / name, [["a", 1, 1.5, 2.25, True, dt.date(2026, 11, 30)]])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_sheet_may_be_larger_than_two_gigabytes(tmp_path: Path) -> None:
    written(tmp_path / "x.xlsx", [["a", 1, 1.5, 2.25, True, None]])
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        assert archive.testzip() is None
    assert spreadsheet._LONGEST_PART > zipfile.ZIP64_LIMIT


def test_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def rows() -> Any:
        yield ["a", 1, 1.5, 2.25, True, None]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_spreadsheet(tmp_path / "x.xlsx", COLUMNS, rows(), 2)
    assert list(tmp_path.iterdir()) == []


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def test_many_rows_take_less_than_half_of_an_object_for_every_cell(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [f"store {number}", number, number / 7, number / 3, True, dt.date(2026, 11, 30)] for number in range(6_000)
    ]

    def one_object_a_cell() -> None:
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet("visits")
        for row in rows:
            page.append([WriteOnlyCell(page, value) for value in row])
        book.save(tmp_path / "slow.xlsx")

    def ours() -> None:
        write_spreadsheet(tmp_path / "x.xlsx", COLUMNS, rows, len(rows))

    assert min(_seconds(ours) for _ in range(2)) < min(_seconds(one_object_a_cell) for _ in range(2)) / 2
