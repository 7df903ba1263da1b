"""What one person lives through in several visits is one experience, and counts as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import chains, samples

from cemaudit.compare.from_snapshot import read_cross_tabulation, read_visit_arrays
from cemaudit.compare.selection import Selection
from cemaudit.ledger.query.reading import reading
from cemaudit.model import Visit


def visit(store: int, shopper: str | None, right: bool, step: int | None = None) -> Visit:
    """A visit in which a question is answered rightly or not; ``step`` of an episode."""
    episode = {"episode": {"id": f"e-{store}-{shopper}", "step": f"V{step}", "number": step}} if step else {}
    return samples.visit(
        id=f"{store}-{shopper}-{step}-{right}", checklist=chains.SHOPS[0].ref, store=f"s{store}", shopper=shopper,
        wave="w1", date="2026-03-01", answers={"A": "p2" if right else "p0", "B": True, "C": 3, "D": True}, **episode,
    )  # fmt: skip


VISITS = [
    *(visit(store, "u1", right, step) for store in (1, 2) for step, right in ((1, True), (2, False), (3, False))),
    *(visit(store, "u2", right) for store in (1, 2) for right in (True, False)),
    visit(1, None, right=True, step=1),
]


def test_visits_of_an_episode_count_as_one_with_their_mean(tmp_path: Path) -> None:
    folder = chains.network(tmp_path, VISITS).folder
    with reading(folder) as opened:
        crossed, seen = read_cross_tabulation(opened, Selection()), read_visit_arrays(opened, Selection())
    assert crossed.visits.tolist() == [4, 3]
    assert crossed.facts.visits == len(seen.raw) == 7
    right, wrong = seen.raw.max(), seen.raw.min()
    episode = (right + 2 * wrong) / 3
    assert sorted(seen.raw) == pytest.approx(sorted([right, wrong] * 2 + [right, episode, episode]), abs=0.02)
    assert "6 visits, 2 episodes" in " ".join(map(str, crossed.facts.notes))


def test_a_visit_in_steps_by_nobody_known_counts_for_itself(tmp_path: Path) -> None:
    folder = chains.network(tmp_path, [*VISITS, visit(1, None, right=False, step=2)]).folder
    with reading(folder) as opened:
        assert read_cross_tabulation(opened, Selection()).visits.tolist() == [5, 3]
