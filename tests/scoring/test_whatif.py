from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.scoring import Engine, evaluate, make_plan
from cemaudit.scoring.plan import Plan
from cemaudit.scoring.whatif import Goal, SearchBudget, WhatIf, WhatIfTerms, band_goal, measure_goal, what_if
from cemaudit.scoring.whatif.goals import plan_for
from cemaudit.scoring.whatif.levers import MoveEffects, evaluate_after, find_levers, visit_after_moves
from cemaudit.scoring.whatif.score_bounds import ScoreBounds

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


def exhaustive(plan: Plan, visit: Visit, goal: Goal, terms: WhatIfTerms) -> Fraction | None:
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
            then = evaluate_after(base, moves)
            if then is not None and goal.is_reached(then):
                costs.append(cost)
    return min(costs, default=None)


@pytest.mark.slow
@settings(max_examples=150)
@given(checklists(), schemes(), st.data())
def test_nothing_is_cheaper_than_what_was_found(checklist: Checklist, scheme: Scheme, data: st.DataObject) -> None:
    plan = make_plan(checklist, scheme)
    visit = visit_after_moves(data.draw(strategies.visits(checklist)), checklist, {})
    assert visit
    names = list(checklist.items)
    costs = data.draw(
        st.dictionaries(st.sampled_from(names), st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(3)]))
    )
    terms = WhatIfTerms(costs, frozenset(), data.draw(st.booleans()), data.draw(st.booleans()))
    if data.draw(st.booleans()):
        goal = band_goal(scheme, data.draw(st.sampled_from([band.label for band in scheme.bands])))
    else:
        measure = data.draw(st.sampled_from([one.id for one in scheme.measures if not one.for_each]))
        goal = measure_goal(plan, measure, data.draw(st.sampled_from(["1", "2", ">= 0.5, <= 1", "== 3"])))
    least = exhaustive(plan, visit, goal, terms)
    answer = what_if(plan, visit, goal, terms)
    assert answer.status in {"reached", "cheapest", "impossible"}
    assert (answer.cost if answer.status != "impossible" else None) == least


GRADED = samples.scheme(
    {"id": "it", "how": "ratio", "weights": {"declared": True}, "transform": {"times": 100}},
    bands=[{"label": "A", "where": {"it": ">= 90"}}, {"label": "B", "where": {"it": ">= 60"}}, {"label": "C"}],
)
FOUR = samples.items_only(
    samples.item("A", critical={"caps": "it", "at": 50}),
    samples.item("B", weight=3),
    samples.item("C"),
    samples.item("D"),
)


def asked(of: Checklist, by: Scheme, band: str, terms: WhatIfTerms | None = None, **visit: Any) -> WhatIf:
    return what_if(make_plan(of, by), samples.visit(**visit), band_goal(by, band), terms)


def changes(answer: WhatIf) -> list[tuple[str, str, str]]:
    with use("en"):
        return [(change.name, change.before, change.after) for change in answer.changes]


def test_a_cap_has_to_be_lifted_first() -> None:
    answer = asked(FOUR, GRADED, "B", answers={"A": False, "B": True, "C": True, "D": False})
    assert (answer.status, answer.cost) == ("cheapest", 1)
    assert [(change.name, change.answer) for change in answer.changes] == [("A", True)]
    assert [(fix.change.name, fix.gain) for fix in answer.fixes] == [("A", Fraction(100 * 5, 6) - 50)]


def test_costs_and_fixed_items() -> None:
    answers = {"A": True, "B": False, "C": False, "D": False}
    assert [one.name for one in asked(FOUR, GRADED, "B", answers=answers).changes] == ["B"]
    dear = asked(FOUR, GRADED, "B", WhatIfTerms(costs={"B": Fraction(9)}), answers=answers)
    assert (sorted(one.name for one in dear.changes), dear.cost, dear.status) == (["B"], 9, "cheapest")
    assert asked(FOUR, GRADED, "B", WhatIfTerms(fixed={"B"}), answers=answers).status == "impossible"


def test_what_is_reached_already_needs_nothing() -> None:
    answer = asked(FOUR, GRADED, "B", answers=dict.fromkeys("ABCD", True))
    assert (answer.status, answer.cost, answer.changes) == ("reached", 0, ())
    assert answer.after == answer.before


def test_items_that_did_not_apply_stay_unless_asked_for() -> None:
    visit = {"answers": {"A": True, "C": False}, "skipped": samples.skipped("B")}
    fixed = {"C", "D"}
    assert asked(FOUR, GRADED, "B", WhatIfTerms(fixed=fixed), **visit).status == "impossible"
    answer = asked(FOUR, GRADED, "B", WhatIfTerms(fixed=fixed, not_applicable=True), **visit)
    assert [change.name for change in answer.changes] == ["B"]


def test_an_answer_that_stops_arising_is_dropped() -> None:
    checklist = samples.items_only(
        samples.item("A", samples.points(0, 2)), samples.item("B", when="A == 'p0'"), samples.item("C", weight=0)
    )
    visit = samples.visit(answers={"A": "p0", "B": False})
    then = visit_after_moves(visit, checklist, {"A": "p1"})
    assert then
    assert then.answers == {"A": "p1"}
    assert visit_after_moves(visit, checklist, {"A": "p1", "B": True}) is None
    answer = what_if(make_plan(checklist, GRADED), visit, band_goal(GRADED, "A"))
    assert [change.name for change in answer.changes] == ["A"]


def test_feelings_change_only_where_asked(engine: Engine) -> None:
    checklist = samples.checklist(samples.touchpoint("t", samples.item("A"), emotion=True))
    plan = make_plan(checklist, engine.library.scheme("cem.experience@1"))
    visit = samples.visit(answers={"A": True}, emotions={"t": 0})
    goal = measure_goal(plan, "overall", "60")
    assert what_if(plan, visit, goal).status == "impossible"
    answer = what_if(plan, visit, goal, WhatIfTerms(feelings=True))
    assert changes(answer) == [("@emotions[t]", "0", "3")]


def test_lower_may_be_better(engine: Engine) -> None:
    scheme = engine.library.scheme("uk.fhrs@2012")
    rows = [0, 5, 10, 15, 20]
    items = [samples.item(name, samples.points(*rows)) for name in ("hygiene", "structure", "confidence")]
    checklist = samples.items_only(*items)
    answers = {"hygiene": "p3", "structure": "p3", "confidence": "p2"}
    answer = asked(checklist, scheme, "4", answers=answers)
    assert answer.status == "cheapest"
    assert len(answer.changes) == 2
    assert answer.after[1]
    assert answer.after[1].label in {"4", "5"}
    assert answer.fixes[0].gain == 15


def test_a_search_that_is_cut_off_says_so() -> None:
    answers = dict.fromkeys("ABCD", False)
    plan, visit, goal = make_plan(FOUR, GRADED), samples.visit(answers=answers), band_goal(GRADED, "B")
    short = what_if(plan, visit, goal, budget=SearchBudget(sets=1))
    assert short.status == "at-most"
    assert short.cost >= what_if(plan, visit, goal).cost
    assert what_if(plan, visit, goal, budget=SearchBudget(evaluations=1)).status == "unknown"


def test_numbers_that_cannot_all_be_tried_are_not_called_proved() -> None:
    items = [samples.item(name, {"type": "number", "min": 0, "points": "value"}) for name in "AB"]
    scheme = samples.scheme({"id": "it", "how": "sum", "of": ["A", "B"]})
    plan, visit = make_plan(samples.items_only(*items), scheme), samples.visit(answers={"A": 0, "B": 0})
    statuses = [what_if(plan, visit, measure_goal(plan, "it", at)).status for at in ("5", "15", "50", "<= -1")]
    assert statuses == ["cheapest", "at-most", "unknown", "impossible"]


def test_numbers_between_the_marks_of_a_condition_are_tried() -> None:
    waited = {"type": "duration", "points": [{"up_to": 60, "points": 2}, {"points": 1}]}
    checklist = samples.items_only(
        samples.item("A", waited),
        samples.item("B", when="A > 20 and A < 50", weight=9),
        samples.item("C", when="A > 50"),
    )
    scheme = samples.scheme({"id": "it", "how": "count"})
    plan, visit = make_plan(checklist, scheme), samples.visit(answers={"A": 70, "C": True})
    answer = what_if(plan, visit, measure_goal(plan, "it", "== 1"))
    assert (answer.status, answer.cost) == ("cheapest", 1)


def test_forty_items_are_searched_to_the_end() -> None:
    items = [samples.item(f"I{number}", weight=1 + number % 5) for number in range(40)]
    checklist = samples.items_only(*items)
    answers = {f"I{number}": number % 3 == 0 for number in range(40)}
    answer = asked(checklist, GRADED, "A", answers=answers)
    assert answer.status == "cheapest"
    lost = sorted((1 + number % 5 for number in range(40) if number % 3), reverse=True)
    needed = next(count for count in range(30) if 120 - sum(lost[count:]) >= 108)
    assert answer.cost == needed


@pytest.mark.parametrize(
    ("measure", "at"), [("it", "x"), ("it", ""), ("it", ">= p90"), ("it", ">= 3 or so"), ("nothing", "3")]
)
def test_goals_that_make_no_sense(measure: str, at: str) -> None:
    with pytest.raises(BadInput):
        measure_goal(make_plan(FOUR, GRADED), measure, at)


def test_no_such_band() -> None:
    with pytest.raises(BadInput, match="B"):
        band_goal(GRADED, "Z")
    assert band_goal(GRADED, "B").label == "B"


@settings(max_examples=30)
@given(checklists(), schemes(), st.data())
def test_every_bound_holds(checklist: Checklist, scheme: Scheme, data: st.DataObject) -> None:
    """No set of moves takes a score beyond its lines."""
    visit = visit_after_moves(data.draw(strategies.visits(checklist)), checklist, {})
    assert visit
    base = evaluate(make_plan(checklist, scheme), visit)
    levers = [one for one in find_levers(base, feelings=True, not_applicable=True, fixed=set()) if not one.is_switch]
    effects = MoveEffects(base, levers)
    moves = {
        name: data.draw(st.sampled_from([single.option for single in singles]))
        for name, singles in effects.singles.items()
        if data.draw(st.booleans())
    }
    then, reach = evaluate_after(base, moves), ScoreBounds(effects)
    assert then
    for name, score in then.scores.items():
        for sign, line in ((way, each) for way in (1, -1) for each in reach.lines(name, way)):
            if score.value is not None:
                bound = line.start + sum(gain for lever, gain in line.gains.items() if lever in moves)
                assert sign * float(score.value) <= bound + 1e-7
