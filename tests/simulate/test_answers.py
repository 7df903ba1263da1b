from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from random import Random
from statistics import mean

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cemaudit.model.answers import AnswerType
from cemaudit.simulate.answers import draw_answer
from cemaudit.simulate.schedule import KOREA

NOW = datetime(2025, 3, 3, 14, 0, tzinfo=KOREA)
read = TypeAdapter(AnswerType).validate_python
levels = st.floats(0, 1)
points = st.integers(-3, 5)
numbers = st.integers(-50, 500)
labels = st.just({"en": "x"})


@st.composite
def options(draw_one: st.DrawFn) -> list[dict[str, object]]:
    worth = draw_one(st.lists(st.none() | points, min_size=1, max_size=6))
    return [
        {"id": f"o{number}", "label": {"en": "x"}, **({} if one is None else {"points": one})}
        for number, one in enumerate(worth)
    ]


@st.composite
def quantities(draw_one: st.DrawFn) -> dict[str, object]:
    edges = sorted(draw_one(st.sets(st.fractions(0, 100, max_denominator=4), max_size=4)))
    rows: list[dict[str, object]] = [{"up_to": str(edge), "points": draw_one(points)} for edge in edges]
    kind = draw_one(st.sampled_from(["number", "count", "duration", "money"]))
    return {"type": kind, "points": [*rows, {"points": draw_one(points)}]}


simple = st.sampled_from(
    [{"type": kind} for kind in ("yes-no", "nps", "date", "time", "text", "number", "count", "money")]
)
chosen = st.builds(
    lambda kind, known: {"type": kind, "options": known}, st.sampled_from(["choice", "choices"]), options()
)
scales = st.builds(
    lambda low, steps: {"type": "scale", "lowest": low, "highest": low + steps}, numbers, st.integers(1, 100)
)


@given(st.one_of(simple, chosen, scales), levels, st.integers(0, 10**6))
def test_what_is_drawn_fits(answer: dict[str, object], level: float, seed: int) -> None:
    kind = read(answer)
    assert kind.problem(draw_answer(kind, level, NOW, "ko", Random(seed))) is None


@given(quantities(), levels, st.integers(0, 10**6))
def test_numbers_fit_their_table(answer: dict[str, object], level: float, seed: int) -> None:
    kind = read(answer)
    value = draw_answer(kind, level, NOW, "en", Random(seed))
    assert answer["type"] == "count" or kind.problem(value) is None


@settings(max_examples=20)
@given(st.one_of(st.just({"type": "scale"}), st.just({"type": "yes-no"}), st.just({"type": "nps"})), levels)
def test_the_share_of_points_is_the_level_on_average(answer: dict[str, object], level: float) -> None:
    kind, rng = read(answer), Random(1)
    assert kind.possible
    shares = [Fraction(kind.points(draw_answer(kind, level, NOW, "ko", rng)) or 0) / kind.possible for _ in range(600)]
    assert abs(float(mean(shares)) - level) < 0.08


def test_durations_lie_in_the_row_that_was_earned() -> None:
    rows = [{"up_to": 30, "points": 2}, {"up_to": 60, "points": 1}, {"points": 0}]
    kind, rng = read({"type": "duration", "unit": "s", "max": 14400, "points": rows}), Random(2)
    best = {draw_answer(kind, 1.0, NOW, "ko", rng) for _ in range(200)}
    worst = {draw_answer(kind, 0.0, NOW, "ko", rng) for _ in range(200)}
    assert all(isinstance(value, int) and 0 < value <= 30 for value in best)
    assert all(isinstance(value, int) and 60 < value <= 120 for value in worst)
    assert len(best) > 15
