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
    from cemaudit.entry.conversation import Conversation, SecondLook
    from cemaudit.entry.desk import Desk, OpenDraft
    from cemaudit.entry.draft import Draft, DraftState
    from cemaudit.entry.evidence import KeptEvidence, take_in
    from cemaudit.entry.instructions import STATEMENT, briefing, conduct, statement_words, things_to_bring
    from cemaudit.entry.questionnaire import EntryQuestion, QuestionKind, find_question, first_open, questions
    from cemaudit.entry.replies import read_reply
    from cemaudit.entry.sealing import NotReady, refuse_unready, seal
    from cemaudit.entry.session import Screen, Session
    from cemaudit.entry.wording import ask_line, shown_value

__all__ = [
    "STATEMENT",
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
    "ask_line",
    "briefing",
    "conduct",
    "find_question",
    "first_open",
    "questions",
    "read_reply",
    "refuse_unready",
    "seal",
    "shown_value",
    "statement_words",
    "take_in",
    "things_to_bring",
]

_HOMES = {
    "Conversation": "conversation",
    "Desk": "desk",
    "Draft": "draft",
    "DraftState": "draft",
    "EntryQuestion": "questionnaire",
    "KeptEvidence": "evidence",
    "NotReady": "sealing",
    "OpenDraft": "desk",
    "QuestionKind": "questionnaire",
    "STATEMENT": "instructions",
    "Screen": "session",
    "SecondLook": "conversation",
    "Session": "session",
    "amend": "amending",
    "ask_line": "wording",
    "briefing": "instructions",
    "conduct": "instructions",
    "find_question": "questionnaire",
    "first_open": "questionnaire",
    "questions": "questionnaire",
    "read_reply": "replies",
    "refuse_unready": "sealing",
    "seal": "sealing",
    "shown_value": "wording",
    "statement_words": "instructions",
    "take_in": "evidence",
    "things_to_bring": "instructions",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
