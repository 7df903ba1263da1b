"""The policy of headquarters: what a file may say, and what is said of visits by it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ledgers, samples, snapshots
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.from_snapshot import fit_league, read_visit_arrays
from cemaudit.compare.results import ComparisonRules
from cemaudit.compare.selection import Selection
from cemaudit.errors import BadInput
from cemaudit.exchange.toml import toml_of
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.store_registry import Store, import_stores
from cemaudit.model import Visit
from cemaudit.programme.policy import Policy, Target, read_policy
from cemaudit.programme.policy_check import CheckVerdict, PolicyCheck, check_policy, policy_met_by
from cemaudit.scoring import Engine

SCALE = {"type": "scale", "lowest": 0, "highest": 10}
SHOP = samples.items_only(samples.item("A", SCALE, critical={"fails_at": 0}), samples.item("B", SCALE)).model_copy(
    update={"scheme": "test.scheme"}
)
SCHEME = samples.scheme(
    {"id": "whole", "how": "ratio", "transform": {"times": 100}},
    {"id": "lost", "how": "ratio", "transform": {"times": -100, "plus": 100}},
    headline="whole",
)
REGIONS = {f"s{number}": "north" if number < 4 else "south" for number in range(8)}


def visits() -> list[Visit]:
    """80 visits of eight stores by six shoppers who go everywhere: s0 is bad, s7 good; s8 was visited once."""
    draw = random.Random(5)
    made = []
    for number in range(80):
        store = number % 8
        level = (1, 5, 5, 5, 5, 6, 6, 9)[store]
        answers = {name: min(10, max(1, level + draw.choice((-1, 0, 1)))) for name in "AB"}
        made.append(
            samples.visit(
                id=f"v{number}", store=f"s{store}", shopper=f"u{number // 8 % 6}", date="2026-03-01", answers=answers
            )
        )
    made[0] = made[0].model_copy(update={"answers": {"A": 0, "B": 1}})
    return [*made, samples.visit(id="w", store="s8", shopper="u1", date="2026-03-01", answers={"A": 5, "B": 5})]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("chain")
    engine = Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        import_stores(ledger, [Store(id=name, name=f"Store {name}", region=where) for name, where in REGIONS.items()])
        ledger.collect([ledgers.document(one, ledger) for one in visits()], {SHOP.ref: SHOP})
        with snapshots.snapshot(ledger, engine, home / "snapshot"):
            pass
    return home / "snapshot"


@pytest.fixture
def snapshot(folder: Path) -> Iterator[Local]:
    from cemaudit.ledger.query.reading import reading

    with reading(folder) as opened:
        yield opened


def policy(**keys: object) -> Policy:
    return Policy.model_validate({"id": "p", "version": "1", **keys})


def verdicts(check: PolicyCheck) -> dict[str, CheckVerdict]:
    return {result.store: result.verdict for result in check.targets}


def test_a_store_misses_its_target_where_it_probably_does(snapshot: Local) -> None:
    check = check_policy(snapshot, Selection(), policy(targets=[{"at_least": 50}]))
    assert verdicts(check)["s0"] is CheckVerdict.MISSED
    assert verdicts(check)["s7"] is CheckVerdict.MET
    assert verdicts(check)["s8"] is CheckVerdict.NOT_KNOWN
    assert not check.is_met
    # the very numbers of a league with that target
    league = fit_league(snapshot, Selection(), 50)
    below = {standing.store: standing.below for standing in league.standings}
    assert {one.store: one.probability for one in check.targets if one.probability is not None} == {
        store: below[store] for store in verdicts(check) if store != "s8"
    }
    assert {one.store for one in check.missed} == {standing.store for standing in league.flagged}
    assert check.wrong == pytest.approx((league.false_flag_rate or 0) * len(league.flagged), abs=1e-12)


def test_the_last_target_that_is_for_a_store_counts(snapshot: Local) -> None:
    targets = [
        {"at_least": 1},
        {"where": {"region": "south"}, "at_least": 99},
        {"where": {"store": ["s4"]}, "at_least": 2},
    ]
    check = check_policy(snapshot, Selection(), policy(targets=targets))
    assert {one.store: one.target for one in check.targets} == {
        **dict.fromkeys(("s0", "s1", "s2", "s3", "s8"), 1.0), **dict.fromkeys(("s5", "s6", "s7"), 99.0), "s4": 2.0,
    }  # fmt: skip
    assert {one.store for one in check.missed} == {"s5", "s6", "s7"}


@given(st.lists(st.tuples(st.sampled_from(["", "north", "south"]), st.integers(0, 100)), min_size=1, max_size=4))
def test_every_store_has_the_target_of_the_last_rule_for_it(rules: list[tuple[str, int]]) -> None:
    targets = [Target(at_least=points, where={"region": [name]} if name else {}) for name, points in rules]
    for region in ("north", "south", None):
        fitting = [target for target in targets if target.is_for({"region": region})]
        expected = [points for name, points in rules if name in {"", region}]
        assert [target.points for target in fitting] == expected


def test_a_target_where_lower_is_better_is_at_most(snapshot: Local) -> None:
    with pytest.raises(BadInput, match=r"targets.1: of whole higher scores are better: say at_least"):
        check_policy(snapshot, Selection(), policy(targets=[{"at_most": 50}]))


@pytest.mark.parametrize(("gate", "verdict"), [
    ({"mean": ">= 10"}, CheckVerdict.MET),
    ({"mean": "> 90"}, CheckVerdict.MISSED),
    ({"mean": ">= 10, < 20"}, CheckVerdict.MISSED),
    ({"mean": ">= 10", "measure": "lost"}, CheckVerdict.MET),
    ({"mean": ">= 10", "where": {"store": "s7"}, "least_visits": 10}, CheckVerdict.MET),
    ({"mean": ">= 10", "where": {"store": "s7"}, "least_visits": 11}, CheckVerdict.NOT_KNOWN),
    ({"critical": "== 1"}, CheckVerdict.MET),
    ({"critical": "<= 0"}, CheckVerdict.MISSED),
    ({"critical": "<= 0", "where": {"region": ["south"]}}, CheckVerdict.MET),
])  # fmt: skip
def test_gates(snapshot: Local, gate: dict[str, object], verdict: CheckVerdict) -> None:
    check = check_policy(snapshot, Selection(), policy(gates=[{"id": "g", **gate}]))
    assert check.gates[0].verdict is verdict
    assert check.is_met == (verdict is not CheckVerdict.MISSED)
    assert check.is_known == (verdict is not CheckVerdict.NOT_KNOWN)


def test_a_gate_shows_the_plain_mean(snapshot: Local) -> None:
    (result,) = check_policy(snapshot, Selection(), policy(gates=[{"id": "g", "mean": ">= 0"}])).gates
    assert result.value == pytest.approx(read_visit_arrays(snapshot, Selection(adjusted=False)).raw.mean())
    assert result.visits == 81


@pytest.mark.parametrize(("part", "said"), [
    ({"gates": [{"id": "g", "measure": "wohle", "mean": "> 1"}]}, "gates.g: measure: no such measure: wohle"),
    ({"gates": [{"id": "g", "mean": "> 1", "where": {"regoin": "x"}}]}, "gates.g: no such key: regoin"),
    ({"gates": [{"id": "g", "mean": "> 1", "where": {"wave": "x"}}]}, "gates.g: there are no visits of wave x"),
    ({"targets": [{"measure": "wohle", "at_least": 1}]}, "targets.1: measure: no such measure: wohle"),
])  # fmt: skip
def test_names_that_are_not_there_are_refused(snapshot: Local, part: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as error:
        check_policy(snapshot, Selection(), policy(**part))
    assert str(error.value).startswith(said)


def test_a_target_for_no_store_is_told(snapshot: Local) -> None:
    targets = [{"where": {"region": "nrth"}, "at_least": 1}, {"where": {"region": "north"}, "at_least": 1}]
    check = check_policy(snapshot, Selection(), policy(targets=targets))
    assert list(map(str, check.remarks)) == ["targets.1: this target is for no store (did you mean north?)"]


@pytest.mark.parametrize("measure", [None, "lost"])
def test_the_policy_that_is_written_is_met(snapshot: Local, tmp_path: Path, measure: str | None) -> None:
    rules = ComparisonRules()
    written = policy_met_by(snapshot, Selection(measure=measure), "now", rules)
    (tmp_path / "p.toml").write_text(toml_of(written), encoding="utf-8")
    read = read_policy(tmp_path / "p.toml")
    assert read == written
    check = check_policy(snapshot, Selection(), read, rules)
    assert check.is_met
    assert check.is_known
    # and is no looser than it need be: one point more, and a store misses it
    higher = read.model_copy(update={"targets": (Target(measure=measure, at_least=read.targets[0].points + 1),)})
    assert check_policy(snapshot, Selection(), higher, rules).missed


@pytest.mark.parametrize(("text", "said"), [
    ("[[targets]]\n", "targets.1: expected at_least, or at_most where lower is better"),
    ("[[targets]]\nat_least = 1\nat_most = 2\n", "targets.1: expected at_least, or at_most where lower is better"),
    ("[[targets]]\nat_least = 1\nwhere = { regoin = 'x' }\n", "targets.1.where.regoin"),
    ("[[gates]]\nid = 'a'\n", "gates.a: expected mean (with its measure) or critical"),
    ("[[gates]]\nid = 'a'\nmean = '>= p90'\n", "gates.a: expected conditions like '>= 80, < 90'"),
    ("[[gates]]\nid = 'a'\nmean = 'high'\n", "gates.a.mean: expected conditions like '>= 80, < 90', found high"),
    ("[[gates]]\nid = 'a'\ncritical = '<= 0'\nmeasure = 'x'\n", "gates.a: expected measure with mean only"),
    ("[[gates]]\nid = 'a'\nmean = '> 1'\n[[gates]]\nid = 'a'\nmean = '> 1'\n", "each id once; repeated gate: a"),
    ("[alerts]\nfeeling_at_most = 0\n", "alerts.feeling_at_most: expected -1 or less, found 0"),
    ("[alert]\n", "alert: unknown key (did you mean alerts?)"),
])  # fmt: skip
def test_files_that_say_what_cannot_be_meant_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.toml").write_text(f"id = 'p'\nversion = '1'\n{text}", encoding="utf-8")
    with pytest.raises(BadInput) as error:
        read_policy(tmp_path / "p.toml")
    assert said in str(error.value)
