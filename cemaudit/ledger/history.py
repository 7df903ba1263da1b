"""What the ledger knows of a visit, from the day it came in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.database import Row
from cemaudit.ledger.ledger import Held
from cemaudit.ledger.purges import Purge, purges_of
from cemaudit.ledger.reviews import Review, reviews_of
from cemaudit.ledger.states import STATE_NOW

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger
    from cemaudit.model import Change

__all__ = ["Revision", "history"]


@dataclass(frozen=True)
class Revision:
    """One revision of a visit: what came in, when (``at``, UTC) and through whom, and what became of it since.

    ``sealed``: the SHA-256 of the sealed file it came in. ``waits``: the revision before it has not come in yet.
    ``amendment`` and ``changes`` are the shopper's; ``purges`` took the personal data away, these words with them.
    """

    held: Held
    at: str
    by: str
    sealed: str | None
    signed: bool
    waits: bool
    amendment: str | None
    changes: tuple[Change, ...]
    reviews: tuple[Review, ...]
    purges: tuple[Purge, ...]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        held = {name: value for name, value in self.held._asdict().items() if name != "document"}
        own = {"collected": self.at, "by": self.by, "sealed": self.sealed, "signed": self.signed, "waits": self.waits}
        changes = [change.model_dump(mode="json") for change in self.changes]
        reviews = [review._asdict() for review in self.reviews]
        purges = [{"at": purge.at, "by": purge.by, "reason": purge.reason} for purge in self.purges]
        return {**held, **own, "amendment": self.amendment, "changes": changes, "reviews": reviews, "purges": purges}


def history(ledger: Ledger, visit: str) -> list[Revision]:
    """Every revision of a visit, the first one first; ``BadInput`` where there is no such visit."""
    columns = ", ".join(STATE_NOW if name == "state" else name for name in Held._fields)
    query = f"select batch, sealed, signer, {columns} from visit where id = ? order by revision"
    rows = ledger.database.run(query, (visit,))
    if not rows:
        raise BadInput(Problem(message("no such visit: {id}", id=visit), ledger.database.place))
    waiting = {revision for _, revision in ledger.waiting(visit)}
    return [_revision(ledger, row, waiting) for row in rows]


def _revision(ledger: Ledger, row: Row, waiting: set[int]) -> Revision:
    batch, sealed, signer, *rest = row
    held = Held._make(rest)
    ((at, document),) = ledger.database.run("select at, document from trail where number = ?", (batch,))
    visit = held.visit
    return Revision(
        held=held,
        at=at,
        by=str(json.loads(document).get("by", "")),
        sealed=sealed,
        signed=signer is not None,
        waits=held.revision in waiting,
        amendment=visit.amendment,
        changes=visit.changes,
        reviews=tuple(reviews_of(ledger, held.number)),
        purges=tuple(purges_of(ledger, held.number)),
    )
