"""What becomes of a visit that comes in."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from cemaudit.errors import Problem

__all__ = ["COLLECTED", "SEEN_BEFORE", "Fate", "Outcome"]


class Fate(StrEnum):
    """``collected``; ``again``: the very same is there; ``conflict`` with what is there; ``refused`` as it is."""

    COLLECTED = "collected"
    AGAIN = "again"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Outcome(NamedTuple):
    """A fate and, for the last two, why."""

    fate: Fate
    problems: tuple[Problem, ...] = ()


COLLECTED, SEEN_BEFORE = Outcome(Fate.COLLECTED), Outcome(Fate.AGAIN)
