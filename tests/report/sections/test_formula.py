"""The method page prints words, in both languages, for every scheme that comes along."""

from __future__ import annotations

import re

import pytest

from cemaudit.language import Language, use
from cemaudit.model.measures import VISIT_SOURCES
from cemaudit.report.sections.formula import SOURCES, formula
from cemaudit.scoring import Engine
from cemaudit.scoring.aggregators import BUILT_IN


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_formula_begins_with_the_title_of_its_aggregator(engine: Engine, language: Language) -> None:
    with use(language):
        for scheme in engine.library.schemes.values():
            for measure in scheme.measures:
                title = BUILT_IN[measure.how].title
                assert title
                assert getattr(title, language)
                assert str(formula(scheme, measure)).startswith(f"{title} ("), (scheme.ref, measure.id)


def test_no_korean_formula_holds_the_id_of_an_aggregator(engine: Engine) -> None:
    with use("ko"):
        for scheme in engine.library.schemes.values():
            for measure in scheme.measures:
                head = str(formula(scheme, measure)).partition(" (")[0]
                assert not {*re.findall(r"[a-z-]+", head)} & set(BUILT_IN), (scheme.ref, measure.id)


WORDS = {
    ("acsi@1", "acsi"): ("앞의 값 ÷ 뒤의 값 (가중 합, ", "the first ÷ the second (Weighted sum, "),
    ("servqual.weighted@1", "servqual"): ("앞의 값 ÷ 뒤의 값 (", "the first ÷ the second ("),
    ("korea.hotel-stars@2015", "percent"): (
        "앞의 값 ÷ 뒤의 값 (점수, 만점)",
        "the first ÷ the second (Points, ",
    ),
    ("hnqis2@2", "score"): ("점수가 있는 첫 번째 값 (중대 문항, ", "the first that has a score (Critical questions, "),
}


@pytest.mark.parametrize(("ref", "name"), WORDS)
def test_quotients_and_first_scores_have_words(engine: Engine, ref: str, name: str) -> None:
    scheme = engine.library.scheme(ref)
    for language, words in zip(("ko", "en"), WORDS[ref, name], strict=True):
        with use(language):  # type: ignore[arg-type]
            assert str(formula(scheme, scheme.measure[name])).startswith(words)


def test_every_source_of_a_visit_has_words() -> None:
    assert {f"@{name}" for name in SOURCES} == set(VISIT_SOURCES)
