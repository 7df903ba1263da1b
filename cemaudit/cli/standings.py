"""Stores of a league as rows for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cemaudit.compare.intervals import Interval, Standing
    from cemaudit.ledger.export.columns import Kind

__all__ = ["COLUMNS", "row_of", "span"]

COLUMNS: dict[str, Kind] = {
    "store": "text", "name": "text", "pool": "text", "visits": "whole", "effective": "number", "raw": "score",
    "score": "score", "se": "number", "low": "number", "high": "number", "reliability": "number", "below": "number",
    "best_rank": "whole", "worst_rank": "whole", "lowest": "number", "highest": "number", "group": "whole",
    "flagged": "flag", "apart": "text",
}  # fmt: skip


def row_of(standing: Standing) -> dict[str, Any]:
    """A store as a row for programs."""
    row = standing._asdict()
    row["low"], row["high"] = row.pop("interval")
    row["best_rank"], row["worst_rank"] = row.pop("rank") or (None, None)
    return row


def span(interval: Interval, digits: int) -> str:
    """An interval, as in ``1.5..2.5``."""
    return f"{interval.low:.{digits}f}..{interval.high:.{digits}f}"
