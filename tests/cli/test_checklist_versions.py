"""Versions of a checklist on the command line: which is in force, which is deprecated, what items were called."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from helpers import samples
from helpers.shop import SHOP, Cemaudit, cemaudit_in_shop

from cemaudit.exchange import write_visits
from cemaudit.library import Library
from cemaudit.plugins import Plugins

OPENING = ["y", "yesterday", "14:05", "14:40"]
WHY = 'deprecated = { ko = "shop@2를 쓰십시오", en = "take shop@2" }\n'
RENAMED = SHOP.replace('version = "1"', 'version = "2"\nreplaces = "shop@1"').replace(
    'id = "A2"', 'id = "B2"\nwas = ["A2"]'
)
FILES = ("--checklist", "old.toml", "--checklist", "new.toml")
SAID = "cemaudit: warning: shop@1 is deprecated: take shop@2"


@pytest.fixture
def cemaudit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cemaudit:
    call = cemaudit_in_shop(tmp_path, monkeypatch, capsys, WHY + SHOP)
    (tmp_path / "old.toml").write_text(WHY + SHOP, encoding="utf-8")
    (tmp_path / "new.toml").write_text(RENAMED, encoding="utf-8")
    return call


def visits(folder: Path, *days: str, ref: str = "shop@1", **answers: object) -> str:
    write_visits(
        folder / "v.jsonl",
        [samples.visit(id=f"v{day}", checklist=ref, date=day, answers={"A1": True, **answers}) for day in days],
    )
    return "v.jsonl"


def test_checklists_show_what_they_say_of_versions(cemaudit: Cemaudit) -> None:
    lines = cemaudit("checklists", *FILES).out.splitlines()
    (new,) = (number for number, line in enumerate(lines) if line.startswith("shop@2 "))
    assert lines[new + 1 : new + 3] == ["  replaces: shop@1", "  items under new ids: A2 → B2"]
    assert lines[-2:] == ["shop@1  Shop  (2 items, ko/en)", "  no longer to be used: take shop@2"]
    old, recent = (json.loads(cemaudit("checklists", ref, "--json", *FILES).out)[0] for ref in ("shop@1", "shop@2"))
    assert old["deprecated"] == {"ko": "shop@2를 쓰십시오", "en": "take shop@2"}
    assert (recent["replaces"], recent["was"]) == ("shop@1", {"A2": "B2"})
    assert "valid_from" not in recent


def test_entering_a_deprecated_checklist_is_told_once_and_not_refused(cemaudit: Cemaudit) -> None:
    done = cemaudit("enter", "old.toml", "--store", "s1", "--shopper", "s-12", typed=[*OPENING, "y", "5", "2"])
    assert done.code == 0
    assert done.err.splitlines() == [SAID]


def test_importing_and_collecting_tell_it_once_and_take_the_visits(cemaudit: Cemaudit, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        'checklist = "old.toml"\n[visit]\nid = { column = "id" }\nstore = { column = "store" }\n'
        '[items]\nA1 = { column = "a1" }\n',
        encoding="utf-8",
    )
    (tmp_path / "t.csv").write_text("id,store,a1\nv1,s1,yes\nv2,s1,no\n", encoding="utf-8")
    done = cemaudit("import", "t.csv", "--mapping", "map.toml", "--out", "t.jsonl")
    assert done.code == 0
    assert done.err.count("is deprecated") == 1
    assert "cemaudit: warning: t.csv: shop@1 is deprecated: take shop@2" in done.err.splitlines()
    taken = cemaudit("collect", "t.jsonl", "--ledger", "hq.db", "--any-store", *FILES)
    assert (taken.code, taken.err.splitlines().count(SAID)) == (0, 1)
    assert "2 collected" in taken.out


def test_a_visit_before_its_version_is_valid_is_doubted(cemaudit: Cemaudit, tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text("valid_from = 2026-07-01\n" + SHOP, encoding="utf-8")
    source = visits(tmp_path, "2026-06-30", "2026-07-01", A2=5)
    said = [
        one for one in json.loads(cemaudit("lint", source, "--json", *FILES).out) if one.get("check") == "checklist.day"
    ]
    assert [(one["file"], one["place"]) for one in said] == [("v.jsonl: line 1", "date")]
    assert said[0]["text"] == (
        "date: the visit was on 2026-06-30, shop@1 is valid from 2026-07-01 on "
        "(check the date, or take the version that was in force)"
    )


def test_an_answer_under_a_former_id_is_told_the_new_one(cemaudit: Cemaudit, tmp_path: Path) -> None:
    done = cemaudit("score", visits(tmp_path, "2026-07-01", ref="shop@2", A2=5), *FILES)
    assert done.code == 3
    assert "no such item in shop@2: A2 (did you mean B2? it was A2)" in done.err


@pytest.mark.parametrize(
    ("versions", "day", "chosen"),
    [
        ({"1.2": "", "1.10": ""}, "2026-07-01", "1.10"),
        ({"1": "", "2": "valid_from = 2026-07-02\n"}, "2026-07-01", "1"),
        ({"1": "", "2": "valid_from = 2026-07-02\n"}, "2026-07-02", "2"),
        ({"1": "", "2": WHY}, "2026-07-01", "1"),
        ({"1": WHY, "2": WHY}, "2026-07-01", "2"),
        ({"1": "valid_from = 2026-07-03\n", "2": "valid_from = 2026-07-02\n"}, "2026-07-01", "2"),
    ],
)
def test_an_id_alone_is_the_version_in_force(tmp_path: Path, versions: dict[str, str], day: str, chosen: str) -> None:
    paths = [tmp_path / f"{version}.toml" for version in versions]
    for path, (version, keys) in zip(paths, versions.items(), strict=True):
        path.write_text(keys + SHOP.replace('version = "1"', f'version = "{version}"'), encoding="utf-8")
    assert Library(Plugins(), paths).checklist_on("shop", dt.date.fromisoformat(day)).version == chosen


def test_a_form_of_an_id_alone_is_of_the_version_that_is_not_deprecated(cemaudit: Cemaudit, tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text(WHY + RENAMED, encoding="utf-8")
    (tmp_path / "old.toml").write_text(SHOP, encoding="utf-8")
    assert cemaudit("form", "shop", "--to", "csv", "--out", "f.csv", *FILES).code == 0
    assert "shop@1" in (tmp_path / "f.csv").read_text(encoding="utf-8-sig")
