"""HEIC files: everything that is no picture is overwritten with zeros, in place.

How such a picture is turned is one of its properties, not a part of its EXIF block, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cemaudit.media.boxes import Box, Boxes, Numbers, blank
from cemaudit.media.damage import check_pixels, unsound
from cemaudit.media.locations import Extent, Location, locations
from cemaudit.media.m4a import tags_in

__all__ = ["Heic", "read_heic"]

TOP = {b"ftyp", b"meta", b"mdat", b"moov"}
META = {b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat", b"dinf", b"grpl", b"ipro"}
PERSONAL_PROPERTIES = {b"udes", b"altt", b"crtt", b"mdft", b"uuid", b"free", b"skip"}
PICTURES = {b"hvc1", b"hvt1", b"hev1", b"lhv1", b"avc1", b"jpeg", b"grid", b"iovl", b"iden", b"tmap"}
STORES = {b"mdat", b"idat"}
MOST_STORES = 100
NO_EXIF = bytes(4) + b"II*\0\x08\0\0\0" + bytes(6)
"""An EXIF item that says nothing."""


@dataclass(frozen=True)
class Heic:
    """A HEIC file, and what it says beside its pictures."""

    data: bytes
    tags: tuple[Box, ...]
    """Boxes that no picture needs."""
    others: tuple[Location, ...]
    """Where the items lie that are no pictures."""
    exif_at: Extent
    """Where the EXIF block lies, in which programs look for more than zeros."""

    @property
    def exif(self) -> bytes:
        """The EXIF block, which begins with how many bytes lie before it."""
        start, end = self.exif_at
        return self.data[start:end][4 + int.from_bytes(self.data[start : start + 4], "big") :]

    def cleaned(self) -> bytes:
        """The file, of the same length, with nothing but its pictures."""
        cleaned = bytearray(self.data)
        for start, end in (extent for each in self.others for extent in each.extents):
            cleaned[start:end] = bytes(end - start)
        start, end = self.exif_at
        if end - start >= len(NO_EXIF):
            cleaned[start : start + len(NO_EXIF)] = NO_EXIF
        blank(cleaned, self.tags)
        return bytes(cleaned)


def read_heic(data: bytes) -> Heic:
    """The HEIC file in ``data``; ``BadInput`` where it is unsound, ends too early or has too many pixels."""
    boxes = Boxes(data)
    top = boxes.top()
    meta = boxes.inside(_only(b"meta", top), 4)
    properties = boxes.inside(_only(b"ipco", boxes.inside(_only(b"iprp", meta))))
    _check_sizes(data, properties)
    kinds = dict(_kinds(boxes, _only(b"iinf", meta)))
    where = locations(data, _only(b"iloc", meta), _idat(meta))
    others = tuple(each for each in where if kinds.get(each.item) not in PICTURES)
    _check(others, [box for box in (*top, *meta) if box.kind in STORES], len(data))
    return Heic(
        data,
        tags=(
            *(box for box in top if box.kind not in TOP),
            *(box for box in meta if box.kind not in META),
            *(box for box in properties if box.kind in PERSONAL_PROPERTIES),
            *tags_in(boxes, [box for box in top if box.kind == b"moov"]),
        ),
        others=others,
        exif_at=next((each.extents[0] for each in others if kinds.get(each.item) == b"Exif" and each.extents), (0, 0)),
    )


def _only(kind: bytes, among: list[Box]) -> Box:
    """The one box of a type."""
    found = [box for box in among if box.kind == kind]
    if len(found) != 1:
        raise unsound()
    return found[0]


def _idat(meta: list[Box]) -> Box | None:
    return next((box for box in meta if box.kind == b"idat"), None)


def _kinds(boxes: Boxes, iinf: Box) -> Iterator[tuple[int, bytes]]:
    """The number and type of every item; no type where the file is of a version that names none."""
    skipped = 8 if Numbers(boxes.data, iinf).next(1) else 6
    for box in boxes.inside(iinf, skipped):
        numbers = Numbers(boxes.data, box)
        version = numbers.next(4) >> 24
        item = numbers.next(4 if version == 3 else 2)
        numbers.next(2)
        yield item, numbers.next(4).to_bytes(4, "big") if version in {2, 3} else b""


def _check(others: tuple[Location, ...], stores: list[Box], size: int) -> None:
    """``BadInput`` where overwriting ``others`` would touch more than what the file's stores hold, or never end."""
    extents = [extent for each in others for extent in each.extents]
    if len(stores) > MOST_STORES or sum(end - start for start, end in extents) > size:
        raise unsound()
    if not all(any(box.body <= start and end <= box.end for box in stores) for start, end in extents):
        raise unsound()


def _check_sizes(data: bytes, properties: list[Box]) -> None:
    for box in properties:
        if box.kind == b"ispe":
            numbers = Numbers(data, box)
            numbers.next(4)
            check_pixels(numbers.next(4), numbers.next(4))
