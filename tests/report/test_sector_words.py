"""A report on a patient's visits speaks of no customer and no company."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from helpers import samples
from pydantic import BaseModel

from cemaudit.checklists import load_checklist
from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Complaint, Text
from cemaudit.report import store_report
from cemaudit.report.sections.words import when
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

CUSTOMER = re.compile(
    r"\bcompan(?:y|ies)\b|customer(?! experience index)|회사|고객(?!경험 지수)", re.IGNORECASE
)  # the index is called so


def words_in(record: object) -> Iterator[str]:
    """Every text of a report, in both languages."""
    if isinstance(record, Text):
        yield from filter(None, (record.ko, record.en))
    elif isinstance(record, str):
        yield record
    elif isinstance(record, BaseModel):
        for name in type(record).model_fields:
            yield from words_in(getattr(record, name))
    elif isinstance(record, (tuple, list)):
        for member in record:
            yield from words_in(member)


@pytest.fixture(scope="module")
def audits() -> list[Audit]:
    checklist = load_checklist(files("cemaudit_checklists") / "hospital" / "outpatient-2.toml")
    engine = Engine()
    own = {"claims": (Complaint(touchpoint="reception", text="…"),), "blames": ()}  # whose words are the shopper's own
    return [engine.audit(visit.model_copy(update=own)) for visit in simulate(checklist, 1, 7, seed=5)]


def test_a_report_of_one_visit(audits: list[Audit]) -> None:
    for audit in audits[::4]:
        found = [words for words in words_in(store_report(Context(audits=[audit]))) if CUSTOMER.search(words)]
        assert found == [], audit.visit.id


def test_a_report_of_an_episode(audits: list[Audit]) -> None:
    assert [words for words in words_in(store_report(Context(audits=audits))) if CUSTOMER.search(words)] == []


@pytest.mark.parametrize(
    ("times", "shown"),
    [
        ({"date": "2026-11-13"}, "2026-11-13"),
        ({"date": "2026-11-13", "until": "2026-11-13"}, "2026-11-13"),
        ({"date": "2026-11-13", "until": "2026-11-19"}, "2026-11-13–2026-11-19"),
        ({"started": "2026-11-13T14:05+09:00", "finished": "2026-11-13T14:40+09:00"}, "2026-11-13 14:05–14:40"),
        (
            {"started": "2026-11-13T14:05+09:00", "finished": "2026-11-19T10:00+09:00"},
            "2026-11-13 14:05–2026-11-19 10:00",
        ),
        ({}, "–"),
    ],
)
def test_a_page_says_from_when_to_when(times: dict[str, str], shown: str) -> None:
    assert when(samples.visit(**times)) == shown
