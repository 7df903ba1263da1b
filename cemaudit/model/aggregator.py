"""What a scheme's ``how`` names: a function from members to one exact number, and perhaps one over columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

from cemaudit.model.audit import Reason
from cemaudit.model.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Aggregator", "AggregatorColumns", "AggregatorFunction", "AggregatorWorking", "Member", "Number"]

Number = int | Fraction
"""An exact number; a whole one is an ``int``, which adds up ten times faster. Divide with ``Fraction(a, b)``."""


@dataclass(frozen=True, slots=True)
class Member:
    """One input of a measure: an item, a touchpoint's feeling, or another measure's score."""

    name: str
    """Its name: an item's id, or a score's name."""
    value: Fraction | None
    """Its number; ``None`` where there is none."""
    possible: Fraction | None = None
    """The most points of an item; ``None`` of whatever is no item."""
    weight: Fraction = Fraction(1)
    """Its weight, all factors multiplied."""
    reason: Reason | None = None
    """Why there is no value."""

    number: Number = field(init=False, compare=False, repr=False)
    """The value, 0 where there is none."""
    earned: Number = field(init=False, compare=False, repr=False)
    """The value times the weight, 0 where there is none."""
    out_of: Number = field(init=False, compare=False, repr=False)
    """The points possible times the weight, 0 where there are none."""

    def __post_init__(self) -> None:
        number, possible, weight = _plain(self.value), _plain(self.possible), _plain(self.weight)
        put = object.__setattr__
        put(self, "number", number)
        put(self, "earned", number if weight == 1 else number * weight)
        put(self, "out_of", possible if weight == 1 else possible * weight)


def _plain(number: Fraction | None) -> Number:
    if number is None:
        return 0
    return number.numerator if number.denominator == 1 else number


class AggregatorFunction(Protocol):
    """The exact form of an aggregator: the scored members and the measure's options to one number, ``None`` for none.

    Parameters are handed over by position; their names are the author's.
    """

    def __call__(self, members: Sequence[Member], options: Mapping[str, Fraction], /) -> Fraction | None: ...


class AggregatorColumns(Protocol):
    """The column form of an aggregator, over many audits at once, in numpy arrays of float64.

    ``values`` and ``possible`` have a row for each member and a column for each audit, NaN where there is none;
    ``weights`` has a number for each member. It returns a number for each audit, NaN where nothing can be said.
    """

    def __call__(
        self,
        values: NDArray[np.float64],
        weights: NDArray[np.float64],
        possible: NDArray[np.float64],
        options: Mapping[str, Fraction],
        /,
    ) -> NDArray[np.float64]: ...


class AggregatorWorking(Protocol):
    """The formula with its numbers put in, ``7 / 2``, of a result and the scored members it was made of."""

    def __call__(self, result: Fraction, members: Sequence[Member], /) -> str: ...


@dataclass(frozen=True)
class Aggregator:
    """A named way to make one number of many.

    ``columns`` is the same rule as ``function`` over many audits at once. It is asked only where something is scored,
    and must agree to within 1e-9.
    """

    name: str
    """What a measure's ``how`` calls it, beginning with the plugin's name and a dot."""
    function: AggregatorFunction
    """The exact form: of the scored members, in the order of ``of``, and the measure's ``options``."""
    arity: int | None = None
    """Exactly so many members, all of them scored, as ``difference`` needs; ``None``: any number."""
    options: tuple[str, ...] = ()
    """The names of the options it understands."""
    empty: Literal["not-scored", "zero"] = "not-scored"
    """What comes of no scored member: no score, or 0."""
    formula: str = ""
    """The formula for people, as ``Σ w·x``."""
    columns: AggregatorColumns | None = None
    """The column form; without it, audits are reckoned one by one."""
    title: Text | None = None
    """What the method page of a report calls it; without one, its name stands there."""
    working: AggregatorWorking | None = None
    """Writes the formula with its numbers put in, for ``cemaudit explain``; without it, the result stands alone."""
