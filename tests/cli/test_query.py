from __future__ import annotations

import re
from typing import Any

import pytest

from cemaudit.cli.commands.query import key_names, print_result, print_rows, print_view
from cemaudit.cli.lenses import lens_keys
from cemaudit.cli.terminal import SCREEN, columns_of, table_lines
from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.ledger.query.views import ViewResult

NUMBER = re.compile(r"-?\d+\.\d")


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(SCREEN))


def heatmap(stores: int, touchpoints: int) -> ViewResult:
    rows: list[dict[str, Any]] = [
        {"store": f"store-{store}", "touchpoint": f"a-long-touchpoint-{place}", "scored": 1, "mean": -10.25 - place}
        for store in range(stores)
        for place in range(touchpoints)
    ]
    return ViewResult(("store", "touchpoint"), rows, ("touchpoint.experience",))


def test_a_wide_heat_map_comes_in_pieces_and_no_number_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(heatmap(3, 20), None, pivoted=True)
    said = capsys.readouterr().out
    assert all(columns_of(line) <= SCREEN for line in said.splitlines())
    assert len(NUMBER.findall(said)) == 60
    assert said.count("store-1 ") == said.count("\n\n") + 1 > 1


def test_the_first_rows_of_a_heat_map_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(heatmap(5, 3), 2, pivoted=True)
    said = capsys.readouterr().out
    assert len(NUMBER.findall(said)) == 6
    assert "store-2" not in said


def test_percentiles_fit_the_screen_whole(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("scored", "mean", "deviation", "least", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "most")
    shown = ViewResult(("wave",), [{"wave": "2025-1", **dict.fromkeys(names, 12.34), "scored": 48}], ("overall",))
    print_view(shown, None, pivoted=False)
    said = capsys.readouterr().out
    assert "2025-1" in said
    assert said.count("12.3") == 11
    assert all(columns_of(line) <= SCREEN for line in said.splitlines())


def test_headings_speak_the_language_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    shown = ViewResult(("store", "region"), [{"store": "s1", "region": None, "name": "강남점", "mean": -0.01}], ())
    with use("ko"):
        print_view(shown, None, pivoted=False)
    label, headings, *_ = capsys.readouterr().out.splitlines()
    assert headings.split() == ["매장", "지역", "이름", "평균"]
    assert label.startswith("평균: 방문 평균")
    print_view(shown, None, pivoted=False)
    _, headings, _, row = capsys.readouterr().out.splitlines()
    assert headings.split() == ["store", "region", "name", "mean"]
    assert row.split() == ["s1", "-", "강남점", "-0.010"]


def test_what_was_asked_in_sql_keeps_its_names(capsys: pytest.CaptureFixture[str]) -> None:
    with use("ko"):
        print_rows([{"store": "s1", "mean": 1.255}, {"store": "s2", "mean": None}], 1)
        print_rows([], None)
    headings, _, row, nothing = capsys.readouterr().out.splitlines()
    assert headings.split() == ["store", "mean"]
    assert row.split()[0] == "s1"
    assert nothing


def test_numbers_are_cut_last() -> None:
    lines = table_lines(["name", "a heading of words"], [["n" * 30, "123456789"]], "lr", 24)
    assert lines[2].endswith("123456789")
    assert all(columns_of(line) <= 24 for line in lines)


def test_words_of_the_vocabulary_stand_on_the_screen_and_ids_go_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"mode": "active", "moment": "zmot", "micro-moment": "buy", "visits": 2}, {"mode": None, "visits": 1}]
    rows[1] |= {"moment": "strange", "micro-moment": None}
    result = ViewResult(("mode", "moment", "micro-moment"), rows)
    with use("ko"):
        print_view(result, None, pivoted=False)
    heading, _, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == ["접점", "유형", "순간", "마이크로", "모먼트", "방문"]
    assert first.split() == ["능동", "0차", "진실의", "순간", "사고", "싶은", "순간", "2"]
    assert second.split() == ["-", "strange", "-", "1"]
    print_result(result, "scores", None, as_json=True, as_csv=False)
    assert '"mode": "active", "moment": "zmot"' in capsys.readouterr().out


def test_stages_of_a_lens_stand_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    lenses = lens_keys(["store", "lens:acass"], (), ())
    result = ViewResult(("lens:acass",), [{"lens:acass": "network", "visits": 2}])
    with use("ko"):
        print_view(result, None, key_names([], lenses), pivoted=False)
    assert capsys.readouterr().out.splitlines()[2].split() == ["네트워크", "2"]
    assert lens_keys(["store"], (), ()) == {}
    with use("en"), pytest.raises(BadInput, match=r"no such journey: acas \(did you mean acass\?\)"):
        lens_keys(["lens:acas"], (), ())
