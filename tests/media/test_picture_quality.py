"""How pictures look, whatever their colours."""

from __future__ import annotations

import io

import pytest
from helpers import media_files
from PIL import Image

from cemaudit.media.file_types import MediaType
from cemaudit.media.picture_quality import PictureQuality, picture_quality


def look(image: Image.Image) -> PictureQuality:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    found = picture_quality(buffer.getvalue(), MediaType.PNG)
    assert found
    return found


@pytest.mark.parametrize(
    ("mode", "colour", "brightness"),
    [
        ("RGB", "white", 1.0),
        ("RGB", (128, 128, 128), 0.502),
        ("RGBA", (0, 0, 0, 0), 1.0),
        ("RGBA", (0, 0, 0, 255), 0.0),
        ("LA", (0, 0), 1.0),
        ("I;16", 32_768, 0.502),
        ("1", 0, 0.0),
        ("P", 0, 0.0),
    ],
)
def test_brightness_is_the_mean_of_what_is_seen(mode: str, colour: object, brightness: float) -> None:
    found = look(Image.new(mode, (64, 48), colour))  # type: ignore[arg-type]
    assert (found.brightness, found.sharpness) == (brightness, 0.0)


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (900, 2), (11, 11), (12, 12)])
def test_tiny_pictures_have_a_look(size: tuple[int, int]) -> None:
    found = look(media_files.drawn(size))
    assert (found.width, found.height) == size


def test_the_sharpest_part_counts_and_light_does_not() -> None:
    plain = Image.new("L", (400, 300), 200)
    whole = plain.copy()
    whole.paste(Image.effect_noise((100, 75), 10), (0, 0))
    dim = whole.point(lambda value: value // 2)
    assert look(plain).sharpness == 0
    assert look(whole).sharpness > 100
    assert look(dim).sharpness == pytest.approx(look(whole).sharpness, rel=0.2)
