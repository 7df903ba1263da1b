"""What is typed is shown as it was understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import samples
from helpers.program import call

OPTIONS = [{"id": name, "label": {"ko": ko, "en": name}} for name, ko in (("open", "열림"), ("shut", "닫힘"))]


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        ({"type": "duration", "unit": "min"}, "2,5", "2.5 min"),
        ({"type": "duration", "unit": "min"}, "1,234", "1234 min"),
        ({"type": "duration", "unit": "s"}, "1분 30초", "90 s"),
        ({"type": "number", "unit": "%"}, "８５％", "85 %"),
        ({"type": "choice", "options": OPTIONS}, "2", "shut"),
        ({"type": "choices", "options": OPTIONS}, "2 1", "shut, open"),
        ({"type": "choices", "options": OPTIONS}, "닫힘, 1", "shut, open"),
        ({"type": "choices", "options": OPTIONS}, "SHUT 1", "shut, open"),
        ({"type": "yes-no"}, "ㅛ", "Yes"),
        ({"type": "date"}, "11/19", "2026-11-19"),
        ({"type": "time"}, "오후 2시 반", "14:30"),
    ],
)
def test_a_value_is_echoed(sit: Any, kind: dict[str, Any], typed: str, shown: str) -> None:
    assert f"  = {shown}" in sit(samples.item("A", kind)).say(typed).shown


def test_words_are_not_said_twice(sit: Any) -> None:
    assert not [line for line in sit(samples.item("A", "text")).say("as it was").shown if "= as it was" in line]


@pytest.mark.parametrize(("typed", "mark"), [("불쾌했다", -2), ("unpleasant", -2), ("−2", -2), ("-2.0", -2)])
def test_a_feeling_may_be_said_in_the_words_of_the_screen(sit: Any, typed: str, mark: int) -> None:
    table = sit(of=samples.checklist(samples.touchpoint("t", samples.item("A"), emotion=True)))
    script = table.say("y", typed)
    assert table.values["emotions.t"] == mark
    assert "  = -2 (unpleasant)" in script.shown


def test_a_store_typed_with_an_invisible_sign_is_the_same_store(tmp_path: Path) -> None:
    assert call(tmp_path, "enter", "retail.green-smile", "--store", "0\u200b07", "--lang", "en").code == 3
    assert "007" in call(tmp_path, "drafts", "--lang", "en").out


def test_a_moment_is_echoed_with_its_day(sit: Any) -> None:
    assert "  = 2026-11-20 14:05" in sit(samples.item("A")).say("y").shown
