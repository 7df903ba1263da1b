"""Whatever is taken in: its kind is known by its content, and what is personal is gone while the rest is untouched."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from helpers import media_files
from PIL import Image

from cemaudit.errors import BadInput
from cemaudit.media.examination import examine
from cemaudit.media.exif import ExifDetails
from cemaudit.media.file_types import MediaType

KOREA = dt.timezone(dt.timedelta(hours=9))
ORIENTATIONS = range(1, 9)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def pixels(data: bytes) -> bytes:
    return opened(data).tobytes()


@pytest.mark.parametrize("kind", media_files.ALL)
def test_kind_is_told_by_content(kind: str) -> None:
    assert examine(media_files.ALL[kind]()).kind == kind


@pytest.mark.parametrize("kind", media_files.CLEANED)
def test_nothing_personal_is_kept(kind: str) -> None:
    data = media_files.ALL[kind]()
    cleaned = examine(data).data
    assert media_files.SECRET in data
    assert media_files.SECRET not in cleaned
    assert b"37.4976" not in cleaned


@pytest.mark.parametrize("kind", media_files.ALL)
def test_cleaning_twice_changes_nothing_more(kind: str) -> None:
    once = examine(media_files.ALL[kind]())
    twice = examine(once.data)
    assert twice.data == once.data
    assert twice.details == ExifDetails()
    assert twice.look == once.look


@pytest.mark.parametrize("kind", ["jpeg", "png", "heic", "webp"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_pixels_and_orientation_stay(kind: str, orientation: int) -> None:
    data = media_files.ALL[kind](orientation)  # type: ignore[call-arg]
    cleaned = examine(data).data
    assert pixels(cleaned) == pixels(data)
    assert opened(cleaned).getexif().get(media_files.ORIENTATION, 1) == opened(data).getexif().get(
        media_files.ORIENTATION, 1
    )


@pytest.mark.parametrize("kind", ["jpeg", "png", "heic", "webp"])
def test_details_are_read_before_they_are_dropped(kind: str) -> None:
    found = examine(media_files.ALL[kind]())
    taken = dt.datetime(2026, 11, 21, 14, 20, 5, tzinfo=KOREA)
    assert found.details == ExifDetails(taken, 37.497639, 127.026667, "SECRET Phone 7", "SECRET Camera 1.2")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_sizes_are_those_of_the_upright_picture(kind: str, orientation: int) -> None:
    look = examine(media_files.ALL[kind](orientation)).look  # type: ignore[call-arg]
    assert look
    assert (look.width, look.height) == ((64, 96) if orientation > 4 else (96, 64))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpeg_of_every_colour_keeps_its_pixels(mode: str) -> None:
    data = media_files.jpeg(mode=mode)
    assert pixels(examine(data).data) == pixels(data)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_png_of_every_colour_keeps_its_pixels(mode: str) -> None:
    data = media_files.png(mode=mode) if mode != "I;16" else saved(Image.new("I;16", (40, 30), 30_000))
    assert pixels(examine(data).data) == pixels(data)


def saved(image: Image.Image, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def test_progressive_jpeg_keeps_its_pixels_and_profile() -> None:
    data = media_files.jpeg(progressive=True, icc_profile=media_files.profile())
    cleaned = opened(examine(data).data)
    assert cleaned.tobytes() == pixels(data)
    assert cleaned.info["icc_profile"] == media_files.profile()


def test_png_keeps_its_profile() -> None:
    assert opened(examine(media_files.png()).data).info["icc_profile"] == media_files.profile()


def test_a_second_picture_behind_the_first_is_dropped() -> None:
    buffer = io.BytesIO()
    hidden = media_files.drawn((40, 40))
    media_files.drawn().save(buffer, "MPO", save_all=True, append_images=[hidden], exif=media_files.exif())
    cleaned = examine(buffer.getvalue()).data
    assert opened(buffer.getvalue()).n_frames == 2  # type: ignore[attr-defined]
    assert opened(cleaned).format == "JPEG"
    assert cleaned.count(b"\xff\xd8\xff") == 1
    assert media_files.SECRET not in cleaned


def test_the_small_picture_in_a_jpeg_header_is_dropped() -> None:
    data = media_files.jpeg()
    small = b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01" + b"SEC"
    held = b"\xff\xd8\xff\xe0" + (len(small) + 2).to_bytes(2, "big") + small + data[20:]
    cleaned = examine(held).data
    assert b"SEC" not in cleaned
    assert pixels(cleaned) == pixels(data)


def test_the_sound_stays() -> None:
    sound = b"\x21\x00sound" * 40
    recording = media_files.m4a(sound=sound)
    cleaned = examine(recording).data
    assert len(cleaned) == len(recording)
    assert cleaned.index(sound) == recording.index(sound)
    assert examine(media_files.mp3()).data == media_files.frames()
    assert media_files.part(bytes(range(200)) * 3 + b"\x01") in examine(media_files.wav()).data


def test_a_pdf_is_kept_as_it_is() -> None:
    assert examine(media_files.pdf()).data == media_files.pdf()


def test_heic_without_its_extra_is_kept_and_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    data = media_files.heic()
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    found = examine(data)
    assert found.look is None
    assert media_files.SECRET not in found.data
    assert found.details.latitude


def test_what_each_kind_can_serve_as() -> None:
    assert MediaType.HEIC.evidence_kinds == {"photo", "receipt", "document"}
    assert MediaType.PDF.evidence_kinds == {"receipt", "document"}
    assert MediaType.M4A.evidence_kinds == {"audio"}
    assert [kind.suffix for kind in MediaType] == [".jpg", ".png", ".heic", ".webp", ".pdf", ".m4a", ".mp3", ".wav"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"OggS" + bytes(60), "OGG"),
        (b"GIF89a" + bytes(60), "GIF"),
        (b"PK\x03\x04" + bytes(60), "ZIP"),
        (b"\n <!DOCTYPE html><html>", "HTML"),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "AVIF"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "MOV"),
        (b"just words", "neither"),
        (bytes(64), "neither"),
        (b"", "neither"),
    ],
)
def test_other_kinds_are_named_and_refused(data: bytes, name: str) -> None:
    with pytest.raises(BadInput, match=name):
        examine(data)
