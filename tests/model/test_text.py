from __future__ import annotations

import unicodedata

import pytest
from helpers import strategies
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cemaudit.language import message, use, writing
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


@pytest.mark.parametrize(("words", "asked", "given"), [
    ({"ko": "가", "en": "A"}, "ko", "가"),
    ({"ko": "가", "en": "A"}, "de", "A"),
    ({"en-GB": "colour", "de": "Farbe"}, "en", "colour"),
    ({"de": "Farbe", "en": "color"}, "en-GB", "color"),
    ({"de": "Farbe", "fr": "couleur"}, "ko", "Farbe"),
    ({"en": "color", "de": "Farbe"}, "ko", "color"),
    ({"zh-Hant": "顏色"}, "zh", "顏色"),
    ({"ko": "", "de": "Farbe"}, "ko", "Farbe"),
])  # fmt: skip
def test_another_language_stands_in(words: dict[str, str], asked: str, given: str) -> None:
    text = Text(**words)
    with use(asked):
        assert str(text) == given
    assert text.in_language(asked) == given


def test_a_text_is_kept_in_one_order_however_it_was_written() -> None:
    for words in ({"en": "A", "ko": "가"}, {"ko": "가", "en": "A"}):
        assert Text(**words).model_dump_json() == '{"ko":"가","en":"A"}'
    assert Text(de="B", en="A").model_dump_json() == '{"en":"A","de":"B"}'
    assert Text.model_validate({"ko": None, "de": "Farbe"}).model_dump() == {"de": "Farbe"}
    assert Text(en="A", ko="가") == Text(ko="가", en="A")
    assert hash(Text(en="A", ko="가")) == hash(Text(ko="가", en="A")) != hash(Text(ko="가", en="B"))


def test_what_a_text_says_cannot_be_written_to() -> None:
    text = Text(ko="가")
    text.model_extra["ko"] = "나"
    assert str(text) == "가"
    with pytest.raises(ValidationError, match="frozen"):
        text.ko = "나"  # type: ignore[misc]


@pytest.mark.parametrize("tag", ["englisch", "EN", "en_GB", "en-gb", "e", "한국어", "en-", ""])
def test_a_language_is_a_tag(tag: str) -> None:
    with pytest.raises(ValidationError, match=f"no such tag: {tag}"):
        Text.model_validate({tag: "A"})


def test_a_text_is_given_by_language() -> None:
    with pytest.raises(ValidationError, match=r'a text by language, as \{ ko = "...", en = "..." \}'):
        Text.model_validate("Burger")


def test_texts_are_made_in_the_languages_of_the_file_that_is_written() -> None:
    with writing(("de", "ko")):
        assert Text.said(lambda: message("no such file")).by_language == {"de": "no such file", "ko": "없는 파일입니다"}
    assert Text.said(lambda: "A").languages == ("ko", "en")
    assert Text(ko="가", fr="A").only_in(("en", "fr")) == Text(en="가", fr="A")


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(ValidationError, match="a text in one language at least"):
        Text(ko="\u202e", en=" ")
