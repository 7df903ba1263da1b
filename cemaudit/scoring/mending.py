"""Mending: visits on columns as they would score if some touchpoints had been fully met.

In a mended touchpoint every answer that was given and earns points is the best one its item has. Nothing is invented:
what did not apply, was not observed or was left open stays so; an answer without points (nothing was bought) stays, and
so does whether one would recommend, which nobody at a touchpoint can decide. Where conditions name a mended item they
are asked anew: answers that no longer arise leave, and what arises now counts as not observed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Checklist, Item, Reason, Scheme
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.answers import AnswerValue, Choices, Nps, Quantity
from cemaudit.scoring.items import item_applies
from cemaudit.scoring.kernel import AnswerColumn, VisitColumns
from cemaudit.scoring.kernel.columns import NO_FEELING, STATES, fixed_levels
from cemaudit.scoring.plan import Plan, make_plan
from cemaudit.scoring.whatif.levers import representative_answers

__all__ = ["Mending", "best_answer", "plan_of_columns"]

Codes = NDArray[Any]
_NOT_RELEVANT = -1 - STATES.index(Reason.NOT_RELEVANT)
_NOT_OBSERVED = -1 - STATES.index(Reason.NOT_OBSERVED)


def best_answer(item: Item, better: int = 1) -> AnswerValue | None:
    """Return the answer that earns most, or least where ``better`` is -1; ``None`` where no answer is the best."""
    answer = item.answer
    if isinstance(answer, Nps) or (isinstance(answer, Choices) and answer.possible is None):
        return None
    if isinstance(answer, Choices):
        return tuple(option.id for option in answer.options if better * (option.points or 0) > 0)
    if isinstance(answer, Quantity) and answer.table == "value" and not answer.one_of:
        # Without an end there is always a better number.
        end = answer.max if better > 0 else answer.min
        return None if end is None else _as_number(end)
    options, _ = representative_answers(answer)
    if isinstance(answer, Quantity):
        # As columns hold them: 7/3 as a float lies beyond 7/3, in another row of the table.
        held = [_as_answer(float(str(option))) for option in options]
        options = [number for number in held if answer.problem(number) is None]
    worth = [(points, option) for option in options if (points := answer.points(option)) is not None]
    return max(worth, key=lambda pair: better * pair[0])[1] if worth else None


def _as_number(number: Fraction) -> AnswerValue:
    return number.numerator if number.denominator == 1 else Decimal(number.numerator) / Decimal(number.denominator)


def plan_of_columns(
    checklist: Checklist, scheme: Scheme, measures: Collection[str], aggregators: Mapping[str, Aggregator] | None = None
) -> Plan:
    """Return the part of a plan that some measures need, for the columns of a ``Mending``.

    Their codes say what arises, so conditions and steps are left out; nobody asks for grades.
    """
    touchpoints = tuple(
        touchpoint.model_copy(
            update={"steps": (), "items": tuple(item.model_copy(update={"when": None}) for item in touchpoint.items)}
        )
        for touchpoint in checklist.touchpoints
    )
    fields = {name: getattr(checklist, name) for name in Checklist.model_fields}
    bare = Checklist.model_construct(**{**fields, "touchpoints": touchpoints})
    ungraded = scheme.model_copy(update={"bands": (), "downgrades": (), "consequences": ()})
    return make_plan(bare, ungraded, aggregators).part(measures)


class Mending:
    """Visits that touchpoints can be mended in.

    ``columns`` must hold all of their visits (``kept`` is empty). ``better``: 1 where more points are better, else -1.
    """

    def __init__(self, columns: VisitColumns, better: int = 1) -> None:
        self.columns, self.checklist = columns, columns.checklist
        self._better = better
        self._met: dict[str, AnswerColumn] = {}

    @cached_property
    def as_they_are(self) -> VisitColumns:
        """The visits with nothing mended."""
        return self.mend(())

    def mend(
        self, touchpoints: Collection[str], *, single_items: Collection[str] = (), feelings: bool = False
    ) -> VisitColumns:
        """Return the visits with these touchpoints mended, and ``single_items`` of others.

        With ``feelings`` nothing is felt worse than 0 at these touchpoints.
        """
        items = dict(self.columns.items)
        changed: set[str] = set()
        for name, item in self.checklist.items.items():
            column = items[name]
            if item.when and not changed.isdisjoint(item.when.names()):
                column = self._arising(item, items)
            if name in single_items or self.checklist.touchpoint_of[name].id in touchpoints:
                met = self._met_column(item)
                is_dropped = column.codes < 0
                column = (
                    met if column is items[name] else replace(met, codes=np.where(is_dropped, column.codes, met.codes))
                )
            if column is not items[name]:
                changed.add(name)
                items[name] = column
        emotions = dict(self.columns.emotions)
        for name in touchpoints if feelings else ():
            if name in emotions:
                felt = emotions[name]
                emotions[name] = np.where(felt == NO_FEELING, felt, np.maximum(felt, 0))
        settled = {name: _settle(items[name]) if name in changed else self._settled[name] for name in items}
        return replace(self.columns, items=settled, emotions=emotions)

    def differs(self, touchpoint: str, *, feelings: bool = False) -> NDArray[np.bool_]:
        """Return in which visits mending a touchpoint changes anything there."""
        mask = np.zeros(self.columns.rows, np.bool_)
        for item in self.checklist.touchpoint[touchpoint].items:
            mask |= self.item_differs(item.id)
        felt = self.columns.emotions.get(touchpoint)
        if feelings and felt is not None:
            mask |= (felt < 0) & (felt != NO_FEELING)
        return mask

    def item_differs(self, name: str) -> NDArray[np.bool_]:
        """Return in which visits the answer to an item is not the best one it has."""
        column, met = self.columns.items[name], self._met_column(self.checklist.items[name])
        mask: NDArray[np.bool_] = np.asarray(met.codes != column.codes, np.bool_)
        return mask if met.numbers is None else mask | (met.numbers != column.numbers)

    @cached_property
    def _settled(self) -> dict[str, AnswerColumn]:
        return {name: _settle(column) for name, column in self.columns.items.items()}

    def _met_column(self, item: Item) -> AnswerColumn:
        """The column of an item with its best answer wherever it has one; made once."""
        if item.id not in self._met:
            column, best = self.columns.items[item.id], best_answer(item, self._better)
            self._met[item.id] = column if best is None else self._improve(item, column, best)
        return self._met[item.id]

    def _improve(self, item: Item, column: AnswerColumn, best: AnswerValue) -> AnswerColumn:
        if column.numbers is not None:
            numbers, places = np.unique(column.numbers, return_inverse=True)
            worse = self._are_worse(item, [_as_answer(number) for number in numbers.tolist()], best)
            worse_rows = np.take(worse, places) & (column.codes >= 0)
            return replace(column, numbers=np.where(worse_rows, float(str(best)), column.numbers))
        if not column.levels:
            return column
        levels = column.levels if best in column.levels else (*column.levels, best)
        worse = self._are_worse(item, column.levels, best)
        table = np.where(worse, levels.index(best), np.arange(len(column.levels)))
        codes = np.where(column.codes < 0, column.codes, np.take(table, np.maximum(column.codes, 0)))
        return AnswerColumn(codes, levels)

    def _are_worse(self, item: Item, answers: Sequence[AnswerValue], best: AnswerValue) -> NDArray[np.bool_]:
        most = self._better * (item.answer.points(best) or 0)
        points = [item.answer.points(answer) for answer in answers]
        return np.array([worth is not None and self._better * worth < most for worth in points], np.bool_)

    def _arising(self, item: Item, items: Mapping[str, AnswerColumn]) -> AnswerColumn:
        """The column of an item whose condition is asked anew, of the answers as they are in ``items``."""
        assert item.when  # noqa: S101 (asked of items with a condition alone)
        names = list(dict.fromkeys(name for name in item.when.names() if name != "step"))
        # Words and days are in no column: there it stays as the shopper had it.
        if any(items[name].numbers is None and fixed_levels_of(self.checklist, name) is None for name in names):
            return items[item.id]
        situations, first_rows = _situations([items[name] for name in names], self.columns)
        own_steps = self.checklist.touchpoint_of[item.id].steps
        applies = [
            item_applies(item, own_steps, _answers_in(row, names, items), self._step_in(row))
            for row in first_rows.tolist()
        ]
        arises, codes = np.take(np.array(applies, np.bool_), situations), items[item.id].codes
        again = np.where(codes == _NOT_RELEVANT, _NOT_OBSERVED, codes)
        return replace(items[item.id], codes=np.where(arises, again, _NOT_RELEVANT))

    def _step_in(self, row: int) -> str | None:
        place = -1 if self.columns.steps is None else int(self.columns.steps[row])
        return None if place < 0 else self.checklist.steps[place].id


def fixed_levels_of(checklist: Checklist, name: str) -> Sequence[AnswerValue] | None:
    """Return the answers an item's codes stand for; several options may be any of them."""
    item = checklist.items[name]
    return () if isinstance(item.answer, Choices) else fixed_levels(item)


def _settle(column: AnswerColumn) -> AnswerColumn:
    """The column for a checklist without conditions: what does not arise counts as what nobody observed."""
    codes = column.codes
    return replace(column, codes=np.where(codes == _NOT_RELEVANT, _NOT_OBSERVED, codes).astype(codes.dtype))


def _situations(deciding: Sequence[AnswerColumn], columns: VisitColumns) -> tuple[Codes, Codes]:
    """Return, for each visit, the number of its combination of answers and step; and a row of each combination."""
    keys = [np.zeros(columns.rows, np.int8) if columns.steps is None else columns.steps]
    for column in deciding:
        keys += [column.codes] if column.numbers is None else [column.codes, column.numbers]
    combination = np.zeros(columns.rows, np.int64)
    first_rows = np.zeros(1, np.int64)
    for key in keys:
        _, places = np.unique(key, return_inverse=True)
        joint = combination * (int(places.max(initial=0)) + 1) + places
        _, first_rows, combination = np.unique(joint, return_index=True, return_inverse=True)
    return combination, first_rows


def _answers_in(row: int, names: Sequence[str], items: Mapping[str, AnswerColumn]) -> dict[str, AnswerValue]:
    answers: dict[str, AnswerValue] = {}
    for name in names:
        column = items[name]
        code = int(column.codes[row])
        if code >= 0:
            is_level = column.numbers is None
            answers[name] = column.levels[code] if is_level else _as_answer(float(column.numbers[row]))  # type: ignore[index]
    return answers


def _as_answer(number: float) -> AnswerValue:
    return int(number) if number.is_integer() else Decimal(repr(number))
