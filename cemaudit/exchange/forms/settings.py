"""The fields of the visit itself: where, when, who, in which scenario, which visit of which episode."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cemaudit.exchange.forms.fields import FieldKind, FieldOption, FormField, NumberLimits, Role
from cemaudit.exchange.forms.words import both
from cemaudit.language import N_, message
from cemaudit.model import Checklist, Text
from cemaudit.model.checklist import Circumstance

__all__ = ["CHECKLIST", "CHECKLIST_LABEL", "PREFIX", "VISIT_ID", "settings_of"]

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
_TIMES = (
    ("briefed", FieldKind.MOMENT, N_("When you read the briefing")),
    ("date", FieldKind.DATE, N_("Day of the visit (if you do not know the times)")),
    ("started", FieldKind.MOMENT, N_("When you arrived")),
    ("finished", FieldKind.MOMENT, N_("When you left")),
    ("entered", FieldKind.MOMENT, N_("When this was filled in")),
)
_EXPECTS = {
    FieldKind.DATE: N_("a date like 2026-11-21"),
    FieldKind.MOMENT: N_("a date and time like 2026-11-21 14:05"),
}


def settings_of(checklist: Checklist) -> tuple[FormField, ...]:
    """The fields of the visit itself, in the order they are asked; only the store must be filled in."""
    return tuple(_fields(checklist))


def _fields(checklist: Checklist) -> Iterator[FormField]:
    yield from (_field(*about) for about in _ABOUT)
    yield _circumstance("occasion", N_("Occasion"), checklist.occasions)
    if checklist.scenarios:
        scenarios = tuple(FieldOption(one.id, one.title) for one in checklist.scenarios)
        yield _field("scenario", FieldKind.ONE, N_("Scenario"), options=scenarios)
    yield _circumstance("persona", N_("Whom you played"), checklist.personas)
    if checklist.steps:
        steps = tuple(FieldOption(one.id, one.title) for one in checklist.steps)
        yield _field("episode", FieldKind.TEXT, N_("Code of the treatment or order"))
        yield _field("step", FieldKind.ONE, N_("Which visit of the treatment or order"), options=steps)
        number = NumberLimits(Fraction(1), Fraction(999), whole=True)
        yield _field("step_number", FieldKind.NUMBER, N_("How many visits so far, this one included"), limits=number)
    if checklist.consent == "required":
        yield _field("consent_date", FieldKind.DATE, N_("Day the customer's consent was given"))
        yield _field("consent_form", FieldKind.TEXT, N_("Reference of the signed consent form (no name)"))
    if any(touchpoint.perceived for touchpoint in checklist.touchpoints):
        yield _field("expected", FieldKind.MOMENT, N_("When you noted what you expect"))
    yield from (_field(*about) for about in _TIMES)


def _circumstance(name: str, label: str, declared: tuple[Circumstance, ...]) -> FormField:
    """A persona or an occasion: one of those the checklist declares; words of one's own where it declares none."""
    options = tuple(FieldOption(one.id, one.title) for one in declared)
    return _field(name, FieldKind.ONE if options else FieldKind.TEXT, label, options=options)


def _field(
    name: str, kind: FieldKind, label: str, *, options: tuple[FieldOption, ...] = (), limits: NumberLimits | None = None
) -> FormField:
    return FormField(
        name=PREFIX + name,
        role=Role.SETTING,
        kind=kind,
        label=both(label),
        expects=_expected(kind, limits),
        options=options,
        limits=limits,
        required=name == "store",
    )


def _expected(kind: FieldKind, limits: NumberLimits | None) -> Text | None:
    if limits:
        return both(lambda: message("a whole number from {low} to {high}", low=limits.least, high=limits.most))
    return both(_EXPECTS[kind]) if kind in _EXPECTS else None
