from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from helpers import samples

from cemaudit.model import Checklist
from cemaudit.scoring import Engine, audit_visit

NUMBERS = samples.items_only(
    *(samples.item(name, {"type": "number", "points": "value", "min": -99, "max": 999}) for name in ("Q1", "Q2"))
)


def label(bands: list[dict[str, Any]], **answers: Any) -> str | None:
    scheme = samples.scheme(
        {"id": "one", "how": "sum", "of": ["Q1"]}, {"id": "two", "how": "sum", "of": ["Q2"]}, bands=bands
    )
    named = {{"one": "Q1", "two": "Q2"}[name]: value for name, value in answers.items()}
    band = samples.audit(NUMBERS, scheme, answers=named).band
    return band.label if band else None


GRADES: list[dict[str, Any]] = [
    {"label": "high", "where": {"one": ">= 90"}},
    {"label": "middle", "where": {"one": ">= 79.9, < 90"}},
    {"label": "low", "where": {"one": "< 79.9"}},
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(90, "high"), (89.99, "middle"), (79.9, "middle"), (79.89, "low"), (-5, "low"), (999, "high")],
)
def test_edges(value: float, expected: str) -> None:
    assert label(GRADES, one=value) == expected


def test_above_89_9_is_not_90_or_more() -> None:
    bands: list[dict[str, Any]] = [{"label": "competent", "where": {"one": "> 89.9"}}, {"label": "not"}]
    assert [label(bands, one=value) for value in (89.9, 89.95)] == ["not", "competent"]


@pytest.mark.parametrize(("one", "two", "expected"), [(90, 1, "A"), (90, 0, "B"), (50, 1, "B")])
def test_several_conditions(one: int, two: int, expected: str) -> None:
    bands: list[dict[str, Any]] = [{"label": "A", "where": {"one": ">= 90", "two": ">= 1"}}, {"label": "B"}]
    assert label(bands, one=one, two=two) == expected


def test_without_a_score_there_is_no_band() -> None:
    assert label(GRADES) is None
    assert label([{"label": "A", "where": {"one": "> 1", "two": "> 1"}}, {"label": "B"}], one=0) is None


def test_where_no_row_fits_there_is_no_band() -> None:
    assert label(GRADES[:1], one=50) is None
    assert label([], one=50) is None


HYGIENE = samples.items_only(
    *(
        samples.item(name, {"type": "number", "points": "value", "min": 0, "max": 30})
        for name in ("hygiene", "structure", "confidence")
    )
)


@pytest.mark.parametrize(
    ("scores", "total", "worst", "rating"),
    [
        ((5, 5, 5), 15, 5, "5"),
        ((0, 0, 10), 10, 10, "4"),
        ((10, 5, 10), 25, 10, "3"),
        ((5, 15, 5), 25, 15, "2"),
        ((20, 0, 0), 20, 20, "1"),
        ((25, 0, 0), 25, 25, "0"),
        ((0, 0, 0), 0, 0, "5"),
        ((25, 25, 30), 80, 30, "0"),
    ],
)
def test_food_hygiene_ratings(engine: Engine, scores: tuple[int, ...], total: int, worst: int, rating: str) -> None:
    visit = samples.visit(answers=dict(zip(HYGIENE.items, scores, strict=True)))
    audit = audit_visit(visit, HYGIENE, engine.library.scheme("uk.fhrs@2012"))
    assert [audit.score(name).value for name in ("total", "worst")] == [total, worst]
    assert audit.band is not None
    assert audit.band.label == rating


def test_a_food_hygiene_rating_needs_all_three_scores(engine: Engine) -> None:
    visit = samples.visit(answers={"hygiene": 0, "structure": 0})
    audit = audit_visit(visit, HYGIENE, engine.library.scheme("uk.fhrs@2012"))
    assert (audit.score("total").value, audit.band) == (None, None)


def recommendations(count: int) -> Checklist:
    return samples.items_only(*(samples.item(f"Q{number}", "nps", tags=["nps"]) for number in range(count)))


@pytest.mark.parametrize(
    ("answers", "score"),
    [([10, 9, 9, 8, 8, 7, 6, 5, 10, 9], 30), ([0], -100), ([9, 10], 100), ([7, 8], 0), ([10, 7, 0], 0)],
)
def test_net_promoter_score(engine: Engine, answers: list[int], score: int) -> None:
    checklist = recommendations(len(answers))
    visit = samples.visit(answers=dict(zip(checklist.items, answers, strict=True)))
    audit = audit_visit(visit, checklist, engine.library.scheme("nps@1"))
    assert audit.score("nps").value == score


@pytest.mark.parametrize(
    ("performance", "emotion", "experience"),
    [("0.9", 3, "90"), ("0.9", -3, "-55"), ("0.1", -3, "-95"), ("0.9", 0, "0")],
)
def test_experience_of_a_visit(engine: Engine, performance: str, emotion: int, experience: str) -> None:
    worth = {"type": "number", "points": "value", "min": 0, "max": 1}
    checklist = samples.checklist(samples.touchpoint("t", samples.item("A", worth), emotion=True))
    visit = samples.visit(answers={"A": float(performance)}, emotions={"t": emotion})
    audit = audit_visit(visit, checklist, engine.library.scheme("cem.experience@1"))
    assert audit.score("overall").value == Fraction(experience)


def test_active_touchpoints_count_more(engine: Engine) -> None:
    checklist = samples.checklist(
        samples.touchpoint("a", samples.item("A"), mode="active", emotion=True),
        samples.touchpoint("b", samples.item("B"), mode="passive", emotion=True),
    )
    visit = samples.visit(answers={"A": True, "B": True}, emotions={"a": 3, "b": -3})
    audit = audit_visit(visit, checklist, engine.library.scheme("cem.experience@1"))
    assert audit.score("overall").value == Fraction("1.5") * 100 / Fraction("2.5") - Fraction(50) / Fraction("2.5")


def test_the_mean_of_products_is_not_the_product_of_means(engine: Engine) -> None:
    checklist = samples.checklist(
        *(samples.touchpoint(one, samples.item(one.upper()), emotion=True) for one in ("a", "b"))
    )
    visit = samples.visit(answers={"A": True, "B": False}, emotions={"a": 3, "b": -3})
    audit = audit_visit(visit, checklist, engine.library.scheme("cem.experience@1"))
    assert audit.score("overall").value == 0
    assert [audit.score(name).value for name in ("performance", "emotion")] == [50, 0]
    assert [audit.score("touchpoint.experience", one).value for one in ("a", "b")] == [100, -100]


def test_a_gap_is_what_was_met_less_what_was_expected(engine: Engine) -> None:
    checklist = samples.checklist(samples.touchpoint("t", samples.item("A"), samples.item("B"), expectation=True))
    visit = samples.visit(answers={"A": True, "B": False}, expectations={"t": 6})
    audit = audit_visit(visit, checklist, engine.library.scheme("cem.experience@1"))
    assert audit.score("touchpoint.gap", "t").value == 50 - Fraction(500, 6)
