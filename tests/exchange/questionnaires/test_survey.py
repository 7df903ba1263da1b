"""Questions become items: their answers, groups, help, evidence, and what is left."""

from __future__ import annotations

import pytest

from cemaudit.exchange.questionnaires import LeftoverKind


def test_types_become_answers(import_table):
    form = import_table(
        """
        survey
        | type                | name  | label | constraint           | parameters           |
        | select_one sizes    | size  | Size  |                      |                      |
        | select_multiple sizes | all | All   |                      |                      |
        | select_one yes_no   | open  | Open? |                      |                      |
        | integer             | staff | Staff | . >= 0 and . <= 10   |                      |
        | decimal             | queue | Queue | . >= 0.5             |                      |
        | range               | rate  | Rate  |                      | start=0 end=10 step=1 |
        | range               | fine  | Fine  |                      | start=0; end=1; step=0.1 |
        | text                | why   | Why?  |                      |                      |
        | date                | day   | Day   |                      |                      |
        | time                | hour  | Hour  |                      |                      |
        | dateTime            | when  | When? |                      |                      |
        choices
        | list_name | name  | label |
        | sizes     | small | Small |
        | sizes     | large | Large |
        | yes_no    | yes   | Yes   |
        | yes_no    | no    | No    |
        """
    )
    options = [{"id": "small", "label": {"en": "Small"}}, {"id": "large", "label": {"en": "Large"}}]
    assert form.answers() == {
        "size": {"type": "choice", "options": tuple(options)},
        "all": {"type": "choices", "options": tuple(options)},
        "open": {"type": "yes-no"},
        "staff": {"type": "count", "min": 0, "max": 10},
        "queue": {"type": "number", "min": 0.5},
        "rate": {"type": "scale", "lowest": 0, "highest": 10},
        "fine": {"type": "number", "min": 0, "max": 1},
        "why": {"type": "text"},
        "day": {"type": "date"},
        "hour": {"type": "time"},
        "when": {"type": "text"},
    }
    assert form.left(LeftoverKind.TYPE) == ["sheet survey, row 12: when: date and time together are a text here"]
    assert (form.draft.questions, form.draft.files) == (11, 0)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("geopoint", "nothing here answers to this type"),
        ("barcode", "nothing here answers to this type"),
        ("rank sizes", "nothing here answers to this type"),
        ("acknowledge", "nothing here answers to this type"),
        ("select_one", "no list of choices is named"),
        ("select_one nowhere", "no such list on the sheet of choices: nowhere"),
        ("select_one_from_file stores.csv", "its choices come from elsewhere"),
        ("select_one_external towns", "its choices come from elsewhere"),
    ],
)
def test_what_nobody_can_answer_here_is_left_out_with_its_row(import_table, kind, reason):
    form = import_table(f"survey\n| type | name | label |\n| text | a | A |\n| {kind} | b | Where? |")
    assert list(form.items) == ["a"]
    assert form.left(LeftoverKind.QUESTION) == [f"sheet survey, row 3: b: {reason}: {kind} Where?"]
    assert form.draft.questions == 2


def test_what_nobody_answers_is_no_question(import_table):
    form = import_table(
        """
        survey
        | type      | name     | label     | calculation   | appearance | read_only |
        | start     | begin    |           |               |            |           |
        | deviceid  | device   |           |               |            |           |
        | text      | a        | A         |               |            |           |
        | calculate | twice    |           | ${n} * 2      |            |           |
        | calculate | score    |           | ${n} + 1      |            |           |
        | text      | secret   | Secret    |               | hidden     |           |
        | text      | shown    | Read this |               |            | yes       |
        """
    )
    assert list(form.items) == ["a"]
    assert form.draft.questions == 1
    assert form.left(LeftoverKind.DEVICE) == [
        "sheet survey, row 2: begin: filled in by the device: start",
        "sheet survey, row 3: device: filled in by the device: deviceid",
    ]
    assert form.left(LeftoverKind.SCORE) == ["sheet survey, row 6: score: reckoned or filled in by the form: ${n} + 1"]
    assert len(form.left(LeftoverKind.CALCULATION)) == 2
    assert form.left(LeftoverKind.TEXT) == ["sheet survey, row 8: shown: no question follows it: Read this"]


def test_groups_become_touchpoints_and_pages_do_not(import_table):
    form = import_table(
        """
        survey
        | type        | name     | label    |
        | text        | first    | First    |
        | begin_group | entrance | Entrance |
        | begin group | page     |          |
        | text        | door     | Door     |
        | end group   |          |          |
        | begin group | staff    | Staff    |
        | text        | greeting | Greeting |
        | end group   |          |          |
        | text        | floor    | Floor    |
        | end_group   |          |          |
        | begin group | bare     |          |
        | text        | last     | Last     |
        | end group   |          |          |
        settings
        | form_title |
        | Store      |
        """
    )
    assert [(one.id, str(one.title), [item.id for item in one.items]) for one in form.checklist.touchpoints] == [
        ("questions", "Store", ["first"]),
        ("entrance", "Entrance", ["door"]),
        ("staff", "Entrance › Staff", ["greeting"]),
        ("entrance-2", "Entrance (2)", ["floor"]),
        ("bare", "bare", ["last"]),
    ]


def test_repeats_and_loops_are_asked_once(import_table):
    form = import_table(
        """
        survey
        | type                 | name  | label |
        | begin repeat         | tills | Till  |
        | integer              | queue | Queue |
        | end repeat           |       |       |
        | begin loop over cars | each  | Car   |
        | integer              | seats | Seats |
        | end loop             |       |       |
        """
    )
    assert list(form.items) == ["queue", "seats"]
    assert form.left(LeftoverKind.REPEAT) == [
        "sheet survey, row 2: tills: asked once here: Till",
        "sheet survey, row 5: each: asked once here: Car",
    ]


def test_names_that_are_no_ids_or_come_twice_are_changed_and_told(import_table):
    form = import_table(
        """
        survey
        | type | name   | label |
        | text | 인사   | A     |
        | text | 1st    | B     |
        | text | step   | C     |
        | text | a b:c  | D     |
        | begin group | g | G   |
        | text | 1st    | E     |
        | end group |   |       |
        """
    )
    assert list(form.items) == ["q2", "x-1st", "step-2", "a-b-c", "x-1st-2"]
    assert form.left(LeftoverKind.NAME)[0] == "sheet survey, row 2: 인사: is called q2 here: 인사"
    assert len(form.left(LeftoverKind.NAME)) == 5


def test_a_question_without_a_label_is_asked_by_its_name(import_table):
    form = import_table("survey\n| type | name | label |\n| text | greeting | NO_LABEL |")
    assert str(form.only().ask) == "greeting"
    assert form.left(LeftoverKind.TEXT) == ["sheet survey, row 2: greeting: asks nothing; its name stands in"]


def test_notes_become_help_of_the_question_that_follows(import_table):
    form = import_table(
        """
        survey
        | type        | name | label             | hint      | relevant   | guidance_hint |
        | note        | n1   | Look around       |           |            |               |
        | begin group | g    | G                 |           |            |               |
        | note        | n2   | Wait a minute     |           |            |               |
        | text        | a    | A                 | Near door |            | For trainers  |
        | note        | n3   | You said ${a}     |           |            |               |
        | note        | n4   | Only sometimes    |           | ${a} != '' |               |
        | note        | n5   | Goodbye           |           |            |               |
        | end group   |      |                   |           |            |               |
        | text        | b    | B                 |           |            |               |
        """
    )
    assert str(form.items["a"].help) == "Look around\nWait a minute\nNear door\nFor trainers"
    assert form.items["b"].help is None
    assert form.left(LeftoverKind.TEXT) == [
        "sheet survey, row 6: n3: is not always shown, or not always the same: You said ${a}",
        "sheet survey, row 7: n4: is not always shown, or not always the same: Only sometimes",
        "sheet survey, row 8: n5: no question follows it: Goodbye",
    ]


def test_the_heading_of_a_table_of_questions_is_no_question(import_table):
    form = import_table(
        """
        survey
        | type           | name | label           | appearance   |
        | select_one abc | head | How do you rate | label        |
        | select_one abc | food | Food            | list-nolabel |
        choices
        | list name | name | label |
        | abc       | a    | A     |
        """
    )
    assert list(form.items) == ["food"]
    assert str(form.items["food"].help) == "How do you rate"


def test_files_become_evidence_of_the_question_before(import_table):
    form = import_table(
        """
        survey
        | type        | name  | label           | required | relevant  | appearance |
        | image       | front | The front       |          |           |            |
        | text        | a     | A               |          |           |            |
        | note        | n     | N               |          |           |            |
        | image       | p1    | Take a photo    |          |           |            |
        | image       | p2    | And another one | yes      |           |            |
        | text        | b     | B               |          |           |            |
        | audio       | p3    |                 | true()   | ${a}='x'  |            |
        | text        | c     | C               |          |           |            |
        | image       | sign  | Sign here       |          |           | signature  |
        | begin group | g     | G               |          |           |            |
        | file        | p4    | A file          |          |           |            |
        | text        | d     | D               |          |           |            |
        | end group   |       |                 |          |           |            |
        """
    )
    assert {name: item.evidence for name, item in form.items.items()} == {
        "a": "required", "b": "optional", "c": "none", "d": "none",
    }  # fmt: skip
    assert str(form.items["a"].help) == "Take a photo\nAnd another one"
    assert form.left(LeftoverKind.EVIDENCE) == ["sheet survey, row 8: p3: always optional here: ${a}='x'"]
    assert [line.split(":")[0] for line in form.left(LeftoverKind.QUESTION)] == [
        "sheet survey, row 2", "sheet survey, row 10", "sheet survey, row 12",
    ]  # fmt: skip
    assert (form.draft.questions, form.draft.files, len(form.items)) == (10, 3, 4)


def test_a_file_after_a_question_left_out_is_nobodys_evidence(import_table):
    form = import_table(
        """
        survey
        | type     | name  | label |
        | text     | a     | A     |
        | geopoint | where | Where |
        | image    | photo | Photo |
        """
    )
    assert form.only().evidence == "none"
    assert len(form.left(LeftoverKind.QUESTION)) == 2


def test_rows_switched_off_commented_out_or_without_a_type(import_table):
    form = import_table(
        """
        survey
        | type | name | label | disabled |
        | text | a    | A     |          |
        | #text | b   | B     |          |
        | text | c    | C     | yes      |
        |      | d    | D     |          |
        |      |      |       |          |
        """
    )
    assert list(form.items) == ["a"]
    assert form.left(LeftoverKind.QUESTION) == [
        "sheet survey, row 4: c: is switched off in the form: C",
        "sheet survey, row 5: d: a row without a type: D",
    ]


def test_columns_without_a_place_here_are_named(import_table):
    form = import_table(
        """
        survey
        | type | name | label | media::image | Trainer's notes | body::accuracy |
        | text | a    | A     | a.png        |                 | 5              |
        | text | b    | B     | b.png        | easy            |                |
        """
    )
    assert form.left(LeftoverKind.COLUMN) == [
        "sheet survey, row 1: 2 cells, the first in row 2: media::image",
        "sheet survey, row 1: 1 cells, the first in row 2: body::accuracy",
        "sheet survey, row 1: 1 cells, the first in row 3: Trainer's notes",
    ]
