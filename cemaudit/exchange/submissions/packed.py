"""Tables among the files of a folder or zip file."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.attachments import AttachmentFiles
from cemaudit.exchange.submissions.entries import SubmittedFile
from cemaudit.exchange.submissions.submission import Submission
from cemaudit.exchange.submissions.tabled import read_header, table_submissions

__all__ = ["PackedTables", "packed_tables"]

LARGEST = 200_000_000

_SUFFIXES = {".csv", ".xlsx"}
_MEDIA = {"media", "attachments"}
_ODD = re.compile(r"[^\w.() -]")


@dataclass
class PackedTables:
    """What the tables hold: ``strange`` says why some hold no submissions, ``problems`` why some cannot be read."""

    submissions: list[Submission] = field(default_factory=list)
    strange: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def packed_tables(entries: Sequence[SubmittedFile], shelf: AttachmentFiles) -> PackedTables:
    """The submissions of all tables among ``entries``, but for those among media."""
    found = PackedTables()
    for entry in entries:
        if entry.suffix in _SUFFIXES and not _MEDIA & set(entry.folder.split("/")):
            try:
                with _as_file(entry) as path:
                    refusal = read_header(path).refusal
                    found.strange += [refusal.inside(entry.name)] if refusal else []
                    found.submissions += () if refusal else table_submissions(path, shelf)
            except BadInput as error:
                found.problems += error.problems
    return found


@contextmanager
def _as_file(entry: SubmittedFile) -> Iterator[Path]:
    """A copy of the entry under a name of our own making, for what reads tables by path."""
    with tempfile.TemporaryDirectory(prefix="cemaudit-") as folder:
        path = Path(folder) / _ODD.sub("_", entry.base)[-80:]
        with path.open("wb") as file:
            for chunk in entry.chunks(LARGEST):
                file.write(chunk)
        yield path
