"""Words in both languages, and formulas in words."""

from __future__ import annotations

from fractions import Fraction

from cemaudit.language import current, use
from cemaudit.model import Scheme, Text
from cemaudit.report.sections.formula import by_facets, formula, in_signs
from cemaudit.report.sections.words import both, exactly, joined


def test_both_speaks_each_language():
    said = both(current)
    assert isinstance(said, Text)
    assert (said.ko, said.en) == ("ko", "en")
    assert both(lambda: "same") == "same"


def test_joined_leaves_out_what_is_empty():
    words = joined([Text(ko="가", en="a"), "", "b"], " · ")
    with use("ko"):
        assert str(words) == "가 · b"
    assert joined([]) == ""


def test_points():
    assert [exactly(value) for value in (Fraction(2), Fraction(1, 2), Fraction(1, 3), Fraction(-5, 2), None)] == [
        "2",
        "0.5",
        "0.33",
        "-2.5",
        "–",
    ]


def test_formula_in_words():
    scheme = Scheme.model_validate(
        {
            "id": "s",
            "version": "1",
            "title": {"ko": "가", "en": "a"},
            "measures": [
                {
                    "id": "p",
                    "how": "ratio",
                    "for_each": "touchpoint",
                    "weights": {"declared": True, "facets": {"mode": {"active": 1.5}}},
                    "transform": {"times": 100, "plus": -5, "clamp": [0, 100]},
                },
                {"id": "q", "how": "made.up", "of": [f"i{number}" for number in range(9)]},
            ],
        }
    )
    with use("en"):
        said = str(formula(scheme, scheme.measure["p"]))
        assert said == (
            "points earned ÷ points possible (items); weighted by the checklist's weights, Mode Active ×1.5; "
            "×100 −5 0…100"
        )
        assert str(formula(scheme, scheme.measure["q"])) == "made.up (i0, i1, i2, i3, i4, i5, … (9))"
        assert str(by_facets([scheme.measure["p"]])) == "by Touchpoint"
    assert in_signs(">= -10, < 5") == "≥ −10, < 5"
