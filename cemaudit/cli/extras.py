"""What some commands need beyond the base install."""

from __future__ import annotations

from importlib.util import find_spec

from cemaudit.errors import BadEnvironment, Problem
from cemaudit.language import message

__all__ = ["EXTRAS", "is_there", "missing"]

EXTRAS = {
    "hq": ("numpy", "duckdb", "scipy"),
    "xlsx": ("openpyxl", "defusedxml"),
    "pdf": ("pypdf",),
    "postgres": ("psycopg",),
    "sign": ("cryptography",),
    "spark": ("pyspark", "pyarrow", "pandas"),
}
"""The packages an extra brings, by the names they are imported by."""


def is_there(extra: str) -> bool:
    """Whether the packages of an extra are installed."""
    return all(map(_can_be_found, EXTRAS[extra]))


def missing(error: ModuleNotFoundError) -> BadEnvironment | None:
    """The error for people where the package that was not found is an extra's; ``None`` where it is not."""
    name = (error.name or "").partition(".")[0]
    extra = next((extra for extra, packages in EXTRAS.items() if name in packages), None)
    if extra is None:
        return None
    hint = message("install it: {command}", command=f"pip install 'cemaudit[{extra}]'")
    return BadEnvironment(Problem(message("this needs the extra {extra}", extra=extra), hint=hint))


def _can_be_found(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # it is kept from being loaded
        return False
