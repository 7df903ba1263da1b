"""Texts a form shows along the way: help of the question that follows."""

from __future__ import annotations

from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.outline import SurveyQuestionRow
from cemaudit.language import message
from cemaudit.model import Text

__all__ = ["Notes"]


class Notes:
    """The notes since the last question."""

    def __init__(self, leftovers: Leftovers) -> None:
        self._left = leftovers
        self._waiting: list[tuple[SurveyQuestionRow, Text]] = []

    def add(self, entry: SurveyQuestionRow, words: Text) -> None:
        """A note; left at once where the form does not always show it, or fills answers into it."""
        if entry.line["relevant"] or "${" in entry.line["label"]:
            what = message("is not always shown, or not always the same")
            self._left.add(LeftoverKind.TEXT, entry.line, what, entry.line["label"])
        else:
            self._waiting.append((entry, words))

    def before(self, entry: SurveyQuestionRow) -> list[Text]:
        """What was shown right before a question, in its group or one around it."""
        rows = {group.line.number for group in entry.around}
        fitting = [words for note, words in self._waiting if not note.group or note.group.line.number in rows]
        self._waiting = [(note, words) for note, words in self._waiting if words not in fitting]
        self.end()
        return fitting

    def end(self) -> None:
        """Leave the notes that no question follows."""
        for note, words in self._waiting:
            self._left.add(LeftoverKind.TEXT, note.line, message("no question follows it"), str(words))
        self._waiting = []
