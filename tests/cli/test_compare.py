"""``compare``, ``compare stores``, ``shoppers`` and ``report --place`` from the outside."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from helpers import chains
from helpers.chains import Network
from helpers.program import complaints

from cemaudit.cli.app import run

Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return chains.network(tmp_path_factory.mktemp("chain"), chains.made_up(1, 120))


@pytest.fixture
def answer(
    chain: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Answer:
    """A command on the chain's snapshot: exit code, what is said, what is complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("CEMAUDIT_SNAPSHOT", str(chain.folder))

    def answer(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        said = capsys.readouterr()
        return code, said.out, complaints(said.err)

    return answer


def test_a_league_says_first_what_can_be_told(answer: Answer) -> None:
    code, said, complained = answer("compare", "--target", "70")
    assert (code, complained) == (0, "")
    parts = [
        said.index(words)
        for words in ("Not enough visits", "What the data cannot show", "What the data show", "Store  ")
    ]
    assert parts == sorted(parts)
    assert all(f"Store {number}" in said for number in range(8))
    assert max(map(len, said.splitlines())) <= 80


def test_a_league_in_korean(answer: Answer) -> None:
    _, said, _ = answer("compare", "--target", "70", "--lang", "ko")
    assert "알 수 있는 것" in said
    assert "What" not in said


def test_a_league_for_programs(answer: Answer, chain: Network) -> None:
    _, said, _ = answer("compare", "--target", "70", "--json")
    found = json.loads(said)
    assert {one["store"] for one in found["standings"]} == {visit.store for visit in chain.visits}
    assert found["visits"] == sum(one["visits"] for one in found["standings"])
    for one in found["standings"]:
        assert one["low"] < one["score"] < one["high"]
        assert one["best_rank"] <= one["worst_rank"]
    _, said, _ = answer("compare", "--target", "70", "--csv")
    rows = list(csv.DictReader(said.splitlines()))
    assert [row["store"] for row in rows] == [one["store"] for one in found["standings"]]


def test_a_league_as_a_workbook(answer: Answer) -> None:
    code, said, _ = answer("compare", "--xlsx", "league.xlsx")
    assert (code, said.strip()) == (0, "written: league.xlsx")
    (sheet,) = openpyxl.load_workbook("league.xlsx").worksheets
    assert sheet.max_row == 1 + 9
    assert sheet["A1"].value == "store"


def test_a_league_of_regions_and_of_channels(answer: Answer) -> None:
    _, said, _ = answer("compare", "--by", "region", "--json")
    assert {one["store"] for one in json.loads(said)["standings"]} == {"north", "south", "?"}
    _, said, _ = answer("compare", "--by", "channel")
    assert "Face-to-face" in said
    assert "Electronic" in said
    _, said, _ = answer("compare", "--by", "channel", "--csv")
    assert {row["channel"] for row in csv.DictReader(said.splitlines())} == {"face-to-face", "electronic"}


def test_rules_are_kept_and_said(answer: Answer) -> None:
    _, said, _ = answer("compare", "--least-visits", "1000", "--json")
    found = json.loads(said)
    assert found["rules"]["least_visits"] == 1000
    assert {one["best_rank"] for one in found["standings"]} == {None}
    assert "fewer than 1000 visits" in " ".join(found["cannot_be_told"])


def test_two_stores(answer: Answer) -> None:
    code, said, _ = answer("compare", "stores", "s1", "s2")
    assert code == 0
    assert "Difference: " in said
    _, said, _ = answer("compare", "stores", "s1", "s2", "--json")
    assert json.loads(said)["one"]["store"] == "s1"
    code, _, complained = answer("compare", "stores", "s1", "s77")
    assert code == 3
    assert complained.count("\n") == 1


def test_the_league_report_is_written(answer: Answer) -> None:
    code, said, _ = answer("compare", "--target", "70", "--report", "pages")
    (page,) = Path("pages").iterdir()
    assert code == 0
    assert str(page) in said
    assert page.read_bytes().startswith(b"%PDF")


def test_shoppers(answer: Answer) -> None:
    code, said, _ = answer("shoppers")
    assert code == 0
    assert "Severity" in said
    assert "Agreement between shoppers" in said
    _, said, _ = answer("shoppers", "--json")
    agreement = json.loads(said)["agreement"]
    assert agreement["alpha"]["low"] <= agreement["alpha"]["value"] <= agreement["alpha"]["high"]
    assert agreement["icc"]["units"] == agreement["cases"] >= 10
    found = json.loads(said)["shoppers"]
    assert len(found) == 5
    assert all(one["shopper"].startswith("p-") for one in found), "pseudonyms alone"
    _, said, _ = answer("shoppers", "--least", "1000", "--csv")
    assert said.splitlines() == ["shopper,visits,stores,severity,se,low,high,ratio,spread"]


def test_a_league_of_the_stages_of_a_lens(answer: Answer) -> None:
    """Side by side under their titles; holes are told beside, and programs have the lens's key."""
    code, said, complained = answer("compare", "--by", "lens:acass")
    assert code == 0
    assert said.index("Fine (") < said.index("\nACASS")
    assert "Consideration" in said
    assert "has no touchpoint here: Awareness, Acquisition, Service, Social network" in complained
    _, said, _ = answer("compare", "--by", "lens:acass", "--json")
    assert {row["lens:acass"] for row in json.loads(said)["standings"]} == {"consideration"}
    _, of_stage, _ = answer("compare", "--where", "lens:store-path=browse", "--csv")
    _, of_touchpoint, _ = answer("compare", "--measure", "each", "--where", "touchpoint=room", "--csv")
    assert of_stage == of_touchpoint


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["compare", "--by", "lens:acas"], 3, "no such journey: acas (did you mean acass?)"),
        (
            ["compare", "--where", "lens:acass=servce"],
            3,
            "no such stage in journey acass: servce (did you mean",
        ),
        (["items", "--where", "lens:acass=service"], 3, "no such key: lens:acass"),
        (["compare", "--where", "store=s1"], 1, "there is only one store"),
        (["compare", "--wave", "w9"], 3, "there are no visits of wave w9"),
        (["compare", "--measure", "nothing"], 3, "no such measure: nothing"),
        (["compare", "--by", "moment"], 3, ""),
        (["compare", "--target", "high"], 2, ""),
        (["compare", "--snapshot", "nowhere"], 3, "nowhere"),
        (["shoppers", "--where", "store=s99"], 1, "none of these visits has a score"),
    ],
)
def test_what_cannot_be_told_is_one_line(answer: Answer, arguments: list[str], code: int, said: str) -> None:
    found, out, complained = answer(*arguments)
    assert (found, out) == (code, "")
    assert said in complained
    assert complained.strip().count("\n") == 0


@pytest.mark.parametrize(
    "command",
    [("compare",), ("compare", "--target", "70"), ("compare", "--by", "channel"), ("compare", "--by", "region"),
     ("trend",), ("shoppers",)],
)  # fmt: skip
def test_comparisons_begin_with_the_four_lists(answer: Answer, command: tuple[str, ...]) -> None:
    code, said, _ = answer(*command)
    assert code == 0
    titles = ("Act now", "Watch", "Fine", "Not enough visits")
    listed = {title: said.index(f"\n{title} (") for title in titles if f"\n{title} (" in said}
    assert listed
    assert list(listed.values()) == sorted(listed.values())
    empty = next((line for line in said.splitlines() if line.startswith("None: ")), "None: ")
    assert sorted([*listed, *filter(None, empty.removeprefix("None: ").split(", "))]) == sorted(titles)
    others = [said.index(words) for words in ("What the data", "---", "How to read this table") if words in said]
    assert max(listed.values()) < min(others)
    _, document, _ = answer(*command, "--json")
    lists = json.loads(document)["action_lists"]
    assert list(lists) == ["act_now", "watch", "fine", "not_enough_visits"]
    for title, members in zip(titles, lists.values(), strict=True):
        assert (title in listed) == bool(members)
        assert not members or f"{title} ({sum(one['count'] for one in members)})" in said


def test_a_league_of_plain_means_says_who_knows_whom_to_act_on(answer: Answer) -> None:
    _, said, _ = answer("query", "league")
    assert said.startswith("Plain means, whose order is partly chance:")
    _, said, _ = answer("query", "league", "--csv")
    assert "Plain means" not in said
