"""Evidence named in a form: found beside it, hashed, and kept beside the visits under its own hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.files import refuse_unreadable
from cemaudit.language import message

__all__ = ["LARGEST", "digest_of"]

LARGEST = 200_000_000
"""Bytes of the largest file taken as evidence."""


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; ``BadInput`` where it cannot be read, is empty or larger than ``LARGEST``."""
    refuse_unreadable(path)
    try:
        size = path.stat().st_size
        if not 0 < size <= LARGEST:
            most = message("larger than {most} MB", most=LARGEST // 1_000_000)
            raise BadInput(Problem(most if size else message("an empty file"), path.name))
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), path.name)) from error
