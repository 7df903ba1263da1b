"""A form's constraint on a number, as the least and the most it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

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

__all__ = ["ConstraintLimits", "read_limits"]

_SELF = XPathReference(".", is_path=True)
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


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
        said = read_xpath(constraint)
    except Unsayable as error:
        return ConstraintLimits(why_wider=error.why)
    among = _among(said)
    return ConstraintLimits(among=among) if among else _between(list(_parts(said)), whole=whole)


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
