"""``drivers`` and ``items`` from the outside."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import driver_chains, ledgers, samples, snapshots

from cemaudit.cli.app import run
from cemaudit.cli.commands.drivers import _HINTS as SUGGESTIONS
from cemaudit.cli.terminal import SCREEN, columns_of
from cemaudit.compare.action_lists import ITEM_ADVICE, ITEM_URGENCY
from cemaudit.compare.drivers.ipa import Suggestion
from cemaudit.compare.item_analysis import ItemAdvice
from cemaudit.language import translate, use
from cemaudit.ledger import open_ledger
from cemaudit.scoring import Engine

Said = pytest.CaptureFixture[str]
Ask = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hq")
    driver_chains.folder(home, driver_chains.visits(stores=12, each=10))
    return home


@pytest.fixture
def ask(home: Path, capsys: Said) -> Ask:
    """What a command prints, in a language."""

    def asked(*arguments: str, code: int = 0, lang: str = "en") -> str:
        capsys.readouterr()
        assert run([*arguments, "--snapshot", str(home / "hq-snapshot"), "--lang", lang]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return asked


def test_drivers_are_shown_in_tables_with_what_must_be_said_beside(ask: Ask) -> None:
    said = ask("drivers").splitlines()
    assert said[0] == "What drives: Q"
    outcome = next(line for line in said if line.startswith("- Outcome: Q (Q): the checklist's overall question."))
    assert said.index(outcome) > next(number for number, line in enumerate(said) if line.startswith("None: "))
    assert next(line for line in said if line.startswith("hello")).split()[1].endswith("%")
    for heading in ("Suggestion", "Asymmetry", "S(mean P, E)"):
        assert any(heading in line for line in said)
    assert any("One shopper fills in" in line for line in said)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_suggestion_and_advice_has_words(lang: str) -> None:
    with use(lang):
        for value in (*SUGGESTIONS.values(), *map(str, ITEM_ADVICE.values())):
            assert any("가" <= char <= "힣" for char in translate(value)) == (lang == "ko" and value != "")
    assert set(SUGGESTIONS) == {hint.value for hint in Suggestion}
    assert set(ITEM_URGENCY) == {*ITEM_ADVICE, ItemAdvice.FINE} == set(ItemAdvice)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("command", ["drivers", "items"])
def test_no_line_is_wider_than_a_terminal(ask: Ask, command: str, lang: str) -> None:
    said = ask(command, lang=lang)
    assert max(map(columns_of, said.splitlines())) <= SCREEN
    assert any("가" <= char <= "힣" for char in said) == (lang == "ko")


def test_drivers_for_programs(ask: Ask, tmp_path: Path) -> None:
    found = json.loads(ask("drivers", "--json"))
    assert (found["outcome"], found["of"], found["measure"], found["visits"]) == ("Q", "touchpoint", "each", 120)
    assert sum(row["share"] for row in found["drivers"]) == pytest.approx(1)
    assert {"share", "low", "high", "top3", "suggestion", "asymmetry"} <= set(found["drivers"][0])
    assert found["experience"][-1]["together"] == pytest.approx(
        found["experience"][-1]["experience"] - found["experience"][-1]["of_means"]
    )
    rows = list(csv.DictReader(ask("drivers", "--csv").splitlines()))
    assert [row["driver"] for row in rows] == [row["driver"] for row in found["drivers"]]
    ask("drivers", "--xlsx", str(tmp_path / "drivers.xlsx"))
    assert (tmp_path / "drivers.xlsx").stat().st_size > 1000


@pytest.mark.parametrize("command", ["drivers", "items"])
def test_who_would_recommend_is_said_where_it_is_asked(ask: Ask, command: str) -> None:
    said = " ".join(ask(command).split())
    assert re.search(r"Q: net promoter score [+-]\d+\.\d \([+-][\d.]+ to [+-][\d.]+\): of 120 answers", said)
    assert ("Correlation" in said) == (command == "drivers")
    assert "net promoter" not in ask("drivers", "--outcome", "felt", "--of", "item")


def test_who_would_recommend_for_programs(ask: Ask) -> None:
    found = json.loads(ask("drivers", "--json"))["promoters"]
    assert found["interval"][0] < found["score"] < found["interval"][1]
    assert {link["name"] for link in found["links"]} == {"hello", "room", "pay"}
    rows = {row["item"]: row for row in map(json.loads, ask("items", "--json").splitlines())}
    assert (rows["Q"]["nps"], rows["Q"]["promoters"]) == (found["score"], found["promoters"])
    assert rows["A"]["nps"] is None
    assert rows["A"]["met_low"] < rows["A"]["met"] < rows["A"]["met_high"]
    assert json.loads(ask("drivers", "--json", "--outcome", "felt"))["promoters"] is None
    assert next(csv.DictReader(ask("items", "--csv", "--where", "item=Q").splitlines()))["nps"] == str(found["score"])


def test_items_for_programs(ask: Ask) -> None:
    rows = [json.loads(line) for line in ask("items", "--json", "--where", "item=E").splitlines()]
    assert [(row["item"], row["points"], row["rest"]) for row in rows] == [("E", 1.0, None)]
    assert next(csv.DictReader(ask("items", "--csv").splitlines()))["item"] == "A"


def test_what_is_asked_is_what_is_studied(ask: Ask) -> None:
    found = json.loads(ask("drivers", "--json", "--of", "item", "--outcome", "felt", "--no-centring"))
    assert (found["outcome"], found["of"], found["measure"], found["centred"]) == ("felt", "item", None, False)
    assert {row["driver"] for row in found["drivers"]} == {"A", "B", "C", "D", "Q"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("drivers", "--where", "store=s01"), 1, "Stores visited: 1."),
        (("drivers", "--since", "2030-01-01"), 1, "None of these visits"),
        (("items", "--since", "2030-01-01"), 1, "No visits meet the conditions."),
        (("drivers", "--outcome", "nothing"), 3, "--outcome: no item or measure"),
        (("drivers", "--scheme", "other@1"), 3, "--scheme"),
        (("drivers", "--of", "tag"), 2, "--of"),
        (("items", "--where", "band=A"), 3, "is no key of this view"),
    ],
)
def test_what_cannot_be_said_is_one_honest_line(ask: Ask, arguments: tuple[str, ...], code: int, said: str) -> None:
    found = ask(*arguments, code=code)
    assert said in found
    assert len(found.splitlines()) == 1


def test_a_condition_nobody_gave_is_not_blamed(tmp_path: Path, capsys: Said) -> None:
    """Numbers that are worth their value have no share of points where nothing says what the most is."""
    numbers = [samples.item(name, {"type": "number", "points": "value"}) for name in ("A", "B", "C")]
    checklist = samples.checklist(samples.touchpoint("hello", *numbers), scheme="test.driven")
    whole = {"id": "whole", "how": "sum"}
    scheme = samples.scheme(whole, id="test.driven", headline="whole")
    draw = random.Random(1)
    some = [
        samples.visit(
            id=f"v{number}", store=f"s{number % 6}", shopper=f"u{number % 5}", date="2026-11-21",
            answers={name: draw.randint(0, 9) for name in "ABC"},
        )
        for number in range(48)
    ]  # fmt: skip
    engine = Engine()
    engine.library.schemes[scheme.ref] = scheme
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(visit, ledger) for visit in some], {checklist.ref: checklist})
        with snapshots.snapshot(ledger, engine, tmp_path / "snapshot"):
            pass
    assert run(["drivers", "--of", "item", "--snapshot", str(tmp_path / "snapshot"), "--lang", "en"]) == 3
    told = capsys.readouterr().err
    assert "--where" not in told
    assert "worth their value without a 'max', are no drivers: A, B, C" in told
    condition = ["--where", "touchpoint=nowhere"]
    run(["drivers", "--of", "item", *condition, "--snapshot", str(tmp_path / "snapshot"), "--lang", "en"])
    assert "--where" in capsys.readouterr().err
