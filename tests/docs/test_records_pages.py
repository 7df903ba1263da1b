"""The pages of the records are those of the code, and say of every field what it holds."""

from __future__ import annotations

import inspect
import runpy
from pathlib import Path
from typing import Any

import pytest

from cemaudit import hookspecs
from cemaudit.model import Visit
from cemaudit.model.base import Record
from cemaudit.model.blocks import Block, Section
from cemaudit.model.visit_words import WordsInForce

LONGEST_PAGE = 220


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(Path(__file__).parents[2] / "tools" / "records.py"))


def test_the_pages_are_those_of_the_code(tool: dict[str, Any], root: Path) -> None:
    made = tool["pages"]()
    written = {f"records/{page.name}" for page in (root / "docs" / "records").iterdir()} | {"records.md"}
    assert set(made) == written
    for name, text in made.items():
        assert (root / "docs" / name).read_text(encoding="utf-8") == text, f"{name}: run make docs"
        assert text.count("\n") <= LONGEST_PAGE, name


def test_every_field_says_what_it_holds(tool: dict[str, Any]) -> None:
    undescribed = [field for record in tool["records"]() for field in record.undescribed]
    assert undescribed == []


def test_a_field_of_which_nothing_is_said_is_told(tool: dict[str, Any]) -> None:
    """By a class that is no part of the contract, and says nothing of its fields."""
    assert "WordsInForce.statement" in tool["RecordPage"](WordsInForce).undescribed


def test_whatever_hooks_are_handed_and_return_has_a_page(tool: dict[str, Any]) -> None:
    names = {record.name for record in tool["records"]()}
    hooks = [hook for hook in vars(hookspecs).values() if hasattr(hook, "cemaudit_spec")]
    signatures = " ".join(str(inspect.signature(hook)) for hook in hooks)
    handed = {"Visit", "Checklist", "Audit", "Context", "Finding", "Section", "Aggregator", "Problem"}
    assert all(name in signatures for name in handed)
    blocks = {kind.__name__ for kind in Block.__origin__.__args__}
    assert names >= handed | blocks | {"Member", "Touchpoint", "Item", "Text", "Journey", "Score", "Scheme", "Band"}


def test_bounds_defaults_and_what_is_reckoned_stand_in_a_row(root: Path) -> None:
    page = (root / "docs" / "records" / "visit.md").read_text(encoding="utf-8")
    assert "| `emotions` | map from an id to (a whole number, -3 to 3) | " in page
    assert "| `store_name` | one line of text, at most 500 characters | " in page
    assert "- `day`: The calendar day of the visit, in its own zone." in page


def test_docstrings_of_fields_cost_nothing_and_change_no_record() -> None:
    for record in (Visit, Section):
        assert issubclass(record, Record)
        assert not record.model_config.get("use_attribute_docstrings")
        assert all(field.description is None for field in record.model_fields.values())
