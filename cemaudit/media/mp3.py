"""MP3 files: where the sound begins and ends between the tags that programs put around it."""

from __future__ import annotations

import re

from cemaudit.media.damage import unsound

__all__ = ["clean_mp3", "frame_length"]

_BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW_BITRATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_MOST_TAGS = 100
_ZEROS = re.compile(rb"\0*")


def frame_length(data: bytes, place: int) -> int:
    """The length in bytes of the MPEG layer III frame at ``place``; 0 where there is none."""
    header = int.from_bytes(data[place : place + 4], "big")
    version, bitrate, rate = header >> 19 & 3, header >> 12 & 15, header >> 10 & 3
    if header >> 21 != 0x7FF or version not in _RATES or header >> 17 & 3 != 1 or not 0 < bitrate < 15 or rate == 3:
        return 0
    bits = 144_000 * _BITRATES[bitrate] if version == 3 else 72_000 * _LOW_BITRATES[bitrate]
    return bits // _RATES[version][rate] + (header >> 9 & 1)


def clean_mp3(data: bytes) -> bytes:
    """The sound alone, without tags in front and behind; ``BadInput`` where there is none."""
    start, end = _start(data), _end(data)
    first = frame_length(data, start)
    if start >= end or not first or not frame_length(data, start + first):
        raise unsound()
    return data[start:end]


def _start(data: bytes) -> int:
    """Where the tags in front (ID3v2, several of them, padding) end."""
    place = 0
    for _ in range(_MOST_TAGS):
        if data[place : place + 3] != b"ID3" or len(data) < place + 10:
            break
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(data[place + 6 : place + 10], (21, 14, 7, 0), strict=True)
        )
        place += 10 + size + (10 if data[place + 5] & 0x10 else 0)
    found = _ZEROS.match(data, place)
    return found.end() if found else place


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
