"""The briefing before the questions: what the scenario asks, how to behave, and the word that it was read."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.exchange.forms.words import both
from cemaudit.exchange.forms.xlsform.labels import labelled
from cemaudit.exchange.forms.xlsform.literals import quoted, ref
from cemaudit.language import N_, message
from cemaudit.model import Checklist, Scenario, Text

__all__ = ["briefing"]

Row = dict[str, str]
GROUP = "visit__briefing"


def briefing(checklist: Checklist) -> Iterator[Row]:
    """The rows of the briefing; acknowledging it notes the moment."""
    yield {"type": "begin_group", "name": GROUP, **labelled("label", both(N_("Briefing"))), "appearance": "field-list"}
    if checklist.about:
        yield _note("visit__about", checklist.about)
    for number, scenario in enumerate(checklist.scenarios, 1):
        relevant = f"{ref('visit__scenario')} = {quoted(scenario.id)}"
        yield {**_note(f"visit__scenario_{number}", _told(scenario)), "relevant": relevant}
    if checklist.conduct:
        yield _note("visit__conduct", both(lambda: _listed(message("Rules of conduct"), checklist.conduct)))
    words = both(N_("I have read this and will keep to it."))
    needed = labelled("required_message", both(N_("This is needed here.")))
    yield {"type": "acknowledge", "name": "visit__read", **labelled("label", words), "required": "yes", **needed}
    yield {
        "type": "dateTime",
        "name": "visit__briefed",
        **labelled("label", both(N_("When you read the briefing"))),
        "calculation": "now()",
        "trigger": ref("visit__read"),
        "readonly": "yes",
    }
    yield {"type": "end_group", "name": GROUP}


def _note(name: str, text: Text) -> Row:
    return {"type": "note", "name": name, **labelled("label", text)}


def _told(scenario: Scenario) -> Text:
    def said() -> str:
        head = [
            message("Scenario: {title}", title=scenario.title),
            message("You are: {persona}", persona=scenario.persona),
        ]
        look_for = [_listed(message("What to look for"), scenario.look_for)] if scenario.look_for else []
        return "\n\n".join([*map(str, head), str(scenario.text), *look_for])

    return both(said)


def _listed(head: object, texts: tuple[Text, ...]) -> str:
    return "\n".join([str(head), *(f"- {text}" for text in texts)])
