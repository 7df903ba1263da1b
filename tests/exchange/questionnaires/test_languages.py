"""The languages of a form become those of the checklist; one that nobody can tell is taken for English."""

from __future__ import annotations

import re

import pytest

from cemaudit.exchange.questionnaires import LeftoverKind


def form(*columns: str, texts: tuple[str, ...], default: str = "") -> str:
    names, cells = " | ".join(columns), " | ".join(texts)
    return f"survey\n| type | name | {names} |\n| text | a | {cells} |\nsettings\n| default_language |\n| {default} |"


@pytest.mark.parametrize(
    ("columns", "texts", "default", "words"),
    [
        (["label::Korean (ko)", "label::English (en)"], ["가", "A"], "", {"ko": "가", "en": "A"}),
        (["label::한국어", "label::english"], ["가", "A"], "", {"ko": "가", "en": "A"}),
        (["label::KO", "label::en"], ["가", "A"], "", {"ko": "가", "en": "A"}),
        (["label", "label::English"], ["가", "A"], "", {"ko": "가", "en": "A"}),
        (["label", "label::English"], ["가", "A"], "Korean (ko)", {"ko": "가", "en": "A"}),
        (["label", "label::ko"], ["A", "가"], "", {"ko": "가", "en": "A"}),
        (["label", "label::French (fr)"], ["A", "B"], "English (en)", {"en": "A", "fr": "B"}),
        (["label", "label::English"], ["B", ""], "", {"en": "B"}),
        (["label::French (fr)", "label::Spanish (es)"], ["B", "C"], "", {"fr": "B", "es": "C"}),
        (["label::French (fr)", "label::Spanish (es)"], ["B", "C"], "Spanish (es)", {"es": "C", "fr": "B"}),
        (["label::Deutsch", "label::pt_BR"], ["B", "C"], "", {"de": "B", "pt-BR": "C"}),
        (["label::Klingon", "label::de"], ["B", "C"], "", {"de": "C"}),
        (["label::English (en-GB)"], ["B"], "", {"en": "B"}),
        (["label::Klingon"], ["B"], "", {"en": "B"}),
        (["label"], ["B"], "", {"en": "B"}),
    ],
)
def test_texts_are_in_the_languages_of_the_form(import_table, columns, texts, default, words):
    read = import_table(form(*columns, texts=tuple(texts), default=default))
    assert read.only().ask.by_language == words
    korean_and_english = set(words) == {"ko", "en"}
    assert read.draft.checklist.languages == (("ko", "en") if korean_and_english else tuple(words))


def test_a_draft_in_a_third_language_is_a_checklist_in_it(import_table):
    text = import_table(form("label::Deutsch (de)", texts=("Wurden Sie begrüßt?",))).draft.text
    assert text.startswith('format = 1\nlanguages = ["de"]\n')
    assert "Wurden Sie begrüßt?" in text
    assert not re.search(r"\b(ko|en) =", text)


def test_what_is_kept_as_english_and_what_is_left_out_is_told(import_table):
    spoken = import_table(form("label::Klingon", "label::Elbisch", texts=("B", "C")))
    assert spoken.left(LeftoverKind.LANGUAGE) == [
        "its texts are in Klingon; they are kept where English belongs",
        "texts in other languages are left out: Elbisch",
    ]
    assert import_table(form("label", texts=("B",))).left(LeftoverKind.LANGUAGE) == [
        "it does not say its language; its texts are kept where English belongs"
    ]
    assert import_table(form("label::ko", "label::en", texts=("가", "A"))).left(LeftoverKind.LANGUAGE) == []


def test_a_draft_says_which_languages_it_lacks(import_table):
    left = import_table(form("label::en", texts=("A",))).left(LeftoverKind.DECIDE)
    assert left[-1] == "further languages: the texts are in en alone, as languages says"
    left = import_table(form("label::ko", "label::en", texts=("가", ""))).left(LeftoverKind.DECIDE)
    assert left[-1] == "1 texts without words in en"
