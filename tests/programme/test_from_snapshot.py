"""Proposals from a snapshot against the visits counted by hand, and what a later wave says of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers import ledgers, samples, snapshots

from cemaudit.errors import BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.action_updates import ActionChange, ActionHistory, ActionStatus, action_histories, update_action
from cemaudit.ledger.actions import save_actions
from cemaudit.ledger.query.reading import Local
from cemaudit.model import Checklist, Visit
from cemaudit.programme import FollowUpOutcome, follow_up_actions, propose_actions
from cemaudit.scoring import Engine

SCHEME = samples.scheme({"id": "whole", "how": "ratio", "transform": {"times": 100}}, headline="whole")
SHOP = samples.checklist(
    samples.touchpoint("door", samples.item("A"), samples.item("B", na="full"), emotion=True),
    samples.touchpoint(
        "till", samples.item("C", critical={"fails_at": 0, "caps": "whole", "at": 40}), samples.item("D")
    ),
)
FIRST, SECOND = dt.date(2026, 2, 1), dt.date(2026, 8, 1)


def wave(name: str, day: dt.date, checklist: Checklist = SHOP, *, better: bool = False) -> list[Visit]:
    """Four visits of ten stores: A fails in every second one, D in all of s1, C once in s2; less so if ``better``."""
    visits = []
    for number in range(40):
        store = f"s{number % 10}"
        answers = {
            "A": better or (number // 10 + number) % 2 == 0,
            "B": True,
            "C": better or number != 12,
            "D": store != "s1" or (better and number not in {21, 31}),
        }
        visits.append(
            ledgers.visit(f"{name}-{number}", checklist=checklist.ref, store=store, wave=name, answers=answers,
                          date=(day + dt.timedelta(days=number % 5)).isoformat())
        )  # fmt: skip
    return visits


@contextmanager
def opened(home: Path, checklist: Checklist = SHOP) -> Iterator[Local]:
    engine = Engine()
    engine.library.schemes[SCHEME.ref] = SCHEME
    engine.library.checklists[checklist.ref] = checklist
    with open_ledger(str(home / "hq.db")) as ledger, snapshots.snapshot(ledger, engine, home / "snapshot") as reading:
        yield reading


def collected(home: Path, visits: list[Visit], checklist: Checklist = SHOP) -> None:
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        assert set(ledgers.take(ledger, *visits, checklist=checklist)) == {"collected"}


def histories(home: Path) -> dict[str, ActionHistory]:
    with open_ledger(str(home / "hq.db")) as ledger:
        return action_histories(ledger)


def test_the_drafts_of_a_wave(tmp_path: Path) -> None:
    collected(tmp_path, wave("w1", FIRST))
    with opened(tmp_path) as reading:
        proposals = propose_actions(reading, "w1", {})
    assert (proposals.last_day, proposals.since, proposals.due) == (
        dt.date(2026, 2, 5), dt.date(2026, 2, 6), dt.date(2026, 3, 7),
    )  # fmt: skip
    drafts = {draft.action.id: draft for draft in proposals.drafts}
    assert list(drafts) == ["C-w1", "A-w1", "D-w1"]
    critical, often, one = drafts.values()
    assert (critical.action.stores, critical.action.reason.visits) == (("s2",), ("w1-12",))
    assert (critical.action.reason.finding, critical.critical) == ("core.critical", True)
    # Two of the four visits of each store failed A; four items count the same, and s2's cap hides one of them.
    assert (often.found, often.asked, often.chain_gain) == (20, 40, pytest.approx(25 * 19 / 40))
    assert len(often.action.stores) == 10
    assert (one.action.stores, one.found, float(one.action.gain or 0)) == (("s1",), 4, pytest.approx(25.0))
    assert one.action.reason.touchpoint == "till"


def test_days_are_headquarters_own(tmp_path: Path) -> None:
    collected(tmp_path, wave("w1", FIRST))
    with opened(tmp_path) as reading:
        later = propose_actions(reading, "w1", {}, since=FIRST, due=SECOND)
        assert {(draft.action.since, draft.action.due) for draft in later.drafts} == {(FIRST, SECOND)}
        with pytest.raises(BadInput, match="due on 2026-02-01, before the actions begin"):
            propose_actions(reading, "w1", {}, due=FIRST)
        with pytest.raises(BadInput, match=r"no visits of wave w2 .known here: w1"):
            propose_actions(reading, "w2", {})


def test_what_tells_nothing_is_not_proposed(tmp_path: Path) -> None:
    """Of 25 answers nothing is said of an item; that a critical one failed is said after one visit."""
    collected(tmp_path, wave("w1", FIRST)[:25])
    with opened(tmp_path) as reading:
        proposals = propose_actions(reading, "w1", {})
    assert [draft.action.id for draft in proposals.drafts] == ["C-w1"]
    assert {left.name: str(left.why) for left in proposals.left_out} == dict.fromkeys(
        ("A", "D"), "too few answers to say anything"
    )


def test_nothing_is_proposed_from_single_sheets(tmp_path: Path) -> None:
    staff = samples.checklist(*samples.checklist_data(samples.touchpoint("t", samples.item("A")))["touchpoints"])
    staff = staff.model_copy(update={"least_sheets": 5})
    collected(tmp_path, [ledgers.visit("v1", checklist=staff.ref, wave="w1", answers={"A": False})], staff)
    with opened(tmp_path, staff) as reading:
        proposals = propose_actions(reading, "w1", {})
    assert proposals.drafts == ()
    assert "at least 5 sheets" in str(proposals.notes[0])


def test_a_later_wave_verifies_or_brings_back(tmp_path: Path) -> None:
    collected(tmp_path, wave("w1", FIRST))
    with opened(tmp_path) as reading:
        drafts = propose_actions(reading, "w1", {}).drafts
    with open_ledger(str(tmp_path / "hq.db"), who="hq") as ledger:
        save_actions(ledger, [draft.action for draft in drafts])
        for draft in drafts:
            done = ActionChange(dt.date(2026, 3, 1), ActionStatus.DONE)
            update_action(ledger, draft.action.id, done)
    with opened(tmp_path) as reading:
        assert follow_up_actions(reading, histories(tmp_path)) == []
    collected(tmp_path, wave("w2", SECOND, better=True))
    with opened(tmp_path) as reading:
        results = {result.action: result for result in follow_up_actions(reading, histories(tmp_path))}
    assert {name: result.outcome for name, result in results.items()} == {
        "A-w1": FollowUpOutcome.VERIFIED, "C-w1": FollowUpOutcome.VERIFIED, "D-w1": FollowUpOutcome.CAME_BACK,
    }  # fmt: skip
    assert (results["D-w1"].faults, results["D-w1"].visits, results["D-w1"].faults_before) == (2, 4, 4)
    assert (results["A-w1"].visits, results["C-w1"].visits) == (40, 4)


def test_what_is_noted_and_not_done_is_not_proposed_again(tmp_path: Path) -> None:
    collected(tmp_path, wave("w1", FIRST))
    with opened(tmp_path) as reading:
        drafts = propose_actions(reading, "w1", {}).drafts
        with open_ledger(str(tmp_path / "hq.db"), who="hq") as ledger:
            save_actions(ledger, [draft.action for draft in drafts])
            update_action(ledger, "A-w1", ActionChange(dt.date(2026, 3, 1), ActionStatus.DROPPED))
        again = propose_actions(reading, "w1", histories(tmp_path))
    assert [draft.action.id for draft in again.drafts] == ["A-w1-2"]
    assert {left.name: str(left.why) for left in again.left_out} == {
        "C": "noted already: C-w1",
        "D": "noted already: D-w1",
    }
