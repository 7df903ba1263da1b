"""A sealed visit taken up again: a draft of its next revision, with everything it holds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from cemaudit.entry.desk import Desk
from cemaudit.entry.draft import Draft, DraftState
from cemaudit.entry.evidence import take_in
from cemaudit.errors import BadInput, Problem
from cemaudit.exchange import Sealed
from cemaudit.language import message
from cemaudit.model import Checklist, Visit

__all__ = ["amend"]

_HEAD = (
    "id", "store", "store_name", "shopper", "wave", "scenario", "persona", "place", "occasion", "origin", "date",
    "started", "finished", "briefed", "episode", "consent",
)  # fmt: skip


def amend(desk: Desk, sealed: Sealed, checklist: Checklist, reason: str) -> Draft:
    """A draft of the revision after ``sealed``; ``BadInput`` where one is open already."""
    visit = sealed.visit
    for draft in desk.drafts():
        if draft.state is DraftState.OPEN and draft.visit.id == visit.id:
            hint = message("go on with 'cemaudit resume {number}'", number=draft.header.number)
            raise BadInput(Problem(message("this visit is being amended already"), str(sealed.path), hint))
    revision = {"revision": visit.revision + 1, "supersedes": sealed.digest, "amendment": reason}
    before = {"before": visit.model_dump(mode="json", exclude_defaults=True)}
    return desk.begin(checklist, _said(visit) | revision | before | _evidence(desk, sealed))


def _said(visit: Visit) -> dict[str, Any]:
    data = visit.model_dump(mode="json", exclude_none=True)
    said = {name: data[name] for name in _HEAD if name in data}
    said |= {"day": visit.day.isoformat()} if visit.day else {}
    said |= {"step": visit.step} if visit.step else {}
    for field in ("answers", "skipped", "notes", "emotions", "expectations", "perceived"):
        said |= {f"{field}.{name}": value for name, value in data[field].items()}
    for field in ("claims", "blames"):
        for one in data[field]:
            said.setdefault(f"{field}.{one['touchpoint']}", []).append(one["text"])
    for claim in data["claims"]:
        said.setdefault(f"states.{claim['touchpoint']}", []).append(claim.get("state"))
    said |= {f"overrides.{one['check']} {one.get('place', '')}": one for one in data["overrides"]}
    return said


def _evidence(desk: Desk, sealed: Sealed) -> dict[str, Any]:
    """The pieces of evidence, copied to the desk."""
    folder = desk.evidence_of(sealed.visit.id)
    said = {}
    with tempfile.TemporaryDirectory() as unpacked:
        sealed.media_to(Path(unpacked))
        for item, pieces in sealed.visit.evidence.items():
            said[f"evidence.{item}"] = [
                {
                    "taken": take_in(Path(unpacked) / piece.file, folder).model_dump(mode="json"),
                    "kind": piece.kind,
                    "caption": piece.caption,
                }
                for piece in pieces
            ]
    return said
