"""Visits as columns: for each item a code per visit, for each touchpoint what was felt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Checklist, Complaint, EpisodeStep, Item, Reason, Skip, SkipState, Visit
from cemaudit.model.answers import AnswerValue, Choice, Nps, Quantity, Scale, YesNo
from cemaudit.scoring.items import is_relevant

__all__ = ["NOT_FELT", "STATES", "Column", "Columns", "columns_of", "empty_columns", "fixed_levels"]

Codes = NDArray[Any]

STATES = (
    Reason.NOT_APPLICABLE,
    Reason.NOT_OBSERVED,
    Reason.DECLINED,
    Reason.UNANSWERED,
    Reason.NOT_RELEVANT,
)
"""Why there is no answer: state number ``n`` is written as the code ``-1 - n``."""

NOT_FELT = -128
"""The code of a feeling nobody noted."""

_SKIPPED = {state: -1 - number for number, state in enumerate(SkipState)}
_UNANSWERED, _NOT_RELEVANT = -4, -5


@dataclass(frozen=True)
class Column:
    """The answers to one item.

    ``codes``: a whole number per visit: the place of the answer in ``levels``, or a negative number for a state. Where
    any number may be answered there are no levels: the code is 0 and the answer stands in ``numbers`` (float64).
    """

    codes: Codes
    levels: tuple[AnswerValue, ...] = ()
    numbers: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Columns:
    """Many visits of one checklist; each array has one entry per visit.

    ``emotions`` (-3..3) and ``expectations`` (1..7) are small whole numbers with ``NOT_FELT`` where there is none,
    ``claims`` and ``blames`` are counted; a touchpoint may be absent. ``steps`` holds places in the checklist's steps,
    -1 for none. ``kept`` are the visits, by row, that columns cannot hold; they are scored from what they are.
    """

    checklist: Checklist
    rows: int
    items: Mapping[str, Column]
    emotions: Mapping[str, Codes] = field(default_factory=dict)
    expectations: Mapping[str, Codes] = field(default_factory=dict)
    claims: Mapping[str, Codes] = field(default_factory=dict)
    blames: Mapping[str, Codes] = field(default_factory=dict)
    steps: Codes | None = None
    kept: Mapping[int, Visit] = field(default_factory=dict)

    def visit(self, row: int) -> Visit:
        """The visit of a row, as far as scores are concerned."""
        if row in self.kept:
            return self.kept[row]
        codes = {name: int(column.codes[row]) for name, column in self.items.items()}
        skipped = {code: Skip(state=state) for state, code in _SKIPPED.items()}
        step = -1 if self.steps is None else int(self.steps[row])
        return Visit.model_construct(
            id=f"row-{row}",
            checklist=self.checklist.ref,
            store="-",
            answers={name: self._answer(name, code, row) for name, code in codes.items() if code >= 0},
            skipped={name: skipped[code] for name, code in codes.items() if code in skipped},
            emotions=_felt(self.emotions, row),
            expectations=_felt(self.expectations, row),
            claims=_complaints(self.claims, row),
            blames=_complaints(self.blames, row),
            episode=EpisodeStep(id="-", step=self.checklist.steps[step].id) if step >= 0 else None,
        )

    def _answer(self, name: str, code: int, row: int) -> AnswerValue:
        column = self.items[name]
        return column.levels[code] if column.numbers is None else _as_answer(float(column.numbers[row]))


def columns_of(visits: Iterable[Visit], checklist: Checklist) -> Columns:
    """The columns of visits, in their order."""
    everyone = list(visits)
    places = {step.id: number for number, step in enumerate(checklist.steps)}
    kept = {row: visit for row, visit in enumerate(everyone) if visit.step and visit.step not in places}
    touchpoints = list(checklist.touchpoint)
    return Columns(
        checklist=checklist,
        rows=len(everyone),
        items={name: _column(item, everyone, checklist, kept) for name, item in checklist.items.items()},
        emotions={name: _feelings([visit.emotions.get(name) for visit in everyone]) for name in touchpoints},
        expectations={name: _feelings([visit.expectations.get(name) for visit in everyone]) for name in touchpoints},
        claims={name: _counts([visit.claims for visit in everyone], name) for name in touchpoints},
        blames={name: _counts([visit.blames for visit in everyone], name) for name in touchpoints},
        steps=np.array([places.get(visit.step or "", -1) for visit in everyone], np.int8),
        kept=kept,
    )


def empty_columns(checklist: Checklist) -> Columns:
    """Columns of no visits."""
    return columns_of((), checklist)


def fixed_levels(item: Item) -> tuple[AnswerValue, ...] | None:
    """All answers an item can have, in their order; ``None`` where they are too many to list."""
    match item.answer:
        case YesNo():
            return (False, True)
        case Choice(options=options):
            return tuple(option.id for option in options)
        case Scale(lowest=lowest, highest=highest):
            return tuple(range(lowest, highest + 1))
        case Nps():
            return tuple(range(11))
    return None


def _column(item: Item, visits: list[Visit], checklist: Checklist, kept: dict[int, Visit]) -> Column:
    levels = fixed_levels(item)
    if isinstance(item.answer, Quantity):
        return _numbers(item, visits, checklist, kept)
    places = {level: number for number, level in enumerate(levels or ())}
    codes = []
    for row, visit in enumerate(visits):
        code = _state(item, visit, checklist)
        if code is None:
            answer = visit.answers[item.id]
            code = places.get(answer) if levels else places.setdefault(answer, len(places))
        if code is None or (code == _NOT_RELEVANT and item.id in visit.answers):
            kept[row] = visit
            code = _UNANSWERED
        codes.append(code)
    return Column(_narrow(codes, len(places)), tuple(places) if levels is None else levels)


def _numbers(item: Item, visits: list[Visit], checklist: Checklist, kept: dict[int, Visit]) -> Column:
    codes, numbers = [], []
    for row, visit in enumerate(visits):
        code, number = _state(item, visit, checklist), 0.0
        if code is None:
            code, number = 0, _as_float(visit.answers[item.id])
        if number != number or (code == _NOT_RELEVANT and item.id in visit.answers):  # noqa: PLR0124 (NaN)
            kept[row] = visit
            code, number = _UNANSWERED, 0.0
        codes.append(code)
        numbers.append(number)
    return Column(_narrow(codes, 1), (), np.array(numbers, np.float64))


def _state(item: Item, visit: Visit, checklist: Checklist) -> int | None:
    if not is_relevant(item, visit, checklist):
        return _NOT_RELEVANT
    if item.id in visit.answers:
        return None
    return _SKIPPED[visit.skipped[item.id].state] if item.id in visit.skipped else _UNANSWERED


def _narrow(codes: list[int], levels: int) -> Codes:
    kind = np.int8 if levels <= 127 else np.int16 if levels <= 32767 else np.int32
    return np.array(codes, kind)


def _as_float(answer: AnswerValue) -> float:
    """The float that stands for the answer and nothing else; NaN where there is none."""
    if isinstance(answer, bool) or not isinstance(answer, int | Decimal):
        return np.nan
    number = float(answer)
    return number if abs(number) < 2**53 and _as_answer(number) == answer else np.nan


def _as_answer(number: float) -> int | Decimal:
    return int(number) if number.is_integer() else Decimal(repr(number))


def _feelings(felt: list[int | None]) -> Codes:
    return np.array([NOT_FELT if one is None else one for one in felt], np.int8)


def _felt(columns: Mapping[str, Codes], row: int) -> dict[str, int]:
    return {name: int(codes[row]) for name, codes in columns.items() if codes[row] != NOT_FELT}


def _counts(complaints: list[tuple[Complaint, ...]], touchpoint: str) -> Codes:
    return np.array([sum(one.touchpoint == touchpoint for one in each) for each in complaints], np.int32)


def _complaints(columns: Mapping[str, Codes], row: int) -> tuple[Complaint, ...]:
    return tuple(
        Complaint(touchpoint=name, text="-") for name, counts in columns.items() for _ in range(int(counts[row]))
    )
