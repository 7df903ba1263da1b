"""Lists of choices: options, points, yes and no, mistakes."""

from __future__ import annotations

import pytest

from cemaudit.exchange.questionnaires import LeftoverKind

ASKED = "survey\n| type | name | label::ko | label::en |\n| {kind} | a | 가 | A |\nchoices\n"


@pytest.mark.parametrize(
    "rows",
    [
        "| x | yes | Yes |\n| x | no | No |",
        "| x | 0 | No |\n| x | 1 | Yes. |",
        "| x | 1 | 예 |\n| x | 2 | 아니요 |",
        "| x | oui | Oui |\n| x | non | Non |",
        "| x | true | |\n| x | false | |",
    ],
)
def test_two_choices_that_say_yes_and_no_are_yes_or_no(import_table, rows):
    form = import_table(f"{ASKED.format(kind='select_one x')}| list_name | name | label |\n{rows}")
    assert form.only().answer.type == "yes-no"


@pytest.mark.parametrize(
    "rows",
    [
        "| x | yes | Yes, at once |\n| x | no | No |",
        "| x | yes | Yes |\n| x | no | No |\n| x | na | Not applicable |",
        "| x | yes | Yes |\n| x | y | Yes |",
        "| x | 1 | 1 |\n| x | 0 | 0 |",
    ],
)
def test_choices_that_say_more_stay_choices(import_table, rows):
    form = import_table(f"{ASKED.format(kind='select_one x')}| list_name | name | label |\n{rows}")
    assert form.only().answer.type == "choice"


def test_points_are_taken_where_a_column_gives_them(import_table):
    table = """| list name | name | label | Points |
        | x | good | Good | 2 |
        | x | fair | Fair | 0.5 |
        | x | bad | Bad | -1 |
        | x | gone | Gone | |
        | x | odd | Odd | ten |"""
    form = import_table(ASKED.format(kind="select_one x") + table)
    assert [option.points for option in form.only().answer.options] == [2, 0.5, -1, None, None]
    assert form.left(LeftoverKind.OPTION) == ["sheet choices, row 6: odd: its points are not a number: ten"]


def test_yes_and_no_keep_their_points(import_table):
    form = import_table(
        ASKED.format(kind="select_one x")
        + "| list_name | name | label | points |\n| x | yes | Yes | 5 |\n| x | no | No | -2 |"
    )
    assert form.answers() == {"a": {"type": "yes-no", "yes": 5, "no": -2}}


def test_mistakes_in_lists_are_told_with_their_row(import_table):
    form = import_table(
        ASKED.format(kind="select_multiple x")
        + """| list_name | name | label |
        | x | a:b | First |
        | x | a:b | Again |
        | x | a-b | Taken |
        | x | 커피 | Coffee |
        | x |   | Nameless |
        |   | c | Listless |"""
    )
    assert [option.id for option in form.only().answer.options] == ["a-b", "a-b-2", "row-5"]
    assert form.left(LeftoverKind.OPTION) == [
        "sheet choices, row 6: a choice without its list or name: Nameless",
        "sheet choices, row 7: c: a choice without its list or name: Listless",
        "sheet choices, row 3: a:b: a choice of the same name stands earlier in list x: Again",
    ]
    assert len(form.left(LeftoverKind.NAME)) == 3


def test_or_other_adds_a_choice(import_table):
    form = import_table(ASKED.format(kind="select_one x or_other") + "| list_name | name | label |\n| x | a | A |")
    *_, other = form.items["a"].answer.options
    assert (other.id, other.label.ko, other.label.en) == ("other", "기타", "Other")
