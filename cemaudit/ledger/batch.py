"""A batch of visits on its way into the ledger: which are new, which are there, which do not fit what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cemaudit.errors import Problem
from cemaudit.language import Message, message
from cemaudit.ledger.database import among
from cemaudit.ledger.documents import Document
from cemaudit.ledger.fates import COLLECTED, SEEN_BEFORE, Fate, Outcome
from cemaudit.ledger.people import People, Person
from cemaudit.ledger.shelf import Shelf
from cemaudit.ledger.trail import Entry
from cemaudit.model import Checklist

__all__ = ["take"]


class _There(NamedTuple):
    """What the ledger knows of a revision; ``batch`` is the entry that brought it."""

    digest: str
    supersedes: str | None
    batch: int


_Known = dict[str, dict[int, _There]]
"""What is there by visit and revision."""


def take(
    entry: Entry, people: People, shelf: Shelf, documents: Sequence[Document], checklists: Mapping[str, Checklist]
) -> list[Outcome]:
    """Add what is new, and the checklists it answers; the outcome of each document, in order."""
    known = _known(entry, documents)
    clashes = {ref: shelf.clash(checklists[ref]) for ref in {document.checklist for document in documents}}
    ((last,),) = entry.database.run("select coalesce(max(number), 0) from visit")
    new: list[Document] = []
    outcomes = []
    for document in documents:
        problem = clashes[document.checklist]
        revisions = known[document.id]
        outcome = Outcome(Fate.REFUSED, (problem,)) if problem else _fate(document, revisions, entry)
        if outcome is COLLECTED:
            new.append(document)
            revisions[document.revision] = _There(document.digest, document.supersedes, entry.number)
        outcomes.append(outcome)
    if new:
        shelf.put(entry, [checklists[ref] for ref in sorted({document.checklist for document in new})])
        entry.add("visit", [(number, *document.row) for number, document in enumerate(new, last + 1)])
        people.add(_once(document.persons for document in new), [one for document in new for one in document.papers])
        entry.subject = f"{last + 1}-{last + len(new)}"
    return outcomes


def _known(entry: Entry, documents: Sequence[Document]) -> _Known:
    """All revisions there are of the visits of these documents."""
    known: _Known = {document.id: {} for document in documents}
    query = "select id, revision, digest, supersedes, batch from visit where id in ({places})"
    for name, revision, *rest in among(entry.database, query, sorted(known)):
        known[name][revision] = _There(*rest)
    return known


def _fate(document: Document, revisions: Mapping[int, _There], entry: Entry) -> Outcome:
    if not revisions:
        return COLLECTED
    same = revisions.get(document.revision)
    if same:
        return SEEN_BEFORE if same.digest == document.digest else _conflict(_another(document, same, entry))
    before = revisions.get(document.revision - 1)
    if before and before.digest != document.supersedes:
        return _conflict(_made_of_another(document.id, document.revision - 1))
    after = revisions.get(document.revision + 1)
    if after and after.supersedes != document.digest:
        return _conflict(_not_taken_up(document.id, document.revision + 1))
    return COLLECTED


def _conflict(what: Message) -> Outcome:
    return Outcome(Fate.CONFLICT, (Problem(what, hint=message("ask the shopper which one is right")),))


def _another(document: Document, there: _There, entry: Entry) -> Message:
    rows = entry.database.run("select at from trail where number = ?", (there.batch,))
    return message(
        "another content than revision {revision} of visit {id} collected at {at}",
        revision=document.revision, id=document.id, at=rows[0][0] if rows else entry.at,
    )  # fmt: skip


def _made_of_another(visit: str, revision: int) -> Message:
    return message(
        "not made of revision {revision} of visit {id} in the ledger, whose place it takes", revision=revision, id=visit
    )


def _not_taken_up(visit: str, revision: int) -> Message:
    return message(
        "revision {revision} of visit {id} in the ledger was made of another content", revision=revision, id=visit
    )


def _once(groups: Iterable[Iterable[Person]]) -> list[Person]:
    return list({person: None for group in groups for person in group})
