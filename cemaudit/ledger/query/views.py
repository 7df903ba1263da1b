"""The views: what each shows, and how it is laid out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from cemaudit.ledger.query.answers import complaints, feelings, items
from cemaudit.ledger.query.critical import critical_failures, grouped_failures
from cemaudit.ledger.query.keys import is_facet, order_of_values
from cemaudit.ledger.query.privacy import has_enough_sheets, least_sheets
from cemaudit.ledger.query.question import Group, LedgerQuery, checklists_asked
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.scores import (
    Summed,
    histograms,
    is_better_lower,
    measures_asked,
    tables_asked,
    tallies,
    visits_counted,
)
from cemaudit.ledger.query.statement import EXTREMES, MEAN
from cemaudit.ledger.snapshot.names import CODES
from cemaudit.model import ClaimState

__all__ = ["PERCENTILES", "VIEWS", "View", "ViewResult", "show"]

PERCENTILES = {"p5": 5, "p10": 10, "p25": 25, "p50": 50, "p75": 75, "p90": 90, "p95": 95}

Row = dict[str, Any]


class ViewResult(NamedTuple):
    """What a view shows: rows of plain values, their keys first; ``measures``: what of, where it is one for all.

    ``withheld``: how many rows are not shown, and the number of sheets they would have to rest on; see ``privacy``.
    """

    keys: tuple[str, ...]
    rows: list[Row]
    measures: tuple[str, ...] = ()
    withheld: tuple[int, int] | None = None


class View(NamedTuple):
    """A view: what it is grouped ``by`` unless said, how its rows are made."""

    by: tuple[str, ...]
    rows: Callable[[Reading, LedgerQuery], list[tuple[Group, Row]]]
    of_scores: bool = True


def show(reading: Reading, name: str, question: LedgerQuery) -> ViewResult:
    """What a view shows of a question; grouped as it usually is where the question says nothing."""
    view = VIEWS[name]
    asked = question if question.by else replace(question, by=view.by)
    with _keeping_all():
        rows = [dict(zip(asked.by, group, strict=True)) | row for group, row in view.rows(reading, asked)]
    named = view.of_scores and "measure" not in asked.by
    measures = tuple(measures_asked(reading, asked)) if named else ()
    least = least_sheets(map(reading.checklist, checklists_asked(reading, asked, one=False)))
    if not least or name == "visits":  # how many sheets there are is no figure of theirs
        return ViewResult(asked.by, rows, measures)
    kept = _with_enough_sheets(reading, asked, rows, least)
    return ViewResult(asked.by, kept, measures, (len(rows) - len(kept), least) if len(kept) < len(rows) else None)


def _with_enough_sheets(reading: Reading, question: LedgerQuery, rows: list[Row], least: int) -> list[Row]:
    """The rows that rest on at least so many sheets: a row of several items counts each of its sheets several times."""
    keys = tuple(key for key in question.by if not is_facet(key))
    sheets = visits_counted(reading, replace(question, by=keys))
    return [
        row for row in rows if has_enough_sheets(row, least) and sheets.get(tuple(row[key] for key in keys), 0) >= least
    ]


@contextmanager
def _keeping_all() -> Iterator[None]:
    """No search for garbage: among so many small things that stay it would take as long as all the rest."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _visits(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    return [(group, {"visits": count}) for group, count in _in_order(question, visits_counted(reading, question))]


def _scores(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    found = tallies(reading, question, EXTREMES)
    return [(group, {**_summed(one), **_extremes(one)}) for group, one in _in_order(question, found)]


def _summed(one: Summed) -> Row:
    scores = one.scores
    return {"visits": one.visits, "scored": scores.n, "mean": one.mean(), "deviation": scores.deviation()}


def _extremes(one: Summed) -> Row:
    least, most = one.scores.least, one.scores.most
    return {"least": None if least is None else least / 100, "most": None if most is None else most / 100}


def _trend(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    return [(group, _summed(one)) for group, one in _in_order(question, tallies(reading, question))]


def _league(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    """The best first; groups of equal means by their keys, those without a score last."""
    worse = 1 if is_better_lower(tables_asked(reading, question)) else -1
    names = reading.store_names() if "store" in question.by else {}
    rows = sorted(_trend(reading, question), key=lambda each: (each[1]["mean"] is None, worse * (each[1]["mean"] or 0)))
    if not names:
        return rows
    place = question.by.index("store")
    return [(group, {"name": names.get(group[place])} | row) for group, row in rows]


def _heatmap(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    found = _in_order(question, tallies(reading, question, MEAN))
    return [(group, {"scored": one.scores.n, "mean": one.mean()}) for group, one in found]


def _distribution(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    rows = []
    for group, histogram in _in_order(question, histograms(reading, question)):
        tally = histogram.tally()
        numbers = {"scored": tally.n, "mean": tally.mean(), "deviation": tally.deviation()}
        rows.append((group, {**numbers, **histogram.percentiles({"least": 0, **PERCENTILES, "most": 100})}))
    return rows


def _items(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    rows = []
    for group, one in _in_order(question, items(reading, question)):
        left_out = {word: count for word, count in zip(CODES.values(), one.left_out, strict=True) if word in _LEFT_OUT}
        rows.append((group, {"asked": one.asked, "answered": one.answered, **left_out, "share": one.share}))
    return rows


_LEFT_OUT = ("not-applicable", "not-observed", "declined", "unanswered", "not-relevant")


def _feelings(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    rows = []
    for group, one in _in_order(question, feelings(reading, question)):
        row: Row = {"visits": one.visits}
        for name, felt in (("emotion", one.emotion), ("expectation", one.expectation)):
            row |= {f"{name}s": felt.n, name: felt.mean(1), f"{name}_deviation": felt.deviation(1)}
        rows.append((group, {**row, "claims": one.claims, "blames": one.blames}))
    return rows


def _complaints(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    """Groups without any claim or blame are left out: of each store and touchpoint most have none."""
    return [
        (
            group,
            {
                "visits": totals.visits,
                "claims": totals.claims,
                **dict(zip([state.value for state in ClaimState], totals.states, strict=True)),
                "not_noted": totals.not_noted,
                "blames": totals.blames,
            },
        )
        for group, totals in _in_order(question, complaints(reading, question))
        if totals.claims or totals.blames
    ]


def _critical(reading: Reading, question: LedgerQuery) -> list[tuple[Group, Row]]:
    """A row for each failure, the latest first; grouped by anything, how many there are of each group."""
    failures = critical_failures(reading, question)
    if question.by:
        return _in_order(question, grouped_failures(failures))
    names = reading.store_names()
    return [(group, failure.to_row(names)) for group, failure in failures]


def _in_order(question: LedgerQuery, found: Mapping[Group, Any]) -> list[tuple[Group, Any]]:
    """By the values of keys, what is not known last; facets in the order they have in the checklist."""
    rows = list(found.items())
    ranks = [0] * len(rows)
    for key, values in zip(question.by, zip(*found, strict=True), strict=False):
        own_order = (
            [stage.id for stage in question.lenses[key].lens.stages] if key in question.lenses else order_of_values(key)
        )
        place_of = _places(values, own_order, is_facet=is_facet(key))
        size = len(place_of)
        ranks = [rank * size + place_of[value] for rank, value in zip(ranks, values, strict=True)]
    return [rows[row] for row in sorted(range(len(rows)), key=ranks.__getitem__)]


def _places(values: Iterable[str | None], order: Sequence[str], *, is_facet: bool) -> dict[str | None, int]:
    """The place of each value among all that there are of its key; ``order``: of those that have one of their own."""
    known = list(dict.fromkeys(values))
    own = {value: place for place, value in enumerate(order)}
    in_order = sorted(
        known, key=lambda value: (value is None, own.get(value or "", 0), "" if is_facet else value or "")
    )
    return {value: place for place, value in enumerate(in_order)}


VIEWS: Mapping[str, View] = {
    "visits": View(("month",), _visits, of_scores=False),
    "scores": View(("measure", "key"), _scores),
    "items": View(("item",), _items, of_scores=False),
    "feelings": View(("touchpoint",), _feelings, of_scores=False),
    "league": View(("store",), _league),
    "heatmap": View(("store", "touchpoint"), _heatmap),
    "trend": View(("month",), _trend),
    "distribution": View((), _distribution),
    "complaints": View(("store", "touchpoint"), _complaints, of_scores=False),
    "critical": View((), _critical, of_scores=False),
}
"""The views by name."""
