"""Questions about answers and feelings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from cemaudit.ledger.query.keys import of_scores_only, refuse_keys
from cemaudit.ledger.query.measured import Facets, facets_of_item, facets_of_touchpoint
from cemaudit.ledger.query.question import (
    Group,
    Grouping,
    KeyColumns,
    LedgerQuery,
    checklists_asked,
    is_asked,
    key_columns,
    seen_through,
)
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import counted, sums
from cemaudit.ledger.query.tally import Tally
from cemaudit.ledger.snapshot.answer_columns import points_units
from cemaudit.ledger.snapshot.names import CODES, ColumnNames, quoted
from cemaudit.model import Checklist, ClaimState, Item

__all__ = ["AnswerCounts", "ComplaintTotals", "FeelingTotals", "complaints", "feelings", "items"]

CLAIM_STATES_JOIN = " left join claim_states on claim_states.number = visits.number"

_NOTHING = Fraction(0)


class AnswerCounts(NamedTuple):
    """How often something was asked, and for each of ``CODES`` left out for that reason; points ``earned`` of those
    ``possible``, of items that have both.
    """

    asked: int
    left_out: tuple[int, ...]
    earned: Fraction = _NOTHING
    possible: Fraction = _NOTHING

    def and_also(self, other: AnswerCounts) -> AnswerCounts:
        """Both together."""
        left_out = tuple(map(sum, zip(self.left_out, other.left_out, strict=True)))
        earned, possible = self.earned + other.earned, self.possible + other.possible
        return AnswerCounts(self.asked + other.asked, left_out, earned, possible)

    @property
    def answered(self) -> int:
        """How often it was answered."""
        return self.asked - sum(self.left_out)

    @property
    def share(self) -> float | None:
        """The points earned, in percent of those possible."""
        return float(100 * self.earned / self.possible) if self.possible > 0 else None


class FeelingTotals(NamedTuple):
    """What was felt (-3..3) and expected (1..7) in so many ``visits``, and how many claims and blames there were."""

    visits: int
    emotion: Tally
    expectation: Tally
    claims: int
    blames: int

    def and_also(self, other: FeelingTotals) -> FeelingTotals:
        """Both together."""
        emotion, expectation = self.emotion.and_also(other.emotion), self.expectation.and_also(other.expectation)
        visits, claims, blames = self.visits + other.visits, self.claims + other.claims, self.blames + other.blames
        return FeelingTotals(visits, emotion, expectation, claims, blames)


class ComplaintTotals(NamedTuple):
    """The ``claims`` in so many ``visits``, those of each state of ``ClaimState`` in its order, and the ``blames``."""

    visits: int
    claims: int
    states: tuple[int, ...]
    blames: int

    def and_also(self, other: ComplaintTotals) -> ComplaintTotals:
        """Both together."""
        states = tuple(map(sum, zip(self.states, other.states, strict=True)))
        return ComplaintTotals(
            self.visits + other.visits, self.claims + other.claims, states, self.blames + other.blames
        )

    @property
    def not_noted(self) -> int:
        """The claims of which nobody noted what became of them."""
        return self.claims - sum(self.states)


def items(reading: Reading, question: LedgerQuery) -> dict[Group, AnswerCounts]:
    """How the items of each group were answered."""
    refuse_keys(question.by, question.which.conditions, of_scores_only)
    found: dict[Group, AnswerCounts] = {}
    for ref in checklists_asked(reading, question, one=True):
        checklist = reading.checklist(ref)
        known = {name: facets_of_item(checklist, name) for name in checklist.items}
        asked = _asked(question, checklist, known)
        units, names = points_units(checklist), ColumnNames(checklist)
        counts = [one for name in asked for one in _counts(name, names, name in units)]
        for keys, visits, numbers in _rows(reading, ref, question, counts):
            left = iter(numbers)
            for name, groups in asked.items():
                _add(found, groups, keys, _answered(visits, left, checklist.items[name], units.get(name)))
    return found


def _counts(name: str, names: ColumnNames, has_points: bool) -> Iterator[str]:
    state = f"visits.{quoted(names.item('state', name))}"
    yield from (f"count(case when {state} = {code} then 1 end)" for code in CODES)
    if has_points:
        points = f"visits.{quoted(names.item('points', name))}"
        yield from (f"count({points})", f"sum(cast({points} as bigint))")


def _answered(visits: int, numbers: Iterator[Any], item: Item, unit: int | None) -> AnswerCounts:
    left_out = tuple(int(next(numbers)) for _ in CODES)
    if unit is None:
        return AnswerCounts(visits, left_out)
    count, total = next(numbers), next(numbers) or 0
    if item.possible is None:
        return AnswerCounts(visits, left_out)
    return AnswerCounts(visits, left_out, Fraction(int(total), unit), int(count) * item.possible)


def feelings(reading: Reading, question: LedgerQuery) -> dict[Group, FeelingTotals]:
    """What was felt at the touchpoints of each group."""
    refuse_keys(question.by, question.which.conditions, of_scores_only)
    found: dict[Group, FeelingTotals] = {}
    for ref in checklists_asked(reading, question, one=True):
        checklist = reading.checklist(ref)
        known = {name: facets_of_touchpoint(touchpoint) for name, touchpoint in checklist.touchpoint.items()}
        asked = _asked(question, checklist, known)
        counts = [one for name in asked for one in _sums_of(name, checklist)]
        for keys, visits, numbers in _rows(reading, ref, question, counts):
            left = iter(numbers)
            for groups in asked.values():
                _add(found, groups, keys, _felt(visits, left))
    return found


def _sums_of(name: str, checklist: Checklist) -> Iterator[str]:
    names = ColumnNames(checklist)
    for kind in ("emotion", "expectation"):
        yield from sums(names.touchpoint(kind, name))
    for kind in ("claims", "blames"):
        yield f"sum(cast(visits.{quoted(names.touchpoint(kind, name))} as bigint))"


def _felt(visits: int, numbers: Iterator[Any]) -> FeelingTotals:
    emotion, expectation = (Tally(*(int(next(numbers) or 0) for _ in range(3))) for _ in range(2))
    return FeelingTotals(visits, emotion, expectation, int(next(numbers) or 0), int(next(numbers) or 0))


def complaints(reading: Reading, question: LedgerQuery) -> dict[Group, ComplaintTotals]:
    """The claims and blames at the touchpoints of each group, and what became of claims.

    ``BadInput`` where the snapshot was made before it held that.
    """
    refuse_keys(question.by, question.which.conditions, of_scores_only)
    found: dict[Group, ComplaintTotals] = {}
    for ref in checklists_asked(reading, question, one=True):
        checklist = reading.checklist(ref)
        reading.view_claim_states(ref)
        known = {name: facets_of_touchpoint(touchpoint) for name, touchpoint in checklist.touchpoint.items()}
        asked = _asked(question, checklist, known)
        counts = [one for name in asked for one in _complaint_sums(name, ColumnNames(checklist))]
        for keys, visits, numbers in _rows(reading, ref, question, counts, CLAIM_STATES_JOIN):
            left = iter(numbers)
            for groups in asked.values():
                claims, blames, *states = (int(next(left) or 0) for _ in range(2 + len(ClaimState)))
                _add(found, groups, keys, ComplaintTotals(visits, claims, tuple(states), blames))
    return found


def _complaint_sums(name: str, names: ColumnNames) -> Iterator[str]:
    columns = [f"visits.{quoted(names.touchpoint(kind, name))}" for kind in ("claims", "blames")]
    columns += [f"claim_states.{quoted(names.touchpoint(state.value, name))}" for state in ClaimState]
    yield from (f"sum(cast({column} as bigint))" for column in columns)


def _asked(question: LedgerQuery, checklist: Checklist, known: Mapping[str, Facets]) -> dict[str, Grouping]:
    """The items or touchpoints a question is about, and the groups they fall into."""
    columns = zip(known, seen_through(question, checklist, known.values()), strict=True)
    return {name: Grouping(question, checklist.ref, facets) for name, facets in columns if is_asked(question, facets)}


def _rows(
    reading: Reading, ref: str, question: LedgerQuery, counts: Sequence[str], joined: str = ""
) -> Iterator[tuple[KeyColumns, int, Sequence[Any]]]:
    """Of each group of any visits: the values of its keys, its visits, the counts."""
    keys = question.visit_keys
    for row in reading.rows(reading.answers(ref), counted(keys, counts, question.in_sql, joined)):
        visits, numbers = row[len(keys)], row[len(keys) + 1 :]
        if visits:
            yield key_columns(question, [row]), visits, numbers


def _add(
    found: dict[Group, Any], groups: Grouping, keys: KeyColumns, what: AnswerCounts | FeelingTotals | ComplaintTotals
) -> None:
    for (group,) in groups.of(keys, 1):
        found[group] = found[group].and_also(what) if group in found else what
