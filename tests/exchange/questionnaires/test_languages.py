"""Korean and English are taken; anything else stands in where there is neither."""

from __future__ import annotations

import pytest

from cemaudit.exchange.questionnaires import LeftoverKind


def form(*columns: str, texts: tuple[str, ...], default: str = "") -> str:
    names, cells = " | ".join(columns), " | ".join(texts)
    return f"survey\n| type | name | {names} |\n| text | a | {cells} |\nsettings\n| default_language |\n| {default} |"


@pytest.mark.parametrize(
    ("columns", "texts", "default", "ko", "en"),
    [
        (["label::Korean (ko)", "label::English (en)"], ["가", "A"], "", "가", "A"),
        (["label::한국어", "label::english"], ["가", "A"], "", "가", "A"),
        (["label::KO", "label::en"], ["가", "A"], "", "가", "A"),
        (["label", "label::English"], ["가", "A"], "", "가", "A"),
        (["label", "label::English"], ["가", "A"], "Korean (ko)", "가", "A"),
        (["label", "label::ko"], ["A", "가"], "", "가", "A"),
        (["label", "label::French (fr)"], ["A", "B"], "English (en)", None, "A"),
        (["label", "label::English"], ["B", ""], "", None, "B"),
        (["label::French (fr)", "label::Spanish (es)"], ["B", "C"], "", None, "B"),
        (["label::French (fr)", "label::Spanish (es)"], ["B", "C"], "Spanish (es)", None, "C"),
        (["label"], ["B"], "", None, "B"),
    ],
)
def test_texts_go_where_they_belong(import_table, columns, texts, default, ko, en):
    ask = import_table(form(*columns, texts=tuple(texts), default=default)).only().ask
    assert (ask.ko, ask.en) == (ko, en)


def test_what_is_kept_as_english_and_what_is_left_out_is_told(import_table):
    spoken = import_table(form("label::French (fr)", "label::Spanish (es)", texts=("B", "C")))
    assert spoken.left(LeftoverKind.LANGUAGE) == [
        "its texts are in French (fr); they are kept where English belongs",
        "texts in other languages are left out: Spanish (es)",
    ]
    assert import_table(form("label", texts=("B",))).left(LeftoverKind.LANGUAGE) == [
        "it does not say its language; its texts are kept where English belongs"
    ]
    assert import_table(form("label::ko", "label::en", texts=("가", "A"))).left(LeftoverKind.LANGUAGE) == []


def test_a_draft_in_one_language_says_how_many_texts_the_other_lacks(import_table):
    left = import_table(form("label::en", texts=("A",))).left(LeftoverKind.DECIDE)
    assert left[-1] == "3 texts without words in ko"
