"""PNG files: their chunks, and which of them belong to the picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cemaudit.media.damage import check_pixels, cut_off, unsound
from cemaudit.media.details import orientation_of, orientation_only

__all__ = ["Png", "read_png"]

Chunk = tuple[bytes, bytes]
"""A type of four letters, and what the chunk holds."""

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
        """The file with nothing but the picture, its colours and its orientation."""
        orientation = orientation_of(self.exif)
        turned = [(b"eXIf", orientation_only(orientation))] if orientation > 1 else []
        header, *rest = self.chunks
        return SIGNATURE + b"".join(_written(*chunk) for chunk in [header, *turned, *rest])


def read_png(data: bytes) -> Png:
    """The PNG in ``data``; ``BadInput`` where it is unsound or ends too early."""
    chunks = list(_chunks(data))
    name, header = chunks[0]
    if name != b"IHDR" or len(header) != 13:
        raise unsound()
    width, height = struct.unpack(">II", header[:8])
    check_pixels(width, height)
    kept = tuple(chunk for chunk in chunks if chunk[0] in NEEDED | COLOURS)
    return Png(kept, width, height, next((held for name, held in chunks if name == b"eXIf"), b""))


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Every chunk to the end of the picture, checksums proven; what follows it is no part of it."""
    place = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        length, name = struct.unpack_from(">I4s", data, place) if place + 12 <= len(data) else (len(data), b"")
        held, place = data[place + 8 : place + 8 + length], place + 12 + length
        if place > len(data):
            raise cut_off()
        if int.from_bytes(data[place - 4 : place], "big") != zlib.crc32(held, zlib.crc32(name)):
            raise unsound()
        if name[:1].isupper() and name not in NEEDED:
            raise unsound()
        yield name, held
        if name == b"IEND":
            return
    raise unsound()


def _written(name: bytes, held: bytes) -> bytes:
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(held, zlib.crc32(name)))
