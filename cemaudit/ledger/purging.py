"""Purging: personal data removed from the ledger for a reason, the scores kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.exchange.canonical_json import line_read, read_line
from cemaudit.exchange.sealed.archive import MEDIA, largest
from cemaudit.files import unwritable
from cemaudit.language import N_, message
from cemaudit.ledger.audit_trail import TrailEntry, TrailLine
from cemaudit.ledger.database import Database, Value, select_in
from cemaudit.ledger.documents import compress, decompress
from cemaudit.ledger.identities import SHOPPER
from cemaudit.ledger.states import VisitState
from cemaudit.model import Change, Checklist, Skip, Visit
from cemaudit.model.answers import AnswerValue, TextAnswer

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = [
    "KIND",
    "AnonymisedVisit",
    "Anonymiser",
    "PurgeRecord",
    "PurgeResult",
    "evidence_names",
    "files_of",
    "not_purged",
    "number_ranges",
    "purge",
    "purged_digests",
    "purges",
    "purges_of",
    "remove_unreferenced_evidence",
    "updates_to_purge",
    "visits_to_purge",
]

_REMOVED = "-"
_MARK, _BYTES = 2, 10  # a pseudonym: whose it is, and a number


class AnonymisedVisit(NamedTuple):
    """A visit without personal data: its line, its shopper's new pseudonym, the names of the evidence it had."""

    line: bytes
    shopper: str | None
    files: tuple[str, ...]


class Anonymiser:
    """Takes personal data away from visits that answer ``checklists`` (by ``id@version``).

    Whoever has one pseudonym gets another one that leads to nobody: what one person saw stays together.
    """

    def __init__(self, checklists: Mapping[str, Checklist]) -> None:
        self._emptied = {ref: frozenset(_only_words(checklist)) for ref, checklist in checklists.items()}
        self._others: dict[str, str] = {}

    def of(self, visit: Visit) -> AnonymisedVisit:
        """Return what is left of a visit that ``read_line`` gave; it scores as before."""
        words = {
            "answers": self._answers(visit),
            "skipped": _without_reasons(visit.skipped),
            "feelings_skipped": _without_reasons(visit.feelings_skipped),
            "claims": tuple(claim.model_copy(update={"text": ""}) for claim in visit.claims),
            "blames": tuple(blame.model_copy(update={"text": ""}) for blame in visit.blames),
            "overrides": tuple(
                override.model_copy(update={"said": "", "reason": _REMOVED}) for override in visit.overrides
            ),
            "amendment": visit.amendment and _REMOVED,
            "changes": tuple(Change(place=change.place) for change in visit.changes),
        }
        left = visit.model_copy(update={**words, "shopper": self.other(visit.shopper), "notes": {}, "evidence": {}})
        return AnonymisedVisit(line_read(left), left.shopper, tuple(files_of(visit)))

    def other(self, pseudonym: str | None) -> str | None:
        """Return the pseudonym that takes the place of one, always the same of the same."""
        if pseudonym is None:
            return None
        # Drawn by lot, so that not even who has the secret can tell whose it was.
        return self._others.setdefault(pseudonym, f"{pseudonym[:_MARK]}{secrets.token_hex(_BYTES)}")

    def _answers(self, visit: Visit) -> dict[str, AnswerValue]:
        """The answers; of words only that there were some."""
        emptied = self._emptied[visit.checklist]
        return {item: "" if item in emptied else answer for item, answer in visit.answers.items()}


def _without_reasons(skipped: Mapping[str, Skip]) -> dict[str, Skip]:
    return {name: skip.model_copy(update={"reason": None}) for name, skip in skipped.items()}


def files_of(visit: Visit) -> Iterator[str]:
    """Yield the names of the evidence that lies in the ledger's folder."""
    for pieces in visit.evidence.values():
        yield from (piece.file for piece in pieces if piece.file.startswith(MEDIA) and largest(piece.file))


def _only_words(checklist: Checklist) -> Iterator[str]:
    """The items answered with words that decide nothing."""
    items = checklist.items.values()
    # Words by which other items arise stay, or the visit would score otherwise.
    deciding = {name for item in items if item.when for name in item.when.names()}
    yield from (item.id for item in items if isinstance(item.answer, TextAnswer) and item.id not in deciding)


KIND = "purged"
"""What the lines are called."""


class PurgeRecord(NamedTuple):
    """One line of the trail: ``visits`` are first and last numbers, ``files`` the evidence those visits had."""

    at: str
    by: str
    reason: str
    visits: Sequence[Sequence[int]]
    files: Sequence[str]


def purges(ledger: Ledger) -> Iterator[PurgeRecord]:
    """Yield all purges there were, one after the other."""
    columns = ", ".join(TrailLine._fields)
    for row in ledger.database.run(f"select {columns} from trail where kind = ? order by number", (KIND,)):
        line = TrailLine(*row)
        content = line.said
        yield PurgeRecord(
            line.at, content["by"], content["reason"], content.get("visits", ()), content.get("files", ())
        )


def purges_of(ledger: Ledger, number: int) -> list[PurgeRecord]:
    """Return the purges of the visit of that number; none where it holds all it came with."""
    return [purge for purge in purges(ledger) if any(first <= number <= last for first, last in purge.visits)]


def not_purged(ledger: Ledger, numbers: Sequence[int]) -> list[int]:
    """Return those of ``numbers`` whose visits were not purged yet."""
    ranges = sorted((first, last) for purge in purges(ledger) for first, last in purge.visits)
    firsts = [first for first, _ in ranges]

    def was_purged(number: int) -> bool:
        range_index = bisect_right(firsts, number)
        return range_index > 0 and number <= ranges[range_index - 1][1]

    return [number for number in numbers if not was_purged(number)]


def purged_digests(ledger: Ledger) -> frozenset[str]:
    """Return the digests of purged visits that came in sealed files: their evidence is not wanted again."""
    # Most ledgers never saw a purge; then no visit need be read.
    if next(purges(ledger), None) is None:
        return frozenset()
    sealed: dict[int, str] = dict(
        ledger.database.run("select number, digest from visit where sealed is not null order by number")
    )
    return frozenset(sealed.values()) - {sealed[number] for number in not_purged(ledger, list(sealed))}


def number_ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return ascending numbers as pairs of a first and a last one."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def remove_unreferenced_evidence(ledger: Ledger, folder: Path) -> int:
    """Remove from ``folder`` purged evidence that no visit or action names, and return how many files it was.

    Also what an earlier purge did not come to.

    ``BadEnvironment`` where one cannot be removed.
    """
    names = {name for purge in purges(ledger) for name in purge.files if largest(name)}
    existing = {name for name in names if (folder / name).is_file()}
    left = existing - evidence_names(ledger).keys() if existing else existing
    for name in sorted(left):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(folder / name, error) from error
    return len(left)


def evidence_names(ledger: Ledger) -> dict[str, str]:
    """Return the files of evidence that visits, appeals and actions name, each with one of these for people.

    Of excluded and superseded visits too: their evidence is theirs as long as they were not purged.
    """
    names: dict[str, str] = {}
    for query, place in (
        ("select evidence, number from appeal where evidence is not null", N_("appeal {id}")),
        ("select photo, action from action_update where photo is not null", N_("action {id}")),
    ):
        names |= {name: str(message(place, id=owner)) for name, owner in ledger.database.run(query)}
    mark = f'"{MEDIA}'.encode()
    for held in ledger.visits(states=list(VisitState), superseded=True):
        # Most visits have no evidence, and need not be read for that.
        if mark in held.line:
            names |= dict.fromkeys(files_of(held.visit), str(message("visit {id}", id=held.id)))
    return names


_AT_ONCE = 2_000
_COLLECTED_ON = "(select substr(trail.at, 1, 10) from trail where trail.number = visit.batch)"

_ORPHAN_IDENTITIES = (
    "pseudonym not in (select shopper from visit where shopper is not null) "
    "and pseudonym not in (select signer from visit where signer is not null)"
)


class PurgeResult(NamedTuple):
    """How many visits lost their personal data, how many identities and files of evidence went.

    ``updates``: of actions, how many lost what was said in them.
    """

    visits: int
    identities: int
    files: int
    updates: int = 0


def visits_to_purge(ledger: Ledger, before: dt.date | None = None, shopper: str | None = None) -> list[int]:
    """Return the numbers of the visits that hold personal data yet.

    Of those of days before ``before``, and of the ``shopper`` of that code, where they are given. A visit without a
    day counts as of the day it came in.
    """
    conditions: dict[str, Value] = {}
    if before:
        conditions[f"coalesce(day, {_COLLECTED_ON}) < ?"] = before.isoformat()
    if shopper is not None:
        conditions["shopper = ?"] = ledger.people.pseudonyms.person(SHOPPER, shopper).pseudonym
    query = f"select number from visit where {' and '.join(conditions) or '1 = 0'} order by number"
    return not_purged(ledger, [number for (number,) in ledger.database.run(query, list(conditions.values()))])


_WITH_WORDS = "(comment <> '' or photo is not null) and substr(at, 1, 10) < ?"


def updates_to_purge(ledger: Ledger, before: dt.date | None) -> int:
    """Return how many updates of actions from days before ``before`` hold words or a photo; none without a day."""
    query = f"select count(*) from action_update where {_WITH_WORDS}"
    ((count,),) = ledger.database.run(query, (before.isoformat(),)) if before else ((0,),)
    return int(count)


def purge(
    ledger: Ledger, numbers: Sequence[int], reason: str, media: Path | None, before: dt.date | None = None
) -> PurgeResult:
    """Take the personal data of these visits away, for a ``reason`` that stays in the trail.

    With ``before`` also what was said and shown of actions on days before it; that they were done, and who noted it,
    stays. ``media``: the folder of evidence. What was deleted is overwritten where the ledger is a file, and written
    anew where it is on a server.
    """
    _ = ledger.people  # it must be there
    if ledger.database.file:
        ledger.database.run("pragma secure_delete = on")  # SQLite overwrites what is deleted from now on
    forgetting = Anonymiser(ledger.shelf.checklists())
    # In batches, each with a line of its own in the trail: stopped in between, the next run does the rest.
    for start in range(0, len(numbers), _AT_ONCE):
        chunk = numbers[start : start + _AT_ONCE]
        ledger.write(KIND, partial(_anonymise, numbers=chunk, reason=reason, forgetting=forgetting))
    # Also of visits purged before: a store may have contested one since.
    ledger.write(KIND, partial(_empty_appeals, ledger=ledger, reason=reason))
    updates = ledger.write(KIND, partial(_empty_updates, before=before, reason=reason)) if before else 0
    # After the visits: only now is it known whom no visit leads to any more.
    identities = ledger.write(KIND, partial(_delete_identities, reason=reason))
    ledger.write(KIND, _forget_pictures)
    # Files go last: the trail names them by then, and a later purge removes what this one did not come to.
    files = remove_unreferenced_evidence(ledger, media) if media else 0
    _vacuum(ledger.database)
    return PurgeResult(len(numbers), identities, files, updates)


def _anonymise(entry: TrailEntry, numbers: Sequence[int], reason: str, forgetting: Anonymiser) -> None:
    """Take the personal data of some visits away."""
    query = "select number, id, revision, batch, signer, document from visit where number in ({places})"
    files: set[str] = set()
    rows: list[tuple[Value, ...]] = []
    visit_rows = select_in(entry.database, query, numbers)
    for number, _, _, _, signer, document in visit_rows:
        visit, _ = read_line(decompress(document))
        left = forgetting.of(visit)
        files.update(left.files)
        stored = hashlib.sha256(left.line).hexdigest()
        rows.append((left.shopper, forgetting.other(signer), stored, compress(left.line), number))
    changes = "shopper = ?, signer = ?, stored = ?, document = ?"
    entry.database.many(f"update visit set {changes} where number = ?", rows)
    papers = [(name, revision) for _, name, revision, *_ in visit_rows]
    entry.database.many("delete from people.paper where visit = ? and revision = ?", papers)
    _empty_returns(entry, numbers)
    # The lines that brought these visits vouch for what they were; this one for what they are now.
    for batch in sorted({batch for _, _, _, batch, _, _ in visit_rows}):
        entry.rehash("visit", batch)
    entry.subject = str(len(visit_rows))
    entry.note(reason=reason, visits=number_ranges(sorted(numbers)), files=sorted(files))


def _empty_returns(entry: TrailEntry, numbers: Sequence[int]) -> None:
    """Take away what editors wrote to the shoppers of these visits; that they were returned stays."""
    query = "select number, batch from state where state = 'returned' and reason <> '' and visit in ({places})"
    rows = select_in(entry.database, query, numbers)
    entry.database.many("update state set reason = '' where number = ?", [(number,) for number, _ in rows])
    for batch in sorted({batch for _, batch in rows}):
        entry.rehash("state", batch)


def _empty_appeals(entry: TrailEntry, ledger: Ledger, reason: str) -> None:
    """Take the words and files of appeals against purged visits away; that they were made and decided stays."""
    query = (
        "select appeal.number, appeal.visit, appeal.evidence, appeal.batch, decision.batch from appeal "
        "left join decision on decision.appeal = appeal.number "
        "where appeal.reason <> '' or appeal.evidence is not null or decision.reason <> ''"
    )
    with_words = entry.database.run(query)
    whole = set(not_purged(ledger, sorted({visit for _, visit, *_ in with_words})))
    rows = [row for row in with_words if row[1] not in whole]
    if not rows:
        return
    numbers = [(number,) for number, *_ in rows]
    entry.database.many("update appeal set reason = '', evidence = null where number = ?", numbers)
    entry.database.many("update decision set reason = '' where appeal = ?", numbers)
    for table, place in (("appeal", 3), ("decision", 4)):
        for batch in sorted({row[place] for row in rows if row[place] is not None}):
            entry.rehash(table, batch)
    entry.note(reason=reason, appeals=len(rows), files=sorted({file for _, _, file, *_ in rows if file}))


def _empty_updates(entry: TrailEntry, before: dt.date, reason: str) -> int:
    """Take what was said and shown of actions before a day away."""
    query = f"select number, photo, batch from action_update where {_WITH_WORDS} order by number"
    rows = entry.database.run(query, (before.isoformat(),))
    if rows:
        emptied = [(number,) for number, _, _ in rows]
        entry.database.many("update action_update set comment = '', photo = null where number = ?", emptied)
        for batch in sorted({batch for _, _, batch in rows}):
            entry.rehash("action_update", batch)
        entry.note(reason=reason, updates=len(rows), files=sorted({photo for _, photo, _ in rows if photo}))
    return len(rows)


def _forget_pictures(entry: TrailEntry) -> None:
    """Forget how pictures look: what is left of them is looked at again when it is screened."""
    entry.database.run("delete from picture_hash")


def _delete_identities(entry: TrailEntry, reason: str) -> int:
    """Delete whoever no visit leads to."""
    ((count,),) = entry.database.run(f"select count(*) from people.person where {_ORPHAN_IDENTITIES}")
    if count:
        entry.database.run(f"delete from people.person where {_ORPHAN_IDENTITIES}")
        entry.note(reason=reason, identities=count)
    return int(count)


def _vacuum(database: Database) -> None:
    """Write the tables anew, without what was deleted."""
    anew = ("main", "people") if database.file else (
        "full visit", "full state", "full appeal", "full decision", "full action_update", "full people.person",
        "full people.paper",
    )  # fmt: skip
    for statement in anew:
        database.run(f"vacuum {statement}")
