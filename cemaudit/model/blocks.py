"""Report blocks: what a page says, as records, without any thought of how it is drawn.

Words are ``Text`` (both languages) or plain ``str`` (a stranger's words, printed as they are, never as markup).
Charts with axes are in ``charts``, and importable from here like the rest. Values in bars and heat maps are floats,
already on the scale given with them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cemaudit.model.base import Record
from cemaudit.model.charts import Axis, Curve, Intervals, Line, Lines, Point, Quadrants, Ranged, Scatter, Span
from cemaudit.model.text import Text
from cemaudit.model.words import Tone, Words

__all__ = [
    "Axis",
    "Bars",
    "Block",
    "Callout",
    "Cell",
    "Column",
    "Curve",
    "Figure",
    "Figures",
    "Heading",
    "HeatMap",
    "Intervals",
    "Line",
    "Lines",
    "Paragraph",
    "Photo",
    "Photos",
    "Point",
    "Quadrants",
    "Ranged",
    "Scatter",
    "Section",
    "Series",
    "Span",
    "Table",
    "Tone",
    "Words",
]


class Heading(Record):
    """A heading inside a section; level 2 or 3 (1 is the section's title)."""

    type: Literal["heading"] = "heading"
    text: Words
    """The heading."""
    level: Annotated[int, Field(ge=2, le=3)] = 2
    """How deep it lies."""


class Paragraph(Record):
    """Running text."""

    type: Literal["paragraph"] = "paragraph"
    text: Words
    """The words."""
    quiet: bool = False
    """Whether it is printed small and grey, as a remark."""


class Callout(Record):
    """A short text that must be seen, coloured by its tone."""

    type: Literal["callout"] = "callout"
    title: Words
    """What it is about."""
    text: Words = ""
    """What must be seen."""
    tone: Tone = "plain"
    """Its colour, from best to worst."""


class Figure(Record):
    """One big number, and perhaps a gauge."""

    label: Words
    """What the number is."""
    value: str
    """The number, as it is shown."""
    note: Words = ""
    """A remark below it."""
    tone: Tone = "plain"
    """Its colour, from best to worst."""
    at: float | None = None
    """Where it stands on a gauge from ``low`` to ``high``; ``None``: no gauge."""
    low: float = 0
    """Where the gauge begins."""
    high: float = 100
    """Where the gauge ends."""


class Figures(Record):
    """A row of big numbers."""

    type: Literal["figures"] = "figures"
    figures: Annotated[tuple[Figure, ...], Field(min_length=1, max_length=6)]
    """The numbers, from left to right."""


class Column(Record):
    """A table column: heading, share of the width, and which side its cells lean to."""

    title: Words
    """Its heading."""
    width: Annotated[float, Field(gt=0)] = 1
    """Its share of the width, against the others'."""
    align: Literal["left", "right", "center"] = "left"
    """Which side its cells lean to."""


class Cell(Record):
    """A table cell; a tone colours its ground."""

    text: Words
    """What stands in it."""
    tone: Tone = "plain"
    """The colour of its ground."""
    strong: bool = False
    """Whether it is printed bold."""


class Table(Record):
    """Rows of cells under columns; every row has as many cells as there are columns."""

    type: Literal["table"] = "table"
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=12)]
    """Its columns, from left to right."""
    rows: tuple[tuple[Cell | Words, ...], ...]
    """Its rows, each of as many cells as there are columns."""
    caption: Words = ""
    """What stands below it."""


class Series(Record):
    """One row of bars."""

    label: Words
    """What the legend calls it."""
    values: tuple[float | None, ...]
    """A number for each category; ``None``: not scored."""


class Bars(Record):
    """Grouped horizontal bars, one group for each category."""

    type: Literal["bars"] = "bars"
    title: Words
    """What the chart shows."""
    categories: tuple[Words, ...]
    """What each group of bars is, from the top."""
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=4)]
    """What is compared within a group."""
    low: float = 0
    """Where the scale begins."""
    high: float = 100
    """Where the scale ends."""
    unit: str = ""
    """What stands after each number, as ``%``."""


class HeatMap(Record):
    """A grid of coloured values."""

    type: Literal["heat-map"] = "heat-map"
    title: Words
    """What the map shows."""
    columns: tuple[Words, ...]
    """What its columns are, from the left."""
    rows: tuple[Words, ...]
    """What its rows are, from the top."""
    values: tuple[tuple[float | None, ...], ...]
    """By row, a number for each column; ``None``: an empty cell."""
    low: float = 0
    """The number of the worst colour."""
    high: float = 100
    """The number of the best colour."""
    note: Words = ""
    """A remark below it."""
    counts: tuple[tuple[int, ...], ...] = ()
    """Of how many visits each value is, written below it; empty, or as many as there are values."""


class Photo(Record):
    """One picture: an absolute path the host has already checked, and its caption."""

    path: str
    """Where the picture lies: an absolute path the host has checked."""
    caption: Words = ""
    """What it shows."""


class Photos(Record):
    """Pictures, three in a row."""

    type: Literal["photos"] = "photos"
    photos: Annotated[tuple[Photo, ...], Field(min_length=1)]
    """The pictures, in order."""


Block = Annotated[
    Heading | Paragraph | Callout | Figures | Table | Bars | HeatMap | Intervals | Scatter | Lines | Photos,
    Field(discriminator="type"),
]


class Section(Record):
    """A titled part of a report."""

    id: str
    """Its id, beginning with the plugin's name and a dot."""
    title: Text
    """Its heading."""
    blocks: tuple[Block, ...]
    """What stands in it, in order."""
    order: int = 500
    """Its place: the core's own run from 100 (summary) to 900 (method), and yours between them."""
    new_page: bool = False
    """Whether it begins a page."""
