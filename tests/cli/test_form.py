"""Forms out and filled forms back, as typed at a terminal."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pikepdf
import pytest
from helpers import samples

from cemaudit.cli.app import run
from cemaudit.exchange.toml import toml_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "name"), [("xlsform", "f.xlsx"), ("csv", "f.csv"), ("xlsx", "f.XLSX"), ("pdf", "f.pdf")]
)
@pytest.mark.parametrize("checklist", ["retail.green-smile@1.0.0", "retail.green-smile"])
def test_every_form_of_a_checklist_is_written(
    kind: str, name: str, checklist: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["form", checklist, "--to", kind, "--out", name]) == 0
    assert Path(name).stat().st_size > 1000
    assert capsys.readouterr().out == f"{name}\n"


def test_a_form_is_made_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.toml").write_text(toml_of(samples.items_only(samples.item("a"))), "utf-8")
    assert run(["form", "own.toml", "--to", "csv", "--out", "form.csv", "--rows", "3"]) == 0
    rows = list(csv.reader(Path("form.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 4
    assert {row[0] for row in rows[1:]} == {"test.shop@1"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["retail.gren-smile", "--to", "csv", "--out", "x.csv"], 3, "did you mean retail.green-smile?"),
        (["retail.green-smile@9", "--to", "csv", "--out", "x.csv"], 3, "versions here: retail.green-smile@1.0.0"),
        (["missing.toml", "--to", "csv", "--out", "x.csv"], 3, "missing.toml: no such file"),
        (["retail.green-smile", "--to", "doc", "--out", "x"], 2, "doc"),
        (["retail.green-smile", "--to", "csv"], 2, "--out"),
        (["retail.green-smile", "--to", "pdf", "--out", "x.pdf", "--rows", "2"], 2, "--rows is for tables"),
        (["retail.green-smile", "--to", "csv", "--out", "."], 3, "expected a file, found a folder"),
        (["retail.green-smile", "--to", "xlsform", "--out", "x.xls"], 3, "ends in .xlsx"),
        (["retail.green-smile", "--to", "xlsx", "--out", "/proc/x/form.xlsx"], 4, "cannot be written"),
    ],
)
def test_one_line_for_what_cannot_be(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["form", *arguments]) == code
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


def fill(path: Path, *filled: dict[str, str]) -> None:
    header, *rows = csv.reader(path.read_text("utf-8-sig").splitlines())
    records = [dict(zip(header, row, strict=True)) | more for row, more in zip(rows, filled, strict=False)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*header, "remark"])
        writer.writeheader()
        writer.writerows(records)


def test_a_filled_form_comes_back_as_visits(capsys: pytest.CaptureFixture[str]) -> None:
    run(["form", "retail.green-smile@1.0.0", "--to", "csv", "--out", "form.csv", "--rows", "3"])
    good = {"visit__store": "seoul-07", "visit__started": "2026-11-21 14:05", "GS01": "inviting", "GS10": "예"}
    fill(Path("form.csv"), {**good, "remark": "x"}, {"visit__store": "s", "GS02": "soon"}, {})
    capsys.readouterr()
    assert run(["import", "form.csv", "--zone", "Asia/Seoul"]) == 3
    # What the visits lack is said beside this, as warnings.
    told = [line for line in capsys.readouterr().err.splitlines() if "warning" not in line and "incomplete" not in line]
    assert told == [
        "cemaudit: form.csv: row 3: GS02: expected a number, found soon",
        "3 rows = 1 good + 1 bad + 1 skipped; 1 visits",
        "  1 skipped: nothing filled in",
        "  columns the form does not have are left out: remark",
    ]
    (line,) = Path("form.jsonl").read_text("utf-8").splitlines()
    visit = json.loads(line)
    assert visit["answers"] == {"GS01": "inviting", "GS10": True}
    assert visit["started"] == "2026-11-21T14:05:00+09:00"


def test_times_of_this_machine_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    run(["form", "retail.green-smile", "--to", "csv", "--out", "form.csv"])
    fill(Path("form.csv"), {"visit__store": "s", "visit__started": "2026-11-21 14:05"})
    assert run(["import", "form.csv"]) == 0
    assert "times without a zone are taken as" in capsys.readouterr().err


def test_a_table_that_is_no_form_needs_its_mapping(capsys: pytest.CaptureFixture[str]) -> None:
    Path("table.csv").write_text("id,store\n1,S\n")
    assert run(["import", "table.csv"]) == 2
    assert "a table needs --mapping MAP.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["missing.csv"], 3, "missing.csv: no such file"),
        (["form.csv", "--zone", "Mars/Olympus"], 2, "no such time zone: Mars/Olympus"),
        (["form.csv", "--media", "m"], 2, "--media is for submissions"),
        (["form.csv", "--format", "xccdf", "--mapping", "m.toml"], 2, "--mapping is for tables"),
        (["broken.pdf"], 3, "broken.pdf"),
        (["broken.xml"], 3, "broken.xml"),
    ],
)
def test_one_line_for_what_cannot_be_imported(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("form.csv").write_text("visit__checklist,visit__store\nretail.green-smile@1.0.0,S\n")
    Path("broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    Path("broken.xml").write_text("<x>")
    assert run(["import", *arguments]) == code
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_pdf_form_comes_back_as_a_visit(capsys: pytest.CaptureFixture[str]) -> None:
    run(["form", "retail.green-smile", "--to", "pdf", "--out", "form.pdf"])
    with pikepdf.open("form.pdf", allow_overwriting_input=True) as pdf:
        for field in pdf.Root.AcroForm.Fields:
            if field.T == "visit__store":
                field.V = pikepdf.String("seoul-07")
        pdf.save()
    capsys.readouterr()
    assert run(["import", "form.pdf"]) == 0
    assert "\n1 rows = 1 good + 0 bad + 0 skipped; 1 visits\n" in capsys.readouterr().err
    visit = json.loads(Path("form.jsonl").read_text("utf-8"))
    assert (visit["store"], visit["checklist"]) == ("seoul-07", "retail.green-smile@2.0.0"), (
        "without a version, the newest"
    )
