"""Charts with axes, as report blocks: intervals, points, and lines over time.

Numbers are finite and on the scale of their axis; an axis without ends takes them from what is drawn on it. What lies
beyond an end given is drawn at that end.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cemaudit.model.base import Record
from cemaudit.model.words import Tone, Words

__all__ = [
    "Axis",
    "Curve",
    "Intervals",
    "Line",
    "Lines",
    "Number",
    "Point",
    "Quadrants",
    "Ranged",
    "Scatter",
    "Span",
]

Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
"""A number a chart can show."""

MOST_MARKS = 20_000


class Span(Record):
    """From ``low`` to ``high``, whichever is written first."""

    low: Number
    high: Number


class Axis(Record):
    """What an axis counts: its title, the unit after its numbers, its ends, and whether only whole numbers count."""

    title: Words = ""
    unit: str = ""
    low: Number | None = None
    high: Number | None = None
    whole: bool = False


class Ranged(Record):
    """A value with its interval.

    ``inner``: a second, shorter interval, drawn thick. ``mark``: another number to compare the value with, drawn as a
    ring (the mean before it was adjusted, say). ``group``: rows after each other with the same group share a ground.
    """

    label: Words
    value: Number
    low: Number
    high: Number
    inner: Span | None = None
    mark: Number | None = None
    group: Words = ""
    tone: Tone = "plain"
    strong: bool = False


class Intervals(Record):
    """Values with their intervals below each other, in the order given (a caterpillar plot).

    Up to 60 rows share a page, up to 180 run over several; of more the first and the last are named and those between
    are drawn as thin lines, evenly thinned. The ``..._name`` fields say in the legend what dot, line, thick line and
    ring are; what has no name has no place in the legend.
    """

    type: Literal["intervals"] = "intervals"
    title: Words
    rows: Annotated[tuple[Ranged, ...], Field(max_length=MOST_MARKS)]
    axis: Axis = Axis()
    target: Number | None = None
    target_name: Words = ""
    value_name: Words = ""
    range_name: Words = ""
    inner_name: Words = ""
    mark_name: Words = ""
    note: Words = ""


class Point(Record):
    """A point; its label is printed beside it where there is room."""

    x: Number
    y: Number
    label: Words = ""
    tone: Tone = "plain"


class Curve(Record):
    """A line through the field of a scatter plot, named at its end (a control limit, say)."""

    points: Annotated[tuple[tuple[Number, Number], ...], Field(min_length=2, max_length=500)]
    label: Words = ""
    dashed: bool = False


class Quadrants(Record):
    """Two lines that part the field into four, and what each part is called (empty: nothing)."""

    x: Number
    y: Number
    upper_left: Words = ""
    upper_right: Words = ""
    lower_left: Words = ""
    lower_right: Words = ""


class Scatter(Record):
    """Points in a field, with limit curves (a funnel plot) or quadrants (an importance-performance map).

    The most important points come first: their labels are placed first, and a label that finds no room is left out.
    """

    type: Literal["scatter"] = "scatter"
    title: Words
    points: Annotated[tuple[Point, ...], Field(max_length=MOST_MARKS)]
    x: Axis = Axis()
    y: Axis = Axis()
    curves: Annotated[tuple[Curve, ...], Field(max_length=8)] = ()
    quadrants: Quadrants | None = None
    note: Words = ""


class Line(Record):
    """One line: a value for each category (``None``: a gap) and, where known, the band each value lies in."""

    label: Words
    values: Annotated[tuple[Number | None, ...], Field(max_length=400)]
    bands: Annotated[tuple[Span | None, ...], Field(max_length=400)] = ()
    tone: Tone = "plain"


class Lines(Record):
    """A few lines over the same categories (waves, months), each named at its end."""

    type: Literal["lines"] = "lines"
    title: Words
    categories: Annotated[tuple[Words, ...], Field(max_length=400)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=6)]
    axis: Axis = Axis()
    target: Number | None = None
    target_name: Words = ""
    note: Words = ""
