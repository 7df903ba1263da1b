"""Figures over several versions of a checklist, or several schemes, say so; of one version nothing is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import ledgers, samples, snapshots

from cemaudit.cli.app import run
from cemaudit.ledger import open_ledger
from cemaudit.scoring import Engine

TIMES = {"times": 100}


def shop(version: str, scheme: str, other: str = "nps") -> tuple[object, object]:
    items = samples.item("A"), samples.item("B", other)
    checklist = samples.checklist(samples.touchpoint("hello", *items), version=version, scheme=scheme)
    return checklist, samples.scheme({"id": "whole", "how": "ratio", "transform": TIMES}, id=scheme, headline="whole")


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command says beside its rows, of a chain visited by the first version in June and the second in July."""
    engine = Engine()
    versions = [shop("1", "test.first"), shop("2", "test.second", "scale")]
    for _, scheme in versions:
        engine.library.schemes[scheme.ref] = scheme
    visits = [
        samples.visit(
            id=f"v{number}", store=f"s{number % 4}", shopper=f"u{number % 3}", answers={"A": number % 5 > 1},
            checklist=versions[number % 2][0].ref, date=f"2026-0{6 + number % 2}-01",
        )
        for number in range(24)
    ]  # fmt: skip
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        checklists = {checklist.ref: checklist for checklist, _ in versions}
        ledger.collect([ledgers.document(visit, ledger) for visit in visits], checklists)
        with snapshots.snapshot(ledger, engine, tmp_path / "snapshot"):
            pass

    def told(*arguments: str, lang: str = "en") -> str:
        capsys.readouterr()
        assert run(["query", *arguments, "--snapshot", str(tmp_path / "snapshot"), "--lang", lang]) == 0
        return capsys.readouterr().err

    return told


@pytest.mark.parametrize("view", ["league", "trend", "distribution", "heatmap"])
def test_versions_in_one_figure_are_said(told: Callable[..., str], view: str) -> None:
    if view == "heatmap":
        assert "taken together" in told(view, "--measure", "whole", "--by", "store", "--by", "month")
        return
    said = told(view)
    assert "several versions of the checklist are taken together: test.shop@1, test.shop@2" in said
    assert "under several schemes are taken together: test.first@1, test.second@1" in said
    assert "여러 버전의 체크리스트 점수를 합쳤습니다" in told(view, "--json", lang="ko")


def test_nothing_is_said_where_they_are_apart(told: Callable[..., str]) -> None:
    assert "together" not in told("league", "--where", "checklist=test.shop@1")
    assert "together" not in told("trend", "--by", "checklist", "--by", "scheme")
    assert "together" not in told("trend", "--until", "2026-06-15")
    apart = told("trend", "--by", "checklist")
    assert "checklist are taken together" not in apart


def test_an_item_that_is_another_question_in_another_version_is_said(told: Callable[..., str]) -> None:
    said = told("items")
    assert "items that other versions of the checklist answer otherwise are taken together: B (nps, scale)" in said
    assert "--by checklist keeps them apart" in said
    assert "버전에 따라 응답 방식이 다른 문항을 합쳤습니다: B" in told("items", lang="ko")
    assert "together" not in told("items", "--by", "item", "--by", "checklist")
    assert "together" not in told("items", "--where", "checklist=test.shop@1")
