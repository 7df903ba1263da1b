"""``check_visit`` for very many visits of one checklist: an answer that fitted once is not looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cemaudit.errors import Problem
from cemaudit.model import Checklist, Visit
from cemaudit.model.answers import AnswerValue, Choice, Nps, Scale, YesNo
from cemaudit.scoring.checks import check_visit
from cemaudit.scoring.items import is_relevant

__all__ = ["Fitting"]

_FEW_ANSWERS = YesNo | Choice | Scale | Nps


class Fitting:
    """Whether visits fit ``checklist``."""

    def __init__(self, checklist: Checklist) -> None:
        self._checklist = checklist
        self._items = checklist.items.keys()
        self._touchpoints = checklist.touchpoint.keys()
        self._scenarios = {None, *(scenario.id for scenario in checklist.scenarios)}
        self._steps = {None, *(step.id for step in checklist.steps)}
        self._of_steps = {touchpoint.id for touchpoint in checklist.touchpoints if touchpoint.steps}
        self._never_skipped = {item.id for item in checklist.items.values() if item.na == "refuse"}
        self._kept = {
            item.id
            for item in checklist.items.values()
            if item.when is None
            and checklist.touchpoint_of[item.id].id not in self._of_steps
            and isinstance(item.answer, _FEW_ANSWERS)
        }
        self._good: set[tuple[str, type, AnswerValue]] = set()

    def problems(self, visit: Visit) -> list[Problem]:
        """What ``check_visit`` finds."""
        return [] if self._is_good(visit) else check_visit(visit, self._checklist)

    def _is_good(self, visit: Visit) -> bool:
        """Whether nothing can be wrong; where this says no, there may still be nothing."""
        return (
            visit.checklist == self._checklist.ref
            and visit.scenario in self._scenarios
            and visit.step in self._steps
            and self._names_fit(visit)
            and (self._good.issuperset(_typed(visit.answers)) or self._answers_fit(visit))
        )

    def _names_fit(self, visit: Visit) -> bool:
        items, touchpoints = self._items, self._touchpoints
        return (
            (not visit.skipped or (visit.skipped.keys() <= items and self._never_skipped.isdisjoint(visit.skipped)))
            and (not visit.notes or visit.notes.keys() <= items)
            and (not visit.evidence or visit.evidence.keys() <= items)
            and visit.emotions.keys() <= touchpoints
            and visit.expectations.keys() <= touchpoints
            and (visit.episode is None or self._feelings_arise(visit))
            and all([one.touchpoint in touchpoints for one in visit.claims + visit.blames])  # noqa: C419 (a few)
        )

    def _feelings_arise(self, visit: Visit) -> bool:
        return self._of_steps.isdisjoint(visit.emotions) and self._of_steps.isdisjoint(visit.expectations)

    def _answers_fit(self, visit: Visit) -> bool:
        unknown = set(_typed(visit.answers)) - self._good
        return all(self._answer_fits(visit, name, value) for name, _, value in unknown)

    def _answer_fits(self, visit: Visit, name: str, value: AnswerValue) -> bool:
        item = self._checklist.items.get(name)
        if item is None or item.answer.problem(value) or not is_relevant(item, visit, self._checklist):
            return False
        if name in self._kept:
            self._good.add((name, type(value), value))
        return True


def _typed(answers: Mapping[str, AnswerValue]) -> Iterable[tuple[str, type, AnswerValue]]:
    """The answers, each with its type: ``True`` equals 1, and is another answer."""
    return zip(answers, map(type, answers.values()), answers.values(), strict=True)
