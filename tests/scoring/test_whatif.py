from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import samples
import strategies
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.scoring import evaluate, make_plan
from cemaudit.scoring.plan import Plan
from cemaudit.scoring.whatif import Goal, Terms, band_goal, measure_goal, what_if
from cemaudit.scoring.whatif.effects import after
from cemaudit.scoring.whatif.goals import plan_for
from cemaudit.scoring.whatif.levers import find_levers, moved

HOWS = ["sum", "ratio", "mean", "weighted-mean", "min", "max", "share", "count", "nps", "deduct", "product"]
TABLE = [{"up_to": 1, "value": 0}, {"up_to": 3, "value": 2}, {"value": 5}]
UPSIDE_DOWN = [{"up_to": 2, "value": 4}, {"value": 1}]


@st.composite
def checklists(draw: st.DrawFn) -> Checklist:
    """Up to five items with critical items, conditions, points handed over and bonuses."""
    touchpoints, before = [], ""
    count = draw(st.integers(1, 2))
    for number in range(count):
        items = []
        for letter in "abc"[: draw(st.integers(1, 3 if count == 1 else 2))]:
            name = f"I{number}{letter}"
            answer = draw(
                st.sampled_from(["yes-no", samples.points(0, 1, 3), samples.points(2, -1), samples.points(1, None)])
            )
            keys: dict[str, Any] = {
                "weight": draw(strategies.weights),
                "bonus": draw(st.sampled_from([False] * 5 + [True])),
            }
            if draw(st.integers(0, 3)) == 0:
                keys["critical"] = {"caps": "m1", "at": draw(st.integers(0, 2))}
            if before and draw(st.integers(0, 3)) == 0:
                keys["when"] = draw(st.sampled_from([f"answered({before})", f"{before} == true", f"{before} != 'p1'"]))
            elif before and draw(st.integers(0, 4)) == 0:
                keys["na"] = f"give-to:{before}"
            items.append(samples.item(name, answer, **keys))
            before = name
        touchpoints.append(samples.touchpoint(f"t{number}", *items, emotion=True, expectation=True))
    return samples.checklist(*touchpoints)


def _measure(number: int) -> st.SearchStrategy[dict[str, Any]]:
    earlier = [f"m{other}" for other in range(number)]
    sources = [
        ["@items"],
        ["@items"],
        ["@critical"],
        *([[*earlier]] if earlier else []),
        *([["m0", "@emotions"]] if earlier else []),
    ]
    conditions = [{"where": {"m0": condition}, "at": 1} for condition in (">= 1", "<= 0")]
    return st.fixed_dictionaries(
        {"id": st.just(f"m{number}"), "how": st.sampled_from(HOWS), "of": st.sampled_from(sources)},
        optional={
            "take": st.sampled_from(["points", "share"]),
            "na": st.sampled_from(["zero", "full"]),
            "weights": st.sampled_from([{"declared": True}, {"sources": {"@items": -1, "m0": -2.5}}]),
            "transform": st.sampled_from(
                [{"times": 2, "plus": -1}, {"times": -1}, {"clamp": [0, 2]}, {"table": TABLE}, {"table": UPSIDE_DOWN}]
            ),
            "round": st.sampled_from([{"digits": 0}, {"digits": 0, "mode": "down"}, {"digits": 1, "mode": "ceiling"}]),
            "caps": st.sampled_from([[one] for one in conditions] if earlier else [[]]),
            "at_least": st.integers(1, 2),
        },
    )


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Two or three measures and bands on them, one of a difference, an experience or a performance per touchpoint."""
    measures = [draw(_measure(number)) for number in range(draw(st.integers(2, 3)))]
    extra = draw(st.sampled_from([[], ["difference"], ["experience"]]))
    for how in extra:
        kinds: list[dict[str, Any]] = [
            {"id": "p", "how": "ratio", "for_each": "touchpoint"},
            {"id": "e", "how": "mean", "of": ["@emotions"], "for_each": "touchpoint"},
            {"id": "x", "how": how, "of": ["p", "e"], "for_each": "touchpoint"},
            {"id": "last", "how": "weighted-mean", "of": ["x"]},
        ]
        measures += kinds
    names = [measure["id"] for measure in measures if not measure.get("for_each")]
    edge = st.sampled_from(["-1", "0", "0.5", "1", "2", "3.5"])
    condition = st.builds(lambda sign, at: f"{sign} {at}", st.sampled_from([">=", ">", "<=", "<", "=="]), edge)
    where = st.dictionaries(st.sampled_from(names), condition, min_size=1, max_size=2)
    bands = [{"label": "A", "where": draw(where)}, {"label": "B", "where": draw(where)}, {"label": "C"}]
    downgrades = draw(st.sampled_from([[], [], [{"where": draw(where)}]]))
    direction = draw(st.sampled_from(["higher-is-better", "lower-is-better"]))
    unanswered = draw(st.sampled_from(["exclude", "exclude", "zero"]))
    try:
        return samples.scheme(*measures, bands=bands, downgrades=downgrades, direction=direction, unanswered=unanswered)
    except ValueError:  # a band that cannot be reached
        return samples.scheme(*measures, bands=[bands[0], bands[2]], direction=direction, unanswered=unanswered)


def exhaustive(plan: Plan, visit: Visit, goal: Goal, terms: Terms) -> Fraction | None:
    """The least cost over every combination of every option of every lever."""
    base = evaluate(plan_for(plan, goal), visit)
    levers = find_levers(base, feelings=terms.feelings, not_applicable=terms.not_applicable, fixed=terms.fixed)
    choices = [(None, *lever.options) for lever in levers]
    size = 1
    for one in choices:
        size *= len(one)
    assume(size <= 1500)
    costs = []
    for options in itertools.product(*choices):
        moves = {lever.name: option for lever, option in zip(levers, options, strict=True) if option is not None}
        cost = sum((terms.costs.get(name, Fraction(1)) for name in moves), Fraction(0))
        if not costs or cost < min(costs):
            then = after(base, moves)
            if then is not None and goal.is_reached(then):
                costs.append(cost)
    return min(costs, default=None)


@settings(max_examples=150)
@given(checklists(), schemes(), st.data())
def test_nothing_is_cheaper_than_what_was_found(checklist: Checklist, scheme: Scheme, data: st.DataObject) -> None:
    plan = make_plan(checklist, scheme)
    visit = moved(data.draw(strategies.visits(checklist)), checklist, {})
    assert visit
    names = list(checklist.items)
    costs = data.draw(
        st.dictionaries(st.sampled_from(names), st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(3)]))
    )
    terms = Terms(costs, frozenset(), data.draw(st.booleans()), data.draw(st.booleans()))
    if data.draw(st.booleans()):
        goal = band_goal(scheme, data.draw(st.sampled_from([band.label for band in scheme.bands])))
    else:
        measure = data.draw(st.sampled_from([one.id for one in scheme.measures if not one.for_each]))
        goal = measure_goal(plan, measure, data.draw(st.sampled_from(["1", "2", ">= 0.5, <= 1", "== 3"])))
    least = exhaustive(plan, visit, goal, terms)
    answer = what_if(plan, visit, goal, terms)
    assert answer.status in {"reached", "cheapest", "impossible"}
    assert (answer.cost if answer.status != "impossible" else None) == least
