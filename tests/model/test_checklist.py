from __future__ import annotations

from fractions import Fraction

from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model import Checklist, Critical
from cemaudit.scoring import Engine


@given(strategies.checklists())
def test_round_trip(checklist: Checklist) -> None:
    assert Checklist.model_validate_json(checklist.model_dump_json(by_alias=True)) == checklist
    assert Checklist.model_validate(checklist.model_dump()) == checklist


def test_shipped_checklists_round_trip(engine: Engine) -> None:
    for checklist in engine.library.checklists.values():
        assert Checklist.model_validate_json(checklist.model_dump_json(by_alias=True)) == checklist


def test_shipped_checklists_speak_both_languages(engine: Engine) -> None:
    assert {checklist.complete_languages() for checklist in engine.library.checklists.values()} == {("ko", "en")}


def test_a_text_in_one_language_is_found() -> None:
    item = samples.item("A", help={"ko": "도움말"})
    checklist = samples.items_only(item)
    assert checklist.languages == ("ko", "en")
    assert checklist.complete_languages() == ("ko",)
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


@given(st.fractions(-5, 5, max_denominator=12), st.integers(-60, 60), st.sampled_from([1, 2, 12]))
def test_failing_is_one_rule_in_points_and_in_parts(fails_at: Fraction, parts: int, unit: int) -> None:
    rule = Critical(fails_at=fails_at)
    assert rule.is_failed_by(Fraction(parts, unit)) == (parts <= rule.most_failing_parts(unit))


def test_an_item_that_is_not_critical_fails_where_it_earns_nothing() -> None:
    item = samples.items_only(samples.item("A", samples.points(0, 1, 3))).items["A"]
    assert item.fails("p0")
    assert not item.fails("p1")
    assert not item.fails_critically(Fraction(0))
