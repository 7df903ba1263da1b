"""A form as a table to fill in, one visit a row: CSV, or XLSX with drop-downs, hints, formats and widths."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.exchange.forms.answer_options import shown
from cemaudit.exchange.forms.fields import FieldKind, Form, FormField, Role
from cemaudit.exchange.forms.making import CHECKLIST, CHECKLIST_LABEL, VISIT_ID
from cemaudit.exchange.forms.text_workbook import XlsxSheet, write_sheets
from cemaudit.exchange.tables.delimited import text_cell
from cemaudit.files import replaced
from cemaudit.language import LANGUAGES, Language, message, use
from cemaudit.model.identity import new_id

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "FIRST_ROW",
    "Dressing",
    "blank_records",
    "codes_sheet",
    "is_labels",
    "is_untouched",
    "write_csv",
    "write_xlsx",
]

FIRST_ROW = 3
"""The first row to fill in, below the flat names and the labels."""

CODES = "codes"
_FORMATS = {
    FieldKind.NUMBER: "General",
    FieldKind.DATE: "yyyy-mm-dd",
    FieldKind.TIME: "hh:mm",
    FieldKind.MOMENT: "yyyy-mm-dd hh:mm",
}
_WIDTHS = {FieldKind.ONE: 24, FieldKind.NUMBER: 12, FieldKind.DATE: 12, FieldKind.TIME: 10, FieldKind.MOMENT: 18}
_USUAL_WIDTH, _WIDE = 18, 40
_LONGEST_HINT = 250
Records = Sequence[Mapping[str, str]]


def codes_sheet(form: Form, language: Language) -> tuple[XlsxSheet, dict[str, str]]:
    """The sheet of all codes with their words, and the range of words for each field where one option is chosen."""
    rows: list[list[str]] = []
    lists: dict[str, str] = {}
    for field in form.fields.values():
        options = (*field.options, *field.skips)
        if field.kind is FieldKind.ONE:
            lists[field.name] = f"{CODES}!$C${len(rows) + 2}:$C${len(rows) + 1 + len(options)}"
        words = shown(field, language)
        rows += (
            [
                field.name,
                option.code,
                words[option.code],
                option.label.in_language("ko"),
                option.label.in_language("en"),
            ]
            for option in options
        )
    return XlsxSheet(CODES, ["field", "code", "words", "한국어", "English"], rows, _dress_codes), lists


@dataclass(frozen=True)
class Dressing:
    """Dresses the sheet of visits; ``lists`` are the ranges of the drop-downs, ``last`` is the last row to fill in."""

    form: Form
    lists: Mapping[str, str]
    language: Language
    last: int

    def put_on(self, page: Worksheet) -> None:
        """Freeze the header, mark it, and give every column its width, format, hint and drop-down."""
        from openpyxl.styles import Alignment, Font  # noqa: PLC0415 an extra, and slow to load
        from openpyxl.utils import get_column_letter  # noqa: PLC0415

        page.freeze_panes = f"D{FIRST_ROW}"
        page.row_dimensions[FIRST_ROW - 1].height = 60
        for number, field in enumerate(self.form.fields.values(), 1):
            letter = get_column_letter(number)
            page.cell(1, number).font = Font(size=8, color="808080")
            label = page.cell(2, number)
            label.font, label.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
            column = page.column_dimensions[letter]
            column.width = _WIDE if field.lines else _WIDTHS.get(field.kind, _USUAL_WIDTH)
            column.number_format = _FORMATS.get(field.kind, "@")
            check = self._check(field)
            check.add(f"{letter}{FIRST_ROW}:{letter}{self.last}")
            page.add_data_validation(check)
            for row in range(FIRST_ROW, page.max_row + 1):
                page.cell(row, number).number_format = column.number_format

    def _check(self, field: FormField) -> DataValidation:
        """The hint beside a cell and, of one option, the drop-down; another text is asked about, not refused."""
        from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

        listed = self.lists.get(field.name)
        with use(self.language):
            hint = "\n".join(self._hints(field))[:_LONGEST_HINT]
        return DataValidation(
            type="list" if listed else None,
            formula1=listed,
            errorStyle="warning",
            allow_blank=True,
            showErrorMessage=bool(listed),
            showInputMessage=bool(hint),
            promptTitle=field.name[:32],
            prompt=hint or None,
        )

    def _hints(self, field: FormField) -> Iterator[str]:
        yield from (str(text) for text in (field.expects, field.hint) if text)
        if field.kind is FieldKind.MANY:
            codes = ", ".join(option.code for option in field.options)
            yield str(message("several with ; between: {codes}", codes=codes))
        elif field.kind is FieldKind.FILE:
            yield str(message("the name of a file beside this one, or in a folder {folder} there", folder="media"))
        if field.role is Role.ANSWER and not self.lists.get(field.name):
            yield str(
                message("left out: {codes}", codes=", ".join(f"{skip.code} {skip.label}" for skip in field.skips))
            )


def _dress_codes(page: Worksheet) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415

    page.freeze_panes = "A2"
    for number, (letter, width) in enumerate(zip("ABCDE", (24, 12, 40, 40, 40), strict=True), 1):
        page.cell(1, number).font = Font(bold=True)
        page.column_dimensions[letter].width = width


def blank_records(form: Form, count: int) -> list[dict[str, str]]:
    """Records of ``count`` visits still to be filled in, each with an id of its own."""
    return [{CHECKLIST: form.checklist.ref, VISIT_ID: new_id()} for _ in range(count)]


def is_untouched(record: Mapping[str, str]) -> bool:
    """Whether nothing was filled into a blank record."""
    return not any(text for name, text in record.items() if name not in {CHECKLIST, VISIT_ID})


def is_labels(record: Mapping[str, str]) -> bool:
    """Whether it is no visit but the row of labels."""
    return record.get(CHECKLIST, "") in {CHECKLIST_LABEL.in_language(language) for language in LANGUAGES}


def write_csv(form: Form, records: Records, path: Path, labels: Language | None = None) -> None:
    """Write a CSV of flat names and ``records``, UTF-8 with its mark, so that spreadsheet programs see Korean.

    ``labels``: the language of a second row that says each column in words; ``is_labels`` knows it on reading.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(form.fields)
    if labels:
        writer.writerow([_label(field, labels) for field in form.fields.values()])
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
    label = field.label.in_language(language)
    is_answer = field.touchpoint and field.item and field.name == field.item.id
    return f"{field.touchpoint.title.in_language(language)}: {label}" if is_answer and field.touchpoint else label


def _said(field: FormField, record: Mapping[str, str], language: Language) -> str:
    """What stands in a cell: of one option its words, as in the drop-down."""
    text = record.get(field.name, "")
    return shown(field, language).get(text, text) if field.kind is FieldKind.ONE else text
