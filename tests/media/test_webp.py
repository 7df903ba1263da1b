"""WebP files as phones and messengers make them: with and without a header, lossy, lossless, transparent, and lying."""

from __future__ import annotations

import io
import struct

import pytest
from helpers import media_files
from helpers.media_files import part, riff
from PIL import Image

from cemaudit.errors import BadInput
from cemaudit.media.examination import examine
from cemaudit.media.webp import read_webp


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=["WEBP"])


def plain(mode: str = "RGB", **options: object) -> bytes:
    """As a messenger sends it: one chunk and nothing else, where there is no transparency."""
    buffer = io.BytesIO()
    media_files.drawn(mode=mode).save(buffer, "WEBP", **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a WebP file by their types."""
    found, offset = {}, 12
    while offset < len(data):
        name, length = struct.unpack_from("<4sI", data, offset)
        found[name] = data[offset + 8 : offset + 8 + length]
        offset += 8 + length + length % 2
    return found


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_every_kind_keeps_its_pixels_and_profile(mode: str, lossless: bool) -> None:
    data = media_files.webp(mode=mode, lossless=lossless)
    cleaned = examine(data).data
    assert opened(cleaned).tobytes() == opened(data).tobytes()
    assert opened(cleaned).mode == opened(data).mode
    assert opened(cleaned).info["icc_profile"] == media_files.profile()
    assert b"XMP " not in chunks(cleaned)


@pytest.mark.parametrize(("orientation", "flags"), [(1, 0x20), (6, 0x28)])
def test_the_header_says_what_is_left(orientation: int, flags: int) -> None:
    found = chunks(examine(media_files.webp(orientation)).data)
    assert found[b"VP8X"][0] == flags
    assert list(found) == [b"VP8X", b"ICCP", b"VP8 ", *([b"EXIF"] if orientation > 1 else [])]


def test_a_plain_file_stays_as_it_is_and_loses_what_was_hung_behind() -> None:
    data = plain()
    assert examine(data).data == data
    hung = riff(data[12:] + b"EXIF" + part(b"II*\0SECRET") + b"XMP " + part(b"SECRET"))
    assert examine(hung).data == data


def test_an_orientation_that_no_header_announces_turns_nothing() -> None:
    data = media_files.webp(6)
    header = data.index(b"VP8X") + 8
    silent = data[:header] + bytes([data[header] & ~0x08]) + data[header + 1 :]
    assert opened(silent).getexif().get(media_files.ORIENTATION, 1) == 1
    assert b"EXIF" not in chunks(examine(silent).data)
    assert examine(silent).details.latitude


def test_a_moving_picture_is_named_and_refused() -> None:
    buffer = io.BytesIO()
    other = media_files.drawn().rotate(180)
    media_files.drawn().save(buffer, "WEBP", save_all=True, append_images=[other])
    with pytest.raises(BadInput, match="moving picture"):
        examine(buffer.getvalue())


LOSSY = chunks(plain())[b"VP8 "]
LOSSLESS = chunks(plain(lossless=True))[b"VP8L"]


def canvas(width: int, height: int, flags: int = 0) -> bytes:
    """The header of a canvas."""
    held = bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X" + part(held)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (plain()[:-40], "ends before"),
        (b"RIFF" + struct.pack("<I", 100_000_000) + plain()[8:], "ends before"),
        (riff(b"VP8 " + struct.pack("<I", 100_000_000) + LOSSY), "ends before"),
        (riff(b"RIFF" + part(b"WEBP" + b"VP8 " + part(LOSSY))), "do not fit"),
        (riff(b""), "do not fit"),
        (riff(b"VP8 " + part(LOSSY) + b"VP8 " + part(LOSSY)), "do not fit"),
        (riff(b"VP8 " + part(LOSSY[:9])), "do not fit"),
        (riff(b"VP8 " + part(LOSSY[:3] + b"\0\0\0" + LOSSY[6:])), "do not fit"),
        (riff(b"VP8L" + part(b"\x30" + LOSSLESS[1:])), "do not fit"),
        (riff(b"VP8 " + part(LOSSY[:6] + bytes(4) + LOSSY[10:])), "do not fit"),
        (riff(canvas(5000, 5000) + b"VP8 " + part(LOSSY)), "do not fit"),
        (riff(b"VP8X" + part(bytes(9)) + b"VP8 " + part(LOSSY)), "do not fit"),
        (riff(b"prVt" + part(b"x") + b"VP8 " + part(LOSSY)), "do not fit"),
        (riff(canvas(96, 64) + b"prVt" + part(b"") * 1) , "do not fit"),
        (riff(canvas(96, 64) + (b"prVt" + part(b"")) * 1_001 + b"VP8 " + part(LOSSY)), "do not fit"),
        (riff(b"VP8L" + part(b"\x2f" + b"\xff\xff\xff\x0f" + LOSSLESS[5:])), "60 million"),
        (riff(b"VP8 " + part(LOSSY[:40])), "decoded"),
        (riff(b"VP8L" + part(LOSSLESS[:12])), "decoded"),
        (riff(canvas(96, 64, 0x02) + b"VP8 " + part(LOSSY)), "moving"),
    ],
)  # fmt: skip
def test_files_that_lie_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        examine(data)


def test_a_wave_in_the_same_container_is_no_picture() -> None:
    assert examine(media_files.wav()).kind == "wav"
    with pytest.raises(BadInput, match="neither a picture"):
        examine(riff(b"avih" + part(bytes(40)), b"AVI "))


def test_sizes_are_read_from_the_picture() -> None:
    assert (read_webp(plain()).width, read_webp(plain()).height) == (96, 64)
    assert (read_webp(plain(lossless=True)).width, read_webp(plain(lossless=True)).height) == (96, 64)
