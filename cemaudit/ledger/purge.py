"""Purging: personal data leave the ledger, the scores stay, and the trail says that it was done.

Of a visit stay its answers, feelings and complaints without words, and the digest of what came in, so that it is not
collected anew. Identities that no visit leads to go, and evidence that no visit names. Ended anywhere and run again, it
goes on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.exchange.lines import read_line
from cemaudit.ledger.database import Database, Value, among
from cemaudit.ledger.documents import packed, unpacked
from cemaudit.ledger.forgetting import Forgetting
from cemaudit.ledger.leftovers import remove_leftovers
from cemaudit.ledger.people import SHOPPER
from cemaudit.ledger.purges import KIND, runs, unpurged
from cemaudit.ledger.trail import Entry

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["Removed", "purge", "to_purge"]

_AT_ONCE = 2_000
_CAME = "(select substr(trail.at, 1, 10) from trail where trail.number = visit.batch)"
_NOBODY = (
    "pseudonym not in (select shopper from visit where shopper is not null) "
    "and pseudonym not in (select signer from visit where signer is not null)"
)


class Removed(NamedTuple):
    """How many visits lost their personal data, how many identities and files of evidence went."""

    visits: int
    identities: int
    files: int


def to_purge(ledger: Ledger, before: dt.date | None = None, shopper: str | None = None) -> list[int]:
    """The numbers of the visits of days before ``before``, of the shopper of that code, that hold personal data yet.

    A visit without a day counts as of the day it came in.
    """
    conditions: dict[str, Value] = {}
    if before:
        conditions[f"coalesce(day, {_CAME}) < ?"] = before.isoformat()
    if shopper is not None:
        conditions["shopper = ?"] = ledger.people.pseudonyms.person(SHOPPER, shopper).pseudonym
    query = f"select number from visit where {' and '.join(conditions) or '1 = 0'} order by number"
    return unpurged(ledger, [number for (number,) in ledger.database.run(query, list(conditions.values()))])


def purge(ledger: Ledger, numbers: Sequence[int], reason: str, media: Path | None) -> Removed:
    """Take the personal data of these visits away, for a ``reason`` that stays in the trail.

    ``media``: the folder of evidence. What was deleted is overwritten where the ledger is a file, and written anew
    where it is on a server.
    """
    _ = ledger.people  # it must be there
    _overwrite(ledger.database)
    forgetting = Forgetting(ledger.shelf.checklists())
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        ledger.write(KIND, partial(_forget, numbers=some, reason=reason, forgetting=forgetting))
    identities = ledger.write(KIND, partial(_forget_identities, reason=reason))
    files = remove_leftovers(ledger, media) if media else 0
    _shrink(ledger.database)
    return Removed(len(numbers), identities, files)


def _forget(entry: Entry, numbers: Sequence[int], reason: str, forgetting: Forgetting) -> None:
    """Take the personal data of some visits away."""
    query = "select number, id, revision, batch, signer, document from visit where number in ({places})"
    files: set[str] = set()
    rows: list[tuple[Value, ...]] = []
    found = among(entry.database, query, numbers)
    for number, _, _, _, signer, document in found:
        visit, _ = read_line(unpacked(document))
        left = forgetting.of(visit)
        files.update(left.files)
        stored = hashlib.sha256(left.line).hexdigest()
        rows.append((left.shopper, forgetting.other(signer), stored, packed(left.line), number))
    changes = "shopper = ?, signer = ?, stored = ?, document = ?"
    entry.database.many(f"update visit set {changes} where number = ?", rows)
    papers = [(name, revision) for _, name, revision, *_ in found]
    entry.database.many("delete from people.paper where visit = ? and revision = ?", papers)
    for batch in sorted({batch for _, _, _, batch, _, _ in found}):
        entry.vouch_again("visit", batch)
    entry.subject = str(len(found))
    entry.note(reason=reason, visits=runs(sorted(numbers)), files=sorted(files))


def _forget_identities(entry: Entry, reason: str) -> int:
    """Delete whoever no visit leads to."""
    ((count,),) = entry.database.run(f"select count(*) from people.person where {_NOBODY}")
    if count:
        entry.database.run(f"delete from people.person where {_NOBODY}")
        entry.note(reason=reason, identities=count)
    return int(count)


def _overwrite(database: Database) -> None:
    """What is deleted from now on is overwritten."""
    if database.file:
        database.run("pragma secure_delete = on")


def _shrink(database: Database) -> None:
    """Write the tables anew, without what was deleted."""
    anew = ("main", "people") if database.file else ("full visit", "full people.person", "full people.paper")
    for what in anew:
        database.run(f"vacuum {what}")
