"""WAV files: the sound and how it is stored, without the chunks programs put beside it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from cemaudit.media.damage import cut_off, unsound

__all__ = ["clean_wav"]

SOUND = {b"fmt ", b"fact", b"data"}
MOST_CHUNKS = 10_000


def clean_wav(data: bytes) -> bytes:
    """The file with its sound alone; ``BadInput`` where it is unsound or ends too early."""
    chunks = [(name, held) for name, held in _chunks(data) if name in SOUND]
    names = [name for name, _ in chunks]
    if names.count(b"fmt ") != 1 or names.count(b"data") != 1 or not all(held for _, held in chunks):
        raise unsound()
    body = b"".join([b"WAVE", *(_written(name, held) for name, held in chunks)])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk to the end of the file, whatever its head says; what follows the sound may be anything."""
    place, heard = 12, False
    for _ in range(MOST_CHUNKS):
        if place + 8 > len(data):
            return
        name, length = struct.unpack_from("<4sI", data, place)
        if place + 8 + length > len(data):
            if heard:
                return
            raise cut_off()
        yield name, data[place + 8 : place + 8 + length]
        heard = heard or name == b"data"
        place += 8 + length + length % 2
    raise unsound()


def _written(name: bytes, held: bytes) -> bytes:
    return name + struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2)
