"""The outcome of a study of drivers: an item that was asked, else a measure."""

from __future__ import annotations

from cemaudit.compare.drivers.results import Outcome
from cemaudit.compare.queries.driver_columns import inputs_of_measure, item_answer, score_column
from cemaudit.errors import BadInput, Problem, Sayable, nearest
from cemaudit.language import message
from cemaudit.ledger.query.reading import ScoreTable
from cemaudit.model import Checklist, Scheme
from cemaudit.model.answers import Nps

__all__ = ["choose_outcome", "outcome_sql", "whole_question"]

OVERALL_WORDS = frozenset({"overall", "satisfaction", "satisfied", "csat", "recommend", "nps", "ces", "kcsi-overall"})
"""Tags and ids of items that ask for the whole."""


def outcome_sql(outcome: Outcome, table: ScoreTable) -> str | None:
    """Return the SQL of its column in hundredths; ``None`` where the table has none."""
    if not outcome.is_asked:
        return score_column(table, outcome.name)
    return item_answer(table.checklist, outcome.name) if outcome.name in table.checklist.items else None


def choose_outcome(table: ScoreTable, requested: str | None) -> Outcome:
    """Return the outcome ``requested`` (an item or a measure), else the best the checklist has.

    The best: a question for the whole; else what was felt; else the measure a report leads with. ``BadInput`` where
    there is none.
    """
    checklist, scheme = table.checklist, table.schemes[-1]
    if requested is None:
        return _default_outcome(checklist, scheme)
    why = message("it was asked for")
    if requested in checklist.items and item_answer(checklist, requested):
        return _item(checklist, requested, why)
    if score_column(table, requested):
        return _measure(checklist, scheme, requested, why)
    single = [measure.id for measure in scheme.measures if not measure.for_each]
    numbers = [name for name in checklist.items if item_answer(checklist, name)]
    hint = nearest(requested, [*single, *numbers], listing=False) or message(
        "known here: {names}", names=", ".join(single)
    )
    raise BadInput(Problem(message("no item or measure that is one number: {name}", name=requested), "--outcome", hint))


def whole_question(checklist: Checklist) -> str | None:
    """Return the item that asks for the whole visit: of type ``nps``, else by its id or tags; ``None`` without one."""
    candidates = [name for name, item in checklist.items.items() if isinstance(item.answer, Nps)]
    candidates += [name for name, item in checklist.items.items() if OVERALL_WORDS & {name.casefold(), *item.tags}]
    return next((name for name in candidates if item_answer(checklist, name)), None)


def _default_outcome(checklist: Checklist, scheme: Scheme) -> Outcome:
    name = whole_question(checklist)
    if name:
        return _item(checklist, name, message("the checklist's overall question"))
    for measure in scheme.measures:
        kinds = (
            set() if measure.for_each else {kind for kind, _ in inputs_of_measure(checklist, scheme, measure.id, {})}
        )
        if kinds == {"@emotions"}:
            why = message("the checklist has no overall question; the emotion is used")
            return _measure(checklist, scheme, measure.id, why)
    why = message("the checklist asks neither an overall question nor emotions; the headline is used")
    return _measure(checklist, scheme, scheme.leading, why)


def _item(checklist: Checklist, name: str, why: Sayable) -> Outcome:
    return Outcome(name, checklist.items[name].ask, is_asked=True, why=why, leaves=frozenset({("item", name)}))


def _measure(checklist: Checklist, scheme: Scheme, name: str, why: Sayable) -> Outcome:
    title = scheme.measure[name].title or name
    return Outcome(name, title, is_asked=False, why=why, leaves=inputs_of_measure(checklist, scheme, name, {}))
