"""Yes and no, options and ids, as people write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.model import Text
from cemaudit.model.feelings import EMOTIONS
from cemaudit.reading import OptionWords, read_id, read_mark, read_yes_no

OPTIONS = OptionWords(
    {"open": Text(ko="열림", en="Open door"), "shut": Text(ko="닫힘"), "1": Text(en="same"), "2": Text(en="same")}
)


@pytest.mark.parametrize("text", ["예", "네", "Y", "yes", "TRUE", "True", "1", "1.0", "ㅛ", "참", " o ", "ＹＥＳ"])
def test_yes(text: str) -> None:
    assert read_yes_no(text) is True


@pytest.mark.parametrize("text", ["아니요", "아니오", "n", "No", "FALSE", "false", "0", "0.0", "ㅜ", "거짓", "x"])
def test_no(text: str) -> None:
    assert read_yes_no(text) is False


@pytest.mark.parametrize("text", ["", "maybe", "2", "yes no", "Ture", "y" * 200])
def test_neither(text: str) -> None:
    with pytest.raises(BadInput, match="expected yes or no, found"):
        read_yes_no(text)
    with use("ko"):
        with pytest.raises(BadInput) as refusal:
            read_yes_no(text)
        assert str(refusal.value).startswith("필요한 값: 예 또는 아니요. 적힌 값: ")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("open", "open"),
        ("OPEN", "open"),
        ("open  door", "open"),
        ("열림", "open"),
        ("１", "1"),
        (unicodedata.normalize("NFD", "닫힘"), "shut"),
        ("same", None),
        ("ajar", None),
    ],
)
def test_an_option_is_found_by_id_or_words_of_its_own(text: str, code: str | None) -> None:
    assert OPTIONS.find(text) == code


@pytest.mark.parametrize("text", ["same", "ajar", ""])
def test_what_is_no_option_or_several_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no such option"):
        OPTIONS.read(text)


def test_the_first_word_that_is_no_option_is_named() -> None:
    with pytest.raises(BadInput, match="no such option: ajar"):
        OPTIONS.read_all("open; ajar; 닫힘")


@pytest.mark.parametrize(
    ("text", "mark"), [("3", 3), ("-3", -3), ("−3", -3), ("+2", 2), ("2.0", 2), ("불쾌했다", -2), ("Very pleasant", 3)]
)
def test_a_mark_is_a_number_or_the_words_beside_it(text: str, mark: int) -> None:
    assert read_mark(text, -3, 3, OptionWords.of_marks(EMOTIONS)) == mark


@pytest.mark.parametrize("text", ["4", "2.5", "", "nice"])
def test_another_mark_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="expected a whole number from -3 to 3, found"):
        read_mark(text, -3, 3, OptionWords.of_marks(EMOTIONS))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("0\u200b07", "007"),
        ("s\u00ad1", "s1"),
        ("\ufeffs1", "s1"),
        ("강남\u3164점", "강남점"),
        ("s1\ufe0f", "s1"),
        ("강남\u00a0 점", "강남 점"),
        ("강남  점", "강남  점"),
        ("a\nb", "a\nb"),
        ('="007"', "007"),
        ("1E+5", "1E+5"),
        ("00７", "00７"),
    ],
)
def test_an_id_holds_nothing_that_cannot_be_seen(text: str, name: str) -> None:
    assert read_id(text) == name


@pytest.mark.parametrize("text", ["1.23457E+17", "8.80123E+12", "1e+20"])
def test_an_id_that_was_rounded_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="expected an id as text"):
        read_id(text)


@given(st.text(max_size=30))
def test_an_id_read_again_is_the_same(text: str) -> None:
    try:
        name = read_id(text)
    except BadInput:
        return
    assert not any(unicodedata.category(sign) == "Cf" for sign in name)
    assert read_id(name) == name or name.startswith('="')
