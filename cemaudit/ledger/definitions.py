"""Checklists and schemes as they were when they were used; one content for each ``id@version``, for good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import canonical
from cemaudit.language import message
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.database import Database, select_in
from cemaudit.model import Checklist, Scheme

__all__ = ["DefinitionStore", "as_text", "content_digest"]

Definition = TypeVar("Definition", Checklist, Scheme)
Table = Literal["checklist", "scheme"]


class DefinitionStore:
    """What a ledger keeps of them, read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._checklists: dict[str, Checklist] = {}
        self._schemes: dict[str, Scheme] = {}

    def checklists(self, refs: Iterable[str] | None = None) -> Mapping[str, Checklist]:
        """Return the checklists of these ``refs`` that are there, else all."""
        return self._found("checklist", Checklist, self._checklists, refs)

    def schemes(self, refs: Iterable[str] | None = None) -> Mapping[str, Scheme]:
        """Return the schemes of these ``refs`` that are there, else all."""
        return self._found("scheme", Scheme, self._schemes, refs)

    def conflict(self, record: Checklist | Scheme) -> Problem | None:
        """Return what is wrong where the ledger keeps another content under the same ``id@version``."""
        kept: Mapping[str, Checklist | Scheme]
        kept = self.checklists([record.ref]) if isinstance(record, Checklist) else self.schemes([record.ref])
        if kept.get(record.ref, record) == record:
            return None
        text = message(
            "{ref} here ({here}) is not the one in the ledger ({there})",
            ref=record.ref, here=_short(record), there=_short(kept[record.ref]),
        )  # fmt: skip
        return Problem(text, hint=message("give the new one a new version"))

    def put(self, entry: TrailEntry, records: Iterable[Checklist] | Iterable[Scheme]) -> None:
        """Keep those that are not there yet; ``BadInput`` where another content is kept under the same name."""
        rows: dict[Table, list[tuple[str, str, str]]] = {"checklist": [], "scheme": []}
        for record in records:
            problem = self.conflict(record)
            if problem:
                raise BadInput(problem)
            table: Table = "checklist" if isinstance(record, Checklist) else "scheme"
            if not self._database.run(f"select 1 from {table} where ref = ?", (record.ref,)):
                rows[table].append((record.ref, content_digest(record), as_text(record)))
        for table, row in rows.items():
            entry.add(table, row)

    def _found(
        self, table: Table, kind: type[Definition], definitions: dict[str, Definition], refs: Iterable[str] | None
    ) -> Mapping[str, Definition]:
        if refs is None:
            wanted_refs = [ref for (ref,) in self._database.run(f"select ref from {table} order by ref")]
        else:
            wanted_refs = list(dict.fromkeys(refs))
        # What was read once holds: a content never changes under its id and version.
        query = f"select ref, document from {table} where ref in ({{places}})"
        for ref, document in select_in(self._database, query, [ref for ref in wanted_refs if ref not in definitions]):
            try:
                definitions[ref] = kind.model_validate_json(document)
            except BadInput as error:  # made for a newer version
                raise error.inside(ref) from error
        return {ref: definitions[ref] for ref in wanted_refs if ref in definitions}


def as_text(record: Checklist | Scheme) -> str:
    """Return the JSON it is kept as."""
    return record.model_dump_json(by_alias=True, exclude_defaults=True)


def content_digest(record: Checklist | Scheme) -> str:
    """Return the SHA-256 of what a checklist or scheme says, in whatever order it was written."""
    content = canonical(record.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return hashlib.sha256(content).hexdigest()


def _short(record: Checklist | Scheme) -> str:
    return content_digest(record)[:12]
