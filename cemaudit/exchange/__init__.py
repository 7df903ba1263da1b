"""Visits, in and out: tables, forms, submissions of phones, sealed files and JSON.

``read_visits`` and ``write_visits`` are the plain way; ``import_table``, ``import_filled``, ``import_submissions`` and
``import_form`` read what others have made, each with all problems at once. A checklist becomes a form by ``form_of``,
and a finished visit a sealed file by ``write_sealed``. Nothing here scores, and nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.exchange.filled import import_filled
    from cemaudit.exchange.forms.fields import Form
    from cemaudit.exchange.forms.making import form_of
    from cemaudit.exchange.forms.reader import FormReader
    from cemaudit.exchange.importer import import_table
    from cemaudit.exchange.lines import read_line
    from cemaudit.exchange.mapping import load_mapping
    from cemaudit.exchange.questionnaires.draft import ChecklistDraft, import_form
    from cemaudit.exchange.sealed.names import is_sealed, sealed_name
    from cemaudit.exchange.sealed.read import Sealed, read_sealed
    from cemaudit.exchange.sealed.records import Statement
    from cemaudit.exchange.sealed.write import write_sealed
    from cemaudit.exchange.submissions.importing import import_submissions
    from cemaudit.exchange.submissions.reading import read_submissions
    from cemaudit.exchange.tables import read_table
    from cemaudit.exchange.visits import LocatedVisit, read_visits
    from cemaudit.exchange.written import line_of, write_visits

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
    "Sealed": "sealed.read",
    "Statement": "sealed.records",
    "form_of": "forms.making",
    "import_filled": "filled",
    "import_form": "questionnaires.draft",
    "import_submissions": "submissions.importing",
    "import_table": "importer",
    "is_sealed": "sealed.names",
    "line_of": "written",
    "load_mapping": "mapping",
    "read_line": "lines",
    "read_sealed": "sealed.read",
    "read_submissions": "submissions.reading",
    "read_table": "tables",
    "read_visits": "visits",
    "sealed_name": "sealed.names",
    "write_sealed": "sealed.write",
    "write_visits": "written",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
