"""Screens the visits of a ledger: reads them, looks at their pictures once, and keeps the remarks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from cemaudit.exchange.sealed.archive import largest
from cemaudit.ledger import Ledger
from cemaudit.ledger.purging import files_of
from cemaudit.ledger.screening_remarks import (
    keep_picture_hashes,
    picture_hashes,
    save_remarks,
)
from cemaudit.media.picture_hash import difference_hash
from cemaudit.model import Visit
from cemaudit.programme.screening.rules import ScreenedVisit, screen_visits, screened_visit

__all__ = ["screen_ledger"]

_NO_HASH = "-"
"""Stands for a picture that shows nothing to know it by, or is none."""
_KEPT_AT_ONCE = 500


def screen_ledger(ledger: Ledger, media: Path | None = None, since: dt.date | None = None) -> int:
    """Screen the visits collected from ``since`` (UTC) on against all, and return how many remarks are new.

    ``media``: the ledger's folder of evidence; ``None``: pictures are not looked at. The latest revision of each visit
    that is not excluded. Stopped anywhere and run again, it goes on.
    """
    return save_remarks(ledger, screen_visits(list(_visits(ledger, media, since))))


def _visits(ledger: Ledger, media: Path | None, since: dt.date | None) -> Iterator[ScreenedVisit]:
    first_new = _first_collected(ledger, since)
    checklists = ledger.shelf.checklists()
    pictures = _Pictures(ledger, media)
    for held in ledger.visits():
        visit, is_new = held.visit, held.number >= first_new
        checklist = checklists[held.checklist]
        yield screened_visit(held.number, visit, checklist, pictures.of(visit), is_new=is_new)
    pictures.keep()


def _first_collected(ledger: Ledger, since: dt.date | None) -> int:
    """The number of the first visit collected from a day on."""
    if since is None:
        return 0
    query = "select min(visit.number) from visit join trail on trail.number = visit.batch where trail.at >= ?"
    ((number,),) = ledger.database.run(query, (since.isoformat(),))
    return ledger.last() + 1 if number is None else int(number)


class _Pictures:
    """How the pictures in a ledger's folder of evidence look; each is decoded once in the ledger's life."""

    def __init__(self, ledger: Ledger, media: Path | None) -> None:
        self._ledger, self._media = ledger, media
        self._known = picture_hashes(ledger) if media else {}
        self._new: dict[str, str] = {}

    def of(self, visit: Visit) -> dict[str, int]:
        """Return the hashes of a visit's pictures, by file."""
        if self._media is None:
            return {}
        hashes = {name: self._hash(self._media, name) for name in dict.fromkeys(files_of(visit))}
        if len(self._new) >= _KEPT_AT_ONCE:
            self.keep()
        return {name: int(text, 16) for name, text in hashes.items() if text != _NO_HASH}

    def _hash(self, media: Path, name: str) -> str:
        if name not in self._known:
            path = media / name
            if not largest(name) or not path.is_file():
                return _NO_HASH
            bits = difference_hash(path.read_bytes())
            self._known[name] = self._new[name] = _NO_HASH if bits is None else f"{bits:064x}"
        return self._known[name]

    def keep(self) -> None:
        """Keep what was looked at, so that the next screening need not."""
        keep_picture_hashes(self._ledger, self._new)
        self._new = {}
