from __future__ import annotations

import ast
import gettext
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cemaudit
from cemaudit.language import LOCALES, current, detect, message, printable, translate, use


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, "ko"),
        ({"LC_MESSAGES": "KO", "LANG": "de_DE"}, "ko"),
    ],
)
def test_the_language_of_the_locale(environ: dict[str, str], language: str) -> None:
    assert detect(environ) == language


def test_a_language_holds_inside_its_block() -> None:
    with use("ko"):
        with use("en"):
            assert current() == "en"
        assert current() == "ko"


def test_a_language_ends_with_its_block_also_after_an_error() -> None:
    before = current()
    with pytest.raises(KeyError), use("ko" if before == "en" else "en"):
        raise KeyError
    assert current() == before


def test_a_message_waits_for_its_reader() -> None:
    asked = message("no such item: {item}", item="GS99")
    with use("en"):
        assert str(asked) == "no such item: GS99"
    with use("ko"):
        assert str(asked) == "없는 항목입니다: GS99"


def test_messages_inside_messages() -> None:
    inner = message("a number")
    with use("en"):
        assert str(message("expected {what}, found {value}", what=inner, value="x")) == "expected a number, found x"


def test_nothing_is_translated_to_nothing() -> None:
    with use("ko"):
        assert translate("") == ""


@given(st.text())
def test_what_is_printed_stays_on_one_short_line(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) <= 160


def _literals() -> Iterator[str]:
    """The English texts in the code: first arguments of `message`, `translate`, `Expected` and `N_`."""
    for path in Path(cemaudit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if named in {"message", "translate", "Expected", "N_"} and isinstance(node, ast.Call) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_korean_texts_have_the_same_holes() -> None:
    korean = gettext.translation("cemaudit", LOCALES, languages=["ko"])
    wrong = [text for text in _literals() if _holes(korean.gettext(text)) != _holes(text)]
    assert wrong == []
