"""What is compared, in figures a reader wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cemaudit.compare.scale import Scale
from cemaudit.language import Message
from cemaudit.model.text import Text

__all__ = ["EXCLUDED", "Facts"]

EXCLUDED = "excluded"


@dataclass(frozen=True)
class Facts:
    """Of visits that are compared.

    ``measure`` (its id), ``title`` (where the scheme gives one) and ``unit`` (``points``, ``percent``, ``count``) of
    the scores; ``value`` of the facet they are kept for. ``better``: which scores are. ``checklists`` and ``schemes``
    by ``id@version``. ``visits``: how many have a score; ``strangers``: how many of them by a shopper not known.
    ``left_out``: visits without a score by the reason's word, and those ``excluded``. ``adjusted``: whether scores are
    for how easy the items that applied were; ``notes``: what else a reader must know.
    """

    measure: str
    value: str | None
    title: Text | None
    unit: str
    better: Literal["higher", "lower"]
    checklists: tuple[str, ...]
    schemes: tuple[str, ...]
    visits: int
    strangers: int
    left_out: Mapping[str, int]
    scale: Scale
    adjusted: bool
    notes: tuple[Message, ...] = ()
