"""Rows of an XLSForm: what every kind of field has in common, labels in each language, lists of choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cemaudit.exchange.forms.answer_options import CLAIM_STATES
from cemaudit.exchange.forms.fields import FieldKind, FieldOption, FormField, Role, both
from cemaudit.exchange.forms.xlsform.conditions import fits
from cemaudit.exchange.forms.xlsform.xpath import FALSE, TRUE
from cemaudit.language import N_, written
from cemaudit.model import Text

__all__ = [
    "LANGUAGE_NAMES",
    "Lists",
    "Row",
    "asked_if",
    "group",
    "labelled",
    "language_column",
    "limited",
    "needed_if",
    "plain",
    "row",
]

LANGUAGE_NAMES = {
    "en": "English", "ko": "한국어", "ja": "日本語", "zh": "中文", "vi": "Tiếng Việt", "th": "ไทย", "id": "Indonesia",
    "de": "Deutsch", "fr": "français", "es": "español", "pt": "português", "it": "italiano", "nl": "Nederlands",
}  # fmt: skip
"""What languages call themselves (CLDR); others go by their tag."""

_MARKS = re.compile(r"([\\*_])|^(#)", re.MULTILINE)
_NOT_XML = re.compile("[\ufffe\uffff]")
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


def labelled(column: str, text: Text | None) -> dict[str, str]:
    """The cells of ``column`` (``label``, ``hint`` ...) in each language; none without a text."""
    if text is None:
        return {}
    return {f"{column}::{language_column(tag)}": plain(text.in_language(tag)) for tag in written()}


def language_column(tag: str) -> str:
    """A language as XLSForms name it, like ``English (en)``."""
    return f"{LANGUAGE_NAMES.get(tag.partition('-')[0], tag)} ({tag})"


def plain(text: str) -> str:
    """``text`` as a form shows it as it is: no reference to a field, no emphasis, no heading."""
    safe = _NOT_XML.sub("", text).replace("${", "$ {")
    return _MARKS.sub(r"\\\1\2", safe) if _MARKS.search(safe) else safe


class Lists:
    """Choice lists by their options; the same options are one list."""

    def __init__(self) -> None:
        self._names: dict[tuple[FieldOption, ...], str] = {}

    def name(self, options: tuple[FieldOption, ...]) -> str:
        """The name of the list with these options."""
        if options == CLAIM_STATES:
            # By a name of its own: every form has it, and the numbers of the others stay what they were.
            return self._names.setdefault(options, "claim_states")
        numbered = len(self._names.keys() - {CLAIM_STATES})
        return self._names.setdefault(options, f"list_{numbered + 1}")

    def rows(self) -> Iterator[dict[str, str]]:
        """The rows of the choices sheet."""
        for options, name in self._names.items():
            for option in options:
                yield {"list_name": name, "name": option.code, **labelled("label", option.label)}


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


def row(field: FormField, relevant: str = "", required: str = "", lists: Lists | None = None) -> Row:
    """The row of a field: asked where ``relevant`` holds, needed where ``required`` does; empty: always, never.

    Where one option is chosen, leaving the answer out is among the options.
    """
    return {
        "type": _type(field, lists),
        "name": field.name,
        **labelled("label", field.label),
        **labelled("hint", _hint(field)),
        **asked_if(relevant),
        **needed_if(required),
        **_fitting(field),
        **({"appearance": "multiline"} if field.lines else {}),
    }


def _type(field: FormField, lists: Lists | None) -> str:
    if field.evidence and field.role is Role.EVIDENCE:
        return _FILES[field.evidence]
    if field.kind is FieldKind.ONE and lists:
        return f"select_one {lists.name((*field.options, *field.skips))}"
    if field.kind is FieldKind.MANY and lists:
        return f"select_multiple {lists.name(field.options)}"
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
