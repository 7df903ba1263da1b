"""``promises`` from the outside: checked, shown, kept; and where other commands tell of a platform."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from helpers import ledgers, snapshots
from helpers.program import Outcome, call

from cemaudit.cli.promise_output import PROMISE_COLUMNS
from cemaudit.cli.terminal import columns_of
from cemaudit.exchange.canonical_json import line_of
from cemaudit.ledger import open_ledger
from cemaudit.scoring import Engine
from cemaudit.simulate import example_platform, simulate

RETAIL = "retail.green-smile@2.0.0"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example platform, and a chain of five stores with eight visits each, as a ledger and as a file."""
    home, engine = tmp_path_factory.mktemp("promises"), Engine()
    checklist = engine.library.checklist(RETAIL)
    visits = list(simulate(checklist, 5, 8, 3))
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in visits], {checklist.ref: checklist})
        with snapshots.snapshot(ledger, engine, home / "hq-snapshot"):
            pass
    (home / "visits.jsonl").write_bytes(b"\n".join(map(line_of, visits)))
    (home / "platform.toml").write_text(example_platform(), encoding="utf-8")
    return home


def kept(home: Path, *arguments: str) -> Outcome:
    return call(home, "promises", "kept", "--snapshot", "hq-snapshot", *arguments)


def test_the_snapshot_and_the_files_say_the_same_to_programs(home: Path) -> None:
    from_snapshot = kept(home, "--platform", "platform.toml", "--json")
    from_files = call(home, "promises", "kept", "visits.jsonl", "--platform", "platform.toml", "--json")
    assert (from_snapshot.code, from_files.code) == (0, 0), from_snapshot.err + from_files.err
    said, again = json.loads(from_snapshot.out), json.loads(from_files.out)
    assert (said["platform"], said["checklists"], said["level"]) == ("example.outdoor@1.0.0", [RETAIL], 0.9)
    assert [one["id"] for one in said["promises"]][-1] == "next-hike"
    for here, there in zip(said["promises"], again["promises"], strict=True):
        without_names = [{**store, "name": 0} for store in here["stores"]]
        assert {**here, "stores": without_names} == {
            **there,
            "stores": [{**store, "name": 0} for store in there["stores"]],
        }
    unaudited = said["promises"][-1]
    assert (unaudited["audited"], unaudited["share"], unaudited["low"], unaudited["stores"]) == (False, None, None, [])
    for promise in said["promises"][:-1]:
        assert promise["low"] <= promise["share"] <= promise["high"]
        assert promise["kept"] == sum(store["kept"] for store in promise["stores"])
        shares = [store["share"] for store in promise["stores"]]
        assert shares == sorted(shares, reverse=True)
    assert any("next one together" in sentence for sentence in said["cannot_be_told"])


def test_rows_are_of_the_chain_channels_and_stores(home: Path) -> None:
    rows = list(csv.DictReader(kept(home, "--platform", "platform.toml", "--csv").out.splitlines()))
    assert list(rows[0]) == list(PROMISE_COLUMNS)
    one_answer = [row for row in rows if row["promise"] == "one-answer"]
    assert [row["of"] for row in one_answer[:3]] == ["chain", "channel", "channel"]
    assert len([row for row in one_answer if row["of"] == "store"]) == 5
    (unaudited,) = [row for row in rows if row["promise"] == "next-hike"]
    assert (unaudited["answers"], unaudited["share"]) == ("0", "")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ["Value promise", "not audited", "Nobody audits it", "Worst store", "Electronic", "!: unlike"],
        ),
        ("ko", ["가치 약속", "점검 안 함", "점검하지 않는 약속", "가장 낮은 매장", "전자", "!: 우연으로"]),
    ],
)
def test_the_screen_says_it_in_both_languages(home: Path, lang: str, words: list[str]) -> None:
    said = kept(home, "--platform", "platform.toml", "--stores", "--lang", lang).out
    for word in words:
        assert word in said, word
    assert max(map(columns_of, said.splitlines()[1:])) <= 100
    row = next(line for line in said.splitlines() if words[1] in line)
    assert " 0 " in row
    assert "0%" not in row, "what nobody audits is not 0 %"


def test_conditions_choose_visits_and_items(home: Path) -> None:
    said = json.loads(kept(home, "--platform", "platform.toml", "--json", "--where", "channel=electronic").out)
    audited = {promise["id"] for promise in said["promises"] if promise["audited"]}
    assert audited == {"one-answer", "long-wear"}
    assert kept(home, "--platform", "platform.toml", "--where", "scheme=x").code == 3
    refused = call(home, "promises", "kept", "visits.jsonl", "--where", "wave=1", "--platform", "platform.toml")
    assert refused.code == 2
    assert "go with a snapshot" in refused.err


def test_a_platform_is_found_or_asked_for(home: Path) -> None:
    refused = kept(home)
    assert refused.code == 3
    assert "--platform" in refused.err
    assert kept(home, "--checklist", "platform.toml").code == 0, "the only one at hand"
    text = example_platform().replace('id = "example.outdoor"', 'id = "example.other"')
    (home / "other.toml").write_text(text, encoding="utf-8")
    both = kept(home, "--checklist", "platform.toml", "--checklist", "other.toml")
    assert both.code == 3
    assert "example.other@1.0.0" in both.err
    assert kept(home, "--platform", RETAIL).code == 3


def test_a_proof_that_does_not_exist_is_refused_with_a_near_name(home: Path) -> None:
    (home / "wrong.toml").write_text(example_platform().replace('"GS21"]', '"GS29"]'), encoding="utf-8")
    refused = kept(home, "--platform", "wrong.toml")
    assert refused.code == 3
    assert "has no such item: GS29 (did you mean" in refused.err


def test_check_tells_everything(home: Path) -> None:
    good = call(home, "promises", "check", "platform.toml")
    assert good.code == 0
    assert "promises.next-hike: no item proves this promise: nobody audits it" in good.out
    assert "in order, 7 value promises" in good.out
    text = example_platform().replace('"GS21"]', '"GS29"]').replace(', en = "We do not keep you waiting" }', " }")
    (home / "wrong.toml").write_text(text, encoding="utf-8")
    bad = call(home, "promises", "check", "wrong.toml")
    assert bad.code == 1
    for words in ("promises.no-waiting.title: no text in en", "GS29", "nobody audits it"):
        assert words in bad.out
    assert call(home, "lint", "wrong.toml").code == 1
    assert call(home, "lint", "platform.toml").code == 0
    not_one = call(home, "promises", "check", "visits.jsonl")
    assert not_one.code == 3


def test_show_names_the_items(home: Path) -> None:
    said = call(home, "promises", "show", "platform.toml").out
    assert f"{RETAIL}: GS02, GS03, GS10" in said
    assert "nobody audits it" in said
    shown = json.loads(call(home, "promises", "show", "platform.toml", "--json").out)
    marks = {one["id"]: (one["interactive"], one["protected"]) for one in shown["promises"]}
    assert marks["your-way"] == (True, False)
    assert marks["long-wear"] == (False, True)
    assert shown["promises"][0]["items"] == {RETAIL: ["GS02", "GS03", "GS10"]}
    assert shown["positioning"]["ko"]


def test_the_league_report_has_them_with_report_only(home: Path) -> None:
    refused = call(home, "compare", "--snapshot", "hq-snapshot", "--platform", "platform.toml")
    assert refused.code == 2
    assert "--report" in refused.err
