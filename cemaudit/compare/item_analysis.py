"""Item analysis: which items tell visits apart, which never do, and which changed their meaning."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from scipy import stats

from cemaudit.compare.errors import NotEstimable, require_visits
from cemaudit.compare.intervals import Interval, wilson_interval
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.errors import Sayable
from cemaudit.language import message
from cemaudit.ledger.query.keys import of_scores_only, refuse_keys
from cemaudit.ledger.query.measured import facets_of_item
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked, is_asked
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import conditions_of
from cemaudit.ledger.snapshot.answer_columns import fails_sql, points_units
from cemaudit.ledger.snapshot.names import ColumnNames, code_of, quoted
from cemaudit.model import Checklist, Reason

__all__ = [
    "SHARE_UNITS",
    "ItemAdvice",
    "ItemCounts",
    "ItemStatistics",
    "count_items",
    "item_statistics",
    "upper_limit_of_share",
]

SHARE_UNITS = 10_000
"""Shares of points are counted in such parts of the whole."""


class ItemCounts(NamedTuple):
    """Of one item. The share x of its points and the share r of those of the visit's other items, in ``SHARE_UNITS``.

    ``n`` visits with points, their ``total``, ``total_squares``, ``fails`` and ``full`` marks; ``with_rest`` visits in
    which other items have points, too, and the sums of x, x², r, r², xr there. ``shoppers`` with enough answers, and
    those whose answers are all worth the same (``alike``).
    """

    item: str
    title: Sayable
    asked: int
    answered: int
    not_applicable: int
    n: int = 0
    total: int = 0
    total_squares: int = 0
    fails: int = 0
    full: int = 0
    with_rest: int = 0
    sum: int = 0
    squares: int = 0
    rest_sum: int = 0
    rest_squares: int = 0
    products: int = 0
    shoppers: int = 0
    alike: int = 0

    @property
    def mean(self) -> float | None:
        """The mean share of points, 0 to 1; ``None`` without points."""
        return self.total / (self.n * SHARE_UNITS) if self.n else None

    @property
    def variance(self) -> float:
        """The variance of the share of points; 0 of fewer than two."""
        if self.n < 2:
            return 0.0
        return (self.n * self.total_squares - self.total**2) / (self.n * (self.n - 1) * SHARE_UNITS**2)


def count_items(reading: Reading, ref: str, question: LedgerQuery, least: int) -> Iterator[ItemCounts]:
    """The counts of the items asked about; ``least``: answers of a shopper that are looked at."""
    refuse_keys((), question.which.conditions, of_scores_only)
    checklist = reading.checklist(ref)
    table = _ItemSql(checklist)
    where, values = conditions_of(question.in_sql)
    reading.view("visits", reading.answers(ref).parts)
    source = f"visits left join stores on stores.store = visits.store where {' and '.join(where)}"
    for name in checklist.items:
        if is_asked(question, facets_of_item(checklist, name)):
            (row,) = reading.ask(table.asked(name, source), values)
            numbers = list(map(int, (count or 0 for count in row)))
            if table.has_points(name):
                (shopper_counts,) = reading.ask(table.by_shopper(name, source, least), values)
                numbers += map(int, (count or 0 for count in shopper_counts))
            yield ItemCounts(name, checklist.items[name].ask, *numbers)


class _ItemSql:
    """The SQL of a checklist's items over the table ``visits`` of answers."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist, self.names = checklist, ColumnNames(checklist)
        self.units = points_units(checklist)

    def has_points(self, name: str) -> bool:
        """Whether the item earns points of some."""
        return bool(self.checklist.items[name].possible) and name in self.units

    def asked(self, name: str, source: str) -> str:
        """Visits in which it was asked, answers, not applicable; with points the rest, too."""
        state = self._column("state", name)
        if not self.has_points(name):
            return f"select {_COUNT_COLUMNS} from (select {state} as state from {source})"
        columns = {"state": state, "x": self._share(name), "fails": self._fails_sql(name), "r": self._rest_score(name)}
        listed = "select " + ", ".join(f"{sql} as {column}" for column, sql in columns.items())
        sums = "count(x), sum(x), sum(x * x)"
        sums += f", count(case when fails then 1 end), count(case when x >= {SHARE_UNITS} then 1 end)"
        both = ", ".join(f"sum(case when r is not null then {expression} end)" for expression in ("x", "x * x"))
        rest = ", ".join(
            f"sum(case when x is not null then {expression} end)" for expression in ("r", "r * r", "x * r")
        )
        return f"select {_COUNT_COLUMNS}, {sums}, count(x + r), {both}, {rest} from ({listed} from {source})"

    def by_shopper(self, name: str, source: str, least: int) -> str:
        """Shoppers with enough answers, and those whose answers are all worth the same."""
        points = self._column("points", name)
        by_shopper_sql = f"select count({points}) as n, min({points}) = max({points}) as alike from {source} "
        by_shopper_sql += "and visits.shopper is not null group by visits.shopper"
        return f"select count(*), count(case when alike then 1 end) from ({by_shopper_sql}) where n >= {least}"

    def _column(self, kind: str, name: str) -> str:
        return f"visits.{quoted(self.names.item(kind, name))}"

    def _share(self, name: str) -> str:
        return f"cast(round({SHARE_UNITS} * {self._earned(name)} / {self._possible(name)!r}) as bigint)"

    def _earned(self, name: str) -> str:
        """Points, as a number."""
        return f"({self._column('points', name)} / {float(self.units[name])!r})"

    def _possible(self, name: str) -> float:
        return float(self.checklist.items[name].possible or 0)

    def _fails_sql(self, name: str) -> str:
        return fails_sql(self.checklist.items[name], self._column("points", name), self.units[name])

    def _rest_score(self, name: str) -> str:
        """The share of points of the other items, weighted as they are possible."""
        others = [other for other in self.checklist.items if other != name and self.has_points(other)]
        if not others:
            return "cast(null as bigint)"
        earned = " + ".join(f"coalesce({self._earned(other)}, 0)" for other in others)
        possible = " + ".join(
            f"case when {self._column('points', other)} is null then 0 else {self._possible(other)!r} end"
            for other in others
        )
        return f"cast(round({SHARE_UNITS} * ({earned}) / nullif({possible}, 0)) as bigint)"


_NOT_ASKED = f"{code_of(Reason.NOT_RELEVANT.value)}, {code_of(Reason.NOT_ASKED.value)}"

_COUNT_COLUMNS = (
    f"count(case when state is null or state not in ({_NOT_ASKED}) then 1 end), count(*) - count(state), "
    f"count(case when state = {code_of(Reason.NOT_APPLICABLE.value)} then 1 end)"
)

LEAST = 30
"""Below so many answers nothing is said of an item."""

DEAD_BELOW = 0.01
"""An item is dead where less than full marks (or more than a fail) are surely rarer than this."""

_CONFIDENCE = 0.95
SELDOM_BELOW = 0.5

ALIKE = 0.5
"""From this share of shoppers on who always answer alike."""

DRIFTED = 3.0
"""Standard errors between two versions."""

DIFFERS = -0.1


class ItemAdvice(StrEnum):
    """What to do about an item."""

    FEW = "too-few"
    ALWAYS = "always-met"
    MUST_KEEP = "must-keep"
    NEVER = "never-met"
    DRIFT = "drifted"
    CONTRARY = "contrary"
    UNCALIBRATED = "uncalibrated"
    SELDOM = "seldom-applies"
    FINE = ""


class ItemStatistics(NamedTuple):
    """An item of a version of the checklist; shares from 0 to 1.

    Visits in which it was ``asked``, and ``answered``; ``na``: the share not applicable. ``points``: the mean share of
    points, ``None`` without points; ``met``: the share of full marks, with its interval ``met_in``. ``rest``: the
    correlation with the share of points of all other items of the visit. ``alike``: the share of shoppers with at
    least 5 answers who always gave the same. ``drift``: standard errors by which ``points`` lies above the version
    before.
    """

    checklist: str
    item: str
    title: Sayable
    asked: int
    answered: int
    na: float
    points: float | None
    met: float | None
    met_in: Interval | None
    rest: float | None
    alike: float | None
    drift: float | None
    advice: ItemAdvice


def item_statistics(
    reading: Reading, question: LedgerQuery, rules: ComparisonRules = DEFAULT_RULES
) -> list[ItemStatistics]:
    """All items asked about, version by version in their order; ``BadInput`` where there are none such.

    ``NotEstimable`` where no visits are. Scores are not looked at, and so neither is the scheme.
    """
    require_visits(reading)
    rows: list[ItemStatistics] = []
    before: dict[str, ItemCounts] = {}
    for ref in _by_version(checklists_asked(reading, question, one=False)):
        items = reading.checklist(ref).items
        for counts in count_items(reading, ref, question, rules.least_person):
            key = f"{ref.partition('@')[0]}/{counts.item}"
            row = _statistics_of(ref, counts, before.get(key), rules)
            # A duty that everybody meets says nothing of the stores, and must be asked all the same.
            if row.advice is ItemAdvice.ALWAYS and items[counts.item].mandatory:
                row = row._replace(advice=ItemAdvice.MUST_KEEP)
            rows.append(row)
            before[key] = counts
    if not any(one.asked for one in rows):
        raise NotEstimable(message("No visits meet the conditions."), "nothing")
    return rows


def _by_version(refs: Iterable[str]) -> list[str]:
    def order(ref: str) -> tuple[str, list[int]]:
        name, _, version = ref.partition("@")
        return name, [int(component) for component in version.split(".")]

    return sorted(refs, key=order)


def _statistics_of(ref: str, counts: ItemCounts, before: ItemCounts | None, rules: ComparisonRules) -> ItemStatistics:
    drift = None if before is None else _drift(before, counts)
    rest, alike = _correlation(counts), _share_answering_alike(counts, rules)
    return ItemStatistics(
        ref,
        counts.item,
        counts.title,
        counts.asked,
        counts.answered,
        counts.not_applicable / counts.asked if counts.asked else 0.0,
        counts.mean,
        counts.full / counts.n if counts.n else None,
        wilson_interval(counts.full, counts.n, rules.level) if counts.n else None,
        rest,
        alike,
        drift,
        _advice(counts, rest, alike, drift),
    )


def _advice(counts: ItemCounts, rest: float | None, alike: float | None, drift: float | None) -> ItemAdvice:
    """The gravest first."""
    n = counts.n if counts.mean is not None else counts.answered
    seldom = counts.asked >= LEAST and counts.not_applicable > SELDOM_BELOW * counts.asked
    checks: Sequence[tuple[bool, ItemAdvice]] = (
        (n < LEAST and seldom, ItemAdvice.SELDOM),
        (n < LEAST, ItemAdvice.FEW),
        (counts.mean is not None and upper_limit_of_share(n - counts.full, n) < DEAD_BELOW, ItemAdvice.ALWAYS),
        (counts.mean is not None and upper_limit_of_share(n - counts.fails, n) < DEAD_BELOW, ItemAdvice.NEVER),
        (drift is not None and abs(drift) > DRIFTED, ItemAdvice.DRIFT),
        (rest is not None and rest < DIFFERS, ItemAdvice.CONTRARY),
        (alike is not None and alike > ALIKE, ItemAdvice.UNCALIBRATED),
        (seldom, ItemAdvice.SELDOM),
    )
    return next((advice for holds, advice in checks if holds), ItemAdvice.FINE)


def upper_limit_of_share(events: int, n: int) -> float:
    """The upper 95 % limit of a share, by Poisson; of no event in n the rule of three, 3/n. 1 where n is 0."""
    return float(stats.chi2.ppf(_CONFIDENCE, 2 * (events + 1)) / 2 / n) if n else 1.0


def _correlation(counts: ItemCounts) -> float | None:
    """Of an item with the rest; ``None`` where one of them does not differ, or there are too few."""
    n = counts.with_rest
    xx = n * counts.squares - counts.sum**2
    rr = n * counts.rest_squares - counts.rest_sum**2
    if n < LEAST or xx <= 0 or rr <= 0:
        return None
    return (n * counts.products - counts.sum * counts.rest_sum) / math.sqrt(xx * rr)


def _share_answering_alike(counts: ItemCounts, rules: ComparisonRules) -> float | None:
    """``None`` below so many shoppers as one of them must have answers."""
    return counts.alike / counts.shoppers if counts.shoppers >= rules.least_person else None


def _drift(before: ItemCounts, after: ItemCounts) -> float | None:
    """Welch's z of two means; ``None`` where they say too little."""
    if min(before.n, after.n) < LEAST or before.mean is None or after.mean is None:
        return None
    error = math.sqrt(before.variance / before.n + after.variance / after.n)
    return (after.mean - before.mean) / error if error > 0 else None
