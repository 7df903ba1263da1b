from __future__ import annotations

import pytest

from cemaudit.model import Checklist
from cemaudit.scoring import Engine


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


def _text(words: str) -> dict[str, str]:
    return {"ko": f"{words} (한)", "en": words}


def _touchpoint(
    name: str, channel: str, stage: str, items: list[dict[str, object]], **more: object
) -> dict[str, object]:
    facets = {"channel": channel, "stage": stage, "element": "people", "mode": "active"}
    return {"id": name, "title": _text(name), **facets, "emotion": True, "expectation": True, "items": items, **more}


def _item(name: str, answer: dict[str, object], **more: object) -> dict[str, object]:
    return {"id": name, "ask": _text(name), "answer": answer, **more}


def _options(*points: float | None) -> list[dict[str, object]]:
    return [
        {"id": f"o{number}", "label": _text(f"o{number}"), **({} if worth is None else {"points": worth})}
        for number, worth in enumerate(points)
    ]


@pytest.fixture(scope="session")
def hotel() -> Checklist:
    """A stranger's checklist with every answer type, every policy, and conditions that look back and ahead."""
    desk = [
        _item("HT01", {"type": "yes-no"}, evidence="required-if-failed", critical={"fails_at": 0}),
        _item("HT02", {"type": "choice", "options": _options(2, 1, -1, None)}, na="refuse", evidence="required"),
        _item("HT03", {"type": "choices", "options": _options(1, 0.5, -2, None)}, when="answered(HT09)"),
        _item("HT04", {"type": "scale", "lowest": 1, "highest": 7, "points": [6, 5, 4, 3, 2, 1, 0]}, na="zero"),
        _item("HT05", {"type": "nps"}, when="HT01 == true and HT07 > 0"),
        _item("HT06", {"type": "text"}),
    ]
    night = [
        _item("HT07", {"type": "count", "min": 1, "max": 30}),
        _item("HT08", {"type": "duration", "unit": "min", "points": [{"up_to": 5, "points": 2}, {"points": 0}]}),
        _item("HT09", {"type": "money", "unit": "KRW", "min": 50_000, "max": 400_000}, na="give-to:HT01"),
        _item("HT10", {"type": "number", "min": -5, "max": 5, "points": "value"}),
        _item(
            "HT11",
            {"type": "number", "points": [{"up_to": 0.25, "points": 1}, {"up_to": 0.5, "points": 3}, {"points": 0}]},
        ),
        _item("HT12", {"type": "date"}),
        _item("HT13", {"type": "time"}),
        _item("HT14", {"type": "yes-no", "yes": 0, "no": 1}, na="full"),
    ]
    return Checklist.model_validate(
        {
            "id": "hotel.night",
            "version": "1.0.0",
            "sector": "hotel",
            "journey": "six-stage",
            "scheme": "cem.experience@1",
            "title": _text("One night"),
            "touchpoints": [
                _touchpoint("desk", "face-to-face", "purchase", desk),
                _touchpoint("night", "electronic", "use", night, medium="app"),
            ],
        }
    )
