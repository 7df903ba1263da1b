"""A form as the draft of a checklist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.fields import both
from cemaudit.exchange.questionnaires.choices import plain_id, read_lists
from cemaudit.exchange.questionnaires.languages import find_languages, loose
from cemaudit.exchange.questionnaires.leftovers import Leftover, LeftoverKind, Leftovers, tell_decisions
from cemaudit.exchange.questionnaires.own import OwnForm, is_own, unescaped
from cemaudit.exchange.questionnaires.questions import read_outline
from cemaudit.exchange.questionnaires.survey import Dialect, Facets, Survey, touchpoints_of
from cemaudit.exchange.questionnaires.workbook import XlsFormRow, XlsFormSheet, read_book
from cemaudit.exchange.toml import toml_of
from cemaudit.language import message, writing
from cemaudit.model import Checklist

__all__ = ["ChecklistDraft", "import_form"]

LARGEST = 5_000_000
_VERSION = re.compile(r"[0-9]{1,20}(\.[0-9]{1,9}){0,2}")
_LONGEST_TITLE = 500


@dataclass(frozen=True)
class ChecklistDraft:
    """A checklist made of a form, the text of its file, and what is left for a person.

    Of the form's ``questions`` some became items, some (``files``) evidence of one; the others are among ``leftovers``.
    """

    checklist: Checklist
    text: str
    leftovers: tuple[Leftover, ...]
    questions: int
    files: int


def import_form(path: Path, facets: Facets) -> ChecklistDraft:
    """The form in an XLSX file; ``BadInput`` with file, sheet and row where it is none, or nothing of it fits."""
    book = read_book(path)
    try:
        return _draft(book, path.name, facets)
    except BadInput as error:
        raise error.inside(path.name) from error


def _draft(book: Mapping[str, XlsFormSheet], file: str, facets: Facets) -> ChecklistDraft:
    left = Leftovers()
    settings = _settings(book)
    survey, choices = book["survey"], book.get("choices", XlsFormSheet("choices"))
    if own := is_own(survey):
        survey, choices = unescaped(survey), unescaped(choices)
    languages = find_languages([survey, choices], settings["default_language"], left)
    with writing(languages.tags):
        entries, lists = read_outline(survey, left), read_lists(choices.lines, languages, Leftovers() if own else left)
        dialect = OwnForm(entries, lists, languages) if own else Dialect(entries, lists, left)
        converted = Survey(dialect, languages, left)
        if not converted.sections:
            problem = Problem(message("no question that can be carried over"), survey.place)
            raise BadInput([problem, *_first_reasons(left)])
        title = loose((settings["form_title"] or settings["form_id"] or Path(file).stem)[:_LONGEST_TITLE])
        checklist = Checklist(
            id=_id(settings, file, left),
            version=_version(settings, left),
            languages=languages.tags,
            sector=facets.sector,
            title=title,
            about=both(lambda: message("A draft made of the form {title} ({file}).", title=title, file=file)),
            journey=facets.journey,
            scheme=facets.scheme,
            steps=dialect.steps,
            touchpoints=dialect.finished(tuple(touchpoints_of(converted.sections, title, facets, languages))),
        )
    if not own:
        _tell_columns(book.values(), left)
    tell_decisions(checklist, left)
    return ChecklistDraft(checklist, _text(checklist), tuple(left), converted.questions, converted.files)


def _settings(book: Mapping[str, XlsFormSheet]) -> XlsFormRow:
    """The one line of the settings; an empty one where there is none."""
    sheet = book.get("settings")
    return sheet.lines[0] if sheet and sheet.lines else XlsFormRow("settings", 0, {})


def _id(settings: XlsFormRow, file: str, left: Leftovers) -> str:
    name = settings["form_id"]
    form_id = plain_id(name or Path(file).stem, "form")
    if name and form_id != name:
        left.add(LeftoverKind.NAME, settings, message("is called {id} here", id=form_id), name)
    return form_id


def _version(settings: XlsFormRow, left: Leftovers) -> str:
    version = settings["version"]
    if _VERSION.fullmatch(version):
        return version
    if version:
        left.add(LeftoverKind.NAME, settings, message("version {version} here", version="1"), version)
    return "1"


def _first_reasons(left: Leftovers, most: int = 5) -> list[Problem]:
    return [Problem(leftover.what, leftover.place) for leftover in left if leftover.sort is LeftoverKind.QUESTION][
        :most
    ]


def _tell_columns(sheets: Iterable[XlsFormSheet], left: Leftovers) -> None:
    for sheet in sheets:
        for header, rows in sheet.unused.items():
            cause = message("{count} cells, the first in row {row}", count=len(rows), row=rows[0])
            left.add(LeftoverKind.COLUMN, sheet, cause, header)


def _text(checklist: Checklist) -> str:
    text = toml_of(checklist)
    if len(text.encode()) > LARGEST:
        cause = message("larger than {most} MB", most=LARGEST // 1_000_000)
        raise BadInput(Problem(cause, hint=message("split the form")))
    return text
