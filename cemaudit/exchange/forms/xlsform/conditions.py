"""``when`` expressions in XPath (a comparison with what is not there is false), and when an answer fails."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.answer_options import fitting
from cemaudit.exchange.forms.fields import NumberLimits
from cemaudit.exchange.forms.xlsform.xpath import (
    FALSE,
    TRUE,
    Operand,
    OperandType,
    all_of,
    answered,
    any_of,
    constant,
    named,
    negated,
    number,
    quoted,
    ref,
)
from cemaudit.language import message
from cemaudit.model import Checklist, Critical, Item
from cemaudit.model.answers import AnswerValue, Choices, Nps, Quantity, Scale, YesNo
from cemaudit.model.expression import Answered, Comparison, Constant, Logic, Name, Node

__all__ = ["condition", "fails", "fits", "needs_evidence", "needs_note"]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def condition(node: Node, checklist: Checklist) -> str:
    """The XPath, over references like ``${GS01}``, that holds where ``node`` does.

    ``BadInput`` where XPath cannot say it: texts compared by their order in the alphabet.
    """
    match node:
        case Logic(word="not"):
            return negated(condition(node.parts[0], checklist))
        case Logic():
            join = all_of if node.word == "and" else any_of
            return join([condition(part, checklist) for part in node.parts]) or TRUE
        case Comparison():
            return _comparison(node.mark, _operand(node.left, checklist), _operand(node.right, checklist))
        case Answered():
            operand = named(node.name, checklist)
            return FALSE if operand.sort is OperandType.NOTHING else operand.there or TRUE
        case _:
            return _truth(_operand(node, checklist))


def _operand(node: Node, checklist: Checklist) -> Operand:
    if isinstance(node, Name):
        return named(node.name, checklist)
    if isinstance(node, Constant):
        return constant(node.constant)
    return Operand(OperandType.TRUTH, condition(node, checklist))


def _truth(operand: Operand) -> str:
    """Whether a value standing alone counts as true: yes, not 0, not empty."""
    if operand.constant is not None:
        return TRUE if operand.constant else FALSE
    if operand.sort is OperandType.NOTHING:
        return FALSE
    if operand.sort is OperandType.TRUTH:
        return operand.xpath
    nothing = {OperandType.NUMBER: "0", OperandType.LIST: "'_none'"}.get(operand.sort)
    return all_of([operand.there, f"{operand.xpath} != {nothing}" if nothing else ""])


def _comparison(mark: str, left: Operand, right: Operand) -> str:
    if OperandType.NOTHING in {left.sort, right.sort}:
        return FALSE
    if mark == "in":
        return _among(left, right)
    if mark in _ORDERS:
        return _ordered(mark, left, right)
    presence = [left.there, right.there]
    if mark == "==":
        same = _same(left, right)
        one_is_fixed = left.constant is not None or right.constant is not None
        return same if one_is_fixed or same == FALSE else all_of([*presence, same]) or TRUE
    return all_of([*presence, negated(_same(left, right))]) or TRUE


def _same(left: Operand, right: Operand) -> str:
    """Whether two values that are there are equal."""
    if left.constant is not None and right.constant is not None:
        return TRUE if left.constant == right.constant else FALSE
    if left.is_number and right.is_number:
        return _same_number(left, right)
    both_lists = left.sort is right.sort is OperandType.LIST and left.xpath and right.xpath
    if "" in {left.constant, right.constant} or not (both_lists or (left.is_text and right.is_text)):
        return FALSE
    return f"{left.xpath} = {right.xpath}"


def _same_number(left: Operand, right: Operand) -> str:
    for side, other_side in ((left, right), (right, left)):
        if side.sort is OperandType.TRUTH and isinstance(other_side.constant, bool):
            return side.xpath if other_side.constant else all_of([side.there, negated(side.xpath)])
    return all_of([left.there, right.there, f"{left.as_number} = {right.as_number}"])


def _among(left: Operand, right: Operand) -> str:
    if right.sort is not OperandType.LIST:
        return FALSE
    if isinstance(right.constant, tuple):
        return any_of(_comparison("==", left, constant(member)) for member in right.constant)
    if not left.is_text or str(left.constant or "x").startswith("_"):
        return FALSE
    return all_of([left.there, f"selected({right.xpath}, {left.xpath})"])


def _ordered(mark: str, left: Operand, right: Operand) -> str:
    if left.is_number and right.is_number:
        return all_of([left.there, right.there, f"{left.as_number} {mark} {right.as_number}"])
    if left.is_text and right.is_text:
        return all_of([left.there, right.there, _text_order(mark, left, right)])
    if left.sort is right.sort is OperandType.LIST:
        raise _unsayable(mark, left, right)
    return FALSE


def _text_order(mark: str, left: Operand, right: Operand) -> str:
    """The order of texts: of options one by one, of days and times by their digits."""
    if left.options and right.options:
        pairs = [pair for pair in product(left.options, right.options) if _ORDERS[mark](*pair)]
        return any_of(all_of([_is(left, option), _is(right, other_option)]) or TRUE for option, other_option in pairs)
    for sort, parting in ((OperandType.DAY, "-"), (OperandType.TIME, ":")):
        sides = [_digits(side, sort, parting) for side in (left, right)]
        if all(sides):
            return f"{sides[0]} {mark} {sides[1]}"
    raise _unsayable(mark, left, right)


def _is(side: Operand, text: str) -> str:
    return "" if side.constant is not None else f"{side.xpath} = {quoted(text)}"


def _digits(side: Operand, sort: OperandType, parting: str) -> str:
    """A day or time as a number that rises with it; empty where ``side`` is none."""
    if side.sort is sort or (isinstance(side.constant, str) and _is_canonical(side.constant, sort)):
        return f"number(translate({side.xpath}, '{parting}', ''))"
    return ""


def _is_canonical(text: str, sort: OperandType) -> bool:
    try:
        if sort is OperandType.DAY:
            return dt.date.fromisoformat(text).isoformat() == text
        return dt.time.fromisoformat(text).strftime("%H:%M") == text
    except ValueError:
        return False


def _unsayable(mark: str, left: Operand, right: Operand) -> BadInput:
    comparison = f"{left.xpath} {mark} {right.xpath}"
    hint = message("compare numbers, dates, times or options")
    return BadInput(
        Problem(message("an XLSForm cannot say which text comes first: {condition}", condition=comparison), hint=hint)
    )


def fails(item: Item) -> str:
    """The XPath that holds where the answer to ``item`` fails, as ``Item.fails`` has it."""
    answer, rule = item.answer, item.failing
    if not answer.possible:
        return FALSE
    field = ref(item.id)
    if isinstance(answer, Choices):
        worth = (
            f"if(selected({field}, {quoted(option.id)}), {number(option.points or 0)}, 0)" for option in answer.options
        )
        return all_of([answered(item), f"{' + '.join(worth)} <= {number(rule.fails_at)}"])
    if isinstance(answer, Quantity):
        return all_of([answered(item), any_of(_failing_ranges(answer, field, rule))])
    if isinstance(answer, Scale):
        steps = range(answer.lowest, answer.highest + 1)
        return any_of(f"{field} = {step}" for step in steps if item.fails(step))
    codes = [option.code for option in fitting(answer).options]
    return any_of(f"{field} = {quoted(code)}" for code in codes if item.fails(_value(item, code)))


def needs_evidence(item: Item) -> str:
    """The XPath that holds where the answer must come with evidence."""
    return _needed(item, {"required": "always", "required-if-failed": "if-failed"}.get(item.evidence))


def needs_note(item: Item) -> str:
    """The XPath that holds where the answer must come with a narrative."""
    return _needed(item, item.note.when if item.note else None)


def fits(limits: NumberLimits) -> str:
    """The constraint of a number, about ``.``; empty where every number fits."""
    if limits.among:
        return any_of(f". = {number(amount)}" for amount in limits.among)
    edges = ((">=", limits.least), ("<=", limits.most))
    return " and ".join(f". {mark} {number(edge)}" for mark, edge in edges if edge is not None)


def _needed(item: Item, when: str | None) -> str:
    if when is None:
        return FALSE
    return answered(item) if when == "always" else fails(item)


def _value(item: Item, code: str) -> AnswerValue:
    """The answer a code stands for."""
    if isinstance(item.answer, YesNo):
        return code == "yes"
    return int(code) if isinstance(item.answer, Nps) else code


def _failing_ranges(answer: Quantity, field: str, rule: Critical) -> Iterator[str]:
    if not isinstance(answer.table, tuple):
        yield f"{field} <= {number(rule.fails_at)}"
        return
    above: Fraction | None = None
    for row in answer.table:
        if rule.is_failed_by(row.points):
            lower = "" if above is None else f"{field} > {number(above)}"
            upper = "" if row.up_to is None else f"{field} <= {number(row.up_to)}"
            yield all_of([lower, upper]) or f"{field} != ''"
        above = row.up_to
