"""Visits, in and out: tables, forms, submissions of phones, sealed files and JSON.

``read_visits`` and ``write_visits`` are the plain way; ``import_table``, ``import_filled``, ``import_submissions`` and
``import_form`` read what others have made, each with all problems at once. A checklist becomes a form by ``form_of``,
and a finished visit a sealed file by ``write_sealed``. Nothing here scores, and nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.exchange.canonical_json import line_of, read_line, write_visits
    from cemaudit.exchange.forms.fields import Form
    from cemaudit.exchange.forms.making import form_of
    from cemaudit.exchange.forms.reader import FormReader
    from cemaudit.exchange.questionnaires.draft import ChecklistDraft, import_form
    from cemaudit.exchange.sealed.archive import is_sealed, sealed_name
    from cemaudit.exchange.sealed.reading import Sealed, read_sealed
    from cemaudit.exchange.sealed.records import Statement
    from cemaudit.exchange.sealed.writing import write_sealed
    from cemaudit.exchange.submissions.export import read_submissions
    from cemaudit.exchange.submissions.importing import import_submissions
    from cemaudit.exchange.tables.filled_forms import import_filled
    from cemaudit.exchange.tables.importing import import_table
    from cemaudit.exchange.tables.input_table import read_table
    from cemaudit.exchange.tables.mapping import load_mapping
    from cemaudit.exchange.visits import LocatedVisit, read_visits

__all__ = [
    "ChecklistDraft",
    "Form",
    "FormReader",
    "LocatedVisit",
    "Sealed",
    "Statement",
    "form_of",
    "import_filled",
    "import_form",
    "import_submissions",
    "import_table",
    "is_sealed",
    "line_of",
    "load_mapping",
    "read_line",
    "read_sealed",
    "read_submissions",
    "read_table",
    "read_visits",
    "sealed_name",
    "write_sealed",
    "write_visits",
]

_HOMES = {
    "ChecklistDraft": "questionnaires.draft",
    "Form": "forms.fields",
    "FormReader": "forms.reader",
    "LocatedVisit": "visits",
    "Sealed": "sealed.reading",
    "Statement": "sealed.records",
    "form_of": "forms.making",
    "import_filled": "tables.filled_forms",
    "import_form": "questionnaires.draft",
    "import_submissions": "submissions.importing",
    "import_table": "tables.importing",
    "is_sealed": "sealed.archive",
    "line_of": "canonical_json",
    "load_mapping": "tables.mapping",
    "read_line": "canonical_json",
    "read_sealed": "sealed.reading",
    "read_submissions": "submissions.export",
    "read_table": "tables.input_table",
    "read_visits": "visits",
    "sealed_name": "sealed.archive",
    "write_sealed": "sealed.writing",
    "write_visits": "canonical_json",
}
__getattr__, __dir__ = front_door(__name__, _HOMES)
