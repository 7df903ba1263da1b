"""Visits sent back to their shoppers: the sealed visit as it came in, put together again, with the editor's words.

The ledger keeps a pseudonym where the shopper's code stood, and stands by a digest of what came in: what is put
together again is held against it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange import Sealed, Statement, line_of, read_line, sealed_name, write_sealed
from cemaudit.exchange.sealed.archive import STATEMENT
from cemaudit.exchange.sealed.records import ReturnReview
from cemaudit.language import N_, current, message, translate
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.ledger import HELD_COLUMNS, Ledger, LedgerVisit, held_visits
from cemaudit.ledger.states import VisitState
from cemaudit.model import Visit

__all__ = ["export_returned", "original_visit", "returned_visits", "visit_numbered"]

_NO_STATEMENT = N_("Sent back by headquarters. This visit came in without a statement of its shopper.")


def returned_visits(ledger: Ledger, numbers: tuple[int, ...]) -> list[LedgerVisit]:
    """Return those of the visits of these numbers that are returned to their shoppers, in order."""
    visits = (held for number in numbers for held in held_visits(ledger.database, "number = ?", (number,)))
    return [held for held in visits if held.state == VisitState.RETURNED]


def visit_numbered(ledger: Ledger, number: int) -> Visit:
    """Return the visit of that number as the ledger keeps it, with a pseudonym for the shopper."""
    ((document,),) = ledger.database.run("select document from visit where number = ?", (number,))
    return read_line(decompress(document))[0]


def export_returned(ledger: Ledger, held: LedgerVisit, media: Path | None, folder: Path) -> Sealed:
    """Write the sealed visit of a returned one into ``folder``, with the editor's words, and return what was written.

    ``media``: where the ledger's evidence lies. A file that says the same is left as it is. ``BadInput`` where it is
    not returned, where what came in is not there any more, or where its evidence is missing.
    """
    place = str(message("visit {id}", id=held.id))
    query = "select reason, who, at, state from state where visit = ? order by number desc limit 1"
    rows = ledger.database.run(query, (held.number,))
    if not rows or rows[0][-1] != VisitState.RETURNED:
        raise BadInput(Problem(message("it is not returned to its shopper"), place))
    reason, who, at, _ = rows[0]
    visit = original_visit(ledger, held.id, held.revision)
    if visit is None or not reason:
        hint = message("personal data was removed, or an earlier revision has not come in")
        raise BadInput(Problem(message("what came in cannot be put together again"), place, hint))
    review = ReturnReview(reason=reason, by=who, at=dt.datetime.fromisoformat(at))
    if visit.evidence and media is None:
        raise BadInput(Problem(message("say with --media where the evidence lies"), place))
    statement = _statement(ledger, held, visit, review)
    try:
        return write_sealed(folder / sealed_name(visit), visit, statement, media or Path(), review=review)
    except BadInput as error:
        raise error.inside(place) from error


def original_visit(ledger: Ledger, visit: str, revision: int) -> Visit | None:
    """Return a revision of a visit as it came in, with its shopper's code.

    ``None`` where it cannot be put together any more: after a purge, or without the revisions before it.
    """
    original: Visit | None = None
    digest: str | None = None
    query = f"select digest, {HELD_COLUMNS} from visit where id = ? and revision <= ? order by revision"
    for kept_digest, *row in ledger.database.run(query, (visit, revision)):
        held = LedgerVisit._make(row)
        kept = held.visit
        code = ledger.people.code(kept.shopper) if kept.shopper else None
        changes = {"shopper": code, **({"supersedes": digest} if kept.supersedes else {})}
        original = kept.model_copy(update=changes)
        digest = hashlib.sha256(line_of(original)).hexdigest()
        if ledger.people.pseudonyms.digest(digest) != kept_digest:
            return None
    return original


def _statement(ledger: Ledger, held: LedgerVisit, visit: Visit, review: ReturnReview) -> Statement:
    """The statement the shopper signed; of a visit that came without one, a sentence that says so."""
    for paper in ledger.people.sealed_papers(held.id):
        if (paper.revision, paper.name) == (held.revision, STATEMENT):
            return Statement.model_validate_json(paper.document)
    name = visit.shopper or review.by
    return Statement(words=translate(_NO_STATEMENT), language=current(), name=name, at=review.at)
