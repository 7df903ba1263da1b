"""Several sealed files together: which revision of a visit stands, which give way to it, and which do not fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.sealed.keys import PublicKey
from cemaudit.exchange.sealed.read import Sealed, read_sealed
from cemaudit.language import Message, message

__all__ = ["RevisionStatus", "standings"]


@dataclass(frozen=True)
class RevisionStatus:
    """What became of one file: ``refusal`` where it is not whole, or does not fit the others.

    ``gives_way_to``: the file whose visit stands in its place, a later revision or the very same visit.
    ``signer_changes``: in what the signing differs from that of the revision before it among the files.
    """

    sealed: Sealed | None
    refusal: BadInput | None = None
    gives_way_to: Sealed | None = None
    signer_changes: tuple[Message, ...] = ()


def standings(paths: Iterable[Path], keys: Collection[PublicKey] | None = None) -> dict[Path, RevisionStatus]:
    """Read the sealed files and see how they stand to each other, each path once, in order.

    A revision takes the place of all earlier ones. What does not fit: another visit of the same id and revision, and a
    revision made of another visit than the one before it among the files.
    """
    read = {path: _read(path, keys) for path in dict.fromkeys(paths)}
    versions: dict[str, list[Sealed]] = defaultdict(list)
    for found in read.values():
        if isinstance(found, Sealed):
            versions[found.visit.id].append(found)
    whole: dict[Path, RevisionStatus] = {}
    for of_one_visit in versions.values():
        whole |= _among_themselves(of_one_visit)
    return {
        path: RevisionStatus(None, found) if isinstance(found, BadInput) else whole[path]
        for path, found in read.items()
    }


def _read(path: Path, keys: Collection[PublicKey] | None) -> Sealed | BadInput:
    try:
        return read_sealed(path, keys=keys)
    except BadInput as error:
        return error


def _among_themselves(versions: Sequence[Sealed]) -> dict[Path, RevisionStatus]:
    """How the files of one visit id stand; others of a revision are held to the first one given."""
    first: dict[int, Sealed] = {}
    for sealed in versions:
        first.setdefault(sealed.visit.revision, sealed)
    chain = [first[number] for number in sorted(first)]
    unfit = {later.visit.revision: earlier for earlier, later in pairwise(chain) if not _follows(later, earlier)}
    latest = [sealed for sealed in chain if sealed.visit.revision not in unfit][-1]
    changes = {later.visit.revision: tuple(_signer_changes(earlier, later)) for earlier, later in pairwise(chain)}
    return {
        sealed.path: replace(
            _standing(sealed, first[sealed.visit.revision], unfit, latest),
            signer_changes=changes.get(sealed.visit.revision, ()),
        )
        for sealed in versions
    }


def _signer_changes(earlier: Sealed, later: Sealed) -> Iterator[Message]:
    """What is to be told of who signed a revision: whoever has a file may amend it."""
    number = earlier.visit.revision
    before, after = (sealed.signer and sealed.signer.fingerprint for sealed in (earlier, later))
    if before and not after:
        yield message("revision {number} was signed with {key}, this one is not signed", number=number, key=before)
    elif after and not before:
        yield message("revision {number} was not signed, this one is signed with {key}", number=number, key=after)
    elif before != after:
        yield message(
            "revision {number} was signed with {key}, this one with {other}", number=number, key=before, other=after
        )
    names = earlier.statement.name, later.statement.name
    if names[0] != names[1]:
        yield message(
            "revision {number} carries the statement of {name}, this one that of {other}",
            number=number, name=names[0], other=names[1],
        )  # fmt: skip


def _follows(later: Sealed, earlier: Sealed) -> bool:
    """Whether one may come after the other; where revisions between them are missing, nobody can tell."""
    is_next = later.visit.revision == earlier.visit.revision + 1
    return not is_next or later.visit.supersedes == earlier.digest


def _standing(sealed: Sealed, first: Sealed, unfit: dict[int, Sealed], latest: Sealed) -> RevisionStatus:
    visit = sealed.visit
    if sealed.digest != first.digest:
        what = message("visit id {id} is taken by {place}", id=visit.id, place=first.path.name)
        return RevisionStatus(sealed, BadInput(Problem(what, sealed.path.name)))
    if visit.revision in unfit:
        what = message("not made of the visit in {place}, whose place it takes", place=unfit[visit.revision].path.name)
        return RevisionStatus(sealed, BadInput(Problem(what, sealed.path.name)))
    if sealed is not first:
        return RevisionStatus(sealed, gives_way_to=first)
    return RevisionStatus(sealed, gives_way_to=None if sealed is latest else latest)
