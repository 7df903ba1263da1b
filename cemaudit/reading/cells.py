"""The cell of a table: its text as a program writes it, what kind of value it is, and what the sheet shows."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from cemaudit.errors import Problem
from cemaudit.language import message

__all__ = ["CellKind", "CellText", "error_problem", "unformatted_problem"]


class CellKind(StrEnum):
    """What a cell holds.

    ``LONG``: a number of more digits than a spreadsheet keeps, so that some are lost. ``NUMBER_1904``: a number in a
    workbook that counts its days from 1904. ``UNFORMATTED``: a number whose format is not known, so that nobody can say
    what the sheet shows of it.
    """

    TEXT = "text"
    NUMBER = "number"
    NUMBER_1904 = "number-1904"
    UNFORMATTED = "unformatted"
    LONG = "long"
    PERCENT = "percent"
    DATE = "date"
    ERROR = "error"


class CellText(str):
    """The text of a cell, with its ``kind``, and ``shown``: what a person sees on the sheet.

    Of a number in the format ``000`` the text is ``7`` and what is shown ``007``; of one in the format ``0%`` the text
    is ``0.85``. Whatever is done with the text makes a plain one of it.
    """

    __slots__ = ("kind", "shown")

    kind: CellKind
    shown: str

    def __new__(cls, text: str, kind: CellKind = CellKind.TEXT, shown: str | None = None) -> Self:
        """Make the text of a cell; without ``shown`` the sheet shows the text itself."""
        cell = super().__new__(cls, text)
        cell.kind = kind
        cell.shown = text if shown is None else shown
        return cell


def error_problem(text: str) -> Problem | None:
    """Return what is wrong with a cell that holds a spreadsheet's error, such as ``#N/A``; ``None`` for any other."""
    if not (isinstance(text, CellText) and text.kind is CellKind.ERROR):
        return None
    hint = message("mend the formula in the spreadsheet, or empty the cell")
    return Problem(message("the cell holds the error {error} of a spreadsheet", error=str(text)), hint=hint)


def unformatted_problem(text: str) -> Problem | None:
    """Return why a number without its format is neither id, percent nor day; ``None`` of any other text."""
    if not (isinstance(text, CellText) and text.kind is CellKind.UNFORMATTED):
        return None
    what = message("the number {number} without its format may be shown as something else", number=str(text))
    return Problem(what, hint=message("save the workbook as .xlsx"))
