"""Where drivers are low, in the middle and high: the thirds of the range they were seen in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cemaudit.compare.drivers.frame import FRAME, OUTCOME
from cemaudit.ledger.query.reading import Local

__all__ = ["CORNERS", "Corner", "corners", "make_corners"]

CORNERS = "driver_corners"
"""The table of visits with a column for each driver being low and being high."""


class Corner(NamedTuple):
    """How many visits there are in which a driver is low, in the middle, and high."""

    low: int
    middle: int
    high: int


def corners(reading: Local, names: Sequence[str]) -> dict[str, Corner]:
    """The corners of columns of the frame."""
    limits = _limits(reading, names)
    tests = [test for name in names for test in (*_tests(name, *limits[name]), f"{name} is not null")]
    counts = [f"count(case when {test} then 1 end)" for test in tests]
    (row,) = reading.ask(f"select {', '.join(counts)} from {FRAME}")
    found = {}
    for at, name in enumerate(names):
        low, high, known = map(int, row[3 * at : 3 * at + 3])
        found[name] = Corner(low, known - low - high, high)
    return found


def make_corners(reading: Local, names: Sequence[str]) -> list[str]:
    """Fill the table ``CORNERS``; the names of its columns: for each driver whether it is low, whether high."""
    limits = _limits(reading, names)
    columns = [
        f"case when {name} is null then null when {test} then 100 else 0 end as {kind}_{name}"
        for name in names
        for kind, test in zip(("low", "high"), _tests(name, *limits[name]), strict=True)
    ]
    heads = f"store, shopper, version, {OUTCOME}"
    reading.ask(f"create or replace temp table {CORNERS} as select {', '.join([heads, *columns])} from {FRAME}")
    return [f"{kind}_{name}" for name in names for kind in ("low", "high")]


def _limits(reading: Local, names: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    asked = ", ".join(f"coalesce(min({name}), 0), coalesce(max({name}), 0)" for name in names)
    (row,) = reading.ask(f"select {asked} from {FRAME}")
    return {name: (int(row[2 * at]), int(row[2 * at + 1])) for at, name in enumerate(names)}


def _tests(name: str, least: int, most: int) -> tuple[str, str]:
    """Whether it is in the lowest third of its range, and whether in the highest."""
    return f"3 * ({name} - {least}) < {most - least}", f"3 * ({most} - {name}) < {most - least}"
