from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import given

from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.scoring import make_audit, make_plan
from cemaudit.scoring.rescore import RescoredVisit, rescore

CHECKLIST = samples.items_only(samples.item("A"), samples.item("B"), samples.item("C"))
BANDS = [{"label": "good", "where": {"it": ">= 67"}}, {"label": "bad"}]
RATIO = {"id": "it", "how": "ratio", "transform": {"times": 100}, "round": {"digits": 0}}
NONE = {"id": "worst", "how": "min"}
VISIT = samples.visit(answers={"A": True, "B": True, "C": False})


def under(*measures: dict[str, Any], bands: Any = BANDS) -> Scheme:
    return samples.scheme(*measures, bands=bands, headline="it")


def changed(before: Scheme, after: Scheme, visit: Visit = VISIT) -> RescoredVisit:
    return rescore(visit, make_plan(CHECKLIST, before), make_plan(CHECKLIST, after))


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        (under(RATIO), []),
        (under({**RATIO, "round": {"digits": 0, "mode": "floor"}}), ["rounding"]),
        (under({**RATIO, "transform": {"times": 90}}), ["transform"]),
        (under({**RATIO, "how": "share"}), []),
        (under({**RATIO, "how": "max"}), ["formula"]),
        (under({**RATIO, "of": ["A", "B"]}), ["parts"]),
        (under({**RATIO, "weights": {"sources": {"A": 2}}, "of": ["A", "B", "C"]}), ["weights"]),
        (under({**RATIO, "caps": [{"where": {"worst": "<= 0"}, "at": 60}]}, NONE), ["cap"]),
        (under(RATIO, bands=[{"label": "good", "where": {"it": ">= 70"}}, {"label": "bad"}]), ["bands"]),
        (under({**RATIO, "at_least": 4}), ["score"]),
    ],
)
def test_what_makes_the_difference(after: Scheme, kinds: list[str]) -> None:
    assert [cause.kind for cause in changed(under(RATIO), after).causes] == kinds


def test_both_results_are_kept() -> None:
    change = changed(under(RATIO), under({**RATIO, "round": {"digits": 0, "mode": "floor"}}))
    assert (change.before[0].value, change.after[0].value, change.change) == (67, 66, -1)
    assert (change.labels, change.is_another_band) == (("good", "bad"), True)
    assert change.causes[0].as_json() == {"kind": "rounding", "name": "it", "before": 67, "after": 66}


def test_measures_below_are_named_the_largest_difference_first() -> None:
    parts = [{"id": name, "how": "sum", "of": [name.upper()]} for name in "abc"]
    total = {"id": "it", "how": "sum", "of": ["a", "b", "c"]}
    other = [{**part, "transform": {"times": times}} for part, times in zip(parts, (3, 9, 5), strict=True)]
    change = changed(under(*parts, total), under(*other, total))
    assert [(cause.name, cause.before, cause.after) for cause in change.causes] == [("b", 1, 9), ("a", 1, 3)]


def test_without_a_score_there_is_no_change() -> None:
    change = changed(under(RATIO), under({**RATIO, "at_least": 4}))
    assert change.change is None
    assert (change.causes[0].before, change.causes[0].after) == (Fraction(67), "too-few")


@given(strategies.checklists_and_visits(), strategies.schemes(), strategies.schemes())
def test_it_says_what_either_scheme_says(pair: tuple[Checklist, Visit], one: Scheme, other: Scheme) -> None:
    checklist, visit = pair
    plans = make_plan(checklist, one), make_plan(checklist, other)
    change = rescore(visit, *plans)
    for plan, (score, band) in zip(plans, (change.before, change.after), strict=True):
        audit = make_audit(plan, visit)
        assert (audit.headline, audit.band) == (score, band)
    if not change.is_another_band and change.before[0].value == change.after[0].value:
        assert change.causes == ()
    assert rescore(visit, plans[0], plans[0]).causes == ()
