"""What lint says of a checklist under its scheme: items and channels that never count, duties without consequence."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import samples

from cemaudit.language import use
from cemaudit.model import Checklist, Scheme
from cemaudit.scoring import Engine, make_plan
from cemaudit.scoring.lint import lint_plan
from cemaudit.scoring.reach import inputs_reaching, items_reaching

LIBRARY = Engine().library
CHANNELS = ("face-to-face", "personal-distant", "electronic")


def scheme(version: int) -> Scheme:
    return LIBRARY.scheme(f"cem.experience@{version}")


def remarks(checklist: Checklist, under: Scheme) -> list[str]:
    with use("en"):
        return [f"{remark.level}: {remark.problem}" for remark in lint_plan(make_plan(checklist, under))]


def shop(*channels: str, **item: Any) -> Checklist:
    return samples.checklist(
        *(
            samples.touchpoint(
                channel, samples.item(channel[0].upper(), **item), channel=channel, emotion=channel != "electronic"
            )
            for channel in channels
        )
    )


def test_a_channel_no_visit_can_score_is_an_error_where_three_are_claimed() -> None:
    said = "touchpoints: no visit can have a score in this channel: Electronic never reaches overall"
    assert next(line for line in remarks(shop(*CHANNELS), scheme(1)) if said in line).startswith("error")
    assert next(line for line in remarks(shop(*CHANNELS[1:]), scheme(1)) if said in line).startswith("warning")
    assert [line for line in remarks(shop(*CHANNELS), scheme(2)) if said in line] == []


def test_an_item_that_never_reaches_the_headline_is_named() -> None:
    place = "touchpoints.electronic.items.E: never reaches overall"
    assert any(line.startswith(f"note: {place}") for line in remarks(shop(*CHANNELS), scheme(1)))
    plain = samples.scheme({"id": "p", "how": "ratio", "where": {"channel": "face-to-face"}})
    assert any(
        "warning: touchpoints.electronic.items.E: never reaches p" in line for line in remarks(shop(*CHANNELS), plain)
    )


@pytest.mark.parametrize(
    ("version", "item", "wrong"),
    [
        (1, {"tags": ["duty"]}, True),
        (1, {"tags": ["duty"], "critical": {"fails_at": 0}}, True),
        (1, {"tags": ["duty"], "critical": {"fails_at": 0, "caps": "overall", "at": 0}}, False),
        (2, {"tags": ["duty"]}, False),
        (1, {"tags": ["other"]}, False),
    ],
)
def test_a_duty_that_nothing_follows_is_an_error(version: int, item: dict[str, Any], wrong: bool) -> None:
    lines = remarks(shop("face-to-face", **item), scheme(version))
    assert any(line.startswith("error") and "is a duty, and nothing follows" in line for line in lines) is wrong


def test_what_reaches_a_measure_is_worked_out_from_the_plan() -> None:
    checklist = shop(*CHANNELS)
    first, second = (make_plan(checklist, scheme(version)) for version in (1, 2))
    assert items_reaching(first, "overall") == {"F", "P"}
    assert items_reaching(second, "overall") == {"F", "P", "E"}
    assert items_reaching(first, "performance") == {"F", "P", "E"}
    assert ("@emotions", "electronic") not in inputs_reaching(first, "overall")
    assert inputs_reaching(first, "no-such-measure") == frozenset()
