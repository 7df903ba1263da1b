"""The columns of answers, of visits' heads and of what is noted beside answers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from cemaudit.ledger.snapshot.circumstances import VisitCircumstances, read_circumstances
from cemaudit.ledger.snapshot.claim_states import NotedClaim, read_claim_states
from cemaudit.ledger.snapshot.names import TOO_LARGE, ColumnNames, code_of
from cemaudit.ledger.snapshot.parquet import (
    NULL,
    SnapshotColumn,
    coded_column,
    date_column,
    integer_column,
    text_column,
)
from cemaudit.ledger.snapshot.skipped_feelings import read_skipped_feelings
from cemaudit.model import Checklist, Complaint, Item, Skip, SkipState
from cemaudit.model.answers import AnswerValue, Choice, Choices, Date, Quantity, Scale, TextAnswer, Time, YesNo
from cemaudit.model.measures import Rounding
from cemaudit.model.visit import is_before
from cemaudit.scoring.kernel import AnswerColumn, VisitColumns
from cemaudit.scoring.rounding import round_exactly

__all__ = [
    "QUANTITY_UNIT",
    "VISIT_COLUMNS",
    "LedgerRow",
    "RecordedVisit",
    "VisitSetting",
    "answer_fields",
    "fails_sql",
    "points_units",
    "read_recorded_visit",
    "visit_identity_columns",
    "visit_setting_columns",
]

_SKIPS = {state.value: Skip(state=state) for state in SkipState}
_LARGEST_WHOLE = 10**15


class VisitSetting(NamedTuple):
    """On which occasion it was."""

    step: str | None
    scenario: str | None
    origin: str


class RecordedVisit(NamedTuple):
    """What columns take of a visit; the words of claims and blames are left out."""

    answers: Mapping[str, AnswerValue]
    skipped: Mapping[str, Skip]
    emotions: Mapping[str, int]
    expectations: Mapping[str, int]
    expected_before: Mapping[str, int]
    perceived: Mapping[str, int]
    claims: tuple[Complaint, ...]
    blames: tuple[Complaint, ...]
    setting: VisitSetting
    circumstances: VisitCircumstances
    claim_states: tuple[NotedClaim, ...]
    skipped_feelings: Mapping[str, int]

    @property
    def step(self) -> str | None:
        """Return the step of the episode, where there is one."""
        return self.setting.step


def read_recorded_visit(line: bytes) -> RecordedVisit:
    """Return what the canonical line of a visit says."""
    # As plain JSON: the visit was checked when it came in, and as records many visits take much room.
    document: dict[str, Any] = from_json(line)
    episode = document.get("episode")
    return RecordedVisit(
        _answers(document.get("answers", {})),
        {name: _SKIPS[skip["state"]] for name, skip in document.get("skipped", {}).items()},
        document.get("emotions", {}),
        document.get("expectations", {}),
        _expected_before(document),
        document.get("perceived", {}),
        _complaints(document.get("claims", ())),
        _complaints(document.get("blames", ())),
        VisitSetting(episode["step"] if episode else None, document.get("scenario"), document.get("origin", "shopper")),
        read_circumstances(document),
        read_claim_states(document),
        read_skipped_feelings(document),
    )


def _expected_before(document: Mapping[str, Any]) -> Mapping[str, int]:
    """What ``Visit.expected_before`` says of a visit's line."""
    expected, started, *days = (document.get(name) for name in ("expected", "started", "date", "until"))
    if expected is None:
        return {}
    moments = (dt.datetime.fromisoformat(expected), started and dt.datetime.fromisoformat(started))
    expectations: Mapping[str, int] = document.get("expectations", {})
    return expectations if is_before(*moments, *(day and dt.date.fromisoformat(day) for day in days)) else {}


def _answers(document: dict[str, Any]) -> dict[str, AnswerValue]:
    """The answers as the model has them: decimals exact, several options as a tuple."""
    for name, value in document.items():
        if isinstance(value, float):
            number = Decimal(repr(value))  # the shortest decimal of the float, as it was written
            is_whole = number == number.to_integral_value() and abs(number) < _LARGEST_WHOLE
            document[name] = int(number) if is_whole else number
        elif isinstance(value, list):
            document[name] = tuple(value)
    return document


def _complaints(complaints: Any) -> tuple[Complaint, ...]:
    return tuple(_complaint(complaint["touchpoint"]) for complaint in complaints)


@lru_cache(maxsize=10_000)
def _complaint(touchpoint: str) -> Complaint:
    return Complaint(touchpoint=touchpoint, text="-")


VISIT_COLUMNS = ("number", "store", "wave", "day", "month", "step", "scenario", "origin")
"""The columns of every table of visits. ``month`` is the day's, written ``2026-11``."""

_MONTH = len("2026-11")


class LedgerRow(NamedTuple):
    """A row of the ledger; ``document`` is the visit's line, packed; ``scheme`` the place of its scheme in the job."""

    number: int
    id: str
    revision: int
    store: str
    shopper: str | None
    wave: str | None
    day: str | None
    document: bytes
    scheme: int = 0


def visit_setting_columns(rows: Sequence[LedgerRow], settings: Sequence[VisitSetting]) -> Iterator[SnapshotColumn]:
    """Yield the columns of ``VISIT_COLUMNS``."""
    yield integer_column("number", np.array([row.number for row in rows], np.int64))
    yield text_column("store", [row.store for row in rows])
    yield text_column("wave", [row.wave for row in rows])
    yield date_column("day", [row.day for row in rows])
    yield text_column("month", [row.day and row.day[:_MONTH] for row in rows])
    yield text_column("step", [setting.step for setting in settings])
    yield text_column("scenario", [setting.scenario for setting in settings])
    yield text_column("origin", [setting.origin for setting in settings])


def visit_identity_columns(rows: Sequence[LedgerRow]) -> Iterator[SnapshotColumn]:
    """Yield what the table of answers says beyond that."""
    yield text_column("visit", [row.id for row in rows])
    yield integer_column("revision", np.array([row.revision for row in rows], np.int64), "integer")
    yield text_column("shopper", [row.shopper for row in rows])


QUANTITY_UNIT = 1000
"""What points are counted in where an item earns the number answered; the rest is rounded, halves up."""

_UNSURE = 0.01
_LARGE = 2.0**40


def points_units(checklist: Checklist) -> dict[str, int]:
    """Return what each item's points are counted in: 1 for whole points, 2 for halves.

    Items without points are left out.
    """
    units = {}
    for name, item in checklist.items.items():
        if isinstance(item.answer, Quantity) and item.answer.table == "value":
            units[name] = QUANTITY_UNIT
        elif item.possible is not None or item.answer.possible is not None:
            units[name] = math.lcm(*(points.denominator for points in _possible_points(item)))
    return units


def fails_sql(item: Item, points: str, unit: int) -> str:
    """Return the SQL of whether the item fails, by the column ``points``, in parts of a point, ``unit`` to one."""
    return f"{points} <= {item.failing.most_failing_parts(unit)}"


def answer_fields(columns: VisitColumns) -> Iterator[SnapshotColumn]:
    """Yield the columns of all items, then of all touchpoints."""
    names, units = ColumnNames(columns.checklist), points_units(columns.checklist)
    for name, item in columns.checklist.items.items():
        column, states = columns.items[name], _states(name, columns)
        value = _value(item, column, names.item("answer", name))
        if value is not None:
            yield value
        if name in units:
            points = _points(item, column, units[name])
            yield integer_column(names.item("points", name), np.where(column.codes < 0, NULL, points))
        yield integer_column(names.item("state", name), states, "tinyint")
    for touchpoint in columns.checklist.touchpoint:
        for kind, felt in (("emotion", columns.emotions), ("expectation", columns.expectations)):
            yield integer_column(names.touchpoint(kind, touchpoint), felt[touchpoint], "tinyint")
        if columns.checklist.touchpoint[touchpoint].perceived:
            for kind, felt in (("expected", columns.expected), ("perceived", columns.perceived)):
                yield integer_column(names.touchpoint(kind, touchpoint), felt[touchpoint], "tinyint")
        for kind, counts in (("claims", columns.claims), ("blames", columns.blames)):
            yield integer_column(names.touchpoint(kind, touchpoint), counts[touchpoint], "integer")


def _value(item: Item, column: AnswerColumn, name: str) -> SnapshotColumn | None:
    """What was answered; nothing for words, which may be about people."""
    match item.answer:
        case TextAnswer():
            return None
        case Choices() | Time():
            return text_column(name, _levels(column))
        case Date():
            return date_column(name, _levels(column))
        case _:
            return _coded(item, column, name)


def _coded(item: Item, column: AnswerColumn, name: str) -> SnapshotColumn:
    """What was answered, where the codes or the numbers say it."""
    codes = column.codes
    match item.answer:
        case YesNo():
            return SnapshotColumn(name, codes, "case when {0} >= 0 then {0} = 1 end")
        case Choice():
            return coded_column(name, codes, [str(level) for level in column.levels])
        case Scale(lowest=lowest):
            return integer_column(name, np.where(codes < 0, NULL, codes.astype(np.int64) + lowest), "integer")
        case _ if column.numbers is not None:
            return SnapshotColumn(name, np.where(codes < 0, np.nan, column.numbers), "nullif({}, 'nan'::double)")
        case _:
            return integer_column(name, np.where(codes < 0, NULL, codes.astype(np.int64)), "integer")


def _levels(column: AnswerColumn) -> list[str | None]:
    """The text of each row's answer; of several options, joined by commas."""
    listed = [",".join(level) if isinstance(level, tuple) else str(level) for level in column.levels]
    return [None if code < 0 else listed[code] for code in column.codes.tolist()]


def _points(item: Item, column: AnswerColumn, unit: int) -> NDArray[np.int64]:
    """What each row's answer is worth, in parts of a point; of no meaning where there is none."""
    if column.numbers is not None and isinstance(item.answer, Quantity):
        return _points_of_numbers(item.answer, column.numbers, unit)
    table = [item.answer.points(level) for level in column.levels]
    worth = [NULL if points is None else int(points * unit) for points in table]
    # Whatever the reason, a missing answer takes the last place, where there is nothing.
    return np.take(np.array([*worth, NULL], np.int64), np.maximum(column.codes, -1))


def _points_of_numbers(answer: Quantity, numbers: NDArray[np.float64], unit: int) -> NDArray[np.int64]:
    if not isinstance(answer.table, tuple):
        return _to_units(numbers, unit) if answer.table == "value" else np.full(len(numbers), NULL)
    rows = np.zeros(len(numbers), np.int64)
    for edge in (row.up_to for row in answer.table if row.up_to is not None):
        at = float(edge)  # an answer is the shortest decimal its float stands for, an edge need not be
        rows += numbers >= at if Fraction(repr(at)) > edge else numbers > at
    return np.take(np.array([int(row.points * unit) for row in answer.table], np.int64), rows)


def _to_units(numbers: NDArray[np.float64], unit: int) -> NDArray[np.int64]:
    """Numbers in parts, ``unit`` to one, to the nearest; where a float may not tell, from the decimal it stands for."""
    size, signs = np.abs(numbers), np.sign(numbers).astype(np.int64)
    whole_part = np.floor(size)
    fractions = (size - whole_part) * unit
    units = whole_part.astype(np.int64) * unit + np.floor(fractions + 0.5).astype(np.int64)
    # A float near a half may lie on its other side, and a large one has no digits left behind the point.
    unsure = np.maximum(_UNSURE, np.spacing(size) * unit)
    near_a_half = np.abs(fractions - np.floor(fractions) - 0.5) < unsure
    for row in np.flatnonzero((fractions != 0) & (near_a_half | (size > _LARGE))).tolist():
        units[row] = round_exactly(Fraction(repr(float(size[row]))) * unit, Rounding())
    return units * signs


def _possible_points(item: Item) -> list[Fraction]:
    """All that answers can be worth."""
    match item.answer:
        case YesNo(yes=yes, no=no):
            return [yes, no]
        case Choice(options=options) | Choices(options=options):
            return [option.points for option in options if option.points is not None]
        case Scale(level_points=level_points) if level_points is not None:
            return list(level_points)
        case Quantity(table=table) if isinstance(table, tuple):
            return [row.points for row in table]
        case _:
            return [Fraction(1)]


def _states(name: str, columns: VisitColumns) -> NDArray[np.int8]:
    """Why there is no answer, as codes."""
    codes = columns.items[name].codes
    states = np.where(codes < 0, -codes, np.iinfo(np.int8).min).astype(np.int8)
    for row, visit in columns.kept.items():
        if name in visit.answers and codes[row] < 0:
            states[row] = code_of(TOO_LARGE)
    return states
