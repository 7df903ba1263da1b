"""The scheme each visit is scored under: the one in force on its day, as it was when it was first used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cemaudit.errors import BadInput
from cemaudit.ledger.ledger import Ledger
from cemaudit.model import Checklist, Scheme
from cemaudit.scoring import Engine

__all__ = ["Schemes"]


class Schemes:
    """The schemes of ``engine``, and those ``ledger`` keeps; where both have one, they must be the same."""

    def __init__(self, ledger: Ledger, engine: Engine) -> None:
        self._ledger, self._engine = ledger, engine
        self._used: dict[str, Scheme] = {}
        self._of: dict[tuple[str, dt.date | None], Scheme] = {}

    @property
    def used(self) -> Iterator[Scheme]:
        """Those that were asked for."""
        return iter(self._used.values())

    def __getitem__(self, ref: str) -> Scheme:
        """The scheme of that ``id@version``; ``BadInput`` where there is none, or two that differ."""
        if ref not in self._used:
            kept = self._ledger.shelf.schemes([ref]).get(ref)
            scheme = kept if kept and ref not in self._engine.library.schemes else self._engine.library.scheme(ref)
            problem = self._ledger.shelf.clash(scheme)
            if problem:
                raise BadInput(problem)
            self._used[ref] = scheme
        return self._used[ref]

    def of(self, checklist: Checklist, day: dt.date | None) -> Scheme:
        """The scheme a visit of that day is scored under."""
        if "@" in checklist.scheme:
            return self[checklist.scheme]
        key = checklist.scheme, day
        if key not in self._of:
            self._of[key] = self[self._engine.library.scheme_on(checklist.scheme, day).ref]
        return self._of[key]
