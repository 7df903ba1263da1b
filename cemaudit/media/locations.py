"""Where the items of a HEIC file lie (its ``iloc`` box)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cemaudit.media.boxes import Box, Numbers
from cemaudit.media.damage import cut_off, unsound

__all__ = ["Extent", "Location", "locations"]

MOST_EXTENTS = 10_000
_IN_FILE, _IN_IDAT = 0, 1

Extent = tuple[int, int]
"""Where some bytes of the file start, and where they end."""


@dataclass(frozen=True)
class Location:
    """The number of an item, and the extents of its bytes."""

    item: int
    extents: tuple[Extent, ...]


@dataclass(frozen=True)
class _Sizes:
    """How many bytes the numbers of the box have."""

    version: int
    offset: int
    length: int
    base: int
    index: int

    @property
    def number(self) -> int:
        return 4 if self.version == 2 else 2


def locations(data: bytes, iloc: Box, idat: Box | None) -> list[Location]:
    """The location of every item; ``BadInput`` where one reaches beyond the file, or there are too many."""
    numbers = Numbers(data, iloc)
    version = numbers.next(1)
    numbers.next(3)
    nibbles = numbers.next(2)
    sizes = _Sizes(version, nibbles >> 12, nibbles >> 8 & 15, nibbles >> 4 & 15, nibbles & 15 if version else 0)
    if version > 2 or not sizes.length:
        raise unsound()
    found: list[Location] = []
    left = MOST_EXTENTS
    for _ in range(numbers.next(sizes.number)):
        location = _location(numbers, sizes, idat, left)
        left -= len(location.extents)
        found.append(location)
    if any(end > len(data) for location in found for _, end in location.extents):
        raise cut_off()
    return found


def _location(numbers: Numbers, sizes: _Sizes, idat: Box | None, most: int) -> Location:
    item = numbers.next(sizes.number)
    method = numbers.next(2) & 15 if sizes.version else _IN_FILE
    elsewhere, base, count = numbers.next(2), numbers.next(sizes.base), numbers.next(2)
    if elsewhere or count > most or method > _IN_IDAT or (method == _IN_IDAT and idat is None):
        raise unsound()
    start = base + (idat.body if idat and method == _IN_IDAT else 0)
    return Location(item, tuple(_extents(numbers, sizes, start, count)))


def _extents(numbers: Numbers, sizes: _Sizes, start: int, count: int) -> Iterator[Extent]:
    for _ in range(count):
        numbers.next(sizes.index)
        begin = start + numbers.next(sizes.offset)
        length = numbers.next(sizes.length)
        if not length:  # the format's way of saying: the whole file
            raise unsound()
        yield begin, begin + length
