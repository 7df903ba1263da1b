"""Evidence files, kept within the folder they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["Media", "folder_of", "inside"]

Media = Path | Mapping[str, Path] | None
"""The folder evidence files are relative to: one for all visits, or one for each visit's id."""


def folder_of(media: Media, visit: str) -> Path | None:
    """The folder of that visit's evidence, where there is one."""
    return media.get(visit) if isinstance(media, Mapping) else media


def inside(folder: Path, file: str) -> str:
    """The absolute path of ``file`` in ``folder``; nothing where it is no regular file or lies outside, by any link."""
    try:
        base = folder.resolve(strict=True)
        found = (base / file).resolve(strict=True)
        return str(found) if found.is_relative_to(base) and found.is_file() else ""
    except (OSError, ValueError, RuntimeError):
        return ""
