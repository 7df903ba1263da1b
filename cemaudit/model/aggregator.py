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
    """One input of a measure: an item, a touchpoint's feeling, or another measure's score.

    ``value`` is ``None`` where there is none, and ``reason`` says why. ``possible`` is the most points of an item.
    """

    name: str
    value: Fraction | None
    possible: Fraction | None = None
    weight: Fraction = Fraction(1)
    reason: Reason | None = None

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

    ``function`` gets the scored members in the order of ``of`` and the measure's ``options``; it returns ``None`` where
    nothing can be said (a division by zero weight, say). ``arity``: exactly this many members, all of them scored, as
    ``difference`` needs. ``options``: the option names it understands.

    ``columns`` is the same rule over many audits at once: ``columns(values, weights, possible, options)`` gets numpy
    float64 arrays ``values`` and ``possible`` of one row per member and one column per audit (NaN: none) and the
    members' ``weights``, and returns one number per audit, NaN where nothing can be said. It is asked only where
    something is scored, and must agree with ``function`` to within 1e-9. Without it, audits are reckoned one by one.

    ``title`` is what the method page of a report calls it; without one, its name stands there. ``working`` writes the
    formula with its numbers put in (``7 / 2``), from the result and the scored members, for ``cemaudit explain``;
    without it, the result stands alone.
    """

    name: str
    function: AggregatorFunction
    arity: int | None = None
    options: tuple[str, ...] = ()
    empty: Literal["not-scored", "zero"] = "not-scored"
    formula: str = ""
    columns: AggregatorColumns | None = None
    title: Text | None = None
    working: AggregatorWorking | None = None
