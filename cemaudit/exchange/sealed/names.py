"""What a sealed visit file is called."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from cemaudit.model import Visit

__all__ = ["SUFFIX", "is_sealed", "sealed_name"]

SUFFIX = ".cemaudit"
LONGEST = 80
_PLAIN = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{LONGEST - 1}}}")
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")


def is_sealed(path: Path) -> bool:
    """Whether a file is called like a sealed visit."""
    return path.suffix.lower() == SUFFIX


def sealed_name(visit: Visit) -> str:
    """``<id>.cemaudit``, a revision ``<id>.r2.cemaudit``; a name any disk takes, also where the id is none."""
    revision = f".r{visit.revision}" if visit.revision > 1 else ""
    return f"{_safe(visit.id)}{revision}{SUFFIX}"


def _safe(visit_id: str) -> str:
    """The id itself where it is of small letters, digits, ``-`` and ``_``; else what is left of it, and a digest."""
    if _PLAIN.fullmatch(visit_id) and not _DEVICES.fullmatch(visit_id):
        return visit_id
    letters = unicodedata.normalize("NFKD", visit_id).encode("ascii", "ignore").decode().lower()
    left = re.sub(r"[^a-z0-9]+", "-", letters)[: LONGEST // 2].strip("-") or "visit"
    return f"{left}-{hashlib.sha256(visit_id.encode('utf-8', 'replace')).hexdigest()[:10]}"
