"""Submissions as visits: the latest edit of each, with the files attached to it kept beside.

Submissions are the same one where their ids lead to the same first sending. Equal contents count once. Where contents
differ, the one counts that no other one replaces; of several, the one edited most often, then the one received last.
Where nothing tells them apart, none of them counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.exchange.forms.making import CHECKLIST, PREFIX, VISIT_ID
from cemaudit.exchange.forms.reader import FormReader
from cemaudit.exchange.submissions.archive import SubmittedFile
from cemaudit.exchange.submissions.export import read_submissions
from cemaudit.exchange.submissions.submission import FieldPaths, Submission, Submissions
from cemaudit.exchange.tables.importing import MOST_PROBLEMS, left_out
from cemaudit.exchange.tables.problem_groups import ProblemListener
from cemaudit.files import replaced
from cemaudit.language import message
from cemaudit.media import examine
from cemaudit.media.file_types import HEAD, MediaType, media_type_of
from cemaudit.model import Checklist, Evidence, Visit
from cemaudit.reading import Localise

__all__ = [
    "EvidenceKeeper",
    "SubmissionCounts",
    "SubmissionImport",
    "SubmissionStatus",
    "import_submissions",
    "media_folder",
    "told_apart",
]

_NEVER = datetime.min.replace(tzinfo=UTC)
LARGEST = 200_000_000
"""Bytes of a file looked at at all; each kind has its own bound."""

_LONGEST_STEM = 40
MOST_LEFT_OUT = 20
"""Answers left out that are named."""

_USUAL = frozenset({"start", "end", "today", "deviceid", "username", "email", "phonenumber", "audit", "formhub/uuid"})
"""Fields phones and servers fill in by themselves."""


@dataclass
class SubmissionStatus:
    """What is left of one submission: ``kept`` (or nothing), how many ``again``, what is to be told."""

    id: str
    kept: Submission | None
    again: tuple[Submission, ...] = ()
    unclear: tuple[Submission, ...] = ()
    notices: list[Problem] = field(default_factory=list)


def told_apart(submissions: Sequence[Submission]) -> list[SubmissionStatus]:
    """One standing for each submission, in the order of those kept; ``id`` is that of the first sending, or nothing."""
    groups: dict[object, list[Submission]] = {}
    before = {
        submission.identity.own: submission.identity.replaces
        for submission in submissions
        if submission.identity.replaces
    }
    for number, submission in enumerate(submissions):
        groups.setdefault(_first(submission, before) or number, []).append(submission)
    return [_standing(key if isinstance(key, str) else "", group) for key, group in groups.items()]


def _first(submission: Submission, before: dict[str, str]) -> str:
    """The id of the first sending, as far back as it is known."""
    if submission.identity.first:
        return submission.identity.first
    sending = submission.identity.own
    sendings = set()
    while sending in before and sending not in sendings:
        sendings.add(sending)
        sending = before[sending]
    return sending


def _standing(first: str, group: Sequence[Submission]) -> SubmissionStatus:
    if len(group) == 1:
        return SubmissionStatus(first, group[0])
    last = _last(group)
    if last is None:
        return SubmissionStatus(first, None, unclear=tuple(group))
    others = tuple(submission for submission in group if submission is not last)
    return SubmissionStatus(first, last, others, notices=list(_changed(last, others)))


def _last(group: Sequence[Submission]) -> Submission | None:
    """The one that counts; ``None`` where nothing says which."""
    replaced = {
        submission.identity.replaces for submission in group if submission.identity.replaces != submission.identity.own
    } - {""}
    standing = [submission for submission in group if submission.identity.own not in replaced]
    if not standing:
        return None
    last = max(standing, key=_order)
    rivals = (submission for submission in standing if _order(submission) == _order(last))
    return last if all(_content(submission) == _content(last) for submission in rivals) else None


def _order(submission: Submission) -> tuple[int, datetime]:
    return submission.identity.edits, submission.identity.received or _NEVER


def _content(submission: Submission) -> object:
    return submission.values, submission.rejected, submission.problem is None


def _changed(last: Submission, others: Iterable[Submission]) -> Iterable[Problem]:
    for other in others:
        if _content(other) != _content(last):
            yield Problem(message("left out, because {place} is a later state of it", place=last.place), other.place)


def media_folder(out: Path) -> Path:
    """The folder for the evidence of the visits in ``out``: beside it, named after it."""
    stem = "".join(char if char.isprintable() else "_" for char in out.stem[:_LONGEST_STEM])
    return out.parent / f"{stem}-media"


@dataclass
class EvidenceKeeper:
    """Keeps evidence in ``folder``, each file under the SHA-256 of what is kept of it."""

    folder: Path
    _new: list[Path] = field(default_factory=list)

    def keep(self, visit: Visit, submission: Submission) -> Visit:
        """The visit with its evidence in the folder, or ``BadInput`` with all that is wrong, and nothing kept."""
        self._new.clear()
        problems: list[Problem] = []
        evidence = {
            item: tuple(kept for piece in pieces if (kept := self._try(item, piece, submission, problems)))
            for item, pieces in visit.evidence.items()
        }
        if problems:
            for path in self._new:
                path.unlink(missing_ok=True)
            raise BadInput(problems)
        return visit.model_copy(update={"evidence": evidence}) if evidence else visit

    def _try(self, item: str, piece: Evidence, submission: Submission, problems: list[Problem]) -> Evidence | None:
        try:
            return self._kept(piece, submission.files.find(piece.file))
        except BadInput as error:
            problems += error.inside(_field(item, piece, submission)).problems
            return None

    def _kept(self, piece: Evidence, entry: SubmittedFile) -> Evidence:
        """A piece of evidence, cleaned and in the folder."""
        try:
            kind, cleaned = _cleaned(entry.read(LARGEST), piece.kind)
        except BadInput as error:
            raise error if error.problems[0].place else error.inside(entry.name) from error
        digest = hashlib.sha256(cleaned).hexdigest()
        path = self.folder / f"{digest}{kind.suffix}"
        self._write(path, cleaned, digest)
        return piece.model_copy(update={"file": f"{self.folder.name}/{path.name}", "sha256": digest})

    def _write(self, path: Path, data: bytes, digest: str) -> None:
        """Write a file and read it again; one that is there already with the same content stays."""
        if _digest(path) == digest:
            return
        with replaced(path, private=True) as file:
            file.write(data)
        self._new.append(path)
        if _digest(path) != digest:
            hint = message("check the disk and import again")
            raise BadEnvironment(Problem(message("was not written as it should be"), str(path), hint))


def _cleaned(data: bytes, use: str) -> tuple[MediaType, bytes]:
    """What a file is, and its bytes without place, device and the like; it must be able to serve that ``use``."""
    kind = media_type_of(data[:HEAD])
    if len(data) > kind.most_bytes:
        raise BadInput(Problem(message("larger than {most} MB", most=kind.most_bytes // 1_000_000)))
    if use not in kind.evidence_kinds:
        cause = message("a file of the kind {kind} cannot be evidence of the kind {use}", kind=kind, use=use)
        raise BadInput(Problem(cause))
    return kind, examine(data).data


def _digest(path: Path) -> str:
    """The SHA-256 of a regular file; nothing where there is none that can be read."""
    try:
        return "" if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _field(item: str, piece: Evidence, submission: Submission) -> str:
    """The path of the field that names a piece of evidence."""
    mark = f"{item}__{piece.kind}_"
    return next((path for path, text in submission.values.items() if text == piece.file and mark in path), item)


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

    ``problems`` say what is bad, ``notices`` what a person should know beside. ``listener`` is told of each problem.
    """

    submissions: Submissions
    checklist: Callable[[str], Checklist]
    keeper: EvidenceKeeper
    localise: Localise | None = None
    listener: ProblemListener | None = None
    counts: SubmissionCounts = field(default_factory=SubmissionCounts)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._readers: dict[str, tuple[FormReader, FieldPaths]] = {}
        self._places: dict[str, str] = {}
        self._left_out = 0

    def __iter__(self) -> Iterator[Visit]:
        with self.submissions as submissions:
            self.counts.submissions = len(submissions.all)
            self._notice(*submissions.notices)
            self.problems += (problem.inside(submissions.place) for problem in submissions.problems)
            for standing in told_apart(submissions.all):
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
        visit, problems = reader.read({VISIT_ID: first} | record)
        if visit is None or problems:
            raise BadInput(replace(problem, place=paths.get(problem.place, problem.place)) for problem in problems)
        self._tell_left_out(submission, reader.left_out)
        first_place = self._places.setdefault(visit.id, submission.place)
        if first_place != submission.place:
            raise BadInput(
                Problem(message("visit id {id} is taken by {place}", id=visit.id, place=first_place), VISIT_ID)
            )
        return self.keeper.keep(visit, submission)

    def _tell_left_out(self, submission: Submission, items: Iterable[str]) -> None:
        """Name the answers left out, of which the first few show what is wrong with the rest."""
        for item in items:
            self._left_out += 1
            if self._left_out <= MOST_LEFT_OUT:
                self._notice(left_out(item).inside(submission.place))

    def _reader(self, submission: Submission) -> tuple[FormReader, FieldPaths]:
        """The reader of the checklist a submission answers; it says so itself, or its form's id and version do."""
        ref = submission.value(CHECKLIST) or submission.form
        if not ref:
            raise BadInput(Problem(message("does not say which checklist it answers"), CHECKLIST))
        if ref not in self._readers:
            try:
                reader = FormReader(self.checklist(ref), self.localise)
            except BadInput as error:
                if not any(path.rpartition("/")[2].startswith(PREFIX) for path in submission.values):
                    raise BadInput(_of_another_form(submission)) from error
                raise BadInput(_missing(problem) for problem in error.problems) from error
            self._readers[ref] = reader, FieldPaths(reader.form)
        return self._readers[ref]

    def _refuse(self, submission: Submission, *problems: Problem) -> None:
        self.counts.bad += 1
        if self.listener:
            for problem in problems:
                self.listener(submission.place, None, problem)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems += (problem.inside(submission.place) for problem in problems)

    def _notice(self, *notices: Problem) -> None:
        self.notices += notices[: max(0, MOST_PROBLEMS - len(self.notices))]

    def _strange(self) -> Iterator[Problem]:
        """One notice of all the columns that are no fields of ours."""
        strange = dict.fromkeys(name for reader, _ in self._readers.values() for name in reader.ignored)
        names = [name for name in strange if name not in _USUAL and not name.startswith("_") and not _is_link(name)]
        if names:
            cause = message("fields the checklist does not have are left out: {names}", names=", ".join(names))
            yield Problem(cause, self.submissions.place)


def import_submissions(
    path: Path,
    checklist: Callable[[str], Checklist],
    keep_in: Path,
    media: Path | None = None,
    localise: Localise | None = None,
) -> SubmissionImport:
    """The visits of the submissions in ``path``; see ``read_submissions`` for what that and ``media`` may be.

    ``checklist`` finds a checklist by ``id@version`` (``Library.checklist``). Evidence is copied to the folder
    ``keep_in``, which lies beside the file the visits will be written to. ``localise`` is for ``FormReader``: servers
    write every time with its zone, spreadsheet programs that save an export again do not. ``BadInput`` where nothing
    can be read.
    """
    return SubmissionImport(read_submissions(path, media), checklist, EvidenceKeeper(keep_in), localise)


def _is_link(path: str) -> bool:
    """Whether it is a column of KoboToolbox with the address of a file, beside that with its name."""
    return path.endswith("_URL")


def _of_another_form(submission: Submission) -> Problem:
    """A submission of a form that is none of ours: it has not one field that all of ours have."""
    hint = message("only submissions of a form made by 'cemaudit form' are read")
    return Problem(message("a submission of another form: {form}", form=submission.form), hint=hint)


def _missing(problem: Problem) -> Problem:
    """A checklist that is not at hand, and how to get it."""
    hint = message("give the file of that version with --checklist")
    if problem.hint:
        hint = message("{hint}; give the file of that version with --checklist", hint=problem.hint)
    return Problem(problem.what, CHECKLIST, hint)


def _unclear(submission: Submission, standing: SubmissionStatus) -> Problem:
    other = next(rival for rival in standing.unclear if rival is not submission)
    cause = message("differs from {other}, and nothing says which one is later", other=other.place)
    return Problem(cause, hint=message("delete one of them, or import them apart"))
