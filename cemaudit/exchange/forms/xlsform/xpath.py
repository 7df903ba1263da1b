"""Pieces of XPath: constants, how they are joined, and operands, with what is there at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.answer_options import fitting
from cemaudit.exchange.forms.fields import FieldKind
from cemaudit.language import message
from cemaudit.model import Checklist, Item
from cemaudit.model.answers import AnswerType, Choice, Choices, Date, Nps, Quantity, Scale, Time, YesNo
from cemaudit.reading import NONE

__all__ = [
    "FALSE",
    "TRUE",
    "Operand",
    "OperandType",
    "all_of",
    "answered",
    "any_of",
    "constant",
    "named",
    "negated",
    "number",
    "quoted",
    "ref",
]

TRUE, FALSE = "true()", "false()"
_CHANGED = re.compile("[\N{LEFT SINGLE QUOTATION MARK}-\N{DOUBLE HIGH-REVERSED-9 QUOTATION MARK}]|  |\\$\\{|[\t\n]")
"""What a converter of XLSForms would change in a text, or take for a reference."""

STEP = "visit__step"


def ref(name: str) -> str:
    """A reference to the field called ``name``."""
    return f"${{{name}}}"


def quoted(text: str) -> str:
    """A text constant; ``BadInput`` for one that no XLSForm can hold as it is."""
    if _CHANGED.search(text) or ("'" in text and '"' in text):
        raise BadInput(Problem(message("an XLSForm cannot compare with the text {value}", value=text)))
    return f'"{text}"' if "'" in text else f"'{text}'"


def number(value: Fraction | Decimal | int) -> str:
    """A number constant: plain digits, or a division where decimals do not end."""
    exact = Fraction(value)
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"({exact.numerator} div {exact.denominator})"
    digits = 0
    while exact.denominator != 1 and (exact * 10**digits).denominator != 1:
        digits += 1
    return f"{exact.numerator}" if digits == 0 else f"{Decimal(int(exact * 10**digits)).scaleb(-digits):f}"


def all_of(parts: Iterable[str]) -> str:
    """Whether all parts hold; empty parts are left out, ``""`` where all are empty."""
    terms = [part for part in dict.fromkeys(parts) if part not in {"", TRUE}]
    return FALSE if FALSE in terms else _joined(terms, "and")


def any_of(parts: Iterable[str]) -> str:
    """Whether one of the parts holds."""
    terms = [part for part in dict.fromkeys(parts) if part != FALSE]
    if TRUE in terms:
        return TRUE
    return _joined(terms, "or") or FALSE


def negated(part: str) -> str:
    """Whether the part does not hold."""
    return {TRUE: FALSE, FALSE: TRUE, "": FALSE}.get(part) or f"not({part})"


def _joined(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f" {word} ".join(f"({part})" for part in parts)


class OperandType(StrEnum):
    """Sorts of values that compare with each other in different ways."""

    NOTHING = "nothing"
    TRUTH = "truth"
    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    TIME = "time"
    LIST = "list"


@dataclass(frozen=True)
class Operand:
    """One side of a comparison.

    ``xpath`` gives the value (of a truth: whether it is true). ``there`` tells whether there is one; empty: always.
    ``options``: the texts it can be, where they are few. ``constant``: its value, where it is one.
    """

    sort: OperandType
    xpath: str = ""
    there: str = ""
    options: tuple[str, ...] = ()
    constant: object = None

    @property
    def is_text(self) -> bool:
        """Whether it compares as text; days and times do, too."""
        return self.sort in {OperandType.TEXT, OperandType.DAY, OperandType.TIME}

    @property
    def is_number(self) -> bool:
        """Whether it compares as a number; truths are 1 and 0."""
        return self.sort in {OperandType.NUMBER, OperandType.TRUTH}

    @property
    def as_number(self) -> str:
        """The value as a number."""
        return f"number({self.xpath})" if self.sort is OperandType.TRUTH else self.xpath


def constant(value: object) -> Operand:
    """The operand of a constant."""
    match value:
        case bool():
            return Operand(OperandType.TRUTH, TRUE if value else FALSE, constant=value)
        case int() | Decimal():
            return Operand(OperandType.NUMBER, number(value), constant=value)
        case str():
            return Operand(OperandType.TEXT, quoted(value), options=(value,), constant=value)
        case _:
            return Operand(OperandType.LIST, _list(value), constant=value)


def named(name: str, checklist: Checklist) -> Operand:
    """The operand of an item's answer, or of the step of the episode."""
    if name == "step":
        steps = tuple(step.id for step in checklist.steps)
        return (
            Operand(OperandType.TEXT, ref(STEP), f"{ref(STEP)} != ''", steps) if steps else Operand(OperandType.NOTHING)
        )
    item = checklist.items.get(name)
    return _answer(item) if item else Operand(OperandType.NOTHING)


def answered(item: Item) -> str:
    """Whether the item has an answer."""
    return _answer(item).there


def _answer(item: Item) -> Operand:
    field, answer = ref(item.id), item.answer
    if isinstance(answer, YesNo):
        return Operand(OperandType.TRUTH, f"{field} = 'yes'", any_of([f"{field} = 'yes'", f"{field} = 'no'"]))
    there = f"{field} != ''"
    if fitting(answer).kind is FieldKind.ONE:
        there = all_of([there, f"not(starts-with({field}, '_'))"])
    options = tuple(option.id for option in answer.options) if isinstance(answer, Choice) else ()
    sort = _SORTS.get(type(answer), OperandType.TEXT)
    return Operand(sort, _VALUES.get(sort, "{field}").format(field=field), there, options)


def _list(value: object) -> str:
    """What a field of several options holds where exactly these, in this order, are chosen; empty: never."""
    if not isinstance(value, tuple) or not all(
        isinstance(member, str) and len(member.split()) == 1 for member in value
    ):
        return ""
    return quoted(" ".join(value) or NONE)


_SORTS: Mapping[type[AnswerType], OperandType] = {
    Choices: OperandType.LIST,
    Scale: OperandType.NUMBER,
    Nps: OperandType.NUMBER,
    Quantity: OperandType.NUMBER,
    Date: OperandType.DAY,
    Time: OperandType.TIME,
}


_VALUES = {
    OperandType.DAY: "format-date({field}, '%Y-%m-%d')",
    # some programs give a time as text, others as a moment
    OperandType.TIME: (
        "if(contains(string({field}), ':'), substr(string({field}), 0, 5), format-date-time({field}, '%H:%M'))"
    ),
}
