"""Handing over: final checks, the shopper's statement, the sealed file, and what is noted in the draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cemaudit.entry.desk import OpenDraft
from cemaudit.entry.draft import SEALED, SIGNED, Draft, DraftState
from cemaudit.entry.instructions import STATEMENT, statement_words
from cemaudit.entry.wording import in_words
from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.exchange import Sealed, Statement, sealed_name, write_sealed
from cemaudit.exchange.sealed.keys import SigningKey
from cemaudit.language import current, message
from cemaudit.model import Change, Visit

__all__ = ["STATEMENT", "NotReady", "difference", "refuse_unready", "seal"]

_OWN = {"id", "checklist", "entered", "briefed", "revision", "supersedes", "amendment", "changes"}
"""Fields that differ by nature, or never."""


def difference(before: Visit, after: Visit) -> tuple[Change, ...]:
    """Every place that differs, sorted; ``None`` where one of the two has nothing there."""
    old, new = dict(_places(before)), dict(_places(after))
    changed = sorted(place for place in old.keys() | new.keys() if old.get(place) != new.get(place))
    return tuple(Change(place=place, before=old.get(place), after=new.get(place)) for place in changed)


def _places(visit: Visit) -> Iterator[tuple[str, str]]:
    for field, value in visit.model_dump(mode="json", exclude_defaults=True, exclude=_OWN).items():
        if isinstance(value, dict):
            yield from ((f"{field}.{name}", _text(part)) for name, part in value.items())
        else:
            yield field, _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


class NotReady(CemauditError):
    """A draft that cannot be sealed yet: something is open or in doubt."""


def refuse_unready(held: OpenDraft) -> Draft:
    """The draft, where nothing is open or in doubt; ``NotReady`` lists what is, ``BadInput`` where it is not open."""
    draft = held.draft()
    if draft.state is not DraftState.OPEN:
        done = draft.values.get(SEALED)
        place = done["path"] if done else ""
        cause = message("draft {number} is sealed already", number=draft.header.number)
        raise BadInput(
            Problem(cause if done else message("draft {number} is in the bin", number=draft.header.number), place)
        )
    doubts = held.doubts(draft)
    if doubts:
        raise NotReady(in_words(doubt.problem, draft.checklist) for doubt in doubts)
    return draft


def seal(held: OpenDraft, folder: Path, name: str, key: SigningKey | None = None) -> Sealed:
    """Write the sealed file of a draft into ``folder``, signed by ``name``; what comes back was read from the disk.

    The statement is kept before the file is written: should this be cut short, sealing again makes the same file.
    """
    draft = refuse_unready(held)
    statement = _statement(held, draft, name)
    visit = _with_changes(draft)
    path = folder / sealed_name(visit)
    sealed = write_sealed(path, visit, statement, held.folder, _apart(draft), key)
    held.write(0, {SEALED: {"path": str(path.resolve()), "sha256": sealed.sha256, "visit": sealed.digest}})
    return sealed


def _statement(held: OpenDraft, draft: Draft, name: str) -> Statement:
    """The statement signed for the draft as it stands, else a new one."""
    signed = [event for event in draft.events if event.name == SIGNED]
    if signed and signed[-1].at >= draft.changed and signed[-1].value["name"] == name:
        return Statement.model_validate(signed[-1].value)
    now = datetime.now(UTC).astimezone()
    statement = Statement(words=statement_words(draft.words), language=current(), name=name, at=now)
    held.write(0, {SIGNED: statement.model_dump(mode="json")})
    return statement


def _with_changes(draft: Draft) -> Visit:
    """The visit; a revision says what it changes."""
    before = draft.values.get("before")
    if before is None:
        return draft.visit
    changes = difference(Visit.model_validate(before), draft.visit)
    if not changes:
        raise NotReady(Problem(message("nothing was changed"), hint=message("change an answer with 'cemaudit resume'")))
    return draft.visit.model_copy(update={"changes": changes})


def _apart(draft: Draft) -> dict[str, dict[str, Any]]:
    """What the pictures' files said of place, time and device, where the programme keeps it."""
    if draft.checklist.photo_details == "remove":
        return {}
    details_by_digest = {digest: kept.model_dump(mode="json")["details"] for digest, kept in draft.taken.items()}
    return {digest: details for digest, details in details_by_digest.items() if any(details.values())}
