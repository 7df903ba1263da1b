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
    """One end."""
    high: Number
    """The other end."""


class Axis(Record):
    """What an axis counts: its title, the unit after its numbers, its ends, and whether only whole numbers count."""

    title: Words = ""
    """What it counts."""
    unit: str = ""
    """What stands after its numbers, as ``%``."""
    low: Number | None = None
    """Where it begins; ``None``: with what is drawn on it."""
    high: Number | None = None
    """Where it ends; ``None``: with what is drawn on it."""
    whole: bool = False
    """Whether only whole numbers count."""


class Ranged(Record):
    """A value with its interval."""

    label: Words
    """What the row is."""
    value: Number
    """The value, drawn as a dot."""
    low: Number
    """Where its interval begins."""
    high: Number
    """Where its interval ends."""
    inner: Span | None = None
    """A second, shorter interval, drawn thick."""
    mark: Number | None = None
    """Another number to compare the value with, drawn as a ring (the mean before it was adjusted, say)."""
    group: Words = ""
    """Rows after each other with the same group share a ground."""
    tone: Tone = "plain"
    """Its colour, from best to worst."""
    strong: bool = False
    """Whether its label is printed bold."""


class Intervals(Record):
    """Values with their intervals below each other, in the order given (a caterpillar plot).

    Up to 60 rows share a page, up to 180 run over several; of more the first and the last are named and those between
    are drawn as thin lines, evenly thinned. The ``..._name`` fields say in the legend what dot, line, thick line and
    ring are; what has no name has no place in the legend.
    """

    type: Literal["intervals"] = "intervals"
    title: Words
    """What the chart shows."""
    rows: Annotated[tuple[Ranged, ...], Field(max_length=MOST_MARKS)]
    """The values with their intervals, from the top."""
    axis: Axis = Axis()
    """The axis they lie on."""
    target: Number | None = None
    """A number drawn as a line through all rows."""
    target_name: Words = ""
    """What that line is called."""
    value_name: Words = ""
    """What a dot is, for the legend."""
    range_name: Words = ""
    """What a line is, for the legend."""
    inner_name: Words = ""
    """What a thick line is, for the legend."""
    mark_name: Words = ""
    """What a ring is, for the legend."""
    note: Words = ""
    """A remark below the chart."""


class Point(Record):
    """A point; its label is printed beside it where there is room."""

    x: Number
    """Where it lies from left to right."""
    y: Number
    """Where it lies from below."""
    label: Words = ""
    """What stands beside it, where there is room."""
    tone: Tone = "plain"
    """Its colour, from best to worst."""


class Curve(Record):
    """A line through the field of a scatter plot, named at its end (a control limit, say)."""

    points: Annotated[tuple[tuple[Number, Number], ...], Field(min_length=2, max_length=500)]
    """Its points, each as x and y, in order."""
    label: Words = ""
    """What stands at its end."""
    dashed: bool = False
    """Whether it is drawn in dashes."""


class Quadrants(Record):
    """Two lines that part the field into four, and what each part is called (empty: nothing)."""

    x: Number
    """Where the upright line stands."""
    y: Number
    """Where the level line lies."""
    upper_left: Words = ""
    """What that part is called."""
    upper_right: Words = ""
    """What that part is called."""
    lower_left: Words = ""
    """What that part is called."""
    lower_right: Words = ""
    """What that part is called."""


class Scatter(Record):
    """Points in a field, with limit curves (a funnel plot) or quadrants (an importance-performance map).

    The most important points come first: their labels are placed first, and a label that finds no room is left out.
    """

    type: Literal["scatter"] = "scatter"
    title: Words
    """What the chart shows."""
    points: Annotated[tuple[Point, ...], Field(max_length=MOST_MARKS)]
    """Its points, the most important first."""
    x: Axis = Axis()
    """The axis from left to right."""
    y: Axis = Axis()
    """The axis from below."""
    curves: Annotated[tuple[Curve, ...], Field(max_length=8)] = ()
    """Lines through the field, as limits."""
    quadrants: Quadrants | None = None
    """Two lines that part the field into four."""
    note: Words = ""
    """A remark below the chart."""


class Line(Record):
    """One line: a value for each category (``None``: a gap) and, where known, the band each value lies in."""

    label: Words
    """What stands at its end."""
    values: Annotated[tuple[Number | None, ...], Field(max_length=400)]
    """A number for each category; ``None``: a gap."""
    bands: Annotated[tuple[Span | None, ...], Field(max_length=400)] = ()
    """The band each value lies in, for each category; empty where none is known."""
    tone: Tone = "plain"
    """Its colour, from best to worst."""


class Lines(Record):
    """A few lines over the same categories (waves, months), each named at its end."""

    type: Literal["lines"] = "lines"
    title: Words
    """What the chart shows."""
    categories: Annotated[tuple[Words, ...], Field(max_length=400)]
    """What lies along the axis from left to right, as waves or days."""
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=6)]
    """The lines."""
    axis: Axis = Axis()
    """The axis of the values."""
    target: Number | None = None
    """A number drawn as a level line."""
    target_name: Words = ""
    """What that line is called."""
    note: Words = ""
    """A remark below the chart."""
