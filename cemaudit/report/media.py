"""Evidence files, kept within the folder they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cemaudit.exchange.evidence import inside

__all__ = ["Media", "folder_of", "inside"]

Media = Path | Mapping[str, Path] | None
"""The folder evidence files are relative to: one for all visits, or one for each visit's id."""


def folder_of(media: Media, visit: str) -> Path | None:
    """The folder of that visit's evidence, where there is one."""
    return media.get(visit) if isinstance(media, Mapping) else media
