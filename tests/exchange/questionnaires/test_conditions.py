"""Conditions in our own language mean what they mean in the form."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.exchange.questionnaires import LeftoverKind
from cemaudit.exchange.questionnaires.choices import ChoiceList
from cemaudit.exchange.questionnaires.conditions import ConvertedQuestion, say
from cemaudit.exchange.questionnaires.xpath import (
    Node,
    Unsayable,
    XPathCall,
    XPathComparison,
    XPathLiteral,
    XPathLogic,
    XPathNumber,
    XPathReference,
    read_xpath,
)
from cemaudit.model import Text
from cemaudit.model.answers import Choice, Choices, Option, Quantity, TextAnswer, YesNo
from cemaudit.model.expression import parse

OPTIONS = tuple(Option(id=name, label=Text(en=name)) for name in ("1", "2", "far"))
SIZES = ChoiceList(OPTIONS, {"1": "1", "2": "2", "far off": "far"})
ASKED = {
    "one": ConvertedQuestion("one", Choice(type="choice", options=OPTIONS), SIZES),
    "all": ConvertedQuestion("all", Choices(type="choices", options=OPTIONS), SIZES),
    "open": ConvertedQuestion("open", YesNo(type="yes-no"), ChoiceList(OPTIONS[:2], {"yes": "true", "no": "false"})),
    "wait": ConvertedQuestion("wait", Quantity(type="number")),
    "why": ConvertedQuestion("why", TextAnswer(type="text")),
}


def find(reference: XPathReference) -> ConvertedQuestion:
    return ASKED[reference.name]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("${one} = '1'", "one == '1'"),
        ("'far off'=${one}", "one == 'far'"),
        ("${one} != 1", "not (one == '1')"),
        ("${one} > 1", "one == '2'"),
        ("${one} >= 1", "one in ['1', '2']"),
        ("selected(${all}, 'far off')", "'far' in all"),
        ("selected(${all},1) or not(selected(${all},'2'))", "'1' in all or not ('2' in all)"),
        ("${all} = '1'", "all == ['1']"),
        ("${all} != ''", "(all != [])"),
        ("${open} = 'yes'", "open == true"),
        ("selected(${open}, 'no')", "open == false"),
        ("${open} = ''", "not answered(open)"),
        ("${wait} <= 10", "wait <= 10"),
        ("-1.50 < ${wait}", "wait > -1.50"),
        ("${wait} = '5'", "wait == 5"),
        ("${wait} > ${wait}", "wait > wait"),
        ('${why} = "it\'s"', 'why == "it\'s"'),
        ("string-length(${why}) > 0", "answered(why)"),
        ("count-selected(${all}) = 0", "not (all != [])"),
        ("${one}=’1’ and (${wait}>3 or ${wait}<1)", "one == '1' and (wait > 3 or wait < 1)"),
        ("true()", "true"),
        ("yes", "true"),
        ("False", "false"),
    ],
)
def test_a_condition_is_said_in_our_words(condition, said):
    assert say(read_xpath(condition), find) == said
    parse(said)


@pytest.mark.parametrize(
    "condition",
    [
        "", "(", "${one} = ", "${one} == '1'", "${one}", "'1'", "1 = 2", "${one} = '3'", "${one} > 5", "${all} > 1",
        "selected(${why}, 'x')", "${why} > 3", "${wait} = 'NaN'", "${wait} = ${wait}", "count-selected(${all}) > 1",
        "string-length(${why}) > 5", "${wait} + 1 > 2", "${wait} mod 2 = 0", "today() > '2020-01-01'", "not()",
        "if(${one}='1', 1, 0)", "position(..) = 1", "a" * 5000, "(" * 100, "not(" * 100, "${wait} > " + "9" * 40,
        " or ".join(["${open} = 'yes'"] * 60), "${one} = true()", "selected(${one})",
    ],
)  # fmt: skip
def test_what_there_are_no_words_for_is_never_said(condition):
    with pytest.raises(Unsayable) as caught:
        say(read_xpath(condition), find)
    assert str(caught.value.why)


names = st.sampled_from(list(ASKED))
values = st.sampled_from(["'1'", "'2'", "'far off'", "1", "2", "'yes'", "'no'", "3.5", "''"])
comparisons = st.builds("${{{}}} {} {}".format, names, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), values)
turned = st.builds("{} {} ${{{}}}".format, values, st.sampled_from(["=", "!=", "<", ">="]), names)
chosen = st.builds("selected(${{{}}}, {})".format, names, values)
counted = st.builds("string-length(${{{}}}) {}".format, names, st.sampled_from(["> 0", "= 0", ">= 1", "< 1", "!= 0"]))
constants = st.sampled_from(["true()", "false()", "${wait} < ${wait}"])


def is_sayable(condition: str) -> bool:
    try:
        return bool(say(read_xpath(condition), find))
    except Unsayable:
        return False


conditions = st.recursive(
    (comparisons | turned | chosen | counted | constants).filter(is_sayable),
    lambda inner: (
        st.builds("not({})".format, inner)
        | st.builds("({}) and ({})".format, inner, inner)
        | st.builds("({}) or ({})".format, inner, inner)
    ),
    max_leaves=5,
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "one": st.sampled_from(["1", "2", "far off"]),
        "all": st.lists(st.sampled_from(["1", "2", "far off"]), min_size=1, unique=True),
        "open": st.sampled_from(["yes", "no"]),
        "wait": st.sampled_from(["1", "2", "3.5", "7"]),
        "why": st.sampled_from(["1", "2", "yes", "something"]),
    },
)


@given(conditions, answers)
def test_what_is_said_holds_exactly_where_the_form_asks(condition, given_answers):
    said = say(read_xpath(condition), find)
    in_form = {name: " ".join(value) if name == "all" else value for name, value in given_answers.items()}
    assert parse(said).holds(_ours(given_answers)) == _truth(read_xpath(condition), in_form, given_answers), said


def _ours(given_answers: dict[str, object]) -> dict[str, object]:
    kinds = {
        "one": SIZES.ids.get,
        "all": lambda chosen: tuple(SIZES.ids[name] for name in chosen),
        "open": lambda name: name == "yes",
        "wait": Decimal,
        "why": str,
    }
    return {name: kinds[name](value) for name, value in given_answers.items()}


def _truth(node: Node, answers: dict[str, str], chosen: dict[str, object]) -> bool:
    """What XPath says of a form whose unanswered questions hold the empty text."""
    match node:
        case XPathLogic(word, parts):
            return (all if word == "and" else any)(_truth(part, answers, chosen) for part in parts)
        case XPathCall("not", (inner,)):
            return not _truth(inner, answers, chosen)
        case XPathCall("true" | "false" as word):
            return word == "true"
        case XPathCall("selected", (XPathReference(name), choice)):
            found = chosen.get(name, [])
            return str(_value(choice, answers)) in (found if isinstance(found, list) else [found])
        case XPathComparison(mark, left, right):
            return _compared(mark, _value(left, answers), _value(right, answers))
    raise AssertionError(node)


def _value(node: Node, answers: dict[str, str]) -> str | Decimal:
    match node:
        case XPathLiteral(text):
            return text
        case XPathNumber(number):
            return number
        case XPathReference(name):
            return answers.get(name, "")
        case XPathCall("string-length", (XPathReference(name),)):
            return Decimal(len(answers.get(name, "")))
    raise AssertionError(node)


def _compared(mark: str, left: str | Decimal, right: str | Decimal) -> bool:
    if mark in {"=", "!="} and isinstance(left, str) and isinstance(right, str):
        return (left == right) == (mark == "=")
    one, other = _number(left), _number(right)
    return {
        "=": one == other,
        "!=": one != other,
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
    }[mark]


def _number(value: str | Decimal) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def test_conditions_of_groups_hold_for_all_they_contain(import_table):
    form = import_table(
        """
        survey
        | type           | name  | label | relevant                          |
        | select_one yn  | paid  | Paid? |                                   |
        | integer        | wait  | Wait  |                                   |
        | begin group    | g     | G     | ${paid} = 'yes' or ${wait} > 3    |
        | text           | a     | A     | ../../wait < 9                    |
        | begin group    | h     |       | ../paid != ''                     |
        | text           | b     | B     |                                   |
        | end group      |       |       |                                   |
        | end group      |       |       |                                   |
        | begin group    | never | N     | false()                           |
        | text           | c     | C     | ${wait} > 1                       |
        | end group      |       |       |                                   |
        | text           | d     | D     | /data/g/a != ''                   |
        | text           | e     | E     | current()/../wait = 1             |
        choices
        | list_name | name | label |
        | yn        | yes  | Yes   |
        | yn        | no   | No    |
        """
    )
    assert form.conditions() == {
        "a": "(paid == true or wait > 3) and wait < 9",
        "b": "paid == true or wait > 3",
        "d": "answered(a)",
        "e": "wait == 1",
    }
    assert form.left(LeftoverKind.QUESTION) == ["sheet survey, row 11: c: the form never asks it: text C"]
    assert form.left(LeftoverKind.CONDITION) == ["sheet survey, row 6: h: paid is asked only later: ../paid != ''"]


def test_a_condition_that_cannot_be_said_leaves_the_question_and_is_told(import_table):
    form = import_table(
        """
        survey
        | type        | name  | label | relevant           |
        | calculate   | sum   |       |                    |
        | text        | a     | A     | ${sum} > 3         |
        | text        | b     | B     | ${later} = 'x'     |
        | text        | c     | C     | ${nobody} = 'x'    |
        | text        | d     | D     | ${twice} = 'x'     |
        | text        | twice | E     |                    |
        | begin group | g     | G     |                    |
        | text        | twice | F     |                    |
        | end group   |       |       |                    |
        | text        | later | H     | ${twice} = 'x'     |
        | text        | self  | I     | . = 'x'            |
        """
    )
    assert form.conditions() == {}
    assert [line.split(": ")[2] for line in form.left(LeftoverKind.CONDITION)] == [
        "sum is not asked here",
        "later is asked only later",
        "there is no question nobody",
        "twice is asked only later",
        "several questions are called twice",
        "there is no question .",
    ]


def test_choices_that_are_called_otherwise_here_are_still_found(import_table):
    form = import_table(
        """
        survey
        | type                 | name     | label | relevant                            |
        | select_multiple seen | what was | What? |                                     |
        | text                 | a        | A     | selected(${what was}, 'the door')   |
        choices
        | list_name | name       | label |
        | seen      | the door   | Door  |
        | seen      | the window | Light |
        """
    )
    assert form.conditions() == {"a": "'the-door' in what-was"}
