"""Bringing a copy of a ledger back: ledger, identities and evidence together, and the proof that they are whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.exchange.sealed.archive import MEDIA
from cemaudit.files import refuse_unreadable, unwritable
from cemaudit.language import message
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.purging import evidence_names
from cemaudit.ledger.sqlite import Sqlite, media_folder_of, people_file

__all__ = ["Restored", "evidence_problems", "restore"]


@dataclass(frozen=True)
class Restored:
    """What a copy came to: the ``files`` of the new ledger, how much evidence was brought, and what is ``wrong``.

    ``line`` and ``hash``: the last line of its trail, to be held against one that was noted down.
    """

    files: tuple[Path, ...]
    visits: int
    evidence: int
    wrong: tuple[Problem, ...]
    line: int
    hash: str


def restore(copy: Path, folder: Path, media: Path | None = None) -> Restored:
    """Bring a copy of a ledger to a new ``folder``, with the identities beside it and the evidence that visits,
    appeals and actions name, from ``media`` (else the folder beside the copy); then check all of it.

    Nothing is overwritten, and the copy stays as it is. ``BadInput`` where the copy is no ledger, or something is in
    the way; ``BadEnvironment`` where the disk does not take it. What is wrong with the ledger or its evidence is told,
    not refused: a damaged ledger is better than none.
    """
    from cemaudit.ledger.ledger import open_ledger  # noqa: PLC0415 (which needs what this module does not)

    refuse_unreadable(copy)
    with closing(Sqlite(copy)) as database:
        if database.version() == 0:
            raise BadInput(Problem(message("there is no ledger yet"), str(copy)))
    target = folder / copy.name
    targets = [target, people_file(target), media_folder_of(target)]
    for path in targets:
        if os.path.lexists(path):
            raise BadInput(Problem(message("there is a file already, and nothing is overwritten"), str(path)))
    source_media = media or media_folder_of(copy)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Made beside its place and moved there when it is whole: one that was stopped is none.
        with tempfile.TemporaryDirectory(prefix=".", dir=folder) as made:
            new = Path(made) / copy.name
            for old, other in ((copy, new), (people_file(copy), people_file(new))):
                if old.exists():
                    shutil.copyfile(old, other)
                    other.chmod(0o600)
            with open_ledger(str(new)) as ledger:
                names = evidence_names(ledger)
                evidence = _copy_evidence(names, source_media, media_folder_of(new))
                wrong = (*check(ledger), *evidence_problems(names, media_folder_of(new)))
                visits, line, last_hash = ledger.last(), *ledger.trail.head()
            files = [path for path in (media_folder_of(new), people_file(new), new) if path.exists()]
            for path in files:  # the ledger last: with it the copy is whole
                path.replace(folder / path.name)
    except OSError as error:
        raise unwritable(target, error) from error
    return Restored(
        tuple(folder / path.name for path in reversed(files)), visits, evidence, wrong, line, last_hash
    )  # fmt: skip


def _copy_evidence(names: Iterable[str], source: Path, target: Path) -> int:
    """Copy what is there of the evidence of these names, and return how many files that was."""
    there = sorted(name for name in names if (source / name).is_file())
    for name in there:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)
    return len(there)


def evidence_problems(names: Mapping[str, str], folder: Path) -> Iterator[Problem]:
    """Yield what is wrong with the evidence in ``folder``: pieces that are missing, or were changed.

    ``names``: the files, as ``media/`` and the SHA-256 of their content, each with what names it. Evidence that was not
    kept as files of the ledger is not among them.
    """
    for name, place in names.items():
        try:
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            yield Problem(message("its evidence is missing: {name}", name=name), place)
            continue
        except OSError as error:
            raise BadEnvironment(
                Problem(message("cannot be read: {why}", why=error.strerror), str(folder / name))
            ) from error
        if digest != name.removeprefix(MEDIA).partition(".")[0]:
            yield Problem(message("its evidence is not what was stored: {name}", name=name), place)
