"""What the screen says: numbers and words that are on it, what a line changed beside its answer, files by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import samples
from PIL import Image

from cemaudit.entry import Draft, shown_value
from cemaudit.entry.wording import described
from cemaudit.language import use

OPTIONS = [{"id": one, "label": samples.text(f"the {one}"), "points": 1} for one in ("red", "blue", "green")]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "window.jpg", tmp_path / "door 2.jpg"]
    for path in paths:
        Image.effect_noise((1200, 900), 80).convert("RGB").save(path, "JPEG")
    return paths


@pytest.mark.parametrize("typed", ["4", "yellow", "0"])
def test_a_wrong_choice_is_told_by_what_the_screen_shows(sit: Any, typed: str) -> None:
    script = sit(samples.item("a", {"type": "choice", "options": OPTIONS})).say(typed)
    (refusal,) = (line for line in script.shown if line.startswith("  ! "))
    assert refusal == f"  ! no such option: {typed} (type a number from 1 to 3, or the words beside it)"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["/go day", "2026-11-19"], "the times that no longer fit are asked again; /undo takes this back"),
        (["/go started", "14:50"], "the times that no longer fit are asked again; /undo takes this back"),
        (["/go finished", "14:05"], "the visit took no minute at all; /back changes it"),
        (["/go day", "12-25"], "no year was typed: 2025 was taken; /back changes it"),
        (["/go day", "2025-12-25", "14:05"], None),
    ],
)
def test_what_a_line_changes_beside_its_answer_is_told(sit: Any, lines: list[str], told: str | None) -> None:
    table = sit(samples.item("a"))
    table.say("/go finished", "14:40")
    script = table.say(*lines)
    if told:
        assert f"  {told}" in script.shown
    else:
        assert not any("no year" in line for line in script.shown)


def test_a_file_needs_a_name_and_is_shown_and_taken_off_by_it(sit: Any, photos: list[Path]) -> None:
    table = sit(samples.item("a", evidence="required"), samples.item("b"))
    script = table.say(
        "/drop 1", "/photo", "/nowhere.jpg", "", f"/photo {photos[0]} | the window", f"/photo {photos[1]}"
    )
    assert "  ! there is no file on a" in script.shown
    assert any("no such file" in line for line in script.shown)
    assert "  attached: 1 window.jpg | the window" in script.shown
    assert "  attached: 2 door 2.jpg" in script.shown
    script = table.say("/drop 6", "/drop", "/drop 1")
    assert script.shown.count("  ! which file? as in /drop 1 (1 window.jpg | the window, 2 door 2.jpg)") == 2
    assert "  taken off a: window.jpg" in script.shown
    assert [piece["taken"]["name"] for piece in table.values["evidence.a"]] == ["door 2.jpg"]


@pytest.mark.parametrize(
    ("evidence", "note", "lines"),
    [
        ("required", None, ["with a photo, receipt or recording, which is asked for next"]),
        ("optional", None, ["a photo, receipt or recording can be added: /photo PATH"]),
        (
            "required-if-failed",
            {"at_least": 15, "when": "if-failed"},
            [
                "where it was not as it should be, a photo, receipt or recording is asked for next",
                "where it was not as it should be, a note of at least 15 characters is asked for next",
            ],
        ),
        ("none", {"at_least": 9}, ["with a note of at least 9 characters, asked for next"]),
    ],
)
def test_what_an_answer_must_come_with_is_said_before_it_is_given(
    sit: Any, evidence: str, note: Any, lines: list[str]
) -> None:
    script = sit(samples.item("a", evidence=evidence, note=note)).say()
    assert [line[2:] for line in script.shown if line[2:] in lines] == lines


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"type": "duration", "unit": "s", "max": 14400}, "a number, in s (up to 4 h)"),
        ({"type": "duration", "unit": "s", "min": 0, "max": 90}, "a number, in s (up to 90 s)"),
        ({"type": "duration", "unit": "min", "min": 5, "max": 60}, "a number, in min (5 to 1 h)"),
        ({"type": "number", "min": 3}, "a number (3 or more)"),
        ({"type": "money", "unit": "KRW", "max": 5000}, "a number, in KRW (up to 5000 KRW)"),
    ],
)
def test_limits_are_said_as_a_person_says_them(sit: Any, answer: Any, words: str) -> None:
    assert f"  {words}" in sit(samples.item("a", answer)).say().shown


def test_no_field_is_named_to_a_shopper(sit: Any) -> None:
    """Neither while a visit is entered nor at its end."""
    of = samples.checklist(
        samples.touchpoint("greeting", samples.item("a", evidence="required"), emotion=True),
        steps=[{"id": "V0", "title": samples.text("First")}],
    )
    table = sit(of=of)
    lines = ["1", "?UNKNOWN", "P-1 9999", "P-1 2", "y", "2026-11-20", "14:05", "2:40", "14:40"]
    lines += ["perhaps", "y", "", "9", "2"]
    script = table.say(*lines, opening=False)
    told = [line for line in script.shown if line.startswith("  ! ")]
    assert len(told) == 5
    assert "  ! a code begins with a letter or a digit: ?UNKNOWN" in told
    assert "a: this answer needs evidence (add a photo, receipt or recording)" in script.text, script.text[-600:]
    for name in ("finished:", "episode", "evidence.", "emotions", "answers.", "visit__"):
        assert not any(name in line for line in told), (name, told)


def test_a_list_says_where_each_feeling_is_felt(sit: Any) -> None:
    of = samples.checklist(samples.touchpoint("greeting", samples.item("a"), emotion=True, expectation=True))
    script = sit(of=of).say("5", "y", "2", "/list")
    assert any("greeting · How did it feel?: 2 (pleasant)" in line for line in script.shown)
    assert not any("(-3 to 3)" in line for line in script.shown if " · How did it feel?:" in line)


def test_a_question_of_many_visits_is_explained(sit: Any) -> None:
    of = samples.checklist(
        samples.touchpoint("greeting", samples.item("a")), steps=[{"id": "V0", "title": samples.text("First")}]
    )
    script = sit(of=of).say("1", "?", opening=False)
    assert any("all of them together are an episode" in line.replace("\n", " ") for line in script.shown)
    with use("ko"):
        assert any("에피소드 하나" in line for line in sit(of=of).say("1", "?", opening=False).shown)


def test_the_stopwatch_and_words_take_no_second_answer(sit: Any) -> None:
    script = sit(samples.item("a", {"type": "choices", "options": OPTIONS}), samples.item("b")).say("1 2", "n")
    after = script.text.partition("\na  a\n")[2]
    assert after
    assert "may follow" not in after


def test_drafts_of_earlier_versions_keep_what_they_were_asked(sit: Any) -> None:
    """Claims and blames were asked at each touchpoint: nothing of that is asked again."""
    of = samples.checklist(samples.touchpoint("greeting", samples.item("a"), emotion=True))
    said = {"claims.greeting": ["mend the door"], "states.greeting": ["told"], "blames.greeting": None}
    table = sit(of=of, **said)
    script = table.say("n", "-2")
    assert "Where was a claim made" not in script.text
    draft: Draft = table.draft
    assert [claim.text for claim in draft.visit.claims] == ["mend the door"]
    assert (
        shown_value(next(one for one in _questions(draft) if one.name == "claims.greeting"), draft) == "mend the door"
    )


def _questions(draft: Draft) -> Any:
    from cemaudit.entry import questions

    return questions(draft)


def test_every_question_has_lines_in_both_languages(sit: Any) -> None:
    of = samples.checklist(
        samples.touchpoint("greeting", samples.item("a", evidence="optional"), emotion=True, expectation=True)
    )
    table = sit(of=of)
    table.say("5", "n", "-2")
    for language in ("ko", "en"):
        with use(language):  # type: ignore[arg-type]
            assert all(line for question in _questions(table.draft) for line in described(question, table.draft))


def test_two_remarks_of_one_check_at_one_place_stand_each_by_itself(sit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the second took the place of the first, and such a visit could never be handed over."""
    from cemaudit.entry.doubts import Doubt, open_doubts
    from cemaudit.errors import Problem

    both = [Doubt("sector", Problem(words, "answers.a")) for words in ("too early", "too late")]
    monkeypatch.setattr("cemaudit.entry.desk.OpenDraft.doubts", lambda _, draft: open_doubts(both, draft.visit))
    table = sit(samples.item("a"))
    script = table.say("y", "/stand 1 it was early", "/stand 1 it was late", "")
    assert script.ready is True
    assert [one.reason for one in table.draft.visit.overrides] == ["it was early", "it was late"]
