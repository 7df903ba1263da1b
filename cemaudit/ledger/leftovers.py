"""Evidence in the ledger's folder that purged visits had and no visit names any more."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.exchange.sealed.parts import MEDIA, largest
from cemaudit.files import unwritable
from cemaudit.ledger.forgetting import files_of
from cemaudit.ledger.purges import purges
from cemaudit.ledger.states import State

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["remove_leftovers"]


def remove_leftovers(ledger: Ledger, folder: Path) -> int:
    """Remove them from ``folder``, also those an earlier purge did not come to; how many there were.

    ``BadEnvironment`` where one cannot be removed.
    """
    names = {name for purge in purges(ledger) for name in purge.files if largest(name)}
    there = {name for name in names if (folder / name).is_file()}
    left = there - _named(ledger, there)
    for name in sorted(left):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(folder / name, error) from error
    return len(left)


def _named(ledger: Ledger, names: Collection[str]) -> set[str]:
    """Those of ``names`` that a visit names."""
    if not names:
        return set()
    mark = f'"{MEDIA}'.encode()
    visits = ledger.visits(states=list(State), superseded=True)
    return {name for held in visits if mark in held.line for name in files_of(held.visit)}
