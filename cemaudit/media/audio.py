"""Recordings (M4A, MP3, WAV): checked, and their tags removed."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from cemaudit.language import message
from cemaudit.media.binary import IsoBox, IsoBoxReader, inconsistent, overwrite_with_free, refuse_file, truncated

__all__ = ["clean_m4a", "clean_mp3", "clean_wav", "frame_length", "tags_in"]

TOP = {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"ssix", b"mfra"}
HOLDERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex", b"moof", b"traf"}
TAGS = {b"udta", b"meta", b"uuid", b"free", b"skip"}
DEEPEST = 8


def clean_m4a(data: bytes) -> bytes:
    """Return the file with every box of tags blanked; ``BadInput`` where it is unsound or holds more than sound."""
    boxes = IsoBoxReader(data)
    top = boxes.top()
    films = [box for box in top if box.kind == b"moov"]
    if len(films) != 1 or not any(box.kind == b"mdat" for box in top):
        raise inconsistent()
    tracks = [box for box in boxes.inside(films[0]) if box.kind == b"trak"]
    if not tracks:
        raise inconsistent()
    if any(_handler(boxes, track) != b"soun" for track in tracks):
        hint = message("record sound alone, or save it as MP3 or WAV")
        raise refuse_file(message("the file holds more than sound"), hint)
    # Blanked, not cut out: the sound's own tables say at which bytes of the file it lies.
    cleaned = bytearray(data)
    overwrite_with_free(cleaned, [box for box in top if box.kind not in TOP])
    overwrite_with_free(cleaned, list(tags_in(boxes, top)))
    return bytes(cleaned)


def tags_in(boxes: IsoBoxReader, among: list[IsoBox], depth: int = 0) -> Iterator[IsoBox]:
    """Yield the boxes of tags in ``among`` and in the boxes they hold."""
    for box in among:
        if box.kind in TAGS:
            yield box
        elif box.kind in HOLDERS and depth < DEEPEST:
            yield from tags_in(boxes, boxes.inside(box), depth + 1)


def _handler(boxes: IsoBoxReader, track: IsoBox) -> bytes:
    """What a track is made for: ``soun`` for sound."""
    media = [box for box in boxes.inside(track) if box.kind == b"mdia"]
    handlers = [box for each in media for box in boxes.inside(each) if box.kind == b"hdlr"]
    return bytes(boxes.data[handlers[0].body + 8 : handlers[0].body + 12]) if handlers else b""


_BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW_BITRATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_MOST_TAGS = 100
_ZEROS = re.compile(rb"\0*")


def frame_length(data: bytes, offset: int) -> int:
    """Return the length in bytes of the MPEG layer III frame at ``offset``; 0 where there is none."""
    header = int.from_bytes(data[offset : offset + 4], "big")
    version, bitrate, rate = header >> 19 & 3, header >> 12 & 15, header >> 10 & 3
    if header >> 21 != 0x7FF or version not in _RATES or header >> 17 & 3 != 1 or not 0 < bitrate < 15 or rate == 3:
        return 0
    bits = 144_000 * _BITRATES[bitrate] if version == 3 else 72_000 * _LOW_BITRATES[bitrate]
    return bits // _RATES[version][rate] + (header >> 9 & 1)


def clean_mp3(data: bytes) -> bytes:
    """Return the sound alone, without tags in front and behind; ``BadInput`` where there is none."""
    start, end = _start(data), _end(data)
    first = frame_length(data, start)
    # Two frames, one after the other: the mark of one may stand anywhere by chance.
    if start >= end or not first or not frame_length(data, start + first):
        raise inconsistent()
    return data[start:end]


def _start(data: bytes) -> int:
    """Where the tags in front (ID3v2, several of them, padding) end."""
    offset = 0
    for _ in range(_MOST_TAGS):
        if data[offset : offset + 3] != b"ID3" or len(data) < offset + 10:
            break
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(data[offset + 6 : offset + 10], (21, 14, 7, 0), strict=True)
        )
        offset += 10 + size + (10 if data[offset + 5] & 0x10 else 0)
    match = _ZEROS.match(data, offset)
    return match.end() if match else offset


def _end(data: bytes) -> int:
    """Where the tags behind (ID3v1, its longer form, APE, Lyrics3) begin."""
    end = len(data)
    for _ in range(_MOST_TAGS):
        length = _tag_before(data, end)
        if not length:
            break
        end -= length
    return max(end, 0)


def _tag_before(data: bytes, end: int) -> int:
    """The length of the tag that ends at ``end``; 0 where there is none."""
    if data[max(end - 128, 0) : end].startswith(b"TAG"):
        return 128
    if data[max(end - 227, 0) : end].startswith(b"TAG+"):
        return 227
    foot = data[max(end - 32, 0) : end]
    if foot.startswith(b"APETAGEX"):
        return int.from_bytes(foot[12:16], "little") + (32 if foot[23] & 0x80 else 0)
    if foot.endswith(b"LYRICS200") and foot[-15:-9].isdigit():
        return int(foot[-15:-9]) + 15
    return 0


SOUND = {b"fmt ", b"fact", b"data"}
MOST_CHUNKS = 10_000


def clean_wav(data: bytes) -> bytes:
    """Return the file with its sound alone; ``BadInput`` where it is unsound or ends too early."""
    chunks = [(name, held) for name, held in _chunks(data) if name in SOUND]
    names = [name for name, _ in chunks]
    if names.count(b"fmt ") != 1 or names.count(b"data") != 1 or not all(held for _, held in chunks):
        raise inconsistent()
    # A chunk of an odd length is followed by a byte that counts with none.
    written = [name + struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2) for name, held in chunks]
    body = b"".join([b"WAVE", *written])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk to the end of the file, whatever its head says; what follows the sound may be anything."""
    offset, heard = 12, False
    for _ in range(MOST_CHUNKS):
        if offset + 8 > len(data):
            return
        name, length = struct.unpack_from("<4sI", data, offset)
        if offset + 8 + length > len(data):
            if heard:
                return
            raise truncated()
        yield name, data[offset + 8 : offset + 8 + length]
        heard = heard or name == b"data"
        offset += 8 + length + length % 2
    raise inconsistent()
