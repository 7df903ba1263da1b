"""The shopper's desk: drafts that lose nothing, the questions, the checks, sealing.

A ``Desk`` is a folder of drafts; each keeps every event in its journal before the next question is asked.
A ``Conversation`` puts the questions and reads the replies, ``seal`` turns a finished draft into the file that is
handed over, and ``amend`` opens such a file again. Only this room asks a person anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.entry.amending import amend
    from cemaudit.entry.conversation import Conversation
    from cemaudit.entry.desk import Desk, OpenDraft
    from cemaudit.entry.draft import Draft, DraftState
    from cemaudit.entry.evidence import KeptEvidence, take_in
    from cemaudit.entry.questions import EntryQuestion, QuestionKind
    from cemaudit.entry.sealing import NotReady, seal
    from cemaudit.entry.second_look import SecondLook
    from cemaudit.entry.session import Screen, Session

__all__ = [
    "Conversation",
    "Desk",
    "Draft",
    "DraftState",
    "EntryQuestion",
    "KeptEvidence",
    "NotReady",
    "OpenDraft",
    "QuestionKind",
    "Screen",
    "SecondLook",
    "Session",
    "amend",
    "seal",
    "take_in",
]

_HOMES = {
    "Conversation": "conversation",
    "Desk": "desk",
    "Draft": "draft",
    "DraftState": "draft",
    "EntryQuestion": "questions",
    "KeptEvidence": "evidence",
    "NotReady": "sealing",
    "OpenDraft": "desk",
    "QuestionKind": "questions",
    "Screen": "session",
    "SecondLook": "second_look",
    "Session": "session",
    "amend": "amending",
    "seal": "sealing",
    "take_in": "evidence",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
