"""Files that lie: refused in one line, within bounds, by nothing but ``BadInput``."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zipfile
from typing import Any

import pytest
from helpers import media_files
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cemaudit.errors import BadInput
from cemaudit.media.examination import examine
from cemaudit.media.exif import ExifDetails, orientation_of, read_exif

ORIGINALS = {kind: make() for kind, make in media_files.ALL.items()}


@given(st.sampled_from(sorted(ORIGINALS)), st.data())
def test_damaged_files_are_taken_in_or_refused(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(ORIGINALS[kind])
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadInput):
        examine(bytes(damaged))


@given(st.sampled_from(sorted(ORIGINALS)), st.data())
def test_damaged_heads_are_taken_in_or_refused(kind: str, data: st.DataObject) -> None:
    whole = ORIGINALS[kind]
    start = data.draw(st.integers(4, 300))
    noise = data.draw(st.binary(min_size=1, max_size=16))
    with contextlib.suppress(BadInput):
        examine(whole[:start] + noise + whole[start + data.draw(st.integers(0, 16)) :])


@given(st.sampled_from(sorted(ORIGINALS)), st.floats(0, 1, exclude_max=True))
def test_files_cut_short_are_taken_in_or_refused(kind: str, share: float) -> None:
    whole = ORIGINALS[kind]
    with contextlib.suppress(BadInput):
        examine(whole[: int(len(whole) * share)])


@given(st.binary(max_size=400))
def test_any_exif_block_is_read(block: bytes) -> None:
    for start in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0\x08\0\0\0\x02\0"):
        assert 1 <= orientation_of(start + block) <= 8
        assert isinstance(read_exif(start + block), ExifDetails)


@pytest.mark.parametrize("kind", ["jpeg", "png", "heic", "webp", "m4a", "wav"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.8])
def test_a_picture_or_recording_without_its_end_is_refused(kind: str, share: float) -> None:
    whole = examine(ORIGINALS[kind]).data
    with pytest.raises(BadInput, match=r"ends before|do not fit|decoded"):
        examine(whole[: int(len(whole) * share)])


def test_a_pdf_without_its_end_is_refused() -> None:
    with pytest.raises(BadInput, match="ends before"):
        examine(media_files.pdf()[:-6])


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000_001, 1), (2**31 - 1, 2**31 - 1)])
def test_a_png_of_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match="60 million"):
        examine(media_files.png_header(*size))


def test_a_jpeg_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    whole = ORIGINALS["jpeg"]
    frame = whole.index(b"\xff\xc0")
    with pytest.raises(BadInput, match="60 million"):
        examine(whole[: frame + 5] + struct.pack(">HH", 60_000, 60_000) + whole[frame + 9 :])


def test_a_heic_of_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    whole = ORIGINALS["heic"]
    sizes = whole.index(b"ispe") + 8
    with pytest.raises(BadInput, match="60 million"):
        examine(whole[:sizes] + struct.pack(">II", 60_000, 60_000) + whole[sizes + 8 :])


def test_a_png_of_no_pixels_is_refused() -> None:
    with pytest.raises(BadInput, match="do not fit"):
        examine(media_files.png_header(0, 10))


def test_a_png_that_promises_more_than_it_holds_is_refused() -> None:
    with pytest.raises(BadInput, match="decoded"):
        examine(media_files.png_header(1000, 1000))


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"<html><body>Sign in</body></html>", b"%!PS"])
def test_a_name_does_not_help(data: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", ORIGINALS["jpeg"])
    for whole in (data, data + buffer.getvalue()):
        with pytest.raises(BadInput):
            examine(whole)


def test_a_jpeg_whose_tail_is_a_zip_loses_it() -> None:
    buffer = io.BytesIO(ORIGINALS["jpeg"])
    buffer.seek(0, io.SEEK_END)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("evil.html", "<script>")
    assert not zipfile.is_zipfile(io.BytesIO(examine(buffer.getvalue()).data))


@pytest.mark.parametrize(
    "middle",
    [b"\xff" * 100_000, b"\xff\xfe\0\x02" * 20_000, b"\xff\xe1\xff\xff", b"\xff\xe1\0\0", b"\xff\xd8", b"\0\0"],
    ids=["filled", "many segments", "lying length", "no length", "second start", "no marker"],
)
def test_jpeg_segments_that_lie_are_refused(middle: bytes) -> None:
    whole = ORIGINALS["jpeg"]
    with pytest.raises(BadInput):
        examine(whole[:2] + middle + whole[2:])


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    whole = ORIGINALS["jpeg"]
    scan = whole.index(b"\xff\xda")
    end = whole.rindex(b"\xff\xd9")
    with pytest.raises(BadInput, match="do not fit"):
        examine(whole[:end] + whole[scan:end] * 600 + whole[end:])


def test_png_chunks_that_lie_are_refused() -> None:
    whole = examine(ORIGINALS["png"]).data
    for damaged in (
        whole[:8] + struct.pack(">I", 2**32 - 1) + whole[12:],
        whole[:-8] + b"JUNK" + whole[-4:],
        whole.replace(b"IHDR", b"CgBI", 1),
        whole[:8] + media_files.chunk(b"IEND", b""),
        whole[:8] + media_files.chunk(b"prVt", b"") * 100_001 + whole[8:],
    ):
        with pytest.raises(BadInput):
            examine(damaged)


def replaced_box(whole: bytes, kind: bytes, held: bytes) -> bytes:
    """The HEIC file with what the first box of a type holds overwritten from its start."""
    body = whole.index(kind) + 4
    return whole[:body] + held + whole[body + len(held) :]


def iloc(*numbers: tuple[str, int], sizes: bytes = b"\x44\0") -> bytes:
    """The start of an ``iloc`` box of version 0."""
    return bytes(4) + sizes + b"".join(struct.pack(f">{form}", number) for form, number in numbers)


@pytest.mark.parametrize(
    "held",
    [
        iloc(("H", 65_535)),
        iloc(("H", 1), ("H", 1), ("H", 0), ("H", 65_535), sizes=b"\0\0"),
        iloc(("H", 1), ("H", 1), ("H", 1), ("H", 1)),
        iloc(("H", 1), ("H", 9), ("H", 0), ("H", 1), ("I", 0), ("I", 2**32 - 1)),
        iloc(("H", 1), ("H", 9), ("H", 0), ("H", 1), ("I", 0), ("I", 20)),
        iloc(("H", 1), ("H", 9), ("H", 0), ("H", 1), ("I", 300), ("I", 0)),
        b"\x07",
    ],
    ids=["count", "no sizes", "elsewhere", "beyond", "over the header", "whole file", "version"],
)
def test_heic_items_that_lie_are_refused(held: bytes) -> None:
    with pytest.raises(BadInput):
        examine(replaced_box(ORIGINALS["heic"], b"iloc", held))


@pytest.mark.parametrize("kind", [b"meta", b"iprp", b"ipco", b"iloc", b"iinf"])
def test_heic_without_a_part_it_needs_is_refused(kind: bytes) -> None:
    with pytest.raises(BadInput):
        examine(ORIGINALS["heic"].replace(kind, b"none", 1))


def test_boxes_inside_boxes_without_end_are_refused() -> None:
    deep = b"".join(struct.pack(">I", 8 * (60_000 - depth)) + b"moov" for depth in range(60_000))
    many = media_files.box(b"moov", media_files.box(b"trak") * 60_000)
    start = media_files.box(b"ftyp", b"M4A ", bytes(4)) + media_files.box(b"mdat")
    for film in (deep, many):
        with pytest.raises(BadInput):
            examine(start + film)


@pytest.mark.parametrize("size", [2, 7, 2**31])
def test_boxes_of_impossible_size_are_refused(size: int) -> None:
    whole = ORIGINALS["m4a"]
    place = whole.index(b"moov") - 4
    with pytest.raises(BadInput):
        examine(whole[:place] + struct.pack(">I", size) + whole[place + 4 :])


def test_boxes_of_long_size_are_read() -> None:
    sound = media_files.box(b"mdat", b"\0" * 64)
    long = struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", len(sound) + 8) + sound[8:]
    whole = media_files.m4a()
    film = whole.index(b"moov") - 4
    assert examine(whole[:film] + long + whole[film:]).data


@pytest.mark.parametrize("handler", [b"vide", b"meta", b"text"])
def test_films_are_no_recordings(handler: bytes) -> None:
    with pytest.raises(BadInput, match="more than sound"):
        examine(media_files.m4a(handler))


def test_wav_chunks_that_lie_are_refused() -> None:
    whole = ORIGINALS["wav"]
    sound = whole.index(b"data") + 4
    for damaged in (
        whole[:sound] + struct.pack("<I", 2**32 - 1) + whole[sound + 4 :],
        whole.replace(b"fmt ", b"none"),
        b"RIFF\x10\0\0\0WAVE",
        b"RIFF" + struct.pack("<I", 80_004 + 4) + b"WAVE" + b"junk\0\0\0\0" * 10_001,
    ):
        with pytest.raises(BadInput):
            examine(damaged)


@pytest.mark.parametrize("size", [0, 100, 2**32 - 1])
def test_a_wav_whose_head_lies_about_its_length_keeps_its_sound(size: int) -> None:
    whole = ORIGINALS["wav"]
    assert examine(whole[:4] + struct.pack("<I", size) + whole[8:] + b"SECRET").data == examine(whole).data


def test_an_mp3_of_tags_alone_is_refused() -> None:
    for damaged in (
        media_files.mp3(b""),
        media_files.mp3(b"words" * 500),
        b"ID3" + bytes(7),
        b"ID3\4\0\0\x7f\x7f\x7f\x7f",
    ):
        with pytest.raises(BadInput, match="do not fit"):
            examine(damaged)


def exif_block(*entries: tuple[int, int, int, int], count: int | None = None, rest: bytes = b"") -> bytes:
    """An EXIF block of one directory: each entry's tag, type, count and value or offset; ``rest`` follows it."""
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries) if count is None else count) + directory + bytes(4) + rest


@pytest.mark.parametrize("pointer", [8, 9, 10, 4096, 2**32 - 1])
@pytest.mark.parametrize("kind", [1, 3, 4, 5, 9, 11, 12, 13, 16])
def test_directories_that_point_to_themselves_or_nowhere_end(pointer: int, kind: int) -> None:
    block = exif_block((0x8769, kind, 1, pointer), (0x8825, kind, 1, pointer))
    assert read_exif(block) == ExifDetails()
    assert orientation_of(block) == 1


@pytest.mark.parametrize("count", [2**32 - 1, 2**31, 65_535])
def test_entries_of_huge_counts_are_absent_or_short(count: int) -> None:
    block = exif_block((0x10F, 2, count, 26), (0x8825, 5, count, 26), (0x9003, 7, count, 26), rest=b"x" * 150)
    assert read_exif(block) == ExifDetails()


def test_long_words_are_cut() -> None:
    block = exif_block((0x10F, 2, 5_000, 26), rest=b"x" * 5_000)
    assert read_exif(block).device == "x" * 200


def test_a_directory_cut_short_keeps_the_entries_before_the_cut() -> None:
    block = exif_block((0x10F, 2, 4, int.from_bytes(b"ABC\0", "little")), (0x112, 3, 1, 6), count=40)
    assert (read_exif(block).device, orientation_of(block)) == ("ABC", 6)
    for length in range(len(block)):
        assert read_exif(block[:length]).device in {"", "ABC"}
        assert orientation_of(block[:length]) in {1, 6}


def test_many_entries_of_the_same_bytes_are_not_kept_many_times() -> None:
    tags = [(tag, 5, 8_000, 10) for tag in range(1, 5_001)]
    filler = bytes(65_536)
    start = time.perf_counter()
    for block in (exif_block(*tags, rest=filler), exif_block((0x8825, 4, 1, 8), *tags, rest=filler)):
        assert read_exif(block) == ExifDetails()
    assert time.perf_counter() - start < 5


def test_what_stands_beyond_the_first_64_kibibytes_is_not_read() -> None:
    far = exif_block((0x10F, 2, 5, 70_000), rest=bytes(70_000 - 26) + b"ABCD\0")
    assert read_exif(far) == ExifDetails()


@pytest.mark.parametrize("value", [(37, 0), (0, 0), (2**32 - 1, 1)])
def test_a_place_of_impossible_numbers_is_none(value: tuple[int, int]) -> None:
    numbers = struct.pack("<6I", 37, 1, 29, 1, *value)
    entries = [struct.pack("<HHII", 1, 2, 2, ord("N")), struct.pack("<HHII", 2, 5, 3, 56)]
    inner = struct.pack("<H", 2) + b"".join(entries) + bytes(4)
    block = exif_block((0x8825, 4, 1, 26), rest=inner + numbers)
    assert len(inner) == 30
    assert read_exif(block).latitude is None


def test_a_place_without_its_sides_is_north_and_east() -> None:
    block = media_files.exif()
    place = block.get_ifd(media_files.GPS)
    del place[1], place[3]
    details = read_exif(block.tobytes())
    assert (details.latitude, details.longitude) == (37.497639, 127.026667)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "2026:13:45 14:20:05"}, None),
        ({"taken": "yesterday"}, None),
        ({"taken": "2026:11:21 14:20:05", "zone": "+99:99"}, "2026-11-21T14:20:05"),
        ({"taken": "2026:11:21 14:20:05", "zone": None}, "2026-11-21T14:20:05"),
    ],
)
def test_times_of_the_camera_are_read_where_they_are_times(change: dict[str, Any], expected: str | None) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", exif=media_files.exif(**change))
    taken = examine(buffer.getvalue()).details.taken
    assert (taken.isoformat() if taken else None) == expected


def test_places_off_the_earth_are_none() -> None:
    block = media_files.exif()
    block.get_ifd(media_files.GPS)[2] = (200.0, 0.0, 0.0)
    assert read_exif(block.tobytes()).latitude is None


def test_south_and_west_are_negative() -> None:
    block = media_files.exif()
    place = block.get_ifd(media_files.GPS)
    place[1], place[3] = "S", "W"
    found = read_exif(block.tobytes())
    assert found.latitude is not None
    assert found.longitude is not None
    assert (found.latitude, found.longitude) == (-37.497639, -127.026667)
