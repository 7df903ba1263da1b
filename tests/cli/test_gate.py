"""One gate for every door: the same open item gives the same remark, whatever way a visit came; nothing is changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import samples
from helpers.program import complaints

from cemaudit.cli.app import run
from cemaudit.cli.commands.import_ import ImportGate
from cemaudit.exchange import line_of, write_visits
from cemaudit.exchange.toml import toml_of
from cemaudit.model import Visit
from cemaudit.scoring import Engine

SHOP = samples.checklist(
    samples.touchpoint("greeting", samples.item("G1"), samples.item("G2"), emotion=True),
    samples.touchpoint("payment", samples.item("P1", evidence="required")),
    scheme="cem.experience@1",
)
MAPPING = """
checklist = "shop.toml"
[visit]
id = { column = "id" }
store = { column = "store" }
[items]
G1 = { column = "g1" }
G2 = { column = "g2" }
P1 = { column = "p1" }
"""
Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(toml_of(SHOP), encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    def answer(*arguments: str) -> tuple[int, str, str]:
        code = run([*arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return answer


def lacking(name: str = "v1", **keys: Any) -> Visit:
    return samples.visit(checklist=SHOP.ref, id=name, store="s1", answers={"G1": True, "P1": True}, **keys)


def visits_file(path: Path, *visits: Visit) -> str:
    write_visits(path, visits)
    return path.name


REMARKS = (
    "G2: not answered (answer it, or skip it with a reason)",
    "greeting: not noted what was felt (note it, or skip it with a reason)",
    "P1: this answer needs evidence (add a photo, receipt or recording)",
)


def test_a_mapped_table_passes_the_gate_and_is_kept(answer: Answer, place: Path) -> None:
    (place / "t.csv").write_text("id,store,g1,g2,p1\nv1,s1,yes,,yes\nv2,s1,yes,,yes\n", encoding="utf-8")
    code, _, err = answer("import", "t.csv", "--mapping", "map.toml", "--out", "v.jsonl")
    assert code == 0
    assert [line for line in err.splitlines() if "warning" in line] == [
        f"cemaudit: warning: t.csv: 2 visits (row 2, row 3): {remark}" for remark in REMARKS
    ]
    assert "2 of 2 visits are incomplete; they are kept, and marked when they are collected" in err
    assert len((place / "v.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_a_filled_form_passes_the_same_gate(answer: Answer, place: Path) -> None:
    assert answer("form", "shop.toml", "--to", "csv", "--rows", "1", "--out", "form.csv")[0] == 0
    with (place / "form.csv").open(encoding="utf-8-sig", newline="") as file:
        head = next(csv.reader(file))
    cells = {"visit__checklist": SHOP.ref, "visit__id": "v1", "visit__store": "s1", "G1": "yes", "P1": "yes"}
    with (place / "form.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, [cells.get(name, "") for name in head]])
    code, _, err = answer("import", "form.csv", "--out", "v.jsonl", "--checklist", "shop.toml")
    assert code == 0
    assert [line for line in err.splitlines() if "warning" in line] == [
        f"cemaudit: warning: form.csv: row 2: {remark}" for remark in REMARKS
    ]


def test_lint_says_the_same_and_ends_with_1(answer: Answer, place: Path) -> None:
    source = visits_file(place / "v.jsonl", lacking())
    code, out, _ = answer("lint", source, "--checklist", "shop.toml")
    assert code == 1
    assert out.splitlines() == [*(f"{source}: line 1: error: {remark}" for remark in REMARKS),
                                "1 of 1 visits are incomplete"]  # fmt: skip
    code, out, _ = answer("lint", source, "--checklist", "shop.toml", "--json")
    assert [(remark["level"], remark["check"], remark["place"]) for remark in json.loads(out)] == [
        ("error", "item.open", "answers.G2"),
        ("error", "feeling.open", "emotions.greeting"),
        ("error", "evidence.missing", "evidence.P1"),
    ]


def test_lint_tells_thirty_hours_two_days_and_two_stores_at_once(answer: Answer, place: Path) -> None:
    whole = {"answers": {"G1": True, "G2": True, "P1": False}, "emotions": {"greeting": 1}, "checklist": SHOP.ref,
             "evidence": {"P1": [{"file": "a.jpg"}]}, "shopper": "s-1"}  # fmt: skip
    visits = [
        samples.visit(id="a", store="s1", started="2026-11-21T14:05+09:00", finished="2026-11-22T20:05+09:00", **whole),
        samples.visit(id="b", store="s2", started="2026-11-21T15:05+09:00", finished="2026-11-21T15:35+09:00",
                      date="2026-11-01", **whole),
    ]  # fmt: skip
    source = visits_file(place / "v.jsonl", *visits)
    code, out, _ = answer("lint", source, "--checklist", "shop.toml")
    assert code == 1
    assert [line.partition("error: ")[2].partition(" (")[0] for line in out.splitlines() if ": note: " not in line] == [
        "the visit took 30 hours",
        "the date is 2026-11-01, yet it started on 2026-11-21",
        "the same shopper was in store s1 at that time",
    ]


def test_what_stands_for_a_reason_is_not_told_again(answer: Answer, place: Path) -> None:
    stands = {"check": "evidence.missing", "place": "evidence.P1", "said": "this answer needs evidence",
              "reason": "no photos allowed"}  # fmt: skip
    source = visits_file(place / "v.jsonl", lacking(overrides=[stands]))
    _, out, _ = answer("lint", source, "--checklist", "shop.toml")
    assert [line for line in out.splitlines() if "P1" in line] == []


def test_a_complete_visit_passes_without_a_word(answer: Answer, place: Path) -> None:
    visit = lacking(skipped=samples.skipped("G2"), emotions={"greeting": 0}, evidence={"P1": [{"file": "a.jpg"}]})
    source = visits_file(place / "v.jsonl", visit)
    code, out, _ = answer("lint", source, "--checklist", "shop.toml")
    # The picture lies nowhere, which is said of reports.
    assert (code, [line for line in out.splitlines() if ": note: " not in line]) == (0, [])


def test_imported_visits_keep_their_bytes(place: Path) -> None:
    engine = Engine(files=(place / "shop.toml",))
    visits = [lacking(f"v{number}") for number in range(5)]
    before = [line_of(visit) for visit in visits]
    assert [line_of(visit) for visit in ImportGate(engine).passing(visits)] == before


def test_scores_say_how_many_are_incomplete(answer: Answer, place: Path) -> None:
    source = visits_file(place / "v.jsonl", lacking())
    code, out, err = answer("score", source, "--json", "--checklist", "shop.toml")
    assert code == 0
    assert json.loads(out)["missing"] == ["answers.G2", "emotions.greeting", "evidence.P1"]
    assert "1 of 1 visits are incomplete" in err


def test_collect_queries_exports_and_comparisons_say_it_too(answer: Answer, place: Path) -> None:
    whole = lacking("v2", skipped=samples.skipped("G2"), emotions={"greeting": 0}, evidence={"P1": [{"file": "a.jpg"}]})
    source = visits_file(place / "v.jsonl", lacking(), whole)
    kept = ("--ledger", "hq.db")
    _, out, _ = answer("collect", source, *kept, "--any-store", "--checklist", "shop.toml")
    assert "1 of 2 visits are incomplete" in out
    answer("snapshot", *kept)
    assert "1 of 2 visits are incomplete" in answer("query", "visits", *kept)[2]
    _, out, err = answer("query", "visits", *kept, "--by", "store", "--where", "complete=yes", "--json")
    assert (json.loads(out)["visits"], complaints(err)) == (1, "")
    assert "1 of 2 visits are incomplete" in answer("compare", *kept)[2]
    assert "1 of 2 visits are incomplete" in answer("export", *kept, "--out", "wide.csv", "--with-completeness")[2]
    with (place / "wide.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["visit"]: row["complete"] for row in csv.DictReader(file)} == {"v1": "no", "v2": "yes"}
    assert "incomplete: not answered: G2" in answer("history", "v1", *kept)[1]
    answer("ledger", "set", "incomplete", "leave-out", *kept)
    answer("snapshot", *kept)
    assert "settings: incomplete visits are left out (incomplete leave-out)" in answer("ledger", "info", *kept)[1]
    assert "left out as the ledger is set: 1 incomplete visits" in answer("query", "visits", *kept)[2]
