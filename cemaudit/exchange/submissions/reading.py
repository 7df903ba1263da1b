"""Reading submissions from whatever holds them: a table, an XML file, a folder or a zip file of either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.archive import open_archive
from cemaudit.exchange.submissions.attachments import AttachmentFiles
from cemaudit.exchange.submissions.entries import Contents, SubmittedFile
from cemaudit.exchange.submissions.folder import open_folder
from cemaudit.exchange.submissions.instance import read_instance
from cemaudit.exchange.submissions.instanced import LARGEST, instance_submissions
from cemaudit.exchange.submissions.kinds import ContainerKind, kind_of
from cemaudit.exchange.submissions.packed import packed_tables
from cemaudit.exchange.submissions.submission import Submissions
from cemaudit.exchange.submissions.tabled import read_header, table_submissions
from cemaudit.language import message

__all__ = ["holds_submissions", "read_submissions"]

_MEDIA = ("media", "attachments")


def read_submissions(path: Path, media: Path | None = None) -> Submissions:
    """The submissions in ``path``, told by its content; their attachments also from the folder or zip file ``media``.

    A table (CSV, XLSX) finds its attachments in a folder ``media`` or ``attachments`` beside it. ``BadInput`` where
    nothing can be read at all; a single submission that cannot be read comes with its problem.
    """
    with ExitStack() as stack:
        kind = kind_of(path)
        further = _further(path, kind, media, stack)
        if kind is ContainerKind.TABLE:
            found = Submissions(_name(path), tuple(table_submissions(path, AttachmentFiles(further))))
        elif kind is ContainerKind.INSTANCE:
            found = _single(path)
        else:
            try:
                found = _gathered(_name(path), stack.enter_context(_opened(path, kind)), further)
            except BadInput as error:
                raise error.inside(_name(path)) from error
        return replace(found, close=stack.pop_all().close)


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
    beside = [path.parent / name for name in _MEDIA] if kind is ContainerKind.TABLE else []
    where = media or next((folder for folder in beside if folder.is_dir()), None)
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
    beside = open_folder(path.parent, deep=False).entries
    entry = SubmittedFile(path.name, path.stat().st_size, lambda: path.open("rb"))
    notices: list[Problem] = []
    found = tuple(instance_submissions([entry], AttachmentFiles(beside), notices))
    if not found:
        raise BadInput(Problem(message("an XML file, but no submission"), path.name))
    return Submissions(path.name, found, tuple(notices))


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
    found = tuple(instance_submissions(instances, shelf, notices))
    if not found:
        raise BadInput([*tables.problems, *tables.strange, *notices] or [_nothing(entries)])
    return Submissions(place, found, tuple(notices))


def _unopened(entries: Sequence[SubmittedFile]) -> Iterator[Problem]:
    hint = message("unpack it, or give it with --media")
    zips = (entry for entry in entries if entry.suffix == ".zip")
    return (Problem(message("a zip file within, which is not opened"), one.name, hint) for one in zips)


def _refuse_twice(entries: Sequence[SubmittedFile]) -> None:
    """Attachments of one name are told apart when they are wanted; submissions of one name cannot be."""
    counts = Counter(entry.name for entry in entries if entry.suffix in {".xml", ".csv", ".xlsx"})
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
