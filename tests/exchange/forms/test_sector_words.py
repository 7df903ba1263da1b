"""Forms ask in the words of the sector, on phones, in tables and on paper: an order for its days."""

from __future__ import annotations

import datetime as dt
import io
import re
from importlib.resources import files

import pikepdf
import pytest

from cemaudit.checklists import load_checklist
from cemaudit.exchange.forms import FormReader, form_of
from cemaudit.exchange.forms.xlsform.write import sheets_of
from cemaudit.language import LANGUAGES, Language, use
from cemaudit.model import Checklist
from cemaudit.report.form import pdf_form

SHIPPED = files("cemaudit_checklists")
CUSTOMER = re.compile(r"\bcompan(?:y|ies)\b|customer|회사|고객", re.IGNORECASE)


def shipped(*path: str) -> Checklist:
    return load_checklist(SHIPPED.joinpath(*path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_for_patients_speaks_of_no_customer(language: Language) -> None:
    form = form_of(shipped("hospital", "outpatient-2.toml"))
    with use(language):
        said = [f"{field.label} {field.hint or ''} {field.expects or ''}" for field in form.fields.values()]
    assert [words for words in said if CUSTOMER.search(words)] == []


def test_a_step_that_asks_otherwise_is_told_beside_the_question() -> None:
    started = form_of(shipped("hospital", "outpatient-2.toml")).fields["visit__started"]
    assert str(started.label) == "When did you arrive at the clinic?"
    assert "Before: When did you begin to enquire?" in str(started.hint).splitlines()


def test_an_order_is_asked_for_its_first_and_last_day() -> None:
    fields = form_of(shipped("ecommerce", "order-2.toml")).fields
    assert "begin the order" in str(fields["visit__date"].label)
    assert "everything done" in str(fields["visit__until"].label)
    assert not {"visit__started", "visit__finished"} & set(fields)


def test_a_filled_form_of_an_order_keeps_its_days() -> None:
    record = {"visit__store": "mall", "visit__date": "2026-11-13", "visit__until": "2026-11-19"}
    visit, problems = FormReader(shipped("ecommerce", "order-2.toml")).read(record)
    assert problems == []
    assert visit is not None
    assert (visit.day, visit.last_day) == (dt.date(2026, 11, 13), dt.date(2026, 11, 19))
    assert visit.started is visit.finished is None


def test_a_last_day_before_the_first_is_refused_at_its_column() -> None:
    record = {"visit__store": "mall", "visit__date": "2026-11-13", "visit__until": "2026-11-12"}
    visit, problems = FormReader(shipped("ecommerce", "order-2.toml")).read(record)
    assert visit is None
    assert "until" in str(problems[0])


def test_a_phone_asks_an_order_for_its_days() -> None:
    order = shipped("ecommerce", "order-2.toml")
    sheets = sheets_of(order, "en")
    rows = {row.get("name", ""): row for row in sheets["survey"]}
    assert rows["visit__date"]["type"] == rows["visit__until"]["type"] == "date"
    assert "${visit__date}" in rows["visit__until"]["constraint"]
    assert "visit__started" not in rows
    assert "${visit__date}" in sheets["settings"][0]["instance_name"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_for_patients_speaks_of_no_customer(language: Language) -> None:
    with pikepdf.open(io.BytesIO(pdf_form(shipped("hospital", "outpatient-2.toml"), language))) as pdf:
        labels = [str(field.get("/TU", "")) for field in pdf.Root.AcroForm.Fields]
    assert any(("Claim" if language == "en" else "클레임") in label for label in labels)
    assert [
        label for label in labels if re.search(r"\bcompan(?:y|ies)\b|customer|회사|고객", label, re.IGNORECASE)
    ] == []


def test_nobody_leaves_an_order() -> None:
    state = form_of(shipped("ecommerce", "order-2.toml")).fields["parcel__claim_state"]
    assert "What became of the claim by the end?" in str(state.label)
