"""Whole forms: settings, facets, refusals with sheet, row and reason."""

from __future__ import annotations

import pytest

from cemaudit.errors import BadInput
from cemaudit.exchange.questionnaires import Facets, LeftoverKind, answers, facets_of, import_form, survey, workbook
from cemaudit.exchange.questionnaires import draft as drafts

QUESTION = "survey\n| type | name | label |\n| text | a | A |\n"


def refusal(path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        import_form(path, Facets())
    return str(caught.value).splitlines()


def test_the_settings_name_the_checklist(import_table):
    form = import_table(
        QUESTION + "Settings\n| Form Title | id_string | version |\n| 매장 점검 | store:visit | 2024.2 |"
    )
    assert (form.checklist.ref, str(form.checklist.title)) == ("store-visit@2024.2", "매장 점검")
    assert "매장 점검" in str(form.checklist.about)
    assert form.left(LeftoverKind.NAME) == ["sheet Settings, row 2: is called store-visit here: store:visit"]


def test_without_settings_the_file_names_it(import_table):
    form = import_table(QUESTION)
    assert (form.checklist.ref, str(form.checklist.title)) == ("form@1", "form")


def test_a_version_of_another_shape_is_told(import_table):
    form = import_table(QUESTION + "settings\n| version |\n| v2 beta |")
    assert form.checklist.version == "1"
    assert form.left(LeftoverKind.NAME) == ["sheet settings, row 2: version 1 here: v2 beta"]


def test_every_touchpoint_gets_the_facets_given_and_is_to_be_decided(make_form):
    given = {"channel": "electronic", "stage": "pay", "journey": "store-path", "sector": "cafe", "mode": None}
    draft = import_form(make_form(QUESTION), facets_of(given))
    (touchpoint,) = draft.checklist.touchpoints
    assert (touchpoint.channel, touchpoint.stage, touchpoint.mode) == ("electronic", "pay", "passive")
    assert draft.checklist.sector == "cafe"
    assert draft.leftovers[-3].sort is LeftoverKind.DECIDE
    assert "electronic, pay, people, passive" in str(draft.leftovers[-3].what)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"channel": "fax"}, "channel: expected 'face-to-face'"),
        ({"stage": "pay"}, "a stage of six-stage: awareness"),
        ({"journey": "nowhere"}, "a journey: six-stage"),
        ({"sector": "1 2"}, "sector: expected an id"),
        ({"scheme": "x@y"}, "scheme: expected an id and version"),
    ],
)
def test_facets_that_are_none_are_refused_with_those_that_are(given, words):
    with pytest.raises(BadInput, match=words):
        facets_of(given)


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("Sheet1\n| a |", ["form.xlsx: no such sheet: survey (known here: Sheet1)"]),
        ("survay\n| a |", ["form.xlsx: no such sheet: survey (did you mean survay?)"]),
        ("survey\n", ["form.xlsx: sheet survey: no column type"]),
        ("survey\n\n| name | label |\n| a | A |", ["form.xlsx: sheet survey, row 2: no column type"]),
        ("survey\n| type | name |", ["form.xlsx: sheet survey, row 1: no question that can be carried over"]),
        (
            "survey\n| type | name |\n| note | a |\n| geopoint | b |",
            [
                "form.xlsx: sheet survey, row 1: no question that can be carried over",
                "form.xlsx: sheet survey, row 3: b: nothing here answers to this type",
            ],
        ),
        (
            "survey\n| type | name |\n| begin group | g |\n| text | a |\n| begin repeat | h |\n| end group | |",
            [
                "form.xlsx: sheet survey, row 5: end group, but row 4 began repeat",
                "form.xlsx: sheet survey, row 2: g: begin group without its end",
            ],
        ),
        (
            "survey\n| type | name |\n| text | a |\n| end group | |",
            ["form.xlsx: sheet survey, row 3: end group without its beginning"],
        ),
        (
            "survey\n| type | name |\n" + "| begin group | g |\n" * 31,
            ["form.xlsx: sheet survey, row 32: g: groups nested more than 30 deep"],
        ),
    ],
)
def test_what_is_no_form_is_refused_with_sheet_row_and_reason(make_form, form, lines):
    assert refusal(make_form(form)) == lines


def test_a_draft_too_large_to_load_is_refused(make_form, monkeypatch):
    monkeypatch.setattr(drafts, "LARGEST", 100)
    assert refusal(make_form(QUESTION)) == ["form.xlsx: larger than 0 MB (split the form)"]


SIZED = """
survey
| type         | name |
| select_one x | a    |
| select_one x | b    |
choices
| list_name | name |
| x         | 1    |
| x         | 2    |
"""


def test_a_list_of_very_many_choices_leaves_its_question_out(make_form, monkeypatch):
    monkeypatch.setattr(answers, "MOST_CHOICES", 1)
    assert refusal(make_form(SIZED)) == [
        "form.xlsx: sheet survey, row 1: no question that can be carried over",
        "form.xlsx: sheet survey, row 2: a: more than 1 choices",
        "form.xlsx: sheet survey, row 3: b: more than 1 choices",
    ]


def test_very_many_questions_with_very_many_choices_are_refused(make_form, monkeypatch):
    monkeypatch.setattr(survey, "MOST_OPTIONS", 3)
    assert refusal(make_form(SIZED)) == ["form.xlsx: sheet survey, row 3: b: more than 3 choices (split the form)"]


def test_very_many_rows_are_refused(make_form, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_LINES", 1)
    assert refusal(make_form(SIZED)) == ["form.xlsx: sheet survey, row 3: more than 1 rows (split the form)"]
