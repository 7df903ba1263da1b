"""Drafts from faults: critical first, then gain times frequency, and nothing the visits do not carry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.ledger.actions import ActionReason
from cemaudit.programme.proposals import ActionDraft, Fault, LeftOut, ProposalRules, draft_actions

DAYS = dt.date(2026, 4, 1), dt.date(2026, 4, 30)


def fault(item: str, found: Sequence[int], gain: float = 10.0, *, critical: bool = False, stores: int = 6) -> Fault:
    """A fault in visits of six stores by turns: ``found`` are the visits with it, each of which costs ``gain``."""
    rows = 30
    mask = np.isin(np.arange(rows), found)
    return Fault(
        reason=ActionReason(checklist="c", item=item),
        what=f"{item} is met",
        kind="raise",
        stores=[f"s{row % stores}" for row in range(rows)],
        visits=[f"v{row}" for row in range(rows)],
        asked=np.ones(rows, np.bool_),
        found=mask,
        gain=np.where(mask, gain, 0.0),
        critical=critical,
    )


def drafted(*faults: Fault, **rules: object) -> tuple[list[ActionDraft], list[LeftOut]]:
    return draft_actions(faults, "2026-1", DAYS, rules=ProposalRules(**rules))  # type: ignore[arg-type]


def test_critical_comes_first_then_gain_times_frequency() -> None:
    often, dear = fault("often", range(20), 3.0), fault("dear", range(0, 30, 3), 9.0)
    drafts, _ = drafted(often, dear, fault("wrong", [4], critical=True))
    assert [draft.action.id for draft in drafts] == ["wrong-2026-1", "dear-2026-1", "often-2026-1"]
    assert [draft.chain_gain for draft in drafts[1:]] == [pytest.approx(3.0), pytest.approx(2.0)]
    assert [(draft.action.since, draft.action.due) for draft in drafts] == [DAYS] * 3


def test_a_critical_item_names_its_store_after_one_visit() -> None:
    ((draft,), _) = drafted(fault("wrong", [4, 10], critical=True))
    assert (draft.action.stores, draft.action.reason.visits) == (("s4",), ("v10", "v4"))


def test_a_store_is_named_where_it_has_the_fault_in_half_of_enough_visits() -> None:
    # s0 has visits 0, 6, 12, 18, 24; s1 has 1, 7, ...
    ((draft,), _) = drafted(fault("tidy", [0, 6, 12, 1, 7]))
    assert draft.action.stores == ("s0",)
    assert not draft.of_all
    assert float(draft.action.gain or 0) == pytest.approx(6.0)


def test_where_no_store_has_visits_enough_a_frequent_fault_is_for_all() -> None:
    ((draft,), _) = drafted(fault("tidy", range(0, 30, 2), stores=30))
    assert draft.of_all
    assert len(draft.action.stores) == 30
    drafts, (left,) = drafted(fault("tidy", [0, 1], stores=30))
    assert (drafts, left.name) == ([], "tidy")


def test_what_brings_nothing_or_rests_on_few_visits_is_left_out() -> None:
    drafts, left = drafted(fault("none", range(20), 0.0), fault("few", range(20)), least_asked=31)
    assert drafts == []
    assert [place.name for place in left] == ["none", "few"]
    _, (nothing,) = drafted(fault("none", range(20), 0.0))
    assert "gain nothing" in str(nothing.why)


def test_ids_are_their_own() -> None:
    one, same = fault("tidy", range(20)), fault("tidy", range(15))
    drafts, _ = draft_actions([one, same], "1차 / 서울", DAYS, taken={"tidy-1-"})
    assert [draft.action.id for draft in drafts] == ["tidy-1--2", "tidy-1--3"]


def test_so_many_beside_the_critical_ones() -> None:
    faults = [fault(f"i{number}", range(20)) for number in range(5)]
    drafts, _ = drafted(*faults, fault("wrong", [4], critical=True), most=2)
    assert [draft.critical for draft in drafts] == [True, False, False]


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 29)), st.floats(-5, 20), st.booleans(), st.sampled_from([2, 6, 30])),
        max_size=6,
    ),
    st.randoms(),
)
def test_drafts_are_sound_and_their_order_is_not_that_of_the_faults(
    made: list[tuple[set[int], float, bool, int]], shuffled: object
) -> None:
    faults = [
        fault(f"i{number}", sorted(found), gain, critical=critical, stores=stores)
        for number, (found, gain, critical, stores) in enumerate(made)
    ]
    drafts, _ = drafted(*faults)
    again = list(faults)
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    assert drafted(*again)[0] == drafts
    assert [draft.critical for draft in drafts] == sorted((draft.critical for draft in drafts), reverse=True)
    gains = [draft.chain_gain or 0.0 for draft in drafts if not draft.critical]
    assert gains == sorted(gains, reverse=True)
    assert all(gain > 0 for gain in gains)
    assert all(draft.found and draft.action.stores for draft in drafts)
