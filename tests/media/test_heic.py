"""HEIC files as phones make them, built by hand: items in the main store and in the header's own, of every version."""

from __future__ import annotations

import struct
import sys

import pytest
from helpers import media_files

from cemaudit.errors import BadInput
from cemaudit.media.binary import IsoBox
from cemaudit.media.examination import examine
from cemaudit.media.exif import ExifDetails, read_exif
from cemaudit.media.heic import ItemLocation, locations, read_heic

PICTURE = b"\x01picture" * 9
BLOCK = media_files.exif().tobytes()
HELD = {b"Exif": struct.pack(">I", 6) + BLOCK, b"mime": media_files.XMP, b"own1": b"SECRET of the maker"}


def item(number: int, kind: bytes, version: int = 2) -> bytes:
    return media_files.full(b"infe", struct.pack(">HH", number, 0), kind, b"\0", version=version)


def phone_made() -> bytes:
    """EXIF and XMP in the main store, the maker's own in the header's, a description as a property of the picture."""
    start = media_files.box(b"ftyp", b"heic", bytes(4), b"mif1", b"heic")
    length = len(whole(start, 0))
    return whole(start, length - len(PICTURE) - len(HELD[b"Exif"]) - len(HELD[b"mime"]))


def whole(start: bytes, store: int) -> bytes:
    exif, xmp, own = HELD.values()
    at = [
        (1, 0, store, PICTURE),
        (2, 0, store + len(PICTURE), exif),
        (3, 0, store + len(PICTURE + exif), xmp),
        (4, 1, 0, own),
    ]
    rows = b"".join(
        struct.pack(">HHHHII", number, method, 0, 1, place, len(held)) for number, method, place, held in at
    )
    kinds = [b"hvc1", *HELD]
    properties = [
        media_files.full(b"ispe", struct.pack(">II", 400, 300)),
        media_files.box(b"irot", b"\1"),
        media_files.full(b"udes", b"ko\0SECRET\0\0\0"),
    ]
    meta = media_files.full(
        b"meta",
        media_files.full(b"hdlr", bytes(4), b"pict", bytes(13)),
        media_files.full(b"pitm", b"\0\1"),
        media_files.full(b"iinf", struct.pack(">H", 4), *(item(number, kind) for number, kind in enumerate(kinds, 1))),
        media_files.full(b"iloc", b"\x44\0", struct.pack(">H", 4), rows, version=1),
        media_files.box(b"iprp", media_files.box(b"ipco", *properties), media_files.full(b"ipma", bytes(4))),
        media_files.box(b"idat", own),
        media_files.box(b"uuid", b"0123456789abcdef", b"SECRET"),
    )
    return start + meta + media_files.box(b"mpvd", b"SECRET film") + media_files.box(b"mdat", PICTURE, exif, xmp)


@pytest.fixture(autouse=True)
def without_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)


def test_everything_but_the_picture_is_overwritten_in_place() -> None:
    data = phone_made()
    found = examine(data)
    assert data.count(media_files.SECRET) > 5
    assert media_files.SECRET not in found.data
    assert len(found.data) == len(data)
    assert found.data.index(PICTURE) == data.index(PICTURE)
    assert found.data.count(b"irot\1") == 1
    assert found.details == read_exif(BLOCK)
    assert examine(found.data).details == ExifDetails()


def test_an_empty_exif_block_takes_the_place_of_the_old() -> None:
    cleaned = read_heic(phone_made()).cleaned()
    place = phone_made().index(HELD[b"Exif"])
    assert cleaned[place : place + 12] == bytes(4) + b"II*\0\x08\0\0\0"


@pytest.mark.parametrize("version", [0, 1])
def test_items_without_a_known_type_are_overwritten(version: int) -> None:
    data = phone_made()
    older = data.replace(item(4, b"own1"), item(4, b"own1", version))
    assert b"SECRET of the maker" not in examine(older).data


def box_of(data: bytes) -> IsoBox:
    return IsoBox(b"iloc", 0, 0, len(data))


def test_locations_of_every_version_are_read() -> None:
    inner = IsoBox(b"idat", 100, 108, 200)
    short = bytes(4) + b"\x44\x40" + struct.pack(">HHHIHII", 1, 7, 0, 10, 1, 2, 30)
    own = b"\1\0\0\0\x44\0" + struct.pack(">HHHHHII", 1, 7, 1, 0, 1, 2, 30)
    long = b"\2\0\0\0\x88\x08" + struct.pack(">IIHHHQQQ", 1, 70_000, 0, 0, 1, 5, 2, 30)
    assert locations(short + bytes(300), box_of(short), None) == [ItemLocation(7, ((12, 42),))]
    assert locations(own + bytes(300), box_of(own), inner) == [ItemLocation(7, ((110, 140),))]
    assert locations(long + bytes(300), box_of(long), None) == [ItemLocation(70_000, ((2, 32),))]


def test_an_item_in_a_store_that_is_not_there_is_refused() -> None:
    own = b"\1\0\0\0\x44\0" + struct.pack(">HHHHHII", 1, 7, 1, 0, 1, 2, 30)
    with pytest.raises(BadInput):
        locations(own, box_of(own), None)


def test_two_headers_are_refused() -> None:
    data = phone_made()
    meta = data.index(b"meta") - 4
    with pytest.raises(BadInput, match="do not fit"):
        examine(data + data[meta : meta + int.from_bytes(data[meta : meta + 4], "big")])
