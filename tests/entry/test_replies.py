"""The first seconds measured: ``t`` starts, Enter stops; without a terminal they are typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers import samples

from cemaudit.entry import Conversation
from cemaudit.language import use

FIRST_LOOK = samples.item("F", {"type": "duration", "unit": "s", "max": 60})


def told(table: Any, *lines: str, seconds: Callable[[], float] | None = None) -> list[str]:
    """What is shown when these lines are typed to the conversation with a clock."""
    shown: list[str] = []
    waiting = list(lines)

    class Screen:
        def say(self, text: str = "") -> None:
            shown.append(text)

        def ask(self, prompt: str) -> str:
            if not waiting:
                raise EOFError
            shown.append(f"{prompt}{waiting[0]}")
            return waiting.pop(0)

        def waiting(self) -> list[str]:
            return []

    with table.held() as held, pytest.raises(EOFError):
        Conversation(held, Screen(), seconds).run("answers.F")
    return shown


def clock(*ticks: float) -> Callable[[], float]:
    left = list(ticks)
    return lambda: left.pop(0)


@pytest.mark.parametrize(
    ("unit", "word", "ticks", "answer"),
    [
        ("s", "", (10.0, 14.26), 4.3),
        ("s", "t", (10.0, 14.26), 4.3),
        ("s", "ㅅ", (10.0, 12.0), 2),
        ("min", " T ", (0.0, 90.0), 1.5),
        ("min", " ", (0.0, 30.0), 0.5),
    ],
)
def test_an_empty_line_or_t_starts_and_enter_stops(
    sit: Any, unit: str, word: str, ticks: tuple[float, ...], answer: float
) -> None:
    table = sit(samples.item("F", {"type": "duration", "unit": unit}), samples.item("B"))
    shown = told(table, word, "", seconds=clock(*ticks))
    assert float(table.values["answers.F"]) == answer
    assert any("an empty line starts a stopwatch" in line for line in shown)
    assert any("Enter stops it" in line for line in shown)


def test_an_empty_line_keeps_what_was_timed_before_and_t_times_it_anew(sit: Any) -> None:
    table = sit(FIRST_LOOK, samples.item("B"))
    told(table, "5")
    shown = told(table, "", seconds=clock())
    assert any("type t to start a stopwatch" in line for line in shown)
    assert table.values["answers.F"] == 5
    told(table, "t", "", seconds=clock(0.0, 7.0))
    assert table.values["answers.F"] == 7


def test_what_was_measured_must_fit_like_what_is_typed(sit: Any) -> None:
    table = sit(FIRST_LOOK, samples.item("B"))
    shown = told(table, "t", "", "5", seconds=clock(0.0, 61.0))
    assert any("60 or less" in line for line in shown)
    assert table.values["answers.F"] == 5


def test_without_a_terminal_seconds_are_typed_and_t_is_no_number(sit: Any) -> None:
    table = sit(FIRST_LOOK, samples.item("B"))
    shown = told(table, "t", "4.5")
    assert not any("stopwatch" in line for line in shown)
    assert any(line.startswith("  ! ") for line in shown)
    assert float(table.values["answers.F"]) == 4.5


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "number"},
        {"type": "duration", "unit": "d"},
        {"type": "duration", "unit": "s", "one_of": [1, 2]},
        "text",
    ],
)
def test_other_questions_have_no_stopwatch(sit: Any, answer: Any) -> None:
    shown = told(sit(samples.item("F", answer), samples.item("B")), "t", seconds=clock())
    assert not any("stopwatch" in line for line in shown)


def test_it_speaks_korean(sit: Any) -> None:
    with use("ko"):
        shown = told(sit(FIRST_LOOK, samples.item("B")), "t", "", seconds=clock(0.0, 3.0))
    assert any("스톱워치" in line for line in shown)
