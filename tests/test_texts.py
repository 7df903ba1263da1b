"""Every text of the program exists in Korean, fits its English, and stands in the catalogue that is shipped."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from cemaudit.language import LANGUAGES, message, use

ROOT = Path(__file__).parents[1]
CODE = [ROOT / "cemaudit", ROOT / "plugins"]
_PAIRS = ("을(를)", "를(을)", "이(가)", "가(이)", "은(는)", "는(은)", "와(과)", "과(와)", "(으)로", "(이)")
_PARTICLE = re.compile(
    r"\}['’\"”]?(을|를|이|가|은|는|과|와|으로|로)(?![가-힣])"
)  # which one depends on what is filled in


_WORD = re.compile(r"([가-힣]+[가-힣])(을|를|과|와)(?![가-힣])")
_ENDS_SO = {"가을", "결과", "초과", "효과", "성과", "통과", "사과", "진료과", "경과"}
_OTHER_WORDS = {
    "조사원": "쇼퍼",
    "점수 체계": "채점 체계",
    "채점 방식": "채점 체계",
    "추가 설치": "추가 구성",
    "추가 기능": "추가 구성",
    "구성 요소": "추가 구성",
    "케이스 믹스": "사례구성",
    "답변에서": "응답에서",
    "지킬 일": "행동 수칙",
}
"""Words that stood for a thing of the glossary beside its own, and that one."""


def _fits(word: str, particle: str) -> bool:
    """Whether the particle is the one after a consonant where the word ends in one, else that after a vowel."""
    ends_in_consonant = (ord(word[-1]) - ord("가")) % 28 > 0
    return ends_in_consonant == (particle in {"을", "과"})


def _load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("texts", ROOT / "tools" / "texts.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _load_tool()
KOREAN: dict[str, str] = TOOL.known_texts()
OWN: list[str] = sorted(TOOL.texts())


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_own_text_has_korean() -> None:
    assert [text for text in OWN if text not in KOREAN] == []


def test_korean_keeps_the_places_of_the_english() -> None:
    assert [text for text in OWN if _places(KOREAN.get(text, text)) != _places(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said(language: str) -> None:
    with use(language):  # type: ignore[arg-type]
        for text in OWN:
            said = str(message(text, **dict.fromkeys(_places(text), "…")))
            assert said
            assert (said == text.format(**dict.fromkeys(_places(text), "…"))) or language == "ko"


def test_the_shipped_catalogue_is_the_written_one() -> None:
    written = io.BytesIO()
    with (TOOL.FOLDER / "cemaudit.po").open("rb") as file:
        write_mo(written, read_po(file, locale="ko"))
    assert (TOOL.FOLDER / "cemaudit.mo").read_bytes() == written.getvalue(), "run: python tools/texts.py"


def test_no_particle_hangs_on_a_place() -> None:
    assert [korean for korean in KOREAN.values() if _PARTICLE.search(korean)] == []


def test_nobody_has_to_choose_a_particle() -> None:
    written = [*KOREAN.values(), *(korean for _, korean, _ in _records())]
    assert [korean for korean in written if any(pair in korean for pair in _PAIRS)] == []


def test_a_written_word_has_the_particle_that_fits() -> None:
    wrong = {found[0] for text in _all_korean() for found in _WORD.finditer(text) if not _fits(*found.groups())}
    assert wrong - _ENDS_SO == set()


def test_one_thing_has_one_word() -> None:
    said = [*KOREAN.values(), *(korean for _, korean, _ in _records())]
    assert [(text, word) for text in said for word in _OTHER_WORDS if word in text] == []


def test_no_count_is_followed_by_a_word_that_reverses_it() -> None:
    assert [korean for korean in KOREAN.values() if re.search(r"\}(개|건|곳) 이상 없", korean)] == []


def test_every_record_of_text_has_both_languages() -> None:
    assert [place for place, korean, english in _records() if bool(korean) != bool(english)] == []


def test_texts_inside_f_strings_are_found() -> None:
    assert {"visits", "reports", "line {number}"} <= set(OWN)


def _all_korean() -> Iterator[str]:
    """Every Korean text of the catalogue, of the records in the code, and of the shipped definitions."""
    yield from KOREAN.values()
    yield from (korean for _, korean, _ in _records())
    for folder in (*CODE, ROOT / "checklists"):
        yield from (path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.toml")))


def _records() -> Iterator[tuple[str, str, str]]:
    """Every ``Text(ko=..., en=...)`` written in the code: its place, its Korean and its English."""
    for path in (path for folder in CODE for path in sorted(folder.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                said = {word.arg or "": ast.unparse(word.value) for word in node.keywords}
                yield f"{path.relative_to(ROOT)}:{node.lineno}", said.get("ko", ""), said.get("en", "")
