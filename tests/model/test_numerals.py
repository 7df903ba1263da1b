"""What people write for a number is that number or none: never ten, a hundred or a thousand times as much."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cemaudit.model.answers import AnswerType
from cemaudit.model.answers.numerals import read_number, read_whole

AMOUNTS = ["number", "count", "duration", "money"]
FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
decimals = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=4)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2,5", "2.5"), ("2,50", "2.5"), ("1,5", "1.5"), ("0,5", "0.5"), ("-0,5", "-0.5"), ("12,75", "12.75"),
        ("0,123", "0.123"), ("00,123", "0.123"), ("1234,567", "1234.567"), ("1,2345", "1.2345"), ("4500,5", "4500.5"),
        ("1,234", "1234"), ("12,345,678", "12345678"), ("1,234.5", "1234.5"), ("-1,234.50", "-1234.5"),
        ("1.234,5", "1234.5"), ("4.500,50", "4500.5"), ("1.234.567,89", "1234567.89"), ("1.234", "1.234"),
        ("3.", "3"), (".5", "0.5"), ("1e-05", "0.00001"), (" +7 ", "7"), ("−2,5", "-2.5"), ("5\N{NO-BREAK SPACE}", "5"),
        ("４", "4"), ("２，５", "2.5"), ("１，２３４．５", "1234.5"), ("٤", "4"), ("٠,١٢٣", "0.123"),
    ],
)  # fmt: skip
def test_what_is_meant(written: str, meant: str) -> None:
    assert read_number(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", ",", "2,", ",5", "2,,5", "1,23,456", "12,34,567", "1234,567,890", "0,123,456", "1,234,56", "1.5,234",
        "0.123,4", "1.234.567", "1,234.567,8", "1.2.3", "1 234", "1'234", "1_000", "2_5", "5²", "²", "1②", "½", "2½",
        "NaN", "Infinity", "0x10", "2,5e3", "3만", "2,5 또는 3", "1-2", "--1", "9" * 41, "1e9999", "1" + " " * 200,
    ],
)  # fmt: skip
def test_what_is_no_number_or_could_be_two(written: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(written)}$"):
        read_number(written)


@given(decimals)
def test_every_usual_spelling_is_read_as_the_number_it_was_made_of(number: Decimal) -> None:
    english, swapped = f"{number:,f}", str.maketrans(",.", ".,")
    for written in (f"{number:f}", english, english.translate(swapped), f"{number:f}".replace(".", ",")):
        assert read_number(written) == number
        assert read_number(written.translate(FULL_WIDTH)) == number
        assert read_number(f" {written} ") == number


@given(st.text("0123456789.,-", max_size=14))
def test_never_another_number(written: str) -> None:
    """A comma that is dropped stood before groups of three; any other was the decimal one, and the last mark."""
    try:
        number = read_number(written)
    except ValueError:
        return
    whole, _, rest = written.partition(",")
    if not rest:
        assert number == Decimal(written)
    elif re.fullmatch(r"-?[1-9]\d{0,2}", whole) and re.fullmatch(r"\d{3}(,\d{3})*(\.\d+)?", rest):
        assert number == Decimal(written.replace(",", ""))
    else:
        assert number == Decimal(f"{whole.replace('.', '')}.{rest}")
        assert "." not in whole or re.fullmatch(r"-?[1-9]\d{0,2}(\.\d{3})+", whole)


@given(st.integers(-(10**9), 10**9), st.integers(1, 99))
def test_a_comma_before_one_or_two_digits_never_makes_ten_times_as_much(whole: int, part: int) -> None:
    assert abs(read_number(f"{whole},{part}")) <= abs(whole) + 1


@pytest.mark.parametrize("name", AMOUNTS)
def test_all_amounts_are_read_alike(name: str) -> None:
    kind = TypeAdapter[AnswerType](AnswerType).validate_python({"type": name})
    meant = {"2,5": Decimal("2.5"), "1,234": 1234, "1.234,5": Decimal("1234.5"), "4,0": 4}
    assert {text: kind.read(text) for text in meant} == meant
    with pytest.raises(ValueError, match="1,23,4"):
        kind.read("1,23,4")


@pytest.mark.parametrize("name", ["scale", "nps"])
def test_whole_answers_are_never_cut_off(name: str) -> None:
    kind = TypeAdapter[AnswerType](AnswerType).validate_python({"type": name})
    assert [kind.read(text) for text in ("4", "4.0", "4,0", "４", "+4")] == [4] * 5
    for text in ("4,5", "4.5", "0,4", "4,", ""):
        with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
            kind.read(text)


def test_a_whole_number_has_an_end() -> None:
    assert read_whole("-1,200") == -1200
    with pytest.raises(ValueError, match="1e999"):
        read_whole("1e999")
