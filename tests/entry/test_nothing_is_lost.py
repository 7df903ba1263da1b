"""Whatever is typed at any question is kept, refused in words, or a command; nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from helpers import samples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cemaudit.entry import EntryQuestion, questions
from cemaudit.entry.commands import SlashCommand, parse
from cemaudit.errors import BadInput
from cemaudit.model import Checklist

OPTIONS = [{"id": one, "label": samples.text(f"the {one}"), "points": 1} for one in ("red", "blue")]


def shop() -> Checklist:
    """One question of every kind."""
    return samples.checklist(
        samples.touchpoint(
            "greeting",
            samples.item("a", note={"at_least": 5, "when": "if-failed"}, evidence="required-if-failed"),
            samples.item("b", "count"),
            samples.item("c", {"type": "choice", "options": OPTIONS}),
            emotion=True, expectation=True,
        ),
        samples.touchpoint(
            "pay", samples.item("d", {"type": "choices", "options": OPTIONS}), samples.item("e", "text"),
            samples.item("f", "duration"), samples.item("g", "nps"), samples.item("h", "scale"), emotion=True,
        ),
    )  # fmt: skip


WORDS = st.sampled_from(
    [
        *("y", "n", "2", "-2", "1", "3", "red", "the blue", "14:05", "11-20", "2 5", "y 2 5", "n -3", "5 y", "1 500"),
        *(
            "2,5",
            "a b c",
            "me too",
            "10 1",
            "-",
            "//x",
            "오후 2시",
            "예",
            "많이 기대했다",
            "greeting",
            "pay",
            "/",
            "?x",
        ),
        *("0", "99", "2 05", "x"),
    ]
)
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
TYPED = st.one_of(WORDS, st.text(LETTERS, min_size=1, max_size=12))
NAMES = (
    *("note", "claim", "blame", "skip", "skip no", "skip de", "go", "drop", "stand", "back", "undo", "list", "photo"),
)
COMMANDS = st.builds(
    lambda command, rest: f"/{command} {rest}".strip(), st.sampled_from(NAMES), st.one_of(st.just(""), TYPED)
)


def texts_in(value: Any) -> Iterator[str]:
    """Every text of a value, however deep: as it is kept, without the escapes a file writes it with."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for kept in value.values():
            yield from texts_in(kept)
    elif isinstance(value, list | tuple):
        for kept in value:
            yield from texts_in(kept)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@example(lines=['/C 2"'])
@example(lines=["/note \\n b"])
@given(lines=st.lists(st.one_of(TYPED, COMMANDS), max_size=25))
def test_every_line_is_stored_refused_or_a_command(sit: Any, lines: list[str]) -> None:
    table = sit(of=shop())
    for line in (line for line in lines if line.strip()):
        before = dict(table.values)
        script = table.say(line)
        shown = script.shown[script.shown.index(next(one for one in script.shown if one.endswith(line))) + 1 :]
        refused = any(one.lstrip().startswith("! ") for one in shown)
        stored = dict(table.values) != before or any(one.startswith("  = ") for one in shown)
        try:
            command = parse(line)
        except BadInput:
            assert refused, (line, shown)
            continue
        asks_on = shown[-1:] and not shown[-1].strip()
        assert refused or stored or command or asks_on, (line, shown)
        if command and command.command in {SlashCommand.NOTE, SlashCommand.CLAIM, SlashCommand.BLAME} and command.rest:
            words = " ".join(command.rest.split())
            assert refused or any(words in " ".join(text.split()) for text in texts_in(dict(table.values))), (
                line,
                shown,
            )


def at(table: Any, name: str) -> EntryQuestion:
    return next(question for question in questions(table.draft) if question.name == name)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("5 n 2", {"expectations.greeting": 5, "answers.a": False, "answers.b": 2}),
        ("5 y", {"expectations.greeting": 5, "answers.a": True}),
        ("5 y 2 1 -3", {"expectations.greeting": 5, "answers.a": True, "answers.b": 2, "answers.c": "red",
                        "emotions.greeting": -3}),
        ("5", {"expectations.greeting": 5}),
    ],
)  # fmt: skip
def test_answers_on_one_line_are_one_step(sit: Any, line: str, kept: dict[str, Any]) -> None:
    table = sit(of=shop())
    table.say()
    before = dict(table.values)
    script = table.say(line)
    after = {name: value for name, value in table.values.items() if before.get(name) != value and value is not None}
    assert after == kept
    assert sum(one.startswith("  = ") for one in script.shown) == len(kept)
    table.say("/undo")
    assert {name: table.values.get(name) for name in kept} == dict.fromkeys(kept)


@pytest.mark.parametrize(
    "line",
    [
        "5 y 2 1 9",  # no such mark
        "5 perhaps",
        "5 y 2 1 -3 1",  # several may be chosen next: that takes a line of its own
        "5 y 1 500",  # may be one number
        "y 5",
    ],
)
def test_where_one_does_not_fit_nothing_of_the_line_is_kept(sit: Any, line: str) -> None:
    table = sit(of=shop())
    table.say()
    before = dict(table.values)
    script = table.say(line)
    assert dict(table.values) == before
    assert any(one.startswith("  ! ") and line in one for one in script.shown)


def test_a_required_note_is_asked_for_right_after_the_line(sit: Any) -> None:
    table = sit(of=shop())
    script = table.say("5 n 2 1 -3")
    assert script.shown[-2:] == [
        "Note on a (several lines; an empty line ends it)",
        "  at least 5 characters, spaces not counted",
    ]
    script = table.say("no", "", "", "")
    assert "  ! at least 5 characters are needed, 2 so far: write on, or leave it with an empty line" in script.shown
    assert table.draft.visit.notes == {"a": "no"}
    assert any("required after this answer" in one for one in script.shown)


def test_words_are_not_divided(sit: Any) -> None:
    table = sit(samples.item("a", "text"), samples.item("b"))
    table.say("y 2 5")
    assert table.draft.visit.answers == {"a": "y 2 5"}


def test_an_answer_that_brings_another_question_ends_the_line(sit: Any) -> None:
    """What follows was not to be known before; so it is not taken for an answer to it."""
    table = sit(samples.item("a"), samples.item("b", "count", when="a == false"), samples.item("c", "count"))
    script = table.say("n 3")
    assert table.draft.visit.answers == {}
    assert any(one.startswith("  ! ") for one in script.shown)
    table.say("y 3")
    assert table.draft.visit.answers == {"a": True, "c": 3}


def test_half_a_time_is_none(sit: Any) -> None:
    table = sit(samples.item("a"))
    table.say("y", "2026-11-20", "2 05", opening=False)
    assert table.values.get("started") is None
    table.say("14:05 14:40")
    assert table.draft.visit.finished.strftime("%H:%M") == "14:40"


def test_a_command_within_a_note_is_kept_and_told(sit: Any) -> None:
    table = sit(samples.item("a"))
    script = table.say("/note", "seen from the door", "/back", "", "y")
    assert table.draft.visit.notes == {"a": "seen from the door\n/back"}
    assert "  ! kept as a line of the note; commands work after an empty line" in script.shown
