"""Episodes of a snapshot: each by itself, or grouped by store, wave and other keys, with the share of drop-outs.

The share of drop-outs among n episodes of which d missed a planned visit is d / n, with Wilson's interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cemaudit.compare.intervals import wilson_interval
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.query.keys import Condition, known_key, month_key
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import Filter, counted, sums
from cemaudit.ledger.query.tally import Tally
from cemaudit.ledger.query.views import ViewResult
from cemaudit.ledger.snapshot.folder import EPISODES

__all__ = ["EPISODE_KEYS", "episode_view", "view_episodes"]

EPISODE_KEYS = (
    "store", "episode", "wave", "day", "month", "quarter", "year", "scenario", "origin", "checklist", "scheme",
    "region", "format", "brand", "owner", "pool",
)  # fmt: skip
"""What episodes can be grouped by, and told apart with ``--where``."""

ONE_BY_ONE = ("store", "episode")
_COUNTS = (
    *sums("score", 3),
    *(f"cast(coalesce(sum(visits.{name}), 0) as bigint)" for name in ("visits", "planned", "kept", "missing")),
    "count(visits.planned)",
    *(f"count(*) filter (where visits.{name} > 0)" for name in ("missing", "items_fell", "feelings_fell")),
)

Row = dict[str, Any]


def episode_view(reading: Reading, question: LedgerQuery) -> ViewResult:
    """Return the episodes of a question in groups, one by one where it names no keys.

    ``BadInput`` where the snapshot was made before it held episodes, or where a key is none of theirs.
    """
    keys = question.by or ONE_BY_ONE
    for key in keys:
        known_key(key, EPISODE_KEYS)
    statement = counted(keys, _COUNTS, view_episodes(reading, question.which))
    rows = reading.ask(statement.text, statement.values)
    return ViewResult(keys, list(_grouped(keys, rows)))


def view_episodes(reading: Reading, which: Filter) -> Filter:
    """Let ``visits`` be the table of episodes; return the filter that chooses among them.

    ``BadInput`` where the snapshot was made before it held episodes, or where a condition is on no key of theirs.
    """
    for condition in which.conditions:
        known_key(condition.key, EPISODE_KEYS)
    parts = reading.manifest.files(EPISODES)
    if not parts:
        hint = message("not known; make the snapshot again with 'cemaudit snapshot'")
        raise BadInput(Problem(message("this snapshot holds no episodes"), "", hint))
    reading.view("visits", parts)
    return which._replace(conditions=tuple(_conditions(reading, which.conditions)))


def _conditions(reading: Reading, conditions: Iterable[Condition]) -> Iterator[Condition]:
    """The conditions; a checklist's id stands for all its versions."""
    for condition in conditions:
        values = condition.values
        if condition.key == "checklist":
            values = tuple(ref for ref in reading.refs if ref in values or ref.partition("@")[0] in values)
        yield Condition(condition.key, values or condition.values)


def _grouped(keys: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Row]:
    """The rows by their keys; quarters and years are put together from months."""
    groups: dict[tuple[str | None, ...], list[int]] = {}
    for row in rows:
        values = [None if value is None else str(value) for value in row[: len(keys)]]
        group = tuple(month_key(key, value) for key, value in zip(keys, values, strict=True))
        numbers = list(map(int, row[len(keys) :]))
        before = groups.get(group, [0] * len(numbers))
        groups[group] = [old + new for old, new in zip(before, numbers, strict=True)]
    for group in sorted(groups, key=lambda values: [(value is None, value or "") for value in values]):
        if groups[group][0]:
            yield dict(zip(keys, group, strict=True)) | _row(groups[group])


def _row(numbers: Sequence[int]) -> Row:
    episodes, scored, total, squares, visits, planned, kept, missing, plans, dropped, items, feelings = numbers
    scores = Tally(scored, total, squares)
    interval = wilson_interval(dropped, episodes)
    return {
        "episodes": episodes,
        "scored": scored,
        "mean": scores.mean(),
        "deviation": scores.deviation(),
        "visits": visits,
        "planned": planned if plans else None,
        "kept": kept,
        "missing": missing,
        "dropped_out": dropped,
        "drop_out_share": dropped / episodes,
        "drop_out_low": interval.low,
        "drop_out_high": interval.high,
        "items_fell": items,
        "feelings_fell": feelings,
    }
