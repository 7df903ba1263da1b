"""Workbooks of every format are read alike, or refused in one line; none takes more than it may."""

from __future__ import annotations

import builtins
import gc
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers.spreadsheets import HEADER, SHOP, BinaryValue, ods_cell, ods_row, write_ods, write_xlsb

from cemaudit.cli.app import run
from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.exchange import import_table, load_mapping, read_table
from cemaudit.exchange.questionnaires import Facets, import_form
from cemaudit.exchange.submissions.archive import ContainerKind, kind_of
from cemaudit.exchange.tables import excel, input_table, sheets
from cemaudit.reading import CellKind, CellText

DATA = Path(__file__).parents[1] / "data" / "spreadsheets"
MAPPING = """
checklist = "test.shop@1"
[visit]
id = { template = "v-{#}" }
store = { column = "store" }
started = { column = "at", formats = ["%Y-%m-%d %H:%M"], zone = "Asia/Seoul" }
date = { column = "day" }
[items]
P = { column = "P" }
N = { column = "N" }
X = { column = "X" }
"""
RICH_CELL = (
    "<table:table-cell><office:annotation><text:p>remark</text:p></office:annotation>"
    '<text:p>a<text:s text:c="2"/>b <text:span>c</text:span><text:line-break/>d</text:p>'
    "<draw:frame><text:p>drawing</text:p></draw:frame></table:table-cell>"
)
A_MOMENT = "2026-11-20 10:00"
FORM: list[tuple[str, list[list[str | int | None]]]] = [
    ("survey", [["type", "name", "label", "hint"], ["select_one yn", "clean", "Was it clean?", None],
                ["integer", "wait", "How many minutes?", "by your watch"]]),
    ("choices", [["list_name", "name", "label"], ["yn", 1, "Yes"], ["yn", 0, "No"]]),
    ("settings", [["form_title", "form_id"], ["Shop", "shop"]]),
]  # fmt: skip


def cells(path: Path, column: str = "a") -> list[CellText]:
    found = [row.cells[column] for row in read_table(path).rows]
    return [cell if isinstance(cell, CellText) else CellText(cell) for cell in found]


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(BadInput) as caught:
        list(read_table(path, **options).rows)
    (line,) = str(caught.value).splitlines()
    return line


@pytest.fixture
def import_visits(tmp_path: Path) -> Callable[[Path], tuple[list[Any], list[str], Any]]:
    def import_visits(path: Path) -> tuple[list[Any], list[str], Any]:
        (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
        result = import_table(path, load_mapping(tmp_path / "map.toml"), SHOP)
        return list(result), [str(problem) for problem in result.problems], result.counts

    return import_visits


# Old Excel files


def test_an_old_excel_file_is_read_as_it_is_shown(import_visits: Any) -> None:
    visits, problems, counts = import_visits(DATA / "visits.xls")
    assert [(visit.store, visit.started.isoformat(), str(visit.date)) for visit in visits] == [
        ("007", "2026-11-20T00:00:00+09:00", "2026-11-20"),
        ("S-012", "2026-11-20T06:00:00+09:00", "2026-11-20"),
    ]
    assert [(str(visit.answers["P"]), str(visit.answers["N"]), visit.answers["X"]) for visit in visits] == [
        ("85", "5", "true"),
        ("85", "0.3", "종로"),
    ]
    assert [re.split(", found| [(]mend", problem)[0] for problem in problems] == [
        "visits.xls: row 4: store: expected an id as text",
        "visits.xls: row 5: N: the cell holds the error #N/A of a spreadsheet",
    ]
    assert (counts.hidden, counts.hidden_sheets) == ([3], ("notes",))


def test_an_old_excel_file_may_count_from_1904() -> None:
    (row,) = read_table(DATA / "from-1904.xls").rows
    assert [(cell, getattr(cell, "kind", None)) for cell in row.cells.values()] == [
        ("2026-11-20", CellKind.DATE),
        ("44884", CellKind.NUMBER_1904),
    ]


def test_a_sheet_of_an_old_excel_file_may_be_named() -> None:
    assert read_table(DATA / "visits.xls", sheet="notes").columns == ("not for readers",)
    assert refusal(DATA / "visits.xls", sheet="x") == "visits.xls: no such sheet: x (known here: notes, visits)"


def test_an_old_excel_file_that_was_renamed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "visits.xlsx"
    path.write_bytes((DATA / "visits.xls").read_bytes())
    assert read_table(path).columns == HEADER


def test_a_locked_old_excel_file_is_named(tmp_path: Path) -> None:
    content = bytearray((DATA / "visits.xls").read_bytes())
    content[532:534] = b"\x2f\x00"  # the record behind the first becomes FILEPASS
    (tmp_path / "old.xls").write_bytes(content)
    assert refusal(tmp_path / "old.xls") == "old.xls: locked with a password (save it without a password)"


def test_a_broken_old_excel_file_is_refused_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = (DATA / "visits.xls").read_bytes()
    path = tmp_path / "old.xls"
    broken = [content[:cut] for cut in range(8, len(content), 97)]
    broken += [content[:place] + b"\xff\xff\xff" + content[place + 3 :] for place in range(512, 4608, 53)]
    refused = 0
    for damaged in broken:
        path.write_bytes(damaged)
        try:
            list(read_table(path).rows)
        except BadInput:  # no other error, whatever is broken
            refused += 1
    assert refused > len(broken) / 2
    assert capfd.readouterr() == ("", "")


def test_an_old_excel_file_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "_LARGEST_XLS", 5000)
    assert refusal(DATA / "visits.xls").startswith("visits.xls: larger than")


# OpenDocument


@pytest.mark.parametrize(
    ("cell", "text", "kind", "shown"),
    [
        (ods_cell("007", "float", value="7"), "7", CellKind.NUMBER, "007"),
        (ods_cell("S-012", "float", value="12"), "12", CellKind.NUMBER, "S-012"),
        (ods_cell("123-4567", "float", value="1234567"), "1234567", CellKind.NUMBER, "123-4567"),
        (ods_cell("1,234", "float", value="1234"), "1234", CellKind.NUMBER, "1234"),
        (ods_cell("1.234", "float", value="1234"), "1234", CellKind.NUMBER, "1234"),
        (ods_cell("5.00", "float", value="5.000000000000004"), "5", CellKind.NUMBER, "5"),
        (ods_cell("1.2", "float", value="1.234"), "1.234", CellKind.NUMBER, "1.234"),
        (ods_cell("8.80E+15", "float", value="8801234567890123"), "8801234567890123.0", CellKind.LONG, None),
        (ods_cell("₩4,500", "currency", value="4500", currency="KRW"), "4500", CellKind.NUMBER, "4500"),
        (ods_cell("85%", "percentage", value="0.85"), "0.85", CellKind.PERCENT, "85%"),
        (ods_cell("85%", "percentage", value="0.854"), "0.854", CellKind.PERCENT, "85.4%"),
        (ods_cell("20. 11. 26", "date", date_value="2026-11-20"), "2026-11-20", CellKind.DATE, "2026-11-20"),
        (
            ods_cell("11/20/26 00:00", "date", date_value="2026-11-20"),
            "2026-11-20",
            CellKind.DATE,
            "2026-11-20T00:00:00",
        ),
        (ods_cell("x", "date", date_value="2026-11-20T14:05:00.5"), "2026-11-20T14:05:00", CellKind.DATE, None),
        (ods_cell("02:05 PM", "time", time_value="PT14H05M00S"), "14:05:00", CellKind.TEXT, None),
        (ods_cell("참", "boolean", boolean_value="true"), "true", CellKind.TEXT, None),
        (ods_cell("#N/A", "string", ' calcext:value-type="error"', string_value=""), "#N/A", CellKind.ERROR, None),
        (ods_cell("#DIV/0!", "float", value="0"), "#DIV/0!", CellKind.ERROR, None),
        (ods_cell("Err:502", "string", ' table:formula="of:=A1"'), "Err:502", CellKind.ERROR, None),
        (ods_cell("#N/A"), "#N/A", CellKind.TEXT, None),
        (ods_cell("one\ntwo"), "one\ntwo", CellKind.TEXT, None),
        (ods_cell("", "string", string_value="kept"), "kept", CellKind.TEXT, None),
        (ods_cell("odd", "float", value="odd"), "odd", CellKind.TEXT, None),
        (RICH_CELL, "a  b c\nd", CellKind.TEXT, None),
    ],
)
def test_an_open_document_cell(tmp_path: Path, cell: str, text: str, kind: CellKind, shown: str | None) -> None:
    (found,) = cells(write_ods(tmp_path / "t.ods", {"s": ods_row("a") + ods_row(cell)}))
    assert (found, found.kind, found.shown) == (text, kind, shown or text)


def test_an_open_document_table_is_read_as_it_is_shown(tmp_path: Path, import_visits: Any) -> None:
    rows = ods_row(*HEADER) + ods_row(
        ods_cell("007", "float", value="7"),
        ods_cell("2026-11-20 00:00", "date", date_value="2026-11-20T00:00:00"),
        ods_cell("20/11/26", "date", date_value="2026-11-20"),
        ods_cell("85%", "percentage", value="0.85"),
        ods_cell("2,5", "float", value="2.5"),
        "종로",
    )
    more = ' table:visibility="filter" table:number-rows-repeated="2"'
    rows += ods_row("s2", A_MOMENT, "2026-11-20", "1", "2", "x", more=more)
    path = write_ods(tmp_path / "t.ods", {"notes": ods_row("x"), "visits": rows}, hidden=["notes"])
    visits, problems, counts = import_visits(path)
    assert problems == []
    assert [visit.store for visit in visits] == ["007", "s2", "s2"]
    assert (visits[0].started.isoformat(), str(visits[0].answers["P"])) == ("2026-11-20T00:00:00+09:00", "85")
    assert (counts.hidden, counts.hidden_sheets) == ([3, 4], ("notes",))


def test_empty_rows_and_columns_to_the_end_of_a_sheet_hold_nothing(tmp_path: Path) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16383"/>'
    gap = ods_row("<table:table-cell/>", more=' table:number-rows-repeated="1000000"')
    rows = ods_row("a", empty) + gap + ods_row("1", empty) + gap
    (row,) = read_table(write_ods(tmp_path / "t.ods", {"s": rows})).rows
    assert (row.number, dict(row.cells)) == (1_000_002, {"a": "1"})


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (ods_row("a", ods_cell("x", more=' table:number-columns-repeated="16384"')), "more than 16384 columns"),
        (
            ods_row("<table:table-cell/>", more=' table:number-rows-repeated="1048576"') + ods_row("b"),
            "more than 1048576 rows",
        ),
        (ods_row("a", more=' table:number-rows-repeated="99999999999999"'), "more than 1048576 rows"),
        (ods_row("a" * 600, more=' table:number-rows-repeated="1000000"'), "larger than 500 MB"),
    ],
)
def test_repeated_rows_and_columns_are_bounded(tmp_path: Path, rows: str, line: str) -> None:
    path = write_ods(tmp_path / "t.ods", {"s": rows})
    assert refusal(path) == f"t.ods: {line} (split the table)"


def test_an_open_document_formula_without_its_value_is_named(tmp_path: Path) -> None:
    rows = ods_row("a", "b") + ods_row("x", ods_cell("", "", ' table:formula="of:=1+1"'))
    (row,) = read_table(write_ods(tmp_path / "t.ods", {"s": rows})).rows
    assert str(row.problem).startswith("b: a formula without its value")


def test_only_the_tables_of_an_open_document_are_read(tmp_path: Path) -> None:
    inner = f'<table:table table:name="s">{ods_row("inner")}</table:table>'
    cell = f"<table:table-cell><text:p>1</text:p>{inner}</table:table-cell>"
    changes = f"<table:tracked-changes>{inner}</table:tracked-changes>"
    rows = f"<table:table-header-rows>{ods_row('a')}</table:table-header-rows>{ods_row(cell)}"
    assert cells(write_ods(tmp_path / "t.ods", {"s": rows}, before=changes)) == ["1"]


def _add(path: Path, name: str, content: str) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, content)


def test_an_open_document_of_another_kind_and_a_locked_one_are_named(tmp_path: Path) -> None:
    text = write_ods(tmp_path / "t.odt", {}, mimetype="application/vnd.oasis.opendocument.text")
    assert refusal(text) == "t.odt: an OpenDocument file, but no spreadsheet (save it as .xlsx or CSV UTF-8)"
    locked = write_ods(tmp_path / "t.ods", {"s": ods_row("a")})
    _add(locked, "META-INF/manifest.xml", "<manifest:encryption-data/>")
    assert refusal(locked) == "t.ods: locked with a password (save it without a password)"


@pytest.mark.parametrize(
    "content", ["<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "<x", "", "<x>" * 300 + "</x>" * 300, "<x/>"]
)
def test_a_hostile_open_document_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "t.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    assert refusal(path).startswith("t.ods: ")


# Binary Excel files


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("store", 7.0, "the number 7 without its format"),
        ("store", (7.0, "0%"), "the number 7 without its format"),
        ("P", (0.85, "0%"), "the number 0.85 without its format"),
        ("P", 85.0, "the number 85 without its format"),
        ("day", 46346.0, "the number 46346 without its format"),
        ("day", 20261120.0, "the number 20261120 without its format"),
        ("at", 46346.25, "the number 46346.25 without its format"),
        ("store", 8801234567890123.0, "expected an id as text"),
        ("store", "#N/A", "the cell holds the error #N/A of a spreadsheet"),
        ("N", "#DIV/0!", "the cell holds the error #DIV/0! of a spreadsheet"),
    ],
)
def test_a_number_whose_format_matters_is_refused(
    tmp_path: Path, import_visits: Any, column: str, value: BinaryValue, said: str
) -> None:
    row: dict[str, BinaryValue] = {"store": "s1", "at": A_MOMENT, "day": "2026-11-20", "P": "1", "N": 2.5, "X": "x"}
    path = write_xlsb(tmp_path / "t.xlsb", {"s": [HEADER, list((row | {column: value}).values())]})
    visits, problems, _ = import_visits(path)
    assert visits == []
    assert problems[0].startswith(f"t.xlsb: row 2: {column}: {said}")
    assert "without" not in said or problems[0].endswith("(save the workbook as .xlsx)")


def test_a_binary_workbook_is_read_where_formats_do_not_matter(tmp_path: Path, import_visits: Any) -> None:
    row: list[BinaryValue] = ["007", (46346.25, "d h:mm"), (46346.0, "d"), "85%", 2.5, True]
    tables = {"notes": [["x"]], "visits": [HEADER, [], row, ["s2", A_MOMENT, "2026-11-20", "1", 3.0, "종로"]]}
    path = write_xlsb(tmp_path / "t.xlsb", tables, hidden=["notes"], hidden_rows=[4])
    visits, problems, counts = import_visits(path)
    assert problems == []
    assert [(visit.id, visit.store, visit.started.isoformat()) for visit in visits] == [
        ("v-3", "007", "2026-11-20T06:00:00+09:00"),
        ("v-4", "s2", "2026-11-20T10:00:00+09:00"),
    ]
    assert [visit.answers for visit in visits] == [{"P": 85, "N": pytest.approx(2.5), "X": "true"},
                                                   {"P": 1, "N": 3, "X": "종로"}]  # fmt: skip
    assert (counts.hidden, counts.hidden_sheets) == ([4], ("notes",))


@pytest.mark.parametrize("far", [(1_048_575, 16_383), (5_000_000, 0), (1, 2_000_000), (1_000_000, 100)])
def test_a_binary_sheet_is_measured_before_it_is_read(tmp_path: Path, far: tuple[int, int]) -> None:
    path = write_xlsb(tmp_path / "t.xlsb", {"s": [["a"]]}, far=far)
    assert refusal(path) == "t.xlsb: more than 20000000 cells (split the table)"


def test_a_broken_binary_workbook_is_refused_in_one_line(tmp_path: Path) -> None:
    source = write_xlsb(tmp_path / "whole.xlsb", {"s": [["a"], ["x"]]})
    for broken in ("xl/worksheets/sheet1.bin", "xl/workbook.bin", "xl/_rels/workbook.bin.rels"):
        for cut in (0, 5, 17):
            target = tmp_path / "t.xlsb"
            with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
                for name in old.namelist():
                    new.writestr(name, old.read(name)[:cut] if name == broken else old.read(name))
            assert refusal(target).startswith("t.xlsb: ")


# All of them


@pytest.mark.parametrize(("suffix", "limit"), [("ods", 100), ("xlsb", 100), ("xlsx", 100), ("xls", 100)])
def test_what_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, limit: int
) -> None:
    monkeypatch.setattr(input_table, "LARGEST", limit)
    assert re.match(rf"form\.{suffix}: larger than .* \(split the table\)", refusal(_form(tmp_path, suffix)))


@pytest.mark.parametrize("suffix", ["ods", "xlsb", "xlsx", "xls"])
@pytest.mark.parametrize(("bound", "most"), [("MOST_CELLS", 3), ("MOST_COLUMNS", 1), ("MOST_ROWS", 1)])
def test_rows_columns_and_cells_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, bound: str, most: int
) -> None:
    path = _form(tmp_path, suffix)
    for module in (sheets, excel):
        monkeypatch.setattr(module, bound, most, raising=False)
    assert re.fullmatch(rf"form\.{suffix}: more than \d+ (cells|columns|rows) \(split the table\)", refusal(path))


def test_a_row_far_beyond_a_sheet_is_refused_before_all_between_are_made(tmp_path: Path) -> None:
    source = _form(tmp_path, "xlsx")
    path = tmp_path / "far.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<row r="3"', b'<row r="3000000000"'))
    assert refusal(path) == "far.xlsx: more than 1048576 rows (split the table)"


def test_a_refused_workbook_is_closed_whoever_holds_on_to_the_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, path, left_open = openpyxl.Workbook(), tmp_path / "long.xlsx", []
    for number in range(500):  # more than are read at once
        book.worksheets[0].append([f"row {number}", "=1+1"])
    book.save(path)
    monkeypatch.setattr("sys.unraisablehook", left_open.append)
    monkeypatch.setattr("cemaudit.exchange.tables.sheets.MOST_ROWS", 1)
    try:
        list(read_table(path).rows)
    except BadInput as refused:
        refused.itself = refused  # type: ignore[attr-defined]
    else:
        pytest.fail("it was read")
    gc.collect()
    assert left_open == []


@pytest.mark.parametrize(
    ("package", "suffix", "extra"),
    [("xlrd", "xls", "spreadsheets"), ("python_calamine", "xlsb", "spreadsheets"), ("openpyxl", "xlsx", "xlsx")],
)
def test_without_its_extra_a_format_is_named_with_the_way_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, suffix: str, extra: str
) -> None:
    path, real = _form(tmp_path, suffix), builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name == package:
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    for read in (read_table, lambda path: import_form(path, Facets())):
        with pytest.raises(BadEnvironment) as caught:
            read(path)
        assert str(caught.value) == (
            f"form.{suffix}: {suffix.upper()} tables need the extra {extra} "
            f"(install it: pip install 'cemaudit[{extra}]')"
        )


def test_columns_without_names_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,,c,,,d\n1,2,3,4,5,6\n", encoding="utf-8")
    hint = "(give each column a name in the row above the values)"
    assert refusal(path) == f"table.csv: 3 columns have no name: 2, 4, 5 {hint}"
    path.write_text("," * 16_000 + "a\n", encoding="utf-8")
    listed = ", ".join(map(str, range(1, 21)))
    assert refusal(path, delimiter=",") == f"table.csv: 16000 columns have no name: {listed}, ... {hint}"


def test_hidden_sheets_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["store"])
    book.worksheets[0].append(["s1"])
    for name, state in (("notes", "hidden"), ("deep", "veryHidden"), ("plain", "visible")):
        book.create_sheet(name).sheet_state = state
    book.save(tmp_path / "book.xlsx")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'checklist = "retail.green-smile@1.0.0"\n[visit]\nid = { column = "store" }\nstore = { column = "store" }\n'
    )
    arguments = [str(tmp_path / "book.xlsx"), "--mapping", str(mapping), "--out", str(tmp_path / "visits.jsonl")]
    run(["--lang", "en", "import", *arguments])
    assert "hidden sheets of the workbook: notes, deep" in capsys.readouterr().err


# Forms


def _form(folder: Path, suffix: str) -> Path:
    path = folder / f"form.{suffix}"
    if suffix == "xls":
        path.write_bytes((DATA / "form.xls").read_bytes())
    elif suffix == "xlsx":
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in FORM:
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
        book.save(path)
    elif suffix == "ods":
        tables = {name: "".join(ods_row(*map(_ods_value, row)) for row in rows) for name, rows in FORM}
        write_ods(path, tables)
    else:
        write_xlsb(path, dict(FORM))
    return path


def _ods_value(value: str | int | None) -> str:
    return ods_cell(str(value), "float", value=str(value)) if isinstance(value, int) else value or "<table:table-cell/>"


@pytest.mark.parametrize("suffix", ["xls", "xlsb", "ods"])
def test_a_form_means_the_same_in_every_format(tmp_path: Path, suffix: str) -> None:
    draft, usual = (import_form(_form(tmp_path, each), Facets()) for each in (suffix, "xlsx"))
    assert draft.text.replace(f"form.{suffix}", "form.xlsx") == usual.text
    assert set(draft.checklist.items) == {"clean", "wait"}


def test_public_forms_in_old_excel_files_are_read() -> None:
    root = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[2].parent / "shared"))
    paths = sorted((root / "data" / "xlsforms").rglob("*.xls"))
    if not paths:
        pytest.skip("shared data are not here")
    refused = []
    for path in paths:
        try:
            assert import_form(path, Facets()).checklist.items
        except BadInput as error:
            refused.append(str(error).splitlines()[0])
    names = ("group_names_must_be_unique", "transportation.no_choices", "calculate")
    assert refused == [f"{name}.xls: sheet survey, row 1: no question that can be carried over" for name in names]


@pytest.mark.parametrize("suffix", ["xls", "xlsb", "ods", "xlsx"])
def test_a_spreadsheet_is_no_archive_of_submissions(tmp_path: Path, suffix: str) -> None:
    assert kind_of(_form(tmp_path, suffix)) is ContainerKind.TABLE


def test_options_are_checked_before_a_form_is_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "form.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "there.toml").write_text("", encoding="utf-8")
    assert run(["--lang", "en", "import-form", str(path), "--mode", "nonsense"]) == 3
    assert "form.xls" not in capsys.readouterr().err
    assert run(["--lang", "en", "import-form", str(path), "--out", str(tmp_path / "there.toml")]) == 3
    assert "is already there" in capsys.readouterr().err
