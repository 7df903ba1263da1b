"""The text that ``or_other`` asks is a question of its own: it becomes an item, or is listed as left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers.xlsforms import write_form

from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.questionnaires import Facets, LeftoverKind, import_form
from cemaudit.model import Visit
from cemaudit.scoring.items import item_is_relevant

CHOICES = """
| list_name | name | label::English (en) | label::Korean (ko) |
| pay | cash | Cash | 현금 |
| pay | card | Card | 카드 |
"""


CASES = Path(os.environ.get("CEMAUDIT_SHARED", Path(__file__).parents[4] / "shared")) / "cases"


def form_of(*rows: str) -> str:
    header = "| type | name | label::English (en) | label::Korean (ko) | relevant | required | appearance |"
    return "\n".join(["survey", header, *rows, "choices", CHOICES.strip()])


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("select_one pay or_other", "pay == 'other'"),
        ("select_multiple pay or_other", "'other' in pay"),
        ("select one from pay or specify other", "pay == 'other'"),
        ("select_all_that_apply from pay or_other", "'other' in pay"),
    ],
)
def test_the_text_is_an_item_asked_where_other_is_chosen(import_table, kind, condition):
    form = import_table(form_of(f"| {kind} | pay | How did you pay? | 어떻게 지불했습니까? | | | |"))
    assert list(form.items) == ["pay", "pay_other"]
    assert form.answers()["pay_other"] == {"type": "text"}
    assert form.conditions() == {"pay_other": condition}
    assert form.items["pay_other"].ask.en == "How did you pay? › If other, which?"
    assert form.items["pay_other"].ask.ko == "어떻게 지불했습니까? › 기타라면 무엇입니까?"
    assert (form.draft.questions, form.draft.files) == (2, 0)
    assert form.left(LeftoverKind.QUESTION) == []


@pytest.mark.parametrize(("answer", "arises"), [("other", True), ("cash", False), (None, False)])
def test_the_item_arises_with_its_choice(import_table, answer, arises):
    form = import_table(form_of("| select_one pay or_other | pay | Paid? | 지불? | | | |"))
    given = {} if answer is None else {"pay": answer}
    visit = Visit(id="v", checklist=form.checklist.ref, store="s", answers=given)
    assert item_is_relevant(form.items["pay_other"], visit, form.checklist) is arises


def test_questions_after_it_may_speak_of_it(import_table):
    form = import_table(
        form_of(
            "| begin group | desk | Desk | 창구 | | | |",
            "| select_one pay or_other | pay | Paid? | 지불? | | | |",
            "| end group | | | | | | |",
            "| text | why | Why? | 왜? | ${pay_other} != '' | | |",
        )
    )
    assert form.conditions()["why"] == "answered(pay_other)"
    assert form.left(LeftoverKind.CONDITION) == []


def test_a_photo_after_it_is_evidence_of_the_question_itself(import_table):
    form = import_table(
        form_of(
            "| select_one pay or_other | pay | Paid? | 지불? | | | |",
            "| image | receipt | The receipt | 영수증 | | yes | |",
        )
    )
    assert (form.items["pay"].evidence, form.items["pay_other"].evidence) == ("required", "none")
    assert (form.draft.questions, len(form.items), form.draft.files) == (3, 2, 1)


@pytest.mark.parametrize(
    "row",
    [
        "| select_one elsewhere or_other | pay | Paid? | 지불? | | | |",
        "| select_one pay or_other | pay | Paid? | 지불? | false() | | |",
        "| select_one pay or_other | pay | Paid? | 지불? | | | search('payments') |",
        "| select_one_from_file pay.csv or_other | pay | Paid? | 지불? | | | |",
    ],
)
def test_of_a_question_that_is_left_out_the_text_is_listed_as_well(import_table, row):
    form = import_table(form_of(row, "| text | why | Why? | 왜? | | | |"))
    assert list(form.items) == ["why"]
    first, second = form.left(LeftoverKind.QUESTION)
    assert first.startswith("sheet survey, row 2: pay: ")
    assert second == (
        "sheet survey, row 2: pay: asks which other choice was meant, of a question that is left out: pay_other"
    )
    assert form.draft.questions == 3  # 1 item + 2 left out


def test_a_name_that_is_taken_is_told(import_table):
    form = import_table(
        form_of(
            "| text | pay_other | Which? | 무엇? | | | |",
            "| select_one pay or_other | pay | Paid? | 지불? | | | |",
        )
    )
    assert list(form.items) == ["pay_other", "pay", "pay_other-2"]
    assert any("pay_other-2" in line for line in form.left(LeftoverKind.NAME))


def test_a_heading_that_is_only_shown_asks_no_text(import_table):
    form = import_table(
        form_of(
            "| select_one pay or_other | head | Heading | 제목 | | | label |",
            "| select_one pay or_other | pay | Paid? | 지불? | | | |",
        )
    )
    assert list(form.items) == ["pay", "pay_other"]
    assert form.draft.questions == 2


def test_what_the_form_sends_is_read_by_the_draft(import_table):
    form = import_table(form_of("| select_one pay or_other | pay | Paid? | 지불? | | | |"))
    head = {"visit__checklist": form.checklist.ref, "visit__id": "v", "visit__store": "s"}
    visit, problems = FormReader(form.checklist).read(head | {"desk/pay": "other", "desk/pay_other": "Voucher"})
    assert problems == []
    assert visit.answers == {"pay": "other", "pay_other": "Voucher"}
    reader = FormReader(form.checklist)
    visit, problems = reader.read(head | {"pay": "cash", "pay_other": "Voucher"})
    assert (visit.answers, reader.not_arising) == ({"pay": "cash"}, 1)  # counted: it does not arise


@pytest.mark.parametrize("kind", ["select_one pay", "select_multiple pay"])
def test_a_text_that_no_item_takes_is_listed(import_table, kind):
    form = import_table(form_of(f"| {kind} | pay | Paid? | 지불? | | | |"))
    head = {"visit__checklist": form.checklist.ref, "visit__id": "v", "visit__store": "s"}
    reader = FormReader(form.checklist)
    _, problems = reader.read(head | {"pay": "cash", "pay_other": "Voucher"})
    assert problems == []
    assert list(reader.ignored) == ["pay_other"]
    _, problems = reader.read(head | {"pay": "other", "pay_other": "Voucher"})
    assert [str(problem) for problem in problems] == ["pay: no such option: other (known here: card, cash)"]


def test_the_reported_form() -> None:
    file = CASES / "or-other" / "orother.xlsx"
    if not file.is_file():
        pytest.skip("the reported cases are not here")
    draft = import_form(file, Facets())
    assert "pay_other" in draft.checklist.items
    left = sum(one.sort is LeftoverKind.QUESTION for one in draft.leftovers)
    assert draft.questions == len(draft.checklist.items) + draft.files + left


def test_counts_add_up_whatever_is_left_out(tmp_path: Path) -> None:
    rows = [
        "| select_one pay or_other | a | A | 가 | | | |",
        "| image | b | B | 나 | | | |",
        "| select_multiple none or_other | c | C | 다 | | | |",
        "| image | d | D | 라 | | | |",
        "| select_multiple pay or_other | e | E | 마 | | | |",
        "| geopoint | f | F | 바 | | | |",
    ]
    draft = import_form(write_form(tmp_path / "form.xlsx", form_of(*rows)), Facets())
    left = sum(one.sort is LeftoverKind.QUESTION for one in draft.leftovers)
    assert (draft.questions, len(draft.checklist.items), draft.files, left) == (9, 4, 1, 4)
