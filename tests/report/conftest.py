"""Small checklists, schemes and visits to report on, and ways to look into a PDF."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model import Audit, Checklist, Scheme, Text, Visit
from cemaudit.model.blocks import Block, Section
from cemaudit.report.document import Report
from cemaudit.report.kit.render import render
from cemaudit.scoring import audit_visit

KEPT = Path(__file__).parent / "pictures"
SIZE = (120, 170)
MEAN, WORST = 1.0, 40
"""How far the mean and the worst block may be off, of 255."""


def both(ko: str, en: str) -> dict[str, str]:
    return {"ko": ko, "en": en}


EXPERIENCE = {
    "id": "test.experience",
    "version": "1",
    "title": both("경험 지수", "Experience index"),
    "headline": "overall",
    "measures": [
        {"id": f"{by}.{what}", "how": how, "of": of, "for_each": by, **more}
        for by, what, how, of, more in [
            ("touchpoint", "performance", "ratio", ["@items"], {"transform": {"times": 100, "clamp": [0, 100]}}),
            ("touchpoint", "emotion", "mean", ["@emotions"], {"transform": {"times": 100}}),
            ("channel", "performance", "weighted-mean", ["touchpoint.performance"], {}),
            ("channel", "emotion", "weighted-mean", ["touchpoint.emotion"], {}),
            ("stage", "performance", "weighted-mean", ["touchpoint.performance"], {}),
        ]
    ]
    + [
        {
            "id": "touchpoint.experience",
            "how": "experience",
            "of": ["touchpoint.performance", "touchpoint.emotion"],
            "for_each": "touchpoint",
            "options": {"scale": 100},
        },
        {
            "id": "map.experience",
            "how": "weighted-mean",
            "of": ["touchpoint.experience"],
            "for_each": ["channel", "stage"],
        },
        {"id": "performance", "how": "weighted-mean", "of": ["touchpoint.performance"]},
        {"id": "emotion", "how": "weighted-mean", "of": ["touchpoint.emotion"]},
        {
            "id": "overall",
            "title": both("경험 지수", "Experience index"),
            "how": "weighted-mean",
            "of": ["touchpoint.experience"],
            "weights": {"facets": {"mode": {"active": 1.5}}},
        },
    ],
    "bands": [
        {"label": "A", "title": both("감동", "Delight"), "tone": "best", "where": {"overall": ">= 60"}},
        {"label": "B", "title": both("만족", "Good"), "tone": "good", "where": {"overall": ">= 20"}},
        {"label": "E", "title": both("이탈 위험", "Driving customers away"), "tone": "worst"},
    ],
}
HYGIENE = {
    "id": "test.hygiene",
    "version": "2012",
    "title": both("위생 등급", "Hygiene rating"),
    "direction": "lower-is-better",
    "headline": "total",
    "measures": [
        {"id": "total", "how": "sum", "of": ["hygiene", "structure"], "round": {"digits": 0, "stage": "display"}},
        {"id": "worst", "how": "max", "of": ["hygiene", "structure"], "round": {"digits": 0, "stage": "display"}},
    ],
    "bands": [
        {"label": "5", "title": both("매우 우수", "Very good"), "tone": "best", "where": {"total": "<= 15"}},
        {"label": "0", "tone": "worst"},
    ],
}
SHOP = {
    "id": "test.shop",
    "version": "1.2.0",
    "sector": "retail",
    "journey": "store-path",
    "scheme": "test.experience@1",
    "title": both("매장 점검", "Shop check"),
    "steps": [
        {"id": "first", "title": both("첫 방문", "First visit")},
        {"id": "second", "title": both("두 번째 방문", "Second visit")},
    ],
    "scenarios": [
        {
            "id": "gift",
            "title": both("선물 고르기", "Choosing a gift"),
            "persona": both("선물을 사는 사람", "A gift buyer"),
            "text": both("선물을 고릅니다.", "Choose a gift."),
        }
    ],
    "touchpoints": [
        {
            "id": "greeting",
            "title": both("맞이 인사", "Greeting"),
            "channel": "face-to-face",
            "stage": "enter",
            "element": "people",
            "mode": "passive",
            "emotion": True,
            "items": [
                {
                    "id": "G1",
                    "ask": both("눈을 맞추고 인사했다", "Greeted with eye contact"),
                    "answer": {"type": "yes-no"},
                    "critical": {"fails_at": 0},
                },
                {
                    "id": "G2",
                    "ask": both("기다린 시간", "Time waited"),
                    "answer": {
                        "type": "duration",
                        "unit": "s",
                        "points": [{"up_to": 30, "points": 2}, {"points": 0.5}],
                    },
                },
            ],
        },
        {
            "id": "payment",
            "title": both("결제", "Payment"),
            "channel": "electronic",
            "stage": "pay",
            "element": "product",
            "mode": "active",
            "emotion": True,
            "items": [
                {
                    "id": "P1",
                    "ask": both("결제는 쉬웠다", "Paying was easy"),
                    "answer": {"type": "scale", "lowest": 1, "highest": 5},
                },
                {
                    "id": "P2",
                    "ask": both("영수증을 물었다", "Asked about the receipt"),
                    "answer": {"type": "yes-no"},
                },
            ],
        },
    ],
}
KITCHEN = {
    "id": "test.kitchen",
    "version": "1",
    "sector": "food",
    "journey": "six-stage",
    "scheme": "test.hygiene@2012",
    "title": both("주방 위생", "Kitchen hygiene"),
    "touchpoints": [
        {
            "id": "kitchen",
            "title": both("주방", "Kitchen"),
            "channel": "face-to-face",
            "stage": "use",
            "element": "product",
            "mode": "passive",
            "items": [
                {"id": name, "ask": both(name, name), "answer": {"type": "number", "points": "value", "max": 25}}
                for name in ("hygiene", "structure")
            ],
        }
    ],
}
ANSWERS = {"G1": True, "G2": 45, "P1": 4}
STARTED = dt.datetime(2026, 11, 20, 14, 5, tzinfo=dt.timezone(dt.timedelta(hours=9)))


@pytest.fixture
def make_audit() -> Callable[..., Audit]:
    """An audit of a visit to the shop; keywords replace parts of the visit."""

    def make(**changes: Any) -> Audit:
        visit = {
            "id": "v1",
            "checklist": "test.shop@1.2.0",
            "store": "KS-0042",
            "store_name": "한빛 강남점",
            "shopper": "shopper-7",
            "wave": "2026-3",
            "started": STARTED,
            "finished": STARTED + dt.timedelta(minutes=42),
            "scenario": "gift",
            "answers": ANSWERS,
            "skipped": {"P2": {"state": "not-observed"}},
            "notes": {"G1": "웃으며 인사했습니다."},
            "emotions": {"greeting": 3, "payment": -1},
            **changes,
        }
        return audit_visit(
            Visit.model_validate(visit), Checklist.model_validate(SHOP), Scheme.model_validate(EXPERIENCE)
        )

    return make


@pytest.fixture
def hygiene_audit() -> Audit:
    """An audit under a scheme without touchpoint, channel or stage measures, lower being better."""
    visit = Visit.model_validate(
        {
            "id": "v9",
            "checklist": "test.kitchen@1",
            "store": "Café Zoë/../x",
            "date": "2026-01-02",
            "answers": {"hygiene": 5, "structure": 10},
        }
    )
    return audit_visit(visit, Checklist.model_validate(KITCHEN), Scheme.model_validate(HYGIENE))


@pytest.fixture
def context(make_audit: Callable[..., Audit]) -> Context:
    return Context(audits=[make_audit()])


@pytest.fixture
def episode(make_audit: Callable[..., Audit]) -> Context:
    steps = [("first", 1), ("second", 2)]
    return Context(
        audits=[
            make_audit(
                id=f"v{number}",
                started=STARTED + dt.timedelta(days=number),
                finished=None,
                episode={"id": "E-1", "step": step, "number": number},
                answers={**ANSWERS, "G1": number == 2},
            )
            for step, number in steps
        ]
    )


class Pdf:
    """What can be seen in a PDF."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.document = pypdfium2.PdfDocument(data)

    def __len__(self) -> int:
        return len(self.document)

    @property
    def pages(self) -> list[str]:
        return [page.get_textpage().get_text_range() for page in self.document]

    @property
    def text(self) -> str:
        """All words with single spaces between them, as lines may break anywhere."""
        return " ".join(" ".join(self.pages).split())

    def outside(self) -> list[tuple[float, float, float, float]]:
        """Rectangles of text that lie beyond the edge of their page."""
        found = []
        for page in self.document:
            width, height = page.get_size()
            text = page.get_textpage()
            for number in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(number)
                if left < 0 or bottom < 0 or right > width or top > height:
                    found.append((left, bottom, right, top))
        return found

    def picture(self, page: int, scale: float) -> Image.Image:
        image: Image.Image = self.document[page].render(scale=scale).to_pil()
        return image

    def names(self) -> set[str]:
        """Every key and name used anywhere in the file."""
        found: set[str] = set()
        with pikepdf.open(io.BytesIO(self.data)) as pdf:
            for each in pdf.objects:
                found |= set(_names(each))
        return found


def _names(thing: Any) -> Iterator[str]:
    if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
        for key, value in thing.items():
            yield str(key)
            if not (isinstance(value, pikepdf.Object) and value.is_indirect):
                yield from _names(value)
    elif isinstance(thing, pikepdf.Array):
        for value in thing:
            if not (isinstance(value, pikepdf.Object) and value.is_indirect):
                yield from _names(value)
    elif isinstance(thing, pikepdf.Name):
        yield str(thing)


@pytest.fixture
def read() -> Callable[[bytes], Pdf]:
    return Pdf


@pytest.fixture
def draw(read: Callable[[bytes], Pdf]) -> Callable[..., Pdf]:
    """The PDF of a report made of nothing but these blocks."""

    def drawn(*blocks: Block, language: str = "en", **report: Any) -> Pdf:
        section = Section(id="s", title=Text(ko="단락", en="Section"), blocks=blocks)
        whole = {"title": Text(ko="보고서", en="Report"), "subject": "Store", "sections": (section,), **report}
        with use(language):  # type: ignore[arg-type]
            return read(render(Report(**whole)))

    return drawn


@pytest.fixture
def compare() -> Callable[[Image.Image, str], None]:
    """Whether a page looks as the picture kept under that name."""

    def compared(picture: Image.Image, name: str) -> None:
        small = picture.convert("L").resize(SIZE, Image.Resampling.BOX)
        path = KEPT / f"{name}.png"
        if os.environ.get("CEMAUDIT_RENEW_PICTURES"):
            small.save(path, optimize=True)
        with Image.open(path) as kept:
            difference = ImageChops.difference(small, kept)
        assert ImageStat.Stat(difference).mean[0] <= MEAN
        assert difference.getextrema()[1] <= WORST

    return compared


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Path]:
    """A picture file: the upper left quarter red, the rest white; with an EXIF orientation and a maker's name."""

    def make(name: str = "photo.jpg", orientation: int = 1, size: tuple[int, int] = (80, 40), **options: Any) -> Path:
        mode = options.pop("mode", "RGB")
        image = Image.new("RGB", size, "white")
        ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill="red")
        exif = image.getexif()
        exif[0x112], exif[0x10F] = orientation, "SecretMaker"
        path = tmp_path / name
        image.convert(mode).save(path, exif=exif, **options)
        return path

    return make
