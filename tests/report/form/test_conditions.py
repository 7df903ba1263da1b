"""When a question arises, in words."""

from __future__ import annotations

import pytest
from helpers import samples

from cemaudit.language import use
from cemaudit.model.expression import parse
from cemaudit.report.form.conditions import condition

CHECKLIST = samples.items_only(
    samples.item("told", samples.points(1, 0)),
    samples.item("waited", "number"),
    samples.item("asked"),
    steps=[{"id": "V1", "title": {"ko": "첫 방문", "en": "First visit"}}],
)


@pytest.mark.parametrize(
    ("source", "english", "korean"),
    [
        ("asked == true", "asked = Yes", "asked = 예"),
        ("waited > 10", "waited > 10", "waited > 10"),
        ("waited <= 10.5", "waited ≤ 10.5", "waited ≤ 10.5"),
        ("told != 'p0'", "told ≠ p0", "told ≠ p0"),
        ("told in ['p0', 'gone']", "told = p0 / gone", "told = p0 / gone"),
        ("step == 'V1'", "visit = First visit", "방문 = 첫 방문"),
        ("answered(told)", "told answered", "told 응답 있음"),
        ("not answered(told)", "not (told answered)", "(told 응답 있음) 아님"),
        ("asked == false and waited < 3", "asked = No and waited < 3", "asked = 아니요 그리고 waited < 3"),
        ("asked and (told == 'p1' or waited >= 3)", "asked and (told = p1 or waited ≥ 3)", None),
        ("waited == told", "waited = told", "waited = told"),
    ],
)
def test_a_condition_in_words(source: str, english: str, korean: str | None) -> None:
    assert condition(parse(source), CHECKLIST) == english
    if korean:
        with use("ko"):
            assert condition(parse(source), CHECKLIST) == korean
