"""A form that was made of a checklist gives that checklist back, as far as a form holds one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from helpers import form_strategies
from hypothesis import given, settings

from cemaudit.checklists import load_checklist
from cemaudit.exchange.forms.answer_options import fitting
from cemaudit.exchange.forms.xlsform.conditions import needs_evidence
from cemaudit.exchange.forms.xlsform.write import write_xlsform
from cemaudit.exchange.forms.xlsform.xpath import FALSE, answered
from cemaudit.exchange.questionnaires import ChecklistDraft, Facets, LeftoverKind, import_form
from cemaudit.model import Checklist, Item, Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.items import item_is_relevant


def there_and_back(of: Checklist) -> ChecklistDraft:
    with tempfile.TemporaryDirectory() as folder:
        write_xlsform(of, Path(folder) / "form.xlsx", "ko")
        draft = import_form(Path(folder) / "form.xlsx", Facets())
        (Path(folder) / "draft.toml").write_text(draft.text, "utf-8")
        assert load_checklist(Path(folder) / "draft.toml") == draft.checklist
    return draft


def held(item: Item) -> tuple[object, ...]:
    """What a form holds of an item; that a number is an amount of money it does not."""
    kind = "number" if item.answer.type == "money" else item.answer.type
    return item.id, item.ask, item.help, kind, fitting(item.answer), item.evidence


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def test_every_shipped_checklist_comes_back(engine: Engine) -> None:
    for of in engine.library.checklists.values():
        draft = there_and_back(of)
        back = draft.checklist
        assert (back.id, back.version) == (of.id, of.version)
        assert [held(item) for item in back.items.values()] == [held(item) for item in of.items.values()]
        assert [
            (one.id, one.title, one.steps, one.emotion, one.expectation, one.perceived) for one in back.touchpoints
        ] == [(one.id, one.title, one.steps, one.emotion, one.expectation, one.perceived) for one in of.touchpoints]
        assert [step.id for step in back.steps] == [step.id for step in of.steps]
        assert {one.sort for one in draft.leftovers} == {LeftoverKind.DECIDE}


@settings(max_examples=20)
@given(form_strategies.checklists_and_visits())
def test_any_checklist_comes_back_and_asks_the_same(both: tuple[Checklist, Visit]) -> None:
    of, visit = both
    draft = there_and_back(of)
    back, seen = draft.checklist, visit.model_copy(update={"checklist": draft.checklist.ref})
    never, unsaid = (_names(draft, sort) for sort in (LeftoverKind.QUESTION, LeftoverKind.CONDITION))
    assert [name for name in of.items if name not in never] == list(back.items)
    assert not any(item_is_relevant(of.items[name], visit, of) for name in never)
    for name, same in back.items.items():
        item = of.items[name]
        assert same.ask == item.ask
        assert _held_codes(same) == _held_codes(item)
        assert same.evidence == _held_evidence(item)
        assert (same.note and same.note.at_least) == (item.note and item.note.at_least)
        if name not in unsaid:
            assert item_is_relevant(same, seen, back) == item_is_relevant(item, visit, of)


def _names(draft: ChecklistDraft, sort: LeftoverKind) -> set[str]:
    return {one.place.rpartition(" ")[2] for one in draft.leftovers if one.sort is sort}


def _held_codes(item: Item) -> tuple[object, ...]:
    fits = fitting(item.answer)
    return fits.kind, [option.code for option in fits.options], fits.limits


def _held_evidence(item: Item) -> str:
    """How far evidence must be: where no answer fails, or each does, a form asks for it never or always."""
    if item.evidence != "required-if-failed":
        return item.evidence
    must = needs_evidence(item)
    return {"": "optional", FALSE: "optional", answered(item): "required"}.get(must, "required-if-failed")
