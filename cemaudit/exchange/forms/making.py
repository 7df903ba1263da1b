"""Making the form of a checklist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.answers import CLAIM_STATES, fitting, numbered, skips_of
from cemaudit.exchange.forms.fields import ON_PHONES, PHONE_GROUPS, FieldKind, Form, FormField, FormSection, Role
from cemaudit.exchange.forms.settings import settings_of
from cemaudit.exchange.forms.words import both
from cemaudit.language import N_, message
from cemaudit.model import Checklist, Item, Touchpoint
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS

__all__ = ["FILES", "form_of"]

FILES = {"photo": 3, "receipt": 2, "audio": 1, "document": 1}
"""How many files of each kind of evidence a form takes for one item."""

_FILE_WORDS = {
    "photo": N_("{item}: photo {number}"),
    "receipt": N_("{item}: receipt {number}"),
    "audio": N_("{item}: recording"),
    "document": N_("{item}: document"),
}


def form_of(checklist: Checklist) -> Form:
    """The form of ``checklist``; ``BadInput`` where ids of items and touchpoints would give two fields one name."""
    visit = FormSection(both(N_("The visit")), settings_of(checklist))
    touchpoints = (FormSection(one.title, tuple(_of_touchpoint(one)), one) for one in checklist.touchpoints)
    form = Form(checklist, (visit, *touchpoints))
    problems = list(_clashes(form))
    if problems:
        raise BadInput(problems)
    return form


def _of_touchpoint(touchpoint: Touchpoint) -> Iterator[FormField]:
    if touchpoint.expectation:
        options = tuple(numbered(range(1, 8), EXPECTATIONS))
        asks = (
            N_("{touchpoint}: what do you expect? (fill in before the visit)")
            if touchpoint.perceived
            else N_("{touchpoint}: what had you expected beforehand?")
        )
        label = both(lambda: message(asks, touchpoint=touchpoint.title))
        yield FormField(
            f"{touchpoint.id}__expectation",
            Role.EXPECTATION,
            FieldKind.ONE,
            label,
            options=options,
            touchpoint=touchpoint,
        )
    for item in touchpoint.items:
        yield from _of_item(item, touchpoint)
    if touchpoint.perceived:
        options = tuple(numbered(range(1, 8), PERCEPTIONS))
        label = both(lambda: message("{touchpoint}: what did you meet?", touchpoint=touchpoint.title))
        yield FormField(
            f"{touchpoint.id}__perceived", Role.PERCEPTION, FieldKind.ONE, label, options=options, touchpoint=touchpoint
        )
    if touchpoint.emotion:
        options = tuple(numbered(range(-3, 4), EMOTIONS))
        label = both(lambda: message("{touchpoint}: how did it feel?", touchpoint=touchpoint.title))
        yield FormField(
            f"{touchpoint.id}__emotion", Role.EMOTION, FieldKind.ONE, label, options=options, touchpoint=touchpoint
        )
    yield from _complaints(touchpoint)


def _complaints(touchpoint: Touchpoint) -> Iterator[FormField]:
    title = touchpoint.title
    claim = both(lambda: message("{touchpoint}: claim (what the company should repair)", touchpoint=title))
    blame = both(lambda: message("{touchpoint}: blame (what you hold against the company)", touchpoint=title))
    state = both(
        lambda: message("{touchpoint}: what became of the claim before you left? (empty: not noted)", touchpoint=title)
    )
    yield FormField(f"{touchpoint.id}__claim", Role.CLAIM, FieldKind.TEXT, claim, lines=True, touchpoint=touchpoint)
    yield FormField(
        f"{touchpoint.id}__claim_state",
        Role.CLAIM_STATE,
        FieldKind.ONE,
        state,
        options=CLAIM_STATES,
        touchpoint=touchpoint,
    )
    yield FormField(f"{touchpoint.id}__blame", Role.BLAME, FieldKind.TEXT, blame, lines=True, touchpoint=touchpoint)


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
            what = message(
                "the form would have two fields called {name}, the other from {place}", name=name, place=other
            )
            yield Problem(what, first, message("rename one of them"))


def _names(form: Form) -> Iterator[tuple[str, str]]:
    """Every flat name with its place in the checklist, also those only phones use."""
    yield from ((name, "visit") for name in (*PHONE_GROUPS, *ON_PHONES))
    for section in form.sections:
        yield section.group, f"touchpoints.{section.id}"
        for field in section.fields:
            yield field.name, field.place
            if field.role is Role.ANSWER and field.item:
                yield from ((f"{field.name}__{part}", field.place) for part in ("proof", "skip"))
