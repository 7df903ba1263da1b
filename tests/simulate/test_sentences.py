"""The sentences of simulated shoppers exist in both languages, for every element, and each is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from cemaudit.language import LANGUAGES
from cemaudit.model import Element
from cemaudit.packages import shipped_table

TABLE = shipped_table("cemaudit.simulate", "sentences.toml")
BY_ELEMENT = {"praise", "regret", "claim", "praise-from-afar", "regret-from-afar"}
PLAIN = {"cold", "blame", "remark", "skipped"}
HANGUL = range(ord("가"), ord("힣") + 1)


def banks() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in sorted(PLAIN):
        yield name, TABLE[name]
    for name in sorted(BY_ELEMENT):
        for element, bank in TABLE[name].items():
            yield f"{name}.{element}", bank


BANKS = dict(banks())


def test_every_kind_of_sentence_is_there_and_no_other() -> None:
    assert set(TABLE) == BY_ELEMENT | PLAIN | {"occasion"}
    for name in BY_ELEMENT:
        from_afar = {Element.PEOPLE, Element.LOOK_AND_FEEL}
        assert set(TABLE[name]) == (from_afar if name.endswith("-from-afar") else set(Element))


@pytest.mark.parametrize("bank", BANKS.values(), ids=list(BANKS))
def test_both_languages_have_the_same_number_of_different_sentences(bank: dict[str, Any]) -> None:
    assert tuple(bank) == LANGUAGES
    assert len(bank["ko"]) == len(bank["en"]) >= 2
    for language in LANGUAGES:
        assert Counter(bank[language]).most_common(1)[0][1] == 1
        assert all(sentence == sentence.strip() != "" for sentence in bank[language])


@pytest.mark.parametrize("bank", BANKS.values(), ids=list(BANKS))
def test_sentences_stand_under_their_language(bank: dict[str, Any]) -> None:
    assert all(any(ord(letter) in HANGUL for letter in sentence) for sentence in bank["ko"])
    assert all(sentence.isascii() for sentence in bank["en"])


def test_times_of_the_week_are_three_for_each_kind_of_day() -> None:
    for language in LANGUAGES:
        times = TABLE["occasion"][language]
        assert [len(day) for day in times] == [3, 3]
        assert len({words for day in times for words in day}) == 6
