"""The XLSForm of a checklist: one row for each thing asked, with when, what fits and what must be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.fields import FieldKind, FieldOption, Form, FormField, FormSection, Role, both
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.text_workbook import XlsxSheet, write_sheets
from cemaudit.exchange.forms.xlsform.conditions import condition, needs_evidence, needs_note
from cemaudit.exchange.forms.xlsform.rows import (
    Lists,
    Row,
    asked_if,
    group,
    labelled,
    language_column,
    limited,
    needed_if,
    plain,
    row,
)
from cemaudit.exchange.forms.xlsform.xpath import TRUE, all_of, any_of, quoted, ref
from cemaudit.language import LANGUAGES, N_, Language, message, translate, writing, written
from cemaudit.model import Checklist, Scenario, Text

__all__ = ["briefing", "sheets_of", "survey", "write_xlsform"]

_EVIDENCE = {
    "photo": N_("photo"),
    "receipt": N_("receipt"),
    "audio": N_("recording"),
    "document": N_("document"),
}
_STARTED, _FINISHED = "visit__started", "visit__finished"
_DATE, _UNTIL = "visit__date", "visit__until"
_ELSEWHERE = {"visit__checklist", "visit__id", _DATE, _UNTIL, "visit__briefed", "visit__entered", _STARTED, _FINISHED}
_CODES = {"visit__store", "visit__shopper", "visit__wave", "visit__episode"}
_LIMITS_OF_TIMES = {
    _STARTED: (
        "decimal-date-time(.) <= decimal-date-time(now())",
        both(N_("This time is still to come.")),
    ),
    _FINISHED: (
        f"decimal-date-time(.) >= decimal-date-time({ref(_STARTED)})",
        both(N_("This is before the beginning noted above.")),
    ),
    _DATE: (". <= today()", both(N_("The first day cannot be later than today."))),
    _UNTIL: (f". >= {ref(_DATE)} and . <= today()", both(N_("The last day lies from the first day to today."))),
}
"""What fits the beginning and the end of a visit, and what is said of what does not."""

LONGEST_CODE = 120
WIDEST = 2048
"""Pixels of a picture's longer side, as phones send it."""

Rows = list[dict[str, str]]
_TRANSLATED = ("label", "hint", "constraint_message", "required_message")
_SURVEY = ("type", "name", "label", "hint", "relevant", "required", "required_message", "constraint",
    "constraint_message", "appearance", "calculation", "trigger", "readonly", "parameters")  # fmt: skip
_CHOICES = ("list_name", "name", "label")
_RESERVED = {"meta"}


def write_xlsform(checklist: Checklist, path: Path, language: Language) -> None:
    """Write the XLSForm of ``checklist`` in both languages, ``language`` first, to ``path``.

    The same checklist makes the same bytes. ``BadInput`` where a form cannot say what the checklist asks,
    ``BadEnvironment`` without the extra ``xlsx`` or where the file cannot be written.
    """
    sheets = [
        XlsxSheet(name, columns, [[row.get(column, "") for column in columns] for row in rows])
        for name, rows in sheets_of(checklist, language).items()
        for columns in [_columns(rows, _languages_of(checklist))]
    ]
    write_sheets(path, sheets)


def sheets_of(checklist: Checklist, language: Language) -> dict[str, Rows]:
    """The rows of the sheets ``survey``, ``choices`` and ``settings``."""
    _refuse_reserved(checklist)
    lists = Lists()
    with writing(_languages_of(checklist)):
        rows = list(survey(form_of(checklist), lists))
        return {"survey": rows, "choices": list(lists.rows()), "settings": [_settings(checklist, language)]}


def _languages_of(checklist: Checklist) -> tuple[str, ...]:
    """Those of the file; where they are Korean and English, English first, as forms have had them ever since."""
    return ("en", "ko") if set(checklist.languages) == set(LANGUAGES) else checklist.languages


def _settings(checklist: Checklist, language: Language) -> dict[str, str]:
    first = language if language in written() else written()[0]
    begin = _DATE if checklist.spans_days else _STARTED
    return {
        "form_title": plain(checklist.title.in_language(first)),
        "form_id": checklist.id,
        "version": checklist.version,
        "default_language": language_column(first),
        "style": "pages",
        "instance_name": f"concat(${{visit__store}}, ' ', format-date({ref(begin)}, '%Y-%m-%d'))",
    }


def _columns(rows: Rows, languages: Sequence[str]) -> list[str]:
    """The columns of the sheet, in the usual order; only those that hold anything."""
    used = {column for row in rows for column in row}
    names = [
        f"{column}::{language}" if column in _TRANSLATED else column
        for column in (*dict.fromkeys((*_SURVEY, *_CHOICES)),)
        for language in (map(language_column, languages) if column in _TRANSLATED else ("",))
    ]
    return [name for name in names if name in used] + sorted(used - set(names))


def _refuse_reserved(checklist: Checklist) -> None:
    reserved = sorted(_RESERVED & checklist.items.keys())
    if reserved:
        text = message("{name} is a reserved name in XLSForms", name=reserved[0])
        raise BadInput(Problem(text, f"items.{reserved[0]}", message("rename the item")))


def survey(form: Form, lists: Lists) -> Iterator[Row]:
    """The rows of the survey sheet; the choice lists they need are added to ``lists``."""
    yield {"type": "end", "name": "visit__entered"}
    yield {"type": "calculate", "name": "visit__checklist", "calculation": quoted(form.checklist.ref)}
    visit, *touchpoints = form.sections
    settings = (_setting(field, lists) for field in visit.fields if field.name not in _ELSEWHERE)
    yield from group(visit.group, visit.title, settings)
    yield from briefing(form.checklist)
    for section in touchpoints:
        yield from _touchpoint(section, form, lists)
    names = (_DATE, _UNTIL) if form.checklist.spans_days else (_STARTED, _FINISHED)
    times = ({**row(form.fields[name], required=TRUE), **limited(*_LIMITS_OF_TIMES[name])} for name in names)
    yield from group("visit__times", both(N_("Times of the visit")), times)


def _touchpoint(section: FormSection, form: Form, lists: Lists) -> Iterator[Row]:
    steps = section.touchpoint.steps if section.touchpoint and form.checklist.steps else ()
    step = ref("visit__step")
    arises = any_of([f"{step} = ''", *(f"{step} = {quoted(step_id)}" for step_id in steps)]) if steps else ""
    rows = (cells for field in section.fields for cells in _rows(field, form, lists))
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
        case Role.EXPECTATION | Role.PERCEPTION | Role.EMOTION:
            yield row(field, relevant=_where_felt(field, form), required=TRUE, lists=lists)
        case Role.FEELING_WHY:
            felt = form.fields[field.name.removesuffix("_why")]
            yield row(field, relevant=all_of([_where_felt(felt, form), _left_out(felt)]))
        case _:
            yield row(field, lists=lists)


def _condition(field: FormField, form: Form) -> str:
    try:
        return condition(field.when, form.checklist) if field.when else TRUE
    except BadInput as error:
        raise error.inside(field.place) from error


def _where_felt(field: FormField, form: Form) -> str:
    """Whether any item of the field's touchpoint arises; a touchpoint of which none does asks for no feeling.

    An expectation noted before the visit is asked always, for nobody knows yet what will arise.
    """
    if field.role is Role.EXPECTATION and field.touchpoint and field.touchpoint.perceived:
        return TRUE
    items = field.touchpoint.items if field.touchpoint else ()
    return any_of(_condition(form.fields[item.id], form) for item in items)


def _answer(field: FormField, when: str, lists: Lists) -> Iterator[Row]:
    if field.kind is FieldKind.ONE:
        yield row(field, relevant=when, required=TRUE, lists=lists)
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
        note = row(field, relevant=when, required=needed)
        yield {**note, **limited(f"not({needed}) or {enough}", field.expects)}
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
    cells = row(field, relevant=all_of([chosen, earlier]), required="" if earlier else TRUE)
    return {**cells, "parameters": f"max-pixels={WIDEST}"} if cells["type"] == "image" else cells


def _setting(field: FormField, lists: Lists) -> Row:
    in_episode = field.name in {"visit__step", "visit__step_number"}
    relevant = f"{ref('visit__episode')} != ''" if in_episode else ""
    cells = row(field, relevant=relevant, required=TRUE if field.required or in_episode else "", lists=lists)
    if field.name not in _CODES:
        return cells
    words = both(lambda: message("at most {limit} characters", limit=LONGEST_CODE))
    return {**cells, **limited(f"string-length(.) <= {LONGEST_CODE}", words)}


def _left_out(field: FormField) -> str:
    """Whether the answer or the feeling is left out, on purpose."""
    return (
        f"starts-with({ref(field.name)}, '_')" if field.kind is FieldKind.ONE else f"{ref(f'{field.name}__skip')} != ''"
    )


def briefing(checklist: Checklist) -> Iterator[Row]:
    """The rows of the briefing; acknowledging it notes the moment."""
    yield from group("visit__briefing", both(N_("Briefing")), _briefing_rows(checklist))


def _briefing_rows(checklist: Checklist) -> Iterator[Row]:
    if checklist.about:
        yield _text_note("visit__about", checklist.about)
    for number, scenario in enumerate(checklist.scenarios, 1):
        relevant = f"{ref('visit__scenario')} = {quoted(scenario.id)}"
        yield {**_text_note(f"visit__scenario_{number}", _told(scenario)), **asked_if(relevant)}
    if checklist.conduct:
        yield _text_note("visit__conduct", both(lambda: _listed(N_("Rules of conduct"), checklist.conduct)))
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


def _text_note(name: str, text: Text) -> Row:
    return {"type": "note", "name": name, **labelled("label", text)}


def _told(scenario: Scenario) -> Text:
    def say() -> str:
        role = f"{translate(N_('Whom you play'))}: {scenario.persona}"
        look_for = [_listed(N_("What to look for"), scenario.look_for)] if scenario.look_for else []
        return "\n\n".join([str(scenario.title), role, str(scenario.text), *look_for])

    return both(say)


def _listed(head: str, texts: tuple[Text, ...]) -> str:
    return "\n".join([translate(head), *(f"- {text}" for text in texts)])
