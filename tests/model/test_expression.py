from __future__ import annotations

import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from helpers import samples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cemaudit.errors import Expected
from cemaudit.language import use
from cemaudit.model import Checklist
from cemaudit.model.expression import parse

ANSWERS = {
    "yes": True, "no": False, "wait": 12, "cost": Decimal("9.5"), "door": "closed", "seen": ("a", "b"),
    "day": "2026-11-21", "step": "V1", "a-b.c_1": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "yes",
        "not no",
        "not not yes",
        "door == 'closed'",
        'door != "open"',
        "wait > 10 and wait < 20",
        "wait >= 12 and wait <= 12.0",
        "cost == 9.50",
        "-3 < wait",
        "step in ['V1', 'Vn']",
        "'a' in seen",
        "wait in [1, 12]",
        "seen == ['a', 'b']",
        "day >= '2026-11-01'",
        "yes == true and no == false",
        "answered(wait)",
        "not answered(other)",
        "answered(step)",
        "a-b.c_1 == 1",
        "[1]",
        "(((yes)))",
    ],
)
def test_what_holds(source: str) -> None:
    assert parse(source).holds(ANSWERS)


@pytest.mark.parametrize(
    "source",
    [
        "no",
        "door == 'Closed'",
        "wait > 12",
        "other",
        "other == 1",
        "other != 1",
        "other < 1 or other >= 1",
        "1 in other",
        "wait < 'x'",
        "seen < 3",
        "'a' in door",
        "answered(other)",
        "[]",
        "''",
        "0",
    ],
)
def test_what_does_not_hold(source: str) -> None:
    assert not parse(source).holds(ANSWERS)


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("yes or no and no", "yes or (no and no)"),
        ("not no and no", "(not no) and no"),
        ("not wait == 12", "not (wait == 12)"),
        ("yes and no or yes", "(yes and no) or yes"),
        ("no and no or not no", "(no and no) or (not no)"),
    ],
)
def test_precedence(source: str, meant: str) -> None:
    assert parse(source) == parse(meant)


def test_step_without_an_episode_is_not_answered() -> None:
    assert not parse("answered(step)").holds({"step": None})


def test_names_it_reads() -> None:
    node = parse("A == 1 or not (answered(B) and step in ['V1']) or C < D")
    assert list(node.names()) == ["A", "B", "step", "C", "D"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("", "an expression with … after what stands there"),
        ("A ==", "an expression with … after what stands there"),
        ("not", "an expression with … after what stands there"),
        ("(A", "an expression with ) after what stands there"),
        ("[1 2]", "an expression with , after what stands there"),
        ("answered(A", "an expression with ) after what stands there"),
        ("A B", "an expression; B does not fit"),
        ("A < B < C", "an expression; < does not fit"),
        ("A = 1", "an expression; = 1 does not fit"),
        ("A == 'x", "an expression; 'x does not fit"),
        ("A; B", "an expression; ; B does not fit"),
        ("__import__('os')", "an expression; __import__ does not fit"),
        ("A.__class__()", "an expression; ( does not fit"),
        ("lambda: 1", "an expression; : 1 does not fit"),
        ("A + 1", "an expression; + 1 does not fit"),
        ("and", "an item id or a value in the expression, found and"),
        ("A == ]", "an item id or a value in the expression, found ]"),
        ("A == in", "an item id or a value in the expression, found in"),
        ("answered('A')", "an item id in answered(...)"),
        ("[A]", "only constants in a list"),
        ("A" * 501, "an expression of at most 500 characters"),
        ("(" * 41 + "A" + ")" * 41, "an expression nested at most 40 deep"),
    ],
)
def test_complaints(source: str, complaint: str) -> None:
    with use("en"), pytest.raises(Expected) as caught:
        parse(source)
    assert str(caught.value) == complaint


@pytest.mark.parametrize("source", ["(" * 250 + ")" * 250, "not " * 125, "[" * 500, "1," * 250, "A and " * 83 + "A"])
def test_nesting_ends_quickly(source: str) -> None:
    before = time.perf_counter()
    with suppress(Expected):
        parse(source).holds({})
    assert time.perf_counter() - before < 0.5


PIECES = [
    "A",
    "B",
    "step",
    "answered",
    "and",
    "or",
    "not",
    "in",
    "==",
    "<",
    "(",
    ")",
    "[",
    "]",
    ",",
    "1",
    "-2.5",
    "'x'",
    "__",
    ".",
]


@settings(max_examples=300)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
@example("A == '\x00'")
def test_any_text_is_an_expression_or_not_expected(source: str) -> None:
    try:
        node = parse(source)
    except Expected:
        return
    assert node.holds({"A": 1, "B": "x"}) in {True, False}


TRUTHS = {"p": True, "q": False, "r": True}
comparisons = st.tuples(
    st.integers(-3, 3), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.integers(-3, 3)
).map(lambda parts: "{} {} {}".format(*parts))
sentences = st.recursive(
    st.sampled_from(list(TRUTHS)) | comparisons,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join)
        | inner.map("({})".format)
        | inner.map("not {}".format)
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(sentences)
def test_logic_agrees_with_python(source: str) -> None:
    assert parse(source).holds(TRUTHS) is bool(eval(source, {}, TRUTHS))


def test_a_checklist_keeps_its_expressions_as_text() -> None:
    checklist = samples.items_only(samples.item("A"), samples.item("B", when="A  ==  true"))
    written: Any = checklist.model_dump(mode="json", by_alias=True)
    assert written["touchpoints"][0]["items"][1]["when"] == "A  ==  true"
    assert Checklist.model_validate(written) == checklist
