"""Questions about scores: tallied, or as histograms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.query.measured import Facets, measured_scores
from cemaudit.ledger.query.question import Group, Groups, Question, checklists_asked, is_asked
from cemaudit.ledger.query.reading import Reading, Scores
from cemaudit.ledger.query.statement import histogram, tallied
from cemaudit.ledger.query.tally import Histogram, Tally
from cemaudit.ledger.snapshot.names import ScoreColumn
from cemaudit.model import Measure, Scheme

__all__ = ["Summed", "histograms", "is_better_lower", "measures_asked", "tables_asked", "tallies", "visits_counted"]

_WITHOUT, _WITH = 3, 5  # numbers of a tally, without and with the extremes


class Summed(NamedTuple):
    """``visits`` and their scores; where several scores of a visit are taken together, each counts."""

    visits: int = 0
    scores: Tally = Tally()

    def and_also(self, other: Summed) -> Summed:
        """Both together."""
        return Summed(self.visits + other.visits, self.scores.and_also(other.scores))


def tables_asked(reading: Reading, question: Question) -> list[Scores]:
    """The tables of scores a question is about."""
    refs = checklists_asked(reading, question, one=True)
    return [table for ref in refs for table in reading.scores(ref, question.scheme)]


def visits_counted(reading: Reading, question: Question) -> dict[Group, int]:
    """How many visits there are in each group."""
    found: dict[Group, int] = defaultdict(int)
    keys = question.visit_keys
    for ref in checklists_asked(reading, question, one=False):
        groups = Groups(question, ref, {})
        for table in reading.scores(ref, question.scheme):
            for *values, visits in reading.rows(table, tallied(keys, (), question.in_sql)):
                for group in groups.of(values) if visits else ():
                    found[group] += visits
    return found


def tallies(reading: Reading, question: Question, *, extremes: bool = False) -> dict[Group, Summed]:
    """The scores of each group, tallied; ``extremes``: the least and the most, too."""
    found: dict[Group, Summed] = {}
    keys, size = question.visit_keys, _WITH if extremes else _WITHOUT
    for table, columns in _columns_asked(reading, question):
        places = [(place, Groups(question, table.checklist.ref, facets)) for place, (_, facets) in enumerate(columns)]
        statement = tallied(keys, [column.score for column, _ in columns], question.in_sql, extremes=extremes)
        for row in reading.rows(table, statement):
            values, visits, sums = row[: len(keys)], row[len(keys)], row[len(keys) + 1 :]
            for place, groups in places if visits else ():
                summed = Summed(visits, _tally(sums[place * size : (place + 1) * size]))
                for group in groups.of(values):
                    found[group] = found[group].and_also(summed) if group in found else summed
    return found


def _tally(numbers: tuple[int | None, ...]) -> Tally:
    count, total, squares, *extremes = numbers
    return Tally(count or 0, int(total or 0), int(squares or 0), *extremes)


def histograms(reading: Reading, question: Question) -> dict[Group, Histogram]:
    """How often each score comes in each group."""
    found: dict[Group, Histogram] = defaultdict(Histogram)
    keys = question.visit_keys
    for table, columns in _columns_asked(reading, question):
        for column, facets in columns:
            groups = Groups(question, table.checklist.ref, facets)
            for *values, count, number in reading.rows(table, histogram(keys, column.score, question.in_sql)):
                for group in groups.of(values):
                    found[group][number] += count
    return found


def measures_asked(reading: Reading, question: Question) -> list[str]:
    """The measures a question is about."""
    return list(dict.fromkeys(score.measure for _, some in _columns_asked(reading, question) for score, _ in some))


def _columns_asked(reading: Reading, question: Question) -> Iterator[tuple[Scores, list[tuple[ScoreColumn, Facets]]]]:
    """Each table with the columns asked about; ``BadInput`` where there are none in any."""
    tables = tables_asked(reading, question)
    known = [measured_scores(table.checklist, table.schemes, table.scores) for table in tables]
    chosen = []
    for table, columns in zip(tables, known, strict=True):
        measure = question.measure or (None if "measure" in question.by else _usual(question, table.schemes[-1]))
        wanted = [each for each in columns if measure in {None, each[0].measure} and is_asked(question, each[1])]
        chosen.append((table, wanted))
    if not any(columns for _, columns in chosen):
        raise BadInput(_nothing(question, [each for columns in known for each in columns]))
    return iter([each for each in chosen if each[1]])


def _usual(question: Question, scheme: Scheme) -> str:
    """The headline; grouped by facets, a measure kept for each of them, rather one the headline is made of or like."""
    headline = scheme.measure[scheme.leading]
    fitting = [measure for measure in scheme.measures if _is_for_each(measure, question.facets)]
    parts = [measure for measure in fitting if measure.id in headline.of]
    alike = [measure for measure in fitting if set(measure.of) == set(headline.of)]
    return (parts or alike or fitting or [headline])[0].id


def _is_for_each(measure: Measure, facets: Iterable[str]) -> bool:
    kept = {facet.value for facet in measure.for_each}
    return bool(kept) and kept == set(facets)


def _nothing(question: Question, known: list[tuple[ScoreColumn, Facets]]) -> Problem:
    """Why no score fits the question."""
    measures = {column.measure for column, _ in known}
    if question.measure and question.measure not in measures:
        what = message("no such measure: {name}", name=question.measure)
        return Problem(what, "--measure", nearest(question.measure, measures))
    fitting = sorted({column.measure for column, facets in known if is_asked(question, facets)})
    hint = message("these can: {names}", names=", ".join(fitting)) if fitting else None
    what = message("this measure cannot be told apart by {keys}", keys=", ".join(question.facets) or "-")
    return Problem(what, question.measure or "", hint)


def is_better_lower(tables: Iterable[Scores]) -> bool:
    """Whether less is better, by the schemes."""
    return any(scheme.direction == "lower-is-better" for table in tables for scheme in table.schemes)
