"""The coverage map of a checklist: which cells of channel, stage and element its items look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cemaudit.model import Channel, Checklist, Element
from cemaudit.model.lenses import JourneyView
from cemaudit.model.vocabulary import Stage

__all__ = ["Coverage", "cover"]

CoverageCell = tuple[Channel, str, Element]


@dataclass(frozen=True)
class Coverage:
    """Number of items in each cell (channel, stage id, element) of the map.

    ``stages``: those of the checklist's journey, or of the lens it is seen through; ``outside``: items in none of them.
    """

    items: dict[CoverageCell, int]
    stages: tuple[Stage, ...]
    outside: int = 0

    def missing(self, axis: int) -> tuple[str, ...]:
        """Channels (axis 0), stages (1) or elements (2) without a single item."""
        totals: Counter[str] = Counter()
        for cell, count in self.items.items():
            totals[cell[axis]] += count
        return tuple(name for name, count in totals.items() if not count)

    def elements(self, channel: Channel, stage_id: str) -> dict[Element, int]:
        """Number of items of each element that is looked at in a channel at a stage."""
        counts = {element: self.items[channel, stage_id, element] for element in Element}
        return {element: count for element, count in counts.items() if count}

    def empty_cells(self) -> Iterator[tuple[Channel, Stage]]:
        """Yield the cells of channel and stage without an item."""
        for channel in Channel:
            for stage in self.stages:
                if not self.elements(channel, stage.id):
                    yield channel, stage

    def gaps(self) -> dict[Channel, list[Stage]]:
        """The empty cells whose channel and whose stage are both looked at elsewhere: the others are told whole."""
        without = {*self.missing(0), *self.missing(1)}
        gaps: dict[Channel, list[Stage]] = {}
        for channel, stage in self.empty_cells():
            if not {channel.value, stage.id} & without:
                gaps.setdefault(channel, []).append(stage)
        return gaps


def cover(checklist: Checklist, view: JourneyView | None = None) -> Coverage:
    """The coverage map of a checklist along its own journey, or seen through the lens of ``view``."""
    stages = checklist.path.stages if view is None else view.lens.stages
    items = {(channel, stage.id, element): 0 for channel in Channel for stage in stages for element in Element}
    outside = 0
    for touchpoint in checklist.touchpoints:
        stage_id = touchpoint.stage if view is None else view.stage_of(touchpoint)
        if stage_id is None:
            outside += len(touchpoint.items)
        else:
            items[touchpoint.channel, stage_id, touchpoint.element] += len(touchpoint.items)
    return Coverage(items, stages, outside)
