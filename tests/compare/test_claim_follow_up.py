"""What came after claims: in the next wave at the same touchpoint of the same store, and in any later one."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from helpers import care, ledgers, samples
from helpers.program import call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.compare.claim_follow_up import (
    MIXED,
    NextWave,
    TouchpointWave,
    WaveComplaints,
    claim_cases,
    follow_up,
)
from cemaudit.compare.intervals import wilson_interval
from cemaudit.compare.queries.claims import after_claims, after_claims_sentences
from cemaudit.errors import BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query import Filter, LedgerQuery, show
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.model import ClaimState, Visit

CELLS = st.dictionaries(
    st.builds(TouchpointWave, st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 4)),
    st.builds(WaveComplaints, st.integers(0, 2), st.integers(0, 2)),
)


@given(CELLS, st.randoms(use_true_random=False))
def test_every_case_has_one_end_whatever_the_order(
    complaints: dict[TouchpointWave, WaveComplaints], draw: random.Random
) -> None:
    cases = claim_cases(complaints)
    shuffled = list(complaints.items())
    draw.shuffle(shuffled)
    assert claim_cases(dict(shuffled)) == cases
    assert {case.at for case in cases} == {at for at, found in complaints.items() if found.claims}
    for case in cases:
        later = sorted(
            at.wave
            for at in complaints
            if (at.store, at.touchpoint) == (case.at.store, case.at.touchpoint) and at.wave > case.at.wave
        )
        blamed = [complaints[case.at._replace(wave=wave)].blames > 0 for wave in later]
        assert case.waves_followed == len(later)
        assert (case.next_wave is None) == (not later)
        assert (case.next_wave is NextWave.BLAMED) == bool(blamed and blamed[0])
        assert case.blamed_later == any(blamed)
    whole = follow_up(cases, 0.95)
    assert whole.cases == len(cases) == whole.censored + whole.followed
    assert whole.followed == sum(share.hits for share in whole.outcomes.values())
    assert whole.outcomes[NextWave.BLAMED].hits <= whole.blamed_later.hits
    for share in (*whole.outcomes.values(), whole.blamed_later):
        assert share.interval == wilson_interval(share.hits, whole.followed)


def test_what_is_expected_is_how_often_the_touchpoint_is_blamed_anyway() -> None:
    complaints = {
        TouchpointWave("a", "x", 0): WaveComplaints(1, 0),
        TouchpointWave("a", "x", 1): WaveComplaints(0, 1),
        TouchpointWave("a", "x", 2): WaveComplaints(0, 0),
        TouchpointWave("b", "x", 0): WaveComplaints(0, 0),
        TouchpointWave("b", "x", 1): WaveComplaints(0, 1),
        TouchpointWave("b", "y", 0): WaveComplaints(1, 0),
        TouchpointWave("b", "y", 1): WaveComplaints(2, 0),
    }
    first, second, last = claim_cases(complaints)
    # Of the two waves at x without a claim, one was followed by a blame; at y there is no such wave.
    assert (first.expected, second.expected) == (0.5, None)
    assert (second.next_wave, last.next_wave) == (NextWave.CLAIMED_AGAIN, None)
    assert follow_up([first, second, last], 0.95).expected == 0.5


@pytest.mark.parametrize(
    ("states", "state"), [((), None), (("told",), "told"), (("told", "told"), "told"), (("told", "later"), MIXED)]
)
def test_the_state_of_a_case_is_that_of_its_claims(states: tuple[str, ...], state: str | None) -> None:
    (case,) = claim_cases({TouchpointWave("a", "x", 0): WaveComplaints(2, 0, states)})
    assert case.state == state


def complaint(touchpoint: str, state: str | None = None) -> dict[str, Any]:
    return {"touchpoint": touchpoint, "text": "why", **({"state": state} if state else {})}


def seen(name: str, store: str, wave: str | None, *, claims: Any = (), blames: Any = (), **keys: Any) -> Visit:
    day = f"2026-0{(wave or 'w9')[1]}-05"
    return care.visit(name, None, store=store, wave=wave, date=day, claims=claims, blames=blames, **keys)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stores in three waves, and a visit in none."""
    home = tmp_path_factory.mktemp("claims")
    visits = [
        seen("a1", "s1", "w1", claims=[complaint("desk", "told"), complaint("desk"), complaint("call", "later")]),
        seen("a2", "s1", "w2", blames=[complaint("desk")]),
        seen("a3", "s1", "w3", blames=[complaint("call")], claims=[complaint("call", "never")]),
        seen("b1", "s2", "w1"),
        seen("b3", "s2", "w3", claims=[complaint("desk", "solved"), complaint("desk", "solved")]),
        seen("b9", "s2", None, claims=[complaint("call")]),
    ]
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        care.collect(ledger, *visits)
        update_snapshot(ledger, care.engine(), home / "hq-snapshot")
    return home / "hq-snapshot"


def asked(snapshot: Path, *by: str, **conditions: str) -> list[dict[str, Any]]:
    which = Filter(tuple(Condition(key, (value,)) for key, value in conditions.items()))
    with reading(snapshot) as opened:
        return after_claims(opened, LedgerQuery(by, which)).result.rows


def test_a_store_has_its_cases_and_what_came_after_them(snapshot: Path) -> None:
    first, second = asked(snapshot)
    # In s1 both touchpoints had a claim in w1, "call" another one in the last wave; in s2 the last wave alone.
    assert (first["store"], first["cases"], first["censored"], first["followed"]) == ("s1", 3, 1, 2)
    assert (first["blamed"], first["claimed_again"], first["nothing"], first["blamed_later"]) == (1, 0, 1, 2)
    assert (second["cases"], second["censored"], second["blamed_share"], second["blamed_low"]) == (1, 1, None, None)
    assert (first["blamed_low"], first["blamed_high"]) == wilson_interval(1, 2)


def test_the_chain_adds_up_and_says_what_is_open(snapshot: Path) -> None:
    (whole,) = asked(snapshot, "checklist")
    assert (whole["cases"], whole["censored"]) == (4, 2)
    with reading(snapshot) as opened:
        found = after_claims(opened, LedgerQuery())
    assert (found.waves, found.waveless) == (("w1", "w2", "w3"), 1)
    words = " ".join(map(str, after_claims_sentences(found)))
    assert "Open cases: 2" in words
    assert "Visits without a wave, left out: 1" in words


def test_conditions_choose_claims_not_what_came_after_them(snapshot: Path) -> None:
    assert [row["followed"] for row in asked(snapshot, wave="w1")] == [2]
    assert [row["cases"] for row in asked(snapshot, touchpoint="call")] == [2]
    assert [row["store"] for row in asked(snapshot, store="s2")] == ["s2"]


def test_by_what_became_of_the_claim_at_the_time(snapshot: Path) -> None:
    rows = {row["state"]: row for row in asked(snapshot, "state")}
    assert {state: row["cases"] for state, row in rows.items()} == {"told": 1, "later": 1, "never": 1, "solved": 1}
    assert rows["told"]["blamed"] == 1


def test_a_touchpoint_that_no_later_visit_could_meet_is_open(tmp_path: Path) -> None:
    """A visit of another step says nothing about it."""
    steps = [{"id": name, "title": {"en": name, "ko": name}} for name in ("V1", "Vn")]
    checklist = samples.checklist(
        samples.touchpoint("desk", samples.item("I1"), steps=["V1"]),
        samples.touchpoint("call", samples.item("I3"), steps=["Vn"]),
        id="test.care", scheme="test.care", steps=steps,
    )  # fmt: skip

    def visit(name: str, wave: str, step: str, **keys: Any) -> Visit:
        episode = {"id": "T", "step": step, "number": 1}
        return ledgers.visit(
            name, checklist=checklist.ref, wave=wave, date=f"2026-0{wave[1]}-01", episode=episode, answers={}, **keys
        )

    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        first = visit("v1", "w1", "V1", claims=[complaint("desk")])
        ledgers.take(ledger, first, visit("v2", "w2", "Vn"), checklist=checklist)
        update_snapshot(ledger, care.engine(), tmp_path / "hq-snapshot")
    assert [(row["cases"], row["censored"]) for row in asked(tmp_path / "hq-snapshot")] == [(1, 1)]


def test_query_tells_what_became_of_claims(snapshot: Path) -> None:
    with reading(snapshot) as opened:
        rows = show(opened, "complaints", LedgerQuery()).rows
    found = {(row["store"], row["touchpoint"]): row for row in rows}
    desk = found["s1", "desk"]
    assert [desk[name] for name in ("claims", "told", "solved", "later", "never", "not_noted", "blames")] == [
        2, 1, 0, 0, 0, 1, 1,
    ]  # fmt: skip
    assert found["s2", "desk"]["solved"] == 2
    assert found["s2", "call"]["not_noted"] == 1
    assert ("s2", "hello") not in found
    with reading(snapshot) as opened:
        (whole,) = show(opened, "complaints", LedgerQuery(("checklist",))).rows
    assert whole["claims"] == sum(row["claims"] for row in rows) == 7
    assert whole["claims"] == whole["not_noted"] + sum(whole[state.value] for state in ClaimState)


def test_an_older_snapshot_says_that_states_are_not_known(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(snapshot) as opened:
        usual = type(opened.manifest).files
        monkeypatch.setattr(
            type(opened.manifest),
            "files",
            lambda self, kind, *more: [] if "claim" in kind else usual(self, kind, *more),
        )
        for view in (lambda: show(opened, "complaints", LedgerQuery()), lambda: asked(snapshot, "state")):
            with pytest.raises(BadInput, match="make the snapshot again"):
                view()
        # Whether a blame followed is known all the same.
        assert [row["cases"] for row in asked(snapshot)] == [3, 1]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("view", ["complaints", "after-claims"])
def test_the_command_shows_both_views(snapshot: Path, view: str, language: str) -> None:
    shown = call(snapshot.parent, "query", view, "--snapshot", str(snapshot), "--lang", language)
    assert (shown.code, "s1" in shown.out) == (0, True)
    assert {"en": "claim", "ko": "클레임"}[language] in shown.out
    lines = call(snapshot.parent, "query", view, "--snapshot", str(snapshot), "--json").out.splitlines()
    assert json.loads(lines[0])["store"] == "s1"


def test_what_after_claims_does_not_have_is_refused(snapshot: Path) -> None:
    asked_for = ("query", "after-claims", "--snapshot", str(snapshot))
    assert call(snapshot.parent, *asked_for, "--measure", "overall").code == 2
    assert call(snapshot.parent, *asked_for, "--by", "month").code == 3


@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.sampled_from([None, *ClaimState]), max_size=6))
def test_columns_count_what_visits_say(states: list[ClaimState | None]) -> None:
    from cemaudit.exchange.canonical_json import line_of
    from cemaudit.ledger.snapshot.answer_columns import read_recorded_visit
    from cemaudit.ledger.snapshot.claim_states import claim_state_columns

    visit = seen("v", "s1", "w1", claims=[complaint("desk", state) for state in states])
    recorded = read_recorded_visit(line_of(visit))
    columns = {
        column.name: column.values.tolist() for column in claim_state_columns([recorded.claim_states], care.CARE)
    }
    for state in ClaimState:
        assert columns[f"{state.value}:desk"] == [states.count(state)]
        assert columns[f"{state.value}:call"] == [0]
