"""Whatever a form holds, it becomes a draft that reads back, or is refused."""

from __future__ import annotations

import tempfile
from pathlib import Path

from helpers.xlsforms import sheets
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.checklists import load_checklist
from cemaudit.errors import BadInput
from cemaudit.exchange.questionnaires import ChecklistDraft, Facets, draft
from cemaudit.exchange.questionnaires.workbook import XlsFormRow, XlsFormSheet, read_header
from cemaudit.model.base import clean

COLUMNS = [
    "type", "name", "label", "label::ko", "hint::English (en)", "relevant", "constraint", "parameters", "required",
]  # fmt: skip
TYPES = [
    "text", "integer", "decimal", "range", "date", "dateTime", "select_one x", "select_multiple x or_other",
    "select_one yn", "note", "calculate", "image", "begin group", "end group", "begin repeat", "end repeat", "geopoint",
    "start", "", "#", "select_one", "end", "begin",
]  # fmt: skip
NAMES = [
    "a", "b", "a b", "_x", "인사", "", "step", "1", "not", "A" * 90, "a.b", "answered",
    "a__note", "a__proof", "a__skip", "a__group", "a__emotion", "visit__step", "_na", "_none",
]  # fmt: skip
WORDS = ["", "A", "가", "${a}", "x" * 600, "line\nbreak", "\u202e", '"', "'", "{0}", "%s", "=1"]
CONDITIONS = [
    "", "${a} = 'y'", "${b} != '1'", "selected(${a}, 'n')", "../b > 3", "${a} = '' or ${b} < 2", "false()", "no", "x",
    "not(${a}='y') and ${1} >= 1", "${step} = 'y'", "((", ". > 3 and . < 9", ". >= 1", ". < 'a'", "-",
    "${visit__step} = 'a'", "${a__skip} = ''", "starts-with(${a}, '_') or . >= 9999", ". = 1 or . = -0.5",
]  # fmt: skip
PARAMETERS = ["", "start=1 end=5", "start=5;end=1", "start=0 end=999 step=1", "start=1 end=1", "start=-0.5 step=0"]

words, conditions = st.sampled_from(WORDS), st.sampled_from(CONDITIONS)
begun = st.tuples(st.sampled_from(TYPES), st.sampled_from(NAMES), words, words, words, conditions, conditions)
ended = st.tuples(st.sampled_from(PARAMETERS), st.sampled_from(["", "yes"]))
rows = st.lists(st.builds(lambda one, other: one + other, begun, ended), max_size=12)
choice = st.tuples(st.sampled_from(["x", "yn", ""]), st.sampled_from([*NAMES, "y", "n"]), words | st.just("Yes"))
lists = st.lists(choice, max_size=6)


def sheet(name: str, header: list[str], cells: list[tuple[str, ...]]) -> XlsFormSheet:
    columns = read_header(header)
    lines = [
        XlsFormRow(name, number, {columns[place]: clean(text) for place, text in enumerate(row) if text})
        for number, row in enumerate(cells, 2)
        if any(row)
    ]
    return XlsFormSheet(name, 1, tuple(columns.values()), lines)


def made_or_refused(book: dict[str, XlsFormSheet]) -> ChecklistDraft | BadInput:
    try:
        return draft._draft(book, "form.xlsx", Facets())
    except BadInput as error:
        return error


OWN = ("calculate", "visit__checklist")
"""The row by which a form says that cemaudit has made it."""


@settings(max_examples=300)
@given(rows, lists, st.sampled_from([[], [OWN]]))
def test_a_form_becomes_a_draft_that_reads_back_or_is_refused(rows, lists, own):
    survey = sheet("survey", COLUMNS, [*own, *rows])
    made = made_or_refused({"survey": survey, "choices": sheet("choices", ["list_name", "name", "label"], lists)})
    if isinstance(made, BadInput):
        assert all(problem.place.startswith("sheet survey") for problem in made.problems)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "draft.toml"
        path.write_text(made.text, "utf-8")
        assert load_checklist(path) == made.checklist
    left_out = made.questions - made.files - len(made.checklist.items)
    assert 0 <= left_out <= len(made.leftovers)


def test_the_tables_of_these_tests_are_read_row_by_row():
    assert list(sheets("one\n| a | b |\n\n| | c |\ntwo\n| d |")) == [
        ("one", [["a", "b"], [""], ["", "c"]]),
        ("two", [["d"]]),
    ]
