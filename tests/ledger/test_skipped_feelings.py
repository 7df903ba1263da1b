"""Feelings left out, from the visit to the snapshot and its exports: said, and in no number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import care, snapshots
from helpers.program import call

from cemaudit.errors import BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.export.columns import ExportRequest
from cemaudit.ledger.export.files import rows_of
from cemaudit.ledger.export.rows import ExportBatches
from cemaudit.ledger.query import ask
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.snapshot.taking import update_snapshot

STATES = ("emotion-state", "expectation-state", "perceived-state")
DECLINED = {
    "emotions.desk": {"state": "declined", "reason": "=secret"},
    "perceived.desk": {"state": "not-observed"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("skipped")
    visits = [
        care.visit("v1", None, feelings_skipped=DECLINED),
        care.visit("v2", None, store="s2", emotions={"desk": 2}),
        care.visit("v3", None, store="s2"),
    ]
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        care.collect(ledger, *visits)
        update_snapshot(ledger, care.engine(), home / "hq-snapshot")
    return home


def exported(home: Path, *, wide: bool, **options: Any) -> list[dict[str, Any]]:
    with reading(home / "hq-snapshot") as opened:
        batches = ExportBatches(opened, ExportRequest(wide=wide, **options))
        names = [column.name for column in batches.columns]
        return [dict(zip(names, row, strict=True)) for row in rows_of(batches)]


def test_wide_exports_say_it_in_columns_of_their_own(home: Path) -> None:
    rows = {row["visit"]: row for row in exported(home, wide=True, skipped_feelings=True)}
    assert [rows["v1"][f"{state}:desk"] for state in STATES] == ["declined", None, "not-observed"]
    assert [rows["v3"][f"{state}:desk"] for state in STATES] == [None, None, None], "never asked is not declined"
    assert [rows[name]["emotion:desk"] for name in ("v1", "v2", "v3")] == [None, 2, None]
    names = {f"{state}:{touchpoint}" for state in STATES for touchpoint in care.CARE.touchpoint}
    plain = [{name: value for name, value in row.items() if name not in names} for row in rows.values()]
    assert exported(home, wide=True) == plain, "nothing moves where nobody asks for it"


def test_tidy_exports_have_a_row_with_the_reason_and_no_number(home: Path) -> None:
    rows = [row for row in exported(home, wide=False) if row["what"] in {"emotion", "perceived"}]
    assert [(row["visit"], row["what"], row["name"], row["number"], row["reason"]) for row in rows] == [
        ("v1", "emotion", "desk", None, "declined"),
        ("v1", "perceived", "desk", None, "not-observed"),
        ("v2", "emotion", "desk", 2, None),
    ]


def test_a_code_enters_no_mean(home: Path) -> None:
    with reading(home / "hq-snapshot") as opened:
        text = "select count(emotion)::int, avg(emotion)::float from feelings where touchpoint = 'desk'"
        assert ask(opened, text, care.CARE.ref).rows == [(1, 2.0)]


def test_the_command_writes_them(home: Path) -> None:
    asked = ("export", "--snapshot", "hq-snapshot", "--out", "out.csv", "--lang", "en")
    assert call(home, *asked, "--with-skipped-feelings").code == 0
    text = (home / "out.csv").read_text("utf-8-sig")
    assert ("emotion-state:desk" in text, "declined" in text, "secret" in text) == (True, True, False)


def test_a_snapshot_from_before_opens_and_gets_them_when_it_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "hq-snapshot"
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        care.collect(ledger, care.visit("v1", None, feelings_skipped=DECLINED))
        update_snapshot(ledger, care.engine(), folder)
        (path,) = folder.glob("skipped-feelings/**/*.parquet")
        rows = snapshots.read(path)
        kept = {file: file.read_bytes() for file in folder.glob("answers/**/*.parquet")}
        path.unlink()
        ledger.database.run("delete from snapshot where file like 'skipped-feelings/%'")
        manifest = folder / "snapshot.json"
        said = json.loads(manifest.read_text("utf-8"))
        said["parts"] = [file for file in said["parts"] if not file["file"].startswith("skipped-feelings/")]
        manifest.write_text(json.dumps(said), "utf-8")
        assert {row["what"] for row in exported(tmp_path, wide=False)} <= {"answer", "score"}
        assert exported(tmp_path, wide=True)
        with pytest.raises(BadInput, match="does not say which feelings"):
            exported(tmp_path, wide=True, skipped_feelings=True)
        update_snapshot(ledger, care.engine(), folder)
        (path,) = folder.glob("skipped-feelings/**/*.parquet")
        assert snapshots.read(path) == rows
        assert (rows[0]["emotion-state:desk"], rows[0]["emotion-state:call"]) == (3, None)
        assert {file: file.read_bytes() for file in folder.glob("answers/**/*.parquet")} == kept
