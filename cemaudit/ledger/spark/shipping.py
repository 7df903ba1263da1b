"""cemaudit on its way to the workers of a cluster: a zip of what they need of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cemaudit

__all__ = ["pack"]

_LEFT_OUT = {"cli", "entry", "locale", "report", "simulate"}


def pack(folder: Path) -> Path:
    """Write ``cemaudit.zip`` into ``folder``: the rooms that score, without texts, fonts and commands.

    The libraries they import cannot travel this way: numpy, pyarrow, pandas and what the base install names.
    """
    home = Path(cemaudit.__file__).parent
    path = folder / "cemaudit.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for module in sorted(home.rglob("*.py")):
            inside = module.relative_to(home)
            if inside.parts[0] not in _LEFT_OUT:
                file.write(module, Path(home.name, inside))
    return path
