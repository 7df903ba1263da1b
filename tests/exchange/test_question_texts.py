"""A question is asked in the same words at every door: in the terminal, on the phone, in a table, on paper."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest
from helpers import samples

from cemaudit.entry import EntryQuestion, QuestionKind
from cemaudit.entry.wording import ask_line
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.xlsform.write import sheets_of
from cemaudit.language import Language, use
from cemaudit.model import Checklist, Touchpoint
from cemaudit.report.form import pdf_form

SHOP = samples.checklist(
    samples.touchpoint("t", samples.item("a"), emotion=True, expectation=True),
    samples.touchpoint("u", samples.item("b"), expectation=True, perceived=True),
    steps=[{"id": "V1", "title": samples.text("First")}],
    personas=[{"id": "p", "title": samples.text("P")}],
    occasions=[{"id": "o", "title": samples.text("O")}],
)

OF_THE_VISIT = [
    ("persona", QuestionKind.PERSONA, "visit__persona"),
    ("occasion", QuestionKind.OCCASION, "visit__occasion"),
    ("step", QuestionKind.STEP, "visit__step"),
    ("started", QuestionKind.TIME, "visit__started"),
    ("finished", QuestionKind.TIME, "visit__finished"),
]
OF_TOUCHPOINTS = [
    ("expectations.t", QuestionKind.EXPECTATION, "t__expectation"),
    ("expectations.u", QuestionKind.EXPECTATION, "u__expectation"),
    ("perceived.u", QuestionKind.PERCEPTION, "u__perceived"),
    ("emotions.t", QuestionKind.EMOTION, "t__emotion"),
    ("claims.t", QuestionKind.COMPLAINT, "t__claim"),
    ("states.t", QuestionKind.CLAIM_STATE, "t__claim_state"),
    ("blames.t", QuestionKind.COMPLAINT, "t__blame"),
]


def in_the_terminal(name: str, kind: QuestionKind, of: Checklist) -> str:
    """The question without how it is answered there, which stands in brackets behind it."""
    touchpoint: Touchpoint | None = of.touchpoint.get(name.partition(".")[2])
    return ask_line(EntryQuestion(name, kind, touchpoint), of.words_at()).partition(" (")[0]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_words_are_the_terminals(language: Language) -> None:
    survey = {row.get("name"): row for row in sheets_of(SHOP, language)["survey"]}
    column = {"ko": "label::한국어 (ko)", "en": "label::English (en)"}[language]
    with use(language):
        form = form_of(SHOP)
        for name, kind, field in OF_THE_VISIT:
            question = ask_line(EntryQuestion(name, kind), SHOP.words_at())
            assert str(form.fields[field].label) == question
            assert survey[field][column] == question
        for name, kind, field in OF_TOUCHPOINTS:
            question = in_the_terminal(name, kind, SHOP)
            label = str(form.fields[field].label)
            assert label.partition(" (")[0] == f"{field[0]} · {question}"
            assert survey[field][column].startswith(f"{field[0]} · {question}")


@pytest.mark.parametrize("own", [{}, {"arrival": samples.text("Ordered?"), "departure": samples.text("Done?")}])
def test_days_are_asked_for_in_the_terminals_words(own: dict[str, Any]) -> None:
    order = samples.items_only(samples.item("a"), times="days", words=own)
    fields, words = form_of(order).fields, order.words_at()
    paper = pypdfium2.PdfDocument(io.BytesIO(pdf_form(order, "en")))[0].get_textpage().get_text_bounded()
    with use("en"):
        for name in ("date", "until"):
            question = ask_line(EntryQuestion(name, QuestionKind.DAY), words)
            assert str(fields[f"visit__{name}"].label) == question
            assert question in paper


@pytest.mark.parametrize("language", ["ko", "en"])
def test_paper_asks_in_the_same_words(language: Language) -> None:
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf_form(SHOP, language)))
    text = "".join("".join(page.get_textpage().get_text_bounded() for page in pages).split())
    with use(language):
        asked = [ask_line(EntryQuestion(name, kind), SHOP.words_at()) for name, kind, _ in OF_THE_VISIT]
        asked += [in_the_terminal(name, kind, SHOP) for name, kind, _ in OF_TOUCHPOINTS]
        asked.append(ask_line(EntryQuestion("day", QuestionKind.DAY), SHOP.words_at()))
    assert [question for question in asked if "".join(question.split()) not in text] == []
