"""A picture is known again however a messenger saved it; what shows too little is known as nothing."""

from __future__ import annotations

import io
from random import Random

import pytest
from helpers import media_files
from PIL import Image, ImageDraw, ImageOps

from cemaudit.media.picture_hash import BITS, difference_hash
from cemaudit.programme.screening.pictures import MOST, similar_pictures


def scene(seed: int) -> Image.Image:
    """A picture of its own: patches of grey on a bright ground."""
    rng, image = Random(seed), Image.new("RGB", (800, 600), (200, 200, 190))
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, wide, high = rng.randrange(800), rng.randrange(600), rng.randrange(20, 160), rng.randrange(20, 160)
        pen.rectangle((x, y, x + wide, y + high), fill=tuple(rng.randrange(256) for _ in range(3)))
    return image


def saved(image: Image.Image, quality: int = 90, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality, **options)
    return data.getvalue()


def unlike(one: bytes, other: bytes) -> float:
    first, second = difference_hash(one), difference_hash(other)
    assert first is not None
    assert second is not None
    return (first ^ second).bit_count() / (first | second).bit_count()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("size", "quality"), [((800, 600), 30), ((400, 300), 60), ((240, 180), 75), ((1600, 1200), 80)]
)
def test_a_picture_saved_again_is_the_same(seed: int, size: tuple[int, int], quality: int) -> None:
    image = scene(seed)
    assert unlike(saved(image), saved(image.resize(size), quality)) <= MOST


def test_other_formats_are_the_same_picture_too() -> None:
    image, png = scene(1), io.BytesIO()
    image.convert("L").save(png, "PNG")
    assert unlike(saved(image), png.getvalue()) <= MOST


def test_a_picture_that_was_turned_by_its_tag_is_the_same() -> None:
    """A camera writes how it was held; a messenger turns the picture and takes the tag away."""
    image, exif = scene(2), media_files.exif(orientation=6)
    lying = saved(image.rotate(90, expand=True), exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(lying)))
    assert unlike(lying, saved(upright.convert("RGB"), 60)) <= MOST


def test_other_pictures_are_others() -> None:
    hashes = [difference_hash(saved(scene(seed))) for seed in range(30)]
    assert None not in hashes
    assert list(similar_pictures(hashes, list(map(str, range(30))))) == []  # type: ignore[arg-type]


def test_what_shows_too_little_is_known_as_nothing() -> None:
    assert difference_hash(saved(Image.new("RGB", (800, 600), "white"))) is None
    assert difference_hash(media_files.pdf()) is None
    assert difference_hash(media_files.mp3()) is None
    assert difference_hash(b"no picture") is None
    assert difference_hash(saved(scene(1))[:300]) is None


def test_a_hash_has_its_bits() -> None:
    assert 0 < (difference_hash(saved(scene(3))) or 0) < 1 << BITS
