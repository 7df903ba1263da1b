"""Visits as columns: for each item a code per visit, for each touchpoint what was felt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Checklist, Complaint, EpisodeStep, Item, Reason, Skip, SkipState, Visit
from cemaudit.model.answers import AnswerValue, Choice, Nps, Quantity, Scale, YesNo
from cemaudit.scoring.items import item_applies

__all__ = [
    "NO_FEELING",
    "STATES",
    "AnswerColumn",
    "ScorableVisit",
    "VisitColumns",
    "columns_of",
    "columns_of_content",
    "empty_columns",
    "fixed_levels",
]  # fmt: skip

Codes = NDArray[Any]

STATES = (
    Reason.NOT_APPLICABLE,
    Reason.NOT_OBSERVED,
    Reason.DECLINED,
    Reason.UNANSWERED,
    Reason.NOT_RELEVANT,
)
"""Why there is no answer: state number ``n`` is written as the code ``-1 - n``."""

NO_FEELING = -128
"""The code of a feeling nobody noted."""

_SOME_MOMENT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""When expectations were noted and the visit began: of a row it is known only that the one was not after the other."""

_SKIPPED = {state: -1 - number for number, state in enumerate(SkipState)}
_UNANSWERED, _NOT_RELEVANT = -4, -5


@dataclass(frozen=True)
class AnswerColumn:
    """The answers to one item.

    ``codes``: a whole number per visit: the place of the answer in ``levels``, or a negative number for a state. Where
    any number may be answered there are no levels: the code is 0 and the answer stands in ``numbers`` (float64).
    """

    codes: Codes
    levels: tuple[AnswerValue, ...] = ()
    numbers: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class VisitColumns:
    """Many visits of one checklist; each array has one entry per visit.

    ``emotions`` (-3..3) and ``expectations`` (1..7) are small whole numbers, ``NO_FEELING`` where there is none, and
    so are ``perceived`` and ``expected``, the expectations that were noted before the visit began, both only of
    touchpoints that ask what was perceived. ``claims`` and ``blames`` are counted; a touchpoint may be absent.
    ``steps`` holds places in the checklist's steps, -1 for none. ``kept`` are the visits, by row, that columns cannot
    hold; they are scored from what they are.
    """

    checklist: Checklist
    rows: int
    items: Mapping[str, AnswerColumn]
    emotions: Mapping[str, Codes] = field(default_factory=dict)
    expectations: Mapping[str, Codes] = field(default_factory=dict)
    expected: Mapping[str, Codes] = field(default_factory=dict)
    perceived: Mapping[str, Codes] = field(default_factory=dict)
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
        expected = _felt(self.expected, row)
        # Made of what was validated before, and only what scores look at is filled in.
        return Visit.model_construct(
            id=f"row-{row}",
            checklist=self.checklist.ref,
            store="-",
            answers={name: self._answer(name, code, row) for name, code in codes.items() if code >= 0},
            skipped={name: skipped[code] for name, code in codes.items() if code in skipped},
            emotions=_felt(self.emotions, row),
            expectations={**_felt(self.expectations, row), **expected},
            expected=_SOME_MOMENT if expected else None,
            started=_SOME_MOMENT if expected else None,
            perceived=_felt(self.perceived, row),
            claims=_complaints(self.claims, row),
            blames=_complaints(self.blames, row),
            episode=EpisodeStep(id="-", step=self.checklist.steps[step].id) if step >= 0 else None,
        )

    def _answer(self, name: str, code: int, row: int) -> AnswerValue:
        column = self.items[name]
        return column.levels[code] if column.numbers is None else _as_answer(float(column.numbers[row]))


class ScorableVisit(Protocol):
    """What columns take of a visit."""

    @property
    def answers(self) -> Mapping[str, AnswerValue]: ...
    @property
    def skipped(self) -> Mapping[str, Skip]: ...
    @property
    def emotions(self) -> Mapping[str, int]: ...
    @property
    def expectations(self) -> Mapping[str, int]: ...
    @property
    def expected_before(self) -> Mapping[str, int]: ...
    @property
    def perceived(self) -> Mapping[str, int]: ...
    @property
    def claims(self) -> Sequence[Complaint]: ...
    @property
    def blames(self) -> Sequence[Complaint]: ...
    @property
    def step(self) -> str | None: ...


def columns_of(visits: Iterable[Visit], checklist: Checklist) -> VisitColumns:
    """The columns of visits, in their order."""
    everyone = list(visits)
    return columns_of_content(everyone, checklist, everyone.__getitem__)


def columns_of_content(
    noted: Sequence[ScorableVisit], checklist: Checklist, read_visit: Callable[[int], Visit]
) -> VisitColumns:
    """The columns of what was noted in visits; ``read_visit`` gives the visit of a row that columns cannot hold."""
    places = {step.id: number for number, step in enumerate(checklist.steps)}
    strange = {row for row, visit in enumerate(noted) if visit.step and visit.step not in places}
    touchpoints = list(checklist.touchpoint)
    compared = [touchpoint.id for touchpoint in checklist.touchpoints if touchpoint.perceived]
    reading = _ColumnBuilder(noted, checklist, strange)
    return VisitColumns(
        checklist=checklist,
        rows=len(noted),
        items={name: reading.column(item) for name, item in checklist.items.items()},
        emotions=_feelings([visit.emotions for visit in noted], touchpoints),
        expectations=_feelings([visit.expectations for visit in noted], touchpoints),
        expected=_feelings([visit.expected_before for visit in noted], compared),
        perceived=_feelings([visit.perceived for visit in noted], compared),
        claims=_counts([visit.claims for visit in noted], touchpoints),
        blames=_counts([visit.blames for visit in noted], touchpoints),
        steps=np.array([places.get(visit.step or "", -1) for visit in noted], np.int8),
        kept={row: read_visit(row) for row in sorted(strange)},
    )


def empty_columns(checklist: Checklist) -> VisitColumns:
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


class _ColumnBuilder:
    """Visits being turned into columns; rows that do not fit go to ``strange``."""

    def __init__(self, noted: Sequence[ScorableVisit], checklist: Checklist, strange: set[int]) -> None:
        self.checklist, self.strange = checklist, strange
        self.answers = [visit.answers for visit in noted]
        self.steps = [visit.step for visit in noted]
        self.skips: dict[str, list[tuple[int, int]]] = {}
        for row, visit in enumerate(noted):
            for name, skip in visit.skipped.items():
                self.skips.setdefault(name, []).append((row, _SKIPPED[skip.state]))

    def column(self, item: Item) -> AnswerColumn:
        """The column of an item."""
        name = item.id
        item_answers = [answers.get(name) for answers in self.answers]
        if isinstance(item.answer, Quantity):
            numbers = np.array([0.0 if answer is None else _as_float(answer) for answer in item_answers], np.float64)
            codes = [_UNANSWERED if answer is None else 0 for answer in item_answers]
            # Numbers with more digits than a float holds: their visits are kept whole and scored exactly.
            self._mark_unanswered(codes, np.flatnonzero(np.isnan(numbers)).tolist())
            numbers = np.nan_to_num(numbers)
            return AnswerColumn(_narrow(self._left_out(item, codes, numbers), 1), (), numbers)
        levels = fixed_levels(item)
        # Where answers are too many to list, those that were given are the levels, in the order they came.
        if levels is None:
            levels = tuple(dict.fromkeys(answer for answer in item_answers if answer is not None))
        places: dict[AnswerValue | None, int | None] = {level: number for number, level in enumerate(levels)}
        places[None] = _UNANSWERED
        level_codes = [places.get(answer) for answer in item_answers]
        if None in level_codes:
            self._mark_unanswered(level_codes, [row for row, code in enumerate(level_codes) if code is None])
        return AnswerColumn(_narrow(self._left_out(item, level_codes), len(levels)), levels)

    def _mark_unanswered(self, codes: list[Any], rows: Iterable[int]) -> None:
        """Rows whose answers the column cannot hold count as unanswered there."""
        for row in rows:
            self.strange.add(row)
            codes[row] = _UNANSWERED

    def _left_out(self, item: Item, codes: list[Any], numbers: NDArray[np.float64] | None = None) -> list[int]:
        """The codes, with the states of items skipped or not arising."""
        for row, state in self.skips.get(item.id, ()):
            if codes[row] == _UNANSWERED and item.id not in self.answers[row]:
                codes[row] = state
        for row in self._not_arising(item):
            if item.id in self.answers[row]:
                # Answered although it does not arise: the exact evaluator decides what that means.
                self._mark_unanswered(codes, [row])
                if numbers is not None:
                    numbers[row] = 0.0
            else:
                codes[row] = _NOT_RELEVANT
        return codes

    def _not_arising(self, item: Item) -> list[int]:
        """The rows in which the item does not arise; alike ones are looked at once."""
        own_steps = self.checklist.touchpoint_of[item.id].steps
        if item.when is None and not (own_steps and any(self.steps)):
            return []
        names = list(dict.fromkeys(item.when.names())) if item.when else []
        memo: dict[tuple[Any, ...], bool] = {}
        rows = []
        for row, (answers, step) in enumerate(zip(self.answers, self.steps, strict=True)):
            deciding = (step, *[answers.get(name) for name in names])
            if deciding not in memo:
                memo[deciding] = item_applies(item, own_steps, answers, step)
            if not memo[deciding]:
                rows.append(row)
        return rows


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


def _feelings(felt: Sequence[Mapping[str, int]], touchpoints: Sequence[str]) -> dict[str, Codes]:
    return {name: np.array([feelings.get(name, NO_FEELING) for feelings in felt], np.int8) for name in touchpoints}


def _felt(columns: Mapping[str, Codes], row: int) -> dict[str, int]:
    return {name: int(codes[row]) for name, codes in columns.items() if codes[row] != NO_FEELING}


def _counts(complaints: Sequence[Sequence[Complaint]], touchpoints: Sequence[str]) -> dict[str, Codes]:
    counts = {name: np.zeros(len(complaints), np.int32) for name in touchpoints}
    for row, complaints_of_visit in enumerate(complaints):
        for complaint in complaints_of_visit:
            if complaint.touchpoint in counts:
                counts[complaint.touchpoint][row] += 1
    return counts


def _complaints(columns: Mapping[str, Codes], row: int) -> tuple[Complaint, ...]:
    return tuple(
        Complaint(touchpoint=name, text="-") for name, counts in columns.items() for _ in range(int(counts[row]))
    )
