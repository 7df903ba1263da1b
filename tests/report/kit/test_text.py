"""Wrapping plain text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.style import BODY, SMALL
from cemaudit.report.kit.text import BOX, missing_glyphs, shorten, visible, wrap


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


HANJA = [bytes([row, cell]).decode("euc_kr") for row in range(0xCA, 0xFE) for cell in range(0xA1, 0xFF)]


def test_every_hanja_of_the_korean_standard_is_drawn_but_one():
    assert len(HANJA) == 4888
    assert missing_glyphs("".join(HANJA)) == ["\u9699"]
    assert face().width("金家食堂", 10) == face(bold=True).width("金家食堂", 10) == 40


def test_hanja_come_from_a_face_of_their_own():
    assert list(face(bold=True).runs("金家 강남")) == [("CEMSansKR-Hanja", "金家"), ("CEMSansKR-Bold", " 강남")]
    assert [name for name, _ in face().runs("강남 Store 7")] == ["CEMSansKR-Regular"]


@pytest.mark.parametrize("text", ["\U0001f35a", "\u1112\u119e", "\u0e04", "\u0639", "\u9699", "\U00020000"])
def test_what_no_font_has_is_a_box_and_named(text):
    assert missing_glyphs(f"강남 {text}") == sorted(set(text))
    assert set(visible(text)) == {BOX}
    assert missing_glyphs(visible(text)) == []
