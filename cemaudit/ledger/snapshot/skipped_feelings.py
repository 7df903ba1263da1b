"""Which feelings and expectations were left out, as columns of a snapshot: a code for each of a touchpoint.

They lie in files of their own beside answers and scores, so that a snapshot from before they were kept stays readable,
and no code of a state comes near the numbers that were felt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cemaudit.ledger.snapshot.names import ColumnNames, code_of
from cemaudit.ledger.snapshot.parquet import SnapshotColumn, integer_column
from cemaudit.model import Checklist

__all__ = ["FEELING_STATES", "SKIPPED_FEELINGS", "read_skipped_feelings", "skipped_feeling_columns"]

SKIPPED_FEELINGS = "skipped-feelings"
"""The kind of these files."""

FEELING_STATES = {"emotions": "emotion-state", "expectations": "expectation-state", "perceived": "perceived-state"}
"""The kind of the columns for each field of a visit."""

_NONE = int(np.iinfo(np.int8).min)


def read_skipped_feelings(document: Mapping[str, Any]) -> dict[str, int]:
    """Return the code of each feeling (``emotions.greeting``) that the line of a visit, as plain JSON, skips."""
    return {name: code_of(skip["state"]) for name, skip in document.get("feelings_skipped", {}).items()}


def skipped_feeling_columns(visits: Sequence[Mapping[str, int]], checklist: Checklist) -> Iterator[SnapshotColumn]:
    """Yield ``emotion-state:TOUCHPOINT``, ``expectation-state:`` and ``perceived-state:``; nothing where none is."""
    names = ColumnNames(checklist)
    for touchpoint in checklist.touchpoint:
        for field, kind in FEELING_STATES.items():
            codes = [visit.get(f"{field}.{touchpoint}", _NONE) for visit in visits]
            yield integer_column(names.touchpoint(kind, touchpoint), np.array(codes, np.int8), "tinyint")
