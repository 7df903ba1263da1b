"""Hypothesis strategies: texts of strangers, answers that fit, whole checklists, visits and schemes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.model.answers import (
    AnswerType,
    AnswerValue,
    Choice,
    Choices,
    Date,
    Nps,
    Quantity,
    Scale,
    Time,
    YesNo,
)
from cemaudit.model.vocabulary import Channel, Element, MicroMoment, Mode, Moment
from helpers import samples

STAGES = ("approach", "enter", "browse", "consult")
words = st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
small = st.integers(-20, 20)
halves = st.integers(-20, 20).map(lambda number: number / 2)
weights = st.integers(1, 6).map(lambda number: number / 2)


def answers(kind: AnswerType) -> st.SearchStrategy[AnswerValue]:
    """Values that fit an answer type."""
    fitting = _FITTING.get(type(kind))
    return fitting(kind) if fitting else st.text(max_size=50)


def _quantities(kind: Quantity) -> st.SearchStrategy[AnswerValue]:
    low = int(kind.min) if kind.min is not None else 0
    high = int(kind.max) if kind.max is not None else low + 500
    whole = st.integers(low, high)
    return (
        whole
        if kind.type == "count" or low == high
        else whole | whole.map(lambda n: Decimal(n) - Decimal("0.5")).filter(lambda n: n >= low)
    )


_FITTING: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    YesNo: lambda _: st.booleans(),
    Choice: lambda kind: st.sampled_from([option.id for option in kind.options]),
    Choices: lambda kind: st.lists(st.sampled_from([option.id for option in kind.options]), unique=True).map(tuple),
    Scale: lambda kind: st.integers(kind.lowest, kind.highest),
    Nps: lambda _: st.integers(0, 10),
    Quantity: _quantities,
    Date: lambda _: st.dates().map(lambda day: day.isoformat()),
    Time: lambda _: st.times().map(lambda time: time.strftime("%H:%M")),
}


@st.composite
def scored_answers(draw: st.DrawFn) -> dict[str, Any]:
    """Answer types that carry points, the best of them above 0."""
    best = draw(st.integers(1, 10))
    kinds = [
        {"type": "yes-no", "yes": best, "no": draw(st.integers(-5, 0))},
        samples.points(best, *draw(st.lists(st.integers(-5, best), min_size=1, max_size=3))),
        {"type": "scale", "lowest": 1, "highest": 1 + best},
        {"type": "number", "min": 0, "max": best, "points": "value"},
        {"type": "duration", "unit": "s", "points": [{"up_to": 30, "points": best}, {"points": 0}]},
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def checklists(draw: st.DrawFn, answer: st.SearchStrategy[dict[str, Any]] | None = None) -> Checklist:
    """Checklists of one to four touchpoints with one to three scored items each."""
    kinds = scored_answers() if answer is None else answer
    touchpoints = []
    for number in range(draw(st.integers(1, 4))):
        items = [
            samples.item(f"I{number}{letter}", draw(kinds), weight=draw(weights))
            for letter in "abc"[: draw(st.integers(1, 3))]
        ]
        touchpoints.append(samples.touchpoint(f"t{number}", *items, **draw(_facets())))
    return samples.checklist(*touchpoints)


def _facets() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "channel": st.sampled_from([one.value for one in Channel]),
            "stage": st.sampled_from(STAGES),
            "element": st.sampled_from([one.value for one in Element]),
            "mode": st.sampled_from([one.value for one in Mode]),
            "moment": st.sampled_from([None, *(one.value for one in Moment)]),
            "micro_moment": st.sampled_from([None, *(one.value for one in MicroMoment)]),
            "weight": weights,
            "emotion": st.just(value=True),
            "expectation": st.just(value=True),
            "perceived": st.booleans(),
            "zero": st.sampled_from(["absorbs", "neutral"]),
        }
    )


@st.composite
def visits(draw: st.DrawFn, of: Checklist) -> Visit:
    """Visits that answer a checklist: some items answered, some skipped, some left; feelings at some touchpoints."""
    answered, left_out = {}, {}
    compared = [spot.id for spot in of.touchpoints if spot.perceived]
    for name, item in of.items.items():
        what = draw(st.sampled_from(["answer", "answer", "answer", "not-applicable", "not-observed", "leave"]))
        if what == "answer":
            answered[name] = draw(answers(item.answer))
        elif what != "leave":
            left_out[name] = {"state": what}
    emotions = draw(feelings(of, -3, 3))
    unfelt = [f"emotions.{spot.id}" for spot in of.touchpoints if spot.id not in emotions]
    declined = draw(st.sets(st.sampled_from(unfelt))) if unfelt else set()
    return samples.visit(
        checklist=of.ref,
        answers=answered,
        skipped=left_out,
        emotions=emotions,
        feelings_skipped={name: {"state": "declined"} for name in sorted(declined)},
        expectations=draw(feelings(of, 1, 7)),
        perceived=draw(feelings(of, 1, 7, compared)),
        # When expectations were noted is asked only where they are compared with what was perceived.
        **draw(st.sampled_from([{}, EXPECTED_BEFORE, EXPECTED_IN_HINDSIGHT] if compared else [{}])),
        claims=draw(complaints(of)),
    )


EXPECTED_BEFORE = {"expected": "2026-06-01T09:00:00Z", "started": "2026-06-01T10:00:00Z"}
EXPECTED_IN_HINDSIGHT = {"expected": "2026-06-01T12:00:00Z", "started": "2026-06-01T10:00:00Z"}


def feelings(
    of: Checklist, low: int, high: int, touchpoints: list[str] | None = None
) -> st.SearchStrategy[dict[str, int]]:
    places = list(of.touchpoint) if touchpoints is None else touchpoints
    return st.dictionaries(st.sampled_from(places), st.integers(low, high)) if places else st.just({})


def complaints(of: Checklist) -> st.SearchStrategy[list[dict[str, str]]]:
    where = st.sampled_from(list(of.touchpoint))
    return st.lists(st.fixed_dictionaries({"touchpoint": where, "text": words}), max_size=3)


@st.composite
def checklists_and_visits(draw: st.DrawFn) -> tuple[Checklist, Visit]:
    of = draw(checklists())
    return of, draw(visits(of))


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Schemes of one to four measures with whatever a measure can have."""
    measures = [draw(_measures(f"m{number}")) for number in range(draw(st.integers(1, 4)))]
    edge = draw(halves)
    bands = [{"label": "A", "where": {"single": f">= {edge}"}}, {"label": "B"}]
    return samples.scheme(*measures, {"id": "single", "how": "sum"}, bands=draw(st.sampled_from([[], bands])))


def _measures(measure_id: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": st.just(measure_id), "how": st.sampled_from(["sum", "ratio", "mean", "weighted-mean", "max"])},
        optional={
            "for_each": st.sampled_from(["touchpoint", ["channel", "stage"], []]),
            "take": st.sampled_from(["points", "share", "value"]),
            "na": st.sampled_from(["exclude", "zero", "full"]),
            "weights": st.fixed_dictionaries({"declared": st.booleans()}),
            "transform": st.fixed_dictionaries({"times": halves, "plus": halves}),
            "round": st.fixed_dictionaries(
                {"digits": st.integers(-2, 3), "mode": st.sampled_from(["half-up", "floor"])}
            ),
            "at_least": st.integers(1, 3),
        },
    )
