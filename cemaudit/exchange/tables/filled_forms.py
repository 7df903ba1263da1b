"""Forms filled in as tables or PDF files, read into visits: bad rows are named and counted, good ones go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.fields import both
from cemaudit.exchange.forms.making import CHECKLIST, VISIT_ID
from cemaudit.exchange.forms.pdf import read_pdf_form
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.forms.templates import is_labels, is_untouched
from cemaudit.exchange.submissions.archive import SubmittedFile, open_folder
from cemaudit.exchange.submissions.importing import EvidenceKeeper
from cemaudit.exchange.submissions.submission import AttachmentFiles, Attachments, Identity, Submission, is_ending
from cemaudit.exchange.tables.importing import MOST_PROBLEMS, ImportCounts, left_out
from cemaudit.exchange.tables.input_table import InputTable, find_header, read_table
from cemaudit.exchange.tables.problem_groups import ProblemGroups
from cemaudit.language import N_, message
from cemaudit.model import Checklist, Visit
from cemaudit.reading import Localise

__all__ = ["FilledImport", "holds_form", "import_filled"]

_PDF = b"%PDF-"
MEDIA = "media"
_UNTOUCHED = both(N_("nothing filled in"))


class Filled(NamedTuple):
    """One filled form: where it stands, its texts by column, or what is wrong; the number of its row in a table."""

    place: str
    record: Mapping[str, str]
    problem: Problem | None = None
    row: int | None = None
    is_hidden: bool = False


def holds_form(path: Path) -> bool:
    """Whether ``path`` is a PDF, or a table with a column for the checklist; ``BadInput`` where it is unreadable."""
    return _is_pdf(path) or _holds_fields(_form_table(path).columns)


def import_filled(
    path: Path, checklist: Callable[[str], Checklist], keep_in: Path, localise: Localise | None = None
) -> FilledImport:
    """The visits of the forms filled in at ``path``: a table, a row each, or one PDF.

    ``checklist`` finds a checklist by ``id@version``. Evidence lies beside ``path`` or in a folder ``media`` there, and
    is copied to ``keep_in``, the folder beside the file the visits will be written to. ``localise`` is for
    ``FormReader``.
    ``BadInput`` where nothing can be read, ``BadEnvironment`` where an extra is missing.
    """
    forms = iter([Filled(path.name, read_pdf_form(path))]) if _is_pdf(path) else _rows(path)
    return FilledImport(forms, checklist, path, EvidenceKeeper(keep_in), localise)


@dataclass
class FilledImport:
    """The visits of filled forms, to be iterated once; all else is complete when the iteration is.

    ``problems`` has those of every form, ``problem_groups`` tells those of one kind once. ``left_out`` names the
    answers counted as not arising. ``ignored``: columns that are none of ours.
    """

    forms: Iterator[Filled]
    checklist: Callable[[str], Checklist]
    path: Path
    keeper: EvidenceKeeper
    localise: Localise | None = None
    counts: ImportCounts = field(default_factory=ImportCounts)
    problems: list[Problem] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.problem_groups = ProblemGroups(self.path.name)
        self.left_out = ProblemGroups(self.path.name)
        self._readers: dict[str, FormReader] = {}
        self._forms_by_visit: dict[str, Filled] = {}
        self._ref = ""

    def __iter__(self) -> Iterator[Visit]:
        for form in self.forms:
            if not form.problem and is_labels(form.record):
                continue
            self.counts.rows += 1
            if form.is_hidden and form.row is not None:
                self.counts.hidden.append(form.row)
            if not form.problem and is_untouched(form.record):
                self.counts.skipped_because[_UNTOUCHED] += 1
                continue
            try:
                visit = self._visit(form)
            except BadInput as error:
                self._refuse(form, *error.problems)
            else:
                self.counts.good += 1
                self.counts.visits += 1
                yield visit
        self.counts.not_arising = sum(reader.not_arising for reader in self._readers.values())
        for reader in self._readers.values():
            self.ignored |= reader.ignored

    def row_of(self, visit_id: str) -> int | None:
        """Return the number of the row of a visit that was yielded; ``None`` of a form that is no table."""
        return self._forms_by_visit[visit_id].row

    def _visit(self, form: Filled) -> Visit:
        """The visit of a filled form, its evidence kept; ``BadInput`` where there is none in it."""
        if form.problem:
            raise BadInput(form.problem)
        reader = self._reader(form.record)
        visit, problems = reader.read(form.record)
        if visit is None or problems:
            raise BadInput(problems)
        first = self._forms_by_visit.setdefault(visit.id, form._replace(record={})).place
        if first != form.place:
            hint = message("give each visit an id of its own")
            raise BadInput(
                Problem(message("visit id {id} is taken by {place}", id=visit.id, place=first), VISIT_ID, hint)
            )
        for item in reader.left_out:
            self.left_out.add(form.row, left_out(item))
        return self.keeper.keep(visit, Submission(form.place, 0, Identity(), form.record, self._beside))

    def _reader(self, record: Mapping[str, str]) -> FormReader:
        """The reader of the checklist a record answers; one that does not say so answers that of the record before."""
        self._ref = next((text for name, text in record.items() if text and is_ending(name, CHECKLIST)), self._ref)
        if not self._ref:
            raise BadInput(Problem(message("does not say which checklist it answers"), CHECKLIST))
        if self._ref not in self._readers:
            try:
                self._readers[self._ref] = FormReader(self.checklist(self._ref), self.localise)
            except BadInput as error:
                raise error.inside(CHECKLIST) from error
        return self._readers[self._ref]

    @cached_property
    def _beside(self) -> Attachments:
        """The files beside the forms, looked through once a form names one."""
        return FolderAttachments(AttachmentFiles(), folder=str(self.path.parent))

    def _refuse(self, form: Filled, *problems: Problem) -> None:
        self.counts.bad += 1
        for problem in problems:
            self.problem_groups.add(form.row, problem)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems += (problem.inside(form.place) for problem in problems)


class FolderAttachments(Attachments):
    """The files in ``folder`` and in the folder ``media`` there, by the last part of their names."""

    def find(self, stated: str) -> SubmittedFile:
        """The file a form states; ``BadInput`` where there is none, or one in both folders."""
        base = stated.replace("\\", "/").rpartition("/")[2]
        files = self._shelf.named(base)
        if len(files) == 1:
            return files[0]
        if files:
            raise BadInput(
                Problem(message("several files are named {name}; it is not clear which one belongs here", name=base))
            )
        hint = message("put it beside the form, or in a folder {folder} there", folder=MEDIA)
        raise BadInput(Problem(message("no such file: {name}", name=base), hint=hint))

    @cached_property
    def _shelf(self) -> AttachmentFiles:
        folder = Path(self.folder or "")
        folders = [folder, *([folder / MEDIA] if (folder / MEDIA).is_dir() else [])]
        return AttachmentFiles(entry for path in folders for entry in open_folder(path, deep=False).entries)


def _form_table(path: Path) -> InputTable:
    """The table of filled forms in a file, also where a title stands above it, or another sheet before it."""
    refused = None
    try:
        table = read_table(path)
    except BadInput as error:  # a title may leave columns without names
        refused = error
    if refused is None and _holds_fields(table.columns):
        return table
    place = find_header(path, _holds_fields)
    if place:
        return read_table(path, delimiter=place.delimiter, sheet=place.sheet, header_row=place.row)
    if refused:
        raise refused
    return table


def _holds_fields(columns: Sequence[str]) -> bool:
    """Whether there is a column for the checklist, as in every form."""
    return any(is_ending(column, CHECKLIST) for column in columns)


def _rows(path: Path) -> Iterator[Filled]:
    for row in _form_table(path).rows:
        yield Filled(
            f"{path.name}: {message('row {number}', number=row.number)}",
            row.cells,
            row.problem,
            row.number,
            row.is_hidden,
        )


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_PDF)) == _PDF
