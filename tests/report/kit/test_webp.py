"""WebP pictures of phones and messengers in a report: photos as JPEG, drawings to the bit, both upright."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from helpers import media_files
from PIL import Image

from cemaudit.model.blocks import Photo, Photos
from cemaudit.report.kit.image import LONGEST_SIDE, load
from cemaudit.report.kit.photos import picture_faults


@pytest.mark.parametrize(("lossless", "codec"), [(False, "DCTDecode"), (True, "FlateDecode")])
def test_a_webp_picture_is_shown(draw, tmp_path: Path, lossless: bool, codec: str) -> None:
    path = tmp_path / "a.webp"
    Image.new("RGB", (2000, 500), (200, 30, 30)).save(path, lossless=lossless)
    with picture_faults() as faults:
        pdf = draw(Photos(photos=(Photo(path=str(path)),)))
    assert not faults
    picture = load(str(path))
    assert (picture.width, picture.height, picture.codec) == (LONGEST_SIDE, LONGEST_SIDE // 4, codec)
    page = pdf.picture(0, 1.0).convert("RGB")
    assert sum(count for count, (red, green, _) in page.getcolors(1 << 20) if red > 150 and green < 80) > 100


def test_it_stands_upright_and_says_nothing_personal(tmp_path: Path) -> None:
    path = tmp_path / "turned.webp"
    path.write_bytes(media_files.webp(6))
    picture = load(str(path))
    assert (picture.width, picture.height) == (64, 96)
    assert media_files.SECRET not in picture.data


def test_transparency_is_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.webp"
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(path, lossless=True)
    assert zlib.decompress(load(str(path)).data) == b"\xff" * 40 * 40 * 3


def _faults_of(draw, path: str) -> str:
    with picture_faults() as faults:
        draw(Photos(photos=(Photo(path=path),)))
    assert set(faults) <= {path}
    return str(faults.get(path, ""))


def test_every_picture_that_is_not_shown_has_its_reason(draw, tmp_path: Path) -> None:
    files = {
        "a.gif": (b"GIF89a" + bytes(20), "kind GIF"),
        "b.jpg": (b"<html><body>Sign in</body></html>", "kind HTML"),
        "c.pdf": (media_files.pdf(), "kind PDF, which is no picture"),
        "d.webp": (media_files.webp()[:200], "ends before it is complete"),
        "e.png": (media_files.png_header(20_000, 20_000), "60 million"),
        "f.png": (media_files.png()[:120], "cannot be decoded"),
        "g.jpg": (b"", "neither a picture"),
        "h.jpg": (media_files.jpeg(size=(400, 300))[:6000], "ends before it is complete"),
        "i.jpg": (media_files.jpeg(), ""),
    }
    for name, (data, why) in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        found = _faults_of(draw, str(path))
        assert (why in found) if why else not found, (name, found)
    assert _faults_of(draw, str(tmp_path / "none.jpg")) == "no such file"
    assert _faults_of(draw, "") == "no such file"
    assert _faults_of(draw, str(tmp_path)) == "no such file"


def test_what_is_drawn_outside_is_not_listed(draw, tmp_path: Path) -> None:
    with picture_faults() as outer:
        pass
    draw(Photos(photos=(Photo(path=str(tmp_path / "none.jpg")),)))
    assert not outer
