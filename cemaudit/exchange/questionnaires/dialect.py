"""How a form is read: what its rows ask, what its conditions speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cemaudit.exchange.questionnaires.answers import Answer, answer_to
from cemaudit.exchange.questionnaires.conditions import ConvertedQuestion
from cemaudit.exchange.questionnaires.leftovers import Leftovers
from cemaudit.exchange.questionnaires.lists import ChoiceList
from cemaudit.exchange.questionnaires.outline import Path, SurveyQuestionRow
from cemaudit.exchange.questionnaires.xpath import Node, read_xpath
from cemaudit.model import Step, Touchpoint

__all__ = ["Dialect"]


class Dialect:
    """A stranger's form, read as it stands.

    ``entries`` are the rows to be read, ``known`` what conditions may speak of beside them, ``steps`` those of an
    episode.
    """

    def __init__(
        self, entries: Sequence[SurveyQuestionRow], lists: Mapping[str, ChoiceList], leftovers: Leftovers
    ) -> None:
        self.entries = entries
        self.known: Mapping[Path, ConvertedQuestion] = {}
        self.steps: tuple[Step, ...] = ()
        self._lists = lists
        self._leftovers = leftovers

    def answer(self, entry: SurveyQuestionRow) -> Answer:
        """What can be answered to a question; ``Unsayable`` where that is nothing of ours."""
        return answer_to(entry, self._lists, self._leftovers)

    def condition(self, source: str) -> Node:
        """What a condition says; ``Unsayable`` where we do not understand it."""
        return read_xpath(source)

    def finished(self, touchpoints: tuple[Touchpoint, ...]) -> tuple[Touchpoint, ...]:
        """The touchpoints with what else the form says of them."""
        return touchpoints
