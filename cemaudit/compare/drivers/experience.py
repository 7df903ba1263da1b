"""Performance, emotion and what comes of them together: the mean of products is not the product of means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from cemaudit.compare.drivers.data import (
    LEAST_PAIR,
    OUTCOME,
    DriverProducts,
    bootstrap_weights,
    cross_products_by_store,
)
from cemaudit.compare.drivers.key_drivers import regression_slopes
from cemaudit.compare.intervals import Interval
from cemaudit.errors import Sayable
from cemaudit.ledger.query.measured import Facets, facets_of_touchpoint
from cemaudit.ledger.query.question import LedgerQuery, is_asked
from cemaudit.ledger.query.reading import Local, ScoreTable
from cemaudit.ledger.query.statement import Filter, conditions_of
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.model import Measure, Scheme
from cemaudit.scoring.aggregators import EXPERIENCE, experience

__all__ = [
    "ExperienceColumns",
    "ExperienceMeans",
    "Interaction",
    "experience_columns",
    "interaction",
    "interaction_in",
    "mean_columns",
    "mean_experiences",
]  # fmt: skip

LEVEL = 0.90


class ExperienceColumns(NamedTuple):
    """The columns (SQL) of performance, emotion and experience at one touchpoint, on a scale of 0 to ``scale``."""

    name: str
    performance: str
    emotion: str
    experience: str
    scale: float


class ExperienceMeans(NamedTuple):
    """Means over the visits in which all three are known, on the scheme's scale; ``name`` is empty for all together.

    ``together``: the mean experience less the experience of the means: what performance and emotion do by coming
    together in the same visits, which neither mean shows.
    """

    name: str
    visits: int
    performance: float
    emotion: float
    experience: float
    of_means: float
    title: Sayable = ""

    @property
    def together(self) -> float:
        """The covariance part."""
        return self.experience - self.of_means


class Interaction(NamedTuple):
    """Points of the outcome for P from 0 to 1, E from 0 to 1, and for both beyond their sum, with its interval."""

    performance: float
    emotion: float
    both: float
    interval: Interval

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.interval.low > 0 or self.interval.high < 0


def experience_columns(table: ScoreTable) -> list[ExperienceColumns]:
    """The performance, emotion and experience a scheme keeps; none where it has no measure ``experience``."""
    scheme = table.schemes[-1]
    columns = {(score.measure, score.key): f"visits.{quoted(score.score)}" for score in table.scores}
    return [
        ExperienceColumns(",".join(key), columns[p, key], columns[e, key], columns[measure.id, key], _scale(measure))
        for measure, p, e in _experiences(scheme)
        for name, key in columns
        if name == measure.id and (p, key) in columns and (e, key) in columns
    ]


def _experiences(scheme: Scheme) -> Iterator[tuple[Measure, str, str]]:
    for measure in scheme.measures:
        if measure.how == EXPERIENCE.name and len(measure.of) == 2 and measure.transform.is_idle:
            yield measure, *measure.of


def _scale(measure: Measure) -> float:
    return float(measure.options.get("scale", 1))


def mean_experiences(reading: Local, tables: Sequence[ScoreTable], visit_filter: Filter) -> list[ExperienceMeans]:
    """The means of each touchpoint, and last, under an empty name, of all their visits together."""
    totals: dict[str, tuple[float, list[int]]] = {}
    for table in tables:
        for triple, numbers in _totals(reading, table, visit_filter):
            before = totals.get(triple.name, (triple.scale, [0] * len(numbers)))[1]
            totals[triple.name] = (
                triple.scale,
                [total + number for total, number in zip(before, numbers, strict=True)],
            )
    titles = {name: touchpoint.title for table in tables for name, touchpoint in table.checklist.touchpoint.items()}
    felt = [
        _experience_means(name, scale, numbers)._replace(title=titles.get(name, name))
        for name, (scale, numbers) in totals.items()
        if numbers[0]
    ]
    if len(felt) > 1:
        felt.append(_experience_means("", max(scale for scale, _ in totals.values()), _add_totals(totals.values())))
    return felt


def _add_totals(totals: Iterable[tuple[float, list[int]]]) -> list[int]:
    return [sum(numbers) for numbers in zip(*(numbers for _, numbers in totals), strict=True)]


def _totals(reading: Local, table: ScoreTable, visit_filter: Filter) -> Iterator[tuple[ExperienceColumns, list[int]]]:
    """Of each touchpoint meant: visits, and the sums of P, E and S in hundredths."""
    question = LedgerQuery(which=visit_filter)
    columns = [triple for triple in experience_columns(table) if is_asked(question, _facets(table, triple))]
    if columns:
        where, values = conditions_of(question.in_sql)
        reading.view("visits", table.parts)
        expressions = [expression for triple in columns for expression in _sum_expressions(triple)]
        sql = f"select {', '.join(expressions)} from visits left join stores on stores.store = visits.store"
        (row,) = reading.ask(f"{sql} where {' and '.join(where)}", values)
        numbers = [int(number or 0) for number in row]
        yield from ((triple, numbers[4 * at : 4 * at + 4]) for at, triple in enumerate(columns))


def _facets(table: ScoreTable, triple: ExperienceColumns) -> Facets:
    touchpoint = table.checklist.touchpoint.get(triple.name)
    return facets_of_touchpoint(touchpoint) if touchpoint else {}


def _sum_expressions(triple: ExperienceColumns) -> Iterator[str]:
    columns = (triple.performance, triple.emotion, triple.experience)
    all_known_sql = " and ".join(f"{column} is not null" for column in columns)
    yield f"count(case when {all_known_sql} then 1 end)"
    yield from (f"sum(case when {all_known_sql} then cast({column} as bigint) end)" for column in columns)


def _experience_means(name: str, size: float, numbers: Sequence[int]) -> ExperienceMeans:
    visits, *totals = numbers
    p, e, s = (Fraction(total, 100 * visits) for total in totals)
    scale = Fraction(size)
    return ExperienceMeans(name, visits, float(p), float(e), float(s), float(scale * experience(p / scale, e / scale)))


def mean_columns(columns: Sequence[ExperienceColumns]) -> Mapping[str, str]:
    """For each visit its mean P and E over touchpoints that have both, and P·E: columns ``p``, ``e`` and ``pe``.

    In hundredths of a percent.
    """
    if not columns:
        return {}
    both = [f"({touchpoint.performance} is not null and {touchpoint.emotion} is not null)" for touchpoint in columns]
    count = " + ".join(f"cast({both_known} as integer)" for both_known in both)

    def mean(kind: str) -> str:
        parts = [(both_known, _part(touchpoint, kind)) for both_known, touchpoint in zip(both, columns, strict=True)]
        return f"(({_sum(parts)}) / nullif({count}, 0))"

    p, e = mean("performance"), mean("emotion")
    return {"p": _rounded(p), "e": _rounded(e), "pe": _rounded(f"{p} * {e}")}


def _part(triple: ExperienceColumns, kind: str) -> str:
    return f"{getattr(triple, kind)} / {100 * triple.scale!r}"


def _sum(terms: Sequence[tuple[str, str]]) -> str:
    return " + ".join(f"case when {known_terms} then {term} else 0 end" for known_terms, term in terms)


def _rounded(number: str) -> str:
    return f"cast(round(10000 * {number}) as bigint)"


def interaction(products: DriverProducts) -> Interaction:
    """The slopes of the outcome on P, E and P·E, by ``products`` of these four, P and E in percent of 1."""
    slopes = 100 * regression_slopes(products.covariances())
    samples = np.concatenate(
        [regression_slopes(products.covariances(block))[:, 2] for block in bootstrap_weights(products.stores)]
    )
    low, high = 100 * np.quantile(samples, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    p, e, both = map(float, slopes)
    return Interaction(p, e, both, Interval(float(low), float(high)))


def interaction_in(reading: Local, *, by_shopper: bool) -> Interaction | None:
    """The slopes in the visits of the frame, by the columns of ``mean_columns``; ``None`` where they say too little."""
    products = cross_products_by_store(reading, [OUTCOME, "p", "e", "pe"], by_shopper=by_shopper)
    says_enough = products.together.min() >= LEAST_PAIR and np.diagonal(products.covariances()).min() > 0
    return interaction(products) if says_enough else None
