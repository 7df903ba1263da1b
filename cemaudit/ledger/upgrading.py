"""Bringing an older ledger up to date, openly: what would change, and a copy before it does."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.database import statements
from cemaudit.ledger.ledger import Ledger, open_database, open_ledger
from cemaudit.ledger.maintenance import backup
from cemaudit.ledger.schema import MIGRATIONS, latest_version
from cemaudit.ledger.sqlite import Sqlite

__all__ = ["Upgrade", "planned_upgrade", "upgrade"]

_MADE = re.compile(r"(create|drop) (?:unique )?(table|index)(?: if not exists)? ([\w.]+)")
_ALTERED = re.compile(r"alter table ([\w.]+) (add|drop|rename)")


@dataclass(frozen=True)
class Upgrade:
    """What bringing a ledger from one version ``to`` another does: ``changes`` as ``create table action``."""

    place: str
    version: int
    to: int
    changes: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return self.version < self.to


def planned_upgrade(url: str) -> Upgrade:
    """Return what bringing the ledger at ``url`` up to date would change; nothing is written.

    ``BadInput`` where there is none yet, or something else.
    """
    database = open_database(url)
    with closing(database):
        version = database.version()
        if version == 0:
            raise BadInput(Problem(message("there is no ledger yet"), database.place))
        return Upgrade(database.place, version, latest_version(), tuple(_changes(version)))


def _changes(version: int) -> list[str]:
    changes = []
    for text in MIGRATIONS[version:]:
        for statement in statements(text.format(blob="blob", number="integer")):
            if match := _MADE.match(statement):
                changes.append(" ".join(match.groups()))
            elif match := _ALTERED.match(statement):
                changes.append(f"alter table {match[1]}")
    return changes


def upgrade(url: str, copy: Path | None = None) -> tuple[Upgrade, list[Path]]:
    """Bring the ledger at ``url`` up to date, after a copy of it as it was; return what was done, and the copy's files.

    ``copy``: where the copy goes, else beside the ledger, as ``hq-version-3.db`` for ``hq.db``. A ledger on a server is
    copied by the server's own means, before. No copy is made where there is nothing to do.
    """
    planned = planned_upgrade(url)
    if not planned.is_needed:
        return planned, []
    files: list[Path] = []
    database = open_database(url)
    with closing(database):
        if isinstance(database, Sqlite) and database.file:
            target = copy or database.file.with_name(f"{database.file.stem}-version-{planned.version}.db")
            files = backup(Ledger(database, ""), target)
    with open_ledger(url):  # which brings it up to date
        return planned, files
