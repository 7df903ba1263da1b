"""One visit as the ledger keeps it: its canonical line, packed, with a pseudonym where the shopper's code stood."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.exchange import line_of
from cemaudit.ledger.identities import KEY, SHOPPER, Pseudonyms, SealedPaper, ShopperIdentity
from cemaudit.model import Visit

if TYPE_CHECKING:
    from cemaudit.entry.doubts import Stay
    from cemaudit.exchange import Sealed

__all__ = ["VisitDocument", "compress", "decompress", "document_of"]

SHORT = 1_000
"""Bytes of a line that is not packed: to pack it takes as long as to read it."""

_LEVEL = 1


class VisitDocument(NamedTuple):
    """A visit on its way into the ledger: the columns of its row, in order, then who it is of.

    ``digest`` stands for the SHA-256 of the canonical line as it came, ``supersedes`` for that of the revision before;
    ``stored`` is the SHA-256 of the line as it is kept, ``document`` that line, packed. ``sealed`` is the SHA-256 of
    the sealed file, ``signer`` the pseudonym of the key that signed it. ``missing``: what the visit lacks of what its
    checklist asks (``None``: nobody looked); ``stay``: where its shopper (by pseudonym) was, and when.
    """

    id: str
    revision: int
    checklist: str
    store: str
    shopper: str | None
    wave: str | None
    day: str | None
    digest: str
    supersedes: str | None
    stored: str
    sealed: str | None
    signer: str | None
    document: bytes
    persons: tuple[ShopperIdentity, ...] = ()
    sealed_papers: tuple[SealedPaper, ...] = ()
    missing: tuple[str, ...] | None = None
    stay: Stay | None = None
    is_simulated: bool = False

    @property
    def row(self) -> tuple[str | int | bytes | None, ...]:
        """The columns of its row, ``number`` and ``batch`` apart."""
        return self[:13]


def document_of(visit: Visit, line: bytes, pseudonyms: Pseudonyms, sealed: Sealed | None = None) -> VisitDocument:
    """Return the document of a visit whose canonical line is ``line``, and that came in ``sealed``."""
    shopper = pseudonyms.person(SHOPPER, visit.shopper) if visit.shopper else None
    # The comment of a key may be another elsewhere; the person behind it is the same.
    signer = pseudonyms.person(KEY, replace(sealed.signer, comment="").line) if sealed and sealed.signer else None
    supersedes = pseudonyms.digest(visit.supersedes) if visit.supersedes else None
    changes = {"shopper": shopper and shopper.pseudonym, "supersedes": supersedes}
    papers: list[SealedPaper] = []
    if sealed:
        texts = {"statement.json": sealed.statement.model_dump_json()}
        for name, details in sealed.apart.items():
            texts[f"apart/{name}.json"] = json.dumps(details, ensure_ascii=False)
        papers = [SealedPaper(visit.id, visit.revision, name, text) for name, text in texts.items()]
    kept = _replace_members(visit, line, {name: value for name, value in changes.items() if value})
    return VisitDocument(
        visit.id,
        visit.revision,
        visit.checklist,
        visit.store,
        shopper and shopper.pseudonym,
        visit.wave,
        visit.day.isoformat() if visit.day else None,
        pseudonyms.digest(hashlib.sha256(line).hexdigest()),
        supersedes,
        hashlib.sha256(kept).hexdigest(),
        sealed.sha256 if sealed else None,
        signer and signer.pseudonym,
        compress(kept),
        tuple(person for person in (shopper, signer) if person),
        tuple(papers),
        is_simulated=visit.origin == "simulated",
    )


def _replace_members(visit: Visit, line: bytes, changes: Mapping[str, str]) -> bytes:
    """The line with other values of some members of the visit."""
    changed = line
    for name, value in changes.items():
        member = _member(name, getattr(visit, name))
        if line.count(member) != 1:  # an item may have the same name
            return line_of(visit.model_copy(update=dict(changes)))
        changed = changed.replace(member, _member(name, value))
    return changed


def _member(name: str, value: str) -> bytes:
    return f'"{name}":{encode_basestring(value)}'.encode()


def compress(line: bytes) -> bytes:
    """Return a line as the ledger keeps it: a long one packed, a short one as it is, for little would be saved."""
    return zlib.compress(line, _LEVEL) if len(line) > SHORT else line


def decompress(document: bytes) -> bytes:
    """Return the line; raise ``ValueError`` where it is damaged."""
    # A canonical line begins with a brace, what is packed never does.
    if document.startswith(b"{"):
        return document
    try:
        return zlib.decompress(document)
    except zlib.error as error:
        raise ValueError(str(error)) from error
