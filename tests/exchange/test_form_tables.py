"""Filled forms in tables that people have changed: a title above, sheets in another order, answers never asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import samples
from helpers.program import call
from helpers.spreadsheets import ods_row, write_ods

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.templates import blank_records, write_csv, write_xlsx
from cemaudit.exchange.tables.filled_forms import FilledImport, holds_form, import_filled
from cemaudit.exchange.tables.problem_groups import PROBLEM_COLUMNS, problem_table
from cemaudit.exchange.toml import toml_of
from cemaudit.model import Visit

SHOP = samples.items_only(
    samples.item("greeted"), samples.item("wait", "duration", when="greeted == true"), samples.item("said", "text")
)
FORM = form_of(SHOP)
RECORD = blank_records(FORM, 1)[0] | {"visit__store": "S", "greeted": "no", "said": "hello"}


def read(path: Path) -> tuple[list[Visit], FilledImport]:
    result = import_filled(path, lambda _: SHOP, path.parent / "out-media")
    return list(result), result


@pytest.fixture
def text(tmp_path: Path) -> str:
    """The CSV of one filled form."""
    write_csv(FORM, [RECORD], tmp_path / "form.csv")
    return (tmp_path / "form.csv").read_text("utf-8-sig")


@pytest.fixture
def book(tmp_path: Path) -> Any:
    """The workbook of one filled form."""
    write_xlsx(FORM, [RECORD], tmp_path / "form.xlsx", "ko")
    return openpyxl.load_workbook(tmp_path / "form.xlsx")


@pytest.mark.parametrize("title", ["강남점 11월 점검\n", "Audit,,November\n", "a;b;c\n\n", 'one\ntwo\n"three, four"\n'])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_title_above_the_header_is_passed_over(tmp_path: Path, text: str, title: str, mark: str) -> None:
    path = tmp_path / "titled.csv"
    path.write_text(title + text.replace(",", mark), "utf-8")
    assert holds_form(path)
    visits, result = read(path)
    assert [(visit.store, dict(visit.answers)) for visit in visits] == [("S", {"greeted": False, "said": "hello"})]
    assert (result.counts.rows, result.problems) == (1, [])


def test_a_title_above_a_sheet_and_sheets_in_another_order(tmp_path: Path, book: Any) -> None:
    path = tmp_path / "changed.xlsx"
    book["visits"].insert_rows(1, 2)
    book["visits"]["A1"] = "점검표"
    book["visits"]["C1"] = "11월"
    book.move_sheet("visits", offset=1)
    book.create_sheet("notes", 0)["A1"] = "mine"
    book.save(path)
    assert holds_form(path)
    (visit,), _ = read(path)
    assert (visit.store, visit.answers["said"]) == ("S", "hello")


def test_an_open_document_with_another_sheet_before_it(tmp_path: Path, text: str) -> None:
    rows = [line.split(",") for line in text.splitlines()]
    sheets = {"memo": ods_row("mine"), "visits": "".join(ods_row(*row) for row in rows)}
    (visit,), _ = read(write_ods(tmp_path / "form.ods", sheets))
    assert visit.store == "S"


def test_several_sheets_of_forms_behind_another_are_not_guessed_at(tmp_path: Path, book: Any) -> None:
    path = tmp_path / "two.xlsx"
    book.copy_worksheet(book["visits"]).title = "second"
    book.create_sheet("notes", 0)["A1"] = "mine"
    book.save(path)
    with pytest.raises(BadInput, match=r"two\.xlsx: several sheets hold filled forms: visits, second \(save each"):
        holds_form(path)


@pytest.mark.parametrize("content", ["store,day\nS,2026-11-21\n", "title\n\nstore,day\nS,1\n", "visit__store\nS\n"])
def test_another_table_is_no_form(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.csv").write_text(content, "utf-8")
    assert not holds_form(tmp_path / "t.csv")


def test_answers_left_out_are_named_with_their_rows(tmp_path: Path) -> None:
    records = [record | {"visit__store": "S", "greeted": "no"} for record in blank_records(FORM, 5)]
    for record in (records[0], records[2], records[3], records[4]):
        record["wait"] = "5"
    write_csv(FORM, records, tmp_path / "form.csv")
    _, result = read(tmp_path / "form.csv")
    assert result.counts.not_arising == 4
    assert [str(notice) for notice in result.left_out.problems] == [
        "form.csv: column wait: rows 2, 4, 5 and 1 more: an answer is left out, because it is not asked of this visit"
    ]


def test_all_problems_of_all_rows_are_a_table(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(toml_of(SHOP), "utf-8")
    records = [
        record | {"visit__store": "S", "greeted": word}
        for record, word in zip(blank_records(FORM, 6), ["예요", "=1+1", "yes", "-", "@x", "maybe"], strict=True)
    ]
    write_csv(FORM, records, tmp_path / "form.csv")
    outcome = call(
        tmp_path,
        "import",
        "form.csv",
        "--checklist",
        "shop.toml",
        "--problems",
        "p.csv",
        "--out",
        "o.jsonl",
        "--lang",
        "en",
    )
    assert outcome.code == 3
    header, *lines = (tmp_path / "p.csv").read_text("utf-8-sig").splitlines()
    assert header == ",".join(PROBLEM_COLUMNS)
    assert [line.split(",")[:3] for line in lines] == [
        ["form.csv", row, "greeted"] for row in ("2", "3", "5", "6", "7")
    ]
    assert lines[0] == ('form.csv,2,greeted,"expected yes or no, found 예요","write yes or no, 예 or 아니요, 1 or 0"')


def test_no_cell_of_the_table_of_problems_is_a_formula(tmp_path: Path) -> None:
    with problem_table(tmp_path / "p.csv") as add:
        for text in ("=1+1", "+82", "-x", "@me", "\tx", "＝1"):
            add(text, 1, Problem(text, text, text))
    _, *lines = (tmp_path / "p.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert all(line.startswith(("'", "\"'")) for line in lines)


def test_a_table_of_problems_is_whole_or_not_there(tmp_path: Path) -> None:
    def broken() -> None:
        with problem_table(tmp_path / "p.csv") as add:
            add("a", 1, Problem("wrong"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_a_zone_is_for_forms_and_submissions_and_problems_for_tables(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text("<a/>", "utf-8")
    for option, value in (("--zone", "Asia/Seoul"), ("--problems", "p.csv")):
        outcome = call(tmp_path, "import", "r.xml", option, value, "--lang", "en")
        assert outcome.code == 2
        assert f"{option} is for " in outcome.err
