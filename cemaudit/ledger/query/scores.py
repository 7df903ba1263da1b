"""Questions about scores: tallied, or as histograms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.query.measured import Facets, measured_scores
from cemaudit.ledger.query.question import (
    Group,
    Grouping,
    LedgerQuery,
    checklists_asked,
    is_asked,
    key_columns,
    seen_through,
)
from cemaudit.ledger.query.reading import Reading, ScoreTable
from cemaudit.ledger.query.statement import DEVIATION, SqlStatement, histogram, tallied
from cemaudit.ledger.query.tally import HUNDRED, Histogram, Tally
from cemaudit.ledger.snapshot.names import ScoreColumn
from cemaudit.model import Measure, Scheme
from cemaudit.scoring.lens_scores import lens_measure, touchpoint_weight

__all__ = [
    "Summed",
    "faceted_columns",
    "histograms",
    "is_better_lower",
    "measures_asked",
    "tables_asked",
    "tallies",
    "visits_counted",
]


class Summed(NamedTuple):
    """``visits`` and their scores; where several scores of a visit are taken together, each counts.

    ``weights``: those of the scores summed, and ``weighted``: the sum of the scores by their weights; seen through a
    lens, touchpoints weigh in a mean what they weigh in the headline.
    """

    visits: int = 0
    scores: Tally = Tally()
    weights: Fraction | None = None
    weighted: Fraction = Fraction(0)

    def and_also(self, other: Summed) -> Summed:
        """Both together."""
        scores = self.scores.and_also(other.scores)
        if self.weights is None or other.weights is None:
            return Summed(self.visits + other.visits, scores)
        weights, weighted = self.weights + other.weights, self.weighted + other.weighted
        return Summed(self.visits + other.visits, scores, weights, weighted)

    def beside(self, other: Summed) -> Summed:
        """Both together, where they are scores of the same visits."""
        return self.and_also(other)._replace(visits=max(self.visits, other.visits))

    def with_weight(self, weight: Fraction) -> Summed:
        """The same, each score of this weight."""
        return self._replace(weights=weight * self.scores.n, weighted=weight * self.scores.total)

    def mean(self) -> float | None:
        """The mean of the scores in points."""
        if self.weights is None:
            return self.scores.mean()
        return float(self.weighted / (self.weights * HUNDRED)) if self.weights else None


def tables_asked(reading: Reading, question: LedgerQuery) -> list[ScoreTable]:
    """The tables of scores a question is about."""
    refs = checklists_asked(reading, question, one=True)
    return [table for ref in refs for table in reading.scores(ref, question.scheme)]


def visits_counted(reading: Reading, question: LedgerQuery) -> dict[Group, int]:
    """How many visits there are in each group."""
    found: dict[Group, int] = defaultdict(int)
    for ref in checklists_asked(reading, question, one=False):
        for table in reading.scores(ref, question.scheme):
            rows = _rows(reading, table, question, tallied(question.visit_keys, (), question.in_sql))
            for groups in Grouping(question, ref, {}).of(key_columns(question, rows), len(rows)):
                for group, (*_, visits) in zip(groups, rows, strict=True):
                    found[group] += visits
    return found


def _rows(reading: Reading, table: ScoreTable, question: LedgerQuery, statement: SqlStatement) -> list[tuple[Any, ...]]:
    """The rows with visits: where nothing is grouped, SQL returns one without."""
    visits = len(question.visit_keys)
    return [row for row in reading.rows(table, statement) if row[visits]]


def tallies(reading: Reading, question: LedgerQuery, numbers: int = DEVIATION) -> dict[Group, Summed]:
    """The scores of each group, tallied as far as the first ``numbers`` of a tally go."""
    found: dict[Group, Summed] = {}
    for table, columns in _columns_asked(reading, question):
        asked = [column.score for column, _ in columns]
        rows = _rows(reading, table, question, tallied(question.visit_keys, asked, question.in_sql, numbers))
        if not rows:
            continue
        keys = key_columns(question, rows)
        visits, *sums = list(zip(*rows, strict=True))[len(keys) :]
        of_table: dict[Group, Summed] = {}
        for place, (column, facets) in enumerate(columns):
            each = map(Tally, *sums[place * numbers : (place + 1) * numbers])
            summed = list(map(Summed, visits, each))
            grouping = Grouping(question, table.checklist.ref, facets)
            if question.through_lens:
                weight = _weight(table, column, facets)
                for groups in grouping.of(keys, len(rows)):
                    _add(of_table, groups, [one.with_weight(weight) for one in summed], Summed.beside)
            else:
                for groups in grouping.of(keys, len(rows)):
                    _add(found, groups, summed)
        _add(found, of_table, of_table.values())
    return found


def _weight(table: ScoreTable, column: ScoreColumn, facets: Facets) -> Fraction:
    """What the touchpoint of a column weighs in the headline; 1 where the column is of none."""
    scheme = table.schemes[-1]
    touchpoint = table.checklist.touchpoint.get(next(iter(facets.get("touchpoint", ())), ""))
    if touchpoint is None or column.measure not in scheme.measure:
        return Fraction(1)
    return touchpoint_weight(scheme, scheme.measure[column.measure], touchpoint)


def _add(
    found: dict[Group, Summed],
    groups: Iterable[Group],
    summed: Iterable[Summed],
    together: Callable[[Summed, Summed], Summed] = Summed.and_also,
) -> None:
    for group, one in zip(groups, summed, strict=True):
        there = found.setdefault(group, one)
        if there is not one:
            found[group] = together(there, one)


def histograms(reading: Reading, question: LedgerQuery) -> dict[Group, Histogram]:
    """How often each score comes in each group."""
    found: dict[Group, Histogram] = defaultdict(Histogram)
    for table, columns in _columns_asked(reading, question):
        for column, facets in columns:
            rows = reading.rows(table, histogram(question.visit_keys, column.score, question.in_sql))
            keys = key_columns(question, rows)
            for groups in Grouping(question, table.checklist.ref, facets).of(keys, len(rows)):
                for group, (*_, count, number) in zip(groups, rows, strict=True):
                    found[group][number] += count
    return found


def measures_asked(reading: Reading, question: LedgerQuery) -> list[str]:
    """The measures a question is about."""
    return list(dict.fromkeys(score.measure for _, some in _columns_asked(reading, question) for score, _ in some))


def _columns_asked(
    reading: Reading, question: LedgerQuery
) -> Iterator[tuple[ScoreTable, list[tuple[ScoreColumn, Facets]]]]:
    """Each table with the columns asked about; ``BadInput`` where there are none in any."""
    tables = tables_asked(reading, question)
    known = [faceted_columns(table, question) for table in tables]
    chosen = []
    for table, columns in zip(tables, known, strict=True):
        measure = question.measure or (None if "measure" in question.by else _usual(question, table.schemes[-1]))
        wanted = [each for each in columns if measure in {None, each[0].measure} and is_asked(question, each[1])]
        chosen.append((table, wanted))
    if not any(columns for _, columns in chosen):
        raise BadInput(_nothing(question, [each for columns in known for each in columns]))
    return iter([each for each in chosen if each[1]])


def faceted_columns(table: ScoreTable, question: LedgerQuery) -> list[tuple[ScoreColumn, Facets]]:
    """The columns of a table with their facets, and the stages of the question's lenses they lie in."""
    columns = measured_scores(table.checklist, table.schemes, table.scores)
    if not question.through_lens:
        return columns
    seen = seen_through(question, table.checklist, [facets for _, facets in columns])
    return [(column, facets) for (column, _), facets in zip(columns, seen, strict=True)]


def _usual(question: LedgerQuery, scheme: Scheme) -> str:
    """The headline; grouped by facets, a measure kept for each of them, rather one the headline is made of or like."""
    if question.through_lens:
        return lens_measure(scheme).id
    headline = scheme.measure[scheme.leading]
    fitting = [measure for measure in scheme.measures if _is_for_each(measure, question.facets)]
    parts = [measure for measure in fitting if measure.id in headline.of]
    alike = [measure for measure in fitting if set(measure.of) == set(headline.of)]
    return (parts or alike or fitting or [headline])[0].id


def _is_for_each(measure: Measure, facets: Iterable[str]) -> bool:
    kept = {facet.value for facet in measure.for_each}
    return bool(kept) and kept == set(facets)


def _nothing(question: LedgerQuery, known: list[tuple[ScoreColumn, Facets]]) -> Problem:
    """Why no score fits the question."""
    measures = {column.measure for column, _ in known}
    if question.measure and question.measure not in measures:
        what = message("no such measure: {name}", name=question.measure)
        return Problem(what, "--measure", nearest(question.measure, measures))
    fitting = sorted({column.measure for column, facets in known if is_asked(question, facets)})
    hint = message("these can: {names}", names=", ".join(fitting)) if fitting else None
    what = message("this measure cannot be grouped by {keys}", keys=", ".join(question.facets) or "-")
    return Problem(what, question.measure or "", hint)


def is_better_lower(tables: Iterable[ScoreTable]) -> bool:
    """Whether less is better, by the schemes."""
    return any(scheme.direction == "lower-is-better" for table in tables for scheme in table.schemes)
