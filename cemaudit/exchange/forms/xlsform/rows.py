"""Rows of the survey sheet: what every kind of field has in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cemaudit.exchange.forms.fields import FieldKind, FieldOption, FormField, Role
from cemaudit.exchange.forms.words import both
from cemaudit.exchange.forms.xlsform.labels import labelled
from cemaudit.exchange.forms.xlsform.lists import Lists
from cemaudit.exchange.forms.xlsform.literals import FALSE, TRUE
from cemaudit.exchange.forms.xlsform.outcomes import fits
from cemaudit.language import N_
from cemaudit.model import Text

__all__ = ["Row", "asked_if", "group", "limited", "needed_if", "row"]

Row = dict[str, str]
"""The cells of a row, by column; empty ones are left out."""

_TYPES = {
    FieldKind.NUMBER: "decimal",
    FieldKind.TEXT: "text",
    FieldKind.DATE: "date",
    FieldKind.TIME: "time",
    FieldKind.MOMENT: "dateTime",
}
_FILES = {"photo": "image", "receipt": "image", "audio": "audio", "document": "file"}


def group(name: str, label: Text, rows: Iterable[Row], relevant: str = "") -> Iterator[Row]:
    """``rows`` on one page, asked where ``relevant`` holds."""
    yield {
        "type": "begin_group",
        "name": name,
        **labelled("label", label),
        "appearance": "field-list",
        **asked_if(relevant),
    }
    yield from rows
    yield {"type": "end_group", "name": name}


def row(
    field: FormField,
    relevant: str = "",
    required: str = "",
    lists: Lists | None = None,
    options: tuple[FieldOption, ...] = (),
) -> Row:
    """The row of a field: asked where ``relevant`` holds, needed where ``required`` does; empty: always, never.

    ``options``: those to choose from, where they are more than the field's own.
    """
    return {
        "type": _type(field, lists, options or field.options),
        "name": field.name,
        **labelled("label", field.label),
        **labelled("hint", _hint(field)),
        **asked_if(relevant),
        **needed_if(required),
        **_fitting(field),
        **({"appearance": "multiline"} if field.lines else {}),
    }


def _type(field: FormField, lists: Lists | None, options: tuple[FieldOption, ...]) -> str:
    if field.evidence and field.role is Role.EVIDENCE:
        return _FILES[field.evidence]
    if field.kind in {FieldKind.ONE, FieldKind.MANY} and lists:
        return f"select_{'one' if field.kind is FieldKind.ONE else 'multiple'} {lists.name(options)}"
    return "integer" if field.limits and field.limits.whole else _TYPES[field.kind]


def _hint(field: FormField) -> Text | None:
    """The help, and what fits."""
    parts = [text for text in (field.hint, field.expects) if text]
    return both(lambda: "\n".join(map(str, parts))) if parts else None


def _fitting(field: FormField) -> Row:
    """The constraint of a number, or of several options: nothing chosen stands alone."""
    if field.kind is FieldKind.MANY:
        words = both(N_("'none of these' stands alone"))
        return limited("not(selected(., '_none')) or count-selected(.) = 1", words)
    limit = fits(field.limits) if field.limits else ""
    return limited(limit, field.expects) if limit else {}


def limited(constraint: str, words: Text | None) -> Row:
    """The cells that say what fits, and what is said of what does not."""
    return {"constraint": constraint, **labelled("constraint_message", words)}


def asked_if(relevant: str) -> Row:
    """The cells that say when it is asked."""
    return {} if relevant in {"", TRUE} else {"relevant": relevant}


def needed_if(required: str) -> Row:
    """The cells that say when it must be filled in."""
    if required in {"", FALSE}:
        return {}
    words = both(N_("This is needed here."))
    return {"required": "yes" if required == TRUE else required, **labelled("required_message", words)}
