"""Which function draws which block. To draw blocks another way, give ``story`` another table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cemaudit.model.blocks import (
    Bars,
    Block,
    Callout,
    Figures,
    Heading,
    HeatMap,
    Intervals,
    Lines,
    Paragraph,
    Photos,
    Scatter,
    Table,
)
from cemaudit.report.kit.bars import draw_bars
from cemaudit.report.kit.callout import draw_callout
from cemaudit.report.kit.figures import draw_figures
from cemaudit.report.kit.heatmap import draw_heat_map
from cemaudit.report.kit.intervals import draw_intervals
from cemaudit.report.kit.photos import draw_photos
from cemaudit.report.kit.prose import draw_heading, draw_paragraph
from cemaudit.report.kit.scatter import draw_scatter
from cemaudit.report.kit.stack import Stack
from cemaudit.report.kit.table import draw_table
from cemaudit.report.kit.trend import draw_lines

__all__ = ["DRAWERS", "Drawer", "draw"]

Drawer = Callable[[Any, float], list[Stack]]

DRAWERS: Mapping[type, Drawer] = {
    Heading: draw_heading,
    Paragraph: draw_paragraph,
    Callout: draw_callout,
    Figures: draw_figures,
    Table: draw_table,
    Bars: draw_bars,
    HeatMap: draw_heat_map,
    Intervals: draw_intervals,
    Scatter: draw_scatter,
    Lines: draw_lines,
    Photos: draw_photos,
}


def draw(block: Block, width: float) -> list[Stack]:
    """The stacks of a block, laid out for a column ``width`` points wide."""
    return DRAWERS[type(block)](block, width)
