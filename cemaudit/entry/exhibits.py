"""Evidence files put on an item during a conversation, and taken off again."""

from __future__ import annotations

from typing import Any

from cemaudit.entry.evidence import path_typed, take_in
from cemaudit.entry.questions import EntryQuestion
from cemaudit.entry.session import Session
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.media import ExifDetails
from cemaudit.media.file_types import MediaType as FileKind
from cemaudit.model import Item
from cemaudit.model.base import clean

__all__ = ["add_exhibit", "drop_exhibit"]


def add_exhibit(session: Session, question: EntryQuestion, line: str, use: str | None = None) -> str:
    """Take in the file of a line like ``PATH | caption``, keep it, say what is doubtful; the question stays.

    ``use``: ``photo``, ``receipt`` or ``audio``, where the shopper said which.
    """
    path, _, caption = line.partition("|")
    taken = take_in(path_typed(path.strip()), session.keeper.folder)
    if session.draft.checklist.photo_details == "remove":
        taken = taken.model_copy(update={"details": ExifDetails(taken=taken.details.taken)})
    piece = {"taken": taken.model_dump(mode="json"), "kind": _use(taken.kind, use), "caption": clean(caption)}
    pieces = _pieces(session, question.name)
    if all(one["taken"]["sha256"] != taken.sha256 for one in pieces):
        session.write({question.name: [*pieces, piece]})
    session.tell(message("kept and read again: {name}, {size} bytes", name=taken.name, size=taken.size))
    for doubt in session.keeper.doubts(session.draft):
        if doubt.problem.place == question.name and doubt.check.startswith("photo."):
            session.tell(f"! {doubt.problem}")
    session.tell(message("another file, or empty to go on"))
    return question.name


def drop_exhibit(session: Session, item: Item, number: str) -> None:
    """Take a file off an item, by its number from 1; the copy stays on this machine."""
    name = f"evidence.{item.id}"
    pieces = _pieces(session, name)
    if not number.isdecimal() or not 1 <= int(number) <= len(pieces):
        raise BadInput(Problem(message("there are {count} files on this item; /drop 1", count=len(pieces))))
    del pieces[int(number) - 1]
    session.write({name: pieces or None})


def _use(kind: FileKind, wanted: str | None) -> str:
    """What kind of evidence a file is; ``BadInput`` where it cannot be what the shopper said."""
    if wanted is None:
        return next(use for use in ("photo", "audio", "document") if use in kind.evidence_kinds)
    if wanted not in kind.evidence_kinds:
        what = message("a file of the kind {kind} cannot be evidence of the kind {use}", kind=kind, use=wanted)
        raise BadInput(Problem(what))
    return wanted


def _pieces(session: Session, name: str) -> list[dict[str, Any]]:
    return [*(session.draft.values.get(name) or ())]
