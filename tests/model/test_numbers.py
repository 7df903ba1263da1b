from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cemaudit.model import Exact

EXACT: TypeAdapter[Fraction] = TypeAdapter(Exact)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (3, Fraction(3)),
        (0.1, Fraction(1, 10)),
        (Decimal("0.30"), Fraction(3, 10)),
        ("1/3", Fraction(1, 3)),
        ("-2.5", Fraction(-5, 2)),
        (1e300, Fraction(10**300)),
    ],
)
def test_what_is_written_is_meant_exactly(written: Any, read: Fraction) -> None:
    assert EXACT.validate_python(written) == read


@pytest.mark.parametrize("written", [True, None, [1], "", "one", "1/0", "1e9", float("nan"), float("inf"), "1_0", "٣"])
def test_what_is_no_number(written: Any) -> None:
    with pytest.raises(ValidationError, match="a number"):
        EXACT.validate_python(written)


@pytest.mark.parametrize(
    "written", [Decimal("1e999999999"), Decimal("1e-999999999"), "1e999999999", Decimal("9" * 2000)]
)
def test_endless_numbers_are_refused_at_once(written: Any) -> None:
    with pytest.raises(ValidationError, match="a number"):
        EXACT.validate_python(written)


@given(st.fractions())
def test_round_trip(value: Fraction) -> None:
    assert EXACT.validate_json(EXACT.dump_json(value)) == value


def test_fractions_beyond_floats_round_trip() -> None:
    value = Fraction(10**400 + 1, 3)
    assert EXACT.validate_json(EXACT.dump_json(value)) == value
