"""Making the form of a checklist: the fields of the visit itself, of its touchpoints and of their items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.answer_options import CLAIM_STATES, SKIPS_OF_FEELINGS, fitting, numbered, skips_of
from cemaudit.exchange.forms.fields import (
    ON_PHONES,
    PHONE_GROUPS,
    FieldKind,
    FieldOption,
    Form,
    FormField,
    FormSection,
    NumberLimits,
    Role,
    both,
)
from cemaudit.exchange.question_texts import expectation_text, placed_text, question_text
from cemaudit.language import N_, message
from cemaudit.model import Checklist, Item, Text, Touchpoint
from cemaudit.model.checklist import Circumstance, Scenario, Step
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS
from cemaudit.model.visit_words import WordsInForce

__all__ = ["CHECKLIST", "CHECKLIST_LABEL", "FEELING_NAMES", "FILES", "PREFIX", "VISIT_ID", "form_of", "settings_of"]

PREFIX = "visit__"
CHECKLIST, VISIT_ID = f"{PREFIX}checklist", f"{PREFIX}id"
CHECKLIST_LABEL = both(N_("Checklist (leave as it is)"))
_ABOUT = (
    ("checklist", FieldKind.TEXT, N_("Checklist (leave as it is)")),
    ("id", FieldKind.TEXT, N_("Visit id (leave as it is)")),
    ("store", FieldKind.TEXT, N_("Store code")),
    ("store_name", FieldKind.TEXT, N_("Store name")),
    ("shopper", FieldKind.TEXT, N_("Your shopper code")),
    ("wave", FieldKind.TEXT, N_("Wave")),
    ("place", FieldKind.TEXT, N_("Place")),
)
_EXPECTS = {
    FieldKind.DATE: N_("a date like 2026-11-21"),
    FieldKind.MOMENT: N_("a date and time like 2026-11-21 14:05"),
}
FILES = {"photo": 3, "receipt": 2, "audio": 1, "document": 1}
"""How many files of each kind of evidence a form takes for one item."""

FEELING_NAMES = {Role.EXPECTATION: "expectation", Role.PERCEPTION: "perceived", Role.EMOTION: "emotion"}
"""How the field of a feeling is called, behind its touchpoint."""

_FILE_WORDS = {
    "photo": N_("{item}: photo {number}"),
    "receipt": N_("{item}: receipt {number}"),
    "audio": N_("{item}: recording"),
    "document": N_("{item}: document"),
}


def settings_of(checklist: Checklist) -> tuple[FormField, ...]:
    """The fields of the visit itself, in the order they are asked; only the store must be filled in."""
    return (*(_field(*about) for about in _ABOUT), *_circumstances(checklist), *_times(checklist))


def _circumstances(checklist: Checklist) -> Iterator[FormField]:
    yield _circumstance("occasion", checklist.occasions, checklist)
    if checklist.scenarios:
        scenarios = tuple(FieldOption(scenario.id, scenario.title) for scenario in checklist.scenarios)
        yield _field("scenario", FieldKind.ONE, question_text("scenario", checklist.words_at()), options=scenarios)
    yield _circumstance("persona", checklist.personas, checklist)
    if checklist.steps:
        steps = tuple(FieldOption(step.id, step.title) for step in checklist.steps)
        yield _field("episode", FieldKind.TEXT, question_text("episode", checklist.words_at()))
        yield _field("step", FieldKind.ONE, question_text("step", checklist.words_at()), options=steps)
        number = NumberLimits(Fraction(1), Fraction(999), whole=True)
        yield _field("step_number", FieldKind.NUMBER, question_text("step_number", checklist.words_at()), limits=number)
    if checklist.consent == "required":
        customer = checklist.words_at().customer
        given = both(lambda: message("Day the {customer}'s consent was given", customer=customer))
        yield _field("consent_date", FieldKind.DATE, given)
        yield _field("consent_form", FieldKind.TEXT, N_("Reference of the signed consent form (no name)"))
    if any(touchpoint.perceived for touchpoint in checklist.touchpoints):
        yield _field("expected", FieldKind.MOMENT, N_("When you noted what you expect"))


def _circumstance(name: str, declared: tuple[Circumstance, ...], checklist: Checklist) -> FormField:
    """A persona or an occasion: one of those the checklist declares; words of one's own where it declares none."""
    options = tuple(FieldOption(circumstance.id, circumstance.title) for circumstance in declared)
    return _field(
        name, FieldKind.ONE if options else FieldKind.TEXT, question_text(name, checklist.words_at()), options=options
    )


def _times(checklist: Checklist) -> Iterator[FormField]:
    """When the visit was: its moments, or the first and the last day of one that runs over days."""
    words = checklist.words_at()
    yield _field("briefed", FieldKind.MOMENT, N_("When you read the briefing"))
    if checklist.spans_days:
        yield _field("date", FieldKind.DATE, question_text("first_day", words))
        yield _field("until", FieldKind.DATE, question_text("last_day", words))
    else:
        day = question_text("day", words)
        alone = both(lambda: message("{question} (if you do not know the times)", question=day))
        yield _field("date", FieldKind.DATE, alone)
        for name, question in (("started", "arrival"), ("finished", "departure")):
            field = _field(name, FieldKind.MOMENT, question_text(question, words))
            yield replace(field, hint=_asked_elsewhere(checklist, question))
    yield _field("entered", FieldKind.MOMENT, N_("When this was filled in"))


def _asked_elsewhere(checklist: Checklist, question: str) -> Text | None:
    """The question as steps and scenarios with words of their own ask it, a line for each; ``None`` without any."""
    places: tuple[Scenario | Step, ...] = (*checklist.scenarios, *checklist.steps)
    own = [(place, words) for place in places if (words := place.words) is not None and words.arrival is not None]
    lines = [(place.title, WordsInForce.of(words)) for place, words in own]
    if not lines:
        return None
    return both(lambda: "\n".join(f"{title}: {question_text(question, words)}" for title, words in lines))


def _field(
    name: str,
    kind: FieldKind,
    label: Text | str,
    *,
    options: tuple[FieldOption, ...] = (),
    limits: NumberLimits | None = None,
) -> FormField:
    return FormField(
        name=PREFIX + name,
        role=Role.SETTING,
        kind=kind,
        label=label if isinstance(label, Text) else both(label),
        expects=_expected(kind, limits),
        options=options,
        limits=limits,
        required=name == "store",
    )


def _expected(kind: FieldKind, limits: NumberLimits | None) -> Text | None:
    if limits:
        return both(lambda: message("a whole number from {low} to {high}", low=limits.least, high=limits.most))
    return both(_EXPECTS[kind]) if kind in _EXPECTS else None


def form_of(checklist: Checklist) -> Form:
    """The form of ``checklist``; ``BadInput`` where ids of items and touchpoints would give two fields one name."""
    visit = FormSection(both(N_("The visit")), settings_of(checklist))
    touchpoints = (
        FormSection(touchpoint.title, tuple(_of_touchpoint(touchpoint, checklist)), touchpoint)
        for touchpoint in checklist.touchpoints
    )
    form = Form(checklist, (visit, *touchpoints))
    problems = list(_clashes(form))
    if problems:
        raise BadInput(problems)
    return form


def _of_touchpoint(touchpoint: Touchpoint, checklist: Checklist) -> Iterator[FormField]:
    def question(name: str) -> Text:
        return placed_text(touchpoint, question_text(name, checklist.words_at()))

    if touchpoint.expectation:
        expectation = placed_text(touchpoint, expectation_text(touchpoint, checklist.words_at()))
        yield from _feeling(touchpoint, Role.EXPECTATION, expectation, EXPECTATIONS)
    for item in touchpoint.items:
        yield from _of_item(item, touchpoint)
    if touchpoint.perceived:
        yield from _feeling(touchpoint, Role.PERCEPTION, question("perception"), PERCEPTIONS)
    if touchpoint.emotion:
        yield from _feeling(touchpoint, Role.EMOTION, question("emotion"), EMOTIONS)
    claim, blame = question("claim"), question("blame")
    yield FormField(f"{touchpoint.id}__claim", Role.CLAIM, FieldKind.TEXT, claim, lines=True, touchpoint=touchpoint)
    state = question("claim-state")
    yield FormField(
        f"{touchpoint.id}__claim_state",
        Role.CLAIM_STATE,
        FieldKind.ONE,
        both(lambda: message("{question} (empty: not noted)", question=state)),
        options=CLAIM_STATES,
        touchpoint=touchpoint,
    )
    yield FormField(f"{touchpoint.id}__blame", Role.BLAME, FieldKind.TEXT, blame, lines=True, touchpoint=touchpoint)


def _feeling(touchpoint: Touchpoint, role: Role, question: Text, marks: Mapping[int, Text]) -> Iterator[FormField]:
    """The marks of a feeling, which can be left out as an answer can, and why it was."""
    name = f"{touchpoint.id}__{FEELING_NAMES[role]}"
    options = tuple(numbered(range(min(marks), max(marks) + 1), marks))
    yield FormField(
        name, role, FieldKind.ONE, question, options=options, skips=SKIPS_OF_FEELINGS, required=True,
        touchpoint=touchpoint,
    )  # fmt: skip
    why = both(lambda: message("{question} (why it was left out)", question=question))
    yield FormField(f"{name}_why", Role.FEELING_WHY, FieldKind.TEXT, why, touchpoint=touchpoint)


def _of_item(item: Item, touchpoint: Touchpoint) -> Iterator[FormField]:
    fits = fitting(item.answer)
    yield FormField(
        name=item.id,
        role=Role.ANSWER,
        kind=fits.kind,
        label=item.ask,
        hint=item.help,
        expects=fits.expects,
        options=fits.options,
        skips=skips_of(item),
        limits=fits.limits,
        required=True,
        lines=item.answer.type == "text",
        touchpoint=touchpoint,
        item=item,
    )
    why = both(lambda: message("{item}: why it was left out", item=item.id))
    yield FormField(f"{item.id}__why", Role.WHY, FieldKind.TEXT, why, touchpoint=touchpoint, item=item)
    yield _note(item, touchpoint)
    if item.evidence != "none":
        for kind, most in FILES.items():
            for number in range(1, most + 1):
                yield from _file(item, touchpoint, kind, number)


def _note(item: Item, touchpoint: Touchpoint) -> FormField:
    least = item.note.at_least if item.note else 0
    return FormField(
        name=f"{item.id}__note",
        role=Role.NOTE,
        kind=FieldKind.TEXT,
        label=both(lambda: message("{item}: note", item=item.id)),
        expects=both(lambda: message("at least {least} characters, spaces not counted", least=least))
        if least
        else None,
        lines=True,
        touchpoint=touchpoint,
        item=item,
    )


def _file(item: Item, touchpoint: Touchpoint, kind: str, number: int) -> Iterator[FormField]:
    words = both(lambda: message(_FILE_WORDS[kind], item=item.id, number=number))
    caption = both(lambda: message("{file}, caption", file=words))
    name = f"{item.id}__{kind}_{number}"
    for suffix, role, field_kind, label in (
        ("", Role.EVIDENCE, FieldKind.FILE, words),
        ("_caption", Role.CAPTION, FieldKind.TEXT, caption),
    ):
        yield FormField(
            name + suffix, role, field_kind, label, touchpoint=touchpoint, item=item, evidence=kind, number=number
        )


def _clashes(form: Form) -> Iterator[Problem]:
    """Names that would stand for two things."""
    owners: dict[str, list[str]] = defaultdict(list)
    for name, place in _names(form):
        owners[name].append(place)
    for name, (first, *others) in owners.items():
        for other in others:
            text = message(
                "the form would have two fields called {name}, the other from {place}", name=name, place=other
            )
            yield Problem(text, first, message("rename one of them"))


def _names(form: Form) -> Iterator[tuple[str, str]]:
    """Every flat name with its place in the checklist, also those only phones use."""
    yield from ((name, "visit") for name in (*PHONE_GROUPS, *ON_PHONES))
    for section in form.sections:
        yield section.group, f"touchpoints.{section.id}"
        for field in section.fields:
            yield field.name, field.place
            if field.role is Role.ANSWER and field.item:
                yield from ((f"{field.name}__{part}", field.place) for part in ("proof", "skip"))
