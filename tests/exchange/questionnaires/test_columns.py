"""Column names and types in all their dialects."""

from __future__ import annotations

import pytest

from cemaudit.exchange.questionnaires.questions import SurveyRowKind, read_type
from cemaudit.exchange.questionnaires.workbook import read_header


@pytest.mark.parametrize(
    ("header", "name", "language"),
    [
        ("Label", "label", ""),
        ("label::English (en)", "label", "English (en)"),
        ("label:english", "label", "english"),
        ("label : Hiligaynon", "label", "Hiligaynon"),
        ("caption::ko", "label", "ko"),
        ("LIST NAME", "list_name", ""),
        ("list-name", "list_name", ""),
        ("bind:relevant", "relevant", ""),
        ("bind::relevance", "relevant", ""),
        ("media::image::English", "image", "English"),
        ("constraint message", "constraint_message", ""),
        ("Read Only", "read_only", ""),
        ("value", "name", ""),
        ("score", "points", ""),
        ("instance::tag", "instance", "tag"),
    ],
)
def test_a_column_is_known_in_every_spelling(header, name, language):
    assert read_header(["", header]) == {1: (name, language)}


def test_of_two_columns_that_mean_the_same_the_first_counts_but_our_spelling_before_others():
    assert read_header(["label", "Label", "type"]) == {0: ("label", ""), 2: ("type", "")}
    assert read_header(["value", "name"]) == {0: ("value", ""), 1: ("name", "")}


@pytest.mark.parametrize(
    ("written", "kind", "of", "or_other"),
    [
        ("text", SurveyRowKind.TEXT, "", False),
        ("  Integer ", SurveyRowKind.WHOLE, "", False),
        ("int", SurveyRowKind.WHOLE, "", False),
        ("dateTime", SurveyRowKind.MOMENT, "", False),
        ("date time", SurveyRowKind.MOMENT, "", False),
        ("phone number", SurveyRowKind.TEXT, "", False),
        ("phonenumber", SurveyRowKind.DEVICE, "", False),
        ("add image prompt", SurveyRowKind.FILE, "", False),
        ("q picture", SurveyRowKind.FILE, "", False),
        ("get end time", SurveyRowKind.DEVICE, "", False),
        ("end", SurveyRowKind.DEVICE, "", False),
        ("select_one Yes_No", SurveyRowKind.ONE, "Yes_No", False),
        ("select one from yes_no or specify other", SurveyRowKind.ONE, "yes_no", True),
        ("select1 yes_no", SurveyRowKind.ONE, "yes_no", False),
        ("add select one prompt using yes_no", SurveyRowKind.ONE, "yes_no", False),
        ("Select_Multiple x or_other", SurveyRowKind.SEVERAL, "x", True),
        ("select all that apply from x", SurveyRowKind.SEVERAL, "x", False),
        ("select_one", SurveyRowKind.ONE, "", False),
        ("select_one_from_file x.csv", SurveyRowKind.FILED, "x.csv", False),
        ("begin group", SurveyRowKind.BEGIN, "group", False),
        ("BEGIN_REPEAT", SurveyRowKind.BEGIN, "repeat", False),
        ("begin loop over x", SurveyRowKind.BEGIN, "loop", False),
        ("end group", SurveyRowKind.END, "group", False),
        ("geopoint", SurveyRowKind.UNKNOWN, "", False),
        ("select", SurveyRowKind.UNKNOWN, "", False),
        ("word " * 5000, SurveyRowKind.UNKNOWN, "", False),
    ],
)
def test_a_type_is_known_in_every_dialect(written, kind, of, or_other):
    assert read_type(written) == (kind, of, or_other)
