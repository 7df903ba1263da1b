from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cemaudit.language import use
from cemaudit.model import Scheme
from cemaudit.model.conditions import bounds

ONE = {"id": "one", "how": "sum"}
TWO = {"id": "two", "how": "sum"}


def banded(*conditions: dict[str, str]) -> Scheme:
    bands = [{"label": f"row {number}", "where": where} for number, where in enumerate(conditions, 1)]
    return samples.scheme(ONE, TWO, bands=bands)


@given(strategies.schemes())
def test_round_trip(scheme: Scheme) -> None:
    assert Scheme.model_validate_json(scheme.model_dump_json()) == scheme


def test_a_condition_is_several_comparisons() -> None:
    low, high = bounds(" >= 79.9 , < 90 ")
    assert (low.sign, low.edge, high.sign, high.edge) == (">=", Fraction(799, 10), "<", Fraction(90))


@pytest.mark.parametrize(("sign", "truths"), [("<", "TFF"), ("<=", "TTF"), ("==", "FTF"), (">=", "FTT"), (">", "FFT")])
def test_edges(sign: str, truths: str) -> None:
    (bound,) = bounds(f"{sign} 90")
    assert [bound.holds(Fraction(value)) for value in (89, 90, 91)] == [truth == "T" for truth in truths]


@pytest.mark.parametrize(
    "condition", [">= 80, < 80", "> 80, < 80", "> 80, == 80", ">= 80, <= 79.9", "== 1, == 2", "> 80, <= 80"]
)
def test_conditions_nothing_can_meet(condition: str) -> None:
    with use("en"), pytest.raises(ValidationError, match="no value meets the conditions of row 1"):
        banded({"one": condition})


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"one": ">= 80"}, {"one": ">= 90"}),
        ({"one": ">= 80"}, {"one": "== 80"}),
        ({"one": ">= 80"}, {"one": "> 80", "two": "< 0"}),
        ({}, {"one": ">= 80"}),
        ({"one": "<= 5"}, {"one": "< 5"}),
        ({"one": ">= 0, < 10"}, {"one": ">= 2, <= 9"}),
    ],
)
def test_rows_always_taken_by_an_earlier_one(earlier: Any, later: Any) -> None:
    with use("en"), pytest.raises(ValidationError, match="row 2 is always taken by row 1 before it"):
        banded(earlier, later)


@pytest.mark.parametrize(
    ("earlier", "later", "fault"),
    [
        ({"one": ">= 0, <= 10"}, {"one": ">= 5, <= 11"}, "row 2 and row 1 share values"),
        ({"one": ">= 80"}, {"one": ">= 60, <= 80"}, "row 2 and row 1 share values"),
        ({"one": ">= 80"}, {"one": "< 70"}, "none takes the values between 70.0 and 80.0"),
        ({"one": "> 80"}, {"one": "< 80"}, "none takes the values between 80.0 and 80.0"),
    ],
)
def test_rows_that_overlap_or_leave_a_gap(earlier: Any, later: Any, fault: str) -> None:
    with use("en"), pytest.raises(ValidationError, match=fault):
        banded(earlier, later)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"one": "> 80"}, {"one": ">= 80"}),
        ({"one": ">= 80", "two": ">= 1"}, {"one": ">= 90"}),
        ({"one": ">= 80"}, {"two": ">= 80"}),
        ({"one": "== 3"}, {}),
        ({"one": ">= 0, <= 10"}, {"one": "> 10, <= 11"}),
    ],
)
def test_rows_that_can_be_reached(earlier: Any, later: Any) -> None:
    assert len(banded(earlier, later).bands) == 2


@pytest.mark.parametrize("condition", ["", "80", ">= eighty", ">= 80 < 90", "=> 80", ">= 80,"])
def test_conditions_that_cannot_be_read(condition: str) -> None:
    with pytest.raises(ValidationError):
        banded({"one": condition})


@given(st.lists(st.tuples(st.sampled_from(["<", "<=", "==", ">=", ">"]), st.integers(0, 5)), min_size=2, max_size=2))
def test_a_refused_row_is_never_the_first_that_fits(rows: list[tuple[str, int]]) -> None:
    conditions = [f"{sign} {edge}" for sign, edge in rows]
    values = [Fraction(number, 2) for number in range(-1, 12)]
    first, second = ({v for v in values if bounds(condition)[0].holds(v)} for condition in conditions)
    try:
        banded(*({"one": condition} for condition in conditions))
    except ValidationError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert second <= first or "gaps" in refusal if refusal else second - first


@pytest.mark.parametrize(
    "keys",
    [
        {"bands": [{"label": "A", "where": {"onne": ">= 1"}}]},
        {"headline": "onne"},
        {"bands": [{"label": "A", "where": {"each": ">= 1"}}]},
    ],
)
def test_conditions_and_headline_need_a_measure_that_is_one_number(keys: Any) -> None:
    with use("en"), pytest.raises(ValidationError, match=r"unknown: (onne|each)"):
        samples.scheme(ONE, {"id": "each", "how": "sum", "for_each": "touchpoint"}, **keys)


def test_measures_have_different_ids() -> None:
    with use("en"), pytest.raises(ValidationError, match="repeated measure: one"):
        samples.scheme(ONE, ONE)


def test_what_a_report_leads_with() -> None:
    each = {"id": "each", "how": "sum", "for_each": "touchpoint"}
    assert samples.scheme(ONE, TWO, each).leading == "two"
    assert samples.scheme(ONE, TWO, headline="one").leading == "one"
    assert samples.scheme(each).leading == "each"


def test_one_facet_needs_no_list() -> None:
    scheme = samples.scheme({"id": "each", "how": "sum", "for_each": "touchpoint"})
    assert scheme.measures[0].for_each == ("touchpoint",)


@pytest.mark.parametrize(
    "keys", [{"where": {"channel": "face-to-fase"}}, {"weights": {"facets": {"mode": {"activ": 2}}}}]
)
def test_facet_values_are_words_of_the_vocabulary(keys: Any) -> None:
    with use("en"), pytest.raises(ValidationError, match=r"unknown: (face-to-fase|activ)"):
        samples.scheme({**ONE, **keys})


def test_only_bands_look_at_the_peers() -> None:
    capped = {**ONE, "caps": [{"where": {"two": ">= p90"}, "at": 1}]}
    with use("en"), pytest.raises(ValidationError, match="percentiles in the conditions of bands alone"):
        samples.scheme(capped, TWO)
