"""The e-commerce rules over the second edition of the order checklist."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from cemaudit_ecommerce.duties import DUTIES, LAWS
from cemaudit_ecommerce.findings import find
from cemaudit_ecommerce.order import orders
from cemaudit_ecommerce.review import review
from cemaudit_ecommerce.sections import promises

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Finding, Visit
from cemaudit.model.blocks import Table
from cemaudit.scoring import check_visit, make_audit, make_plan
from cemaudit.scoring.findings import core_findings

FILES = files("cemaudit_checklists")
CHECKLIST = load_checklist(FILES / "ecommerce" / "order-2.toml")
PLAN = make_plan(CHECKLIST, load_scheme(FILES / "schemes" / "cem.experience-2.toml"))
TAGGED = {item.id for item in CHECKLIST.items.values() if item.is_duty}

GOOD: dict[str, Any] = {
    "E25": 5, "E26": ["fit", "reason", "off"], "E27": ["plain", "typo", "synonym"],
    "E28": ["size", "material", "origin", "care"], "E29": True, "E30": 3, "E31": True, "E05": "own-words",
    "E32": ["guest", "kept", "back", "simple"], "E09": True, "E10": True, "E33": True, "E11": 2,
    "E11A": "2026-12-02", "E12": 0, "E12A": "2026-12-04", "E34": True, "E36": "daily",
    "E37": ["wish", "notice", "photo"], "E38": ["intact", "fitting"], "E16": "same", "E17": 4, "E39": True,
    "E40": "true", "E19": 2, "E19A": "2026-12-09", "E43": "at-once", "E44": True, "E21": "fits", "E21A": 1,
    "E20": 40, "E20A": True, "E41": True, "E42": 3, "E23": True, "E24": True, "E45": True, "E48": 10, "E49": "praise",
}  # fmt: skip
RETURN = ("E17", "E39", "E40", "E19", "E19A")
SUBSCRIBED = {**dict.fromkeys(RETURN), "E46": True, "E47": "same"}
LATE = {"E12": 2, "E34": None, "E35": True}
UNMET: dict[str, Any] = {"E11": 61, "E16": "different", "E19": 4, "E40": "differs"}


def visit(changes: dict[str, Any] | None = None, **more: Any) -> Visit:
    """A good order, with ``changes`` to its answers (``None`` drops one)."""
    answers = {item: value for item, value in {**GOOD, **(changes or {})}.items() if value is not None}
    given = {
        "id": "o1", "checklist": CHECKLIST.ref, "store": "shop", "date": "2026-12-02",
        "entered": datetime(2026, 12, 20, 9, tzinfo=UTC), "answers": answers,
    }  # fmt: skip
    return Visit.model_validate({**given, **more})


def audit(changes: dict[str, Any] | None = None, **more: Any) -> Audit:
    return make_audit(PLAN, visit(changes, **more))


def places(seen: Visit) -> list[str]:
    return [problem.place for problem in review(seen, CHECKLIST)]


def rules(audited: Audit) -> list[str]:
    return [finding.rule for finding in find(audited, [])]


def core(audited: Audit, rule: str) -> list[Finding]:
    return [finding for finding in core_findings(audited) if finding.rule == rule]


@pytest.mark.parametrize("changes", [{}, SUBSCRIBED], ids=["returned", "subscribed"])
def test_a_good_order_is_full_marks_and_nothing_is_wrong_with_it(changes: dict[str, Any]) -> None:
    good = audit(changes)
    assert check_visit(good.visit, CHECKLIST) == []
    assert good.score("performance").value == 100
    assert places(good.visit) == []
    assert rules(good) == []


def test_duties_and_their_laws_are_the_items_tagged_so() -> None:
    assert DUTIES.keys() >= TAGGED
    assert LAWS.keys() == TAGGED
    for item in TAGGED:
        help_text = CHECKLIST.items[item].help
        assert help_text
        articles = (LAWS[item].ko or "").partition(" ")[2].replace("와 제", ", 제")
        assert articles in (help_text.ko or ""), item


@pytest.mark.parametrize("item", sorted(TAGGED))
def test_each_duty_is_found_with_its_law_and_bars_the_top_grades(item: str) -> None:
    felt = {touchpoint.id: 3 for touchpoint in CHECKLIST.touchpoints if touchpoint.emotion}
    base = SUBSCRIBED if item in {"E46", "E47"} else {}
    worst = "longer" if item == "E47" else UNMET.get(item, False)
    failed = audit({**base, item: worst}, emotions=felt)
    (finding,) = find(failed, [])
    assert (finding.rule, finding.item) == ("ecommerce.duty", item)
    assert (LAWS[item].ko or "") in (finding.text.ko or "")
    assert "check with counsel" in (finding.text.en or "")
    assert audit(base, emotions=felt).band == PLAN.scheme.bands[0]
    assert failed.band not in PLAN.scheme.bands[:2]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"E12A": "2026-12-01"}, ["answers.E12A", "answers.E12"]),
        ({"E12": -4}, ["answers.E12"]),
        ({"E19A": "2026-12-03"}, ["answers.E19A"]),
        ({"E12A": None}, ["answers.E12"]),
        ({**LATE, "E12": 30, "E19A": None}, ["answers.E12"]),
    ],
)
def test_implausible(changes: dict[str, Any], wrong: list[str]) -> None:
    assert places(visit(changes)) == wrong


def test_the_day_of_arrival_is_reckoned() -> None:
    (order,) = orders([audit(LATE)])
    assert str(order.arrived) == "2026-12-06"
    (section,) = promises(audit(LATE), Context([audit(LATE)]))
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert str(table.rows[1][2]) == "2026-12-06: 2 d late"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({**LATE, "E35": False}, "ecommerce.late-untold"),
        ({"E41": False}, "ecommerce.told-twice"),
        ({"E44": False}, "ecommerce.told-twice"),
        ({"E23": False}, "ecommerce.loop-open"),
    ],
)
def test_found(changes: dict[str, Any], rule: str) -> None:
    assert rules(audit(changes)) == [rule]


@pytest.mark.parametrize(("item", "words"), [("E44", "챗봇과 상담원"), ("E41", "채팅과 전화")])
def test_who_does_not_know_of_whom_is_said(item: str, words: str) -> None:
    (finding,) = find(audit({item: False}), [])
    assert words in (finding.text.ko or "")
    assert len(core(audit({item: False}), "core.hand-over")) == 1


def test_another_time_limit_by_phone_than_on_the_page_is_found() -> None:
    assert core(audit(), "core.fact") == []
    assert len(core(audit({"E42": 7}), "core.fact")) == 1
