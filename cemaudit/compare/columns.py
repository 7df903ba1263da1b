"""Visits in plain columns: from a dict of lists, a data frame or an Arrow table to a visit table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.results import ComparedData, circumstances_note, unknown_shoppers_note
from cemaudit.compare.score_scale import POINT_UNITS, ScoreScale
from cemaudit.compare.visit_table import (
    NO_DAY,
    STORE_KEYS,
    CodedKey,
    Columns,
    Factor,
    TablePart,
    Version,
    VisitTable,
    factors_of_stores,
    nameless_order,
    new_places,
)
from cemaudit.errors import BadInput, Problem
from cemaudit.language import Message, message

__all__ = ["ColumnSource", "ColumnVisitTable", "number_column", "table_of_columns", "text_column"]

VERSION_COLUMNS = ("scenario", "checklist", "scheme")
"""Visits that differ in one of these are of different versions; versions are ordered by them in turn."""

MOST_LEVELS = 100
"""A circumstance of more values cannot be adjusted for."""

LARGEST = 1e9
"""Scores beyond it are no points."""


class ColumnSource(Protocol):
    """Anything whose columns numpy can read: ``visits["store"]`` gives one value a visit."""

    def __getitem__(self, name: str, /) -> Any:
        """Return the column of that name; ``KeyError`` where there is none."""


def text_column(
    visits: ColumnSource, name: str, length: int | None = None, *, optional: bool = False
) -> list[str | None]:
    """Return a column of names; ``None`` where nothing is known (``None``, NaN, empty).

    ``optional``: nothing is known of any where there is no such column. ``BadInput`` where there is none else, where it
    is not of ``length``, or where something in it is no name.
    """
    if optional and not _has(visits, name):
        return [None] * (length or 0)
    return [_text(value, name, row) for row, value in enumerate(_column(visits, name, length).tolist(), 1)]


def number_column(visits: ColumnSource, name: str, length: int | None = None) -> NDArray[np.float64]:
    """Return a column of numbers, NaN where nothing is known.

    ``BadInput`` where there is no such column, it is not of ``length``, or something in it is no finite number.
    """
    values = _column(visits, name, length)
    if values.dtype.kind in "fiu":
        numbers = values.astype(np.float64)
    else:
        numbers = np.array([_number(value, name, row) for row, value in enumerate(values.tolist(), 1)], np.float64)
    beyond = np.flatnonzero(np.abs(numbers) > LARGEST)
    if len(beyond):
        raise BadInput(_not_a_number(float(numbers[beyond[0]]), name, int(beyond[0]) + 1))
    return numbers


def _column(visits: ColumnSource, name: str, length: int | None) -> NDArray[Any]:
    try:
        column = visits[name]
    except Exception as error:  # each library has an exception of its own for this
        raise BadInput(Problem(message("there is no column {name}", name=name))) from error
    values: NDArray[Any]
    if isinstance(column, list | tuple):
        # Value by value: numpy would make text of everything beside a single text, and numbers of true and false.
        values = np.empty(len(column), object)
        values[:] = column
    elif isinstance(column, np.ma.MaskedArray):
        values = np.ma.getdata(column).astype(object)
        values[np.ma.getmaskarray(column)] = None
    else:
        values = np.asarray(column)
    if values.ndim != 1:
        raise BadInput(Problem(message("expected one value a visit, found {n} dimensions", n=values.ndim), name))
    if length is not None and len(values) != length:
        text = message("expected {expected} values, found {found}", expected=length, found=len(values))
        raise BadInput(Problem(text, name, message("all columns have a value for each visit")))
    return values


def _is_missing(value: object) -> bool:
    """Return whether a value says that nothing is known: ``None``, or NaN, NaT, NA of whatever library."""
    if value is None:
        return True
    # Comparing asks no library by name: pandas and polars need not be installed to be read.
    unlike_itself = value != value  # noqa: PLR0124 (that is what NaN and NaT are)
    return unlike_itself is True or type(unlike_itself).__name__ == "NAType"


def _text(value: object, name: str, row: int) -> str | None:
    if _is_missing(value) or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # whole numbers are floats as soon as one of a column is missing
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    text = message("expected a name or a whole number, found {found}", found=repr(value))
    raise BadInput(Problem(text, _cell(name, row)))


def _number(value: object, name: str, row: int) -> float:
    if _is_missing(value):
        return float("nan")
    if isinstance(value, int | float | Decimal | Fraction | np.number) and not isinstance(value, bool):
        return float(value)
    raise BadInput(_not_a_number(value, name, row))


def _not_a_number(value: object, name: str, row: int) -> Problem:
    return Problem(message("expected a number, found {found}", found=repr(value)), _cell(name, row))


def _cell(name: str, row: int) -> str:
    return str(message("{column}, row {row}", column=name, row=row))


def _has(visits: ColumnSource, name: str) -> bool:
    try:
        visits[name]
    except Exception:  # noqa: BLE001 (each library has an exception of its own for this)
        return False
    return True


def _day_column(visits: ColumnSource, name: str, length: int) -> NDArray[np.int32]:
    """Return days counted from the first of 1970, ``NO_DAY`` where one is not known."""
    values = _column(visits, name, length)
    if values.dtype.kind != "M":
        dates = [_date(value, name, row) for row, value in enumerate(values.tolist(), 1)]
        values = np.array(dates, "datetime64[D]")
    days = values.astype("datetime64[D]")
    return np.where(np.isnat(days), NO_DAY, days.astype(np.int64)).astype(np.int32)


def _date(value: object, name: str, row: int) -> dt.date | None:
    if _is_missing(value) or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        text = message("expected a date such as 2026-11-20, found {found}", found=repr(value))
        raise BadInput(Problem(text, _cell(name, row))) from error


def table_of_columns(  # noqa: PLR0913
    visits: ColumnSource,
    *,
    score: str = "score",
    by: str = "store",
    pool: str | None = None,
    better: Literal["higher", "lower"] = "higher",
    needs: Sequence[str] = (),
    adjust_for: Sequence[str] = (),
) -> ColumnVisitTable:
    """Return the table of visits in columns.

    ``store`` and ``score`` (points; NaN: left out) must be there; ``shopper``, ``wave``, ``day`` (dates), ``scenario``,
    ``checklist``, ``scheme``, and of the store ``pool``, ``region``, ``format``, ``brand``, ``owner`` may be;
    ``needs``: which of them must, too.
    ``by``: what is compared, the stores or one of what is said of them; ``pool``: which of these is the pool that
    shoppers work in (``None``: ``pool``, else ``region``, where they are there; empty: none). ``better``: which scores
    are. ``adjust_for``: columns of the visits' circumstances, as ``weekday``, that scores are adjusted for.

    ``BadInput`` where a column is missing or cannot be read; ``NotEstimable`` where no visit has a score.
    """
    stores = text_column(visits, "store")
    count = len(stores)
    points = number_column(visits, score, count)
    scored = ~np.isnan(points)
    texts = {
        name: text_column(visits, name, count, optional=name not in needs)
        for name in ("shopper", "wave", *VERSION_COLUMNS, *STORE_KEYS)
    }
    circumstances = {name: text_column(visits, name, count) for name in dict.fromkeys(adjust_for)}
    has_days = "day" in needs or _has(visits, "day")
    day = _day_column(visits, "day", count) if has_days else np.full(count, NO_DAY, np.int32)
    if None in stores:
        text = message("expected a store, found nothing")
        raise BadInput(Problem(text, _cell("store", stores.index(None) + 1)))
    kept = scored if "day" not in needs else scored & (day != NO_DAY)
    visit_rows = np.flatnonzero(kept).tolist()
    if not visit_rows:
        raise NotEstimable(message("none of these visits has a score to compare"), "none")
    keys = {
        name: _key([values[row] for row in visit_rows], unknown_last=name != "shopper")
        for name, values in (("store", stores), ("shopper", texts["shopper"]), ("wave", texts["wave"]))
    }
    for name, values in circumstances.items():
        _refuse_many_levels(name, [values[row] for row in visit_rows])
    said = [texts[name] for name in VERSION_COLUMNS] + list(circumstances.values())
    versions, version = _versions([tuple(values[row] for values in said) for row in visit_rows], tuple(circumstances))
    rows: Columns = {name: codes for name, (_, codes) in keys.items()}
    rows["version"], rows["day"] = version, day[kept]
    # Whole parts of points, as a snapshot has them: their sums are exact in any order, so both give the same bits.
    rows["raw"] = np.rint(points[kept] * 100).astype(np.int64)
    rows["score"] = np.rint(points[kept] * POINT_UNITS).astype(np.int64)
    store_factors, unit_factor = _store_factors(stores, texts, keys["store"][0].levels, by, pool)
    table = ColumnVisitTable(
        facts=_facts(score, better, rows, versions, tuple(circumstances), left_out=count - len(visit_rows)),
        keys={name: key for name, (key, _) in keys.items()},
        versions=versions,
        store_factors=store_factors,
        unit_factor=unit_factor,
        acted=False,
        columns=rows,
        names=_names(visits, stores),
    )
    return table.with_shoppers(nameless_order(table))


def _refuse_many_levels(name: str, values: Sequence[str | None]) -> None:
    levels = len(set(values) - {None})
    if levels > MOST_LEVELS:
        text = message("{key} has {count} values, too many to adjust for", key=name, count=levels)
        raise BadInput(Problem(text, name, message("at most {most}", most=MOST_LEVELS)))


def _versions(
    values: Sequence[tuple[str | None, ...]], circumstances: Sequence[str]
) -> tuple[tuple[Version, ...], NDArray[np.int32]]:
    """Return the versions there are, and the code of each visit's among them; of each visit its scenario, checklist,
    scheme and the values of ``circumstances``.

    They go by scenario (what is not known first), then by the checklist and scheme that come first, then by the
    circumstances: the order in which a snapshot, too, meets its files, and which the last digits of sums depend on.
    """
    first_row = {version[1:3]: row for row, version in reversed(list(enumerate(values)))}

    def place(version: tuple[str | None, ...]) -> tuple[object, ...]:
        scenario, *settings = ((value is not None, value or "") for value in (version[0], *version[3:]))
        return (scenario, first_row[version[1:3]], *settings)

    distinct = sorted(set(values), key=place)
    code_of = {version: code for code, version in enumerate(distinct)}
    versions = tuple(
        Version(
            checklist or "",
            scheme or "",
            scenario,
            acted=False,
            circumstances=tuple(zip(circumstances, settings, strict=True)),
        )
        for scenario, checklist, scheme, *settings in distinct
    )
    return versions, np.array([code_of[version] for version in values], np.int32)


def _key(values: Sequence[str | None], *, unknown_last: bool) -> tuple[CodedKey, NDArray[np.int32]]:
    """Return the levels of a column, and each visit's code among them; what is not known is the last level, or -1."""
    levels: list[str | None] = [*sorted({value for value in values if value is not None})]
    code_of: dict[str | None, int] = {level: code for code, level in enumerate(levels)}
    code_of[None] = -1
    if unknown_last and None in values:
        code_of[None] = len(levels)
        levels.append(None)
    codes = np.array([code_of[value] for value in values], np.int32)
    return CodedKey(tuple(levels), np.arange(-1, len(levels), dtype=np.int32)), codes


def _store_factors(
    stores: Sequence[str | None],
    texts: Mapping[str, Sequence[str | None]],
    levels: Sequence[str | None],
    by: str,
    pool: str | None,
) -> tuple[tuple[Factor, ...], Factor | None]:
    """Return the pool, and what is compared, as factors of the stores."""
    for name in (by, pool or by):
        if name not in {"store", *STORE_KEYS}:
            hint = message("known here: {names}", names=", ".join(("store", *STORE_KEYS)))
            raise BadInput(Problem(message("nothing to compare by: {key}", key=name), hint=hint))
    values = {name: _value_by_store(stores, texts[name], name) for name in STORE_KEYS}
    return factors_of_stores({key: [values[key].get(store) for store in levels] for key in STORE_KEYS}, by, pool)


def _value_by_store(
    stores: Sequence[str | None], values: Sequence[str | None], name: str
) -> dict[str | None, str | None]:
    """Return the value of each store; ``BadInput`` where two visits of a store have different ones."""
    value_of: dict[str | None, str | None] = {}
    for row, (store, value) in enumerate(zip(stores, values, strict=True), 1):
        if value is not None and value_of.setdefault(store, value) != value:
            text = message("expected {what}, found {value}", what=value_of[store], value=value)
            hint = message("all visits of a store say the same of it")
            raise BadInput(Problem(text, _cell(name, row), hint))
    return value_of


def _names(visits: ColumnSource, stores: Sequence[str | None]) -> dict[str | None, str]:
    """Return what stores are called, by id, where there is a column ``name``."""
    names = _value_by_store(stores, text_column(visits, "name", len(stores), optional=True), "name")
    return {store: name for store, name in names.items() if name is not None}


def _facts(  # noqa: PLR0913
    score: str,
    better: Literal["higher", "lower"],
    rows: Columns,
    versions: Sequence[Version],
    adjusted_for: tuple[str, ...],
    *,
    left_out: int,
) -> ComparedData:
    visits, strangers = len(rows["score"]), int((rows["shopper"] < 0).sum())
    notes: list[Message] = []
    if 0 < strangers < visits:
        notes.append(unknown_shoppers_note(strangers))
    notes += circumstances_note(adjusted_for, ())
    return ComparedData(
        measure=score,
        value=None,
        title=None,
        unit="points",
        better=better,
        checklists=tuple(dict.fromkeys(version.checklist for version in versions if version.checklist)),
        schemes=tuple(dict.fromkeys(version.scheme for version in versions if version.scheme)),
        visits=visits,
        unknown_shopper_visits=strangers,
        left_out={"no-score": left_out} if left_out else {},
        scale=ScoreScale(),
        adjusted=False,
        notes=tuple(notes),
        adjusted_for=adjusted_for,
    )


@dataclass(frozen=True)
class ColumnVisitTable(VisitTable):
    """A table whose visits are in ``columns`` in memory: places among the levels of ``keys``, and whole numbers.

    ``names``: what stores are called, by id.
    """

    columns: Columns
    names: Mapping[str | None, str]

    def rows(self) -> Columns:
        return dict(self.columns)

    def groups(self, *by: str, shift: int = 0, part: TablePart | None = None) -> Columns:
        columns = dict(self.columns)
        if part is not None:
            columns["part"] = part.of_store[columns["store"]]
            columns["later"] = (columns["day"] >= max(part.since or NO_DAY, NO_DAY + 1)).astype(np.int32)
        if "shopper" in by:
            has_shopper = columns["shopper"] >= 0
            columns = {name: column[has_shopper] for name, column in columns.items()}
        keys = np.column_stack([columns[name] for name in by])
        levels, group = np.unique(keys, axis=0, return_inverse=True)
        grouped: Columns = {name: levels[:, index] for index, name in enumerate(by)}
        grouped["n"] = np.bincount(group, minlength=len(levels))
        # Not bincount with weights, which would add up floats.
        for name, values in (("total", columns["score"] - shift), ("raw", columns["raw"])):
            grouped[name] = np.zeros(len(levels), np.int64)
            np.add.at(grouped[name], group, values)
        return grouped

    def with_shoppers(self, order: NDArray[np.intp]) -> ColumnVisitTable:
        levels = tuple(self.keys["shopper"].levels[index] for index in order.tolist())
        keys = {**self.keys, "shopper": self.keys["shopper"]._replace(levels=levels)}
        return replace(self, keys=keys, columns={**self.columns, "shopper": new_places(order)[self.columns["shopper"]]})

    def score_sum(self) -> int:
        return int(self.columns["score"].sum())

    def square_sum(self, shift: int) -> int:
        # In Python's integers: squares of angles would leave 64 bits.
        return sum(deviation * deviation for deviation in (self.columns["score"] - shift).tolist())

    def median_days(self) -> Columns:
        waves = np.unique(self.columns["wave"])
        days = [np.sort(self.columns["day"][self.columns["wave"] == wave]) for wave in waves]
        # The lower of two middle days, as DuckDB's quantile_disc has it: a day on which there was a visit.
        return {"wave": waves, "day": np.array([day[(len(day) - 1) // 2] for day in days])}
