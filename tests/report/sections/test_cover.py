"""The particulars on the first page."""

from __future__ import annotations

from helpers import samples
from helpers.samples import text

from cemaudit.hookspecs import Context
from cemaudit.report.sections.cover import facts

SHOP = samples.items_only(
    samples.item("A"),
    personas=[{"id": "parent", "title": {"ko": "아이와 온 부모", "en": "Parent with a child"}}],
    occasions=[{"id": "gift", "title": text("Buying a gift")}],
)
SCHEME = samples.scheme({"id": "it", "how": "sum", "of": ["@items"]})


def test_declared_personas_and_occasions_are_shown_by_their_titles() -> None:
    shown = shown_facts(persona="parent", occasion="gift")
    assert shown["Persona"] == "Parent with a child"
    assert shown["Occasion"] == "Buying a gift"


def test_other_words_stand_as_they_are() -> None:
    shown = shown_facts(persona="A hurried commuter", occasion="Saturday")
    assert (shown["Persona"], shown["Occasion"]) == ("A hurried commuter", "Saturday")


def shown_facts(**keys: str) -> dict[str, str]:
    audit = samples.audit(SHOP, SCHEME, answers={"A": True}, date="2026-11-21", **keys)
    return {str(fact.label): str(fact.value) for fact in facts(Context(audits=(audit,)))}
