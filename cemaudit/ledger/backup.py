"""A copy of a ledger in a file, as it stands at one moment, while others go on writing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import unwritable
from cemaudit.language import message
from cemaudit.ledger.sqlite import Sqlite, people_file

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["backup"]


def backup(ledger: Ledger, target: Path) -> list[Path]:
    """Copy the ledger to ``target``, and the shoppers' identities beside it; both are looked through before they count.

    ``BadInput`` where there is a file already, and for a ledger on a server, which has its own ways; ``BadEnvironment``
    where the disk does not take the copy: then there is none.
    """
    database = ledger.database
    if not isinstance(database, Sqlite):
        hint = message("use pg_dump: {command}", command=f"pg_dump --format=custom --file={target} {database.place}")
        raise BadInput(
            Problem(message("a ledger on a server is backed up by the server's own means"), database.place, hint)
        )
    targets = {"main": target, **({"people": people_file(target)} if database.knows_people() else {})}
    for path in targets.values():
        if os.path.lexists(path):
            raise BadInput(Problem(message("there is a file already, and nothing is overwritten"), str(path)))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as folder:
            copies = {schema: Path(folder) / path.name for schema, path in targets.items()}
            database.copy_to(copies)
            _check(copies["main"], ledger)
            for schema, path in reversed(targets.items()):  # the ledger last: with it the copy is whole
                copies[schema].replace(path)
    except OSError as error:
        raise unwritable(target, error) from error
    return list(targets.values())


def _check(path: Path, ledger: Ledger) -> None:
    """``BadEnvironment`` where the copy is not whole."""
    copy = Sqlite(path)
    try:
        if copy.faults() or copy.columns() != ledger.database.columns():
            raise BadEnvironment(Problem(message("what was written does not read back"), str(path)))
    finally:
        copy.close()
