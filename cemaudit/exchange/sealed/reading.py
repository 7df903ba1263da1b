"""Sealed visit files read: each verified whole, and the latest revision of each visit found."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import canonical
from cemaudit.exchange.sealed.archive import (
    APART,
    LARGEST_FILE,
    MANIFEST,
    MEDIA,
    REVIEW,
    SIGNATURE,
    STATEMENT,
    VISIT,
    ZipEntry,
    chunks,
    directory,
    entries_of,
    media_name,
    refusal,
)
from cemaudit.exchange.sealed.keys import PublicKey, is_genuine
from cemaudit.exchange.sealed.records import (
    ReturnReview,
    SealedManifest,
    SealedPart,
    Signature,
    Statement,
    json_in,
    manifest_in,
    record_in,
)
from cemaudit.files import refuse_unreadable, replaced
from cemaudit.language import N_, Message, message
from cemaudit.model import Visit

__all__ = ["RevisionStatus", "Sealed", "read_sealed", "standings"]


@dataclass(frozen=True)
class Sealed:
    """A sealed visit that was found whole.

    ``signer``: whose key made the signature, ``None`` without one. ``apart``: the details kept apart from a picture, by
    its SHA-256. ``sha256``: of the file as a whole. ``review``: the editor's words, where headquarters sent it back.
    """

    path: Path
    visit: Visit
    statement: Statement
    manifest: SealedManifest
    signer: PublicKey | None
    apart: Mapping[str, Mapping[str, Any]]
    sha256: str
    review: ReturnReview | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 of the visit's canonical line: what a revision of it names in ``supersedes``."""
        return next(part.sha256 for part in self.manifest.files if part.name == VISIT)

    @property
    def media(self) -> tuple[SealedPart, ...]:
        """The pieces of evidence; their names are the ``file`` of the visit's evidence."""
        return self.manifest.media

    def media_to(self, folder: Path, names: Collection[str] | None = None) -> None:
        """Unpack the evidence (all of it, or those called ``names``) below ``folder``, each piece checked again.

        ``BadInput`` where the file changed meanwhile, ``BadEnvironment`` where ``folder`` cannot be written.
        """
        parts = {part.name: part for part in self.media if names is None or part.name in names}
        with _opened(self.path) as file:
            for entry in entries_of(file):
                if entry.name in parts:
                    with replaced(folder / entry.name, private=True) as copy:
                        _take(chunks(file, entry), parts[entry.name], copy.write)


def read_sealed(path: Path, *, keys: Collection[PublicKey] | None = None) -> Sealed:
    """The sealed visit in ``path``, every byte of it verified. With ``keys``, one of them must have signed it.

    ``BadInput`` says in one line what is not as it was sealed; ``BadEnvironment`` where a signature cannot be checked
    because the extra ``sign`` is missing.
    """
    with _opened(path) as file:
        return _read(path, file, keys)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file; what is wrong with it is told with its name."""
    refuse_unreadable(path)
    try:
        with path.open("rb") as file:
            if path.stat().st_size > LARGEST_FILE:
                raise refusal(message("larger than {most} MB", most=LARGEST_FILE // 1_000_000))
            yield file
    except BadInput as error:
        raise error.inside(path.name) from error
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), str(path))) from error


def _read(path: Path, file: IO[bytes], keys: Collection[PublicKey] | None) -> Sealed:
    contents = _Contents(file)
    entries = entries_of(file)
    first = next(entries, None)
    if first is None or first.name != MANIFEST:
        raise refusal(message("not a sealed visit file"))
    written = b"".join(contents.of(first))
    manifest = manifest_in(written)
    rest = list(entries)
    _check_names(manifest, rest)
    signature = b"".join(contents.of(rest.pop(0))) if rest[0].name == SIGNATURE else None
    signer = _signer(signature, written, keys)
    texts = {part.name: _verified(contents.of(entry), part) for entry, part in zip(rest, manifest.files, strict=True)}
    visit = record_in(Visit, texts[VISIT], VISIT)
    _check_visit(visit, manifest)
    return Sealed(
        path=path,
        visit=visit,
        statement=record_in(Statement, texts[STATEMENT], STATEMENT),
        manifest=manifest,
        signer=signer,
        apart={name: _details(texts[entry], entry) for entry, name in _apart(manifest).items()},
        sha256=contents.sha256(),
        review=record_in(ReturnReview, texts[REVIEW], REVIEW) if REVIEW in texts else None,
    )


class _Contents:
    """Reads the entries of a file one after the other, and reckons the SHA-256 of the file meanwhile."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._read: list[ZipEntry] = []
        self._whole = hashlib.sha256()

    def of(self, entry: ZipEntry) -> Iterator[bytes]:
        """The content of the next entry, in pieces."""
        self._read.append(entry)
        self._whole.update(entry.header)
        for chunk in chunks(self._file, entry):
            self._whole.update(chunk)
            yield chunk

    def sha256(self) -> str:
        """The SHA-256 of the file, once every entry was read."""
        self._whole.update(directory(self._read))
        return self._whole.hexdigest()


def _verified(content: Iterable[bytes], part: SealedPart) -> bytes:
    """The content of an entry of text; nothing of evidence, which is only looked at."""
    kept: list[bytes] = []
    _take(content, part, _let_go if part.name.startswith(MEDIA) else kept.append)
    return b"".join(kept)


def _let_go(chunk: bytes) -> None:
    """Evidence may be larger than memory."""


def _take(content: Iterable[bytes], part: SealedPart, take: Callable[[bytes], object]) -> None:
    digest = hashlib.sha256()
    for chunk in content:
        digest.update(chunk)
        take(chunk)
    if digest.hexdigest() != part.sha256:
        raise _altered(part.name)


def _altered(name: str) -> BadInput:
    return refusal(message("{name} is not what was sealed", name=name))


def _check_names(manifest: SealedManifest, entries: Sequence[ZipEntry]) -> None:
    """Whether the entries after the manifest are those it names, in order and size, with at most a signature before."""
    named = {part.name: part for part in manifest.files}
    entries_by_name = {entry.name: entry for entry in entries if entry.name != SIGNATURE}
    for name in (VISIT, STATEMENT, *named):
        if name not in entries_by_name:
            raise refusal(message("{name} is missing", name=name))
    for name, entry in entries_by_name.items():
        if name not in named:
            raise refusal(message("{name} is not in the manifest", name=name))
        if entry.size != named[name].size:
            raise _altered(name)
    signature = [entry.name for entry in entries[:1] if entry.name == SIGNATURE]
    in_order = sorted(entries_by_name)
    if [entry.name for entry in entries] != signature + in_order or [part.name for part in manifest.files] != in_order:
        raise refusal(message("not written as cemaudit writes it"), MANIFEST)


def _signer(signature: bytes | None, manifest: bytes, keys: Collection[PublicKey] | None) -> PublicKey | None:
    if signature is None:
        if keys is not None:
            raise refusal(message("not signed"), hint=N_("ask the shopper to sign it"))
        return None
    record = record_in(Signature, signature, SIGNATURE)
    signer = PublicKey(record.key)
    owner = next((key for key in keys or () if key == signer), None)
    if keys is not None and owner is None:
        cause = message("signed with a key that is not among those given: {key}", key=signer.fingerprint)
        raise refusal(cause, hint=N_("give the shopper's public key with --key, if this is theirs"))
    if not is_genuine(signer, record.signature, manifest):
        raise refusal(message("the signature is not of this file"))
    return owner or signer


def _check_visit(visit: Visit, manifest: SealedManifest) -> None:
    """Whether the visit is the one the manifest names, and the evidence in the file is the visit's, piece by piece."""
    if not manifest.is_of(visit):
        raise refusal(message("another visit than the manifest names"), VISIT)
    kept = {part.name for part in manifest.media if part.name == media_name(part.sha256, part.name)}
    used = set()
    for item, pieces in visit.evidence.items():
        for piece in pieces:
            if piece.file not in kept or piece.file != media_name(piece.sha256 or "", piece.file):
                raise refusal(message("{name} is missing", name=piece.file), f"{VISIT}: evidence.{item}")
            used.add(piece.file)
    strays = [part.name for part in manifest.media if part.name not in used]
    pictures = {piece.sha256 for pieces in visit.evidence.values() for piece in pieces}
    strays += [entry for entry, digest in _apart(manifest).items() if digest not in pictures]
    if strays:
        raise refusal(message("{name} belongs to no answer", name=strays[0]))


def _apart(manifest: SealedManifest) -> dict[str, str]:
    """The entries with details kept apart, and the digest of the picture each is about."""
    names = [part.name for part in manifest.files if part.name.startswith(APART)]
    return {name: name.removeprefix(APART).removesuffix(".json") for name in names}


def _details(data: bytes, name: str) -> dict[str, Any]:
    members = json_in(data, name)
    try:
        is_ours = isinstance(members, dict) and canonical(members) == data
    except (ValueError, RecursionError):
        is_ours = False
    if not is_ours:
        raise refusal(message("not written as cemaudit writes it"), name)
    details: dict[str, Any] = members
    return details


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
    read = {path: _read_or_refusal(path, keys) for path in dict.fromkeys(paths)}
    versions: dict[str, list[Sealed]] = defaultdict(list)
    for outcome in read.values():
        if isinstance(outcome, Sealed):
            versions[outcome.visit.id].append(outcome)
    standing_of: dict[Path, RevisionStatus] = {}
    for of_one_visit in versions.values():
        standing_of |= _among_themselves(of_one_visit)
    return {
        path: RevisionStatus(None, outcome) if isinstance(outcome, BadInput) else standing_of[path]
        for path, outcome in read.items()
    }


def _read_or_refusal(path: Path, keys: Collection[PublicKey] | None) -> Sealed | BadInput:
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
        cause = message("visit id {id} is taken by {place}", id=visit.id, place=first.path.name)
        return RevisionStatus(sealed, BadInput(Problem(cause, sealed.path.name)))
    if visit.revision in unfit:
        cause = message("not made of the visit in {place}, whose place it takes", place=unfit[visit.revision].path.name)
        return RevisionStatus(sealed, BadInput(Problem(cause, sealed.path.name)))
    if sealed is not first:
        return RevisionStatus(sealed, gives_way_to=first)
    return RevisionStatus(sealed, gives_way_to=None if sealed is latest else latest)
