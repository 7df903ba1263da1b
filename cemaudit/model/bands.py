"""Bands: the grades of a scheme, what lowers a grade, and what follows from grades over time."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from cemaudit.errors import Expected
from cemaudit.language import N_
from cemaudit.model.base import Id, Record, Whole
from cemaudit.model.conditions import Conditions, Interval, contains, is_empty, region
from cemaudit.model.text import Text

__all__ = ["Band", "Consequence", "Downgrade", "check_bands"]

Label = Annotated[str, Field(min_length=1, max_length=40)]


class Band(Record):
    """A grade: the first band whose conditions all hold is the visit's."""

    label: Label
    """Its short name, the same in every language."""
    title: Text | None = None
    """What it is called; without one, the label."""
    where: Conditions = {}
    """Conditions by measure, as ``>= 80, < 90``; empty: it takes the rest."""
    tone: Literal["best", "good", "fair", "poor", "worst"] = "fair"
    """How a page colours it."""
    outcome: Literal["graded", "pending", "no-grade"] = "graded"
    """``pending``: a re-inspection follows; ``no-grade``: the score stands without a grade."""

    def __str__(self) -> str:
        return str(self.title or self.label)


class Downgrade(Record):
    """The band is lowered by ``by`` rows where all conditions hold; never below the last row."""

    where: Conditions
    """Conditions by measure, as ``>= 1``."""
    by: Annotated[Whole, Field(ge=1)] = 1
    """By how many rows the band is lowered, never below the last."""


class Consequence(Record):
    """What follows when the bands of consecutive waves, the latest last, are all among ``bands``."""

    id: Id
    """Its id."""
    title: Text
    """What follows."""
    bands: Annotated[tuple[Label, ...], Field(min_length=1)]
    """The labels of the bands it follows from."""
    in_a_row: Annotated[Whole, Field(ge=1)] = 1
    """Waves in a row whose bands are among these."""


def check_bands(rows: tuple[Band, ...]) -> None:
    """Raise ``Expected`` where a band can never be reached, or where bands on one measure overlap or leave a gap.

    A band with a stated lower and upper end must not share values with an earlier one; open-ended bands may, the first
    wins.
    """
    regions = [region(row.where) for row in rows]
    for number, (row, mine) in enumerate(zip(rows, regions, strict=True)):
        if is_empty(mine):
            raise Expected("bands that can be reached; no value meets the conditions of {label}", label=row.label)
        for earlier in range(number):
            if contains(regions[earlier], mine):
                taken = rows[earlier].label
                text = N_("bands that can be reached; {label} is always taken by {earlier} before it")
                raise Expected(text, label=row.label, earlier=taken)
    _check_line(rows)


def _check_line(rows: tuple[Band, ...]) -> None:
    """Overlaps and gaps, where all bands but a last one without conditions lie on one measure."""
    stated = [row for row in rows if row.where]
    names = {name for row in stated for name in row.where}
    if len(names) != 1 or any("p" in condition for row in stated for condition in row.where.values()):
        return
    (name,) = names
    intervals = [(region(row.where)[name], row) for row in stated]
    for number, (mine, row) in enumerate(intervals):
        is_closed = isinstance(mine[0], Fraction) and isinstance(mine[2], Fraction)
        for other, earlier in intervals[:number]:
            if is_closed and not is_empty({name: _shared(mine, other)}):
                text = N_("bands that do not overlap; {label} and {earlier} share values")
                raise Expected(text, label=row.label, earlier=earlier.label)
    if all(row.where for row in rows):
        _check_gaps([interval for interval, _ in intervals])


def _shared(one: Interval, other: Interval) -> Interval:
    """What two intervals have in common; possibly empty."""
    low, low_out = max((one[0], not one[1]), (other[0], not other[1]))
    high, high_in = min((one[2], one[3]), (other[2], other[3]))
    return low, not low_out, high, high_in


def _check_gaps(intervals: list[Interval]) -> None:
    rising = sorted(intervals, key=lambda interval: (interval[0], not interval[1]))
    reached, reached_in = rising[0][2], rising[0][3]
    for low, low_in, high, high_in in rising[1:]:
        if low > reached or (low == reached and not (low_in or reached_in)):
            text = N_("bands without gaps; none takes the values between {low} and {high}")
            raise Expected(text, low=float(reached), high=float(low))
        reached, reached_in = max((reached, reached_in), (high, high_in))
