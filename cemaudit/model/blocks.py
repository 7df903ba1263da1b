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
    level: Annotated[int, Field(ge=2, le=3)] = 2


class Paragraph(Record):
    """Running text."""

    type: Literal["paragraph"] = "paragraph"
    text: Words
    quiet: bool = False


class Callout(Record):
    """A short text that must be seen, coloured by its tone."""

    type: Literal["callout"] = "callout"
    title: Words
    text: Words = ""
    tone: Tone = "plain"


class Figure(Record):
    """One big number: ``value`` as shown, what it is, and optionally a gauge from ``low`` to ``high`` at ``at``."""

    label: Words
    value: str
    note: Words = ""
    tone: Tone = "plain"
    at: float | None = None
    low: float = 0
    high: float = 100


class Figures(Record):
    """A row of big numbers."""

    type: Literal["figures"] = "figures"
    figures: Annotated[tuple[Figure, ...], Field(min_length=1, max_length=6)]


class Column(Record):
    """A table column: heading, share of the width, and which side its cells lean to."""

    title: Words
    width: Annotated[float, Field(gt=0)] = 1
    align: Literal["left", "right", "center"] = "left"


class Cell(Record):
    """A table cell; a tone colours its ground."""

    text: Words
    tone: Tone = "plain"
    strong: bool = False


class Table(Record):
    """Rows of cells under columns; every row has as many cells as there are columns."""

    type: Literal["table"] = "table"
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=12)]
    rows: tuple[tuple[Cell | Words, ...], ...]
    caption: Words = ""


class Series(Record):
    """One row of bars: a label and a value for each category (``None``: not scored)."""

    label: Words
    values: tuple[float | None, ...]


class Bars(Record):
    """Grouped horizontal bars, one group for each category, on the scale ``low`` to ``high``."""

    type: Literal["bars"] = "bars"
    title: Words
    categories: tuple[Words, ...]
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=4)]
    low: float = 0
    high: float = 100
    unit: str = ""


class HeatMap(Record):
    """A grid of coloured values; ``None`` is an empty cell. ``low`` is the worst colour, ``high`` the best.

    ``counts``: of how many visits each value is, written below it; empty, or as many as there are values.
    """

    type: Literal["heat-map"] = "heat-map"
    title: Words
    columns: tuple[Words, ...]
    rows: tuple[Words, ...]
    values: tuple[tuple[float | None, ...], ...]
    low: float = 0
    high: float = 100
    note: Words = ""
    counts: tuple[tuple[int, ...], ...] = ()


class Photo(Record):
    """One picture: an absolute path the host has already checked, and its caption."""

    path: str
    caption: Words = ""


class Photos(Record):
    """Pictures, three in a row."""

    type: Literal["photos"] = "photos"
    photos: Annotated[tuple[Photo, ...], Field(min_length=1)]


Block = Annotated[
    Heading | Paragraph | Callout | Figures | Table | Bars | HeatMap | Intervals | Scatter | Lines | Photos,
    Field(discriminator="type"),
]


class Section(Record):
    """A titled part of a report; ``order`` sorts sections, the core's own run from 100 to 900."""

    id: str
    title: Text
    blocks: tuple[Block, ...]
    order: int = 500
    new_page: bool = False
