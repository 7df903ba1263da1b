from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from cemaudit.errors import BadEnvironment
from cemaudit.model import Checklist
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate
from cemaudit.simulate.inbox import draw_photos, jpeg


def test_every_picture_named_is_drawn(hotel: Checklist, tmp_path: Path) -> None:
    visits = list(simulate(hotel, 2, 2, 1))
    drawn = sum(draw_photos(visit, hotel, tmp_path) for visit in visits)
    named = [piece.file for visit in visits for pieces in visit.evidence.values() for piece in pieces]
    assert drawn == len(named) > 0
    for file in named:
        with Image.open(tmp_path / file) as image:
            assert (image.format, image.size) == ("JPEG", (480, 360))
            assert not image.getexif()


def test_all_kinds_of_scene_are_small_and_alike_twice(engine: Engine) -> None:
    for ref in ("retail.green-smile@1.0.0", "hospital.outpatient@1.0.0", "ecommerce.order@1.0.0"):
        checklist = engine.library.checklist(ref)
        for visit in list(simulate(checklist, 4, 2, 1))[:12]:
            for item, pieces in visit.evidence.items():
                data = jpeg(pieces[0], checklist.touchpoint_of[item])
                assert data == jpeg(pieces[0], checklist.touchpoint_of[item])
                assert len(data) < 40_000
                assert Image.open(io.BytesIO(data)).getpixel((2, 350)) != (255, 255, 255)


def test_a_file_in_the_way_is_said_in_one_line(hotel: Checklist, tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("not a folder")
    visit = next(visit for visit in simulate(hotel, 2, 2, 1) if visit.evidence)
    with pytest.raises(BadEnvironment):
        draw_photos(visit, hotel, tmp_path)
