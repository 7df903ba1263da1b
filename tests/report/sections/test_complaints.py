"""The table of claims and blames: what became of a claim, and in an episode whether it became a blame."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import samples

from cemaudit.hookspecs import Context
from cemaudit.language import LANGUAGES, use
from cemaudit.model import Audit
from cemaudit.model.blocks import Paragraph, Table
from cemaudit.report.sections.complaints import complaints
from cemaudit.scoring import Engine, audit_visit

SHOP = samples.checklist(*(samples.touchpoint(name, samples.item(name)) for name in "ab"))
CLAIM = {"touchpoint": "a", "text": "slow"}


def audit(number: int | None = None, **keys: Any) -> Audit:
    episode = {"episode": {"id": "e", "step": "V", "number": number}} if number else {}
    return audit_visit(samples.visit(**episode, **keys), SHOP, Engine().library.scheme("cem.experience@1"))


def shown(*audits: Audit) -> tuple[Table, list[str]]:
    section = complaints(Context(audits=audits))
    assert section
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    return table, [str(block.text) for block in section.blocks if isinstance(block, Paragraph)][1:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_state_of_claims_is_a_column_where_it_was_noted(language: str) -> None:
    with use(language):
        table, _ = shown(audit(claims=[{**CLAIM, "state": "later"}, CLAIM], blames=[CLAIM]))
        assert str(table.columns[-1].title) == {"ko": "처리 상태", "en": "What became of it"}[language]
        words = {"ko": "나중에 해결하기로 함", "en": "Promised for later"}[language]
        assert [str(row[-1]) for row in table.rows] == [words, "–", "–"]
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_where_none_was_noted_the_table_is_as_before() -> None:
    table, sentences = shown(audit(claims=[CLAIM], blames=[CLAIM]))
    assert len(table.columns) == len(table.rows[0]) == 3
    assert sentences == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Claims with a later visit: 1; followed by a blame at the same touchpoint: 1 – a (1. V → 2. V)"),
        ("ko", "이후 방문이 있었던 클레임 1건, 그 가운데 같은 접점의 원망으로 이어진 클레임 1건 – a (1. V → 2. V)"),
    ],
)
def test_an_episode_says_which_claims_became_blames(language: str, words: str) -> None:
    with use(language):
        _, (sentence,) = shown(audit(1, claims=[CLAIM]), audit(2, blames=[CLAIM]))
    assert sentence == words


def test_an_episode_says_that_none_did() -> None:
    with use("en"):
        _, (sentence,) = shown(audit(1, claims=[CLAIM]), audit(2))
    assert sentence.endswith("touchpoint: 0")


def test_visits_that_are_no_episode_say_nothing_of_it() -> None:
    assert shown(audit(claims=[CLAIM]), audit(blames=[CLAIM]))[1] == []
