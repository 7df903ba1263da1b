"""The table of findings: faults first, strengths in one row."""

from __future__ import annotations

from typing import Any

from helpers import samples

from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit.report.sections.findings import findings
from cemaudit.scoring import Engine, audit_visit

TEN = {"type": "scale", "lowest": 0, "highest": 10}
SHOP = samples.checklist(*(samples.touchpoint(name, samples.item(name, TEN), emotion=True) for name in "abcdef"))


def audit(**points: int) -> Audit:
    """A visit with so many points at each touchpoint, felt as well as can be; below zero where there are none."""
    felt = {name: 3 if earned else -3 for name, earned in points.items()}
    return audit_visit(samples.visit(answers=points, emotions=felt), SHOP, Engine().library.scheme("cem.experience@1"))


def rows(*audits: Audit) -> list[list[str]]:
    section = findings(Context(audits=audits))
    assert section
    (table,) = section.blocks
    with use("en"):
        return [[cell_text(cell) for cell in row] for row in table.rows]  # type: ignore[union-attr]


def cell_text(cell: Any) -> str:
    return str(getattr(cell, "text", cell))


def test_strengths_are_one_row_after_all_faults_the_highest_first() -> None:
    shown = rows(audit(a=7, b=9, c=0, d=8, e=10, f=3))
    assert [row[0] for row in shown] == ["Major", "Strength"]
    assert shown[-1][-1] == "e (100), b (90), d (80), and 1 more"


def test_few_strengths_are_all_named() -> None:
    assert rows(audit(a=7))[-1][-1] == "a (70)"


def test_a_touchpoint_is_named_once_for_several_visits() -> None:
    shown = rows(audit(a=7, b=8), audit(a=9))
    assert [row[-1] for row in shown] == ["a (90), b (80)"]


def test_what_sectors_praise_comes_first() -> None:
    made = audit(a=7, b=9)
    title = Text(ko="미소", en="A smile to the end")
    own = Finding(rule="x.smile", severity=Severity.STRENGTH, title=title, text=title)
    assert rows(made.model_copy(update={"findings": (*made.findings, own)}))[-1][-1].startswith("A smile to the end, b")


def test_the_records_stay_one_for_each_touchpoint() -> None:
    strong = [one for one in audit(a=7, b=9).findings if one.rule == "core.strength"]
    assert [one.touchpoint for one in strong] == ["a", "b"]
