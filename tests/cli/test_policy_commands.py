"""``check`` and ``alerts`` as headquarters calls them, and ``collect --alert``."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from helpers import program

POLICY = """
format = 1
id = "hq.2026"
version = "1"

[[targets]]
at_least = 80

[[gates]]
id = "chain"
mean = ">= 0"

[[gates]]
id = "none-critical"
critical = "<= 0"

[alerts]
feeling_at_most = -3
"""
RETAIL = "retail.green-smile@2.0.0"


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """A folder with 60 visits of five stores, and a policy."""
    return fill(tmp_path)


def fill(folder: Path) -> Path:
    answers = [{"GS02": (number % 5) * 15, "GS15": "any", "GS16": number != 7} for number in range(60)]
    visits = [
        {"id": f"v{number}", "checklist": RETAIL, "store": f"s{number % 5}", "shopper": f"u{number // 5 % 4}",
         "date": "2026-03-01", "answers": given, "emotions": {"greeting": number % 3 - 1},
         "notes": {"GS16": "=1+1 <b>"} if number == 7 else {}}
        for number, given in enumerate(answers)
    ]  # fmt: skip
    (folder / "visits.jsonl").write_text("\n".join(map(json.dumps, visits)), encoding="utf-8")
    (folder / "p.toml").write_text(POLICY, encoding="utf-8")
    return folder


def call(folder: Path, *arguments: str, language: str = "en") -> program.Outcome:
    return program.call(folder, *arguments, "--ledger", "hq.db", "--lang", language)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger of these visits and its snapshot."""
    chain = fill(tmp_path_factory.mktemp("chain"))
    assert call(chain, "collect", "visits.jsonl", "--any-store", "--processes", "1").code == 0
    assert call(chain, "snapshot", "--processes", "1").code == 0
    return chain


def test_check_says_what_is_missed_and_how_sure_that_is(taken: Path) -> None:
    outcome = call(taken, "check", "--policy", "p.toml", "--junit", "out/j.xml")
    assert outcome.code == 1
    assert outcome.out.startswith("The policy hq.2026@1 is not met.\n")
    assert "none-critical  missed" in outcome.out
    assert "expected to be wrong: " in outcome.out
    found = json.loads(call(taken, "check", "--policy", "p.toml", "--json").out)
    assert [(gate["id"], gate["verdict"]) for gate in found["gates"]] == [("chain", "met"), ("none-critical", "missed")]
    assert found["gates"][1]["value"] == 1
    missed = [one for one in found["targets"] if one["verdict"] == "missed"]
    assert len(missed) == found["missed"] > 0
    assert found["expected_wrong"] == pytest.approx(sum(1 - one["probability_missed"] for one in missed))
    suites = {suite.get("name"): suite for suite in ET.parse(taken / "out" / "j.xml").getroot()}
    assert suites["targets"].get("failures") == str(found["missed"])
    assert [case.get("name") for case in suites["gates"] if case.find("failure") is not None] == ["none-critical"]
    assert call(taken, "check", "--policy", "p.toml", language="ko").out.startswith("운영 기준 hq.2026@1: 미달.\n")


def test_a_dry_run_ends_well_and_strict_asks_for_an_answer(taken: Path) -> None:
    assert call(taken, "check", "--policy", "p.toml", "--dry-run").code == 0
    text = "id = 'p'\nversion = '1'\n[[gates]]\nid = 'g'\nmean = '>= -100'\nleast_visits = 61\n"
    (taken / "few.toml").write_text(text, encoding="utf-8")
    outcome = call(taken, "check", "--policy", "few.toml")
    assert outcome.code == 0
    assert "not all of it is known" in outcome.out
    assert call(taken, "check", "--policy", "few.toml", "--strict").code == 1


def test_the_written_policy_is_met(taken: Path) -> None:
    assert call(taken, "check", "--write", "now.toml").code == 0
    assert call(taken, "check", "--policy", "now.toml").code == 0


@pytest.mark.parametrize(("arguments", "code", "said"), [
    ((), 2, "give either --policy or --write"),
    (("--policy", "p.toml", "--write", "x.toml"), 2, "give either --policy or --write"),
    (("--policy", "p.toml", "--measure", "overall"), 2, "the policy says which measure"),
    (("--policy", "none.toml"), 3, "none.toml: no such file"),
    (("--policy", "bad.toml"), 3, "bad.toml: gates.g: measure: no such measure: nothing"),
    (("--policy", "new.toml"), 3, "new.toml: format: made for a newer cemaudit"),
])  # fmt: skip
def test_what_cannot_be_checked_is_refused(taken: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    gate = "[[gates]]\nid = 'g'\nmeasure = 'nothing'\nmean = '> 1'\n"
    (taken / "bad.toml").write_text(POLICY + gate, encoding="utf-8")
    (taken / "new.toml").write_text("format = 9\n", encoding="utf-8")
    outcome = call(taken, "check", *arguments)
    assert outcome.code == code
    assert said in outcome.err
    assert not outcome.out


def test_alerts_name_store_item_visit_and_words(taken: Path) -> None:
    outcome = call(taken, "alerts")
    assert outcome.code == 5
    assert outcome.out.splitlines() == [
        "critical item not met: s2, 2026-03-01",
        "  Payment and exchange terms · GS16: The amount on the receipt was right",
        "  “=1+1 <b>”",
        f"  visit v7 ({RETAIL}), received",
        "",
        "alerts: 1",
    ]
    (line,) = call(taken, "alerts", "--json", language="ko").out.splitlines()
    alert = json.loads(line)
    assert (alert["alert"], alert["store"], alert["item"], alert["words"]) == ("critical", "s2", "GS16", ["=1+1 <b>"])
    assert call(taken, "alerts", "--after", str(alert["number"])).code == 0
    assert call(taken, "alerts", "--since", "2026-03-02").out == "alerts: 0\n"


def test_collect_alerts_of_what_it_collected(chain: Path) -> None:
    assert call(chain, "collect", "visits.jsonl", "--any-store", "--policy", "p.toml").code == 2
    first = call(chain, "collect", "visits.jsonl", "--any-store", "--processes", "1", "--alert")
    assert first.code == 5
    assert "critical item not met: s2" in first.out
    assert "60 collected" in first.out
    again = call(chain, "collect", "visits.jsonl", "--any-store", "--processes", "1", "--alert")
    assert again.code == 0
    assert "critical" not in again.out
