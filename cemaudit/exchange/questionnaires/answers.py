"""How a question is answered: the kind of answer that its type, its choices and its limits give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from cemaudit.exchange.questionnaires.choices import ChoiceList
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.questions import SurveyQuestionRow, SurveyRowKind
from cemaudit.exchange.questionnaires.xpath import (
    Node,
    Unsayable,
    XPathComparison,
    XPathLogic,
    XPathNumber,
    XPathReference,
    constant,
    read_xpath,
)
from cemaudit.language import Message, message
from cemaudit.model.answers import AnswerType, Date, Quantity, Scale, TextAnswer, Time

__all__ = ["Answer", "ConstraintLimits", "answer_to", "read_limits"]

_SELF = XPathReference(".", is_path=True)
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
MOST_CHOICES = 1000
_PARAMETER = re.compile(r"(\w+)\s*=\s*(-?\d{1,9}(?:\.\d{1,9})?)")
_RANGE = {"start": "1", "end": "10", "step": "1"}
"""What a range goes by where the form does not say."""


@dataclass(frozen=True)
class ConstraintLimits:
    """The least and the most, or (``among``) the only numbers; ``why_wider`` says what of the constraint is left."""

    least: Fraction | None = None
    most: Fraction | None = None
    among: tuple[Fraction, ...] = ()
    why_wider: Message | None = None


def read_limits(constraint: str, *, whole: bool) -> ConstraintLimits:
    """The limits that ``constraint`` says, as far as it says any; ``whole``: only whole numbers may be answered."""
    if not constraint or constant(constraint):
        return ConstraintLimits()
    try:
        tree = read_xpath(constraint)
    except Unsayable as error:
        return ConstraintLimits(why_wider=error.why)
    among = _among(tree)
    return ConstraintLimits(among=among) if among else _between(list(_parts(tree)), whole=whole)


def _among(node: Node) -> tuple[Fraction, ...]:
    """The only numbers that fit, where the constraint lists them."""
    parts = node.parts if isinstance(node, XPathLogic) and node.word == "or" else (node,)
    numbers = [
        Fraction(part.right.number)
        for part in parts
        if isinstance(part, XPathComparison)
        and part.mark == "="
        and part.left == _SELF
        and isinstance(part.right, XPathNumber)
    ]
    return tuple(dict.fromkeys(numbers)) if len(numbers) == len(parts) else ()


def _between(parts: list[Node], *, whole: bool) -> ConstraintLimits:
    lows: list[Fraction] = []
    highs: list[Fraction] = []
    why = None
    for part in parts:
        try:
            mark, edge = _edge(part)
        except Unsayable as error:
            why = error.why
            continue
        edge, is_exact = _inclusive(mark, edge, whole=whole)
        (lows if mark in {">", ">="} else highs).append(edge)
        why = why if is_exact else message("the edge itself fits, too")
    return _sensible(ConstraintLimits(max(lows, default=None), min(highs, default=None), (), why))


def _sensible(limits: ConstraintLimits) -> ConstraintLimits:
    if limits.least is not None and limits.most is not None and limits.least > limits.most:
        return ConstraintLimits(why_wider=message("no number fits"))
    return limits


def _parts(node: Node) -> Iterator[Node]:
    """What must hold all at once."""
    if isinstance(node, XPathLogic) and node.word == "and":
        for part in node.parts:
            yield from _parts(part)
    else:
        yield node


def _edge(node: Node) -> tuple[str, Fraction]:
    match node:
        case XPathComparison(mark, XPathReference(".", True), XPathNumber(edge)) if mark in _TURNED:
            return mark, Fraction(edge)
        case XPathComparison(mark, XPathNumber(edge), XPathReference(".", True)) if mark in _TURNED:
            return _TURNED[mark], Fraction(edge)
    raise Unsayable(message("more than a least and a most"))


def _inclusive(mark: str, edge: Fraction, *, whole: bool) -> tuple[Fraction, bool]:
    """The last number that fits, and whether there is one (of decimals below 10 there is none)."""
    if whole:
        return Fraction({">": floor(edge) + 1, ">=": ceil(edge), "<": ceil(edge) - 1, "<=": floor(edge)}[mark]), True
    return edge, mark in {"<=", ">="}


@dataclass(frozen=True)
class Answer:
    """An answer type, and its choices (by their names in the form) where it has any."""

    type: AnswerType
    choices: ChoiceList | None = None


def answer_to(entry: SurveyQuestionRow, lists: Mapping[str, ChoiceList], leftovers: Leftovers) -> Answer:
    """What can be answered to ``entry``; ``Unsayable`` where we have no such answers, and so no such question."""
    match entry.kind:
        case SurveyRowKind.ONE | SurveyRowKind.SEVERAL:
            _leave_limits(entry, leftovers)
            return _chosen(entry, _list(entry, lists))
        case SurveyRowKind.WHOLE | SurveyRowKind.DECIMAL:
            return Answer(_quantity(entry, leftovers))
        case SurveyRowKind.RANGE:
            _leave_limits(entry, leftovers)
            return Answer(_range(entry))
    _leave_limits(entry, leftovers)
    return Answer(_plain(entry, leftovers))


def _plain(entry: SurveyQuestionRow, leftovers: Leftovers) -> AnswerType:
    match entry.kind:
        case SurveyRowKind.TEXT:
            return TextAnswer(type="text")
        case SurveyRowKind.DATE:
            return Date(type="date")
        case SurveyRowKind.TIME:
            return Time(type="time")
        case SurveyRowKind.MOMENT:
            leftovers.add(LeftoverKind.TYPE, entry.line, message("date and time together are a text here"))
            return TextAnswer(type="text")
        case SurveyRowKind.FILED:
            raise Unsayable(message("its choices come from elsewhere"))
    raise Unsayable(message("nothing here answers to this type"))


def _leave_limits(entry: SurveyQuestionRow, leftovers: Leftovers) -> None:
    constraint = entry.line["constraint"]
    if constraint and not constant(constraint):
        leftovers.add(LeftoverKind.LIMITS, entry.line, message("only numbers have limits here"), constraint)


def _list(entry: SurveyQuestionRow, lists: Mapping[str, ChoiceList]) -> ChoiceList:
    name = entry.type.of
    if not name:
        raise Unsayable(message("no list of choices is named"))
    if entry.line["appearance"].startswith("search("):
        raise Unsayable(message("its choices come from elsewhere"))
    if name not in lists or not lists[name].options:
        raise Unsayable(message("no such list on the sheet of choices: {list}", list=name))
    if len(lists[name].options) > MOST_CHOICES:
        raise Unsayable(message("more than {most} choices", most=MOST_CHOICES))
    return lists[name].and_other if entry.type.or_other else lists[name]


def _chosen(entry: SurveyQuestionRow, choices: ChoiceList) -> Answer:
    if entry.kind is SurveyRowKind.SEVERAL:
        return Answer(choices.several, choices)
    if choices.yes_and_no:
        yes, no = choices.yes_and_no
        meant = {yes.id: "true", no.id: "false"}
        choices = replace(choices, ids={name: meant[option] for name, option in choices.ids.items()})
    return Answer(choices.one, choices)


def _quantity(entry: SurveyQuestionRow, leftovers: Leftovers) -> Quantity:
    """A count, where a whole number is asked and none below zero fits by the form."""
    constraint, whole = entry.line["constraint"], entry.kind is SurveyRowKind.WHOLE
    limits = read_limits(constraint.replace(f"${{{entry.line['name']}}}", "."), whole=whole)
    _tell_wider(entry, limits, leftovers)
    is_count = whole and not _goes_below_zero(constraint, limits)
    if whole and not is_count:
        leftovers.add(
            LeftoverKind.TYPE, entry.line, message("whole numbers below 0 are a number here, decimals fit, too")
        )
    return Quantity(type="count" if is_count else "number", min=limits.least, max=limits.most, one_of=limits.among)


def _goes_below_zero(constraint: str, limits: ConstraintLimits) -> bool:
    if limits.least is not None:
        return limits.least < 0
    if limits.among:
        return any(number < 0 or number.denominator != 1 for number in limits.among)
    return bool(re.search(r"=\s*'?-\s*\d", constraint)) or (limits.most is not None and limits.most < 0)


def _tell_wider(entry: SurveyQuestionRow, limits: ConstraintLimits, leftovers: Leftovers) -> None:
    if limits.why_wider:
        cause = message("more fits here than in the form: {why}", why=limits.why_wider)
        leftovers.add(LeftoverKind.LIMITS, entry.line, cause, entry.line["constraint"])


def _range(entry: SurveyQuestionRow) -> AnswerType:
    """A scale where the steps are whole numbers one apart, a number otherwise."""
    parameters = dict(_PARAMETER.findall(entry.line["parameters"]))
    start, end, step = (Decimal(parameters.get(name, usual)) for name, usual in _RANGE.items())
    low, high = sorted((start, end))
    if step in {1, -1} and low == int(low) and high == int(high) and 1 <= high - low <= 100:
        return Scale(type="scale", lowest=int(low), highest=int(high))
    return Quantity(type="number", min=Fraction(low), max=Fraction(high))
