"""Sound in boxes (M4A, MP4): tags become free space, in place."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.language import message
from cemaudit.media.boxes import Box, Boxes, blank
from cemaudit.media.damage import refused, unsound

__all__ = ["clean_m4a", "tags_in"]

TOP = {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"ssix", b"mfra"}
HOLDERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex", b"moof", b"traf"}
TAGS = {b"udta", b"meta", b"uuid", b"free", b"skip"}
DEEPEST = 8


def clean_m4a(data: bytes) -> bytes:
    """The file with every box of tags blanked; ``BadInput`` where it is unsound or holds more than sound."""
    boxes = Boxes(data)
    top = boxes.top()
    films = [box for box in top if box.kind == b"moov"]
    if len(films) != 1 or not any(box.kind == b"mdat" for box in top):
        raise unsound()
    _refuse_pictures(boxes, films[0])
    cleaned = bytearray(data)
    blank(cleaned, [box for box in top if box.kind not in TOP])
    blank(cleaned, list(tags_in(boxes, top)))
    return bytes(cleaned)


def tags_in(boxes: Boxes, among: list[Box], depth: int = 0) -> Iterator[Box]:
    """The boxes of tags in ``among`` and in the boxes they hold."""
    for box in among:
        if box.kind in TAGS:
            yield box
        elif box.kind in HOLDERS and depth < DEEPEST:
            yield from tags_in(boxes, boxes.inside(box), depth + 1)


def _refuse_pictures(boxes: Boxes, film: Box) -> None:
    tracks = [box for box in boxes.inside(film) if box.kind == b"trak"]
    if not tracks:
        raise unsound()
    if any(_handler(boxes, track) != b"soun" for track in tracks):
        raise refused(
            message("the file holds more than sound"), message("record sound alone, or save it as MP3 or WAV")
        )


def _handler(boxes: Boxes, track: Box) -> bytes:
    """What a track is made for: ``soun`` for sound."""
    media = [box for box in boxes.inside(track) if box.kind == b"mdia"]
    found = [box for each in media for box in boxes.inside(each) if box.kind == b"hdlr"]
    return bytes(boxes.data[found[0].body + 8 : found[0].body + 12]) if found else b""
