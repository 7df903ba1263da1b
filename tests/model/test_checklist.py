from __future__ import annotations

from helpers import samples, strategies
from hypothesis import given

from cemaudit.model import Checklist
from cemaudit.scoring import Engine


@given(strategies.checklists())
def test_round_trip(checklist: Checklist) -> None:
    assert Checklist.model_validate_json(checklist.model_dump_json(by_alias=True)) == checklist
    assert Checklist.model_validate(checklist.model_dump()) == checklist


def test_shipped_checklists_round_trip(engine: Engine) -> None:
    for checklist in engine.library.checklists.values():
        assert Checklist.model_validate_json(checklist.model_dump_json(by_alias=True)) == checklist


def test_shipped_checklists_speak_both_languages(engine: Engine) -> None:
    assert {checklist.languages for checklist in engine.library.checklists.values()} == {("ko", "en")}


def test_a_text_in_one_language_is_found() -> None:
    item = samples.item("A", help={"ko": "도움말"})
    checklist = samples.items_only(item)
    assert checklist.languages == ("ko",)
    assert [place for place, text in checklist.texts() if "en" not in text.languages] == ["touchpoints.t.items.A.help"]


def test_items_and_touchpoints_by_id() -> None:
    checklist = samples.checklist(
        samples.touchpoint("t", samples.item("A")), samples.touchpoint("u", samples.item("B"))
    )
    assert list(checklist.items) == ["A", "B"]
    assert checklist.touchpoint_of["B"] == checklist.touchpoint["u"]
    assert checklist.ref == "test.shop@1"


def test_points_that_are_given_away() -> None:
    checklist = samples.items_only(samples.item("A", na="give-to:B"), samples.item("B"))
    assert [item.gives_to for item in checklist.items.values()] == ["B", None]
