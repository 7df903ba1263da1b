"""Checklists and schemes as files. This package brings the sectorless ones; sectors fetch theirs from their folders."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from cemaudit.hookspecs import hookimpl

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_FOLDERS = ("programme", "schemes")


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """The programme checklists and all schemes, sorted by folder and name."""
    found = [file for folder in _FOLDERS for file in sorted((files(__name__) / folder).iterdir(), key=_name)]
    return [file for file in found if file.name.endswith(".toml")]


def _name(file: Traversable) -> str:
    return file.name
