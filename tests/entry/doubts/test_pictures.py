"""Blurred, small, dark, of another day, of another visit: noticed; good pictures are not."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from helpers import media_files, samples
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from cemaudit.entry.doubts import Earlier
from cemaudit.entry.doubts.pictures import LEAST_SHARP, picture_doubts
from cemaudit.entry.evidence import KeptEvidence, take_in
from cemaudit.media.file_types import MediaType
from cemaudit.media.picture_quality import picture_quality
from cemaudit.model import Visit
from cemaudit.simulate import inbox

DAY = {"started": "2026-11-21T14:05:00+09:00", "finished": "2026-11-21T14:41:00+09:00"}


def taken(details: dict[str, Any] | None = None, look: dict[str, Any] | None = None, digest: str = "1") -> KeptEvidence:
    plain = {"width": 4000, "height": 3000, "sharpness": 400.0, "brightness": 0.5}
    whole = {"sha256": digest * 64, "original": "a" * 64, "size": 9, "kind": "jpeg", "name": "IMG_1.jpg"}
    return KeptEvidence.model_validate(
        {**whole, "file": f"media/{digest * 64}.jpg", "details": details or {}, "look": {**plain, **(look or {})}}
    )


def visit(*pieces: KeptEvidence, visit_id: str = "v2", **keys: Any) -> Visit:
    evidence = {"G1": [{"file": one.file, "sha256": one.sha256} for one in pieces]}
    return samples.visit(id=visit_id, evidence=evidence, **{**DAY, **keys})


def doubted(one: KeptEvidence, earlier: Earlier | None = None, **keys: Any) -> list[str]:
    doubts = list(picture_doubts(visit(one, **keys), {one.sha256: one}, earlier or Earlier()))
    assert all(doubt.problem.place == "evidence.G1" and doubt.problem.hint and not doubt.must for doubt in doubts)
    return [doubt.check for doubt in doubts]


def test_a_good_picture_raises_no_doubt() -> None:
    assert doubted(taken()) == []
    assert doubted(taken(look={"width": 480, "height": 640})) == []


@pytest.mark.parametrize(
    ("look", "check"),
    [
        ({"sharpness": LEAST_SHARP - 1}, "photo.blurred"),
        ({"width": 639, "height": 480}, "photo.small"),
        ({"width": 4000, "height": 479}, "photo.small"),
        ({"brightness": 0.05, "sharpness": 1.0}, "photo.dark"),
    ],
)
def test_poor_pictures_are_noticed(look: dict[str, Any], check: str) -> None:
    assert doubted(taken(look=look)) == [check]


@pytest.mark.parametrize(
    ("when", "doubts"),
    [
        ("2026-11-21T00:00:00", []),
        ("2026-11-21T23:59:59", []),
        ("2026-11-20T14:20:00", ["photo.day"]),
        ("2025-11-21T14:20:00", ["photo.day"]),
        ("2026-11-20T23:30:00+00:00", []),
        ("2026-11-21T23:30:00+00:00", ["photo.day"]),
        (None, []),
    ],
)
def test_pictures_of_another_day_are_noticed(when: str | None, doubts: list[str]) -> None:
    assert doubted(taken({"taken": when})) == doubts


def test_a_visit_past_midnight_has_two_days() -> None:
    assert doubted(taken({"taken": "2026-11-22T00:20:00"}), finished="2026-11-22T00:40:00+09:00") == []


def test_a_visit_of_unknown_day_fits_every_picture() -> None:
    assert doubted(taken({"taken": "2026-11-20T14:20:00"}), started=None, finished=None) == []


def test_the_same_file_in_another_visit_is_noticed() -> None:
    mine, cleaned_again = taken(digest="1"), taken(digest="2")
    before = Earlier.of([(visit(cleaned_again, visit_id="v1"), [cleaned_again])])
    assert doubted(mine, before) == ["photo.again"]
    assert doubted(mine, before, visit_id="v1") == []


def test_a_file_known_by_its_copy_alone_is_noticed() -> None:
    mine = taken()
    assert doubted(mine, Earlier.of([(visit(mine, visit_id="v1"), ())])) == ["photo.again"]


def test_what_was_not_taken_in_here_is_not_looked_at() -> None:
    assert list(picture_doubts(visit(taken()), {}, Earlier())) == []


def print_of(rng: Random, size: tuple[int, int]) -> Image.Image:
    """A printed receipt on a table."""
    image = Image.new("RGB", size, "#8a7a66")
    pen = ImageDraw.Draw(image)
    wide, high = size
    pen.rectangle((wide // 5, high // 10, wide * 4 // 5, high * 9 // 10), fill="#f4f2ea")
    for line in range(high // 8, high * 7 // 8, high // 40):
        text = " ".join(str(rng.randint(10, 99_999)) for _ in range(3))
        pen.text((wide // 4, line), text, fill="#333", font_size=high // 50)
    return image


def shelf(rng: Random, size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, "#cfc8bd")
    pen = ImageDraw.Draw(image)
    wide, high = size
    for _ in range(300):
        left, top = rng.randrange(wide), rng.randrange(high)
        colour = tuple(rng.randint(40, 230) for _ in range(3))
        pen.rectangle((left, top, left + rng.randint(30, 120), top + rng.randint(30, 200)), fill=colour)
    return image


def sign_on_a_wall(_: Random, size: tuple[int, int]) -> Image.Image:
    image = Image.linear_gradient("L").resize(size).point(lambda value: 150 + value * 60 // 255).convert("RGB")
    wide, high = size
    pen = ImageDraw.Draw(image)
    pen.rectangle((wide * 2 // 5, high * 2 // 5, wide * 3 // 5, high * 3 // 5), fill="#555")
    pen.text((wide * 9 // 20, high // 2), "EXIT", fill="white", font_size=high // 20)
    return image


def storefront(rng: Random, size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", inbox.SIZE, inbox.WALLS[0])
    inbox._storefront(ImageDraw.Draw(image), rng)
    return image.resize(size, Image.Resampling.NEAREST)


def as_a_phone_takes_it(image: Image.Image, blur: float, light: float) -> bytes:
    """Soft lens, blur (in pixels of 400), dim light, noise, JPEG."""
    radius = 0.7 + blur * max(image.size) / 400
    image = ImageEnhance.Brightness(image.filter(ImageFilter.GaussianBlur(radius))).enhance(light)
    noise = Image.effect_noise(image.size, 5).convert("RGB")
    buffer = io.BytesIO()
    Image.blend(image, noise, 0.1).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


SCENES: dict[str, Callable[[Random, tuple[int, int]], Image.Image]] = {
    "receipt": print_of,
    "shelf": shelf,
    "sign": sign_on_a_wall,
    "storefront": storefront,
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("light", [1, 0.4])
@pytest.mark.parametrize("size", [(1200, 900), (675, 900)])
def test_sharp_pictures_are_told_from_blurred_ones(scene: str, light: float, size: tuple[int, int]) -> None:
    image = SCENES[scene](Random(7), size)
    found = [picture_quality(as_a_phone_takes_it(image, blur, light), MediaType.JPEG) for blur in (0, 2)]
    sharp, blurred = (look.sharpness if look else None for look in found)
    assert sharp
    assert blurred
    assert blurred < LEAST_SHARP < sharp


def test_a_black_picture_is_dark_and_a_white_one_is_not() -> None:
    def looks(colour: str) -> list[str]:
        buffer = io.BytesIO()
        Image.new("RGB", (800, 600), colour).save(buffer, "PNG")
        look = picture_quality(buffer.getvalue(), MediaType.PNG)
        assert look
        return doubted(taken(look={"brightness": look.brightness, "sharpness": look.sharpness}))

    assert looks("#0a0a0a") == ["photo.dark"]
    assert looks("white") == ["photo.blurred"]


def test_a_picture_taken_in_is_doubted_for_what_it_is(tmp_path: Path) -> None:
    source = tmp_path / "IMG_1.jpg"
    source.write_bytes(media_files.jpeg())
    found = take_in(source, tmp_path)
    assert found.details.taken == dt.datetime.fromisoformat("2026-11-21T14:20:05+09:00")
    assert doubted(found) == ["photo.small"]
    assert doubted(found, started="2026-11-20T14:05:00+09:00", finished=None) == ["photo.small", "photo.day"]
