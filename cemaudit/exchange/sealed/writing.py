"""Sealing: evidence checked, one file written whole or not at all, and read back from the disk before it counts."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.exchange.canonical_json import canonical
from cemaudit.exchange.sealed.archive import (
    CHUNK,
    LARGEST_FILE,
    LARGEST_MEDIUM,
    MANIFEST,
    MOST_ENTRIES,
    REVIEW,
    SIGNATURE,
    STATEMENT,
    VISIT,
    ZipEntry,
    apart_name,
    directory,
    laid_out,
    largest,
    media_name,
)
from cemaudit.exchange.sealed.keys import SigningKey
from cemaudit.exchange.sealed.reading import Sealed, read_sealed
from cemaudit.exchange.sealed.records import (
    ReturnReview,
    SealedManifest,
    SealedPart,
    Signature,
    Statement,
    bytes_of,
    record_in,
)
from cemaudit.exchange.visits import inside
from cemaudit.files import replaced
from cemaudit.language import message
from cemaudit.model import Evidence, Visit

__all__ = ["Media", "write_sealed"]

Media = Path | Mapping[str, Path]
"""Where evidence lies: a folder its ``file`` is relative to, or the path of each ``file``."""


class _Content(NamedTuple):
    """What goes into the file: bytes, or the path of evidence; with its size, SHA-256 and CRC-32."""

    source: bytes | Path
    size: int
    sha256: str
    crc: int


def write_sealed(  # noqa: PLR0913, PLR0917 (all that a seal is put on)
    path: Path,
    visit: Visit,
    statement: Statement,
    media: Media,
    apart: Mapping[str, Mapping[str, Any]] | None = None,
    key: SigningKey | None = None,
    review: ReturnReview | None = None,
) -> Sealed:
    """Seal ``visit`` into the file ``path`` (see ``sealed_name``) and give what was read back from the disk.

    Evidence in the sealed visit is named by its content. ``apart``: details kept apart, by the SHA-256 of the picture;
    those of pictures that are no evidence of this visit are left out. ``review``: the editor's words, of a visit that
    goes back to its shopper.
    A file that holds this very visit already, sealed with the same key, is left and given as it is: sealing may be
    repeated. ``BadInput`` names evidence that is gone or changed, and a ``path`` taken by something else;
    ``BadEnvironment`` where the disk does not take the file: then there is none.
    """
    contents, sealed_visit = _with_evidence(visit, media)
    line = bytes_of(sealed_visit)
    _check_line(line)
    if path.exists():
        return _as_it_is(path, hashlib.sha256(line).hexdigest(), key, review)
    contents |= _apart(apart or {}, {content.sha256 for content in contents.values()})
    contents |= {VISIT: _text(line), STATEMENT: _text(bytes_of(statement))}
    contents |= {REVIEW: _text(bytes_of(review))} if review else {}
    contents = dict(sorted(contents.items()))
    parts = tuple(SealedPart(name=name, size=content.size, sha256=content.sha256) for name, content in contents.items())
    manifest = SealedManifest.of(sealed_visit, parts)
    _check_sizes(manifest, path)
    _write(path, _signed(manifest, key) | contents)
    return _read_back(path, manifest, key)


def _check_line(line: bytes) -> None:
    """``BadInput`` where the visit would not read back as itself."""
    try:
        record_in(Visit, line, VISIT)
    except BadInput as error:
        raise BadInput(Problem(problem.what, problem.place) for problem in error.problems) from error


def _with_evidence(visit: Visit, media: Media) -> tuple[dict[str, _Content], Visit]:
    """The pieces of evidence by their new names, and the visit that calls them so; ``BadInput`` lists what is amiss."""
    contents: dict[str, _Content] = {}
    problems: list[Problem] = []
    evidence: dict[str, tuple[Evidence, ...]] = {}
    for item, pieces in visit.evidence.items():
        renamed = []
        for piece in pieces:
            try:
                content = _looked_at(piece, media)
            except BadInput as error:
                problems += (problem.inside(f"evidence.{item}") for problem in error.problems)
                continue
            name = media_name(content.sha256, piece.file)
            contents[name] = content
            renamed.append(piece.model_copy(update={"file": name, "sha256": content.sha256}))
        evidence[item] = tuple(renamed)
    if problems:
        raise BadInput(problems)
    return contents, visit.model_copy(update={"evidence": evidence})


def _looked_at(piece: Evidence, media: Media) -> _Content:
    path = media.get(piece.file) if isinstance(media, Mapping) else _within(media, piece.file)
    hint = message("add it again")
    if path is None or not path.is_file():
        raise BadInput(Problem(message("this evidence is gone: {file}", file=piece.file), hint=hint))
    if path.stat().st_size > LARGEST_MEDIUM:
        most = message("larger than {most} MB", most=LARGEST_MEDIUM // 1_000_000)
        raise BadInput(Problem(most, piece.file, message("take a smaller picture or a shorter recording")))
    digest, crc, size = hashlib.sha256(), 0, 0
    for chunk in _pieces(path):
        digest.update(chunk)
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    if piece.sha256 not in {None, digest.hexdigest()}:
        raise BadInput(Problem(message("this evidence has changed: {file}", file=piece.file), hint=hint))
    return _Content(path, size, digest.hexdigest(), crc)


def _within(folder: Path, file: str) -> Path | None:
    path = inside(folder, file)
    return Path(path) if path else None


def _pieces(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    try:
        with source.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), str(source))) from error


def _text(data: bytes) -> _Content:
    return _Content(data, len(data), hashlib.sha256(data).hexdigest(), zlib.crc32(data))


def _apart(apart: Mapping[str, Mapping[str, Any]], pictures: set[str]) -> dict[str, _Content]:
    kept: dict[str, _Content] = {}
    for digest in pictures & apart.keys():
        try:
            kept[apart_name(digest)] = _text(canonical(dict(apart[digest])))
        except (ValueError, TypeError) as error:
            raise BadInput(Problem(message("details that cannot be kept: {why}", why=error), digest)) from error
    return kept


def _signed(manifest: SealedManifest, key: SigningKey | None) -> dict[str, _Content]:
    """What stands first: the manifest, and its signature."""
    written = bytes_of(manifest)
    first = {MANIFEST: _text(written)}
    if key:
        signature = Signature(key=key.public.raw, signature=key.sign(written))
        first[SIGNATURE] = _text(bytes_of(signature))
    return first


def _check_sizes(manifest: SealedManifest, path: Path) -> None:
    """``BadInput`` where the file would be larger than those that are read."""
    for part in manifest.files:
        if part.size > (largest(part.name) or 0):
            cause = message("{name} is too large ({size} bytes)", name=part.name, size=part.size)
            raise BadInput(Problem(cause, path.name))
    if len(manifest.files) > MOST_ENTRIES - 2:
        raise BadInput(Problem(message("more than {most} entries", most=MOST_ENTRIES), path.name))
    if sum(part.size for part in manifest.files) > LARGEST_FILE - 2_000_000:
        raise BadInput(Problem(message("larger than {most} MB", most=LARGEST_FILE // 1_000_000), path.name))


def _write(path: Path, contents: Mapping[str, _Content]) -> None:
    entries = laid_out(ZipEntry(name, content.size, content.crc) for name, content in contents.items())
    with replaced(path) as file:
        for entry, content in zip(entries, contents.values(), strict=True):
            file.write(entry.header)
            _copy(content, file)
        file.write(directory(entries))
        file.flush()
        _to_the_disk(file.fileno())
    with suppress(OSError):  # Windows does not open folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _copy(content: _Content, file: IO[bytes]) -> None:
    digest = hashlib.sha256()
    for chunk in _pieces(content.source):
        digest.update(chunk)
        file.write(chunk)
    if digest.hexdigest() != content.sha256:
        cause = message("this evidence changed while it was sealed: {file}", file=content.source)
        raise BadInput(Problem(cause, hint=message("seal again")))


def _to_the_disk(handle: int) -> None:
    """Let the system write what it holds and forget it, so that what is read back comes from the disk."""
    os.fsync(handle)
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def _read_back(path: Path, manifest: SealedManifest, key: SigningKey | None) -> Sealed:
    keys = [key.public] if key else None
    try:
        sealed = read_sealed(path, keys=keys)
    except BadInput as error:
        path.unlink(missing_ok=True)
        cause = message("what was written does not read back")
        raise BadEnvironment(Problem(cause, str(path), error)) from error
    if sealed.manifest != manifest:
        path.unlink(missing_ok=True)
        raise BadEnvironment(Problem(message("what was written does not read back"), str(path)))
    return sealed


def _as_it_is(path: Path, digest: str, key: SigningKey | None, review: ReturnReview | None) -> Sealed:
    """The sealed file at ``path``, where it holds the visit of that digest sealed with that key."""
    with suppress(BadInput):
        sealed = read_sealed(path)
        is_same = sealed.digest == digest and sealed.review == review
        if is_same and sealed.signer == (key.public if key else None):
            return sealed
    cause = message("there is another file of this name, and nothing is overwritten")
    raise BadInput(Problem(cause, str(path), message("move it away, or choose another folder")))
