"""What people write for a number is that number or none: never ten, a hundred or a thousand times as much."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from babel import numbers
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cemaudit.errors import BadInput
from cemaudit.model.answers import AnswerType
from cemaudit.reading import NumberMarks, read_answer, read_number, read_whole

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
        ("3.", "3"), (".5", "0.5"), (",5", "0.5"), (",500", "0.5"),
        ("0123,456", "123.456"), ("1e-05", "0.00001"), (" +7 ", "7"), ("−2,5", "-2.5"), ("5\N{NO-BREAK SPACE}", "5"),
        ("４", "4"), ("２，５", "2.5"), ("１，２３４．５", "1234.5"), ("٤", "4"), ("٠,١٢٣", "0.123"),
    ],
)  # fmt: skip
def test_what_is_meant(written: str, meant: str) -> None:
    assert read_number(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", ",", "2,", "2,,5", "1,23,456", "12,34,567", "1234,567,890", "0,123,456", "1,234,56", "1.5,234",
        "0.123,4", "1.234.567", "1,234.567,8", "1.2.3", "1 234", "1'234", "1_000", "2_5", "5²", "²", "1②", "½", "2½",
        "NaN", "Infinity", "0x10", "2,5e3", "3만", "2,5 또는 3", "1-2", "--1", "9" * 41, "1e9999", "1" + " " * 200,
    ],
)  # fmt: skip
def test_what_is_no_number_or_could_be_two(written: str) -> None:
    with pytest.raises(BadInput, match="expected a number, found "):
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
    except BadInput:
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
    assert {text: read_answer(kind, text, within_limits=False) for text in meant} == meant
    with pytest.raises(BadInput, match="1,23,4"):
        read_answer(kind, "1,23,4")


@pytest.mark.parametrize("name", ["scale", "nps"])
def test_whole_answers_are_never_cut_off(name: str) -> None:
    kind = TypeAdapter[AnswerType](AnswerType).validate_python({"type": name})
    assert [read_answer(kind, text) for text in ("4", "4.0", "4,0", "４", "+4")] == [4] * 5
    for text in ("4,5", "4.5", "0,4", "4,", ""):
        with pytest.raises(BadInput, match=f"found {re.escape(text)}$"):
            read_answer(kind, text)


def test_a_whole_number_has_an_end() -> None:
    assert read_whole("-1,200") == -1200
    with pytest.raises(BadInput, match="1e999"):
        read_whole("1e999")


MARKS = [
    # decimal, thousands, written, meant
    (",", None, "1.234", "1234"), (",", None, "1,234", "1.234"), (",", ".", "1.234.567,8", "1234567.8"),
    (".", None, "1,234", "1234"), (".", ",", "12,34,567.5", "1234567.5"), (",", " ", "1 234 567,8", "1234567.8"),
    (",", " ", "1\N{NARROW NO-BREAK SPACE}234,5", "1234.5"), (".", "'", "1’234.5", "1234.5"), (",", "", "2,5", "2.5"),
    (None, ".", "1.234", "1234"), (None, " ", "1,234", "1.234"), (",", None, "-0,5", "-0.5"), (".", "", ".5", "0.5"),
]  # fmt: skip


@pytest.mark.parametrize(("decimal", "thousands", "written", "meant"), MARKS)
def test_marks_that_somebody_names_decide(decimal: str, thousands: str, written: str, meant: str) -> None:
    assert read_number(written, NumberMarks(decimal, thousands)) == Decimal(meant)


@pytest.mark.parametrize(
    ("decimal", "thousands", "written"),
    [(".", None, "2,5"), (".", None, "1.234,5"), (",", "", "1.234"), (",", ".", "1.23,4"), (".", ",", "1,2,345"),
     (",", " ", "1 23,4"), (".", "'", "1'234,5"), (",", ".", "1.234 567")],
)  # fmt: skip
def test_a_number_with_other_marks_is_refused(decimal: str, thousands: str, written: str) -> None:
    with pytest.raises(BadInput, match="decimal and thousands of the mapping decide"):
        read_number(written, NumberMarks(decimal, thousands))


LOCALES = [
    "en",
    "ko",
    "ja",
    "zh",
    "de",
    "es",
    "fr",
    "it",
    "pt_BR",
    "de_CH",
    "de_AT",
    "en_IN",
    "sv",
    "nb",
    "pl",
    "ru",
    "tr",
    "vi",
]


@pytest.mark.parametrize("locale", LOCALES)
@given(number=decimals)
def test_a_decimal_written_by_the_rules_of_a_locale_is_read_back(locale: str, number: Decimal) -> None:
    """With the marks of the locale always; without them wherever its marks are those of the rule."""
    symbols = numbers.get_decimal_symbol(locale), numbers.get_group_symbol(locale)
    usual = {"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{RIGHT SINGLE QUOTATION MARK}": "'"}
    decimal, thousands = (usual.get(symbol, symbol) for symbol in symbols)
    written = numbers.format_decimal(number, "#,##0.####" if locale != "en_IN" else "#,##,##0.####", locale)
    assert read_number(written, NumberMarks(decimal, thousands)) == number
    if (decimal, thousands) == (".", ","):
        assert number == 0 or locale == "en_IN" or read_number(written) == number
