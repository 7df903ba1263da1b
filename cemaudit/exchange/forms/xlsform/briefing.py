"""The briefing before the questions: what the scenario asks, how to behave, and the word that it was read."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.exchange.forms.words import both
from cemaudit.exchange.forms.xlsform.labels import labelled
from cemaudit.exchange.forms.xlsform.literals import TRUE, quoted, ref
from cemaudit.exchange.forms.xlsform.rows import Row, asked_if, group, needed_if
from cemaudit.language import N_, translate
from cemaudit.model import Checklist, Scenario, Text

__all__ = ["briefing"]


def briefing(checklist: Checklist) -> Iterator[Row]:
    """The rows of the briefing; acknowledging it notes the moment."""
    yield from group("visit__briefing", both(N_("Briefing")), _rows(checklist))


def _rows(checklist: Checklist) -> Iterator[Row]:
    if checklist.about:
        yield _note("visit__about", checklist.about)
    for number, scenario in enumerate(checklist.scenarios, 1):
        relevant = f"{ref('visit__scenario')} = {quoted(scenario.id)}"
        yield {**_note(f"visit__scenario_{number}", _told(scenario)), **asked_if(relevant)}
    if checklist.conduct:
        yield _note("visit__conduct", both(lambda: _listed(N_("Rules of conduct"), checklist.conduct)))
    words = both(N_("I have read this and will keep to it."))
    yield {"type": "acknowledge", "name": "visit__read", **labelled("label", words), **needed_if(TRUE)}
    yield {
        "type": "dateTime",
        "name": "visit__briefed",
        **labelled("label", both(N_("When you read the briefing"))),
        "calculation": "now()",
        "trigger": ref("visit__read"),
        "readonly": "yes",
    }


def _note(name: str, text: Text) -> Row:
    return {"type": "note", "name": name, **labelled("label", text)}


def _told(scenario: Scenario) -> Text:
    def said() -> str:
        role = f"{translate(N_('Whom you play'))}: {scenario.persona}"
        look_for = [_listed(N_("What to look for"), scenario.look_for)] if scenario.look_for else []
        return "\n\n".join([str(scenario.title), role, str(scenario.text), *look_for])

    return both(said)


def _listed(head: str, texts: tuple[Text, ...]) -> str:
    return "\n".join([translate(head), *(f"- {text}" for text in texts)])
