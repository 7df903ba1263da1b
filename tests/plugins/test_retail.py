"""The Green Smile checklist is whole; each retail rule speaks when it should, and only then."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

import pytest
from cemaudit_retail.findings import find
from cemaudit_retail.path import feelings
from cemaudit_retail.review import review
from cemaudit_retail.sections import emotion_path
from cemaudit_retail.trend import falling

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Channel, Checklist, Severity, Text, Visit
from cemaudit.model.blocks import Bars, Paragraph
from cemaudit.scoring import Engine, check_visit, make_audit, make_plan
from cemaudit.testing import PluginConformance

FILES = files("cemaudit_checklists")
CHECKLIST = load_checklist(FILES / "retail" / "green-smile.toml")
PLAN = make_plan(CHECKLIST, load_scheme(FILES / "schemes" / "cem.experience.toml"))
KOREA = timezone(timedelta(hours=9))
NOON = datetime(2026, 3, 2, 12, tzinfo=KOREA)
RECEIPT = {"GS08": [{"file": "receipt.jpg", "kind": "receipt"}]}

GOOD: dict[str, Any] = {
    "GSX2": True, "GS01": "inviting", "GS02": 15, "GS03": "free", "GS04": 10, "GS05": 3, "GS06": "reasons",
    "GS07": "full", "GS08": "told", "GS10": True, "GSX1": True, "GS09": "both",
}  # fmt: skip
FELT = {touchpoint.id: 2 for touchpoint in CHECKLIST.touchpoints if touchpoint.emotion}


def visit(changes: dict[str, Any] | None = None, **more: Any) -> Visit:
    """A good visit of 25 minutes at noon, with ``changes`` to its answers (``None`` drops one)."""
    answers = {item: value for item, value in {**GOOD, **(changes or {})}.items() if value is not None}
    given = {
        "id": "v1", "checklist": CHECKLIST.ref, "store": "s1", "started": NOON,
        "finished": NOON + timedelta(minutes=25), "entered": NOON + timedelta(hours=6),
        "answers": answers, "emotions": FELT, "evidence": RECEIPT,
    }  # fmt: skip
    return Visit.model_validate({**given, **more})


def audit(changes: dict[str, Any] | None = None, **more: Any) -> Audit:
    return make_audit(PLAN, visit(changes, **more))


def places(seen: Visit, checklist: Checklist = CHECKLIST) -> list[str]:
    return [problem.place for problem in review(seen, checklist)]


def rules(audited: Audit, history: list[Audit] | None = None) -> list[str]:
    return [finding.rule for finding in find(audited, history or [])]


def test_the_list_is_whole() -> None:
    assert CHECKLIST.ref == "retail.green-smile@1.0.0"
    assert set(CHECKLIST.items) == {*(f"GS{number:02}" for number in range(1, 11)), "GSX1", "GSX2"}
    assert CHECKLIST.languages == ("ko", "en")
    assert all(item.help for item in CHECKLIST.items.values())
    assert all(scenario.look_for for scenario in CHECKLIST.scenarios)


def test_all_channels_and_every_stage_are_met() -> None:
    assert {touchpoint.channel for touchpoint in CHECKLIST.touchpoints} == set(Channel)
    path = [stage.id for stage in CHECKLIST.path.stages]
    assert list(dict.fromkeys(touchpoint.stage for touchpoint in CHECKLIST.touchpoints)) == path


@pytest.mark.parametrize("words", ["실제 목록이 아닙니다", "not the real list"])
def test_it_says_that_the_real_list_is_not_public(words: str) -> None:
    assert CHECKLIST.about
    assert words in (CHECKLIST.about.ko or "") + (CHECKLIST.about.en or "")


def test_a_good_visit_is_full_marks_and_nothing_is_wrong_with_it() -> None:
    good = audit()
    assert check_visit(good.visit, CHECKLIST) == []
    assert good.score("performance").value == 100
    assert places(good.visit) == []
    assert rules(good) == ["retail.smile-to-the-end"]


def test_what_was_not_bought_or_tried_on_leaves_the_score() -> None:
    looked = audit({"GS07": "no-try-on", "GS08": "not-bought", "GSX1": None}, evidence={})
    assert check_visit(looked.visit, CHECKLIST) == []
    assert looked.score("performance").value == 100
    assert looked.score("stage.performance", "pay").value is None
    assert places(looked.visit) == []


def test_a_message_is_asked_only_after_a_purchase() -> None:
    (problem,) = check_visit(visit({"GS08": "not-bought"}), CHECKLIST)
    assert problem.place == "answers.GSX1"


def test_a_wrong_amount_caps_the_index() -> None:
    wrong = audit({"GS08": "wrong"})
    assert wrong.failed_critical == ("GS08",)
    assert wrong.score("overall").value == 0


@pytest.mark.parametrize(
    ("changes", "more", "place"),
    [
        ({"GS02": 1501}, {}, "answers.GS02"),
        ({"GS04": 1800}, {}, "answers.GS04"),
        ({}, {"started": NOON.replace(hour=6), "entered": None}, "started"),
        ({}, {"finished": NOON.replace(hour=23, minute=1), "entered": None}, "finished"),
        ({}, {"finished": NOON + timedelta(minutes=4)}, "finished"),
        ({}, {"evidence": {}}, "evidence.GS08"),
        ({"GSX1": None}, {"entered": NOON + timedelta(minutes=10)}, "answers.GS09"),
    ],
)
def test_implausible(changes: dict[str, Any], more: dict[str, Any], place: str) -> None:
    assert places(visit(changes, **more)) == [place]


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"GS02": 1500}, {}),
        ({}, {"started": NOON.replace(hour=9), "finished": NOON.replace(hour=23), "entered": None}),
        ({"GS07": "no-try-on"}, {"finished": NOON + timedelta(minutes=4)}),
        ({"GS09": None, "GSX1": None}, {"entered": NOON + timedelta(minutes=10)}),
        ({}, {"started": None, "finished": None, "entered": None, "date": "2026-03-02"}),
    ],
)
def test_plausible(changes: dict[str, Any], more: dict[str, Any]) -> None:
    assert places(visit(changes, **more)) == []


def test_other_sectors_are_left_alone() -> None:
    other = CHECKLIST.model_copy(update={"sector": "bank"})
    assert places(visit({"GS02": 9000}, evidence={}), other) == []
    assert rules(audit({"GS03": "pressed"}).model_copy(update={"checklist": other})) == []


@pytest.mark.parametrize(
    ("changes", "more", "rule"),
    [
        ({"GS07": "partly", "GS09": None}, {}, "retail.served-not-sold"),
        ({"GS08": "not-told", "GS09": None}, {}, "retail.served-not-sold"),
        ({"GS02": 61, "GS10": False}, {}, "retail.silent-store"),
        ({"GS03": "pressed", "GS09": None}, {"emotions": {**FELT, "room": -1}}, "retail.pressed"),
        ({"GS09": None}, {"emotions": {**FELT, "farewell": -2}}, "retail.bitter-end"),
        ({"GSX2": False, "GS09": None}, {}, "retail.stock-differs"),
    ],
)
def test_found(changes: dict[str, Any], more: dict[str, Any], rule: str) -> None:
    assert rules(audit(changes, **more)) == [rule]


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"GS06": "none", "GS07": "none"}, {}),
        ({"GS02": 61}, {}),
        ({"GS10": False}, {}),
        ({"GS03": "pressed"}, {}),
        ({}, {"emotions": dict.fromkeys(FELT, -2)}),
        ({}, {"emotions": {**FELT, "repair-call": -3}}),
        ({"GSX2": None}, {}),
    ],
)
def test_not_found(changes: dict[str, Any], more: dict[str, Any]) -> None:
    assert rules(audit({"GS09": None, **changes}, **more)) == []


def worsening(*lost: int) -> list[Audit]:
    """Audits with ever more items at 0."""
    spoilt: dict[str, Any] = {"GS01": "untidy", "GS03": "pressed", "GS05": 0, "GS06": "none", "GS04": 300}
    return [audit(dict(list(spoilt.items())[:count]), id=f"v{number}") for number, count in enumerate(lost)]


def test_a_store_that_falls_three_times_in_a_row() -> None:
    *history, last = worsening(0, 1, 3)
    (finding,) = falling(last, history)
    assert finding.severity is Severity.MAJOR
    assert finding.text.ko
    assert "100 →" in finding.text.ko


@pytest.mark.parametrize("lost", [(1, 3), (0, 3, 3), (3, 0, 1), (0, 1, 0)])
def test_a_store_that_does_not_fall(lost: tuple[int, ...]) -> None:
    *history, last = worsening(*lost)
    assert list(falling(last, history)) == []


def test_a_small_fall_may_be_chance() -> None:
    history = [audit(id="v0"), audit({"GS01": "partly"}, id="v1")]
    assert list(falling(audit({"GS01": "untidy"}), history)) == []


def test_audits_of_another_checklist_are_no_history() -> None:
    *history, last = worsening(0, 1, 3)
    other = CHECKLIST.model_copy(update={"version": "0.9"})
    assert list(falling(last, [one.model_copy(update={"checklist": other}) for one in history])) == []


def test_the_path_follows_the_journey() -> None:
    stages = [felt.touchpoint.stage for felt in feelings(audit())]
    assert list(dict.fromkeys(stages)) == ["approach", "enter", "browse", "consult", "try-on", "pay", "leave", "after"]


def test_the_section_shows_this_visit_and_the_one_before() -> None:
    before, now = audit(id="v0"), audit(emotions={**FELT, "greeting": 3, "room": -3})
    (section,) = emotion_path(now, Context([now], [before]))
    words, bars = section.blocks
    assert isinstance(words, Paragraph)
    assert isinstance(words.text, Text)
    assert words.text.en == (
        "Best moment: Greeting (+100). Worst moment: Room to look around (−100). "
        "Last feeling: Call about a repair (+67)."
    )
    assert isinstance(bars, Bars)
    assert len(bars.series) == 2
    assert bars.series[0].values[1:3] == (100, -100)
    assert len(bars.categories) == len(FELT)


def test_the_same_feeling_all_along() -> None:
    level = audit(emotions=dict.fromkeys(FELT, 0))
    (section,) = emotion_path(level, Context([level]))
    assert section.blocks[0] == Paragraph(
        text=Text(ko="모든 접점에서 느낌이 같았습니다: 0.", en="It felt the same all along: 0.")
    )


def test_no_section_without_feelings() -> None:
    unfelt = audit(emotions={})
    assert list(emotion_path(unfelt, Context([unfelt]))) == []


def test_the_engine_finds_the_plugin() -> None:
    engine = Engine()
    assert engine.plugins["retail"].checklists == [CHECKLIST.ref, "retail.green-smile@2.0.0"]
    assert "retail.smile-to-the-end" in {finding.rule for finding in engine.audit(visit()).findings}
    assert [problem.place for problem in engine.review(visit(evidence={}))] == ["evidence.GS08"]
    now = engine.audit(visit())
    assert "retail.emotion-path" in {section.id for section in engine.sections(Context([now]))}


class TestRetail(PluginConformance):
    plugin = "retail"
