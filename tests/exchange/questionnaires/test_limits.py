"""Constraints as the least and the most."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.exchange.questionnaires import LeftoverKind
from cemaudit.exchange.questionnaires.answers import read_limits


@pytest.mark.parametrize(
    ("constraint", "whole", "least", "most", "is_exact"),
    [
        (". >= 0 and . <= 10", True, 0, 10, True),
        (".>-1 and .<9", True, 0, 8, True),
        ("0 < . and 10 > .", True, 1, 9, True),
        (". > 0.5", True, 1, None, True),
        ("(. >= 1) and (. <= 5 and . <= 4)", True, 1, 4, True),
        (". > 0", False, 0, None, False),
        (". <= 2.5", False, None, Fraction(5, 2), True),
        (". >= -5", False, -5, None, True),
        (". >= 1 and . <= ${most}", True, 1, None, False),
        ("(. >= 0 and . <= 9) or . = 99", True, None, None, False),
        (". >= 5 and . <= 1", True, None, None, False),
        ("regex(., '[0-9]{9}')", True, None, None, False),
        (". >= 1 or", True, None, None, False),
        ("true()", True, None, None, True),
        ("", True, None, None, True),
    ],
)
def test_a_constraint_says_least_and_most_as_far_as_it_does(constraint, whole, least, most, is_exact):
    limits = read_limits(constraint, whole=whole)
    assert (limits.least, limits.most, limits.why_wider is None) == (least, most, is_exact)


@given(st.integers(-9, 9), st.sampled_from([">", ">="]), st.integers(-9, 9), st.sampled_from(["<", "<="]))
def test_whole_numbers_fit_exactly_where_the_constraint_lets_them(low, above, high, below):
    limits = read_limits(f". {above} {low} and . {below} {high}", whole=True)
    lets = [number for number in range(-12, 13) if eval(f"{number} {above} {low} and {number} {below} {high}")]
    if lets:
        assert [number for number in range(-12, 13) if limits.least <= number <= limits.most] == lets
    else:
        assert limits.why_wider


@pytest.mark.parametrize(
    ("constraint", "kind"),
    [("", "count"), (". <= 9", "count"), (". >= -3", "number"), (". > 0 or . = -999", "number"), (". < 0", "number")],
)
def test_a_whole_number_is_a_count_unless_it_may_lie_below_zero(import_table, constraint, kind):
    form = import_table(f"survey\n| type | name | label | constraint |\n| integer | a | A | {constraint} |")
    assert form.only().answer.type == kind
    assert bool(form.left(LeftoverKind.TYPE)) == (kind == "number")


def test_what_limits_leave_out_is_told(import_table):
    form = import_table(
        """
        survey
        | type    | name | label | constraint             |
        | decimal | a    | A     | . > 0                  |
        | integer | b    | B     | . >= 1 and . <= ${a}   |
        | text    | c    | C     | string-length(.) < 9   |
        | text    | d    | D     | true                   |
        | integer | e    | E     | ${e} > 0 and ${e} < 9  |
        | integer | f    | F     | . = 1 or . = 3         |
        """
    )
    assert form.answers()["e"] == {"type": "count", "min": 1, "max": 8}
    assert form.answers()["f"] == {"type": "count", "one_of": (1, 3)}
    assert form.left(LeftoverKind.LIMITS) == [
        "sheet survey, row 2: a: more fits here than in the form: the edge itself fits, too: . > 0",
        "sheet survey, row 3: b: more fits here than in the form: more than a least and a most: . >= 1 and . <= ${a}",
        "sheet survey, row 4: c: only numbers have limits here: string-length(.) < 9",
    ]
