"""Answers of every type, read from a cell or line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from helpers import strategies
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cemaudit.errors import BadInput
from cemaudit.model.answers import AnswerType, AnswerValue
from cemaudit.reading import read_answer

TYPE: TypeAdapter[AnswerType] = TypeAdapter(AnswerType)
OPTIONS = [
    {"id": "good", "label": {"ko": "좋음", "en": "Good"}, "points": 2},
    {"id": "bad", "label": {"ko": "나쁨", "en": "Bad"}, "points": -1},
    {"id": "unsure", "label": {"ko": "모름", "en": "Unsure"}},
]


def answer(data: Any) -> AnswerType:
    return TYPE.validate_python({"type": data} if isinstance(data, str) else data)


CHOICE = answer({"type": "choice", "options": OPTIONS})
CHOICES = answer({"type": "choices", "options": OPTIONS})


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (answer("yes-no"), " 예 ", True),
        (answer("yes-no"), "N", False),
        (CHOICE, "좋음", "good"),
        (CHOICE, "BAD", "bad"),
        (CHOICES, "good; 나쁨, good", ("good", "bad")),
        (CHOICES, "", ()),
        (answer("scale"), "3.0", 3),
        (answer("nps"), "+7", 7),
        (answer("money"), "1,234.50", Decimal("1234.50")),
        (answer("count"), "3.0", 3),
        (answer("date"), "20261121", "2026-11-21"),
        (answer("time"), "14:05:30", "14:05"),
        (answer("text"), " as it is ", "as it is"),
    ],
)
def test_what_a_cell_stands_for(kind: AnswerType, written: str, value: AnswerValue) -> None:
    assert read_answer(kind, written, within_limits=False) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("yes-no", "maybe"),
        ("scale", "2.5"),
        ("scale", "²"),
        ("scale", "+-5"),
        ("nps", ""),
        ("number", "1e999999999"),
        ("number", "NaN"),
        ("date", "tomorrow"),
        ("time", "noon"),
    ],
)
def test_cells_that_stand_for_nothing(kind: str, written: str) -> None:
    with pytest.raises(BadInput):
        read_answer(answer(kind), written)


@given(strategies.scored_answers().map(answer), st.text(max_size=20))
def test_any_cell_is_read_or_refused(kind: AnswerType, written: str) -> None:
    try:
        value = read_answer(kind, written, within_limits=False)
    except BadInput:
        return
    assert kind.problem(value) is None or kind.type not in {"yes-no", "choice"}


@given(st.data())
def test_what_fits_reads_back_from_a_cell(data: st.DataObject) -> None:
    kind = answer(data.draw(strategies.scored_answers()))
    value = data.draw(strategies.answers(kind))
    assert read_answer(kind, str(value)) == value
