"""Filled forms as files: every row is a visit, untouched, or named with what is wrong."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import samples
from PIL import Image

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.templates import blank_records, write_csv, write_xlsx
from cemaudit.exchange.tables.filled_forms import FilledImport, holds_form, import_filled
from cemaudit.model import Checklist, Visit

SHOP = samples.items_only(
    samples.item("greeted", evidence="optional"),
    samples.item("wait", "duration", when="greeted == true"),
    samples.item("said", "text"),
)
FORM = form_of(SHOP)
_PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def find(ref: str) -> Checklist:
    if ref != SHOP.ref:
        raise BadInput(Problem(f"no such checklist: {ref}"))
    return SHOP


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., tuple[list[Visit], FilledImport]]:
    """The visits of a CSV of these records (or of a file), and the import."""

    def imported(*records: dict[str, str], path: Path | None = None) -> tuple[list[Visit], FilledImport]:
        if path is None:
            path = tmp_path / "form.csv"
            write_csv(
                FORM,
                [{**blank, **record} for blank, record in zip(blank_records(FORM, 99), records, strict=False)],
                path,
            )
        result = import_filled(path, find, tmp_path / "out-media")
        return list(result), result

    return imported


def said(result: FilledImport) -> list[str]:
    return [str(problem) for problem in result.problems]


def photo(path: Path, colour: str = "red") -> Path:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data.getvalue())
    return path


def test_counts_add_up(imported: Any) -> None:
    records = (
        {"visit__store": "S", "greeted": "no", "wait": "5"},
        {},
        {"greeted": "maybe"},
        {"visit__store": "S2", "said": "x"},
    )
    visits, result = imported(*records)
    assert [visit.store for visit in visits] == ["S", "S2"]
    counts = result.counts
    assert (counts.rows, counts.good, counts.bad, counts.skipped, counts.visits) == (4, 2, 1, 1, 2)
    assert counts.not_arising == 1
    assert said(result) == [
        "form.csv: row 4: greeted: expected yes or no, found maybe (write yes or no, 예 or 아니요, 1 or 0)",
        "form.csv: row 4: visit__store: is missing",
    ]


def test_a_workbook_saved_by_a_spreadsheet_program_is_read(imported: Any, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_xlsx(FORM, blank_records(FORM, 3), path, "ko")
    book = openpyxl.load_workbook(path)
    page = book["visits"]
    columns = {cell.value: cell.column for cell in page[1]}
    filled = {"visit__store": "S", "visit__date": dt.date(2026, 11, 21), "greeted": "예", "wait": 12.0, "said": "=1+1"}
    for name, value in filled.items():
        cell = page.cell(3, columns[name], value)
        cell.data_type = "s" if value == "=1+1" else cell.data_type
    page.cell(4, columns["said"], "=1+1")
    book.save(path)
    visits, result = imported(path=path)
    assert visits[0].answers == {"greeted": True, "wait": 12, "said": "=1+1"}
    assert str(visits[0].date) == "2026-11-21"
    assert (result.counts.bad, result.counts.skipped) == (1, 1)
    assert "said: a formula without its value" in said(result)[0]


def test_macros_are_neither_run_nor_needed(imported: Any, tmp_path: Path) -> None:
    plain, path = tmp_path / "form.xlsx", tmp_path / "form.xlsm"
    write_xlsx(FORM, [{**blank_records(FORM, 1)[0], "visit__store": "S", "greeted": "yes"}], plain, "en")
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(_PLAIN, _MACROS))
        new.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    visits, _ = imported(path=path)
    assert visits[0].answers == {"greeted": True}


def test_evidence_beside_the_table_is_cleaned_and_kept_under_its_hash(imported: Any, tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg")
    photo(tmp_path / "media" / "b.jpg", "blue")
    record = {
        "visit__store": "S",
        "greeted": "yes",
        "greeted__photo_1": "C:\\Photos\\a.jpg",
        "greeted__photo_2": "b.jpg",
    }
    (visit,), result = imported(record)
    assert said(result) == []
    pieces = visit.evidence["greeted"]
    assert [piece.file for piece in pieces] == [f"out-media/{piece.sha256}.jpg" for piece in pieces]
    assert all((tmp_path / piece.file).is_file() for piece in pieces)
    assert b"Exif" not in (tmp_path / pieces[0].file).read_bytes()


def test_evidence_that_is_missing_or_no_picture_is_named(imported: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    photo(tmp_path / "b.jpg")
    photo(tmp_path / "media" / "b.jpg")
    (tmp_path / "c.jpg").symlink_to(tmp_path / "b.jpg")
    for name, words in (
        ("a.jpg", "a.jpg"),
        ("b.jpg", "several files"),
        ("c.jpg", "no such file"),
        ("../x", "no such file"),
    ):
        visits, result = imported({"visit__store": "S", "greeted": "yes", "greeted__photo_1": name})
        assert visits == []
        assert said(result)[0].startswith("form.csv: row 2: greeted__photo_1: ")
        assert words in said(result)[0]
    assert not list(tmp_path.glob("out-media/*"))


def test_a_row_that_does_not_name_its_checklist_answers_that_of_the_row_before(imported: Any) -> None:
    first, second = (
        {"visit__store": "S", "greeted": "yes"},
        {"visit__store": "S2", "greeted": "no", "visit__checklist": ""},
    )
    visits, _ = imported(first, second)
    assert [visit.checklist for visit in visits] == ["test.shop@1", "test.shop@1"]
    _, result = imported(second)
    assert said(result) == ["form.csv: row 2: visit__checklist: does not say which checklist it answers"]


def test_an_unknown_checklist_and_a_repeated_id_are_named_by_row(imported: Any) -> None:
    records = [{"visit__store": "S", "visit__id": "v", "greeted": "yes"}] * 2
    _, result = imported(*records, {"visit__store": "S", "visit__checklist": "other@1"})
    assert [problem.partition(" (")[0] for problem in said(result)] == [
        "form.csv: row 3: visit__id: visit id v is taken by form.csv: row 2",
        "form.csv: row 4: visit__checklist: no such checklist: other@1",
    ]


def test_forms_are_told_from_other_files(tmp_path: Path) -> None:
    write_csv(FORM, [], tmp_path / "form.csv")
    (tmp_path / "other.csv").write_text("id,store\n1,S\n")
    (tmp_path / "form.pdf").write_bytes(b"%PDF-1.7\n")
    assert holds_form(tmp_path / "form.csv")
    assert holds_form(tmp_path / "form.pdf")
    assert not holds_form(tmp_path / "other.csv")
