"""When an answer fails, in XPath; and which numbers fit a field."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cemaudit.exchange.forms.answers import fitting
from cemaudit.exchange.forms.fields import NumberLimits
from cemaudit.exchange.forms.xlsform.literals import FALSE, all_of, any_of, number, quoted, ref
from cemaudit.exchange.forms.xlsform.operands import answered
from cemaudit.model import Critical, Item
from cemaudit.model.answers import AnswerValue, Choices, Nps, Quantity, Scale, YesNo

__all__ = ["fails", "fits", "needs_evidence", "needs_note"]


def fails(item: Item) -> str:
    """The XPath that holds where the answer to ``item`` fails, as ``Item.fails`` has it."""
    answer, rule = item.answer, item.failing
    if not answer.possible:
        return FALSE
    found = ref(item.id)
    if isinstance(answer, Choices):
        worth = (f"if(selected({found}, {quoted(one.id)}), {number(one.points or 0)}, 0)" for one in answer.options)
        return all_of([answered(item), f"{' + '.join(worth)} <= {number(rule.fails_at)}"])
    if isinstance(answer, Quantity):
        return all_of([answered(item), any_of(_failing_ranges(answer, found, rule))])
    if isinstance(answer, Scale):
        steps = range(answer.lowest, answer.highest + 1)
        return any_of(f"{found} = {step}" for step in steps if item.fails(step))
    codes = [option.code for option in fitting(answer).options]
    return any_of(f"{found} = {quoted(code)}" for code in codes if item.fails(_value(item, code)))


def needs_evidence(item: Item) -> str:
    """The XPath that holds where the answer must come with evidence."""
    return _needed(item, {"required": "always", "required-if-failed": "if-failed"}.get(item.evidence))


def needs_note(item: Item) -> str:
    """The XPath that holds where the answer must come with a narrative."""
    return _needed(item, item.note.when if item.note else None)


def fits(limits: NumberLimits) -> str:
    """The constraint of a number, about ``.``; empty where every number fits."""
    if limits.among:
        return any_of(f". = {number(one)}" for one in limits.among)
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


def _failing_ranges(answer: Quantity, found: str, rule: Critical) -> Iterator[str]:
    if not isinstance(answer.table, tuple):
        yield f"{found} <= {number(rule.fails_at)}"
        return
    above: Fraction | None = None
    for row in answer.table:
        if rule.is_failed_by(row.points):
            lower = "" if above is None else f"{found} > {number(above)}"
            upper = "" if row.up_to is None else f"{found} <= {number(row.up_to)}"
            yield all_of([lower, upper]) or f"{found} != ''"
        above = row.up_to
