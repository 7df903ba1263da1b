"""The XLSForm of a checklist as a workbook."""

from __future__ import annotations

from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.sheets import XlsxSheet, write_sheets
from cemaudit.exchange.forms.words import in_language
from cemaudit.exchange.forms.xlsform.labels import COLUMN, plain
from cemaudit.exchange.forms.xlsform.lists import Lists
from cemaudit.exchange.forms.xlsform.survey import survey
from cemaudit.language import Language, message
from cemaudit.model import Checklist

__all__ = ["sheets_of", "write_xlsform"]

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
        XlsxSheet(name, _columns(rows), [[row.get(column, "") for column in _columns(rows)] for row in rows])
        for name, rows in sheets_of(checklist, language).items()
    ]
    write_sheets(path, sheets)


def sheets_of(checklist: Checklist, language: Language) -> dict[str, Rows]:
    """The rows of the sheets ``survey``, ``choices`` and ``settings``."""
    _refuse_reserved(checklist)
    lists = Lists()
    asked = list(survey(form_of(checklist), lists))
    return {"survey": asked, "choices": list(lists.rows()), "settings": [_settings(checklist, language)]}


def _settings(checklist: Checklist, language: Language) -> dict[str, str]:
    return {
        "form_title": plain(in_language(checklist.title, language)),
        "form_id": checklist.id,
        "version": checklist.version,
        "default_language": COLUMN[language],
        "style": "pages",
        "instance_name": "concat(${visit__store}, ' ', format-date(${visit__started}, '%Y-%m-%d'))",
    }


def _columns(rows: Rows) -> list[str]:
    """The columns of the sheet, in the usual order; only those that hold anything."""
    found = {column for row in rows for column in row}
    names = [
        f"{column}::{language}" if column in _TRANSLATED else column
        for column in (*dict.fromkeys((*_SURVEY, *_CHOICES)),)
        for language in (COLUMN.values() if column in _TRANSLATED else ("",))
    ]
    return [name for name in names if name in found] + sorted(found - set(names))


def _refuse_reserved(checklist: Checklist) -> None:
    reserved = sorted(_RESERVED & checklist.items.keys())
    if reserved:
        what = message("{name} is a reserved name in XLSForms", name=reserved[0])
        raise BadInput(Problem(what, f"items.{reserved[0]}", message("rename the item")))
