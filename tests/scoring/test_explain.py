from __future__ import annotations

import json
from fractions import Fraction

import pytest
from helpers import samples, strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.language import use
from cemaudit.model import Checklist, Measure, Scheme, Visit
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.scoring import Engine, evaluate, explain, make_plan
from cemaudit.scoring.exact import Evaluation
from cemaudit.scoring.explain import ExplanationNode, explain_band
from cemaudit.scoring.explain_text import derivation_lines, headline_of, reasons_of, split_scored_parts
from cemaudit.scoring.rounding import number_words, round_exactly

CAPPED = samples.items_only(
    samples.item("A", critical={"caps": "it", "at": 40}), samples.item("B", weight=2), samples.item("C")
)
SCHEME = samples.scheme(
    {"id": "it", "how": "ratio", "weights": {"declared": True}, "transform": {"times": 100}, "round": {"digits": 0}}
)


def evaluated(checklist: Checklist, scheme: Scheme, **visit: object) -> Evaluation:
    return evaluate(make_plan(checklist, scheme), samples.visit(**visit))


def tree(checklist: Checklist, scheme: Scheme, name: str = "it", **visit: object) -> ExplanationNode:
    return explain(evaluated(checklist, scheme, **visit), name)


def adds_up(node: ExplanationNode, aggregator: Aggregator, measure: Measure) -> None:
    """The number of a node follows from what stands below it and beside it, and from nothing else."""
    members = [Member(p.name, p.value, p.possible, p.weight) for p in node.parts if p.value is not None]
    value = Fraction(aggregator.function(members, measure.options) or 0) if members else Fraction(0)
    assert value == node.aggregate
    for step in node.steps:
        match step.what:
            case "times":
                value *= Fraction(step.detail)
            case "plus":
                value += Fraction(step.detail)
            case "round":
                assert measure.round
                value = round_exactly(value, measure.round)
            case "cap" | "critical":
                assert step.value < value
                value = step.value
            case _:
                value = step.value
        assert value == step.value
    assert value == node.value


def all_add_up(evaluation: Evaluation) -> None:
    planned = {each.measure.id: each for each in evaluation.plan.measures}
    for name, score in evaluation.scores.items():
        root = explain(evaluation, name)
        assert (root.value, root.reason) == (score.value, score.reason)
        for _, node in root.walk():
            if node.how and node.value is not None:
                of = planned[node.name.partition("[")[0]]
                adds_up(node, of.aggregator, of.measure)
            elif not node.how and node.decision and node.possible is not None:
                inherited = sum((points for _, points in node.decision.inherited), Fraction(0))
                assert node.possible == (evaluation.plan.checklist.items[node.name].possible or 0) + inherited


@settings(max_examples=25)
@given(strategies.checklists_and_visits())
def test_numbers_add_up_under_the_usual_scheme(engine: Engine, pair: tuple[Checklist, Visit]) -> None:
    checklist, visit = pair
    all_add_up(evaluate(make_plan(checklist, engine.library.scheme("cem.experience@1")), visit))


@given(strategies.checklists_and_visits(), strategies.schemes(), st.data())
def test_numbers_add_up_under_any_scheme(pair: tuple[Checklist, Visit], scheme: Scheme, data: st.DataObject) -> None:
    checklist, visit = pair
    giver, heir = (data.draw(st.sampled_from(list(checklist.items))) for _ in range(2))
    written = checklist.model_dump(mode="json", by_alias=True)
    items = {item["id"]: item for touchpoint in written["touchpoints"] for item in touchpoint["items"]}
    items[giver] |= {"na": f"give-to:{heir}"} if giver != heir else {"na": "full"}
    items[heir] |= {"critical": {"caps": "single", "at": 1}}
    evaluation = evaluate(make_plan(Checklist.model_validate(written), scheme), visit)
    all_add_up(evaluation)
    for language in ("ko", "en"):
        with use(language):  # type: ignore[arg-type]
            assert all(
                headline_of(node) and list(derivation_lines(node)) is not None
                for _, node in explain(evaluation, "single").walk()
            )


def test_the_tree_of_a_capped_score() -> None:
    node = tree(CAPPED, SCHEME, answers={"A": False, "B": True}, skipped=samples.skipped("C"))
    assert (node.value, node.aggregate, node.how) == (40, Fraction(2, 3), "ratio")
    assert [(step.what, step.detail, step.value) for step in node.steps] == [
        ("times", "100", Fraction(200, 3)),
        ("critical", "A", 40),
        ("round", "half-up 0", 40),
    ]
    assert [(part.name, part.value, part.weight) for part in node.parts] == [("A", 0, 1), ("B", 1, 2), ("C", None, 1)]
    assert node.parts[2].reason == "not-applicable"
    with use("en"):
        (way,) = derivation_lines(node)
        assert way.split("  → ") == [
            "ratio [Σ w·points / Σ w·possible] = 2 / 3 = 2/3 (≈ 0.6667)",
            "times 100 = 200/3 (≈ 66.6667)",
            "capped, as critical item A failed = 40",
            "rounded half up, decimals: 0 = 40",
        ]
        assert reasons_of(split_scored_parts(node.parts)[1]) == "1 without a score: 1 not applicable (C)"


def test_every_part_of_a_transform_is_a_step() -> None:
    rungs = [{"up_to": 5, "value": 50}, {"value": 90}]
    scheme = samples.scheme(
        {"id": "it", "how": "sum", "transform": {"times": 2, "plus": 1, "table": rungs, "clamp": [0, 80]}}
    )
    node = tree(CAPPED, scheme, answers={"A": True, "B": True, "C": True})
    assert [(step.what, step.detail, step.value) for step in node.steps[:4]] == [
        ("times", "2", 6),
        ("plus", "1", 7),
        ("table", "", 90),
        ("clamp", "0..80", 80),
    ]


@pytest.mark.parametrize(
    ("policy", "measure_na", "said"),
    [
        ("exclude", None, ["not applicable: left out (rule of the item)"]),
        ("zero", None, ["not applicable: counts 0 (rule of the item)"]),
        ("exclude", "full", ["not applicable: counts in full (rule of the measure)"]),
        ("refuse", None, ["not applicable: may not be left out (rule of the item)"]),
        ("give-to:B", None, ["not applicable: its points go to B, as 0.5 more possible there (rule of the item)"]),
        (
            "give-to:C",
            None,
            ["not applicable: left out; C is not scored and cannot take its points (rule of the item)"],
        ),
    ],
)
def test_what_became_of_an_item_that_did_not_apply(policy: str, measure_na: str | None, said: list[str]) -> None:
    checklist = samples.items_only(samples.item("A", na=policy), samples.item("B", weight=2), samples.item("C"))
    scheme = samples.scheme({"id": "it", "how": "sum", "na": measure_na})
    node = tree(checklist, scheme, answers={"B": True}, skipped=samples.skipped("A"))
    with use("en"):
        assert list(derivation_lines(node.parts[0])) == said
        inherited = list(derivation_lines(node.parts[1]))
    assert inherited == (["0.5 of the points possible come from A"] if policy == "give-to:B" else [])


def test_questions_nobody_answered_and_points_from_elsewhere() -> None:
    scheme = samples.scheme({"id": "it", "how": "sum"}, unanswered="zero")
    evaluation = evaluate(make_plan(CAPPED, scheme), samples.visit(), {"B": Fraction(1)})
    first, second, _ = explain(evaluation, "it").parts
    with use("en"):
        assert list(derivation_lines(first)) == ["not answered: counts 0 (rule of the scheme)"]
        assert list(derivation_lines(second)) == ["taken from other audits (composition of the scheme)"]
    assert second.as_json()["decision"] == {"rule": "given", "by": "composition"}


def test_the_tree_shows_the_answers() -> None:
    node = tree(samples.items_only(samples.item("A", samples.points(1, 2))), SCHEME, answers={"A": "p1"})
    assert node.parts[0].answer == "p1"
    with use("en"):
        assert headline_of(node.parts[0]) == "A = 2 of 2  “p1”"


def test_the_tree_as_json() -> None:
    written = json.loads(json.dumps(tree(CAPPED, SCHEME, answers={"B": True, "C": False}).as_json()))
    assert written["value"] == 67
    assert written["aggregate"] == "2/3"
    assert written["steps"][0] == {"what": "times", "detail": "100", "value": "200/3"}
    title = {"ko": "A", "en": "A"}
    assert written["parts"][0] == {"name": "A", "value": None, "reason": "unanswered", "title": title, "possible": 1}
    assert written["parts"][1]["weight"] == 2


def test_depth_of_the_tree() -> None:
    scheme = samples.scheme({"id": "a", "how": "sum"}, {"id": "b", "how": "sum", "of": ["a"]})
    checklist = samples.items_only(samples.item("A"), samples.item("B"))
    walked = tree(checklist, scheme, "b", answers={"A": True}).walk()
    assert [(depth, node.name) for depth, node in walked] == [(0, "b"), (1, "a"), (2, "A"), (2, "B")]


def test_no_such_score() -> None:
    with pytest.raises(KeyError):
        tree(CAPPED, SCHEME, "it[t]")


def test_why_a_visit_has_its_band() -> None:
    bands = [{"label": "A", "where": {"it": ">= 90"}}, {"label": "B", "where": {"it": ">= 60"}}, {"label": "C"}]
    lowered = [{"where": {"failed": ">= 1"}, "by": 1}]
    scheme = samples.scheme(
        {"id": "it", "how": "ratio", "transform": {"times": 100}},
        {"id": "failed", "how": "sum", "of": ["@critical"]},
        bands=bands,
        downgrades=lowered,
    )
    checklist = samples.items_only(samples.item("A", critical={}), samples.item("B"), samples.item("C"))
    story = explain_band(evaluated(checklist, scheme, answers={"A": False, "B": True, "C": True}))
    assert story.band
    assert story.band.label == "C"
    assert [(band.label, [one.holds for one in tried]) for band, tried in story.rows] == [("A", [False]), ("B", [True])]
    assert [by for by, _ in story.downgrades] == [1]
    assert story.as_json()["tried"][1]["where"][0]["value"] == "200/3"


@pytest.mark.parametrize(
    ("value", "words"), [("2", "2"), ("0.125", "0.125"), ("1/3", "1/3 (≈ 0.3333)"), ("-7/2", "-3.5")]
)
def test_numbers_in_words(value: str, words: str) -> None:
    assert number_words(Fraction(value)) == words


def test_raw_values_are_of_nothing_possible(engine: Engine) -> None:
    scheme = engine.library.scheme("kcsi@2025")
    assert scheme.sheet is not None
    visit = Visit(id="v", checklist=scheme.ref, store="s", answers={"overall": 7})
    nodes = [node for _, node in explain(engine.evaluate(visit), "overall-share").walk()]
    assert [(node.name, node.value, node.possible) for node in nodes][1:] == [("overall", 7, None)]


def test_a_feeling_that_was_declined_says_so_and_counts_as_before() -> None:
    shop = samples.checklist(samples.touchpoint("t", samples.item("A"), emotion=True))
    scheme = samples.scheme({"id": "it", "how": "mean", "of": ["@emotions"]})
    skipped = {"emotions.t": {"state": "declined", "reason": "no"}}
    declined = tree(shop, scheme, answers={"A": True}, feelings_skipped=skipped)
    silent = tree(shop, scheme, answers={"A": True})
    assert [[leaf.reason for leaf in node.parts] for node in (declined, silent)] == [["declined"], ["unanswered"]]
    assert (declined.value, declined.reason) == (silent.value, silent.reason)
