"""JPEG files passed into a PDF as they are: nothing decoded, everything personal left out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from cemaudit.report.kit.picture import BadPicture, check_size

__all__ = ["Jpeg", "read_jpeg"]

SOI, EOI, SCAN, EXIF_SEGMENT, ADOBE_SEGMENT, COMMENT = 0xD8, 0xD9, 0xDA, 0xE1, 0xEE, 0xFE
FRAMES = {0xC0, 0xC1, 0xC2}
OTHER_FRAMES = {0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)}
ORIENTATION = 0x112


@dataclass(frozen=True)
class Jpeg:
    """The file's bytes without comments, EXIF, thumbnails and the like; sizes before turning."""

    data: bytes
    width: int
    height: int
    components: int
    orientation: int
    """1..8, as EXIF numbers them: how the picture must be turned to stand upright."""


def read_jpeg(data: bytes) -> Jpeg:
    """The JPEG in ``data``; ``BadPicture`` where it is none that a PDF can show."""
    kept = [b"\xff\xd8"]
    frame: tuple[int, int, int] | None = None
    orientation, scanned = 1, False
    for marker, segment in _segments(data):
        if marker in OTHER_FRAMES:
            raise BadPicture
        if marker in FRAMES:
            frame = _frame(segment)
        elif marker == EXIF_SEGMENT:
            orientation = _orientation(segment) or orientation
        scanned = scanned or marker == SCAN
        if not _personal(marker):
            kept.append(segment)
    if frame is None or not scanned:
        raise BadPicture
    kept.append(b"\xff\xd9")
    return Jpeg(b"".join(kept), *frame, orientation)


def _personal(marker: int) -> bool:
    return marker == COMMENT or (EXIF_SEGMENT <= marker <= 0xEF and marker != ADOBE_SEGMENT)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise BadPicture
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker == EOI:
            return
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == SCAN:
            end = _scan_end(data, end)
        yield marker, data[place:end]
        place = end


def _scan_end(data: bytes, start: int) -> int:
    """Where the picture data of a scan ends: at the next marker that is neither stuffing nor a restart."""
    place = data.find(b"\xff", start)
    while place != -1 and place + 1 < len(data):
        if data[place + 1] != 0 and not 0xD0 <= data[place + 1] <= 0xD7:
            return place
        place = data.find(b"\xff", place + 2)
    return len(data)


def _frame(segment: bytes) -> tuple[int, int, int]:
    if len(segment) < 10 or segment[4] != 8 or segment[9] not in {1, 3, 4}:
        raise BadPicture
    height, width = struct.unpack(">HH", segment[5:9])
    check_size(width, height)
    return width, height, segment[9]


def _orientation(segment: bytes) -> int | None:
    """The orientation an EXIF segment gives, where it gives a sound one."""
    if segment[4:10] != b"Exif\0\0":
        return None
    tiff = segment[10:]
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else None
    except struct.error:
        return None
    return None
