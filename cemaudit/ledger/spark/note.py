"""What scores written by a cluster say of themselves."""

from __future__ import annotations

import datetime as dt
import json
from typing import NamedTuple

from cemaudit.ledger.snapshot.names import ScoreColumn

__all__ = ["Note"]


class Note(NamedTuple):
    """The ``scheme`` as JSON, the ``columns`` of scores, the digest of the ``answers``, and the first day, if not all.

    It travels in the files themselves, so that scores and what is said of them are written at once or not at all.
    """

    scheme: str
    columns: tuple[ScoreColumn, ...]
    answers: str
    since: dt.date | None = None

    def covers(self, since: dt.date | None) -> bool:
        """Whether all visits of that day or later are among the scored; with ``None``, all there are."""
        return self.since is None or (since is not None and self.since <= since)

    def written(self) -> str:
        """As JSON."""
        return json.dumps(self, ensure_ascii=False, default=dt.date.isoformat)

    @classmethod
    def read(cls, text: str) -> Note:
        """From JSON."""
        scheme, columns, answers, since = json.loads(text)
        found = (ScoreColumn(name, measure, tuple(key), written) for name, measure, key, written in columns)
        return cls(scheme, tuple(found), answers, dt.date.fromisoformat(since) if since else None)
