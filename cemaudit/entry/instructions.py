"""What a shopper is told before a visit is entered: the role, what to look for, and how to behave."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.language import N_, Message, message, translate
from cemaudit.model import Checklist
from cemaudit.model.answers import Quantity
from cemaudit.model.visit_words import WordsInForce

__all__ = ["CONDUCT", "STATEMENT", "briefing", "conduct", "statement_words", "things_to_bring"]


CONDUCT = (
    N_("Write down only what you saw, heard and felt yourself; what you did not see is 'not observed'."),
    N_("Behave as an ordinary {customer}; provoke nobody and do not say who you are."),
    N_("Keep people's faces, names and number plates out of pictures; cover card numbers on receipts."),
    N_("Take no picture and record nothing where the law, the place or the programme forbids it."),
    N_("No names of staff: say where and when, not who."),
    N_("Enter the visit on the day of the visit, while you remember it."),
    N_("Keep receipts and originals until the programme says otherwise; tell nobody what you found."),
)
"""Rules of every visit; ``conduct`` puts in who a customer is."""


STATEMENT = N_(
    "I was in this store myself at the time stated. What I entered is what I saw, heard and felt; nothing is invented, "
    "copied or left out on purpose. I have no ties to this store. I kept to the briefing, and I will tell nobody else "
    "what I found."
)
"""What the shopper signs, where the checklist has no words of its own."""


def statement_words(words: WordsInForce) -> str:
    """What the shopper signs, in the language in force."""
    return str(words.statement or translate(STATEMENT))


def conduct(checklist: Checklist) -> list[str]:
    """The rules of every visit and those of the checklist, in the language in force."""
    customer = checklist.words_at().customer
    return [*(str(message(rule, customer=customer)) for rule in CONDUCT), *map(str, checklist.conduct)]


def briefing(checklist: Checklist, *scenario_ids: str | None) -> Iterator[str]:
    """The lines of the briefing, in the language in force; headings stand alone, other lines begin with two spaces."""
    yield f"{checklist.title} ({checklist.ref})"
    if checklist.about:
        yield from (f"  {line}" for line in str(checklist.about).splitlines())
    for scenario in checklist.scenarios:
        if scenario.id in scenario_ids:
            yield f"{message('Scenario')}: {scenario.title}"
            yield f"  {message('You are')}: {scenario.persona}"
            yield from (f"  {line}" for line in str(scenario.text).splitlines())
            yield str(message("What to look for"))
            yield from (f"  - {detail}" for detail in scenario.look_for)
    yield str(message("Rules of conduct"))
    yield from (f"  - {rule}" for rule in conduct(checklist))


def things_to_bring(checklist: Checklist) -> Iterator[str]:
    """What a visit takes and what must be brought back from it, laid out as the briefing is."""
    yield str(message("What to bring, and what to bring back"))
    yield from (f"  - {thing}" for thing in _things(checklist))


_EVIDENCE = {
    "required": N_("a photo, receipt or recording, always: {items}"),
    "required-if-failed": N_("a photo, receipt or recording where something was not as it should be: {items}"),
    "optional": N_("a photo, receipt or recording, if you like: {items}"),
}


def _things(checklist: Checklist) -> Iterator[Message]:
    items = checklist.items.values()
    if checklist.steps:
        yield message("the code of the treatment or order, the same at each visit of it")
    if checklist.consent == "required":
        yield message("the signed consent: its day and reference")
    if titles := [str(touchpoint.title) for touchpoint in checklist.touchpoints if touchpoint.perceived]:
        yield message("before the visit, what is expected of: {names}", names=", ".join(titles))
    if any(isinstance(item.answer, Quantity) and item.answer.type == "duration" for item in items):
        yield message("a watch, for times and durations")
    for requirement, text in _EVIDENCE.items():
        if ids := [item.id for item in items if item.evidence == requirement]:
            yield message(text, items=", ".join(ids))
    if notes := [f"{item.id} ({item.note.at_least})" for item in items if item.note]:
        yield message("notes of so many characters, most where something failed: {items}", items=", ".join(notes))
    feelings = sum(
        touchpoint.emotion + touchpoint.expectation + touchpoint.perceived for touchpoint in checklist.touchpoints
    )
    yield message(
        "at most {items} questions, {feelings} feelings and expectations", items=len(items), feelings=feelings
    )
