"""Maintenance of the ledger: its check, a copy while it is in use, and what it holds in figures."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import unwritable
from cemaudit.language import message
from cemaudit.ledger.audit_trail import FIRST, TrailLine, digest_of, rows_of
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.schema import AUDITED_TABLES
from cemaudit.ledger.settings import settings_in_force
from cemaudit.ledger.sqlite import Sqlite, people_file
from cemaudit.ledger.states import CURRENT_STATE, LATEST, VisitState
from cemaudit.model.base import version_order

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["backup", "check", "info"]

_AT_ONCE = 1_000

_Words = dict[str, dict[int, Mapping[str, Any]]]
"""By table and entry: the last word on the rows the entry brought."""


def check(ledger: Ledger, noted: str | None = None) -> Iterator[Problem]:
    """Yield everything that is not as it was written; nothing where all is well.

    ``noted``: the hash of a last line that was noted down earlier; it must still be in the trail. Whoever can write to
    the database could forge all of it, but not so that a hash noted elsewhere still fits.
    """
    try:
        yield from (Problem(message("{value}", value=fault), "database") for fault in ledger.database.faults())
        words: _Words = defaultdict(dict)
        yield from _chain(ledger, words, noted)
        for table in AUDITED_TABLES:
            yield from _rows(ledger, table, words[table])
        yield from _documents(ledger)
        yield from _people(ledger)
    except BadInput as error:  # damaged so that it cannot be read on
        yield from error.problems


def _chain(ledger: Ledger, words: _Words, noted: str | None) -> Iterator[Problem]:
    """What is wrong with the lines of the trail; their last words go to ``words``."""
    number, last, last_line = 0, FIRST, False
    for line in ledger.trail.lines():
        if line.number != number + 1:
            yield Problem(message("lines are missing before this one"), _place(line))
        elif line.hash != line.hashed(last):
            yield Problem(message("not as it was written, or the line before it is not"), _place(line))
        number, last, last_line = line.number, line.hash, last_line or line.hash == noted
        yield from _claims_of(line, words)
    # Without the last lines the rest is a right chain; so their end is known from elsewhere.
    if ledger.trail.head() != (number, last) or ledger.database.run("select count(*) from trail") != [(number,)]:
        yield Problem(message("the trail does not end where it did"), "trail")
    if noted and not last_line:
        yield Problem(message("no line has the hash that was noted: {hash}", hash=noted), "trail")


def _claims_of(line: TrailLine, words: _Words) -> Iterator[Problem]:
    try:
        content = line.said
        for table, claim in content.get("brought", {}).items():
            words[table][line.number] = claim
        # A purge changes rows that came earlier; the line of the purge has the last word on them.
        for table, batches in content.get("again", {}).items():
            words[table] |= {int(batch): claim for batch, claim in batches.items()}
    except (ValueError, AttributeError, TypeError):
        yield Problem(message("changed since it was written"), _place(line))


def _place(line: TrailLine) -> str:
    return str(message("line {number} of the trail", number=line.number))


def _rows(ledger: Ledger, table: str, words: Mapping[int, Mapping[str, Any]]) -> Iterator[Problem]:
    for batch, claim in words.items():
        try:
            is_right = digest_of(table, rows_of(ledger.database, table, batch)) == claim
        except (TypeError, ValueError):  # of another kind than was ever written
            is_right = False
        if not is_right:
            yield Problem(
                message("the rows that line {number} of the trail brought are not as they were", number=batch), table
            )
    # More rows than the lines brought: somebody else has added some.
    ((rows,),) = ledger.database.run(f"select count(*) from {table}")
    claimed_rows = sum(claim["rows"] for claim in words.values())
    if rows != claimed_rows:
        yield Problem(message("{rows} rows, where the trail knows {known}", rows=rows, known=claimed_rows), table)


def _documents(ledger: Ledger) -> Iterator[Problem]:
    after = 0
    query = "select number, id, stored, document from visit where number > ? order by number limit ?"
    while rows := ledger.database.run(query, (after, _AT_ONCE)):
        for _, name, stored, document in rows:
            try:
                is_right = isinstance(document, bytes) and hashlib.sha256(decompress(document)).hexdigest() == stored
            except ValueError:  # it does not even unpack
                is_right = False
            if not is_right:
                yield Problem(message("its document is not what was stored"), str(message("visit {id}", id=name)))
        after = rows[-1][0]


def _people(ledger: Ledger) -> Iterator[Problem]:
    if ledger.database.knows_people():
        for pseudonym in ledger.people.wrong_pseudonyms():
            yield Problem(message("this pseudonym is not that of its code: {pseudonym}", pseudonym=pseudonym), "people")
        for visit in ledger.people.damaged_papers():
            yield Problem(message("its document is not what was stored"), f"people: {message('visit {id}', id=visit)}")


def backup(ledger: Ledger, target: Path) -> list[Path]:
    """Copy the ledger to ``target``, and the shoppers' identities beside it; both are looked through before they count.

    ``BadInput`` where there is a file already, and for a ledger on a server, which has its own ways; ``BadEnvironment``
    where the disk does not take the copy: then there is none.
    """
    database = ledger.database
    if not isinstance(database, Sqlite):
        hint = message("use pg_dump: {command}", command=f"pg_dump --format=custom --file={target} {database.place}")
        raise BadInput(
            Problem(message("a ledger on a server is backed up by the server's own means"), database.place, hint)
        )
    targets = {"main": target, **({"people": people_file(target)} if database.knows_people() else {})}
    # A link that leads nowhere is in the way, too: the copy would take its place.
    for path in targets.values():
        if os.path.lexists(path):
            raise BadInput(Problem(message("there is a file already, and nothing is overwritten"), str(path)))
    # Written beside the target and moved there when it is whole: a copy that was stopped is none.
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as folder:
            copies = {schema: Path(folder) / path.name for schema, path in targets.items()}
            database.copy_to(copies)
            with closing(Sqlite(copies["main"])) as copy:
                if copy.faults() or copy.columns() != database.columns():
                    text = message("what was written does not read back")
                    raise BadEnvironment(Problem(text, str(copies["main"])))
            for schema, path in reversed(targets.items()):  # the ledger last: with it the copy is whole
                copies[schema].replace(path)
    except OSError as error:
        raise unwritable(target, error) from error
    return list(targets.values())


def info(ledger: Ledger) -> dict[str, Any]:
    """Return numbers by name; ``states`` and ``checklists`` count visits, at their latest revision."""
    run = ledger.database.run
    number, last = ledger.trail.head()
    ((revisions, visits, shoppers, first, latest),) = run(
        "select count(*), count(distinct id), count(distinct shopper), min(day), max(day) from visit"
    )
    standing = f"from visit where {LATEST}"
    states: dict[str, int] = dict(
        run(f"select state, count(*) from (select {CURRENT_STATE} as state {standing}) counted group by state")
    )
    checklists = run(f"select checklist, count(*) {standing} group by checklist")
    ((incomplete,),) = run(f"select count(*) {standing} and number in (select visit from mark where missing <> '')")
    ((stores,),) = run("select count(distinct id) from store")
    return {
        "place": ledger.database.place,
        "version": ledger.database.version(),
        "bytes": ledger.database.size(),
        "visits": visits,
        "revisions": revisions,
        "waiting": len(ledger.waiting()),
        # Of a ledger in which nothing was ever contested all is as before there were appeals.
        "states": {
            state.value: states.get(state.value, 0)
            for state in VisitState
            if state is not VisitState.CONTESTED or state.value in states
        },
        "checklists": dict(sorted(checklists, key=lambda row: version_order(row[0]))),
        "schemes": run("select count(*) from scheme")[0][0],
        "incomplete": incomplete,
        "settings": settings_in_force(ledger.database),
        "stores": stores,
        "shoppers": shoppers,
        "first_day": first,
        "last_day": latest,
        "entries": number,
        "hash": last,
    }
