"""The survey sheet: one row for each thing asked, with when, what fits and what must be."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.errors import BadInput
from cemaudit.exchange.forms.fields import FieldKind, FieldOption, Form, FormField, FormSection, Role
from cemaudit.exchange.forms.words import both
from cemaudit.exchange.forms.xlsform.briefing import briefing
from cemaudit.exchange.forms.xlsform.conditions import condition
from cemaudit.exchange.forms.xlsform.labels import labelled
from cemaudit.exchange.forms.xlsform.lists import Lists
from cemaudit.exchange.forms.xlsform.literals import TRUE, all_of, any_of, quoted, ref
from cemaudit.exchange.forms.xlsform.outcomes import needs_evidence, needs_note
from cemaudit.exchange.forms.xlsform.rows import Row, asked_if, group, limited, needed_if, row
from cemaudit.language import N_, message

__all__ = ["survey"]

_EVIDENCE = {
    "photo": N_("photo"),
    "receipt": N_("receipt"),
    "audio": N_("recording"),
    "document": N_("document"),
}
_STARTED, _FINISHED = "visit__started", "visit__finished"
_ELSEWHERE = {"visit__checklist", "visit__id", "visit__date", "visit__briefed", "visit__entered", _STARTED, _FINISHED}
_CODES = {"visit__store", "visit__shopper", "visit__wave", "visit__episode"}
LONGEST_CODE = 120
WIDEST = 2048
"""Pixels of a picture's longer side, as phones send it."""


def survey(form: Form, lists: Lists) -> Iterator[Row]:
    """The rows of the survey sheet; the choice lists they need are added to ``lists``."""
    yield {"type": "end", "name": "visit__entered"}
    yield {"type": "calculate", "name": "visit__checklist", "calculation": quoted(form.checklist.ref)}
    visit, *touchpoints = form.sections
    asked = (_setting(field, lists) for field in visit.fields if field.name not in _ELSEWHERE)
    yield from group(visit.group, visit.title, asked)
    yield from briefing(form.checklist)
    for section in touchpoints:
        yield from _touchpoint(section, form, lists)
    times = (_time(form.fields[name]) for name in (_STARTED, _FINISHED))
    yield from group("visit__times", both(N_("Times of the visit")), times)


def _touchpoint(section: FormSection, form: Form, lists: Lists) -> Iterator[Row]:
    steps = section.touchpoint.steps if section.touchpoint and form.checklist.steps else ()
    step = ref("visit__step")
    arises = any_of([f"{step} = ''", *(f"{step} = {quoted(one)}" for one in steps)]) if steps else ""
    rows = (found for field in section.fields for found in _rows(field, form, lists))
    yield from group(section.group, section.title, rows, arises)


def _rows(field: FormField, form: Form, lists: Lists) -> Iterator[Row]:
    when = _condition(field, form)
    match field.role:
        case Role.ANSWER:
            yield from _answer(field, when, lists)
        case Role.WHY if field.item:
            yield row(field, relevant=all_of([when, _left_out(form.fields[field.item.id])]))
        case Role.NOTE:
            yield from _note(field, when, lists)
        case Role.EVIDENCE | Role.CAPTION:
            yield _file(field)
        case Role.CLAIM_STATE:
            yield row(field, relevant=f"{ref(field.name.removesuffix('_state'))} != ''", lists=lists)
        case Role.EXPECTATION if field.touchpoint and field.touchpoint.perceived:
            yield row(field, lists=lists)  # asked before the visit, when nobody knows yet what will arise
        case Role.EXPECTATION | Role.PERCEPTION | Role.EMOTION:
            yield row(field, relevant=_where_any_arises(field, form), lists=lists)
        case _:
            yield row(field, lists=lists)


def _condition(field: FormField, form: Form) -> str:
    try:
        return condition(field.when, form.checklist) if field.when else TRUE
    except BadInput as error:
        raise error.inside(field.place) from error


def _where_any_arises(field: FormField, form: Form) -> str:
    """Whether any item of the field's touchpoint arises; a touchpoint of which none does asks for no feeling."""
    items = field.touchpoint.items if field.touchpoint else ()
    return any_of(_condition(form.fields[item.id], form) for item in items)


def _answer(field: FormField, when: str, lists: Lists) -> Iterator[Row]:
    if field.kind is FieldKind.ONE:
        yield row(field, relevant=when, required=TRUE, lists=lists, options=(*field.options, *field.skips))
        return
    skip = f"{field.name}__skip"
    yield row(field, relevant=all_of([when, f"{ref(skip)} = ''"]), required=TRUE, lists=lists)
    label = both(lambda: message("{item}: left out?", item=field.name))
    yield {
        "type": f"select_one {lists.name(field.skips)}",
        "name": skip,
        **labelled("label", label),
        **asked_if(when),
        "appearance": "minimal",
    }


def _note(field: FormField, when: str, lists: Lists) -> Iterator[Row]:
    """The note of an item, and which evidence is added, where it takes any."""
    item = field.item
    if item is None:
        return
    if item.note:
        needed = needs_note(item)
        enough = f"string-length(translate(normalize-space(.), ' \u00a0\u3000', '')) >= {item.note.at_least}"
        asked = row(field, relevant=when, required=needed)
        yield {**asked, **limited(f"not({needed}) or {enough}", field.expects)}
    else:
        yield row(field, relevant=when)
    if item.evidence != "none":
        kinds = tuple(FieldOption(kind, both(words)) for kind, words in _EVIDENCE.items())
        yield {
            "type": f"select_multiple {lists.name(kinds)}",
            "name": f"{item.id}__proof",
            **labelled("label", both(lambda: message("{item}: what evidence do you add?", item=item.id))),
            **asked_if(when),
            **needed_if(needs_evidence(item)),
        }


def _file(field: FormField) -> Row:
    """Evidence comes one after another, the first once its kind is chosen; a caption comes with its file."""
    item = field.item.id if field.item else ""
    if field.role is Role.CAPTION:
        return row(field, relevant=f"{ref(field.name.removesuffix('_caption'))} != ''")
    chosen = f"selected({ref(f'{item}__proof')}, '{field.evidence}')"
    earlier = f"{ref(f'{item}__{field.evidence}_{field.number - 1}')} != ''" if field.number > 1 else ""
    found = row(field, relevant=all_of([chosen, earlier]), required="" if earlier else TRUE)
    return {**found, "parameters": f"max-pixels={WIDEST}"} if found["type"] == "image" else found


def _setting(field: FormField, lists: Lists) -> Row:
    in_episode = field.name in {"visit__step", "visit__step_number"}
    relevant = f"{ref('visit__episode')} != ''" if in_episode else ""
    asked = row(field, relevant=relevant, required=TRUE if field.required or in_episode else "", lists=lists)
    if field.name not in _CODES:
        return asked
    words = both(lambda: message("at most {limit} characters", limit=LONGEST_CODE))
    return {**asked, **limited(f"string-length(.) <= {LONGEST_CODE}", words)}


def _time(field: FormField) -> Row:
    asked = row(field, required=TRUE)
    if field.name == _STARTED:
        words = both(N_("You cannot have arrived later than now."))
        return {**asked, **limited("decimal-date-time(.) <= decimal-date-time(now())", words)}
    words = both(N_("You cannot have left before you arrived."))
    return {**asked, **limited(f"decimal-date-time(.) >= decimal-date-time({ref(_STARTED)})", words)}


def _left_out(field: FormField) -> str:
    """Whether the item is left out, on purpose."""
    return (
        f"starts-with({ref(field.name)}, '_')" if field.kind is FieldKind.ONE else f"{ref(f'{field.name}__skip')} != ''"
    )
