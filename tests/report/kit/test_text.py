"""Wrapping plain text."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.style import BODY, SMALL
from cemaudit.report.kit.text import shorten, visible, wrap


def test_breaks_at_spaces():
    lines = wrap("첫 안경을 맞추는 대학생이 매장에 들어섰습니다", BODY, 90)
    assert " ".join(lines) == "첫 안경을 맞추는 대학생이 매장에 들어섰습니다"
    assert len(lines) > 2


def test_breaks_between_syllables_where_asked_but_not_before_a_full_stop():
    lines = wrap("가나다라마바사. 아자차", SMALL, face().width("가나다라마바사", 8) + 0.1, anywhere=True)
    assert "".join(lines).replace(" ", "") == "가나다라마바사.아자차"
    assert all(not line.startswith(".") for line in lines)


def test_latin_words_stay_whole_between_syllables():
    lines = wrap("가나다 checklist 라마바", SMALL, face().width("checklist", 8) + 1, anywhere=True)
    assert "checklist" in lines


def test_long_tokens_are_split():
    lines = wrap("a" * 100, BODY, 50)
    assert "".join(lines) == "a" * 100
    assert all(face().width(line, BODY.size) <= 50 for line in lines)


@given(st.text(max_size=200), st.floats(20, 300), st.booleans())
def test_no_line_is_too_wide_and_nothing_but_space_is_lost(text, width, anywhere):
    lines = wrap(text, BODY, width, anywhere=anywhere)
    assert all(face().width(line, BODY.size) <= width + 1e-6 for line in lines)
    assert "".join("".join(lines).split()) == "".join(visible(text).split())


def test_time_grows_with_the_text_not_with_its_square():
    started = time.perf_counter()
    wrap("가" * 400_000, SMALL, 100)
    wrap("가" * 400_000, SMALL, 100, anywhere=True)
    assert time.perf_counter() - started < 10


def test_shorten():
    assert shorten(["a", "b"], 2) == ["a", "b"]
    assert shorten(["one", "two", "three"], 2) == ["one", "tw…"]
    assert shorten(["one", "", "three"], 2) == ["one", "…"]


def test_check_marks_are_in_the_fonts():
    assert visible("✓ ✔ ✗ ✘ ℃ ₩ ① ★") == "✓ ✔ ✗ ✘ ℃ ₩ ① ★"
