"""Near-same texts and pictures: exactly those that comparing all with all would find."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.entry.doubts.earlier import shingles
from cemaudit.programme.screening.pictures import MOST, similar_pictures
from cemaudit.programme.screening.texts import LEAST, similar_texts

WORDS = "직원은 손님이 들어온 것을 보고도 휴대전화만 보았고, 물어도 고개를 들지 않은 채 저쪽이라고만 말했습니다."


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


@given(
    st.lists(st.tuples(st.frozensets(st.sampled_from("abcdefghij"), max_size=8), st.sampled_from("xyz")), max_size=14)
)
def test_the_pairs_are_those_of_comparing_all(made: list[tuple[frozenset[str], str]]) -> None:
    texts, owners = [text for text, _ in made], [owner for _, owner in made]
    found = {similar.place: similar for similar in similar_texts(texts, owners)}
    for place, text in enumerate(texts):
        others = [
            (jaccard(text, texts[earlier]), -earlier)
            for earlier in range(place)
            if text and owners[earlier] != owners[place] and jaccard(text, texts[earlier]) >= LEAST
        ]
        assert (place in found) == bool(others)
        if others:
            assert found[place].similarity == pytest.approx(max(others)[0])
            assert owners[found[place].earlier] != owners[place]


def test_a_text_with_a_word_changed_is_the_same_and_another_is_not() -> None:
    texts = [
        WORDS,
        WORDS.replace("휴대전화만", "신문만"),
        "계산대 앞에 상자가 쌓여 있어 지나가기 어려웠고, 아무도 치우지 않았습니다. 다시 가지 않겠습니다.",
    ]
    (similar,) = similar_texts([shingles(text) for text in texts], ["a", "b", "c"])
    assert (similar.place, similar.earlier) == (1, 0)
    assert similar.similarity > LEAST


def test_texts_of_one_visit_are_not_compared() -> None:
    assert list(similar_texts([shingles(WORDS)] * 3, ["a", "a", "a"])) == []
    assert [(one.place, one.earlier) for one in similar_texts([shingles(WORDS)] * 3, ["a", "b", "a"])] == [
        (1, 0),
        (2, 1),
    ]


def test_a_thousand_of_one_wording_take_no_time() -> None:
    words = shingles(WORDS)
    assert sum(1 for _ in similar_texts([words] * 5_000, [str(number) for number in range(5_000)])) == 4_999


@given(st.lists(st.integers(0, 2**256 - 1), max_size=8), st.integers(0, 8))
def test_the_nearest_picture_is_that_of_comparing_all(hashes: list[int], first_new: int) -> None:
    hashes = [*hashes, *(value ^ 1 for value in hashes)]
    owners = [str(number) for number in range(len(hashes))]
    found = {similar.place: 1 - similar.similarity for similar in similar_pictures(hashes, owners, first_new)}
    expected: dict[int, float] = {}
    for earlier, place in combinations(range(len(hashes)), 2):
        either = (hashes[earlier] | hashes[place]).bit_count()
        share = (hashes[earlier] ^ hashes[place]).bit_count() / max(either, 1)
        if place >= first_new and share <= MOST:
            expected[place] = min(share, expected.get(place, 1.0))
    assert found == pytest.approx(expected)
