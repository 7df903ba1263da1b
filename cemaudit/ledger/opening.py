"""Which kind of database a ledger's address means."""

from __future__ import annotations

from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.database import Database
from cemaudit.ledger.sqlite import Sqlite

__all__ = ["open_database"]


def open_database(url: str, *, make: bool = False) -> Database:
    """The database at ``url``: the path of a file (made with ``make`` where there is none), or ``postgresql://``.

    ``BadInput`` where that is no place of a ledger; ``BadEnvironment`` where it cannot be reached, or the extra
    ``postgres`` is missing.
    """
    kind, mark, _ = url.partition("://")
    if kind in {"postgresql", "postgres"} and mark:
        from cemaudit.ledger.postgres import Postgres  # noqa: PLC0415 (an extra)

        return Postgres(url)
    if mark or not url.strip():
        what = message("expected a file or postgresql://..., found {value}", value=f"{kind}{mark}")
        raise BadInput(Problem(what, "--ledger"))
    return Sqlite(Path(url).expanduser(), make=make)
