"""Where a visit's evidence lies: in the folder of its file, and nowhere else."""

from __future__ import annotations

from pathlib import Path

__all__ = ["inside"]


def inside(folder: Path, file: str) -> str:
    """The absolute path of ``file`` in ``folder``; nothing where it is no regular file or lies outside, by any link."""
    try:
        base = folder.resolve(strict=True)
        found = (base / file).resolve(strict=True)
        return str(found) if found.is_relative_to(base) and found.is_file() else ""
    except (OSError, ValueError, RuntimeError):
        return ""
