"""HEIC pictures: checked, and their metadata removed without encoding anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cemaudit.media.audio import tags_in
from cemaudit.media.binary import (
    IntegerReader,
    IsoBox,
    IsoBoxReader,
    check_pixels,
    inconsistent,
    overwrite_with_free,
    truncated,
)

__all__ = ["Extent", "Heic", "ItemLocation", "locations", "read_heic"]

MOST_EXTENTS = 10_000
_IN_FILE, _IN_IDAT = 0, 1

Extent = tuple[int, int]
"""Where some bytes of the file start, and where they end."""


@dataclass(frozen=True)
class ItemLocation:
    """The number of an item, and the extents of its bytes."""

    item: int
    extents: tuple[Extent, ...]


@dataclass(frozen=True)
class _FieldSizes:
    """How many bytes the numbers of the box have."""

    version: int
    offset: int
    length: int
    base: int
    index: int

    @property
    def number(self) -> int:
        return 4 if self.version == 2 else 2


def locations(data: bytes, iloc: IsoBox, idat: IsoBox | None) -> list[ItemLocation]:
    """Return the location of every item; ``BadInput`` where one reaches beyond the file, or there are too many."""
    numbers = IntegerReader(data, iloc)
    version = numbers.next(1)
    numbers.next(3)
    nibbles = numbers.next(2)
    sizes = _FieldSizes(version, nibbles >> 12, nibbles >> 8 & 15, nibbles >> 4 & 15, nibbles & 15 if version else 0)
    if version > 2 or not sizes.length:
        raise inconsistent()
    item_locations: list[ItemLocation] = []
    left = MOST_EXTENTS
    for _ in range(numbers.next(sizes.number)):
        location = _location(numbers, sizes, idat, left)
        left -= len(location.extents)
        item_locations.append(location)
    if any(end > len(data) for location in item_locations for _, end in location.extents):
        raise truncated()
    return item_locations


def _location(numbers: IntegerReader, sizes: _FieldSizes, idat: IsoBox | None, most: int) -> ItemLocation:
    item = numbers.next(sizes.number)
    method = numbers.next(2) & 15 if sizes.version else _IN_FILE
    elsewhere, base, count = numbers.next(2), numbers.next(sizes.base), numbers.next(2)
    if elsewhere or count > most or method > _IN_IDAT or (method == _IN_IDAT and idat is None):
        raise inconsistent()
    start = base + (idat.body if idat and method == _IN_IDAT else 0)
    extents = []
    for _ in range(count):
        numbers.next(sizes.index)
        begin = start + numbers.next(sizes.offset)
        length = numbers.next(sizes.length)
        if not length:  # the format's way of saying: the whole file
            raise inconsistent()
        extents.append((begin, begin + length))
    return ItemLocation(item, tuple(extents))


TOP = {b"ftyp", b"meta", b"mdat", b"moov"}
META = {b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat", b"dinf", b"grpl", b"ipro"}
PERSONAL_PROPERTIES = {b"udes", b"altt", b"crtt", b"mdft", b"uuid", b"free", b"skip"}
PICTURES = {b"hvc1", b"hvt1", b"hev1", b"lhv1", b"avc1", b"jpeg", b"grid", b"iovl", b"iden", b"tmap"}
DATA_BOXES = {b"mdat", b"idat"}
MOST_STORES = 100

NO_EXIF = bytes(4) + b"II*\0\x08\0\0\0" + bytes(6)
"""An EXIF item that says nothing."""


@dataclass(frozen=True)
class Heic:
    """A HEIC file, and what it says beside its pictures."""

    data: bytes
    tags: tuple[IsoBox, ...]
    """Boxes that no picture needs."""
    others: tuple[ItemLocation, ...]
    """Where the items lie that are no pictures."""
    exif_at: Extent
    """Where the EXIF block lies, in which programs look for more than zeros."""

    @property
    def exif(self) -> bytes:
        """Return the EXIF block, which begins with how many bytes lie before it."""
        start, end = self.exif_at
        return self.data[start:end][4 + int.from_bytes(self.data[start : start + 4], "big") :]

    def cleaned(self) -> bytes:
        """Return the file, of the same length, with nothing but its pictures."""
        # Zeros in place of what goes, so that every picture stays where the file says it lies.
        cleaned = bytearray(self.data)
        for start, end in (extent for other_item in self.others for extent in other_item.extents):
            cleaned[start:end] = bytes(end - start)
        start, end = self.exif_at
        if end - start >= len(NO_EXIF):
            cleaned[start : start + len(NO_EXIF)] = NO_EXIF
        overwrite_with_free(cleaned, self.tags)
        return bytes(cleaned)


def read_heic(data: bytes) -> Heic:
    """Return the HEIC file in ``data``; ``BadInput`` where it is unsound, ends too early or has too many pixels."""
    boxes = IsoBoxReader(data)
    top = boxes.top()
    meta = boxes.inside(_single_box(b"meta", top), 4)
    properties = boxes.inside(_single_box(b"ipco", boxes.inside(_single_box(b"iprp", meta))))
    for box in properties:
        if box.kind == b"ispe":
            numbers = IntegerReader(data, box)
            numbers.next(4)
            check_pixels(numbers.next(4), numbers.next(4))
    kinds = dict(_kinds(boxes, _single_box(b"iinf", meta)))
    idat = next((box for box in meta if box.kind == b"idat"), None)
    item_locations = locations(data, _single_box(b"iloc", meta), idat)
    others = tuple(location for location in item_locations if kinds.get(location.item) not in PICTURES)
    _check(others, [box for box in (*top, *meta) if box.kind in DATA_BOXES], len(data))
    return Heic(
        data,
        tags=(
            *(box for box in top if box.kind not in TOP),
            *(box for box in meta if box.kind not in META),
            *(box for box in properties if box.kind in PERSONAL_PROPERTIES),
            *tags_in(boxes, [box for box in top if box.kind == b"moov"]),
        ),
        others=others,
        exif_at=next(
            (location.extents[0] for location in others if kinds.get(location.item) == b"Exif" and location.extents),
            (0, 0),
        ),
    )


def _single_box(kind: bytes, among: list[IsoBox]) -> IsoBox:
    """The one box of a type."""
    matching = [box for box in among if box.kind == kind]
    if len(matching) != 1:
        raise inconsistent()
    return matching[0]


def _kinds(boxes: IsoBoxReader, iinf: IsoBox) -> Iterator[tuple[int, bytes]]:
    """The number and type of every item; no type where the file is of a version that names none."""
    skipped = 8 if IntegerReader(boxes.data, iinf).next(1) else 6
    for box in boxes.inside(iinf, skipped):
        numbers = IntegerReader(boxes.data, box)
        version = numbers.next(4) >> 24
        item = numbers.next(4 if version == 3 else 2)
        numbers.next(2)
        yield item, numbers.next(4).to_bytes(4, "big") if version in {2, 3} else b""


def _check(others: tuple[ItemLocation, ...], stores: list[IsoBox], size: int) -> None:
    """``BadInput`` where overwriting ``others`` would touch more than what the file's stores hold, or never end."""
    extents = [extent for other_item in others for extent in other_item.extents]
    if len(stores) > MOST_STORES or sum(end - start for start, end in extents) > size:
        raise inconsistent()
    if not all(any(box.body <= start and end <= box.end for box in stores) for start, end in extents):
        raise inconsistent()
