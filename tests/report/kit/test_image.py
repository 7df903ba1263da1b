"""Pictures: embedded as they are, upright, without anything personal, and never a reason to fail."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cemaudit.model.blocks import Photo, Photos
from cemaudit.report.kit.image import load
from cemaudit.report.kit.jpeg import read_jpeg
from cemaudit.report.kit.picture import BadPicture

CANNOT = "This picture cannot be shown."


def red_corner(image):
    """Which corner of the drawn photo is red: ``(right, low)``, seen from the middle of the grey box around it."""
    pixels = image.convert("RGB").load()
    everywhere = [(x, y) for x in range(image.width) for y in range(image.height)]
    red = [(x, y) for x, y in everywhere if pixels[x, y][0] > 200 and pixels[x, y][1] < 80]
    box = [(x, y) for x, y in everywhere if pixels[x, y] == (244, 246, 248)]
    return tuple(_middle(red, axis) > _middle(box, axis) for axis in (0, 1))


def _middle(points, axis):
    return sum(point[axis] for point in points) / len(points)


@pytest.mark.parametrize("kind", ["jpg", "png"])
@pytest.mark.parametrize(
    ("orientation", "corner"),
    [
        (1, (False, False)),
        (2, (True, False)),
        (3, (True, True)),
        (4, (False, True)),
        (5, (False, False)),
        (6, (True, False)),
        (7, (True, True)),
        (8, (False, True)),
    ],
)
def test_photos_stand_upright(draw, photo, kind, orientation, corner):
    path = photo(f"a.{kind}", orientation=orientation, size=(160, 160))
    pdf = draw(Photos(photos=(Photo(path=str(path)),)))
    assert red_corner(pdf.picture(0, 1.0)) == corner


def test_nothing_personal_is_embedded(draw, photo):
    path = photo(comment=b"SecretComment")
    path.write_bytes(path.read_bytes() + b"SecretTrailer")
    assert b"SecretMaker" in path.read_bytes()
    pdf = draw(Photos(photos=(Photo(path=str(path)),)))
    assert b"Secret" not in pdf.data
    assert b"Exif" not in pdf.data
    assert CANNOT not in pdf.text


def test_pixels_are_passed_through_untouched(photo):
    path = photo(size=(64, 64), progressive=True)
    cleaned = read_jpeg(path.read_bytes()).data
    target = path.with_name("cleaned.jpg")
    target.write_bytes(cleaned)
    with Image.open(path) as before, Image.open(target) as after:
        assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk(draw, photo, mode):
    assert CANNOT not in draw(Photos(photos=(Photo(path=str(photo(mode=mode))),))).text


def test_png_with_transparency_lies_on_white(draw, tmp_path):
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(tmp_path / "a.png")
    picture = load(str(tmp_path / "a.png"))
    assert set(zlib.decompress(picture.data)) == {255}


@pytest.mark.parametrize("brightest", [65535, 300, 255])
def test_greys_of_16_bits_keep_their_order(tmp_path, brightest):
    """A ramp from black; what is no brighter than 255 of 65,535 is black to any eye."""
    ramp = Image.new("I;16", (256, 8))
    ramp.putdata([x * brightest // 255 for _ in range(8) for x in range(256)])
    ramp.save(tmp_path / "a.png")
    pixels = zlib.decompress(load(str(tmp_path / "a.png")).data)[: 256 * 3 : 3]
    assert list(pixels) == [(x * brightest // 255) // 256 for x in range(256)]


def png_header(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def broken(tmp_path, photo):
    """One path for each way in which a picture can be no picture."""
    good = photo().read_bytes()
    frame = good.index(b"\xff\xc0")
    huge = good[: frame + 5] + struct.pack(">HH", 60_000, 60_000) + good[frame + 9 :]
    files = {
        "empty": b"",
        "text.jpg": b"not a picture",
        "start.jpg": b"\xff\xd8",
        "cut.jpg": good[: frame + 3],
        "no-scan.jpg": good[: good.index(b"\xff\xda")],
        "huge.jpg": huge,
        "huge.png": png_header(13_000, 13_000),
        "cut.png": png_header(10, 10),
        "none.png": png_header(0, 10),
        "gif.gif": b"GIF89a" + bytes(20),
        "pdf.jpg": b"%PDF-1.7",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return [
        *(str(tmp_path / name) for name in files),
        str(tmp_path),
        str(tmp_path / "missing.jpg"),
        "",
        "/dev/zero",
        "a\0b",
    ]


def test_what_cannot_be_shown_is_a_grey_box(draw, tmp_path, photo):
    paths = broken(tmp_path, photo)
    pdf = draw(Photos(photos=tuple(Photo(path=path, caption="caption") for path in paths)))
    assert pdf.text.count(CANNOT) == len(paths)


def test_the_same_photo_is_embedded_once(draw, photo):
    path = str(photo(size=(400, 400), quality=95))
    one = draw(Photos(photos=(Photo(path=path),)))
    many = draw(Photos(photos=(Photo(path=path),) * 6))
    assert len(many.data) - len(one.data) < 2_000


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    for start in (b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\x00\x20Exif\0\0II*\0"):
        with contextlib.suppress(BadPicture):
            read_jpeg(start + data)
