"""Slices on top of each other: what every block becomes, and how it breaks across pages."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable, PageBreak

from cemaudit.report.kit.pen import Pen

__all__ = ["Slice", "Stack"]

HELD = 260.0


class Slice:
    """A full-width strip of a block, ``height`` points tall; a subclass says how it is painted and cut."""

    keeps = False
    """Whether it must stay with the slice after it."""

    def __init__(self, height: float) -> None:
        self.height = height

    @property
    def least(self) -> float:
        """The height of the smallest upper part ``cut`` can give."""
        return self.height

    def paint(self, pen: Pen) -> None:
        """Draws the strip below the pen."""
        raise NotImplementedError

    def cut(self, room: float) -> tuple[Slice, Slice] | None:  # noqa: ARG002 - for those that can
        """An upper part of at most ``room`` points and the rest; ``None`` where it cannot be cut there."""
        return None


class Stack(Flowable):
    """Slices below each other, broken between slices or within one that can be cut.

    ``head`` is repeated on each page; ``space``: left free before and after; ``keeps``: stays with what follows;
    ``whole``: not broken where it is at most ``HELD`` tall.
    """

    def __init__(
        self,
        slices: Sequence[Slice],
        *,
        head: Slice | None = None,
        space: tuple[float, float] = (0, 0),
        keeps: bool = False,
        whole: bool = False,
    ) -> None:
        super().__init__()
        self.slices, self.head, self.keeps = slices, head, keeps
        self.spaceBefore, self.spaceAfter = space
        self.tall = sum(one.height for one in self._all)
        self.whole = whole and self.tall <= HELD

    @property
    def _all(self) -> list[Slice]:
        return [self.head, *self.slices] if self.head else list(self.slices)

    @property
    def least(self) -> float:
        """The room it needs to begin on a page."""
        if self.whole:
            return self.tall
        need = self.head.height if self.head else 0
        for one in self.slices:
            need += one.height if one.keeps else one.least
            if not one.keeps:
                break
        return need

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - reportlab's
        """What reportlab asks first: width and height."""
        self.width, self.height = aW, self.tall
        return aW, self.tall

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: ARG002, N803 - reportlab's
        """What reportlab asks where it does not fit: the part that does, and the rest."""
        if self.whole:
            return []
        upper, rest = self._parted(aH - (self.head.height if self.head else 0) + 1e-6)
        if not upper or not rest:
            return []
        before, after = self.spaceBefore, self.spaceAfter
        # Where a slice waits for the last one there is room left, in which the head would stand once more.
        return [
            Stack(upper, head=self.head, space=(before, 0)),
            PageBreak(),
            Stack(rest, head=self.head, space=(0, after)),
        ]

    def _parted(self, room: float) -> tuple[list[Slice], list[Slice]]:
        """The slices that fit into ``room``, the last one cut where it can be, and those that do not."""
        taken = 0
        while taken < len(self.slices) and self.slices[taken].height <= room:
            room -= self.slices[taken].height
            taken += 1
        upper, rest = list(self.slices[:taken]), list(self.slices[taken:])
        parts = rest[0].cut(room) if rest else None
        if parts:
            return [*upper, parts[0]], [parts[1], *rest[1:]]
        last = len(upper) - (1 if len(rest) == 1 and len(upper) > 2 else 0)
        while last and upper[last - 1].keeps:
            last -= 1
        if not last and self.least > HELD:
            last = len(upper)  # what keeps together is too tall to wait for a page of its own
        return upper[:last], [*upper[last:], *rest]

    def draw(self) -> None:
        """Paints the slices from the top down."""
        pen = Pen(self.canv, 0, self.tall)
        for one in self._all:
            one.paint(pen)
            pen = pen.at(0, one.height)
