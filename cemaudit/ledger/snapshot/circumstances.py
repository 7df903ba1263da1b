"""The circumstances of visits (TPO) as columns of a snapshot: when, on what occasion, where, and as whom.

They lie in files of their own beside answers and scores, so that a snapshot from before they were kept stays readable.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from cemaudit.ledger.snapshot.parquet import SnapshotColumn, text_column

__all__ = ["CIRCUMSTANCES", "WEEKDAYS", "VisitCircumstances", "circumstance_columns", "read_circumstances"]

CIRCUMSTANCES = "circumstances"
"""The kind of these files."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class VisitCircumstances(NamedTuple):
    """``weekday`` (of ``WEEKDAYS``) and ``hour`` (``00`` to ``23``) in the visit's own zone; ``None``: not known."""

    weekday: str | None
    hour: str | None
    occasion: str | None
    place: str | None
    persona: str | None


def read_circumstances(document: dict[str, Any]) -> VisitCircumstances:
    """Return what the canonical line of a visit, as plain JSON, says of its circumstances."""
    started = document.get("started")
    day = started or document.get("date")
    return VisitCircumstances(
        weekday=None if day is None else _weekday(day[: len("2026-11-21")]),
        # The line holds the time as it was on the spot, with its zone.
        hour=None if started is None else started[len("2026-11-21T") :][:2],
        occasion=document.get("occasion"),
        place=document.get("place"),
        persona=document.get("persona"),
    )


@lru_cache(maxsize=10_000)
def _weekday(day: str) -> str:
    return WEEKDAYS[dt.date.fromisoformat(day).weekday()]


def circumstance_columns(visits: Sequence[VisitCircumstances]) -> Iterator[SnapshotColumn]:
    """Yield the columns of the circumstances of visits."""
    for place, name in enumerate(VisitCircumstances._fields):
        yield text_column(name, [visit[place] for visit in visits])
