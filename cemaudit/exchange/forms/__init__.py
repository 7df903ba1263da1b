"""Forms to fill in elsewhere, one for each checklist: phones, spreadsheets, paper; and the one reader back.

``form_of`` makes the fields of a checklist's form; ``write_csv``, ``write_xlsx`` and ``write_xlsform`` write it (the
page to print is drawn by ``cemaudit.report.form``). ``read_pdf_form`` gives what stands in a filled PDF, and
``FormReader`` makes a visit of any flat record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.exchange.forms.fields import FieldKind, FieldOption, Form, FormField, FormSection, NumberLimits, Role
    from cemaudit.exchange.forms.making import form_of
    from cemaudit.exchange.forms.pdf import read_pdf_form
    from cemaudit.exchange.forms.reader import FormReader
    from cemaudit.exchange.forms.templates import blank_records, write_csv, write_xlsx
    from cemaudit.exchange.forms.xlsform.write import write_xlsform

__all__ = [
    "FieldKind",
    "FieldOption",
    "Form",
    "FormField",
    "FormReader",
    "FormSection",
    "NumberLimits",
    "Role",
    "blank_records",
    "form_of",
    "read_pdf_form",
    "write_csv",
    "write_xlsform",
    "write_xlsx",
]

_HOMES = {
    "FieldKind": "fields",
    "FieldOption": "fields",
    "Form": "fields",
    "FormField": "fields",
    "FormReader": "reader",
    "FormSection": "fields",
    "NumberLimits": "fields",
    "Role": "fields",
    "blank_records": "templates",
    "form_of": "making",
    "read_pdf_form": "pdf",
    "write_csv": "templates",
    "write_xlsform": "xlsform.write",
    "write_xlsx": "templates",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
