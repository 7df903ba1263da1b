"""A form as a table to fill in, one visit a row: CSV, or XLSX with drop-downs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from cemaudit.exchange.forms.choosing import shown
from cemaudit.exchange.forms.dressing import FIRST_ROW, Dressing, codes_sheet
from cemaudit.exchange.forms.fields import FieldKind, Form, FormField
from cemaudit.exchange.forms.settings import CHECKLIST, CHECKLIST_LABEL, VISIT_ID
from cemaudit.exchange.forms.sheets import XlsxSheet, write_sheets
from cemaudit.exchange.forms.words import in_language
from cemaudit.exchange.tables.delimited import text_cell
from cemaudit.files import replaced
from cemaudit.language import LANGUAGES, Language
from cemaudit.model.identity import new_id

__all__ = ["blank_records", "is_labels", "is_untouched", "write_csv", "write_xlsx"]

Records = Sequence[Mapping[str, str]]


def blank_records(form: Form, count: int) -> list[dict[str, str]]:
    """Records of ``count`` visits still to be filled in, each with an id of its own."""
    return [{CHECKLIST: form.checklist.ref, VISIT_ID: new_id()} for _ in range(count)]


def is_untouched(record: Mapping[str, str]) -> bool:
    """Whether nothing was filled into a blank record."""
    return not any(text for name, text in record.items() if name not in {CHECKLIST, VISIT_ID})


def is_labels(record: Mapping[str, str]) -> bool:
    """Whether it is no visit but the row of labels."""
    return record.get(CHECKLIST, "") in {in_language(CHECKLIST_LABEL, language) for language in LANGUAGES}


def write_csv(form: Form, records: Records, path: Path) -> None:
    """Write a CSV of flat names and ``records``, UTF-8 with its mark, so that spreadsheet programs see Korean."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(form.fields)
    writer.writerows([text_cell(record.get(name, "")) for name in form.fields] for record in records)
    with replaced(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def write_xlsx(form: Form, records: Records, path: Path, language: Language) -> None:
    """Write a workbook: flat names, labels in ``language``, ``records``; then a sheet of codes and their words.

    ``BadInput`` where it has more columns than a sheet, ``BadEnvironment`` without the extra ``xlsx``.
    """
    codes, lists = codes_sheet(form, language)
    labels = [_label(field, language) for field in form.fields.values()]
    rows = [labels, *([_said(field, record, language) for field in form.fields.values()] for record in records)]
    dressing = Dressing(form, lists, language, max(len(records) + FIRST_ROW, 200))
    write_sheets(path, [XlsxSheet("visits", list(form.fields), rows, dressing.put_on), codes])


def _label(field: FormField, language: Language) -> str:
    label = in_language(field.label, language)
    is_answer = field.touchpoint and field.item and field.name == field.item.id
    return f"{in_language(field.touchpoint.title, language)}: {label}" if is_answer and field.touchpoint else label


def _said(field: FormField, record: Mapping[str, str], language: Language) -> str:
    """What stands in a cell: of one option its words, as in the drop-down."""
    text = record.get(field.name, "")
    return shown(field, language).get(text, text) if field.kind is FieldKind.ONE else text
