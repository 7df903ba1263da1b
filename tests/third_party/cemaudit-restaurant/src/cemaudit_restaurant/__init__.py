"""Restaurants for cemaudit: the files beside this one are all there is."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.hookspecs import hookimpl


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """Every TOML file of the package."""
    return [file for file in files(__package__).iterdir() if file.name.endswith(".toml")]
