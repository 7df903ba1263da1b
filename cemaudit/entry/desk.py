"""A shopper's desk: the drafts of one laptop, their evidence, and who has which draft open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cemaudit.entry.doubts import Doubt, Earlier, all_doubts, open_doubts, stay_of
from cemaudit.entry.draft import DISCARDED, Draft, DraftState
from cemaudit.entry.journal import DraftHeader, Journal
from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import make_private_file, make_private_folder
from cemaudit.language import message
from cemaudit.model import Checklist, faults
from cemaudit.model.identity import new_id
from cemaudit.scoring import Engine, check_visit

__all__ = ["Desk", "OpenDraft"]


class Desk:
    """All drafts below the folder ``home``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.journal = Journal(home / "drafts.db")

    def begin(self, checklist: Checklist, given: Mapping[str, Any]) -> Draft:
        """A new draft; ``given`` are values known from the start, by name, ``store`` among them.

        ``BadInput`` where they fit no visit, or not the checklist.
        """
        _refuse_unfit(checklist, given)
        return self.draft(self.journal.begin(checklist, given))

    def draft(self, header: DraftHeader) -> Draft:
        """The draft as it stands now."""
        return Draft(header, self.journal.checklist(header.number), self.journal.events(header.number))

    def drafts(self) -> list[Draft]:
        """All drafts, oldest first, also sealed and discarded ones."""
        return [self.draft(header) for header in self.journal.headers()]

    def find(self, word: str) -> Draft:
        """The draft with that number or id; ``BadInput`` where there is none."""
        for header in self.journal.headers():
            if word in {str(header.number), header.id}:
                return self.draft(header)
        hint = message("'cemaudit drafts' lists them")
        raise BadInput(Problem(message("no such draft: {word}", word=word), hint=hint))

    def folder(self, draft: Draft) -> Path:
        """The folder that holds the evidence of the draft's visit, whichever revision."""
        return self.evidence_of(draft.visit.id)

    def evidence_of(self, visit_id: str) -> Path:
        """The folder that holds the evidence of a visit; an id may hold anything, so it is no path."""
        return self.home / "evidence" / sha256(visit_id.encode()).hexdigest()[:32]

    def discard(self, draft: Draft, *, restore: bool = False) -> None:
        """Put a draft into the bin, or take it out again."""
        if draft.state is DraftState.SEALED:
            raise BadInput(Problem(message("draft {number} is sealed; it stays", number=draft.header.number)))
        self.journal.write(draft.header.number, 0, {DISCARDED: not restore})

    @contextmanager
    def opened(self, draft: Draft, engine: Engine) -> Iterator[OpenDraft]:
        """The draft, held so that no other window can open it; ``BadEnvironment`` where one has.

        Held by a lock of SQLite, which the system lets go when the process ends, however it ends.
        """
        lock = self.home / "locks" / f"{draft.header.number}.lock"
        try:
            make_private_folder(lock.parent)
            make_private_file(lock)
            file = sqlite3.connect(lock, timeout=0, isolation_level=None)
            file.execute("begin exclusive")
        except (OSError, sqlite3.OperationalError) as error:
            if "locked" not in str(error):
                raise BadEnvironment(Problem(message("not saved: {why}", why=error), str(lock))) from error
            cause = message("draft {number} is open in another window", number=draft.header.number)
            raise BadEnvironment(Problem(cause, hint=message("go on there, or close it"))) from error
        try:
            yield OpenDraft(self, draft.header, engine)
        finally:
            file.close()


def _refuse_unfit(checklist: Checklist, values: Mapping[str, Any]) -> None:
    nothing_said = Draft(DraftHeader(0, new_id(), datetime.now(UTC)), checklist, ())
    try:
        problems = check_visit(nothing_said.visit_with(values), checklist)
    except ValidationError as error:
        raise BadInput(faults.problems(error, values)) from error
    if problems:
        raise BadInput(problems)


@dataclass
class OpenDraft:
    """One draft while it is worked on."""

    desk: Desk
    header: DraftHeader
    engine: Engine

    @property
    def folder(self) -> Path:
        """The folder its evidence is copied to."""
        return self.desk.folder(self.draft())

    @cached_property
    def checklist(self) -> Checklist:
        """The checklist of the draft, which never changes."""
        return self.desk.journal.checklist(self.header.number)

    def draft(self) -> Draft:
        """The draft as it stands."""
        return Draft(self.header, self.checklist, self.desk.journal.events(self.header.number))

    def write(self, step: int, changes: Mapping[str, Any]) -> None:
        """Make changes durable."""
        self.desk.journal.write(self.header.number, step, changes)

    def doubts(self, draft: Draft) -> Sequence[Doubt]:
        """What should be looked at again, without what the shopper let stand."""
        now = datetime.now(UTC).astimezone()
        visit, checklist = draft.visit, draft.checklist
        review = () if check_visit(visit, checklist) else self.engine.review(visit, checklist)
        return open_doubts(all_doubts(visit, checklist, draft.taken, self._earlier, now, review), visit)

    @cached_property
    def _earlier(self) -> Earlier:
        """What the other visits of this laptop hold; another revision of the same visit is no other visit."""
        others = [
            draft
            for draft in self.desk.drafts()
            if draft.header != self.header and draft.state is not DraftState.DISCARDED
        ]
        others = [draft for draft in others if draft.visit.id != self.draft().visit.id]
        stays = [stay_of(draft.visit, draft.checklist) for draft in others]
        return Earlier.of(((draft.visit, draft.taken.values()) for draft in others), stays)
