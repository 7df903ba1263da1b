"""Pictures and recordings made in the test, full of what must not be kept: every such word contains SECRET."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from PIL import Image, ImageCms, ImageDraw

SECRET = b"SECRET"
XMP = b"<x:xmpmeta>SECRET place</x:xmpmeta>"
ORIENTATION, EXIF, GPS = 0x112, 0x8769, 0x8825


def drawn(size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    """A picture whose corners all differ."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    wide, high = size
    pen.rectangle((0, 0, wide // 3, high // 3), fill="red")
    pen.rectangle((wide * 2 // 3, high * 2 // 3, wide, high), fill="blue")
    pen.line((0, high, wide, 0), fill="black", width=2)
    return image.convert(mode)


def exif(orientation: int = 1, taken: str = "2026:11:21 14:20:05", zone: str | None = "+09:00") -> Image.Exif:
    """EXIF as a phone writes it, with a place, a device and a program."""
    block = Image.Exif()
    block[ORIENTATION] = orientation
    block[0x10F], block[0x110], block[0x131] = "SECRET", "SECRET Phone 7", "SECRET Camera 1.2"
    details = block.get_ifd(EXIF)
    details[0x9003] = taken
    if zone:
        details[0x9011] = zone
    details[0x927C] = b"SECRET maker note"
    place = block.get_ifd(GPS)
    place[1], place[2], place[3], place[4] = "N", (37.0, 29.0, 51.5), "E", (127.0, 1.0, 36.0)
    return block


@cache
def profile() -> bytes:
    """A profile of colours; made once, for it holds the second in which it was made."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def jpeg(orientation: int = 1, size: tuple[int, int] = (96, 64), mode: str = "RGB", **options: Any) -> bytes:
    return (
        _saved("JPEG", drawn(size, mode), orientation, {"comment": SECRET, "xmp": XMP, **options}) + b"SECRET trailer"
    )


def png(orientation: int = 1, size: tuple[int, int] = (96, 64), mode: str = "RGB") -> bytes:
    whole = _saved("PNG", drawn(size, mode), orientation, {"icc_profile": profile()})
    header, rest = whole[:33], whole[33:]
    tags = {
        b"tEXt": b"Author\0SECRET",
        b"zTXt": b"Comment\0\0" + zlib.compress(SECRET),
        b"iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + XMP,
        b"tIME": struct.pack(">HBBBBB", 2026, 11, 21, 14, 20, 5),
        b"prVt": b"SECRET private",
    }
    return header + b"".join(chunk(name, held) for name, held in tags.items()) + rest + b"SECRET trailer"


def heic(orientation: int = 1, size: tuple[int, int] = (96, 64)) -> bytes:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    return _saved("HEIF", drawn(size), orientation, {"xmp": XMP, "quality": 90}) + box(
        b"uuid", b"0123456789abcdef", XMP
    )


def webp(orientation: int = 1, size: tuple[int, int] = (96, 64), mode: str = "RGB", **options: Any) -> bytes:
    """A picture with profile, EXIF and XMP, a chunk of the maker's own, and something behind its end."""
    whole = _saved("WEBP", drawn(size, mode), orientation, {"icc_profile": profile(), "xmp": XMP, **options})
    return riff(whole[12:] + b"prVt" + part(b"SECRET private")) + b"SECRET trailer"


def riff(chunks: bytes, form: bytes = b"WEBP") -> bytes:
    """A RIFF file of these chunks, its length as it is."""
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + form + chunks


def _saved(form: str, image: Image.Image, orientation: int, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, exif=exif(orientation), **options)
    return buffer.getvalue()


def chunk(name: bytes, held: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))


def png_header(width: int, height: int) -> bytes:
    """A PNG file that promises a size and holds nothing of it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def box(kind: bytes, *held: bytes) -> bytes:
    """A box of an ISO media file."""
    body = b"".join(held)
    return struct.pack(">I", len(body) + 8) + kind + body


def full(kind: bytes, *held: bytes, version: int = 0) -> bytes:
    """A box with a version and flags."""
    return box(kind, bytes([version, 0, 0, 0]), *held)


def m4a(handler: bytes = b"soun", sound: bytes = b"\x21\x00sound" * 40) -> bytes:
    """A recording as a phone writes it: the tags after the sound, and a box of the maker's own."""
    track = box(
        b"trak",
        box(b"tkhd", bytes(84)),
        box(b"mdia", full(b"hdlr", bytes(4), handler, bytes(13)), box(b"minf", box(b"stbl", full(b"stco", bytes(4))))),
        box(b"udta", box(b"name", b"SECRET room")),
    )
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+37.4976+127.0266/SECRET"))
    tags = full(b"meta", full(b"hdlr", bytes(4), b"mdir", bytes(13)), box(b"ilst", box(b"\xa9too", SECRET)))
    return b"".join(
        [
            box(b"ftyp", b"M4A ", bytes(4), b"M4A ", b"mp42"),
            box(b"free", SECRET),
            box(b"mdat", sound),
            box(b"moov", box(b"mvhd", bytes(100)), track, place, tags),
            box(b"uuid", b"0123456789abcdef", SECRET),
            box(b"beam", SECRET),
        ]
    )


def frames(count: int = 4) -> bytes:
    """MPEG 1 layer III frames of 128 kbit/s at 44.1 kHz, 417 bytes each."""
    rng = Random(1)
    return b"".join(b"\xff\xfb\x90\x00" + bytes(rng.randrange(255) for _ in range(413)) for _ in range(count))


def mp3(sound: bytes = frames()) -> bytes:
    """A recording with every kind of tag around it."""
    frame = b"TXXX" + struct.pack(">I", 8) + b"\0\0" + b"\0SECRET "
    start = b"ID3\x04\0\0" + bytes([0, 0, 0, len(frame) + 10]) + frame + bytes(10)
    lyrics = b"LYRICSBEGINSECRET"
    ape = b"SECRET item"
    size = struct.pack("<I", len(ape) + 32)
    header = b"APETAGEX" + struct.pack("<I", 2000) + size + struct.pack("<II", 1, 0xA0000000) + bytes(8)
    footer = b"APETAGEX" + struct.pack("<I", 2000) + size + struct.pack("<II", 1, 0x80000000) + bytes(8)
    end = b"TAG" + b"SECRET".ljust(125, b"\0")
    return start + start + sound + header + ape + footer + lyrics + b"%06dLYRICS200" % len(lyrics) + end


def wav(sound: bytes = bytes(range(200)) * 3 + b"\x01") -> bytes:
    """A recording with every kind of tag around it; the sound has an odd length."""
    tags = [b"LIST" + part(b"INFOIART" + part(SECRET)), b"bext" + part(b"SECRET recorder"), b"id3 " + part(SECRET)]
    form = b"fmt " + part(struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    body = b"WAVE" + tags[0] + form + tags[1] + b"data" + part(sound) + tags[2]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def part(held: bytes) -> bytes:
    """The length and content of a chunk of a RIFF file."""
    return struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2)


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


ALL: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "png": png,
    "heic": heic,
    "webp": webp,
    "m4a": m4a,
    "mp3": mp3,
    "wav": wav,
    "pdf": pdf,
}
CLEANED = [kind for kind in ALL if kind != "pdf"]
