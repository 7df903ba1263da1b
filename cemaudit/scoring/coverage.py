"""Which cells of channel x stage x element a checklist looks at, and which it leaves in the dark."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cemaudit.model import Channel, Checklist, Element

__all__ = ["Coverage", "cover"]

Cell = tuple[Channel, str, Element]


@dataclass(frozen=True)
class Coverage:
    """Number of items in each cell (channel, stage id, element) of the map."""

    items: dict[Cell, int]

    @property
    def holes(self) -> tuple[Cell, ...]:
        """Cells without any item, in the order of the map."""
        return tuple(cell for cell, count in self.items.items() if not count)

    def channel_by_stage(self) -> dict[tuple[Channel, str], int]:
        """Items by channel and stage, elements added up."""
        totals: Counter[tuple[Channel, str]] = Counter()
        for (channel, stage, _), count in self.items.items():
            totals[channel, stage] += count
        return dict(totals)

    def missing(self, axis: int) -> tuple[str, ...]:
        """Channels (axis 0), stages (1) or elements (2) without a single item."""
        totals: Counter[str] = Counter()
        for cell, count in self.items.items():
            totals[cell[axis]] += count
        return tuple(name for name, count in totals.items() if not count)


def cover(checklist: Checklist) -> Coverage:
    """The coverage map of a checklist along its own journey."""
    stages = [stage.id for stage in checklist.path.stages]
    items = {(channel, stage, element): 0 for channel in Channel for stage in stages for element in Element}
    for touchpoint in checklist.touchpoints:
        items[touchpoint.channel, touchpoint.stage, touchpoint.element] += len(touchpoint.items)
    return Coverage(items)
