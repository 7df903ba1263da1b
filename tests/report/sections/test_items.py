"""The table of items: also feelings that were asked for and left out, with the reason."""

from __future__ import annotations

from typing import Any

from helpers import samples

from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model.blocks import Table
from cemaudit.report.sections.items import items
from cemaudit.scoring import Engine, audit_visit

SHOP = samples.checklist(
    samples.touchpoint("a", samples.item("a1"), emotion=True, expectation=True),
    samples.touchpoint("b", samples.item("b1"), emotion=True),
)
DECLINED = {
    "emotions.a": {"state": "declined", "reason": "I would not say"},
    "expectations.a": {"state": "not-observed"},
}


def rows(**keys: Any) -> list[list[str]]:
    visit = samples.visit(answers={"a1": True, "b1": True}, **keys)
    audit = audit_visit(visit, SHOP, Engine().library.scheme("cem.experience@1"))
    (table,) = (block for block in items(Context(audits=(audit,))).blocks if isinstance(block, Table))
    return [[str(getattr(cell, "text", cell)) for cell in row] for row in table.rows]


def test_a_feeling_left_out_stands_where_it_was_asked_with_its_reason() -> None:
    with use("en"):
        shown = rows(feelings_skipped=DECLINED)
    assert [row[0] for row in shown[1:4]] == ["", "a1", ""]
    assert shown[1] == ["", "What had you expected beforehand?", "not observed", "–", ""]
    assert shown[3] == ["", "How did it feel?", "declined", "–", "I would not say"]


def test_one_never_asked_or_given_adds_no_row() -> None:
    assert len(rows(emotions={"b": 1})) == len(rows()) == 4
