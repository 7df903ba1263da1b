from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Expected, Problem, nearest
from cemaudit.language import message, use
from cemaudit.model import Text


def test_a_problem_in_one_line() -> None:
    assert str(Problem("is missing")) == "is missing"
    assert str(Problem("is missing", "title", "add one")) == "title: is missing (add one)"


def test_a_problem_seen_from_further_out() -> None:
    assert str(Problem("is missing", "title").inside("shop.toml")) == "shop.toml: title: is missing"
    assert str(Problem("is missing").inside("shop.toml")) == "shop.toml: is missing"


def test_places_of_strangers_cannot_write_to_the_terminal() -> None:
    assert str(Problem("wrong", "\x1b[2Jfile\nname")) == "\ufffd[2Jfile\ufffdname: wrong"


def test_all_problems_one_per_line() -> None:
    error = BadInput([Problem("one", "a"), Problem("two", "b")]).inside("file")
    assert str(error) == "file: a: one\nfile: b: two"
    assert isinstance(error, BadInput)


@pytest.mark.parametrize(("kind", "code"), [(CemauditError, 1), (BadInput, 3), (BadEnvironment, 4)])
def test_exit_codes(kind: type[CemauditError], code: int) -> None:
    assert kind(Problem("x")).exit_code == code


def test_an_error_speaks_the_language_of_whoever_reads_it() -> None:
    error = BadInput(Problem(Text(ko="숙박 일수가 0입니다", en="a stay of 0 nights")))
    with use("ko"):
        assert str(error) == "숙박 일수가 0입니다"
    with use("en"):
        assert str(error) == "a stay of 0 nights"


def test_what_was_expected_is_put_into_words_when_read() -> None:
    with use("en"):
        assert str(Expected("at most {limit} entries", limit=3)) == "at most 3 entries"


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("greting", ["greeting", "farewell"], "did you mean greeting?"),
        ("xyz", ["b", "a", "a"], "known here: a, b"),
        ("xyz", [f"word{number}" for number in range(9)], "None"),
        ("xyz", [], "None"),
    ],
)
def test_hints(word: str, known: list[str], hint: str) -> None:
    with use("en"):
        assert str(nearest(word, known)) == hint


def test_hints_without_a_list() -> None:
    assert nearest("xyz", ["a", "b"], listing=False) is None


@given(st.text())
def test_a_strangers_words_are_never_a_template(words: str) -> None:
    assert str(message("found {value}", value="{value.__class__}")) == "found {value.__class__}"
    assert "\n" not in str(message("found {value}", value=words))
