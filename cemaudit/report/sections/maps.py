"""A measure as a heat map, best in blue whichever way the scheme counts."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.model import Audit, Measure, Text
from cemaudit.model.blocks import HeatMap, Words
from cemaudit.report.sections.values import MeasureRange, brief_title, span_of
from cemaudit.report.sections.words import joined

__all__ = ["heat_map"]


def heat_map(
    audit: Audit,
    measure: Measure,
    by: Text,
    columns: Sequence[Words],
    rows: Sequence[tuple[Words, tuple[float | None, ...]]],
) -> HeatMap:
    """The named ``rows`` of values on the measure's scale, or on their own; ``by`` says what rows and columns are."""
    known = [value for _, row in rows for value in row if value is not None]
    span = span_of(audit.scheme, measure) or MeasureRange(min(known, default=0), max(known, default=1))
    worst, best = span if audit.scheme.direction == "higher-is-better" else (span.high, span.low)
    return HeatMap(
        title=joined([brief_title(measure), by], " · "),
        columns=tuple(columns),
        rows=tuple(name for name, _ in rows),
        values=tuple(values for _, values in rows),
        low=worst,
        high=best,
    )
