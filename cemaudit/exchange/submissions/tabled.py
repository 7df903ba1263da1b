"""The submissions of one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.attachments import AttachmentFiles, Attachments
from cemaudit.exchange.submissions.sheet import SubmissionTableHeader
from cemaudit.exchange.submissions.submission import Identity, Submission
from cemaudit.exchange.tables import InputRow, read_table
from cemaudit.language import message

__all__ = ["MOST_SUBMISSIONS", "read_header", "table_submissions"]

MOST_SUBMISSIONS = 100_000


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
            what = message("more than {most} submissions", most=MOST_SUBMISSIONS)
            raise BadInput(Problem(what, path.name, message("split the export")))
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
