from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from helpers import samples
from pydantic import TypeAdapter, ValidationError

from cemaudit.language import use
from cemaudit.model.answers import AnswerType, AnswerValue

TYPE: TypeAdapter[AnswerType] = TypeAdapter(AnswerType)
OPTIONS = [
    {"id": "good", "label": {"ko": "좋음", "en": "Good"}, "points": 2},
    {"id": "bad", "label": {"ko": "나쁨", "en": "Bad"}, "points": -1},
    {"id": "unsure", "label": {"ko": "모름", "en": "Unsure"}},
]
WAIT = {"type": "duration", "points": [{"up_to": 30, "points": 2}, {"up_to": 60, "points": 1}, {"points": 0}]}
LEVELS = {"type": "scale", "lowest": 0, "highest": 2, "points": [0, 0.5, 3]}


def answer(data: Any) -> AnswerType:
    return TYPE.validate_python({"type": data} if isinstance(data, str) else data)


CHOICE = answer({"type": "choice", "options": OPTIONS})
CHOICES = answer({"type": "choices", "options": OPTIONS})


@pytest.mark.parametrize(
    ("kind", "value", "points", "possible"),
    [
        (answer("yes-no"), True, 1, 1),
        (answer({"type": "yes-no", "yes": -2, "no": 3}), True, -2, 3),
        (CHOICE, "good", 2, 2),
        (CHOICE, "bad", -1, 2),
        (CHOICE, "unsure", None, 2),
        (CHOICES, ("good", "bad"), 1, 2),
        (CHOICES, (), 0, 2),
        (CHOICES, ("unsure",), 0, 2),
        (answer("scale"), 4, 3, 4),
        (answer(LEVELS), 1, Fraction(1, 2), 3),
        (answer("nps"), 7, 7, 10),
        (answer(WAIT), 30, 2, 2),
        (answer(WAIT), Decimal("30.01"), 1, 2),
        (answer(WAIT), 10**9, 0, 2),
        (answer({"type": "money", "points": "value", "max": 9}), Decimal("1.5"), Fraction(3, 2), 9),
        (answer("count"), 7, None, None),
        (answer("text"), "words", None, None),
        (answer("date"), "2026-11-21", None, None),
    ],
)
def test_points(kind: AnswerType, value: AnswerValue, points: Any, possible: Any) -> None:
    assert kind.problem(value) is None
    assert kind.points(value) == points
    assert kind.possible == possible


@pytest.mark.parametrize(
    ("kind", "value", "complaint"),
    [
        (answer("yes-no"), 1, "expected true or false, found 1"),
        (CHOICE, "god", "no such option: god (did you mean good?)"),
        (CHOICE, 3, "expected an option id, found 3"),
        (CHOICES, "good", "expected a list of option ids, found good"),
        (CHOICES, ("good", "good"), "expected each option once, found good, good"),
        (CHOICES, ("good", "x"), "no such option: x (known here: bad, good, unsure)"),
        (answer("scale"), 6, "expected a whole number from 1 to 5, found 6"),
        (answer("scale"), Decimal("2.5"), "expected a whole number from 1 to 5, found 2.5"),
        (answer("scale"), Decimal("1E+16"), "expected a whole number from 1 to 5, found 1E+16"),
        (answer("scale"), True, "expected a whole number from 1 to 5, found True"),
        (answer("nps"), -1, "expected a whole number from 0 to 10, found -1"),
        (answer("number"), "7", "expected a number, found 7"),
        (answer("number"), Decimal("NaN"), "expected a number, found NaN"),
        (answer("number"), Decimal("1E+999999"), "expected a number, found 1E+999999"),
        (answer("count"), Decimal("1.5"), "expected a whole number, 0 or more, found 1.5"),
        (answer("duration"), -1, "expected 0 or more, found -1"),
        (answer({"type": "number", "min": 1}), 0, "expected 1 or more, found 0"),
        (answer({"type": "number", "max": 0.5}), 1, "expected 0.5 or less, found 1"),
        (answer("date"), "2026-02-30", "expected a date like 2026-11-21, found 2026-02-30"),
        (answer("date"), 20261121, "expected a date like 2026-11-21, found 20261121"),
        (answer("date"), "20261121", "expected a date like 2026-11-21, found 20261121"),
        (answer("time"), "25:00", "expected a time like 14:05, found 25:00"),
        (answer("time"), 14, "expected a time like 14:05, found 14"),
        (answer("text"), 5, "expected text, found 5"),
    ],
)
def test_what_does_not_fit(kind: AnswerType, value: AnswerValue, complaint: str) -> None:
    with use("en"):
        assert str(kind.problem(value)) == complaint


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"type": "choice", "options": [OPTIONS[0], OPTIONS[0]]}, "repeated option: good"),
        ({"type": "scale", "lowest": 5, "highest": 5}, "highest above lowest"),
        ({"type": "scale", "lowest": 0, "highest": 1000}, "at most 101 steps"),
        ({"type": "scale", "points": [1, 2]}, "one entry of points for each of the 5 steps"),
        ({"type": "number", "min": 2, "max": 1}, "min not above max"),
        ({"type": "number", "points": [{"up_to": 1, "points": 1}]}, "whose last row alone has no up_to"),
        ({"type": "number", "points": [{"up_to": 2, "points": 1}, {"up_to": 1, "points": 1}, {"points": 0}]}, "rising"),
    ],
)
def test_types_that_make_no_sense(data: Any, complaint: str) -> None:
    with use("en"), pytest.raises(ValidationError, match=complaint):
        answer(data)


def test_values_are_shown_in_the_language_in_force() -> None:
    with use("ko"):
        assert CHOICES.show(("good", "bad")) == "좋음, 나쁨"
    assert answer({"type": "money", "unit": "원"}).show(5000) == "5000 원"


def test_samples_make_choices() -> None:
    assert answer(samples.points(1, 2)).possible == 2
