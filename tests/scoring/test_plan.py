from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from helpers import samples

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.model import Checklist
from cemaudit.model.aggregator import Aggregator
from cemaudit.scoring import make_plan

SHOP = samples.checklist(
    samples.touchpoint("door", samples.item("A", weight=2, tags=["x"]), samples.item("B", tags=["x", "y"]), weight=3),
    samples.touchpoint(
        "desk", samples.item("C"), samples.item("N", "text"), mode="active", stage="consult", medium="phone"
    ),
    samples.touchpoint(
        "site", samples.item("D"), channel="electronic", stage="approach", moment="zmot", micro_moment="go"
    ),
)
EACH = {"id": "each", "how": "ratio", "for_each": "touchpoint"}


def groups(*measures: Any, of: Checklist = SHOP) -> dict[str, list[tuple[str, Fraction]]]:
    """The members of the last measure's groups with their weights."""
    planned = make_plan(of, samples.scheme(*measures)).measures[-1]
    return {",".join(group.key): [(each.ref, each.weight) for each in group.inputs] for group in planned.groups}


def members(measure: Any) -> dict[str, str]:
    return {
        key: " ".join(ref for ref, _ in inputs) for key, inputs in groups({"id": "it", "how": "sum", **measure}).items()
    }


def complaints(*measures: Any, of: Checklist = SHOP, **keys: Any) -> list[str]:
    with use("en"), pytest.raises(BadInput) as caught:
        make_plan(of, samples.scheme(*measures, **keys))
    return [line.removeprefix("test.scheme@1: ") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("measure", "found"),
    [
        ({}, {"": "A B C D"}),
        ({"take": "value"}, {"": "A B C N D"}),
        ({"of": ["D", "A"]}, {"": "D A"}),
        ({"of": ["@emotions"]}, {"": "door desk site"}),
        ({"for_each": "touchpoint"}, {"door": "A B", "desk": "C", "site": "D"}),
        ({"for_each": "item", "of": ["B", "A"]}, {"A": "A", "B": "B"}),
        ({"for_each": "channel"}, {"face-to-face": "A B C", "electronic": "D"}),
        ({"for_each": "stage"}, {"approach": "D", "enter": "A B", "consult": "C"}),
        ({"for_each": "moment"}, {"zmot": "D"}),
        ({"for_each": "micro-moment"}, {"go": "D"}),
        ({"for_each": "medium"}, {"phone": "C"}),
        ({"for_each": "tag"}, {"x": "A B", "y": "B"}),
        (
            {"for_each": ["mode", "channel"]},
            {"active,face-to-face": "C", "passive,face-to-face": "A B", "passive,electronic": "D"},
        ),
        ({"where": {"tag": "y"}}, {"": "B"}),
        ({"where": {"stage": ["enter", "consult"], "mode": "active"}}, {"": "C"}),
        ({"where": {"tag": "none"}}, {"": ""}),
        ({"where": {"tag": "none"}, "for_each": "touchpoint"}, {}),
    ],
)
def test_members(measure: Any, found: dict[str, str]) -> None:
    assert members(measure) == found
    assert list(members(measure)) == list(found)


@pytest.mark.parametrize(
    ("weights", "found"),
    [
        ({}, {"door": 1, "desk": 1, "site": 1}),
        ({"declared": True}, {"door": 3, "desk": 1, "site": 1}),
        ({"facets": {"mode": {"active": 1.5}}}, {"door": 1, "desk": "1.5", "site": 1}),
        (
            {"declared": True, "facets": {"mode": {"passive": 2}, "stage": {"enter": 0}}},
            {"door": 0, "desk": 1, "site": 2},
        ),
        ({"sources": {"each": 4}, "declared": True}, {"door": 12, "desk": 4, "site": 4}),
    ],
)
def test_weights_multiply(weights: Any, found: dict[str, Any]) -> None:
    (inputs,) = groups(EACH, {"id": "all", "how": "weighted-mean", "of": ["each"], "weights": weights}).values()
    assert dict(inputs) == {f"each[{name}]": Fraction(weight) for name, weight in found.items()}


def test_a_micro_moment_of_an_older_file_counts_as_both() -> None:
    """Where ``moment`` says know, go, do or buy, measures by moment stand as they did; the new facet sees it, too."""
    older = samples.checklist(
        samples.touchpoint("counter", samples.item("A"), moment="buy"),
        samples.touchpoint("shelf", samples.item("B"), moment="know", micro_moment="do"),
        samples.touchpoint("bag", samples.item("C"), moment="smot"),
    )
    each = {"id": "it", "how": "sum"}
    assert list(groups({**each, "for_each": "moment"}, of=older)) == ["smot", "know", "buy"]
    by_micro_moment = groups({**each, "for_each": "micro-moment"}, of=older)
    assert {key: members[0][0] for key, members in by_micro_moment.items()} == {"do": "B", "buy": "A"}


def test_a_score_by_touchpoint_can_be_grouped_by_any_facet() -> None:
    found = groups(EACH, {"id": "all", "how": "mean", "of": ["each"], "for_each": "channel"})
    assert {key: [ref for ref, _ in inputs] for key, inputs in found.items()} == {
        "face-to-face": ["each[door]", "each[desk]"],
        "electronic": ["each[site]"],
    }


def test_measures_come_after_what_they_need() -> None:
    late = {"id": "late", "how": "sum", "of": ["early"], "caps": [{"where": {"other": "> 1"}, "at": 1}]}
    plan = make_plan(SHOP, samples.scheme(late, {"id": "early", "how": "sum"}, {"id": "other", "how": "sum"}))
    assert plan.measures[-1].measure.id == "late"


def test_aggregators_of_plugins_count_and_never_replace_built_in_ones() -> None:
    own = Aggregator("own.first", lambda found, _: found[0].value)
    scheme = samples.scheme({"id": "m", "how": "own.first"}, {"id": "s", "how": "sum"})
    plan = make_plan(SHOP, scheme, {"own.first": own, "sum": own})
    assert [planned.aggregator is own for planned in plan.measures] == [True, False]


M = {"id": "m", "how": "sum"}


@pytest.mark.parametrize(
    ("measure", "complaint"),
    [
        ({"how": "summ"}, "measures.m.how: no such aggregator: summ (did you mean sum?)"),
        ({"of": ["@item"]}, "measures.m.of: no such item or measure: @item (did you mean @items?)"),
        ({"of": ["A", "Z9"]}, "measures.m.of: no such item or measure: Z9"),
        ({"how": "share", "options": {"form": 4}}, "measures.m.options: share has no option form (did you mean from?)"),
        ({"how": "nps", "options": {"from": 4}}, "measures.m.options: nps has no option from"),
        ({"of": ["m"]}, "measures need each other in a circle: m -> m"),
        ({"how": "difference", "of": ["A"]}, "measures.m.of: difference needs 2 inputs, m has 1"),
        ({"how": "experience", "of": ["A", "B", "C"]}, "measures.m.of: experience needs 2 inputs, m has 3"),
        (
            {"how": "difference", "of": ["A", "C"], "for_each": "touchpoint"},
            "measures.m.of: difference needs 2 inputs, m[door] has 1",
        ),
        ({"of": ["@emotions"], "for_each": "item"}, "measures.m.for_each: door has no item to be grouped by"),
    ],
)
def test_complaints(measure: Any, complaint: str) -> None:
    assert any(line.startswith(complaint) for line in complaints({**M, **measure}))


def test_a_circle_is_shown() -> None:
    a, b = ({"id": one, "how": "sum", "of": [other]} for one, other in ("ab", "ba"))
    assert complaints(a, b)[0].startswith("measures need each other in a circle: ")


def test_a_cap_can_close_a_circle() -> None:
    a = {"id": "a", "how": "sum", "caps": [{"where": {"b": "> 1"}, "at": 1}]}
    assert "circle" in complaints(a, {"id": "b", "how": "sum", "of": ["a"]})[0]


def test_a_group_cannot_be_told_apart_further() -> None:
    channels = {"id": "channels", "how": "sum", "for_each": "channel"}
    lines = complaints(channels, {**M, "of": ["channels"], "for_each": "stage"})
    assert "measures.m.for_each: channels[face-to-face] has no stage to be grouped by" in lines


def test_an_item_that_caps_an_unknown_measure() -> None:
    capping = samples.items_only(samples.item("A", critical={"caps": "overal", "at": 0}))
    line = "measures: item A caps a measure the scheme lacks: overal (did you mean overall?)"
    assert complaints({"id": "overall", "how": "sum"}, of=capping) == [line]


def test_weights_that_sum_to_nothing() -> None:
    weightless = {"id": "m", "how": "weighted-mean", "of": ["A"], "weights": {"sources": {"A": 0}}}
    assert complaints(weightless) == ["measures.m.weights: the weights of m sum to 0"]


def test_another_scheme_need_not_have_what_an_item_caps() -> None:
    capping = samples.items_only(samples.item("A", critical={"caps": "overall", "at": 0}), scheme="usual@1")
    assert make_plan(capping, samples.scheme({"id": "m", "how": "sum"})).measures


def test_a_measure_may_have_the_name_of_its_item() -> None:
    assert groups({"id": "A", "how": "sum", "of": ["A"]}) == {"": [("A", 1)]}


def test_all_complaints_at_once() -> None:
    assert (
        len(complaints({"id": "a", "how": "no"}, {"id": "b", "how": "sum", "of": ["Z9"]}, {"id": "c", "how": "no"}))
        == 3
    )


def test_empty_measures_of_fixed_arity_are_refused() -> None:
    empty = {"id": "m", "how": "difference", "where": {"tag": "none"}}
    assert complaints(empty) == ["measures.m.of: difference needs 2 inputs, m has 0"]


def test_a_sum_may_have_weights_that_cancel() -> None:
    difference = {"id": "m", "how": "sum", "of": ["A", "B"], "weights": {"sources": {"A": 1, "B": -1}}}
    assert make_plan(SHOP, samples.scheme(difference)).measures
