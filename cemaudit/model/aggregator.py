"""What a scheme's ``how`` names: a function from members to one exact number, and perhaps one over columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from cemaudit.model.audit import Reason

__all__ = ["Aggregator", "Member", "Number"]

Number = int | Fraction
"""An exact number; a whole one is an ``int``, which adds up ten times faster. Divide with ``Fraction(a, b)``."""


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

    @cached_property
    def number(self) -> Number:
        """The value, 0 where there is none."""
        return _plain(self.value)

    @cached_property
    def earned(self) -> Number:
        """The value times the weight, 0 where there is none."""
        return 0 if self.value is None else _plain(self.value * self.weight)

    @cached_property
    def out_of(self) -> Number:
        """The points possible times the weight, 0 where there are none."""
        return 0 if self.possible is None else _plain(self.possible * self.weight)


def _plain(number: Fraction | None) -> Number:
    if number is None:
        return 0
    return number.numerator if number.denominator == 1 else number


@dataclass(frozen=True)
class Aggregator:
    """A named way to make one number of many.

    ``function`` gets the scored members in the order of ``of`` and the measure's ``options``; it returns ``None`` where
    nothing can be said (a division by zero weight, say). ``arity``: exactly this many members, all of them scored, as
    ``difference`` needs. ``options``: the option names it understands.

    ``columns`` is the same rule over many audits at once: ``columns(values, weights, possible, options)`` gets numpy
    float64 arrays ``values`` and ``possible`` of one row per member and one column per audit (NaN: none) and the
    members' ``weights``, and returns one number per audit, NaN where nothing can be said. It is asked only where
    something is scored, and must agree with ``function`` to within 1e-9. Without it, audits are reckoned one by one.
    """

    name: str
    function: Callable[[Sequence[Member], Mapping[str, Fraction]], Fraction | None]
    arity: int | None = None
    options: tuple[str, ...] = ()
    empty: Literal["not-scored", "zero"] = "not-scored"
    formula: str = ""
    columns: Callable[[Any, Any, Any, Mapping[str, Fraction]], Any] | None = None
