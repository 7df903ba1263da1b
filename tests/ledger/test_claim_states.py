"""What became of claims, from the visit to the snapshot, its exports and the SQL of others."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import care, snapshots
from helpers.program import call

from cemaudit.errors import BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.export.columns import ExportRequest
from cemaudit.ledger.export.files import FORMATS, Format, rows_of, write_export
from cemaudit.ledger.export.rows import ExportBatches
from cemaudit.ledger.query import ask
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.model import ClaimState

STATES = [state.value for state in ClaimState]


def claims(**of: list[str | None]) -> list[dict[str, Any]]:
    return [
        {"touchpoint": touchpoint, "text": "=secret", **({"state": state} if state else {})}
        for touchpoint, states in of.items()
        for state in states
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("claims")
    visits = [
        care.visit("v1", None, claims=claims(desk=["told", "told", None], call=["never"])),
        care.visit("v2", None, store="s2", claims=claims(desk=["solved"])),
        care.visit("v3", None, store="s2"),
    ]
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        care.collect(ledger, *visits)
        update_snapshot(ledger, care.engine(), home / "hq-snapshot")
    return home


def exported(home: Path, *, wide: bool, claim_states: bool = True) -> list[dict[str, Any]]:
    with reading(home / "hq-snapshot") as opened:
        batches = ExportBatches(opened, ExportRequest(wide=wide, claim_states=claim_states))
        names = [column.name for column in batches.columns]
        return [dict(zip(names, row, strict=True)) for row in rows_of(batches)]


def test_wide_exports_have_a_column_for_each_state(home: Path) -> None:
    rows = {row["visit"]: row for row in exported(home, wide=True)}
    assert [rows["v1"][f"{state}:desk"] for state in STATES] == [2, 0, 0, 0]
    assert (rows["v1"]["claims:desk"], rows["v1"]["never:call"], rows["v2"]["solved:desk"]) == (3, 1, 1)
    assert [rows["v3"][f"{state}:desk"] for state in STATES] == [0, 0, 0, 0]


def test_tidy_exports_have_a_row_for_each_state(home: Path) -> None:
    rows = [row for row in exported(home, wide=False) if row["what"] == "claim-state"]
    assert [(row["visit"], row["name"], row["key"], row["number"]) for row in rows] == [
        ("v1", "desk", "told", 2), ("v1", "call", "never", 1), ("v2", "desk", "solved", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("wide", [True, False])
def test_nothing_moves_where_nobody_asks_for_states(home: Path, wide: bool) -> None:
    plain = exported(home, wide=wide, claim_states=False)
    asked = exported(home, wide=wide)
    if wide:
        names = {f"{state}:{touchpoint}" for state in STATES for touchpoint in care.CARE.touchpoint}
        assert plain == [{name: value for name, value in row.items() if name not in names} for row in asked]
    else:
        assert plain == [row for row in asked if row["what"] != "claim-state"]


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_has_them(home: Path, tmp_path: Path, to: Format) -> None:
    path = tmp_path / f"out.{to}"
    with reading(home / "hq-snapshot") as opened:
        write_export(ExportBatches(opened, ExportRequest(claim_states=True)), path, to)
    if to == "csv":
        (first, *_) = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
        assert (first["visit"], first["told:desk"]) == ("v1", "2")
    elif to == "xlsx":
        header, first, *_ = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        assert dict(zip(header, first, strict=True))["told:desk"] == 2
    assert b"secret" not in path.read_bytes()


def test_the_command_writes_them(home: Path) -> None:
    asked = ("export", "--snapshot", "hq-snapshot", "--out", "out.csv", "--lang", "en")
    assert call(home, *asked, "--with-claim-states").code == 0
    assert "told:desk" in (home / "out.csv").read_text("utf-8-sig")


def test_sql_has_a_table_of_claims(home: Path) -> None:
    text = "select store, sum(claims)::int, sum(told)::int from claims where touchpoint = 'desk' group by 1 order by 1"
    with reading(home / "hq-snapshot") as opened:
        assert ask(opened, text, care.CARE.ref).rows == [("s1", 3, 2), ("s2", 1, 0)]


def test_a_snapshot_from_before_gets_them_when_it_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "hq-snapshot"
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        care.collect(ledger, care.visit("v1", None, claims=claims(desk=["later"])))
        update_snapshot(ledger, care.engine(), folder)
        (path,) = folder.glob("claim-states/**/*.parquet")
        rows = snapshots.read(path)
        kept = {file: file.read_bytes() for file in folder.glob("answers/**/*.parquet")}
        path.unlink()
        ledger.database.run("delete from snapshot where file like 'claim-states/%'")
        (folder / "snapshot.json").write_text(
            (folder / "snapshot.json").read_text("utf-8").replace("claim-states/", "gone-before/"), "utf-8"
        )
        with pytest.raises(BadInput):
            exported(tmp_path, wide=True)
        update_snapshot(ledger, care.engine(), folder)
        (path,) = folder.glob("claim-states/**/*.parquet")
        assert snapshots.read(path) == rows
        assert rows[0]["later:desk"] == 1
        assert {file: file.read_bytes() for file in folder.glob("answers/**/*.parquet")} == kept
