"""JPEG and PNG pictures: checked, and their metadata removed without encoding anew."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cemaudit.language import message
from cemaudit.media.binary import Chunk, check_pixels, inconsistent, refuse_file, truncated
from cemaudit.media.exif import orientation_of, orientation_only

__all__ = ["PROFILE_SEGMENT", "Jpeg", "Png", "read_jpeg", "read_png"]

Segment = tuple[int, bytes]
"""A marker (its second byte), and the segment's bytes, marker included."""

START, END, SCAN = 0xD8, 0xD9, 0xDA
FRAMES = {0xC0, 0xC1, 0xC2}
OTHER_FRAMES = {0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)}
TABLES = {0xC4, 0xDB, 0xDC, 0xDD}
JFIF_SEGMENT, EXIF_SEGMENT, PROFILE_SEGMENT, ADOBE_SEGMENT = 0xE0, 0xE1, 0xE2, 0xEE

SIGNS = {JFIF_SEGMENT: b"JFIF\0", PROFILE_SEGMENT: b"ICC_PROFILE\0", ADOBE_SEGMENT: b"Adobe"}
"""The application segments a picture needs to be shown as it was meant: all others are personal or of no use."""

MARK = b"Exif\0\0"
MOST_SEGMENTS, MOST_SCANS = 10_000, 500
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")


@dataclass(frozen=True)
class Jpeg:
    """What makes the picture of a JPEG file, and what the file says beside it. Sizes are those before turning."""

    segments: tuple[Segment, ...]
    """In the order of the file, without its start and end."""
    width: int
    height: int
    components: int
    exif: bytes
    complete: bool
    """Whether the end of the picture was there."""

    @cached_property
    def orientation(self) -> int:
        """Return the orientation, 1..8, as EXIF numbers them."""
        return orientation_of(self.exif)

    def cleaned(self) -> bytes:
        """Return the file with nothing but the picture and its orientation; ``BadInput`` where its end is missing."""
        if not self.complete:
            raise truncated()
        opening = [segment for marker, segment in self.segments[:1] if marker == JFIF_SEGMENT]
        rest = [segment for _, segment in self.segments[len(opening) :]]
        turned = MARK + orientation_only(self.orientation)
        # Behind the JFIF segment, which must be the first, and before all others, as EXIF asks.
        exif = b"\xff\xe1" + struct.pack(">H", len(turned) + 2) + turned if self.orientation > 1 else b""
        return b"".join([b"\xff\xd8", *opening, exif, *rest, b"\xff\xd9"])


def read_jpeg(data: bytes) -> Jpeg:
    """Return the JPEG in ``data``; ``BadInput`` where it is none that can be shown."""
    segments = list(_segments(data))
    markers = [marker for marker, _ in segments]
    frames = [segment for marker, segment in segments if marker in FRAMES]
    if OTHER_FRAMES.intersection(markers):
        text = message("a JPEG of a kind that few programs can show")
        raise refuse_file(text, message("save it again as an ordinary JPEG"))
    if len(frames) != 1 or not 0 < markers.count(SCAN) <= MOST_SCANS:
        raise inconsistent()
    return Jpeg(
        tuple(_picture_segments(segments)),
        *_frame(frames[0]),
        exif=next(
            (segment[4:] for marker, segment in segments if (marker, segment[4:10]) == (EXIF_SEGMENT, MARK)), b""
        ),
        complete=END in markers,
    )


def _picture_segments(segments: list[Segment]) -> Iterator[Segment]:
    """Yield the segments the picture needs, a JFIF one without the small picture it may hold."""
    for marker, segment in segments:
        is_sound = marker in SIGNS and segment[4:].startswith(SIGNS[marker])
        if is_sound and marker == JFIF_SEGMENT:
            yield marker, b"\xff\xe0\x00\x10" + segment[4:16].ljust(14, b"\0")
        elif is_sound or marker in FRAMES | TABLES | {SCAN}:
            yield marker, segment


def _segments(data: bytes) -> Iterator[Segment]:
    """Every segment from the start to the end of the picture; what follows it is no part of it."""
    offset = 2
    for _ in range(MOST_SEGMENTS):
        marker = data[offset + 1] if offset + 4 <= len(data) else END
        if marker == END:
            yield from [(END, b"\xff\xd9")] if data[offset : offset + 2] == b"\xff\xd9" else []
            return
        if data[offset] != 0xFF or marker < 0xC0 or 0xD0 <= marker <= START:
            raise inconsistent()
        if marker == 0xFF:
            offset += 1
            continue
        end = offset + 2 + int.from_bytes(data[offset + 2 : offset + 4], "big")
        if marker == SCAN:
            # The picture data go on to the next marker that is neither stuffing nor a restart.
            match = _AFTER_SCAN.search(data, end)
            end = match.start() if match else len(data)
        yield marker, data[offset:end]
        offset = end
    raise inconsistent()


def _frame(segment: bytes) -> tuple[int, int, int]:
    """Width, height and number of components."""
    if len(segment) < 10 or segment[4] != 8 or segment[9] not in {1, 3, 4}:
        raise inconsistent()
    height, width = struct.unpack(">HH", segment[5:9])
    check_pixels(width, height)
    return width, height, segment[9]


SIGNATURE = b"\x89PNG\r\n\x1a\n"
NEEDED = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
COLOURS = {b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs"}
MOST_CHUNKS = 100_000


@dataclass(frozen=True)
class Png:
    """What makes the picture of a PNG file, and what the file says beside it."""

    chunks: tuple[Chunk, ...]
    width: int
    height: int
    exif: bytes

    def cleaned(self) -> bytes:
        """Return the file with nothing but the picture, its colours and its orientation."""
        orientation = orientation_of(self.exif)
        turned = [(b"eXIf", orientation_only(orientation))] if orientation > 1 else []
        header, *rest = self.chunks
        return SIGNATURE + b"".join(
            struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(held, zlib.crc32(name)))
            for name, held in [header, *turned, *rest]
        )


def read_png(data: bytes) -> Png:
    """Return the PNG in ``data``; ``BadInput`` where it is unsound or ends too early."""
    chunks = list(_chunks(data))
    name, header = chunks[0]
    if name != b"IHDR" or len(header) != 13:
        raise inconsistent()
    width, height = struct.unpack(">II", header[:8])
    check_pixels(width, height)
    kept = tuple(chunk for chunk in chunks if chunk[0] in NEEDED | COLOURS)
    return Png(kept, width, height, next((held for name, held in chunks if name == b"eXIf"), b""))


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Every chunk to the end of the picture, checksums proven; what follows it is no part of it."""
    width = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        length, name = struct.unpack_from(">I4s", data, width) if width + 12 <= len(data) else (len(data), b"")
        held, width = data[width + 8 : width + 8 + length], width + 12 + length
        if width > len(data):
            raise truncated()
        if int.from_bytes(data[width - 4 : width], "big") != zlib.crc32(held, zlib.crc32(name)):
            raise inconsistent()
        if name[:1].isupper() and name not in NEEDED:
            raise inconsistent()
        yield name, held
        if name == b"IEND":
            return
    raise inconsistent()
