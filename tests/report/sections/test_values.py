"""Scores in print."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cemaudit.language import use
from cemaudit.model import Measure, Reason, Scheme, Score, Text
from cemaudit.report.sections.values import MeasureRange, number, plain, show, single_measures, span_of

SCHEME = Scheme.model_validate(
    {
        "id": "s",
        "version": "1",
        "title": {"ko": "가", "en": "a"},
        "measures": [
            {"id": "p", "how": "ratio", "unit": "percent"},
            {"id": "e", "how": "mean", "of": ["@emotions"], "transform": {"times": 100}},
            {"id": "mean_e", "how": "weighted-mean", "of": ["e"]},
            {"id": "gap", "how": "difference", "of": ["p", "p"]},
            {"id": "clamped", "how": "sum", "transform": {"clamp": [0, 10]}},
            {"id": "total", "how": "sum"},
            {"id": "nps", "how": "nps", "of": ["@items"]},
        ],
    }
)


@pytest.mark.parametrize(
    ("measure", "span"),
    [
        ("p", MeasureRange(0, 100)),
        ("e", MeasureRange(-100, 100)),
        ("mean_e", MeasureRange(-100, 100)),
        ("gap", MeasureRange(-100, 100)),
        ("clamped", MeasureRange(0, 10)),
        ("total", None),
        ("nps", MeasureRange(-100, 100)),
    ],
)
def test_spans(measure, span):
    assert span_of(SCHEME, SCHEME.measure[measure]) == span


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.3"),
        (Fraction(-1, 3), "−0.3"),
        (Fraction(1, 100), "0.0"),
        (Fraction(-1, 100), "0.0"),
        (12, "12.0"),
    ],
)
def test_numbers(value, text):
    assert number(Fraction(value)) == text


def test_signs_and_rounding_of_the_measure():
    measure = Measure.model_validate({"id": "m", "how": "sum", "round": {"digits": 2, "mode": "floor"}})
    assert number(Fraction(-1, 3), measure, signed=True) == "−0.34"
    assert number(Fraction(1, 3), measure, signed=True) == "+0.33"
    assert plain(Score(value=Fraction(-1, 3)), measure) == -0.34


def test_no_score_gives_its_reason_in_both_languages():
    seen = show(SCHEME, SCHEME.measure["p"], Score(reason=Reason.NOT_OBSERVED))
    assert seen.at is None
    with use("en"):
        assert str(seen.text) == "not observed"


@pytest.mark.parametrize(("value", "tone"), [(0, "worst"), (30, "poor"), (50, "plain"), (70, "good"), (100, "best")])
def test_tones_are_fifths_of_the_scale(value, tone):
    assert show(SCHEME, SCHEME.measure["p"], Score(value=Fraction(value))).tone == tone
    upside_down = SCHEME.model_copy(update={"direction": "lower-is-better"})
    opposite = {"worst": "best", "poor": "good", "plain": "plain", "good": "poor", "best": "worst"}[tone]
    if value != 30:
        assert show(upside_down, SCHEME.measure["p"], Score(value=Fraction(value))).tone == opposite


def test_single_measures_leave_the_headline_out():
    assert "nps" not in [measure.id for measure in single_measures(SCHEME)]
    assert isinstance(SCHEME.title, Text)
