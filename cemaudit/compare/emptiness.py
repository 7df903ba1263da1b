"""Where there is nothing at all."""

from __future__ import annotations

from cemaudit.compare.cannot import CannotTell
from cemaudit.language import message
from cemaudit.ledger.query.reading import Reading

__all__ = ["refuse_emptiness"]


def refuse_emptiness(reading: Reading) -> None:
    """``CannotTell`` where there are no visits at all."""
    if not reading.refs:
        raise CannotTell(message("there are no visits yet: nothing to compare"), "none")
