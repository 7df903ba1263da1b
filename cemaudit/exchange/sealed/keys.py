"""Ed25519 keys: a private one that seals, in a file only its owner reads, and public ones that tell who sealed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import make_private_folder, read_text, unwritable
from cemaudit.language import message

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = [
    "Passphrase", "PublicKey", "SigningKey", "is_genuine", "is_private", "new_key", "public_file", "read_key",
    "read_public_keys", "readable_by_others",
]  # fmt: skip

LARGEST = 100_000
LONGEST_COMMENT = 200
PURPOSE = b"cemaudit-visit/1\0"
"""Stands before whatever is signed, so that no signature is of use anywhere else."""

Passphrase = Callable[[], str | None]
"""Asks for the passphrase of a key file; ``None`` where there is nobody to ask."""

_PRIVATE = "PRIVATE KEY-----"
_LINE = re.compile(r"cemaudit-ed25519 ([A-Za-z0-9+/]{43}=)(?: (.{0,200}))?")


def _nobody() -> None:
    """Nobody is there to ask."""


@dataclass(frozen=True)
class PublicKey:
    """The 32 bytes that tell whose signature it is; ``comment`` says it to people, and anyone may write it."""

    raw: bytes
    comment: str = field(default="", compare=False)

    @property
    def line(self) -> str:
        """The key as it stands in a file."""
        return " ".join(filter(None, ("cemaudit-ed25519", b64encode(self.raw).decode(), self.comment)))

    @property
    def fingerprint(self) -> str:
        """The first 96 bits of its SHA-256, short enough to be read out over the telephone."""
        digits = hashlib.sha256(self.raw).hexdigest()
        return "-".join(digits[start : start + 4] for start in range(0, 24, 4))


@dataclass(frozen=True)
class SigningKey:
    """A private key."""

    public: PublicKey
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    def sign(self, data: bytes) -> bytes:
        """The 64 bytes that only this key makes of ``data``."""
        return self._private.sign(PURPOSE + data)


def is_genuine(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` was made of ``data`` with ``key``; ``BadEnvironment`` without the extra ``sign``."""
    _require_cryptography()
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, PURPOSE + data)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_file(path: Path) -> Path:
    """Where the public half of the key in ``path`` is written."""
    return path.parent / f"{path.stem}.pub"


def new_key(path: Path, comment: str = "", ask: Passphrase = _nobody) -> SigningKey:
    """Make a key, write it to ``path`` (PEM, for its owner alone) and its public half beside it, both or none.

    ``ask`` gives the passphrase, or nothing. ``BadInput`` where one of the files exists: a key is never overwritten.
    """
    _require_cryptography()
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    if path == public_file(path):
        raise BadInput(Problem(message("this ending is for public keys: {ending}", ending=".pub"), str(path)))
    for file in (path, public_file(path)):
        if os.path.lexists(file):
            text = message("there is a file already, and keys are never overwritten")
            raise BadInput(Problem(text, str(file), message("choose another name with --out")))
    passphrase = ask()
    private = Ed25519PrivateKey.generate()
    locked = form.BestAvailableEncryption(passphrase.encode()) if passphrase else form.NoEncryption()
    pem = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, locked)
    key = SigningKey(_public_of(private, " ".join(comment.split())[:LONGEST_COMMENT]), private)
    _write_new(path, pem, 0o600)
    try:
        _write_new(public_file(path), key.public.line.encode() + b"\n", 0o644)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return key


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        make_private_folder(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def read_key(path: Path, ask: Passphrase = _nobody) -> SigningKey:
    """The private key in ``path``; ``ask`` is called where it needs a passphrase. ``BadInput`` where there is none."""
    _require_cryptography()
    text = read_text(path, LARGEST)
    if _LINE.match(text.strip()):
        hint = message("name the file of the private key, not its .pub file")
        raise BadInput(Problem(message("this is a public key"), str(path), hint))
    try:
        return _unlocked(text, ask)
    except BadInput as error:
        raise error.inside(path) from error


def _unlocked(text: str, ask: Passphrase) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 an extra
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        private = load_pem_private_key(text.encode(), None)
    except TypeError:
        passphrase = ask()
        if not passphrase:
            hint = message("set it in CEMAUDIT_KEY_PASSPHRASE")
            raise BadInput(Problem(message("this key has a passphrase"), hint=hint)) from None
        try:
            private = load_pem_private_key(text.encode(), passphrase.encode())
        except Exception as error:
            raise BadInput(Problem(message("not the passphrase of this key"))) from error
    except Exception as error:
        raise BadInput(Problem(message("no private key in PEM form"))) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise BadInput(Problem(message("not an Ed25519 key"), hint=message("make one with 'cemaudit key new'")))
    return SigningKey(_public_of(private), private)


def _public_of(private: Ed25519PrivateKey, comment: str = "") -> PublicKey:
    return PublicKey(private.public_key().public_bytes_raw(), comment)


def is_private(path: Path) -> bool:
    """Whether the file holds a private key. ``BadInput`` where it cannot be read."""
    return _PRIVATE in read_text(path, LARGEST)


def read_public_keys(path: Path) -> tuple[PublicKey, ...]:
    """The public keys in a file, one a line; lines that begin with # say something else. ``BadInput`` otherwise."""
    if is_private(path):
        hint = message("name its .pub file")
        raise BadInput(Problem(message("this is a private key, which is for its owner alone"), str(path), hint))
    lines = [line.strip() for line in read_text(path, LARGEST).splitlines()]
    keys = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if not keys:
        raise BadInput(Problem(message("no public key"), str(path)))
    return tuple(_public_key(line, f"{path}: {message('line {number}', number=number)}") for number, line in keys)


def _public_key(line: str, place: str) -> PublicKey:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadInput(
            Problem(message("expected a line like {example}", example="cemaudit-ed25519 AAAA...= s-12"), place)
        )
    return PublicKey(b64decode(match[1]), match[2] or "")


def readable_by_others(path: Path) -> bool:
    """Whether more than its owner may read the file; never on Windows, which has no such modes."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _require_cryptography() -> None:
    try:
        import cryptography  # noqa: F401, PLC0415 an extra
    except ImportError as error:
        hint = message("install it: {command}", command="pip install 'cemaudit[sign]'")
        raise BadEnvironment(Problem(message("signatures need the extra {extra}", extra="sign"), hint=hint)) from error
