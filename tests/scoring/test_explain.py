from __future__ import annotations

import json
from fractions import Fraction

import pytest
import samples
import strategies
from hypothesis import given, settings

from cemaudit.language import use
from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.model.aggregator import Member
from cemaudit.scoring import Engine, evaluate, explain, make_plan
from cemaudit.scoring.explain import Node

CAPPED = samples.items_only(
    samples.item("A", critical={"caps": "it", "at": 40}), samples.item("B", weight=2), samples.item("C")
)
SCHEME = samples.scheme(
    {"id": "it", "how": "ratio", "weights": {"declared": True}, "transform": {"times": 100}, "round": {"digits": 0}}
)


def tree(checklist: Checklist, scheme: Scheme, name: str, visit: Visit) -> Node:
    return explain(evaluate(make_plan(checklist, scheme), visit), name)


@settings(max_examples=25)
@given(strategies.checklists_and_visits())
def test_every_number_can_be_worked_out_from_its_parts(engine: Engine, pair: tuple[Checklist, Visit]) -> None:
    checklist, visit = pair
    plan = make_plan(checklist, engine.library.scheme("cem.experience@1"))
    evaluation = evaluate(plan, visit)
    aggregators = {planned.measure.id: planned for planned in plan.measures}
    for name, score in evaluation.scores.items():
        root = explain(evaluation, name)
        assert root.value == score.value
        for _, node in root.walk():
            if node.how and node.value is not None:
                planned = aggregators[node.name.partition("[")[0]]
                members = [Member(p.name, p.value, p.possible, p.weight) for p in node.parts if p.value is not None]
                again = planned.aggregator.function(members, planned.measure.options) if members else Fraction(0)
                assert again == node.aggregate
                assert (node.steps[-1].value if node.steps else node.aggregate) == node.value


def test_the_tree_of_a_capped_score() -> None:
    node = tree(CAPPED, SCHEME, "it", samples.visit(answers={"A": False, "B": True}, skipped=samples.skipped("C")))
    assert (node.value, node.aggregate, node.how) == (40, Fraction(2, 3), "ratio")
    assert [step.value for step in node.steps] == [Fraction(200, 3), 40, 40]
    assert [(step.what, step.detail) for step in node.steps[1:]] == [("cap", "A"), ("round", "half-up 0")]
    with use("en"):
        assert [(part.name, part.value, part.weight) for part in node.parts] == [
            ("A", 0, 1),
            ("B", 1, 2),
            ("C", None, 1),
        ]
    assert node.parts[2].reason == "not-applicable"


def test_the_tree_shows_the_answers() -> None:
    checklist = samples.items_only(samples.item("A", samples.points(1, 2)))
    node = tree(checklist, samples.scheme({"id": "it", "how": "sum"}), "it", samples.visit(answers={"A": "p1"}))
    assert node.parts[0].answer == "p1"


def test_the_tree_as_json() -> None:
    node = tree(CAPPED, SCHEME, "it", samples.visit(answers={"B": True, "C": False}))
    written = json.loads(json.dumps(node.as_json()))
    assert written["value"] == 67
    assert written["aggregate"] == "2/3"
    assert written["parts"][0].items() >= {"name": "A", "value": None, "reason": "unanswered", "possible": 1}.items()
    assert written["parts"][1]["weight"] == 2


def test_depth_of_the_tree() -> None:
    scheme = samples.scheme({"id": "a", "how": "sum"}, {"id": "b", "how": "sum", "of": ["a"]})
    checklist = samples.items_only(samples.item("A"), samples.item("B"))
    walked = tree(checklist, scheme, "b", samples.visit(answers={"A": True})).walk()
    assert [(depth, node.name) for depth, node in walked] == [(0, "b"), (1, "a"), (2, "A"), (2, "B")]


def test_no_such_score() -> None:
    with pytest.raises(KeyError):
        tree(CAPPED, SCHEME, "it[t]", samples.visit())
