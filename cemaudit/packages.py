"""What a package gives when first asked: the names of its front door, and the tables shipped within it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["front_door", "shipped_table"]


def front_door(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and ``__dir__`` (PEP 562) of a package that offers what its modules define.

    ``homes``: the module, within the package, that each name comes from. The package imports the same names where
    ``TYPE_CHECKING``, for type checkers; a test holds the two together.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        # Not kept in the package: whoever replaces the name in its module (tests do) is to be seen here, too.
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return get, lambda: sorted({*vars(sys.modules[package]), *homes})


def shipped_table(package: str, name: str) -> dict[str, Any]:
    """Return the TOML file ``name`` that is shipped in ``package``."""
    # Imported here: commands that need no table start without the parser.
    from importlib.resources import files  # noqa: PLC0415

    import tomli  # noqa: PLC0415

    return tomli.loads((files(package) / name).read_text("utf-8"))
