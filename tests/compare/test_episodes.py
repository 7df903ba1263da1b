"""Episodes of a ledger: in the snapshot, one by one and by store, with the share that dropped out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.program import call

from cemaudit.compare.intervals import wilson_interval
from cemaudit.compare.queries.episodes import episode_view
from cemaudit.errors import BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query import LedgerQuery
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.snapshot import manifest as manifests
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.scoring import Engine

TREATMENT = Path(__file__).parents[1] / "data" / "treatment.jsonl"


@pytest.fixture(scope="module")
def snapshot(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot of two clinics: one with a treatment that missed a visit, one with the same and nothing missing."""
    folder = tmp_path_factory.mktemp("episodes")
    visits = [json.loads(line) for line in TREATMENT.read_text("utf-8").splitlines()]
    kept = [{**visit, "id": f"k-{visit['id']}", "store": "c2", "wave": "w2"} for visit in visits]
    kept[0]["answers"] = {**kept[0]["answers"], "H17-visits": 3}
    kept[3]["episode"] = {**kept[3]["episode"], "number": 4}
    source = folder / "visits.jsonl"
    source.write_text("".join(json.dumps(visit) + "\n" for visit in visits + kept), "utf-8")
    assert call(folder, "collect", "--ledger", "hq.db", "visits.jsonl").code == 0
    with open_ledger(str(folder / "hq.db")) as ledger:
        update_snapshot(ledger, engine, folder / "hq-snapshot")
    return folder / "hq-snapshot"


def rows(snapshot: Path, *by: str, **conditions: str) -> list[dict[str, object]]:
    which = Filter(tuple(Condition(key, (value,)) for key, value in conditions.items()))
    with reading(snapshot) as opened:
        return episode_view(opened, LedgerQuery(by, which)).rows


def test_each_episode_has_its_score_and_its_visits(snapshot: Path) -> None:
    first, second = rows(snapshot)
    assert (first["store"], first["episode"], first["mean"]) == ("c1", "T1", 32.85)
    assert [first[name] for name in ("visits", "planned", "kept", "missing", "dropped_out")] == [4, 4, 3, 1, 1]
    assert [second[name] for name in ("visits", "planned", "kept", "missing", "dropped_out")] == [4, 3, 3, 0, 0]
    assert (first["items_fell"], first["feelings_fell"]) == (1, 1)


def test_groups_have_the_share_that_dropped_out_with_its_interval(snapshot: Path) -> None:
    (whole,) = rows(snapshot, "checklist")
    interval = wilson_interval(1, 2)
    assert (whole["episodes"], whole["dropped_out"], whole["drop_out_share"]) == (2, 1, 0.5)
    assert (whole["drop_out_low"], whole["drop_out_high"]) == (interval.low, interval.high)
    assert [row["wave"] for row in rows(snapshot, "wave")] == ["w2", None]
    assert [row["quarter"] for row in rows(snapshot, "quarter")] == ["2026-Q3"]


def test_conditions_choose_episodes(snapshot: Path) -> None:
    assert [row["store"] for row in rows(snapshot, "store", store="c2")] == ["c2"]
    assert len(rows(snapshot, checklist="hospital.outpatient")) == 2
    assert rows(snapshot, checklist="retail.green-smile") == []


def test_a_key_that_is_none_of_episodes(snapshot: Path) -> None:
    with pytest.raises(BadInput, match="touchpoint"):
        rows(snapshot, "touchpoint")


def test_an_older_snapshot_says_that_episodes_are_not_known(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests.SnapshotManifest, "files", _without_episodes(manifests.SnapshotManifest.files))
    with pytest.raises(BadInput, match="make the snapshot again"):
        rows(snapshot)


def _without_episodes(files):
    return lambda self, kind, *more: [] if kind == "episodes" else files(self, kind, *more)


def test_the_command_shows_them(snapshot: Path) -> None:
    asked = ("query", "episodes", "--snapshot", str(snapshot))
    shown = call(snapshot.parent, *asked, "--by", "store", "--lang", "en")
    assert shown.code == 0
    assert "100%" in shown.out
    lines = call(snapshot.parent, *asked, "--json").out.splitlines()
    assert json.loads(lines[0])["mean"] == 32.85
    assert call(snapshot.parent, *asked, "--scheme", "cem.experience@2").code == 2
