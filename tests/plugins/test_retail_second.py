"""The retail rules over the second edition of the Green Smile checklist."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

import pytest
from cemaudit_retail.findings import find
from cemaudit_retail.path import feelings
from cemaudit_retail.review import review
from cemaudit_retail.sections import emotion_path

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Finding, Visit
from cemaudit.scoring import check_visit, make_audit, make_plan
from cemaudit.scoring.findings import core_findings

FILES = files("cemaudit_checklists")
CHECKLIST = load_checklist(FILES / "retail" / "green-smile-2.toml")
PLAN = make_plan(CHECKLIST, load_scheme(FILES / "schemes" / "cem.experience-2.toml"))
NOON = datetime(2026, 12, 7, 12, tzinfo=timezone(timedelta(hours=9)))
FELT = {touchpoint.id: 2 for touchpoint in CHECKLIST.touchpoints if touchpoint.emotion}

GOOD: dict[str, Any] = {
    "GSX2": True, "GS12": 5, "GS11": 0, "GS02": 15, "GS03": "free", "GS04": 10, "GS05": 3, "GS13": "reasons",
    "GS14": ["offered", "clean", "size"], "GS15": "any", "GS16": True, "GS17": 14, "GS18": "once", "GS10": True,
    "GSX1": True, "GS21": 3, "GS22": 14, "GS24": 10,
}  # fmt: skip
BOUGHT = ("GS16", "GS17", "GS18", "GSX1", "GS22")
REPAIR = {"GS15": "not-bought", "GS23": ["steps", "time", "cost"], **dict.fromkeys(BOUGHT)}
PICKED_UP = {"GS15": "online", "GS20": "carried", **dict.fromkeys(("GS16", "GS18"))}


def visit(changes: dict[str, Any] | None = None, **more: Any) -> Visit:
    """A good visit of 25 minutes at noon, with ``changes`` to its answers (``None`` drops one)."""
    answers = {item: value for item, value in {**GOOD, **(changes or {})}.items() if value is not None}
    given = {
        "id": "v1", "checklist": CHECKLIST.ref, "store": "s1", "started": NOON,
        "finished": NOON + timedelta(minutes=25), "entered": NOON + timedelta(hours=6),
        "answers": answers, "emotions": FELT, "evidence": {"GS16": [{"file": "receipt.jpg", "kind": "receipt"}]},
    }  # fmt: skip
    return Visit.model_validate({**given, **more})


def audit(changes: dict[str, Any] | None = None, **more: Any) -> Audit:
    return make_audit(PLAN, visit(changes, **more))


def places(seen: Visit) -> list[str]:
    return [problem.place for problem in review(seen, CHECKLIST)]


def rules(audited: Audit) -> list[str]:
    return [finding.rule for finding in find(audited, [])]


@pytest.mark.parametrize("changes", [{}, REPAIR, PICKED_UP], ids=["bought", "repair", "pick-up"])
def test_a_good_visit_is_full_marks_and_nothing_is_wrong_with_it(changes: dict[str, Any]) -> None:
    evidence = visit().evidence if not changes else {}
    good = audit(changes, evidence=evidence)
    assert check_visit(good.visit, CHECKLIST) == []
    assert good.score("performance").value == 100
    assert places(good.visit) == []
    assert rules(good) == ["retail.smile-to-the-end"]


@pytest.mark.parametrize(
    ("changes", "more", "place"),
    [
        ({"GS02": 1501}, {}, "answers.GS02"),
        ({"GS04": 1800}, {}, "answers.GS04"),
        ({}, {"finished": NOON + timedelta(minutes=4)}, "finished"),
        ({}, {"evidence": {}}, "evidence.GS16"),
        ({"GSX1": None, "GS22": None}, {"entered": NOON + timedelta(minutes=10)}, "answers.GS21"),
    ],
)
def test_implausible(changes: dict[str, Any], more: dict[str, Any], place: str) -> None:
    assert places(visit(changes, **more)) == [place]


@pytest.mark.parametrize("changes", [{"GS14": ["nothing"]}, REPAIR])
def test_who_did_not_try_on_and_buy_may_be_quick(changes: dict[str, Any]) -> None:
    assert places(visit(changes, finished=NOON + timedelta(minutes=4))) == []


@pytest.mark.parametrize(
    ("changes", "more", "rule"),
    [
        ({"GS14": ["clean"]}, {}, "retail.served-not-sold"),
        ({"GS02": 61, "GS10": False}, {}, "retail.silent-store"),
        ({"GS03": "pressed"}, {}, "retail.pressed"),
        ({}, {"emotions": {**FELT, "farewell": -2}}, "retail.bitter-end"),
        ({"GSX2": False}, {}, "retail.stock-differs"),
        ({"GS15": "refused"}, {}, "retail.card-refused"),
    ],
)
def test_found(changes: dict[str, Any], more: dict[str, Any], rule: str) -> None:
    assert rules(audit({"GS21": 8, **changes}, **more)) == [rule]


def test_a_card_refused_is_sent_to_counsel_and_bars_the_top_grades() -> None:
    refused = audit({"GS15": "refused"})
    (finding,) = [finding for finding in find(refused, []) if finding.item == "GS15"]
    assert "check with counsel" in (finding.text.en or "")
    assert "법무 담당자와 확인하십시오" in (finding.text.ko or "")
    assert refused.score("duties").value == 1
    assert refused.band
    assert refused.band.label == "C"


def test_a_wrong_amount_alone_is_critical() -> None:
    assert audit({"GS16": False}).failed_critical == ("GS16",)
    assert audit({"GS16": False}).score("overall").value == 0
    untold = audit(skipped={"GS17": {"state": "not-applicable"}}, answers={**visit({"GS17": None}).answers})
    assert untold.failed_critical == ()
    assert untold.score("touchpoint.performance", "payment").value == 75


def core(audited: Audit, rule: str) -> list[Finding]:
    return [finding for finding in core_findings(audited) if finding.rule == rule]


def test_another_time_limit_by_phone_than_in_the_shop_is_found() -> None:
    assert core(audit(), "core.fact") == []
    (finding,) = core(audit({"GS22": 7}), "core.fact")
    assert "14" in (finding.text.ko or "")
    assert "7" in (finding.text.ko or "")


@pytest.mark.parametrize(("answer", "broken"), [("carried", 0), ("partly", 0), ("again", 1), ("sent-back", 1)])
def test_an_online_order_the_shop_does_not_know_is_a_broken_hand_over(answer: str, broken: int) -> None:
    assert len(core(audit({**PICKED_UP, "GS20": answer}), "core.hand-over")) == broken


def test_wrong_advice_is_an_option_of_its_own_and_below_none() -> None:
    points = [CHECKLIST.items["GS13"].answer.points(answer) for answer in ("none", "wrong")]
    assert points == [0, -1]


def test_the_path_follows_the_journey() -> None:
    assert [felt.touchpoint.id for felt in feelings(audit())] == list(FELT)
    (section,) = emotion_path(audit(), Context([audit()]))
    assert section.id == "retail.emotion-path"


def test_both_editions_have_the_items_rules_go_by() -> None:
    from cemaudit_retail.items import FIRST, SECOND

    for edition, name in ((FIRST, "green-smile.toml"), (SECOND, "green-smile-2.toml")):
        items = load_checklist(FILES / "retail" / name).items
        named = {edition.tried_on[0], edition.bought[0], edition.receipt, *edition.calls, *edition.afterwards}
        assert named | {*edition.whole_path} <= items.keys()
