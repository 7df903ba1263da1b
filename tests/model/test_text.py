from __future__ import annotations

import unicodedata

import pytest
from helpers import strategies
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cemaudit.language import use
from cemaudit.model import Text
from cemaudit.model.base import clean


def test_decomposed_korean_is_composed() -> None:
    assert clean(unicodedata.normalize("NFD", "친절한 안내")) == "친절한 안내"


@pytest.mark.parametrize(
    "char", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ufeff", "\u202e", "\u2066", "\u2069", "\ud800"]
)
def test_control_and_direction_characters_are_dropped(char: str) -> None:
    assert clean(f"fdp{char}.exe") == "fdp.exe"


def test_a_dropped_character_leaves_the_text_composed() -> None:
    assert clean("e\x00\u0301") == "é"


def test_line_ends_become_plain() -> None:
    assert clean("one\r\ntwo\rthree\n") == "one\ntwo\nthree"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert unicodedata.is_normalized("NFC", clean(text))


@given(strategies.words, strategies.words)
def test_text_round_trip(ko: str, en: str) -> None:
    if clean(ko) and clean(en):
        text = Text(ko=ko, en=en)
        assert Text.model_validate_json(text.model_dump_json()) == text


def test_text_speaks_the_language_in_force() -> None:
    text = Text(ko="인사", en="Greeting")
    with use("ko"):
        assert str(text) == "인사"
    with use("en"):
        assert str(text) == "Greeting"


def test_one_language_stands_in_for_the_other() -> None:
    with use("en"):
        assert str(Text(ko="인사")) == "인사"
    assert Text(ko="인사").languages == ("ko",)


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(ValidationError, match="a text in ko or en"):
        Text(ko="\u202e", en=" ")
