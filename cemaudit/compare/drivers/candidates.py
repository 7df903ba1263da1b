"""Candidate drivers: which columns of the snapshot enter a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cemaudit.compare.drivers.data import OUTCOME
from cemaudit.compare.drivers.outcome import choose_outcome, outcome_sql, whole_question
from cemaudit.compare.drivers.results import Outcome, StudyDesign
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.queries.driver_columns import (
    DriverColumn,
    experience_columns,
    inputs_of_measure,
    item_columns,
    mean_columns,
    measure_columns,
)
from cemaudit.compare.queries.drivers import DriverSource
from cemaudit.compare.selection import require_visits
from cemaudit.errors import BadInput, Problem, Sayable, nearest
from cemaudit.language import message
from cemaudit.ledger.query.keys import is_facet
from cemaudit.ledger.query.question import LedgerQuery, is_asked
from cemaudit.ledger.query.reading import Reading, ScoreTable
from cemaudit.ledger.query.scores import tables_asked
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.model import Checklist
from cemaudit.model.answers import Quantity

__all__ = ["KINDS", "MOST_DRIVERS", "DriverQuery", "StudyVariables", "choose_variables"]

MOST_DRIVERS = 40
MOST_NAMED = 8


KINDS = ("touchpoint", "channel", "stage", "element", "item")
"""What can be a driver."""


@dataclass(frozen=True, slots=True)
class DriverQuery:
    """What a study of drivers is asked for.

    Drivers ``of`` which kind, of which ``outcome`` (``None``: the best there is), by which ``measure`` of them.
    ``scheme``: the scores under that one. ``by_shopper``: whether each visit is taken as it differs from its shopper's
    usual one; ``None``: where shoppers are known.
    """

    of: str = "touchpoint"
    outcome: str | None = None
    measure: str | None = None
    visit_filter: Filter = EVERYTHING
    scheme: str | None = None
    by_shopper: bool | None = None


@dataclass(frozen=True)
class StudyVariables:
    """The ``design`` of a study, and the ``sources`` of its columns."""

    design: StudyDesign
    sources: list[DriverSource]


def choose_variables(reading: Reading, query: DriverQuery) -> StudyVariables:
    """Return the outcome and the drivers asked for; ``BadInput`` where there are none such."""
    require_visits(reading)
    question = LedgerQuery(which=query.visit_filter, scheme=query.scheme)
    tables = tables_asked(reading, question)
    outcome = choose_outcome(tables[-1], query.outcome)
    measure = "" if query.of == "item" else query.measure or _default_measure(tables[-1], query.of)
    columns_by_table = [
        (table, outcome_sql(outcome, table), _columns(table, query.of, measure, question)) for table in tables
    ]
    columns_by_name = {column.name: column for _, sql, columns in columns_by_table for column in columns if sql}
    if not columns_by_name:
        raise BadInput(_no_drivers_problem(tables[-1], query, measure))
    # A driver that shares inputs with the outcome goes with it by arithmetic, and is dropped where the outcome is a
    # question. By a reckoned outcome no driver is judged at all.
    alike = [name for name, column in columns_by_name.items() if column.leaves & outcome.leaves]
    kept = [name for name in columns_by_name if not (outcome.is_asked and name in alike)]
    if not 1 < len(kept) <= MOST_DRIVERS:
        raise NotEstimable(_driver_count_problem(len(kept)))
    keys = {name: f"d{number}" for number, name in enumerate(kept)}
    mandatory = {column.name for _, _, columns in columns_by_table for column in columns if column.mandatory}
    sources = [
        DriverSource(
            table,
            {
                OUTCOME: sql,
                **{keys[column.name]: column.sql for column in columns if column.name in keys},
                **_experience_columns(table, outcome),
            },
        )
        for table, sql, columns in columns_by_table
        if sql
    ]
    design = StudyDesign(
        of=query.of,
        outcome=outcome,
        measure=measure,
        ids={key: name for name, key in keys.items()},
        titles={key: columns_by_name[name].title for name, key in keys.items()},
        mandatory=frozenset(key for name, key in keys.items() if name in mandatory),
        contained_outcomes=[columns_by_name[name].title for name in alike if outcome.is_asked],
        whole_question=whole_question(tables[-1].checklist) or "",
        lower_is_better=sources[-1].table.schemes[-1].direction == "lower-is-better",
    )
    return StudyVariables(design, sources)


def _columns(table: ScoreTable, of: str, measure: str, question: LedgerQuery) -> list[DriverColumn]:
    columns = item_columns(table.checklist) if of == "item" else measure_columns(table, measure, of)
    return [column for column in columns if is_asked(question, column.facets)]


def _experience_columns(table: ScoreTable, outcome: Outcome) -> Mapping[str, str]:
    """Return performance and emotion, where a question for the whole was asked that is no part of them."""
    if not outcome.is_asked:
        return {}
    own = table.checklist.touchpoint_of[outcome.name].id
    return mean_columns([triple for triple in experience_columns(table) if triple.name != own])


def _default_measure(table: ScoreTable, of: str) -> str:
    """Return the first measure kept for each of these, rather one of what was answered than of what was felt."""
    fitting = _facet_measures(table, of)
    if not fitting:
        text = message("the scheme {name} has no measure for each {facet}", name=table.schemes[-1].ref, facet=of)
        raise BadInput(Problem(text, "--of", message("try --of item")))
    inputs = {name: inputs_of_measure(table.checklist, table.schemes[-1], name, {}) for name in fitting}
    return next((name for name in fitting if {kind for kind, _ in inputs[name]} == {"item"}), fitting[0])


def _facet_measures(table: ScoreTable, of: str) -> list[str]:
    measures = table.schemes[-1].measures
    return [measure.id for measure in measures if [facet.value for facet in measure.for_each] == [of]]


def _no_drivers_problem(table: ScoreTable, query: DriverQuery, measure: str) -> Problem:
    fitting = _facet_measures(table, query.of)
    if query.measure and query.measure not in fitting:
        text = message("no measure for each {facet}: {name}", facet=query.of, name=measure)
        return Problem(text, "--measure", nearest(measure, fitting))
    if any(is_facet(condition.key) for condition in query.visit_filter.conditions):
        return Problem(message("no drivers meet the conditions"), "--where")
    text = (
        message("no item of {checklist} earns points: there is no score to go with the outcome",
                checklist=table.checklist.ref)
        if query.of == "item"
        else message("the measure {measure} has no score for any {facet} in these visits",
                     measure=measure, facet=query.of)
    )  # fmt: skip
    return Problem(text, "--of", _unbounded_numbers_hint(table.checklist))


def _unbounded_numbers_hint(checklist: Checklist) -> Sayable | None:
    """Say which items are numbers of no scale: without a most there is no share of points to study."""
    names = [name for name, item in checklist.items.items() if isinstance(item.answer, Quantity) and not item.possible]
    if not names:
        return None
    listed = ", ".join(names[:MOST_NAMED]) + (" ..." if len(names) > MOST_NAMED else "")
    return message(
        "numbers without points, or worth their value without a 'max', are no drivers: {names}", names=listed
    )


def _driver_count_problem(count: int) -> Sayable:
    if count > MOST_DRIVERS:
        return message(
            "{count} drivers are too many (at most {most}): choose a coarser --of, or fewer with --where.",
            count=count,
            most=MOST_DRIVERS,
        )
    return message("Fewer than two drivers are there: nothing to set against each other.")
