"""Submissions in, visits out: every submission is read once, in its latest state, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.submissions.columns import FieldPaths
from cemaudit.exchange.submissions.edits import SubmissionStatus, told_apart
from cemaudit.exchange.submissions.keeping import EvidenceKeeper
from cemaudit.exchange.submissions.reading import read_submissions
from cemaudit.exchange.submissions.sheet import CHECKLIST
from cemaudit.exchange.submissions.submission import Submission, Submissions
from cemaudit.language import message
from cemaudit.model import Checklist, Visit

__all__ = ["SubmissionCounts", "SubmissionImport", "import_submissions"]

MOST_PROBLEMS = 10_000
"""Problems kept in words; further bad submissions are only counted."""

_ID = "visit__id"
_USUAL = frozenset({"start", "end", "today", "deviceid", "username", "email", "phonenumber", "audit", "formhub/uuid"})
"""Fields phones and servers fill in by themselves."""


@dataclass
class SubmissionCounts:
    """What became of the submissions: ``submissions == good + bad + again + rejected``.

    ``again``: earlier states, and the same one once more. ``rejected``: refused by people on the server.
    ``not_arising``: answers left out because their item does not arise in the visit.
    """

    submissions: int = 0
    good: int = 0
    bad: int = 0
    again: int = 0
    rejected: int = 0
    not_arising: int = 0


@dataclass
class SubmissionImport:
    """The visits of an export, to be iterated once; all else is complete when the iteration is.

    ``problems`` say what is bad, ``notices`` what a person should know beside.
    """

    submissions: Submissions
    checklist: Callable[[str], Checklist]
    keeper: EvidenceKeeper
    counts: SubmissionCounts = field(default_factory=SubmissionCounts)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._readers: dict[str, tuple[FormReader, FieldPaths]] = {}
        self._places: dict[str, str] = {}

    def __iter__(self) -> Iterator[Visit]:
        with self.submissions as found:
            self.counts.submissions = len(found.all)
            self._notice(*found.notices)
            self.problems += (problem.inside(found.place) for problem in found.problems)
            for standing in told_apart(found.all):
                visit = self._visit(standing)
                if visit:
                    self.counts.good += 1
                    yield visit
        self._notice(*self._strange())
        self.counts.not_arising = sum(reader.not_arising for reader, _ in self._readers.values())

    def _visit(self, standing: SubmissionStatus) -> Visit | None:
        self.counts.again += len(standing.again)
        self._notice(*standing.notices)
        for submission in standing.unclear:
            self._refuse(submission, _unclear(submission, standing))
        kept = standing.kept
        if kept is None:
            return None
        if kept.rejected:
            self.counts.rejected += 1
            self._notice(Problem(message("left out, because it was rejected on the server"), kept.place))
            return None
        try:
            return self._read(kept, standing.id)
        except BadInput as error:
            self._refuse(kept, *error.problems)
            return None

    def _read(self, submission: Submission, first: str) -> Visit:
        """The visit of a submission, its evidence kept; ``BadInput`` where there is none in it."""
        if submission.problem:
            raise BadInput(submission.problem)
        reader, names = self._reader(submission)
        paths = names.named(submission.values)
        record = {name: submission.values[path] for name, path in paths.items()}
        visit, problems = reader.read({_ID: first} | record)
        if visit is None or problems:
            raise BadInput(replace(problem, place=paths.get(problem.place, problem.place)) for problem in problems)
        taken = self._places.setdefault(visit.id, submission.place)
        if taken != submission.place:
            raise BadInput(Problem(message("visit id {id} is taken by {place}", id=visit.id, place=taken), _ID))
        return self.keeper.keep(visit, submission)

    def _reader(self, submission: Submission) -> tuple[FormReader, FieldPaths]:
        """The reader of the checklist a submission answers; it says so itself, or its form's id and version do."""
        ref = submission.value(CHECKLIST) or submission.form
        if not ref:
            raise BadInput(Problem(message("does not say which checklist it answers"), CHECKLIST))
        if ref not in self._readers:
            try:
                reader = FormReader(self.checklist(ref))
            except BadInput as error:
                raise BadInput(_missing(one) for one in error.problems) from error
            self._readers[ref] = reader, FieldPaths(reader.form)
        return self._readers[ref]

    def _refuse(self, submission: Submission, *problems: Problem) -> None:
        self.counts.bad += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems += (problem.inside(submission.place) for problem in problems)

    def _notice(self, *notices: Problem) -> None:
        self.notices += notices[: max(0, MOST_PROBLEMS - len(self.notices))]

    def _strange(self) -> Iterator[Problem]:
        """One notice of all the columns that are no fields of ours."""
        strange = dict.fromkeys(name for reader, _ in self._readers.values() for name in reader.ignored)
        names = [name for name in strange if name not in _USUAL and not name.startswith("_") and not _is_link(name)]
        if names:
            what = message("fields the checklist does not have are left out: {names}", names=", ".join(names))
            yield Problem(what, self.submissions.place)


def import_submissions(
    path: Path, checklist: Callable[[str], Checklist], keep_in: Path, media: Path | None = None
) -> SubmissionImport:
    """The visits of the submissions in ``path``; see ``read_submissions`` for what that and ``media`` may be.

    ``checklist`` finds a checklist by ``id@version`` (``Library.checklist``). Evidence is copied to the folder
    ``keep_in``, which lies beside the file the visits will be written to. ``BadInput`` where nothing can be read.
    """
    return SubmissionImport(read_submissions(path, media), checklist, EvidenceKeeper(keep_in))


def _is_link(path: str) -> bool:
    """Whether it is a column of KoboToolbox with the address of a file, beside that with its name."""
    return path.endswith("_URL")


def _missing(problem: Problem) -> Problem:
    """A checklist that is not at hand, and how to get it."""
    hint = message("give the file of that version with --checklist")
    if problem.hint:
        hint = message("{hint}; give the file of that version with --checklist", hint=problem.hint)
    return Problem(problem.what, CHECKLIST, hint)


def _unclear(submission: Submission, standing: SubmissionStatus) -> Problem:
    other = next(one for one in standing.unclear if one is not submission)
    what = message("differs from {other}, and nothing says which one is later", other=other.place)
    return Problem(what, hint=message("delete one of them, or import them apart"))
