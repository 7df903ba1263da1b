"""The records in a sealed visit file beside the visit: its manifest, the signed statement, a signature."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer, ValidationError

from cemaudit.errors import Expected
from cemaudit.exchange.canonical_json import canonical, line_of, not_json, parsed
from cemaudit.exchange.sealed.archive import MANIFEST, MEDIA, refusal
from cemaudit.language import Language, message
from cemaudit.model import Visit, faults
from cemaudit.model.base import Line, LongText, Record, Whole
from cemaudit.model.visit import ChecklistRef, Digest, Token

__all__ = [
    "FORMAT",
    "ReturnReview",
    "SealedManifest",
    "SealedPart",
    "Signature",
    "Statement",
    "bytes_of",
    "json_in",
    "manifest_in",
    "record_in",
]

FORMAT: Final = "cemaudit-visit/1"
_FORMATS = re.compile(r"cemaudit-visit/[0-9]{1,9}")
AnyRecord = TypeVar("AnyRecord", bound=Record)


def _from_base64(value: object) -> bytes:
    try:
        return value if isinstance(value, bytes) else b64decode(str(value), validate=True)
    except ValueError as error:
        raise Expected("bytes in base64") from error


Base64 = Annotated[bytes, BeforeValidator(_from_base64), PlainSerializer(lambda value: b64encode(value).decode())]


class Statement(Record):
    """What the shopper signed: the ``words`` as shown, in which language, under which ``name`` (or code), and when."""

    words: Annotated[LongText, Field(min_length=1)]
    language: Language
    name: Annotated[Line, Field(min_length=1)]
    at: AwareDatetime


class ReturnReview(Record):
    """Why headquarters sends a visit back to its shopper: the editor's words, who wrote them, and when."""

    state: Literal["returned"] = "returned"
    reason: Annotated[LongText, Field(min_length=1)]
    by: Annotated[Line, Field(min_length=1)]
    at: AwareDatetime


class SealedPart(Record):
    """An entry of the file, its size in bytes, and its SHA-256."""

    name: str
    size: Annotated[Whole, Field(ge=0)]
    sha256: Digest


class SealedManifest(Record):
    """What the file holds, manifest and signature apart; ``files`` by name."""

    format: Literal["cemaudit-visit/1"] = FORMAT
    visit: Token
    revision: Annotated[Whole, Field(ge=1, le=999)]
    checklist: ChecklistRef
    files: tuple[SealedPart, ...]

    @classmethod
    def of(cls, visit: Visit, files: tuple[SealedPart, ...]) -> Self:
        """The manifest of that visit's file."""
        return cls(visit=visit.id, revision=visit.revision, checklist=visit.checklist, files=files)

    @property
    def media(self) -> tuple[SealedPart, ...]:
        """The pieces of evidence."""
        return tuple(part for part in self.files if part.name.startswith(MEDIA))

    def is_of(self, visit: Visit) -> bool:
        """Whether it names that visit, revision and checklist."""
        return self == self.of(visit, self.files)


class Signature(Record):
    """An Ed25519 signature of the manifest, and the public key it was made with."""

    key: Annotated[Base64, Field(min_length=32, max_length=32)]
    signature: Annotated[Base64, Field(min_length=64, max_length=64)]


def bytes_of(record: Record) -> bytes:
    """The one way a record is written into a sealed file."""
    return line_of(record) if isinstance(record, Visit) else canonical(record.model_dump(mode="json"))


def json_in(data: bytes, name: str) -> Any:
    """The JSON of the entry ``name``; ``BadInput`` where it is none."""
    try:
        return parsed(data.decode())
    except ValueError as error:
        raise refusal(not_json(error).what, name) from error


def record_in(kind: type[AnyRecord], data: bytes, name: str) -> AnyRecord:
    """The record in the entry ``name``; ``BadInput`` where it does not fit or is written in any way but ours."""
    members = json_in(data, name)
    try:
        record = kind.model_validate(members)
    except ValidationError as error:
        first = faults.problems(error, members)[0].inside(name)
        raise refusal(first.what, first.place) from error
    if bytes_of(record) != data:
        raise refusal(message("not written as cemaudit writes it"), name)
    return record


def manifest_in(data: bytes) -> SealedManifest:
    """The manifest; ``BadInput`` also where a newer cemaudit wrote it."""
    members = json_in(data, MANIFEST)
    written = members.get("format") if isinstance(members, dict) else None
    if written != FORMAT and isinstance(written, str) and _FORMATS.fullmatch(written):
        cause = message("written by a newer cemaudit ({format})", format=written)
        raise refusal(cause, MANIFEST, "update cemaudit")
    return record_in(SealedManifest, data, MANIFEST)
