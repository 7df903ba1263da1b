"""Reads binary files within bounds: what is damaged, and the boxes of ISO base media files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cemaudit.errors import BadInput, Problem, Sayable
from cemaudit.language import N_, message

__all__ = [
    "MOST_PIXELS",
    "Chunk",
    "IntegerReader",
    "IsoBox",
    "IsoBoxReader",
    "check_pixels",
    "inconsistent",
    "overwrite_with_free",
    "refuse_file",
    "truncated",
]

Chunk = tuple[bytes, bytes]
"""A part of a PNG or WebP file: a type of four letters, and what it holds."""

MOST_PIXELS = 60_000_000
COPY_AGAIN = N_("copy it again from the phone or camera")


def refuse_file(text: Sayable, hint: Sayable | None = None) -> BadInput:
    """Return the error of a file that is not taken in."""
    return BadInput(Problem(text, hint=hint))


def truncated() -> BadInput:
    """Return the error of a file that ends too early."""
    return refuse_file(message("the file ends before it is complete"), message(COPY_AGAIN))


def inconsistent() -> BadInput:
    """Return the error of a file whose parts contradict each other."""
    return refuse_file(message("the file is damaged; its parts do not fit together"), message(COPY_AGAIN))


def check_pixels(width: int, height: int) -> None:
    """Raise ``BadInput`` where a header promises no pixels, or more than memory should hold."""
    if not width * height:
        raise inconsistent()
    if width * height > MOST_PIXELS:
        text = message(
            "{width} x {height} pixels are more than {most} million",
            width=width,
            height=height,
            most=MOST_PIXELS // 1_000_000,
        )
        raise refuse_file(text, message("save the picture smaller"))


MOST_BOXES = 50_000


@dataclass(frozen=True)
class IsoBox:
    """A box of a file: its type, and where it starts, where what it holds starts, and where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


class IsoBoxReader:
    """The boxes of a file. Of all asked for together there may be 50,000, so that no nesting takes long."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._left = MOST_BOXES

    def top(self) -> list[IsoBox]:
        """Return the boxes that are in no other."""
        return list(self.between(0, len(self.data)))

    def inside(self, box: IsoBox, skip: int = 0) -> list[IsoBox]:
        """Return the boxes in a box, after ``skip`` bytes of its own."""
        return list(self.between(box.body + skip, box.end))

    def between(self, start: int, end: int) -> Iterator[IsoBox]:
        """Yield the boxes from ``start`` to ``end``; ``BadInput`` where one reaches beyond."""
        while start + 8 <= end:
            self._left -= 1
            box = self._box(start, end)
            if self._left < 0 or box.end < box.body:
                raise inconsistent()
            if box.end > end:
                raise truncated()
            yield box
            start = box.end

    def _box(self, start: int, end: int) -> IsoBox:
        size, kind, body = self._whole(start, 4), bytes(self.data[start + 4 : start + 8]), start + 8
        if size == 1:
            size, body = self._whole(body, 8), body + 8
        return IsoBox(kind, start, body, start + size if size else end)

    def _whole(self, start: int, size: int) -> int:
        return int.from_bytes(self.data[start : start + size], "big")


class IntegerReader:
    """Whole numbers read one after another from a box."""

    def __init__(self, data: bytes, box: IsoBox) -> None:
        self._data, self._place, self._end = data, box.body, box.end

    def next(self, size: int) -> int:
        """Return the next number of ``size`` bytes, 0 where it has none; ``BadInput`` beyond the box's end."""
        start, self._place = self._place, self._place + size
        if self._place > self._end:
            raise inconsistent()
        return int.from_bytes(self._data[start : self._place], "big")


def overwrite_with_free(data: bytearray, boxes: Collection[IsoBox]) -> None:
    """Turn ``boxes`` into free space of the same size, so that everything else stays where it is."""
    for box in boxes:
        data[box.start + 4 : box.start + 8] = b"free"
        data[box.body : box.end] = bytes(box.end - box.body)
