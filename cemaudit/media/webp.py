"""WebP pictures: checked, and their metadata removed without encoding anew.

A file is a RIFF container: one chunk with the picture (``VP8 `` or ``VP8L``), or a header (``VP8X``) with the size of
the canvas and a flag for each kind of chunk that follows: colour profile, transparency, picture, EXIF, XMP.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cemaudit.language import message
from cemaudit.media.binary import Chunk, check_pixels, inconsistent, refuse_file, truncated
from cemaudit.media.exif import orientation_of, orientation_only

__all__ = ["WebP", "is_webp", "read_webp"]

_HEADER, _PROFILE, _TRANSPARENCY, _LOSSY, _LOSSLESS, _EXIF = b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L", b"EXIF"
_FILM = {b"ANIM", b"ANMF"}
_PROFILE_FLAG, _TRANSPARENCY_FLAG, _EXIF_FLAG, _FILM_FLAG = 0x20, 0x10, 0x08, 0x02
_KEPT = (_PROFILE, _TRANSPARENCY, _LOSSY, _LOSSLESS)
"""The chunks a picture needs to be shown as it was meant, in the order the format asks for."""

MOST_RIFF_CHUNKS = 1_000


@dataclass(frozen=True)
class WebP:
    """What makes the picture of a WebP file, and what the file says beside it. Sizes are those before turning."""

    chunks: tuple[Chunk, ...]
    """The picture's own, without header and metadata."""
    width: int
    height: int
    exif: bytes
    is_extended: bool
    """Whether the file has a header with flags; without one no program reads an orientation."""
    is_transparent: bool
    is_turned: bool
    """Whether the header says that there is EXIF, which alone makes programs heed its orientation."""

    @property
    def is_lossless(self) -> bool:
        """Return whether the picture is kept to the bit: a screenshot or drawing rather than a photo."""
        return any(name == _LOSSLESS for name, _ in self.chunks)

    @cached_property
    def orientation(self) -> int:
        """Return the orientation, 1..8, as EXIF numbers them."""
        return orientation_of(self.exif) if self.is_turned else 1

    def cleaned(self) -> bytes:
        """Return the file with nothing but the picture, its colours and its orientation."""
        chunks = list(self.chunks)
        if self.orientation > 1:
            chunks.append((_EXIF, orientation_only(self.orientation)))
        if self.is_extended:
            names = {name for name, _ in chunks}
            flags = _PROFILE_FLAG * (_PROFILE in names) | _EXIF_FLAG * (_EXIF in names)
            flags |= _TRANSPARENCY_FLAG * self.is_transparent
            sizes = ((side - 1).to_bytes(3, "little") for side in (self.width, self.height))
            chunks.insert(0, (_HEADER, bytes([flags, 0, 0, 0]) + b"".join(sizes)))
        # A chunk of an odd length is followed by a byte that counts with none.
        written = [name + struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2) for name, held in chunks]
        body = b"".join([b"WEBP", *written])
        return b"RIFF" + struct.pack("<I", len(body)) + body


def is_webp(head: bytes) -> bool:
    """Return whether a file that starts so calls itself WebP."""
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def read_webp(data: bytes) -> WebP:
    """Return the WebP picture in ``data``; ``BadInput`` where it is unsound, moves, or ends too early."""
    chunks = list(_chunks(data))
    names = [name for name, _ in chunks]
    first = dict(reversed(chunks))  # of several chunks of one type programs heed the first
    header = first[_HEADER] if names[:1] == [_HEADER] else b""
    if _FILM.intersection(names) or (header and header[0] & _FILM_FLAG):
        raise refuse_file(message("a moving picture, which is no evidence"), message("take a still picture"))
    pictures = [name for name in names if name in {_LOSSY, _LOSSLESS}]
    if len(pictures) != 1 or (header and len(header) != 10) or (not header and names[0] != pictures[0]):
        raise inconsistent()
    width, height, has_alpha = _frame(pictures[0], first[pictures[0]])
    check_pixels(width, height)
    if header and _canvas(header) != (width, height):
        raise inconsistent()
    kept = _KEPT if header else pictures
    return WebP(
        chunks=tuple((name, first[name]) for name in kept if name in first),
        width=width,
        height=height,
        exif=first.get(_EXIF, b""),
        is_extended=bool(header),
        is_transparent=bool(header) and (has_alpha or _TRANSPARENCY in first),
        is_turned=bool(header and header[0] & _EXIF_FLAG),
    )


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Every chunk within the size that the file's head says; what follows it is no part of the picture."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise truncated()
    offset = 12
    for _ in range(MOST_RIFF_CHUNKS):
        if offset + 8 > end:
            return
        name, length = struct.unpack_from("<4sI", data, offset)
        if offset + 8 + length > end:
            raise truncated()
        yield name, data[offset + 8 : offset + 8 + length]
        offset += 8 + length + length % 2
    raise inconsistent()


def _canvas(header: bytes) -> tuple[int, int]:
    """Width and height of the canvas, each 24 bits and one less than it is."""
    return int.from_bytes(header[4:7], "little") + 1, int.from_bytes(header[7:10], "little") + 1


def _frame(name: bytes, held: bytes) -> tuple[int, int, bool]:
    """Width and height of the picture as its own first bytes say them, and whether it is transparent in places."""
    if name == _LOSSY:
        if len(held) < 10 or held[3:6] != b"\x9d\x01\x2a":
            raise inconsistent()
        width, height = struct.unpack("<HH", held[6:10])
        return width & 0x3FFF, height & 0x3FFF, False
    if len(held) < 5 or held[0] != 0x2F:
        raise inconsistent()
    bits = int.from_bytes(held[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
