"""The table of value promises in the report of a visit or an episode."""

from __future__ import annotations

from typing import Any

from helpers import samples

from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.model import Audit
from cemaudit.model.blocks import Cell, Table
from cemaudit.model.platform import Platform
from cemaudit.report.sections.promises import promises
from cemaudit.report.store import store_report

SHOP = samples.items_only(*(samples.item(name) for name in "ABC"))
SCHEME = samples.scheme({"id": "whole", "how": "ratio", "of": ["@items"]})
PLATFORM = Platform.model_validate(
    {
        "id": "p",
        "version": "1",
        **{name: samples.text(name) for name in ("title", "positioning", "theme")},
        "promises": [{"id": name, "title": samples.text(name)} for name in ("quick", "warm", "later", "nobody")],
        "proofs": {SHOP.id: {"quick": ["A", "B"], "warm": ["A"], "later": ["C"]}},
    }
)


def audited(**keys: Any) -> Audit:
    return samples.audit(SHOP, SCHEME, **keys)


def rows(context: Context) -> list[list[str]]:
    section = promises(context)
    assert section
    table = next(block for block in section.blocks if isinstance(block, Table))
    with use("en"):
        return [[str(cell.text if isinstance(cell, Cell) else cell) for cell in row] for row in table.rows]


def test_each_promise_stands_with_what_broke_it() -> None:
    context = Context(audits=[audited(answers={"A": True, "B": False})], platform=PLATFORM)
    assert rows(context) == [
        ["quick", "Not kept", "1 / 2", "B"],
        ["warm", "Kept", "1 / 1", ""],
        ["later", "Not known", "–", ""],
        ["nobody", "Not audited", "–", ""],
    ]
    assert "promises" in {section.id for section in store_report(context).sections}


def test_the_visits_of_an_episode_are_added_up() -> None:
    audits = [audited(answers={"A": True, "B": False}), audited(answers={"A": True, "B": False, "C": True})]
    assert rows(Context(audits=audits, platform=PLATFORM)) == [
        ["quick", "Not kept", "2 / 4", "B (2)"],
        ["warm", "Kept", "2 / 2", ""],
        ["later", "Kept", "1 / 1", ""],
        ["nobody", "Not audited", "–", ""],
    ]


def test_there_is_none_where_no_platform_is_known_or_nothing_proves_it() -> None:
    answers = {"A": True}
    assert promises(Context(audits=[audited(answers=answers)])) is None
    other = PLATFORM.model_copy(update={"proofs": {}})
    assert promises(Context(audits=[audited(answers=answers)], platform=other)) is None
