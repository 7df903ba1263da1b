"""HEIC pictures of telephones: shown where they can be decoded, a grey box where not."""

from __future__ import annotations

import struct
import sys

import pillow_heif
import pytest
from PIL import Image

from cemaudit.model.blocks import Photo, Photos
from cemaudit.report.kit.image import LONGEST_SIDE, load
from cemaudit.report.kit.picture import BadPicture

CANNOT = "This picture cannot be shown."


@pytest.fixture
def heic(tmp_path):
    """A red picture, larger than a page needs."""
    path = tmp_path / "a.heic"
    picture = pillow_heif.from_pillow(Image.new("RGB", (2000, 500), (200, 30, 30)))
    picture.save(path, exif=b"Exif\0\0SecretPlace")
    return path


def test_a_heic_picture_is_shown(draw, heic):
    pdf = draw(Photos(photos=(Photo(path=str(heic)),)))
    assert CANNOT not in pdf.text
    picture = load(str(heic))
    assert (picture.width, picture.height, picture.codec) == (LONGEST_SIDE, LONGEST_SIDE // 4, "DCTDecode")
    assert b"Secret" not in picture.data
    page = pdf.picture(0, 1.0).convert("RGB")
    assert sum(count for count, (red, green, _) in page.getcolors(1 << 20) if red > 150 and green < 80) > 100


def test_without_the_extra_it_is_a_grey_box(draw, heic, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert CANNOT in draw(Photos(photos=(Photo(path=str(heic)),))).text


def test_broken_heic_pictures_are_grey_boxes(heic, tmp_path):
    good = heic.read_bytes()
    size = good.index(b"ispe") + 8
    broken = {
        "cut": good[: len(good) // 2],
        "start": good[:12],
        "huge": good[:size] + struct.pack(">II", 60_000, 60_000) + good[size + 8 :],
        "film": b"\0\0\0\x18ftypisom" + bytes(100),
        "noise": good[:200] + bytes(len(good) - 200),
    }
    for name, data in broken.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(BadPicture):
            load(str(path))
