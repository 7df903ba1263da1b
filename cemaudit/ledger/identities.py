"""Shoppers apart from what they saw: the ledger knows pseudonyms, and who is behind them lies elsewhere.

From the digest of a line one could find out the shopper by trying codes; so digests of visits are keyed with the same
secret as pseudonyms are.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import canonical
from cemaudit.language import message
from cemaudit.ledger.database import Database, Row, select_in

if TYPE_CHECKING:
    from cemaudit.ledger.audit_trail import TrailEntry
    from cemaudit.ledger.ledger import Ledger

__all__ = ["KEY", "SHOPPER", "IdentityStore", "Pseudonyms", "SealedPaper", "ShopperIdentity", "reveal"]

SHOPPER, KEY = "shopper", "key"
"""Kinds of persons' marks: the shopper's code in a visit, the key a sealed file is signed with."""

_MARKS = {SHOPPER: "p", KEY: "k"}
_BYTES = 32
_SHORT = 20
_AT_ONCE = 1_000


class ShopperIdentity(NamedTuple):
    """Who is behind a pseudonym: ``code`` is the shopper's, or the line of a public key."""

    pseudonym: str
    kind: str
    code: str


class SealedPaper(NamedTuple):
    """A text of a sealed file about its shopper: the statement, or the details kept apart from a picture (JSON)."""

    visit: str
    revision: int
    name: str
    document: str

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it."""
        return hashlib.sha256(canonical(self)).hexdigest()


class Pseudonyms:
    """What the secret of a ledger makes of codes and digests; always the same of the same."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self._known: dict[tuple[str, str], ShopperIdentity] = {}

    def person(self, kind: str, code: str) -> ShopperIdentity:
        """Return the person of that code, with the pseudonym."""
        identity = self._known.get((kind, code))
        if identity is None:
            identity = ShopperIdentity(f"{_MARKS[kind]}-{self._keyed(kind, code)[:_SHORT]}", kind, code)
            self._known[kind, code] = identity
        return identity

    def digest(self, sha256: str) -> str:
        """Return what stands in the ledger for the SHA-256 of a visit's canonical line; 64 hexadecimal digits too."""
        return self._keyed("digest", sha256)

    def mark(self) -> str:
        """Return what the ledger knows of the secret, to tell it from another."""
        return self._keyed("ledger", "")

    def _keyed(self, kind: str, text: str) -> str:
        # The kind goes in, too: a key and a code that are the same text get different pseudonyms.
        return hmac.digest(self.secret, f"{kind}\x1f{text}".encode(), "sha256").hex()


class IdentityStore:
    """The identities in a database; ``BadInput`` where they are those of another ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.pseudonyms = _pseudonyms(database)
        if database.run("select value from ledger where name = 'people'") != [(self.pseudonyms.mark(),)]:
            text = message("the shoppers' identities beside it are those of another ledger")
            raise BadInput(Problem(text, database.place, message("put the right ones back")))

    @staticmethod
    def begin(database: Database) -> None:
        """Make the secret, where there is none, and let the ledger know its mark; while the tables are made."""
        if not database.run("select value from people.secret"):
            database.run("insert into people.secret (value) values (?)", (secrets.token_hex(_BYTES),))
        # By the mark the two files know each other: identities beside another ledger are refused.
        mark = _pseudonyms(database).mark()
        database.run("insert into ledger (name, value) values ('people', ?)", (mark,))

    def add(self, persons: Iterable[ShopperIdentity], papers: Sequence[SealedPaper]) -> None:
        """Remember them, in the transaction that is open; what is there already stays."""
        by_name = {person.pseudonym: person for person in persons}
        query = "select pseudonym from people.person where pseudonym in ({places})"
        new = by_name.keys() - {name for (name,) in select_in(self._database, query, list(by_name))}
        rows = [by_name[name] for name in sorted(new)]
        if rows:
            self._database.many("insert into people.person (pseudonym, kind, code) values (?, ?, ?)", rows)
        if papers:
            columns = "(visit, revision, name, document, digest) values (?, ?, ?, ?, ?)"
            whole = [(*paper, paper.digest) for paper in papers]
            self._database.many(f"insert into people.paper {columns} on conflict do nothing", whole)

    def code(self, pseudonym: str) -> str | None:
        """Return the code behind a pseudonym; ``None`` where nobody knows any more."""
        rows = self._database.run("select code from people.person where pseudonym = ?", (pseudonym,))
        return str(rows[0][0]) if rows else None

    def wrong_pseudonyms(self) -> list[str]:
        """Return the pseudonyms that are not those of the codes beside them."""
        rows = self._database.run("select pseudonym, kind, code from people.person order by pseudonym")
        return [
            name for name, kind, code in rows if kind not in _MARKS or self.pseudonyms.person(kind, code)[0] != name
        ]

    def damaged_papers(self) -> Iterator[str]:
        """Yield the visits of whose papers one is not what was stored, once for each."""
        columns, key = ", ".join(SealedPaper._fields), "visit, revision, name"
        query = f"select digest, {columns} from people.paper where ({key}) > (?, ?, ?) order by {key} limit ?"
        after: Row = ("", 0, "")
        while rows := self._database.run(query, (*after, _AT_ONCE)):
            yield from (paper.visit for digest, *rest in rows if (paper := SealedPaper(*rest)).digest != digest)
            after = rows[-1][1:-1]

    def sealed_papers(self, visit: str) -> list[SealedPaper]:
        """Return what the sealed files of a visit say of its shopper."""
        columns = ", ".join(SealedPaper._fields)
        query = f"select {columns} from people.paper where visit = ? order by revision, name"
        return [SealedPaper(*row) for row in self._database.run(query, (visit,))]


def reveal(ledger: Ledger, pseudonyms: Sequence[str], reason: str) -> list[ShopperIdentity]:
    """Return the persons behind ``pseudonyms`` that are known, after the trail has noted who asked, when and why.

    The trail holds the pseudonyms and the ``reason``, never a code.
    """

    def work(entry: TrailEntry) -> list[ShopperIdentity]:
        query = "select pseudonym, kind, code from people.person where pseudonym in ({places}) order by pseudonym"
        identities = [ShopperIdentity(*row) for row in select_in(entry.database, query, pseudonyms)]
        if identities:
            entry.subject = str(len(identities))
            entry.note(revealed=[identity.pseudonym for identity in identities], reason=reason)
        return identities

    return ledger.write("people", work)


def _pseudonyms(database: Database) -> Pseudonyms:
    rows = database.run("select value from people.secret")
    try:
        ((secret,),) = rows
        return Pseudonyms(bytes.fromhex(secret))
    except ValueError as error:
        text = message("the shoppers' identities beside it are damaged")
        raise BadInput(Problem(text, database.place, message("take a backup"))) from error
