"""Exports: what was asked for and nothing about people, no formulas, the same bytes again."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import ledgers, samples, snapshots
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.export import spreadsheet
from cemaudit.ledger.export.columns import ExportRequest
from cemaudit.ledger.export.files import FORMATS, Format, escape_formula, rows_of, write_export
from cemaudit.ledger.export.rows import ExportBatches
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.snapshot.parquet import connected, parquet_sql
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import Store, import_stores
from cemaudit.model import Visit
from cemaudit.scoring import Engine

SHOP = samples.checklist(
    samples.touchpoint("t", samples.item("A", samples.points(0, 1.5)), samples.item("W", "text")),
    samples.touchpoint(
        "u",
        samples.item("N", {"type": "number", "points": "value", "max": 9}),
        samples.item("B"),
        samples.item("D", "date"),
    ),
)
SCHEME = samples.scheme(
    {"id": "whole", "how": "mean", "take": "share", "transform": {"times": 100}},
    {"id": "each", "how": "sum", "for_each": "touchpoint"},
    bands=[{"label": "=A", "where": {"whole": ">= 50"}}, {"label": "B"}],
)
SECRETS = ("s-anna", "Berta Ha", "kim said so")


def visits() -> list[Visit]:
    said = {"notes": {"A": SECRETS[2]}, "claims": [{"touchpoint": "u", "text": SECRETS[2]}] * 2}
    first = {"A": "p1", "W": SECRETS[2], "N": 2.5, "B": True, "D": "2026-01-02"}
    common = {"shopper": SECRETS[0], "persona": SECRETS[2], "place": SECRETS[2], "emotions": {"t": -3}}
    return [
        samples.visit(id="v1", store="=1+1", date="2026-11-20", answers=first, **said, **common),
        samples.visit(id="v2", store="s2", date="2026-11-19", answers={"A": "p0", "B": False}, **common),
        samples.visit(id="-v3", store="s2", wave="@w", answers={}, skipped={"A": {"state": "declined"}}, **common),
        samples.visit(id="out", store="s2", answers={"A": "p1"}),
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("export")
    engine = Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME
    with pytest.MonkeyPatch.context() as patch:
        snapshots.small_blocks(patch, 2)
        with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
            import_stores(ledger, [Store(id="s2", name="Zwei", region="north", owner=SECRETS[1])])
            ledgers.take(ledger, *visits(), checklist=SHOP)
            review_visits(ledger, ["out"], VisitState.EXCLUDED, "why")
            with snapshots.snapshot(ledger, engine, home / "snapshot"):
                pass
        yield home


@contextmanager
def stretches(home: Path, **request: Any) -> Iterator[ExportBatches]:
    with open_ledger(str(home / "hq.db")) as ledger, reading(home / "snapshot") as snapshot:
        yield ExportBatches(snapshot, ExportRequest(**request), ledger)


def exported(home: Path, **request: Any) -> list[dict[str, Any]]:
    with stretches(home, **request) as some:
        names = [column.name for column in some.columns]
        return [dict(zip(names, row, strict=True)) for row in rows_of(some)]


def written(home: Path, path: Path, to: Format, *, raw: bool = False, **request: Any) -> Path:
    with stretches(home, **request) as some:
        assert write_export(some, path, to, raw=raw) == len(exported(home, **request))
    return path


def test_a_row_for_each_visit(home: Path) -> None:
    rows = {row["visit"]: row for row in exported(home)}
    assert list(rows) == ["v2", "v1", "-v3"]  # by day, in each stretch of the ledger
    first = rows["v1"]
    assert (first["answer:A"], first["points:A"], first["state:A"]) == ("p1", 1.5, None)
    assert (first["answer:N"], first["points:N"], first["answer:B"], str(first["answer:D"])) == (
        2.5,
        2.5,
        True,
        "2026-01-02",
    )
    assert (first["score:each:t"], first["band"], first["checklist"]) == (1.5, "=A", SHOP.ref)
    assert (first["emotion:t"], first["expectation:t"], first["claims:u"]) == (-3, None, 2)
    assert (rows["-v3"]["state:A"], rows["-v3"]["state:B"], rows["-v3"]["score:whole"]) == (
        "declined",
        "unanswered",
        None,
    )
    assert (rows["v2"]["store_name"], rows["v2"]["store_region"], first["store_name"]) == ("Zwei", "north", None)


def test_a_row_for_each_thing(home: Path) -> None:
    rows = exported(home, wide=False)
    first = [
        (row["what"], row["name"], row["key"], row["number"], row["text"], row["reason"])
        for row in rows
        if row["visit"] == "v1"
    ]
    assert first == [
        ("score", "whole", "", 75.93, None, None),
        ("score", "each", "t", 1.5, None, None),
        ("score", "each", "u", 3.5, None, None),
        ("answer", "A", None, None, "p1", None),
        ("answer", "W", None, None, None, None),
        ("answer", "N", None, 2.5, None, None),
        ("answer", "B", None, 1.0, None, None),
        ("answer", "D", None, None, "2026-01-02", None),
        ("emotion", "t", None, -3.0, None, None),
        ("claims", "u", None, 2.0, None, None),
    ]
    points = {
        row["name"]: (row["points"], row["possible"])
        for row in rows
        if row["visit"] == "v1" and row["what"] == "answer"
    }
    assert points == {"A": (1.5, 1.5), "W": (None, None), "N": (2.5, 9.0), "B": (1.0, 1.0), "D": (None, None)}
    reasons = {
        row["name"]: row["reason"] for row in rows if row["visit"] == "-v3" and row["what"] in {"answer", "score"}
    }
    assert (reasons["A"], reasons["B"], reasons["whole"]) == ("declined", "unanswered", "nothing-to-score")


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("wide", [True, False])
def test_people_stay_out_unless_asked_for(home: Path, tmp_path: Path, to: Format, wide: bool) -> None:
    said = text_in(written(home, tmp_path / "x", to, wide=wide), to)
    assert not [secret for secret in (*SECRETS, "p-") if secret in said]
    everything = {"words": True, "shoppers": True, "with_owners": True}
    said = text_in(written(home, tmp_path / "y", to, wide=wide, **everything), to)
    assert [secret for secret in (*SECRETS, "p-") if secret in said] == [*SECRETS[1:], "p-"]


def text_in(path: Path, to: Format) -> str:
    if to == "xlsx":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    if to == "parquet":
        with connected() as link:
            return str(link.execute(f"select * from {parquet_sql([path])}").fetchall())
    return path.read_text("utf-8")


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("wide", [True, False])
def test_the_same_snapshot_makes_the_same_bytes(home: Path, tmp_path: Path, to: Format, wide: bool) -> None:
    one, other = (written(home, tmp_path / name, to, wide=wide, words=True) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_words_stand_where_they_were_said(home: Path) -> None:
    row = next(row for row in exported(home, words=True) if row["visit"] == "v1")
    assert (row["note:A"], row["text:W"], row["claim:u"]) == (SECRETS[2], SECRETS[2], f"{SECRETS[2]}\n{SECRETS[2]}")
    long = [row for row in exported(home, words=True, wide=False) if row["visit"] == "v1"]
    assert [(row["what"], row["name"]) for row in long][-3:] == [("note", "A"), ("text", "W"), ("claim", "u")]


def test_only_what_was_asked_for(home: Path) -> None:
    def visits_of(*conditions: Condition, **keys: Any) -> list[str]:
        return [row["visit"] for row in exported(home, which=Filter(conditions, **keys))]

    assert visits_of(Condition("store", ("s2",))) == ["v2", "-v3"]
    assert visits_of(Condition("band", ("=A",))) == ["v1"]
    assert visits_of(Condition("region", ("",))) == ["v1"]
    assert visits_of(Condition("checklist", ("test.shop",)), excluded=True) == ["v2", "v1", "-v3", "out"]
    columns = set(exported(home, which=Filter((Condition("touchpoint", ("u",)),)))[0])
    assert {"answer:N", "score:each:u", "score:whole", "claims:u"} <= columns
    assert not {"answer:A", "score:each:t", "claims:t"} & columns
    long = exported(home, wide=False, which=Filter((Condition("measure", ("whole",)), Condition("item", ("B",)))))
    assert {row["name"] for row in long} == {"whole", "B", "t", "u"}


def test_csv_has_no_formulas_unless_asked_for(home: Path, tmp_path: Path) -> None:
    def rows(**keys: Any) -> list[dict[str, str]]:
        with written(home, tmp_path / "x.csv", "csv", **keys).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    careful = {row["visit"].removeprefix("'"): row for row in rows()}
    assert (careful["v1"]["store"], careful["v1"]["band"]) == ("'=1+1", "'=A")
    assert (careful["-v3"]["visit"], careful["-v3"]["wave"]) == ("'-v3", "'@w")
    assert (careful["v1"]["emotion:t"], careful["v1"]["answer:B"], careful["v1"]["score:each:t"]) == ("-3", "1", "1.5")
    assert [row["store"] for row in rows(raw=True)] == ["s2", "=1+1", "s2"]


@given(st.text())
def test_nothing_harmless_begins_like_a_formula(text: str) -> None:
    safe = escape_formula(text)
    assert safe in {text, f"'{text}"}
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_json_is_a_list_of_objects(home: Path, tmp_path: Path) -> None:
    rows = json.loads(written(home, tmp_path / "x.json", "json").read_text("utf-8"))
    assert [row["visit"] for row in rows] == ["v2", "v1", "-v3"]
    assert (rows[1]["day"], rows[1]["answer:B"], rows[1]["store"]) == ("2026-11-20", True, "=1+1")
    nobody = Filter((Condition("store", ("nowhere",)),))
    assert json.loads(written(home, tmp_path / "x.json", "json", which=nobody).read_text("utf-8")) == []


def test_parquet_keeps_the_types(home: Path, tmp_path: Path) -> None:
    path = written(home, tmp_path / "x.parquet", "parquet")
    with connected() as link:
        described = link.execute(f"describe select * from {parquet_sql([path])}").fetchall()
    types = {name: kind for name, kind, *_ in described}
    assert [types[name] for name in ("visit", "day", "score:whole", "answer:N", "answer:B", "emotion:t")] == [
        "VARCHAR", "DATE", "DOUBLE", "DOUBLE", "BOOLEAN", "TINYINT",
    ]  # fmt: skip


def test_a_workbook_for_people(home: Path, tmp_path: Path) -> None:
    page = openpyxl.load_workbook(written(home, tmp_path / "x.xlsx", "xlsx")).active
    assert page is not None
    rows = list(page.iter_rows())
    names = [cell.value for cell in rows[0]]
    assert (page.freeze_panes, page.auto_filter.ref) == ("B2", f"A1:{rows[0][-1].column_letter}4")
    first = dict(zip(names, rows[2], strict=True))
    assert (first["store"].value, first["store"].data_type, first["band"].data_type) == ("=1+1", "s", "s")
    assert first["store"].quotePrefix
    assert (first["score:each:t"].value, first["score:each:t"].number_format) == (1.5, "0.00")
    assert (first["day"].value.date().isoformat(), first["day"].number_format) == ("2026-11-20", "yyyy-mm-dd")
    assert (first["answer:B"].value, first["emotion:t"].value) == (1, -3)
    coloured = {str(one.sqref) for one in page.conditional_formatting}
    columns = [cell.column_letter for cell in rows[0] if str(cell.value).startswith("score:")]
    assert coloured == {f"{letter}2:{letter}4" for letter in columns}


def test_a_sheet_that_is_too_small_is_told(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 2)
    with stretches(home) as some, pytest.raises(BadInput, match="3 rows are more than a sheet has"):
        write_export(some, tmp_path / "x.xlsx", "xlsx")
    monkeypatch.setattr(spreadsheet, "MOST_COLUMNS", 5)
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 3)
    with stretches(home) as some, pytest.raises(BadInput, match="columns are more than a sheet has"):
        write_export(some, tmp_path / "x.xlsx", "xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(home: Path, tmp_path: Path) -> None:
    with stretches(home) as some, pytest.raises(BadInput, match="expected a file, found a folder"):
        write_export(some, tmp_path, "csv")
