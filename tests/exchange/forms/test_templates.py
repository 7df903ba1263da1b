"""Tables to fill in: plain text, drop-downs, nothing that runs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from helpers import samples
from openpyxl.worksheet.worksheet import Worksheet

from cemaudit.errors import BadInput
from cemaudit.exchange.forms import text_workbook
from cemaudit.exchange.forms.fields import FieldKind
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.templates import blank_records, is_labels, is_untouched, write_csv, write_xlsx
from cemaudit.exchange.tables.input_table import read_table

LABEL = {"ko": "=1+1", "en": "@SUM(A1)"}
CHOICE = {
    "type": "choice",
    "options": [{"id": "a", "label": LABEL}, {"id": "b", "label": {"ko": "둘", "en": "Two, too"}}],
}
FORM = form_of(
    samples.checklist(
        samples.touchpoint(
            "t",
            {**samples.item("which", CHOICE), "ask": LABEL, "help": LABEL},
            samples.item("many", {**CHOICE, "type": "choices"}),
            samples.item("day", "date"),
            samples.item("wait", "duration", evidence="optional"),
            emotion=True,
        )
    )
)


@pytest.fixture
def page(tmp_path: Path) -> Worksheet:
    write_xlsx(FORM, blank_records(FORM, 2), tmp_path / "form.xlsx", "ko")
    return openpyxl.load_workbook(tmp_path / "form.xlsx")["visits"]


def column(page: Worksheet, name: str) -> str:
    return next(cell.column_letter for cell in page[1] if cell.value == name)


def test_a_csv_has_flat_names_and_rows_with_ids_of_their_own(tmp_path: Path) -> None:
    write_csv(FORM, blank_records(FORM, 2), tmp_path / "form.csv")
    assert (tmp_path / "form.csv").read_bytes().startswith(b"\xef\xbb\xbfvisit__checklist,visit__id,visit__store")
    table = read_table(tmp_path / "form.csv")
    rows = list(table.rows)
    assert table.columns == tuple(FORM.fields)
    assert len({row.cells["visit__id"] for row in rows}) == 2
    assert all(row.cells["visit__checklist"] == "test.shop@1" and is_untouched(row.cells) for row in rows)


def test_a_workbook_says_above_each_column_what_it_asks(page: Worksheet) -> None:
    letter = column(page, "which")
    assert page[f"{letter}2"].value == "t: =1+1"
    assert page.freeze_panes == "D3"
    assert page["B3"].value != page["B4"].value


def test_no_cell_is_a_formula(page: Worksheet) -> None:
    book = page.parent
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert "=1+1" in [cell.value for cell in book["codes"]["C"]]


def test_drop_downs_hold_the_words_of_the_language(page: Worksheet) -> None:
    checks = {str(check.sqref).partition(":")[0]: check for check in page.data_validations.dataValidation}
    listed = checks[f"{column(page, 'which')}3"]
    assert listed.type == "list"
    words = [cell.value for (cell,) in page.parent["codes"][listed.formula1.partition("!")[2].replace("$", "")]]
    assert words == ["=1+1", "둘", "해당 없음", *words[3:]]
    assert len(words) == 5
    assert "a, b, _none" in checks[f"{column(page, 'many')}3"].prompt


def test_columns_have_the_format_of_what_they_hold(page: Worksheet) -> None:
    formats = {
        name: page[f"{column(page, name)}3"].number_format for name in ("which", "day", "wait", "visit__started")
    }
    assert formats == {"which": "@", "day": "yyyy-mm-dd", "wait": "General", "visit__started": "yyyy-mm-dd hh:mm"}


def test_the_row_of_labels_is_no_visit(tmp_path: Path) -> None:
    for language in ("ko", "en"):
        write_xlsx(FORM, [], tmp_path / "form.xlsx", language)
        (row,) = read_table(tmp_path / "form.xlsx").rows
        assert is_labels(row.cells)
    assert not is_labels({"visit__checklist": "test.shop@1"})


def test_a_csv_may_say_its_columns_in_words_and_reads_the_same(tmp_path: Path) -> None:
    records = blank_records(FORM, 2)
    for language in ("ko", "en"):
        write_csv(FORM, records, tmp_path / "form.csv", language)
        labels, *rows = (row.cells for row in read_table(tmp_path / "form.csv").rows)
        assert is_labels(labels)
        assert all(labels.values()), "every column is said in words"
        assert [row["visit__id"] for row in rows] == [record["visit__id"] for record in records]
        assert not any(is_labels(row) for row in rows)


def test_every_field_has_a_column_of_its_own_kind() -> None:
    assert {field.kind for field in FORM.fields.values()} >= {
        FieldKind.ONE,
        FieldKind.MANY,
        FieldKind.DATE,
        FieldKind.NUMBER,
        FieldKind.FILE,
    }


def test_a_form_wider_than_a_sheet_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_workbook, "MOST_COLUMNS", 10)
    with pytest.raises(BadInput, match="columns are more than a sheet has"):
        write_xlsx(FORM, [], tmp_path / "form.xlsx", "ko")
    assert not (tmp_path / "form.xlsx").exists()


def test_the_same_records_make_the_same_bytes(tmp_path: Path) -> None:
    records = blank_records(FORM, 1)
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsx(FORM, records, tmp_path / name, "en")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert zipfile.ZipFile(tmp_path / "one.xlsx").testzip() is None
