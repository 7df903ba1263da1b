from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from helpers import samples

from cemaudit.errors import BadEnvironment
from cemaudit.language import use
from cemaudit.model import Reason, Score
from cemaudit.model.aggregator import Aggregator
from cemaudit.scoring import evaluate, make_plan

FOUR = {"type": "scale", "lowest": 0, "highest": 4}
THREE_ITEMS = samples.items_only(
    samples.item("A", FOUR), samples.item("B", FOUR, weight=3), samples.item("C", FOUR, na="zero")
)
ANSWERS = {"A": 4, "B": 2, "C": 0}
NOT_ASKED = Reason.NOT_ASKED
FELT = samples.checklist(
    samples.touchpoint("door", samples.item("A"), emotion=True, expectation=True),
    samples.touchpoint("desk", samples.item("B"), emotion=True, steps=["V1"]),
    samples.touchpoint("site", samples.item("C")),
    steps=[{"id": "V1", "title": samples.text("1")}, {"id": "V2", "title": samples.text("2")}],
)


def score(measure: dict[str, Any], **keys: Any) -> Score:
    scheme = samples.scheme({"id": "it", **measure})
    return samples.audit(THREE_ITEMS, scheme, **keys).score("it")


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ({"how": "sum"}, 6),
        ({"how": "ratio"}, "1/2"),
        ({"how": "ratio", "weights": {"declared": True}}, "10/20"),
        ({"how": "weighted-mean", "weights": {"declared": True}}, "10/5"),
        ({"how": "mean", "take": "share"}, "1/2"),
        ({"how": "sum", "take": "value"}, 6),
        ({"how": "share", "take": "value", "options": {"from": 2}}, "2/3"),
        ({"how": "ratio", "transform": {"times": 100}}, 50),
        ({"how": "sum", "transform": {"times": -1, "plus": 10}}, 4),
        ({"how": "sum", "transform": {"clamp": [0, 5]}}, 5),
        ({"how": "sum", "transform": {"times": 2, "clamp": [20, 30]}}, 20),
        ({"how": "mean", "transform": {"times": "1/3"}, "round": {"digits": 1}}, "0.7"),
        ({"how": "mean", "transform": {"times": "1/3"}, "round": {"digits": 1, "stage": "display"}}, "2/3"),
        ({"how": "deduct", "options": {"base": 10}}, 4),
    ],
)
def test_values(measure: dict[str, Any], value: Any) -> None:
    found = score(measure, answers=ANSWERS)
    assert (found.value, found.reason) == (Fraction(value), None)
    assert (found.used, found.asked) == (3, 3)


@pytest.mark.parametrize(
    ("measure", "keys", "reason"),
    [
        ({"how": "ratio"}, {}, Reason.UNANSWERED),
        ({"how": "ratio"}, {"skipped": samples.skipped("A", "B", "C", state="not-observed")}, Reason.NOT_OBSERVED),
        ({"how": "ratio"}, {"skipped": samples.skipped("A", "B", state="declined")}, Reason.NOTHING_TO_SCORE),
        ({"how": "ratio", "at_least": 2}, {"answers": {"A": 4}}, Reason.TOO_FEW),
        ({"how": "difference", "of": ["A", "B"]}, {"answers": {"A": 4}}, Reason.UNANSWERED),
    ],
)
def test_no_score_is_never_zero(measure: dict[str, Any], keys: dict[str, Any], reason: Reason) -> None:
    found = score(measure, **keys)
    assert (found.value, found.reason) == (None, reason)


def test_nothing_counted_is_zero_and_nothing_averaged_is_not() -> None:
    assert score({"how": "count"}).value == 0
    assert score({"how": "mean"}).value is None


def test_what_went_in_of_what_was_asked() -> None:
    found = score({"how": "ratio"}, answers={"A": 4}, skipped=samples.skipped("B"))
    assert (found.used, found.asked) == (1, 3)


def test_an_item_that_may_not_be_left_out_takes_the_score_away() -> None:
    checklist = samples.items_only(samples.item("A", na="refuse"), samples.item("B"))
    scheme = samples.scheme({"id": "it", "how": "ratio"}, {"id": "on", "how": "mean", "of": ["it"]})
    audit = samples.audit(checklist, scheme, answers={"B": True}, skipped=samples.skipped("A"))
    assert audit.score("it").reason is Reason.REFUSED
    assert audit.score("on").value is None


@pytest.mark.parametrize(("na", "value"), [(None, "4/8"), ("exclude", 1), ("zero", "4/12"), ("full", 1)])
def test_a_measures_own_na_policy(na: str | None, value: Any) -> None:
    measure = {"how": "ratio", **({"na": na} if na else {})}
    found = score(measure, answers={"A": 4}, skipped=samples.skipped("B", "C"))
    assert found.value == Fraction(value)


def test_a_scheme_may_count_what_nobody_answered_as_nothing() -> None:
    scheme = samples.scheme({"id": "it", "how": "ratio"}, unanswered="zero")
    assert samples.audit(THREE_ITEMS, scheme, answers={"A": 4}).score("it").value == Fraction(1, 3)
    skipped = samples.skipped("B", "C", state="not-observed")
    assert samples.audit(THREE_ITEMS, scheme, answers={"A": 4}, skipped=skipped).score("it").value == 1


@pytest.mark.parametrize(("other", "value"), [(">= 6", 40), ("> 6", 50), (">= 5, < 6", 50), ("== 6", 40)])
def test_caps_by_other_measures(other: str, value: int) -> None:
    capped = {"id": "it", "how": "ratio", "transform": {"times": 100}, "caps": [{"where": {"sum": other}, "at": 40}]}
    scheme = samples.scheme({"id": "sum", "how": "sum"}, capped)
    assert samples.audit(THREE_ITEMS, scheme, answers=ANSWERS).score("it").value == value


def test_a_cap_on_a_measure_without_score_is_not_in_force() -> None:
    capped = {"id": "it", "how": "ratio", "of": ["A"], "caps": [{"where": {"none": "< 100"}, "at": 0}]}
    scheme = samples.scheme({"id": "none", "how": "mean", "of": ["B"]}, capped)
    assert samples.audit(THREE_ITEMS, scheme, answers={"A": 4}).score("it").value == 1


@pytest.mark.parametrize(("answer", "value", "failed"), [(0, "1/4", ("A",)), (1, "1/4", ("A",)), (2, "3/4", ())])
def test_a_failed_critical_item_caps_its_measure(answer: int, value: str, failed: tuple[str, ...]) -> None:
    critical = {"fails_at": 1, "caps": "it", "at": 0.25}
    checklist = samples.items_only(samples.item("A", FOUR, critical=critical), samples.item("B", FOUR))
    audit = samples.audit(checklist, samples.scheme({"id": "it", "how": "ratio"}), answers={"A": answer, "B": 4})
    assert audit.score("it").value == Fraction(value)
    assert audit.failed_critical == failed


def test_a_cap_never_raises() -> None:
    checklist = samples.items_only(samples.item("A", FOUR, critical={"caps": "it", "at": 0.9}), samples.item("B", FOUR))
    audit = samples.audit(checklist, samples.scheme({"id": "it", "how": "ratio"}), answers={"A": 0, "B": 1})
    assert audit.score("it").value == Fraction(1, 8)


def test_a_critical_item_caps_only_its_own_group() -> None:
    checklist = samples.checklist(
        samples.touchpoint("door", samples.item("A", critical={"caps": "each", "at": 0}), samples.item("B")),
        samples.touchpoint("desk", samples.item("C")),
    )
    scheme = samples.scheme({"id": "each", "how": "ratio", "for_each": "touchpoint"})
    audit = samples.audit(checklist, scheme, answers={"A": False, "B": True, "C": True})
    assert [audit.score("each", name).value for name in ("door", "desk")] == [0, 1]


def test_rounding_comes_last_and_is_passed_on() -> None:
    rounded = {"id": "it", "how": "ratio", "transform": {"times": 10}, "round": {"digits": 0}}
    scheme = samples.scheme(rounded, {"id": "on", "how": "sum", "of": ["it", "it"]})
    assert samples.audit(THREE_ITEMS, scheme, answers={"A": 3, "B": 0, "C": 0}).score("on").value == 6


@pytest.mark.parametrize(
    ("source", "keys", "values"),
    [
        ("@emotions", {"emotions": {"door": -3, "desk": 1}}, {"door": -1, "desk": "1/3", "site": NOT_ASKED}),
        ("@expectations", {"expectations": {"door": 7}}, {"door": 1, "desk": NOT_ASKED, "site": NOT_ASKED}),
        ("@expectations", {"expectations": {"door": 1}}, {"door": 0, "desk": NOT_ASKED, "site": NOT_ASKED}),
        ("@emotions", {}, {"door": Reason.UNANSWERED, "desk": Reason.UNANSWERED, "site": NOT_ASKED}),
        (
            "@emotions",
            {"episode": {"id": "e", "step": "V2"}},
            {"door": Reason.UNANSWERED, "desk": Reason.NOT_RELEVANT, "site": NOT_ASKED},
        ),
        ("@claims", {"claims": [{"touchpoint": "desk", "text": "x"}] * 2}, {"door": 0, "desk": 2, "site": 0}),
        ("@blames", {"blames": [{"touchpoint": "site", "text": "x"}]}, {"door": 0, "desk": 0, "site": 1}),
    ],
)
def test_feelings_and_complaints(source: str, keys: dict[str, Any], values: dict[str, Any]) -> None:
    scheme = samples.scheme({"id": "it", "how": "sum", "of": [source], "for_each": "touchpoint"})
    audit = samples.audit(FELT, scheme, **keys)
    found = {name: audit.score("it", name) for name in values}
    expected = {name: value if isinstance(value, Reason) else Fraction(value) for name, value in values.items()}
    assert {name: one.reason or one.value for name, one in found.items()} == expected


def test_raw_values_of_items_without_points() -> None:
    checklist = samples.items_only(samples.item("A", "count"), samples.item("B", "yes-no"), samples.item("C", "text"))
    answers = {"A": 7, "B": True, "C": "words"}
    assert samples.number(checklist, {"how": "sum", "take": "value"}, answers=answers) == 8
    assert samples.number(checklist, {"how": "count", "take": "value"}, answers=answers) == 2


def test_pooled_and_mean_of_means_are_two_numbers() -> None:
    checklist = samples.checklist(
        samples.touchpoint("door", samples.item("A", FOUR)), samples.touchpoint("desk", *map(samples.item, "BCDE"))
    )
    each = {"id": "each", "how": "ratio", "for_each": "touchpoint"}
    scheme = samples.scheme({"id": "pooled", "how": "ratio"}, each, {"id": "means", "how": "mean", "of": ["each"]})
    audit = samples.audit(checklist, scheme, answers={"A": 4, "B": True, "C": False, "D": False, "E": True})
    assert [audit.score(name).value for name in ("pooled", "means")] == [Fraction(6, 8), Fraction(3, 4)]


@pytest.mark.parametrize("value", ["1/3", "0.1"])
def test_sums_are_exact(value: str) -> None:
    checklist = samples.items_only(*(samples.item(name, {"type": "yes-no", "yes": value}) for name in "ABC"))
    total = samples.number(checklist, {"how": "sum"}, answers=dict.fromkeys("ABC", True))
    assert total == 3 * Fraction(value)


@pytest.mark.parametrize("function", [lambda members, options: 1 / 0, lambda members, options: "many"])
def test_an_aggregator_that_fails_is_named(function: Any) -> None:
    broken = {"hotel.broken": Aggregator("hotel.broken", function)}
    plan = make_plan(samples.items_only(samples.item("A")), samples.scheme({"id": "m", "how": "hotel.broken"}), broken)
    with use("en"), pytest.raises(BadEnvironment, match=r"measures\.m: aggregator hotel\.broken failed"):
        evaluate(plan, samples.visit(answers={"A": 4}))
