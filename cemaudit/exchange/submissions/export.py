"""Exports of ODK Central and KoboToolbox, and plain XML, as submissions."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.archive import (
    ContainerKind,
    Contents,
    SubmittedFile,
    kind_of,
    open_archive,
    open_folder,
)
from cemaudit.exchange.submissions.instance import LARGEST, instance_submissions, read_instance
from cemaudit.exchange.submissions.submission import (
    AttachmentFiles,
    Attachments,
    Identity,
    Submission,
    Submissions,
    SubmissionTableHeader,
)
from cemaudit.exchange.tables.input_table import InputRow, read_table
from cemaudit.language import message

__all__ = [
    "MOST_SUBMISSIONS",
    "PackedTables",
    "holds_submissions",
    "packed_tables",
    "read_header",
    "read_submissions",
    "table_submissions",
]

MOST_SUBMISSIONS = 100_000
LARGEST_TABLE = 200_000_000
_TABLES = {".csv", ".xlsx"}
_ODD = re.compile(r"[^\w.() -]")
_MEDIA = ("media", "attachments")


def read_header(path: Path) -> SubmissionTableHeader:
    """The columns of a table; ``BadInput`` where it cannot be read."""
    return SubmissionTableHeader(read_table(path).columns)


def table_submissions(path: Path, shelf: AttachmentFiles) -> list[Submission]:
    """The submissions of the table in ``path``, a row each; their attachments lie in ``shelf``.

    ``BadInput`` where the table cannot be read, or has no column that says which checklist a row answers.
    """
    table = read_table(path)
    header = SubmissionTableHeader(table.columns)
    if header.refusal:
        raise BadInput(header.refusal.inside(path.name))
    rows: list[InputRow] = []
    for row in table.rows:
        if len(rows) == MOST_SUBMISSIONS:
            cause = message("more than {most} submissions", most=MOST_SUBMISSIONS)
            raise BadInput(Problem(cause, path.name, message("split the export")))
        rows.append(row)
    return _submissions(rows, header, path.name, shelf)


def _submissions(
    rows: Sequence[InputRow], header: SubmissionTableHeader, place: str, shelf: AttachmentFiles
) -> list[Submission]:
    identities = [header.identity(row.cells) for row in rows]
    everyone = frozenset[str]().union(*(identity.ids for identity in identities))
    return [
        _submission(row, identity, header, place, Attachments(shelf, own=identity.ids, others=everyone))
        for row, identity in zip(rows, identities, strict=True)
    ]


def _submission(
    row: InputRow, identity: Identity, header: SubmissionTableHeader, place: str, files: Attachments
) -> Submission:
    return Submission(
        place=f"{place}: {message('row {number}', number=row.number)}",
        number=row.number,
        identity=identity,
        values=header.values(row.cells),
        files=files,
        rejected=header.is_rejected(row.cells),
        problem=row.problem or header.problem(row.cells),
    )


@dataclass
class PackedTables:
    """What the tables hold: ``strange`` says why some hold no submissions, ``problems`` why some cannot be read."""

    submissions: list[Submission] = field(default_factory=list)
    strange: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def packed_tables(entries: Sequence[SubmittedFile], shelf: AttachmentFiles) -> PackedTables:
    """The submissions of all tables among ``entries``, but for those among media."""
    packed = PackedTables()
    for entry in entries:
        if entry.suffix in _TABLES and set(entry.folder.split("/")).isdisjoint(_MEDIA):
            try:
                with _as_file(entry) as path:
                    refusal = read_header(path).refusal
                    packed.strange += [refusal.inside(entry.name)] if refusal else []
                    packed.submissions += () if refusal else table_submissions(path, shelf)
            except BadInput as error:
                packed.problems += error.problems
    return packed


@contextmanager
def _as_file(entry: SubmittedFile) -> Iterator[Path]:
    """A copy of the entry under a name of our own making, for what reads tables by path."""
    with tempfile.TemporaryDirectory(prefix="cemaudit-") as folder:
        path = Path(folder) / _ODD.sub("_", entry.base)[-80:]
        with path.open("wb") as file:
            for chunk in entry.chunks(LARGEST_TABLE):
                file.write(chunk)
        yield path


def read_submissions(path: Path, media: Path | None = None) -> Submissions:
    """The submissions in ``path``, told by its content; their attachments also from the folder or zip file ``media``.

    A table (CSV, XLSX) finds its attachments in a folder ``media`` or ``attachments`` beside it. ``BadInput`` where
    nothing can be read at all; a single submission that cannot be read comes with its problem.
    """
    with ExitStack() as stack:
        kind = kind_of(path)
        further = _further(path, kind, media, stack)
        if kind is ContainerKind.TABLE:
            submissions = Submissions(_name(path), tuple(table_submissions(path, AttachmentFiles(further))))
        elif kind is ContainerKind.INSTANCE:
            submissions = _single(path)
        else:
            try:
                submissions = _gathered(_name(path), stack.enter_context(_opened(path, kind)), further)
            except BadInput as error:
                raise error.inside(_name(path)) from error
        return replace(submissions, close=stack.pop_all().close)


def holds_submissions(path: Path) -> bool:
    """Whether ``path`` looks like something ``read_submissions`` is for, and not like a table of another kind.

    ``BadInput`` where it cannot be read at all.
    """
    kind = kind_of(path)
    try:
        if kind is ContainerKind.TABLE:
            return read_header(path).is_of_server
        return kind is not ContainerKind.INSTANCE or (path.stat().st_size <= LARGEST and _is_instance(path))
    except BadInput:
        return False


def _is_instance(path: Path) -> bool:
    with path.open("rb") as file:
        return read_instance(file) is not None


def _name(path: Path) -> str:
    return path.name or path.resolve().name


def _further(path: Path, kind: ContainerKind, media: Path | None, stack: ExitStack) -> tuple[SubmittedFile, ...]:
    """The files given as media, or lying beside a table."""
    neighbours = [path.parent / name for name in _MEDIA] if kind is ContainerKind.TABLE else []
    where = media or next((folder for folder in neighbours if folder.is_dir()), None)
    if where is None:
        return ()
    try:
        return stack.enter_context(_opened(where, kind_of(where))).entries
    except BadInput as error:
        raise error.inside(where.name) from error


def _opened(path: Path, kind: ContainerKind) -> Contents:
    if kind is ContainerKind.FOLDER:
        return open_folder(path)
    if kind is ContainerKind.ARCHIVE:
        return open_archive(path)
    raise BadInput(Problem(message("expected a folder or a zip file")))


def _single(path: Path) -> Submissions:
    """The submission of one XML file, its attachments beside it."""
    neighbours = open_folder(path.parent, deep=False).entries
    entry = SubmittedFile(path.name, path.stat().st_size, lambda: path.open("rb"))
    notices: list[Problem] = []
    submissions = tuple(instance_submissions([entry], AttachmentFiles(neighbours), notices))
    if not submissions:
        raise BadInput(Problem(message("an XML file, but no submission"), path.name))
    return Submissions(path.name, submissions, tuple(notices))


def _gathered(place: str, contents: Contents, further: Sequence[SubmittedFile]) -> Submissions:
    """The submissions of the tables among the files; where there are none, those of the XML files."""
    entries = [entry for entry in contents.entries if not entry.is_junk]
    shelf = AttachmentFiles((*entries, *further))
    _refuse_twice(entries)
    tables = packed_tables(entries, shelf)
    notices = list(_unopened(entries))
    if tables.submissions:
        notices += tables.strange
        return Submissions(place, tuple(tables.submissions), tuple(notices), tuple(tables.problems))
    instances = [entry for entry in entries if entry.suffix == ".xml"]
    submissions = tuple(instance_submissions(instances, shelf, notices))
    if not submissions:
        raise BadInput([*tables.problems, *tables.strange, *notices] or [_nothing(entries)])
    return Submissions(place, submissions, tuple(notices))


def _unopened(entries: Sequence[SubmittedFile]) -> Iterator[Problem]:
    hint = message("unpack it, or give it with --media")
    zips = (entry for entry in entries if entry.suffix == ".zip")
    return (Problem(message("a zip file within, which is not opened"), archive.name, hint) for archive in zips)


def _refuse_twice(entries: Sequence[SubmittedFile]) -> None:
    """Attachments of one name are told apart when they are wanted; submissions of one name cannot be."""
    counts = Counter(entry.name for entry in entries if entry.suffix in {".xml", *_TABLES})
    name, count = next(iter(counts.most_common(1)), ("", 0))
    if count > 1:
        raise BadInput(Problem(message("comes twice"), name))


def _nothing(entries: Sequence[SubmittedFile]) -> Problem:
    """Why there is no submission among the files."""
    suffixes = {entry.suffix for entry in entries}
    if not entries:
        return Problem(message("no files in it"))
    if ".enc" in suffixes:
        return Problem(message("encrypted files only"), hint=message("export the submissions decrypted"))
    if ".cemaudit" in suffixes or {"visit.json", "manifest.json"} <= {entry.name for entry in entries}:
        return Problem(message("a sealed visit"), hint=message("it needs no import; commands read it as it is"))
    hint = message("give the CSV, XLSX or zip export of ODK Central or KoboToolbox, or XML submissions")
    return Problem(message("no submissions in it"), hint=hint)
