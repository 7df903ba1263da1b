"""The one reader of filled forms: a flat record in, a visit out, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from cemaudit.errors import Problem
from cemaudit.exchange.forms.columns import FieldFinder, FieldText
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.reading import Texts
from cemaudit.exchange.forms.record import RecordReading
from cemaudit.exchange.tables.importing import arising
from cemaudit.model import Checklist, Visit, faults
from cemaudit.model.base import clean
from cemaudit.reading import CellText, Localise
from cemaudit.scoring.validation import check_visit

__all__ = ["FormReader"]


class FormReader:
    """Reads filled forms of one checklist, however they were filled in.

    ``localise`` gives moments written without a zone theirs; without it they are refused. What several records amount
    to is kept: ``not_arising`` counts the answers left out because their item does not arise, ``ignored`` has the
    columns that are none of ours. ``left_out``: the items of such answers in the record read last.
    """

    def __init__(self, checklist: Checklist, localise: Localise | None = None) -> None:
        self.checklist = checklist
        self.form = form_of(checklist)
        self.not_arising = 0
        self.left_out: tuple[str, ...] = ()
        self.ignored: dict[str, None] = {}
        self._columns = FieldFinder(self.form)
        self._texts = Texts(self.form, localise)

    def read(self, record: Mapping[str, str]) -> tuple[Visit | None, list[Problem]]:
        """The visit a record ``{column: text}`` holds, or all its problems, each with its column.

        Evidence has the name the record gives it, and no SHA-256 yet.
        """
        cells, problems = self._columns.cells(_tidied(record), self.ignored)
        visit = self._visit(RecordReading(self.form, self._texts), cells, problems, record)
        return (None, problems) if problems else (visit, [])

    def _visit(
        self, reading: RecordReading, cells: Mapping[str, FieldText], problems: list[Problem], record: Mapping[str, str]
    ) -> Visit | None:
        data = reading.data(cells, record)
        problems += reading.problems
        try:
            whole = Visit.model_validate(data)
        except ValidationError as error:
            problems += map(reading.by_column, faults.problems(error, data))
            return None
        visit = arising(whole, self.checklist)
        problems += map(reading.by_column, check_visit(visit, self.checklist))
        if not problems:
            self.left_out = tuple(name for name in whole.answers if name not in visit.answers)
            self.not_arising += len(self.left_out)
        return visit


def _tidied(record: Mapping[str, str]) -> dict[str, str]:
    """The record without control characters; cells of tables are tidy already, and know more than their text."""
    return {clean(column): text if isinstance(text, CellText) else clean(text) for column, text in record.items()}
