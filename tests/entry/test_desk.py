from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from helpers import media_files, samples

from cemaudit.entry.desk import Desk
from cemaudit.entry.draft import DraftState
from cemaudit.entry.evidence import take_in
from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.scoring import Engine

TWO = samples.item("a"), samples.item("b")


def test_a_draft_is_found_by_its_number_or_id(sit: Any, desk: Desk) -> None:
    first, second = sit(*TWO), sit(*TWO)
    assert desk.find("2").header == second.draft.header
    assert desk.find(first.draft.header.id).header == first.draft.header
    with pytest.raises(BadInput, match="no such draft: 3"):
        desk.find("3")


def test_a_draft_open_in_one_window_is_refused_in_another(sit: Any) -> None:
    table = sit(*TWO)
    with table.held(), pytest.raises(BadEnvironment, match="open in another window"), table.held():
        pass
    with table.held() as held:
        assert held.draft().state is DraftState.OPEN


def test_two_drafts_are_open_side_by_side(sit: Any) -> None:
    first, second = sit(*TWO), sit(*TWO)
    with first.held(), second.held():
        pass


def test_the_bin_keeps_everything(sit: Any, desk: Desk) -> None:
    table = sit(*TWO)
    table.say("y")
    desk.discard(table.draft)
    assert table.draft.state is DraftState.DISCARDED
    assert table.draft.visit.answers == {"a": True}
    desk.discard(table.draft, restore=True)
    assert table.draft.state is DraftState.OPEN


def test_undo_does_not_reach_into_the_bin(sit: Any, desk: Desk) -> None:
    table = sit(*TWO)
    table.say("y")
    desk.discard(table.draft)
    desk.discard(table.draft, restore=True)
    table.say("/undo")
    assert table.draft.state is DraftState.OPEN
    assert table.draft.visit.answers == {}


def test_evidence_lies_below_the_desk_whatever_the_id(sit: Any, desk: Desk) -> None:
    table = sit(*TWO, id="../../etc/passwd")
    assert desk.folder(table.draft).parent == desk.home / "evidence"


def test_a_draft_outlives_the_checklist_it_was_begun_with(sit: Any, engine: Engine) -> None:
    table = sit(*TWO)
    assert table.draft.checklist.ref not in engine.library.checklists
    assert table.say("y", "y").ready is True


def test_the_visit_was_entered_when_something_was_last_said(sit: Any) -> None:
    table = sit(*TWO)
    table.say("y", "n")
    visit = table.draft.visit
    assert visit.entered == table.draft.changed.replace(microsecond=0)
    assert visit.started
    assert visit.entered > visit.started


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_nobody_else_opens_the_home(tmp_path: Path, umask: int) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(media_files.jpeg())
    before = os.umask(umask)
    try:
        desk = Desk(tmp_path / "home")
        draft = desk.begin(samples.items_only(*TWO), {"store": "s1"})
        with desk.opened(draft, Engine()):
            take_in(photo, desk.folder(draft))
        desk.journal.close()
    finally:
        os.umask(before)
    made = [tmp_path / "home", *(tmp_path / "home").rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o600}
    assert len(made) > 5
