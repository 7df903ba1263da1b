"""The survey sheet: one row for each thing asked, with when, what fits and what must be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cemaudit.errors import BadInput
from cemaudit.exchange.forms.fields import Field, Form, Kind, Option, Role, Section
from cemaudit.exchange.forms.words import both
from cemaudit.exchange.forms.xlsform.briefing import briefing
from cemaudit.exchange.forms.xlsform.conditions import condition
from cemaudit.exchange.forms.xlsform.labels import labelled
from cemaudit.exchange.forms.xlsform.lists import Lists
from cemaudit.exchange.forms.xlsform.literals import TRUE, all_of, any_of, quoted, ref
from cemaudit.exchange.forms.xlsform.outcomes import fits, needs_evidence, needs_note
from cemaudit.language import N_, message
from cemaudit.model import Text

__all__ = ["Row", "survey"]

Row = dict[str, str]

_TYPES = {
    Kind.NUMBER: "decimal",
    Kind.TEXT: "text",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.MOMENT: "dateTime",
}
_FILES = {"photo": "image", "receipt": "image", "audio": "audio", "document": "file"}
_EVIDENCE = {
    "photo": N_("photo"),
    "receipt": N_("receipt"),
    "audio": N_("recording"),
    "document": N_("document"),
}
_TIMES = ("visit__started", "visit__finished")
_BY_PHONE = {"visit__checklist", "visit__id", "visit__date", "visit__briefed", "visit__entered", *_TIMES}
LONGEST_CODE = 120
WIDEST = 2048
"""Pixels of a picture's longer side, as phones send it."""


def survey(form: Form, lists: Lists) -> Iterator[Row]:
    """The rows of the survey sheet; the choice lists they need are added to ``lists``."""
    yield {"type": "end", "name": "visit__entered"}
    yield {"type": "calculate", "name": "visit__checklist", "calculation": quoted(form.checklist.ref)}
    visit, *touchpoints = form.sections
    asked = (_setting(field, lists) for field in visit.fields if field.name not in _BY_PHONE)
    yield from _group(visit.group, visit.title, asked)
    yield from briefing(form.checklist)
    for section in touchpoints:
        yield from _touchpoint(section, form, lists)
    times = (_time(form.fields[name]) for name in _TIMES)
    yield from _group("visit__times", both(N_("Times of the visit")), times)


def _group(name: str, label: Text, rows: Iterable[Row], relevant: str = "") -> Iterator[Row]:
    yield {
        "type": "begin_group",
        "name": name,
        **labelled("label", label),
        "appearance": "field-list",
        **_when(relevant),
    }
    yield from rows
    yield {"type": "end_group", "name": name}


def _touchpoint(section: Section, form: Form, lists: Lists) -> Iterator[Row]:
    steps = section.touchpoint.steps if section.touchpoint else ()
    step = ref("visit__step")
    arises = any_of([f"{step} = ''", *(f"{step} = {quoted(one)}" for one in steps)]) if steps else ""
    rows = (row for field in section.fields for row in _rows(field, form, lists))
    yield from _group(section.group, section.title, rows, arises)


def _rows(field: Field, form: Form, lists: Lists) -> Iterator[Row]:
    when = _condition(field, form)
    match field.role:
        case Role.ANSWER:
            yield from _answer(field, when, lists)
        case Role.WHY if field.item:
            yield _field(field, relevant=all_of([when, _left_out(form.fields[field.item.id])]))
        case Role.NOTE:
            yield from _note(field, when, lists)
        case Role.EVIDENCE | Role.CAPTION:
            yield _file(field)
        case _:
            yield _field(field, lists=lists)


def _condition(field: Field, form: Form) -> str:
    try:
        return condition(field.when, form.checklist) if field.when else TRUE
    except BadInput as error:
        raise error.inside(field.place) from error


def _answer(field: Field, when: str, lists: Lists) -> Iterator[Row]:
    if field.kind is Kind.ONE:
        yield _field(field, relevant=when, required=TRUE, lists=lists, options=(*field.options, *field.skips))
        return
    skip = f"{field.name}__skip"
    yield _field(field, relevant=all_of([when, f"{ref(skip)} = ''"]), required=TRUE, lists=lists)
    label = both(lambda: message("{item}: left out?", item=field.name))
    yield {
        "type": f"select_one {lists.name(field.skips)}",
        "name": skip,
        **labelled("label", label),
        **_when(when),
        "appearance": "minimal",
    }


def _note(field: Field, when: str, lists: Lists) -> Iterator[Row]:
    """The note of an item, and which evidence is added, where it takes any."""
    item = field.item
    if item is None:
        return
    needed = needs_note(item)
    least = item.note.at_least if item.note else 0
    enough = f"string-length(translate(normalize-space(.), ' \u00a0\u3000', '')) >= {least}"
    limits: Row = (
        {"constraint": f"not({needed}) or {enough}", **labelled("constraint_message", field.expects)} if least else {}
    )
    yield {**_field(field, relevant=when, required=needed if least else ""), **limits}
    if item.evidence != "none":
        kinds = tuple(Option(kind, both(words)) for kind, words in _EVIDENCE.items())
        yield {
            "type": f"select_multiple {lists.name(kinds)}",
            "name": f"{item.id}__proof",
            **labelled("label", both(lambda: message("{item}: what evidence do you add?", item=item.id))),
            **_when(when),
            **_must(needs_evidence(item)),
        }


def _file(field: Field) -> Row:
    """Evidence comes one after another, the first once its kind is chosen; a caption comes with its file."""
    item = field.item.id if field.item else ""
    if field.role is Role.CAPTION:
        return _field(field, relevant=f"{ref(field.name.removesuffix('_caption'))} != ''")
    chosen = f"selected({ref(f'{item}__proof')}, '{field.evidence}')"
    earlier = f"{ref(f'{item}__{field.evidence}_{field.number - 1}')} != ''" if field.number > 1 else ""
    row = _field(field, relevant=all_of([chosen, earlier]), required="" if earlier else TRUE)
    return {**row, "parameters": f"max-pixels={WIDEST}"} if row["type"] == "image" else row


def _setting(field: Field, lists: Lists) -> Row:
    in_episode = field.name in {"visit__step", "visit__step_number"}
    relevant = f"{ref('visit__episode')} != ''" if in_episode else ""
    code: Row = {}
    if field.kind is Kind.TEXT and field.name not in {
        "visit__store_name",
        "visit__persona",
        "visit__place",
        "visit__occasion",
    }:
        words = both(lambda: message("at most {limit} characters", limit=LONGEST_CODE))
        code = {"constraint": f"string-length(.) <= {LONGEST_CODE}", **labelled("constraint_message", words)}
    return {
        **_field(field, relevant=relevant, required=TRUE if field.required or in_episode else "", lists=lists),
        **code,
    }


def _time(field: Field) -> Row:
    if field.name == _TIMES[0]:
        limit, words = ". <= now()", both(N_("You cannot have arrived later than now."))
    else:
        limit, words = f". >= {ref(_TIMES[0])}", both(N_("You cannot have left before you arrived."))
    return {**_field(field, required=TRUE), "constraint": limit, **labelled("constraint_message", words)}


def _field(
    field: Field, relevant: str = "", required: str = "", lists: Lists | None = None, options: tuple[Option, ...] = ()
) -> Row:
    return {
        "type": _type(field, lists, options or field.options),
        "name": field.name,
        **labelled("label", field.label),
        **labelled("hint", _hint(field)),
        **_when(relevant),
        **_must(required),
        **_fitting(field),
        **({"appearance": "multiline"} if field.lines else {}),
    }


def _type(field: Field, lists: Lists | None, options: tuple[Option, ...]) -> str:
    if field.evidence and field.role is Role.EVIDENCE:
        return _FILES[field.evidence]
    if field.kind in {Kind.ONE, Kind.MANY} and lists:
        return f"select_{'one' if field.kind is Kind.ONE else 'multiple'} {lists.name(options)}"
    return "integer" if field.limits and field.limits.whole else _TYPES[field.kind]


def _hint(field: Field) -> Text | None:
    """The help, and what fits."""
    parts = [text for text in (field.hint, field.expects) if text]
    return both(lambda: "\n".join(map(str, parts))) if parts else None


def _fitting(field: Field) -> Row:
    """The constraint of a number, or of several options: nothing chosen stands alone."""
    if field.kind is Kind.MANY:
        words = both(N_("'none of these' stands alone"))
        return {
            "constraint": "not(selected(., '_none')) or count-selected(.) = 1",
            **labelled("constraint_message", words),
        }
    limit = fits(field.limits) if field.limits else ""
    return {"constraint": limit, **labelled("constraint_message", field.expects)} if limit else {}


def _left_out(field: Field) -> str:
    """Whether the item is left out, on purpose."""
    return f"starts-with({ref(field.name)}, '_')" if field.kind is Kind.ONE else f"{ref(f'{field.name}__skip')} != ''"


def _when(relevant: str) -> Row:
    return {} if relevant in {"", TRUE} else {"relevant": relevant}


def _must(required: str) -> Row:
    if required in {"", "false()"}:
        return {}
    words = both(N_("This is needed here."))
    return {"required": "yes" if required == TRUE else required, **labelled("required_message", words)}
