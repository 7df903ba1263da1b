"""Candidate drivers: which columns of the snapshot enter a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cemaudit.compare.drivers.data import OUTCOME, Column, Source, item_columns, leaves_of, measure_columns
from cemaudit.compare.drivers.experience import mean_columns, triples
from cemaudit.compare.drivers.outcome import Outcome, outcome_of
from cemaudit.compare.drivers.results import Asked
from cemaudit.compare.errors import CannotTell, refuse_emptiness
from cemaudit.errors import BadInput, Problem, Sayable, nearest
from cemaudit.language import message
from cemaudit.ledger.query.question import Question, is_asked
from cemaudit.ledger.query.reading import Reading, Scores
from cemaudit.ledger.query.scores import tables_asked

__all__ = ["MOST_DRIVERS", "Chosen", "choose", "listed"]


MOST_DRIVERS = 40


class Chosen(NamedTuple):
    """``titles`` of the drivers by the names of their columns (``d0``, ``d1`` ...), and ``ids``: their own names.

    ``mandatory``: the names of those columns that hold a mandatory item, in any version of the checklist.
    ``measure``: of which they are the scores; empty of items. ``containing``: those left out because the outcome is in
    them; ``alike``: those that share something with an outcome that is reckoned.
    """

    outcome: Outcome
    measure: str
    ids: dict[str, str]
    titles: dict[str, Sayable]
    mandatory: frozenset[str]
    sources: list[Source]
    containing: list[str]
    alike: list[str]


def choose(reading: Reading, query: Asked) -> Chosen:
    """The outcome and the drivers asked for; ``BadInput`` where there are none such."""
    refuse_emptiness(reading)
    question = Question(which=query.which, scheme=query.scheme)
    tables = tables_asked(reading, question)
    outcome = outcome_of(tables[-1], query.outcome)
    measure = "" if query.of == "item" else query.measure or _usual(tables[-1], query.of)
    columns_by_table = [(table, outcome.sql(table), _columns(table, query.of, measure, question)) for table in tables]
    known = {column.name: column for _, sql, columns in columns_by_table for column in columns if sql}
    if not known:
        raise BadInput(_nothing(tables[-1], query, measure))
    alike = [name for name, column in known.items() if column.leaves & outcome.leaves]
    kept = [name for name in known if not (outcome.is_asked and name in alike)]
    if not 1 < len(kept) <= MOST_DRIVERS:
        raise CannotTell(_wrong_number(len(kept)))
    keys = {name: f"d{number}" for number, name in enumerate(kept)}
    mandatory = {column.name for _, _, columns in columns_by_table for column in columns if column.mandatory}
    sources = [
        Source(
            table,
            {OUTCOME: sql, **_by_key(columns, keys), **_felt(table, outcome)},
        )
        for table, sql, columns in columns_by_table
        if sql
    ]
    return Chosen(
        outcome,
        measure,
        {key: name for name, key in keys.items()},
        {key: known[name].title for name, key in keys.items()},
        frozenset(key for name, key in keys.items() if name in mandatory),
        sources,
        alike if outcome.is_asked else [],
        [] if outcome.is_asked else alike,
    )


def _columns(table: Scores, of: str, measure: str, question: Question) -> list[Column]:
    columns = item_columns(table.checklist) if of == "item" else measure_columns(table, measure, of)
    return [column for column in columns if is_asked(question, column.facets)]


def _by_key(columns: Iterable[Column], keys: dict[str, str]) -> dict[str, str]:
    return {keys[column.name]: column.sql for column in columns if column.name in keys}


def _felt(table: Scores, outcome: Outcome) -> Mapping[str, str]:
    """Performance and emotion, where they can be set against a question for the whole, which is no part of them."""
    if not outcome.is_asked:
        return {}
    own = table.checklist.touchpoint_of[outcome.name].id
    return mean_columns([triple for triple in triples(table) if triple.name != own])


def _usual(table: Scores, of: str) -> str:
    """The first measure kept for each of these, rather one of what was answered than of what was felt."""
    fitting = _kept_for(table, of)
    if not fitting:
        text = message("the scheme {name} has no measure for each {facet}", name=table.schemes[-1].ref, facet=of)
        raise BadInput(Problem(text, "--of", message("try --of item")))
    answered = [name for name in fitting if _is_of_items(table, name)]
    return (answered or fitting)[0]


def _is_of_items(table: Scores, measure: str) -> bool:
    return {kind for kind, _ in leaves_of(table.checklist, table.schemes[-1], measure, {})} == {"item"}


def _kept_for(table: Scores, of: str) -> list[str]:
    measures = table.schemes[-1].measures
    return [measure.id for measure in measures if [facet.value for facet in measure.for_each] == [of]]


def _nothing(table: Scores, query: Asked, measure: str) -> Problem:
    fitting = _kept_for(table, query.of)
    if query.measure and query.measure not in fitting:
        text = message("no measure for each {facet}: {name}", facet=query.of, name=measure)
        return Problem(text, "--measure", nearest(measure, fitting))
    return Problem(message("no drivers meet the conditions"), "--where")


def _wrong_number(count: int) -> Sayable:
    if count > MOST_DRIVERS:
        return message(
            "{count} drivers are too many to tell apart (at most {most}): take a coarser --of, or fewer with --where.",
            count=count,
            most=MOST_DRIVERS,
        )
    return message("Fewer than two drivers are there: nothing to set against each other.")


def listed(names: Sequence[str], most: int = 6) -> str:
    """Some names, and ``...`` where there are more."""
    return ", ".join([*names[:most], *(["..."] if len(names) > most else [])])
