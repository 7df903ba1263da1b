"""Reading the briefing before a visit; changing single answers of a sealed one in one command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from helpers.shop import SHOP, Cemaudit, cemaudit_in_shop

from cemaudit.exchange.sealed import read_sealed

REASON = ["--reason", "the watch was read wrongly"]


def test_the_briefing_is_read_before_anything_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cemaudit = cemaudit_in_shop(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("COLUMNS", "200")
    code, shown, _ = cemaudit("brief", "ecommerce.order")
    assert code == 0
    assert "Rules of conduct" in shown
    assert "a photo, receipt or recording where something was not as it should be: E31, E09" in shown
    assert not (tmp_path / "home").exists()
    code, _, refused = cemaudit("brief", "ecommerce.order", "--scenario", "nowhere")
    assert (code, "no such scenario: nowhere" in refused) == (3, True)


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cemaudit:
    """A sealed visit, as a function that calls the program."""
    checklist = SHOP.replace("emotion = true\n", "emotion = true\nexpectation = true\n")
    cemaudit = cemaudit_in_shop(tmp_path, monkeypatch, capsys, checklist)
    typed = ["y", "yesterday 14:05 14:40", "5 y", "3", "/skip de it was a private matter"]
    assert cemaudit("enter", "shop.toml", "--store", "s1", typed=typed).code == 0
    assert cemaudit("seal", "1", "--out", "out", "--sign", "s-12").code == 0
    return cemaudit


def test_answers_feelings_notes_and_times_are_set_in_one_command(visit: Cemaudit, tmp_path: Path) -> None:
    (first,) = (tmp_path / "out").iterdir()
    before = read_sealed(first)
    settings = [
        "A2=1분 30초",
        "a1=아니요",
        "A1.note=Nobody looked up.",
        "door.expectation=많이 기대했다",
        "finished=14:50",
    ]
    code, shown, refused = visit(
        "amend", str(first), *REASON, *(part for one in settings for part in ("--set", one)), "--sign", "s-12",
        "--checklist", "shop.toml",
    )  # fmt: skip
    assert code == 0, refused
    assert "Sealed and read again" in shown
    (second,) = {*(tmp_path / "out").iterdir()} - {first}
    after = read_sealed(second).visit
    assert (after.revision, after.supersedes) == (2, before.digest)
    assert {name: float(value) for name, value in after.answers.items()} == {"A1": 0, "A2": 1.5}
    assert after.notes == {"A1": "Nobody looked up."}
    assert after.expectations == {"door": 6}
    assert after.finished
    assert after.finished.strftime("%H:%M") == "14:50"
    assert after.feelings_skipped == before.visit.feelings_skipped
    assert {change.place for change in after.changes} >= {"answers.A1", "answers.A2", "finished", "notes.A1"}


def test_a_visit_moved_to_another_day_keeps_its_hours(visit: Cemaudit, tmp_path: Path) -> None:
    earlier = (datetime.now(UTC).astimezone() - timedelta(days=2)).date().isoformat()
    (first,) = (tmp_path / "out").iterdir()
    code, _, refused = visit(
        "amend", str(first), *REASON, "--set", f"day={earlier}", "--sign", "s-12", "--checklist", "shop.toml"
    )
    assert code == 0, refused
    (second,) = {*(tmp_path / "out").iterdir()} - {first}
    old, new = read_sealed(first).visit, read_sealed(second).visit
    assert old.started
    assert new.started
    assert (old.started - new.started).days == 1


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("A2=many", "A2: expected a number, found many"),
        ("A2=61", "A2: expected 60 or less, found 61"),
        ("A9=1", "nothing to set: A9=1 (as in GS04=30"),
        ("A2", "nothing to set: A2"),
        ("door.emotion=9", "door.emotion: expected a whole number from -3 to 3, found 9"),
        ("finished=13:00", "finished: "),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_in_one_line_and_begins_nothing(
    visit: Cemaudit, tmp_path: Path, setting: str, words: str
) -> None:
    (first,) = (tmp_path / "out").iterdir()
    code, _, refused = visit(
        "amend", str(first), *REASON, "--set", "A1=n", "--set", setting, "--sign", "s-12", "--checklist", "shop.toml"
    )
    assert code == 3
    assert words in refused
    assert len(refused.splitlines()) == 1
    assert "no drafts" in visit("drafts")[1]
    assert [*(tmp_path / "out").iterdir()] == [first]


def test_a_revision_is_signed_by_whoever_signed_the_visit(visit: Cemaudit, tmp_path: Path) -> None:
    (first,) = (tmp_path / "out").iterdir()
    code, _, refused = visit(
        "amend", str(first), *REASON, "--set", "A1=n", "--sign", "s-13", "--checklist", "shop.toml"
    )
    assert code == 3
    assert "sign with the code the visit was entered under" in refused
    assert "cemaudit resume 2" in refused


def test_what_was_left_empty_is_not_asked_again_when_amending(visit: Cemaudit, tmp_path: Path) -> None:
    (first,) = (tmp_path / "out").iterdir()
    code, shown, _ = visit("amend", str(first), *REASON, "--checklist", "shop.toml", typed=["/go A1", "n", ""])
    assert code == 0
    assert "Where was a claim" not in shown
    assert "How did it feel" not in shown
