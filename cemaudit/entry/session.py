"""A draft being worked on: where lines are shown and typed, the way among its questions, files put on its items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from cemaudit.entry.doubts import Doubt
from cemaudit.entry.draft import UNDO, Draft
from cemaudit.entry.evidence import path_typed, take_in
from cemaudit.entry.questionnaire import EntryQuestion, find_question, first_open, questions
from cemaudit.entry.wording import in_words, listed_files
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.media import ExifDetails
from cemaudit.media.file_types import MediaType as FileKind
from cemaudit.model import Item
from cemaudit.model.base import clean

__all__ = ["DraftKeeper", "Screen", "Session", "add_exhibit", "drop_exhibit"]


class Screen(Protocol):
    """Where lines are shown and typed; ``ask`` raises ``EOFError`` at the end of piped input."""

    def say(self, text: str = "") -> None: ...

    def ask(self, prompt: str) -> str: ...

    def waiting(self) -> list[str]:
        """The lines that were typed before anything was asked, taken out of the input."""


class DraftKeeper(Protocol):
    """Who keeps the draft."""

    @property
    def folder(self) -> Path:
        """The folder its evidence is copied to."""

    def draft(self) -> Draft:
        """The draft as it stands."""

    def write(self, step: int, changes: Mapping[str, Any]) -> None:
        """Make changes durable."""

    def doubts(self, draft: Draft) -> Sequence[Doubt]:
        """What should be looked at again, settled doubts left out."""


class Session:
    """The draft, always as it is kept; questions are known by their names, since an answer changes which there are."""

    def __init__(self, keeper: DraftKeeper, screen: Screen) -> None:
        self.keeper = keeper
        self.screen = screen
        self.draft = keeper.draft()

    def write(self, changes: Mapping[str, Any], step: int | None = None) -> None:
        """Make changes durable, as a step of their own unless one is given."""
        self.keeper.write(self.draft.next_step if step is None else step, changes)
        self.draft = self.keeper.draft()

    def tell(self, text: object) -> None:
        """A line of ours, below the question."""
        self.screen.say(f"  {text}")

    def complain(self, error: BadInput, question: EntryQuestion | None = None) -> None:
        """What was wrong with a reply, to ``question`` where one was asked, without the names of fields."""
        for problem in error.problems:
            self.tell(f"! {in_words(problem, self.draft.checklist, question)}")

    def question(self, name: str) -> EntryQuestion:
        """The question of that name, or the last one where it does not arise any more."""
        arising = questions(self.draft)
        return next((question for question in arising if question.name == name), arising[-1])

    def open_after(self, question: EntryQuestion | None) -> str | None:
        """The next open question after ``question``, else the first; ``None`` where none is open."""
        arising = questions(self.draft)
        names = [entry.name for entry in arising]
        after = names.index(question.name) if question and question.name in names else -1
        place = first_open(arising, self.draft.values, after)
        return None if place is None else names[place]

    def before(self, question: EntryQuestion) -> str:
        """The question before."""
        names = [entry.name for entry in questions(self.draft)]
        return names[max(0, names.index(question.name) - 1)] if question.name in names else names[0]

    def named(self, word: str) -> str:
        """The question called ``word``; ``BadInput`` where there is none."""
        if not word:
            raise BadInput(Problem(message("which question? as in /go GS05"), hint=message("/list shows them all")))
        arising = questions(self.draft)
        place = find_question(arising, word)
        if place is None:
            hint = message("/list shows them all")
            raise BadInput(Problem(message("no such question: {word}", word=word), hint=hint))
        return arising[place].name

    def undo(self) -> str | None:
        """Take back the last step; the question it belonged to, or the first open one."""
        step = self.draft.last_step
        if step is None:
            raise BadInput(Problem(message("there is nothing to take back")))
        names = self.draft.names_of(step)
        self.write({UNDO: step})
        self.tell(message("taken back"))
        arising = {question.name for question in questions(self.draft)}
        return next((name for name in names if name in arising), self.open_after(None))


def add_exhibit(session: Session, question: EntryQuestion, line: str, use: str | None = None) -> None:
    """Take in the file of a line like ``PATH | caption``, keep it, say what is doubtful.

    ``use``: ``photo``, ``receipt`` or ``audio``, where the shopper said which.
    """
    path, _, caption = line.partition("|")
    if not path.strip():
        raise BadInput(Problem(message("no file was named"), hint=message("type its path, or drag the file here")))
    kept = take_in(path_typed(path.strip()), session.keeper.folder)
    if session.draft.checklist.photo_details == "remove":
        kept = kept.model_copy(update={"details": ExifDetails(taken=kept.details.taken)})
    piece = {"taken": kept.model_dump(mode="json"), "kind": _use(kept.kind, use), "caption": clean(caption)}
    pieces = _pieces(session, question.name)
    if all(other["taken"]["sha256"] != kept.sha256 for other in pieces):
        session.write({question.name: [*pieces, piece]})
    session.tell(message("kept and read again: {name}, {size} bytes", name=kept.name, size=kept.size))
    for doubt in session.keeper.doubts(session.draft):
        if doubt.problem.place == question.name and doubt.check.startswith("photo."):
            session.tell(f"! {doubt.problem}")


def drop_exhibit(session: Session, item: Item, number: str) -> None:
    """Take a file off an item, by its number from 1; the copy stays on this machine."""
    name = f"evidence.{item.id}"
    pieces = _pieces(session, name)
    if not pieces:
        raise BadInput(Problem(message("there is no file on {item}", item=item.id)))
    if not number.isdecimal() or not 1 <= int(number) <= len(pieces):
        cause = message("which file? as in /drop 1")
        raise BadInput(Problem(cause, hint=", ".join(listed_files(pieces))))
    gone = pieces.pop(int(number) - 1)
    session.write({name: pieces or None})
    session.tell(message("taken off {item}: {name}", item=item.id, name=gone["taken"]["name"]))


def _use(kind: FileKind, chosen: str | None) -> str:
    """What kind of evidence a file is; ``BadInput`` where it cannot be what the shopper said."""
    if chosen is None:
        return next(use for use in ("photo", "audio", "document") if use in kind.evidence_kinds)
    if chosen not in kind.evidence_kinds:
        cause = message("a file of the kind {kind} cannot be evidence of the kind {use}", kind=kind, use=chosen)
        raise BadInput(Problem(cause))
    return chosen


def _pieces(session: Session, name: str) -> list[dict[str, Any]]:
    return [*(session.draft.values.get(name) or ())]
