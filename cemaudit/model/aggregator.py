"""What a scheme's ``how`` names: a function from members to one exact number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cemaudit.model.audit import Reason

__all__ = ["Aggregator", "Member"]


@dataclass(frozen=True)
class Member:
    """One input of a measure: an item, a touchpoint's feeling, or another measure's score.

    ``value`` is ``None`` where there is none, and ``reason`` says why. ``possible`` is the most points of an item.
    """

    name: str
    value: Fraction | None
    possible: Fraction | None = None
    weight: Fraction = Fraction(1)
    reason: Reason | None = None


@dataclass(frozen=True)
class Aggregator:
    """A named way to make one number of many.

    ``function`` gets the scored members in the order of ``of`` and the measure's ``options``; it returns ``None`` where
    nothing can be said (a division by zero weight, say). ``arity``: exactly this many members, all of them scored, as
    ``difference`` needs. ``options``: the option names it understands.
    """

    name: str
    function: Callable[[Sequence[Member], Mapping[str, Fraction]], Fraction | None]
    arity: int | None = None
    options: tuple[str, ...] = ()
    empty: Literal["not-scored", "zero"] = "not-scored"
    formula: str = ""
