"""Forms written as tables, and the drafts made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.xlsforms import write_form

from cemaudit.checklists import load_checklist
from cemaudit.exchange.questionnaires import ChecklistDraft, Facets, LeftoverKind, import_form
from cemaudit.model import Item


class Imported:
    """A draft, asked for what tests want to know; made only where it also reads back."""

    def __init__(self, draft: ChecklistDraft, folder: Path) -> None:
        self.draft, self.checklist, self.items = draft, draft.checklist, draft.checklist.items
        (folder / "draft.toml").write_text(draft.text, "utf-8")
        assert load_checklist(folder / "draft.toml") == draft.checklist

    def answers(self) -> dict[str, object]:
        return {name: item.answer.model_dump(exclude_defaults=True, by_alias=True) for name, item in self.items.items()}

    def conditions(self) -> dict[str, str]:
        return {name: item.when.source for name, item in self.items.items() if item.when}

    def left(self, sort: LeftoverKind) -> list[str]:
        """What is left of a sort: row, what became of it, the form's words."""
        found = [one for one in self.draft.leftovers if one.sort is sort]
        return [": ".join(filter(None, (one.place, str(one.what), one.original))) for one in found]

    def only(self) -> Item:
        (item,) = self.items.values()
        return item


@pytest.fixture
def make_form(tmp_path: Path) -> Callable[[str], Path]:
    return lambda text: write_form(tmp_path / "form.xlsx", text)


@pytest.fixture
def import_table(make_form: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Imported]:
    return lambda text: Imported(import_form(make_form(text), Facets()), tmp_path)
