"""Evidence that came with submissions, kept beside the visits: cleaned, named by its content, read again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.exchange.submissions.entries import SubmittedFile
from cemaudit.exchange.submissions.submission import Submission
from cemaudit.files import replaced
from cemaudit.language import message
from cemaudit.media import examine
from cemaudit.media.file_types import HEAD, MediaType, media_type_of
from cemaudit.model import Evidence, Visit

__all__ = ["EvidenceKeeper", "media_folder"]

LARGEST = 200_000_000
"""Bytes of a file looked at at all; each kind has its own bound."""

_LONGEST_STEM = 40


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
        what = message("a file of the kind {kind} cannot be evidence of the kind {use}", kind=kind, use=use)
        raise BadInput(Problem(what))
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
