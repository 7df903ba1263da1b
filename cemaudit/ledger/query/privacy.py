"""The gate of checklists that ask staff: no figure rests on fewer sheets than the checklist declares.

In a small team an answer can be told apart although it has no name. So a store, or whatever the visits are grouped by,
has no figure there; that something was left out is said, and nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cemaudit.language import Message, message
from cemaudit.model import Checklist

__all__ = ["has_enough_sheets", "least_sheets", "withheld_note"]

_COUNTS = ("visits", "scored", "answered")


def least_sheets(checklists: Iterable[Checklist]) -> int:
    """The most any of the checklists asks for; 0 where none declares it."""
    return max((checklist.least_sheets for checklist in checklists), default=0)


def has_enough_sheets(row: Mapping[str, Any], least: int) -> bool:
    """Whether all counts of a row of figures are at least so many."""
    return all(row[name] >= least for name in _COUNTS if isinstance(row.get(name), int))


def withheld_note(count: int, least: int) -> Message:
    """What is said where ``count`` figures rest on fewer sheets than ``least``."""
    return message(
        "Not shown, for they rest on fewer than {least} sheets and somebody's answers might be told apart: {count}.",
        least=least, count=count,
    )  # fmt: skip
