"""The page of groups, and the places of touchpoints in a list of groups."""

from __future__ import annotations

from importlib.resources import files

import pytest

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model import Audit, Visit
from cemaudit.model.blocks import Cell, HeatMap, Paragraph, Section, Table
from cemaudit.report.sections.channels import channels
from cemaudit.report.sections.groups import groups
from cemaudit.report.sections.journey import journey
from cemaudit.report.sections.touchpoints import touchpoints
from cemaudit.report.store import store_report
from cemaudit.scoring import audit_visit

FOLDER = files("cemaudit_checklists")


def audited(name: str, scheme: str = "cem.performance-2", mark: str = "3") -> Audit:
    checklist = load_checklist(FOLDER / "programme" / f"{name}.toml")
    answers = {item.id: 9 if item.answer.type == "nps" else mark for item in checklist.items.values()}
    visit = Visit.model_validate({"id": "v", "checklist": checklist.ref, "store": "hq", "answers": answers})
    return audit_visit(visit, checklist, load_scheme(FOLDER / "schemes" / f"{scheme}.toml"))


def table(section: Section | None) -> Table:
    assert section
    return next(block for block in section.blocks if isinstance(block, Table))


def words(cell: object) -> str:
    return str(cell.text if isinstance(cell, Cell) else cell)


def bold(name: str) -> list[str]:
    first_cells = [row[0] for row in table(groups(Context(audits=[audited(name)]))).rows]
    with use("en"):
        return [words(cell) for cell in first_cells if isinstance(cell, Cell) and cell.strong]


def test_every_group_stands_by_its_title_with_its_total() -> None:
    rows = table(groups(Context(audits=[audited("loyalty-2")]))).rows
    with use("ko"):
        assert [[words(cell) for cell in row] for row in rows] == [
            ["데이터베이스", "6 / 6", "75.0"],
            ["등록 과정", "5 / 5", "75.0"],
            ["보상", "6 / 6", "75.0"],
            ["부가 혜택", "6 / 6", "75.0"],
            ["소비자 인식", "5 / 5", "75.0"],
        ]


def test_lists_are_told_from_the_smaller_groups_within_them() -> None:
    five, four, seven = bold("cem-five-steps-2")
    assert (five[:14], four[:15], seven[:15]) == ("The five steps", "The four duties", "The seven steps")
    assert bold("loyalty-2") == []  # no group lies within another: nothing to tell apart


def test_no_page_without_groups_or_totals() -> None:
    assert groups(Context(audits=[audited("cem-five-steps-2", scheme="cem.performance")])) is None
    old = load_checklist(FOLDER / "programme" / "loyalty.toml")
    visit = Visit.model_validate({"id": "v", "checklist": old.ref, "store": "hq", "answers": {"LOY01": 3}})
    scheme = load_scheme(FOLDER / "schemes" / "cem.performance-2.toml")
    assert groups(Context(audits=[audit_visit(visit, old, scheme)])) is None


def test_groups_stand_before_the_channels() -> None:
    ids = [section.id for section in store_report(Context(audits=[audited("loyalty-2")])).ordered]
    assert ids[:3] == ["summary", "groups", "channels"]


@pytest.mark.parametrize("make", [channels, journey])
def test_what_is_left_out_of_the_comparison_is_said(make: object) -> None:
    section = make(Context(audits=[audited("loyalty-2")]))  # type: ignore[operator]
    with use("en"):
        said = [str(block.text) for block in section.blocks if isinstance(block, Paragraph)]
    assert any(text.startswith("Only touchpoints that state the medium") for text in said)


def test_duties_of_a_head_office_are_in_no_channel() -> None:
    audit = audited("cem-five-steps-2")
    section = journey(Context(audits=[audit]))
    assert section
    (shown,) = [block for block in section.blocks if isinstance(block, HeatMap)]
    stages = [stage.id for stage in audit.checklist.path.stages]
    filled = {stages[column] for row in shown.values for column, value in enumerate(row) if value is not None}
    assert filled == {"analyse", "interface"}
    with use("en"):
        places = {words(row[0]): words(row[1]) for row in table(touchpoints(Context(audits=[audit]))).rows}
    assert places["Duty 4: change the culture"] == "The four duties of a chief customer officer"
    assert places["Interface online"] == "Step 4: structure the customer interface · Electronic"
