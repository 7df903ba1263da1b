"""Looking through what comes in, in whatever process: a document for the ledger, or the reasons against it."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.entry.doubts import CompletenessCheck, stay_of
from cemaudit.errors import BadEnvironment, BadInput, Problem, nearest
from cemaudit.exchange import is_sealed, line_of, read_line
from cemaudit.exchange.canonical_json import canonical, not_json, parsed
from cemaudit.exchange.visits import LARGEST_FILE, LONGEST_LINE
from cemaudit.files import read_text
from cemaudit.language import message
from cemaudit.ledger.documents import VisitDocument, document_of
from cemaudit.ledger.identities import Pseudonyms
from cemaudit.model import Checklist, Visit
from cemaudit.scoring.validation import VisitValidator, consent_problems

if TYPE_CHECKING:
    from cemaudit.exchange import Sealed
    from cemaudit.exchange.sealed.keys import PublicKey

__all__ = ["AcceptanceChecker", "AcceptanceResult", "AcceptanceRules", "VisitRefusal"]

TOMORROW = dt.timedelta(days=1)
"""How far the clock of whoever sends a visit may be ahead of ours."""

_MOST_REASONS = 20


class VisitRefusal(NamedTuple):
    """Why a visit cannot be taken, in the language in force."""

    reasons: tuple[str, ...]


AcceptanceResult = VisitDocument | VisitRefusal


class _ChecklistRules(NamedTuple):
    """What the visits of a checklist are held to; ``staff_name_items``: the items that may not be answered."""

    checklist: Checklist
    validator: VisitValidator
    completeness: CompletenessCheck
    staff_name_items: frozenset[str]


@dataclass(frozen=True)
class AcceptanceRules:
    """What visits are held to.

    ``checklists`` by ``id@version``, as JSON; ``clashes``: why some of them cannot be used. ``media``: the folder the
    evidence of sealed files goes to. ``keys``: one of them must have signed a sealed file, where there are any.
    ``forgotten``: digests of visits that were purged.
    """

    checklists: Mapping[str, str]
    clashes: Mapping[str, str]
    secret: bytes
    media: Path | None = None
    keys: tuple[PublicKey, ...] | None = None
    forgotten: frozenset[str] = frozenset()


class AcceptanceChecker:
    """Examines visits by the same ``rules``."""

    def __init__(self, rules: AcceptanceRules) -> None:
        self._rules = rules
        self._pseudonyms = Pseudonyms(rules.secret)
        self._held_to: dict[str, _ChecklistRules] = {}
        self._tomorrow = dt.datetime.now(dt.UTC) + TOMORROW

    def lines(self, lines: Sequence[bytes | None]) -> list[AcceptanceResult]:
        """Examine each line of JSON and return what it is; ``None`` stands for one that was too long."""
        # Told anew each time: with --watch an inbox is looked at for days.
        self._tomorrow = dt.datetime.now(dt.UTC) + TOMORROW
        return [self._line(line) for line in lines]

    def file(self, path: Path) -> list[AcceptanceResult]:
        """Examine a sealed file, or each visit of a .json file; return nothing where the file is gone meanwhile."""
        self._tomorrow = dt.datetime.now(dt.UTC) + TOMORROW
        try:
            return self._sealed(path) if is_sealed(path) else list(self._members(path))
        except BadInput as error:
            return [_refusal(_without_file_name(problem, path) for problem in error.problems)] if path.exists() else []

    def _line(self, line: bytes | None) -> AcceptanceResult:
        if line is None:
            return _refusal([Problem(message("larger than {most} MB", most=LONGEST_LINE // 1_000_000))])
        try:
            return self._visit(*read_line(line))
        except BadInput as error:
            return _refusal(error.problems)

    def _members(self, path: Path) -> Iterator[AcceptanceResult]:
        """The visit, or visits, of a .json file."""
        try:
            data = parsed(read_text(path, LARGEST_FILE))
            # Each as a line of its own: a visit is the same one, whatever file it came in.
            members = [canonical(member) for member in (data if isinstance(data, list) else [data])]
        except ValueError as error:
            raise BadInput(not_json(error)) from error
        except RecursionError as error:
            raise BadInput(Problem(message("nested too deeply"))) from error
        if not members:
            raise BadInput(Problem(message("no visits")))
        yield from self.lines(members)

    def _sealed(self, path: Path) -> list[AcceptanceResult]:
        from cemaudit.exchange import read_sealed  # noqa: PLC0415 (lines of JSON need none of it)

        sealed = read_sealed(path, keys=self._rules.keys)
        examined = self._visit(sealed.visit, line_of(sealed.visit), sealed)
        # Before the visit is collected: what the ledger says is there lies on the disk by then. What was purged does
        # not come back with a file that is collected again.
        if isinstance(examined, VisitDocument) and examined.digest not in self._rules.forgotten:
            self._keep_media(sealed)
        return [examined]

    def _visit(self, visit: Visit, line: bytes, sealed: Sealed | None = None) -> AcceptanceResult:
        problems = self._problems(visit)
        if problems:
            return _refusal(problems)
        rules = self._held_to[visit.checklist]
        document = document_of(visit, line, self._pseudonyms, sealed)
        stay = stay_of(visit, rules.checklist) if visit.shopper else None
        return document._replace(
            missing=rules.completeness.missing(visit), stay=stay and stay._replace(shopper=document.shopper)
        )

    def _problems(self, visit: Visit) -> list[Problem]:
        held_to = self._held_to.get(visit.checklist) or self._rules_of_checklist(visit.checklist)
        if isinstance(held_to, Problem):
            return [held_to]
        problems = held_to.validator.problems(visit)
        if self._is_future(visit):
            problems.append(Problem(message("from a day that is still to come"), hint=message("is the clock right?")))
        problems += consent_problems(visit, held_to.checklist)
        # Names of staff are kept only under an agreement, which the checklist names.
        for item in sorted(held_to.staff_name_items & (visit.answers.keys() | visit.notes.keys())):
            text = message("names staff, and {ref} has no agreement for that", ref=visit.checklist)
            problems.append(Problem(text, item, message("leave it out, or set staff_names in the checklist")))
        return problems

    def _rules_of_checklist(self, ref: str) -> _ChecklistRules | Problem:
        """What the visits of a checklist are held to; the problem of all its visits where it cannot be used."""
        if ref in self._rules.clashes:
            return Problem(self._rules.clashes[ref], "checklist")
        if ref not in self._rules.checklists:
            hint = nearest(ref, self._rules.checklists, listing=False) or message("give its file with --checklist")
            return Problem(message("no such checklist: {ref}", ref=ref), "checklist", hint)
        checklist = Checklist.model_validate_json(self._rules.checklists[ref])
        naming = frozenset[str]() if checklist.staff_names else checklist.naming_items
        self._held_to[ref] = _ChecklistRules(checklist, VisitValidator(checklist), CompletenessCheck(checklist), naming)
        return self._held_to[ref]

    def _is_future(self, visit: Visit) -> bool:
        """Whether it is from a day that is still to come."""
        limit = self._tomorrow
        for moment in (visit.started, visit.finished, visit.entered, visit.briefed):
            if moment is not None and moment > limit:
                return True
        return visit.date is not None and visit.date > limit.date()

    def _keep_media(self, sealed: Sealed) -> None:
        """Unpack the evidence that is not there yet, or not whole; it is on the disk when this returns."""
        if not sealed.media:
            return
        folder = self._rules.media
        if folder is None:
            hint = message("say it with --media, or CEMAUDIT_MEDIA")
            raise BadEnvironment(Problem(message("no folder is named for the evidence of sealed visits"), hint=hint))
        missing = [part.name for part in sealed.media if not _is_there(folder / part.name, part.sha256)]
        if missing:
            sealed.media_to(folder, missing)
            _sync_folder((folder / missing[0]).parent)


def _is_there(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    with suppress(OSError):  # Windows does not open folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _without_file_name(problem: Problem, path: Path) -> Problem:
    """The problem without the name of its file, which is said elsewhere."""
    for name in (str(path), path.name):
        if f"{problem.place}: ".startswith(f"{name}: "):
            return replace(problem, place=problem.place.removeprefix(name).removeprefix(": "))
    return problem


def _refusal(problems: Iterable[Problem]) -> VisitRefusal:
    reasons = [str(problem) for problem in problems]
    if len(reasons) > _MOST_REASONS:
        omitted = len(reasons) - _MOST_REASONS
        reasons = [*reasons[:_MOST_REASONS], str(message("and {count} more", count=omitted))]
    return VisitRefusal(tuple(reasons))
