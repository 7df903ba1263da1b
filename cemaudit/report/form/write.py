"""The form of a checklist as a PDF, to print or to fill in on a screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cemaudit.exchange import form_of
from cemaudit.files import replaced
from cemaudit.language import Language, message, use
from cemaudit.model import Checklist
from cemaudit.report.form.acroform import Fields
from cemaudit.report.form.closing import evidence_stacks, statement_stacks
from cemaudit.report.form.opening import opening_stacks
from cemaudit.report.form.roles import conduct_stacks, scenario_stacks
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.form.surroundings import paint_surroundings
from cemaudit.report.form.touchpoints import touchpoint_stacks
from cemaudit.report.kit.build import build, kept
from cemaudit.report.kit.page import full_page
from cemaudit.report.kit.stack import Stack

__all__ = ["pdf_form", "write_pdf_form"]


def write_pdf_form(checklist: Checklist, path: Path, language: Language) -> None:
    """Writes the form in ``language`` to ``path``, whole or not at all.

    ``BadInput`` where ids of the checklist clash in a form, ``BadEnvironment`` where ``path`` cannot be written.
    """
    data = pdf_form(checklist, language)
    with replaced(path) as file:
        file.write(data)


def pdf_form(checklist: Checklist, language: Language) -> bytes:
    """The PDF itself; the same checklist and language give the same bytes."""
    with use(language):
        sheet = PdfForm(form_of(checklist), Fields())
        page = full_page(lambda canvas: paint_surroundings(canvas, sheet))
        title = f"{message('Visit form')} · {checklist.title}"
        return build(kept(list(_stacks(sheet))), page, title, checklist.ref, sheet.fields.finish)


def _stacks(sheet: PdfForm) -> Iterator[Stack]:
    yield from opening_stacks(sheet)
    yield from scenario_stacks(sheet)
    yield from conduct_stacks(sheet)
    for touchpoint in sheet.checklist.touchpoints:
        yield from touchpoint_stacks(sheet, touchpoint)
    yield from statement_stacks(sheet)
    yield from evidence_stacks(sheet)
