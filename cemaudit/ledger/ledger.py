"""The ledger: visits, audits and revisions are added to it, and nothing in it is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange import read_line
from cemaudit.language import Message, message
from cemaudit.ledger.audit_trail import Trail, TrailEntry, current_user
from cemaudit.ledger.database import ConnectionLost, Database, Value, select_in
from cemaudit.ledger.definitions import DefinitionStore
from cemaudit.ledger.documents import VisitDocument, decompress
from cemaudit.ledger.identities import IdentityStore
from cemaudit.ledger.marks import VisitMark, add_marks, overlap_remarks
from cemaudit.ledger.schema import check_columns, latest_version, migrate
from cemaudit.ledger.settings import begin_settings
from cemaudit.ledger.sqlite import Sqlite, media_folder_of
from cemaudit.ledger.states import (
    COLLECTED,
    CURRENT_STATE,
    LATEST,
    SEEN_BEFORE,
    CollectionResult,
    CollectionStatus,
    VisitState,
)
from cemaudit.model import Checklist, Scheme, Visit

__all__ = [
    "HELD_COLUMNS",
    "Ledger",
    "LedgerVisit",
    "collect_batch",
    "held_visits",
    "open_database",
    "open_ledger",
]


class _StoredRevision(NamedTuple):
    """What the ledger knows of a revision; ``batch`` is the entry that brought it."""

    digest: str
    supersedes: str | None
    signer: str | None
    batch: int
    is_headquarters: bool = False


_Known = dict[str, dict[int, _StoredRevision]]
"""What is there by visit and revision."""


def no_schemes(_checklist: Checklist) -> Sequence[Scheme]:
    """No scheme is at hand."""
    return ()


class Definitions(NamedTuple):
    """The checklists that visits may answer, and the schemes each may be scored by."""

    checklists: Mapping[str, Checklist]
    schemes_of: Callable[[Checklist], Sequence[Scheme]] = no_schemes

    def of(self, ref: str) -> list[Checklist | Scheme]:
        """Return a checklist and its schemes."""
        return [self.checklists[ref], *self.schemes_of(self.checklists[ref])]


def collect_batch(
    entry: TrailEntry,
    people: IdentityStore,
    shelf: DefinitionStore,
    documents: Sequence[VisitDocument],
    definitions: Definitions,
) -> list[CollectionResult]:
    """Add what is new, the checklists it answers and their schemes; return the outcome of each document, in order."""
    checklists = definitions.checklists
    stored = _known(entry, documents)
    # Looked at again inside the transaction: another process may have brought another content of a checklist meanwhile.
    clashes = {
        ref: next(filter(None, map(shelf.conflict, definitions.of(ref))), None)
        for ref in {document.checklist for document in documents}
    }
    first = entry.next_number("visit")
    new: list[VisitDocument] = []
    outcomes = []
    for document in documents:
        problem = clashes[document.checklist]
        revisions = stored[document.id]
        outcome = (
            CollectionResult(CollectionStatus.REFUSED, (problem,))
            if problem
            else _collection_result(document, revisions, entry)
        )
        if outcome.fate is CollectionStatus.COLLECTED:
            # Known to those after it at once: a batch may hold several revisions of a visit, or one of them twice.
            new.append(document)
            revisions[document.revision] = _StoredRevision(
                document.digest, document.supersedes, document.signer, entry.number
            )
        outcomes.append(outcome)
    if new:
        answered = [checklists[ref] for ref in sorted({document.checklist for document in new})]
        shelf.put(entry, answered)
        schemes = {scheme.ref: scheme for checklist in answered for scheme in definitions.schemes_of(checklist)}
        shelf.put(entry, [scheme for _, scheme in sorted(schemes.items())])
        entry.add("visit", [(number, *document.row) for number, document in enumerate(new, first)])
        marks = {
            number: VisitMark(missing, document.stay)
            for number, document in enumerate(new, first)
            if (missing := document.missing) is not None
        }
        add_marks(entry, marks)
        _keep_contested(entry, [(number, document) for number, document in enumerate(new, first)])
        persons = [person for document in new for person in document.persons]
        people.add(persons, [paper for document in new for paper in document.sealed_papers])
        entry.subject = f"{first}-{first + len(new) - 1}"
        overlaps = overlap_remarks(entry.database, new, checklists)
        collected = iter(range(len(new)))
        outcomes = [
            outcome._replace(remarks=(*outcome.remarks, *overlaps.get(next(collected), ())))
            if outcome.fate is CollectionStatus.COLLECTED
            else outcome
            for outcome in outcomes
        ]
    return outcomes


def _keep_contested(entry: TrailEntry, numbered: Sequence[tuple[int, VisitDocument]]) -> None:
    """Let later revisions of visits be contested, too, where nobody has decided on an appeal yet."""
    ids = sorted({document.id for _, document in numbered if document.revision > 1})
    query = (
        "select visit.id, min(appeal.number) from appeal join visit on visit.number = appeal.visit "
        "left join decision on decision.appeal = appeal.number "
        "where decision.appeal is null and visit.id in ({places}) group by visit.id"
    )
    appeal_of: dict[str, int] = dict(select_in(entry.database, query, ids))
    contested = [(number, appeal_of[document.id]) for number, document in numbered if document.id in appeal_of]
    if contested:
        rows = [
            (row, number, VisitState.CONTESTED.value, f"A{appeal}", entry.who, entry.at)
            for row, (number, appeal) in enumerate(contested, entry.next_number("state"))
        ]
        entry.add("state", rows)


def _known(entry: TrailEntry, documents: Sequence[VisitDocument]) -> _Known:
    """All revisions there are of the visits of these documents."""
    stored: _Known = {document.id: {} for document in documents}
    made = "exists (select 1 from decision where decision.revision = visit.number)"
    query = f"select id, revision, digest, supersedes, signer, batch, {made} from visit where id in ({{places}})"
    for name, revision, *rest in select_in(entry.database, query, sorted(stored)):
        stored[name][revision] = _StoredRevision(*rest)
    return stored


def _collection_result(
    document: VisitDocument, revisions: Mapping[int, _StoredRevision], entry: TrailEntry
) -> CollectionResult:
    if not revisions:
        return COLLECTED
    same = revisions.get(document.revision)
    if same and same.digest == document.digest:
        return SEEN_BEFORE
    if same:
        rows = entry.database.run("select at from trail where number = ?", (same.batch,))
        text = message(
            "another content than revision {revision} of visit {id} collected at {at}",
            revision=document.revision, id=document.id, at=rows[0][0] if rows else entry.at,
        )  # fmt: skip
        return _conflict(text)
    # Revisions may come in any order, so a new one must fit what is there on either side.
    before, after = revisions.get(document.revision - 1), revisions.get(document.revision + 1)
    if before and before.digest != document.supersedes:
        text = message(
            "not made of revision {revision} of visit {id} in the ledger, whose place it takes",
            revision=document.revision - 1, id=document.id,
        )  # fmt: skip
        return _conflict(text)
    if after and after.supersedes != document.digest:
        text = message(
            "revision {revision} of visit {id} in the ledger was made of another content",
            revision=document.revision + 1, id=document.id,
        )  # fmt: skip
        return _conflict(text)
    return CollectionResult(CollectionStatus.COLLECTED, remarks=tuple(_signer_changes(document, before, after)))


def _signer_changes(
    document: VisitDocument, before: _StoredRevision | None, after: _StoredRevision | None
) -> Iterator[Message]:
    """What is to be told where a revision and its neighbour are not signed with the same key."""
    signers = [(document.revision, before, document), (document.revision + 1, document, after)]
    for number, earlier, later in signers:
        if earlier is None or later is None or earlier.signer == later.signer:
            continue
        # What headquarters made upon an appeal is no shopper's, and its history says so.
        if any(isinstance(each, _StoredRevision) and each.is_headquarters for each in (earlier, later)):
            continue
        values = {"id": document.id, "number": number, "before": number - 1}
        if later.signer is None:
            yield message("visit {id}: revision {number} is not signed, revision {before} was", **values)
        elif earlier.signer is None:
            yield message("visit {id}: revision {number} is signed, revision {before} was not", **values)
        else:
            yield message("visit {id}: revision {number} is signed with another key than {before}", **values)


def _conflict(text: Message) -> CollectionResult:
    return CollectionResult(
        CollectionStatus.CONFLICT, (Problem(text, hint=message("ask the shopper which one is right")),)
    )


def open_database(url: str, *, make: bool = False) -> Database:
    """Return the database at ``url``: the path of a file (made with ``make`` where there is none), or ``postgresql://``.

    ``BadInput`` where that is no place of a ledger; ``BadEnvironment`` where it cannot be reached, or the extra
    ``postgres`` is missing.
    """
    kind, mark, _ = url.partition("://")
    if kind in {"postgresql", "postgres"} and mark:
        from cemaudit.ledger.postgres import Postgres  # noqa: PLC0415 (an extra)

        return Postgres(url)
    if mark or not url.strip():
        text = message("expected a file or postgresql://..., found {value}", value=f"{kind}{mark}")
        raise BadInput(Problem(text, "--ledger"))
    return Sqlite(Path(url).expanduser(), make=make)


_AT_ONCE = 2_000
Result = TypeVar("Result")


class LedgerVisit(NamedTuple):
    """A visit in the ledger; ``number`` counts them in the order they came, ``document`` is its line, packed."""

    number: int
    id: str
    revision: int
    checklist: str
    store: str
    shopper: str | None
    wave: str | None
    day: str | None
    state: str
    document: bytes

    @property
    def line(self) -> bytes:
        """Return its line of JSON, with a pseudonym for the shopper."""
        return decompress(self.document)

    @property
    def visit(self) -> Visit:
        """Return the visit, with a pseudonym for the shopper."""
        return read_line(self.line)[0]


HELD_COLUMNS = ", ".join(CURRENT_STATE if name == "state" else name for name in LedgerVisit._fields)
"""What is selected from ``visit`` for a ``LedgerVisit``."""


def held_visits(database: Database, condition: str, values: Sequence[Value] = ()) -> list[LedgerVisit]:
    """Return the visits in a ledger that meet a ``condition``, SQL on ``visit`` that may say their order, too."""
    return list(map(LedgerVisit._make, database.run(f"select {HELD_COLUMNS} from visit where {condition}", values)))


class Ledger:
    """A ledger in ``database``, written to in the name of ``who``."""

    def __init__(self, database: Database, who: str) -> None:
        self.database, self.who = database, who
        self.trail = Trail(database, who)
        self.shelf = DefinitionStore(database)
        self._people = IdentityStore(database) if database.knows_people() else None

    @property
    def people(self) -> IdentityStore:
        """The shoppers' identities; ``BadInput`` where they are kept from whoever runs this, or were lost."""
        if self._people is None:
            text = message("the shoppers' identities are not there, or not for you to read")
            raise BadInput(Problem(text, self.database.place))
        return self._people

    def write(self, kind: str, work: Callable[[TrailEntry], Result]) -> Result:
        """Do ``work`` in one transaction, with one entry in the trail where it says something.

        Where a server goes away meanwhile, the work is done once more unless it is found done; so it must change
        nothing but the database.
        """
        ended: list[tuple[TrailEntry, Result]] = []

        def once() -> Result:
            with self.database.transaction():
                entry = self.trail.begin(kind)
                result = work(entry)
                self.trail.end(entry)
                ended.append((entry, result))
            return result

        try:
            return once()
        except ConnectionLost:
            self.database.reconnect()
            # Lost while it was committed: only the trail can tell whether the server still did it.
            if ended and self.trail.has(ended[-1][0]):
                return ended[-1][1]
            return once()

    def collect(
        self,
        documents: Sequence[VisitDocument],
        checklists: Mapping[str, Checklist],
        schemes_of: Callable[[Checklist], Sequence[Scheme]] = no_schemes,
    ) -> list[CollectionResult]:
        """Take a batch of visits in, all in one transaction: the outcome of each, in order.

        ``checklists`` has those the visits answer, ``schemes_of`` gives the schemes each may be scored by; they are
        kept as they are now.
        """
        return self.write(
            "collected",
            lambda entry: collect_batch(entry, self.people, self.shelf, documents, Definitions(checklists, schemes_of)),
        )

    def visits(
        self,
        after: int = 0,
        *,
        states: Collection[VisitState] | None = None,
        checklist: str | None = None,
        superseded: bool = False,
    ) -> Iterator[LedgerVisit]:
        """Yield the visits of numbers above ``after``, in order.

        The latest revision of each, or all with ``superseded``. Without ``states`` all but the excluded ones. Read in
        pieces, so that others can write meanwhile.
        """
        states_to_read = set(VisitState) - {VisitState.EXCLUDED} if states is None else set(states)
        conditions = ["number > ?", *([] if superseded else [LATEST]), *(["checklist = ?"] if checklist else [])]
        query = f"select {HELD_COLUMNS} from visit where {' and '.join(conditions)} order by number limit ?"
        while rows := self.database.run(query, (after, *([checklist] if checklist else []), _AT_ONCE)):
            yield from (held for held in map(LedgerVisit._make, rows) if held.state in states_to_read)
            after = rows[-1][0]

    def media(self, folder: Path | None = None) -> Path | None:
        """Return where the evidence lies: ``folder``, else beside the ledger's file; ``None`` on a server."""
        return folder or (self.database.file and media_folder_of(self.database.file))

    def last(self) -> int:
        """Return the number of the visit that came last; 0 where there is none."""
        ((number,),) = self.database.run("select coalesce(max(number), 0) from visit")
        return int(number)

    def waiting(self, visit: str | None = None) -> list[tuple[str, int]]:
        """Return the revisions (ids and numbers) whose predecessor has not come in yet, of all visits or one."""
        query = (
            "select id, revision from visit where revision > 1 and not exists (select 1 from visit earlier "
            "where earlier.id = visit.id and earlier.revision = visit.revision - 1)"
        )
        rows = self.database.run(f"{query} and id = ?", (visit,)) if visit else self.database.run(query)
        return sorted((name, revision) for name, revision in rows)


@contextmanager
def open_ledger(url: str, *, make: bool = False, who: str | None = None) -> Iterator[Ledger]:
    """Open the ledger at ``url``, brought up to date; with ``make`` begun where there is none.

    ``BadInput`` where something else is there, or a ledger that was changed by other means; ``BadEnvironment`` where it
    cannot be reached or a newer cemaudit made it.
    """
    database = open_database(url, make=make)
    try:
        version = database.version()
        if version == 0 and not make:
            hint = message("begin one with 'cemaudit collect' or 'cemaudit stores import'")
            raise BadInput(Problem(message("there is no ledger yet"), database.place, hint))
        if version == 0:
            database.make_people()  # before the tables, some of which lie there
        if version != latest_version():
            _migrate(database, who or current_user())
        check_columns(database)
        if make and not database.knows_people():  # another window has begun the ledger at this very moment
            database.close()
            database = open_database(url)
        yield Ledger(database, who or current_user())
    finally:
        database.close()


def _migrate(database: Database, who: str) -> None:
    with database.transaction(making=True):
        before = migrate(database)
        if before == latest_version():
            return  # another process was quicker
        if before == 0:
            IdentityStore.begin(database)
        trail = Trail(database, who)
        entry = trail.begin("made" if before == 0 else "brought up to date")
        entry.subject = str(latest_version())
        if before == 0:
            begin_settings(entry, who)
        entry.note(before=before)
        trail.end(entry)
