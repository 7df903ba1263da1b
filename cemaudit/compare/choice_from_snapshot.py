"""Which touchpoints of a snapshot to mend first: opens the visits, mends them in columns, and lets the rule choose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.queries.touchpoint_columns import SelectedAnswers, read_answers
from cemaudit.compare.selection import require_visits
from cemaudit.compare.touchpoint_choice import (
    NOT_RATED,
    USUAL_RULE,
    ChainTotals,
    ChoiceRule,
    Enumeration,
    Ratings,
    TouchpointChoice,
    TouchpointEvidence,
    TouchpointSet,
    choose_touchpoints,
)
from cemaudit.errors import BadInput, Problem, Sayable, nearest
from cemaudit.language import message
from cemaudit.ledger.query.answers import feelings, items
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.measured import facets_of_touchpoint
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked, is_asked
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.ledger.snapshot.block import concatenate_columns, select_rows
from cemaudit.model import Checklist, Facet, Scheme, score_name
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.inventory import Inventory, ways_of_finding
from cemaudit.scoring.kernel import compile_plan
from cemaudit.scoring.mending import Mending, plan_of_columns

__all__ = ["ChoiceQuery", "choice_of_snapshot", "newest_checklist", "scheme_in_force"]

Array = NDArray[Any]
_ROWS_AT_ONCE = 200_000


@dataclass(frozen=True)
class ChoiceQuery:
    """What is to be chosen from: the visits of one ``checklist`` (``id@version``) that meet ``visit_filter``.

    ``keep``: touchpoints that stay beside the chosen, whatever they bring. ``inventory``: headquarters' ratings.
    """

    checklist: str
    rule: ChoiceRule = USUAL_RULE
    visit_filter: Filter = EVERYTHING
    inventory: Inventory | None = None
    keep: tuple[str, ...] = ()
    aggregators: Mapping[str, Aggregator] = field(default_factory=dict)


def newest_checklist(reading: Local, visit_filter: Filter = EVERYTHING) -> str:
    """Return the newest version (``id@version``) of the one checklist that is asked about.

    ``BadInput`` where several checklists are there and none is chosen; ``NotEstimable`` without visits.
    """
    require_visits(reading)
    refs = checklists_asked(reading, LedgerQuery(which=visit_filter), one=True)
    return max(refs, key=lambda ref: [int(number) for number in ref.partition("@")[2].split(".")])


def scheme_in_force(reading: Local, ref: str) -> Scheme:
    """Return the latest scheme that visits of a checklist were scored under."""
    return reading.scores(ref)[-1].schemes[-1]


def choice_of_snapshot(reading: Local, query: ChoiceQuery, scheme: Scheme) -> TouchpointChoice:
    """Return which touchpoints to mend first, scored under ``scheme``, whatever the visits were scored under before.

    ``BadInput`` where a touchpoint named does not exist or the scheme does not fit; ``NotEstimable`` where no visit
    has a headline.
    """
    checklist = reading.checklist(query.checklist)
    _refuse_unknown(query.keep, checklist)
    if scheme.measure[scheme.leading].for_each:
        raise BadInput(Problem(message("the headline of {scheme} is not one number", scheme=scheme.ref), "--scheme"))
    question = LedgerQuery(("touchpoint",), _of_checklist(query.visit_filter, checklist), scheme=None)
    answers = read_answers(reading, query.checklist, question.in_sql)
    chain = _Chain(answers, checklist, scheme, query.aggregators)
    candidates = [
        name
        for name, touchpoint in checklist.touchpoint.items()
        if is_asked(LedgerQuery(which=question.which), facets_of_touchpoint(touchpoint))
    ]
    if not candidates or not chain.visits:
        raise NotEstimable(message("none of these visits has the score {measure}", measure=scheme.leading), "none")
    entries = query.inventory.touchpoint if query.inventory else {}
    ratings = {
        name: Ratings(entry.cost, entry.novelty, entry.importance)
        for name, entry in entries.items()
        if name in candidates
    }
    choice = choose_touchpoints(
        candidates, chain.totals, chain.totals_felt, ratings=ratings, rule=query.rule, better=chain.better
    )
    evidence = {each.touchpoint: each for each in _evidence(reading, question, chain, candidates, query.inventory)}
    mandatory = [name for name in candidates if evidence[name].must_keep or name in query.keep]
    return TouchpointChoice(
        checklist=checklist.ref,
        scheme=scheme.ref,
        measure=scheme.leading,
        title=scheme.measure[scheme.leading].title or scheme.leading,
        visits=chain.visits,
        stores=len(answers.rows.stores),
        rule=query.rule,
        choice=choice,
        evidence=evidence,
        kept=tuple(name for name in mandatory if name not in choice.chosen),
        simulated=answers.simulated,
        notes=tuple(_notes(reading, query, answers, choice.chosen, candidates)),
    )


def _of_checklist(visit_filter: Filter, checklist: Checklist) -> Filter:
    others = tuple(condition for condition in visit_filter.conditions if condition.key != "checklist")
    return visit_filter._replace(conditions=(*others, Condition("checklist", (checklist.ref,))))


def _refuse_unknown(names: Iterable[str], checklist: Checklist) -> None:
    problems = [
        Problem(
            message("no such touchpoint: {touchpoint}", touchpoint=name), "--keep", nearest(name, checklist.touchpoint)
        )
        for name in names
        if name not in checklist.touchpoint
    ]
    if problems:
        raise BadInput(problems)


class _Change(NamedTuple):
    """A set of touchpoints mended: the ``rows`` whose headline may differ from ``before``, the headline of all rows."""

    touchpoints: TouchpointSet
    rows: Array
    before: Array


def _batches(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """Changes that are scored together: as many as have not too many rows."""
    batch: list[_Change] = []
    for change in changes:
        if batch and sum(len(each.rows) for each in batch) + len(change.rows) > _ROWS_AT_ONCE:
            yield batch
            batch = []
        batch.append(change)
    if batch:
        yield batch


class _Chain:
    """The visits of a chain, scored with any touchpoints mended."""

    def __init__(
        self, answers: SelectedAnswers, checklist: Checklist, scheme: Scheme, aggregators: Mapping[str, Aggregator]
    ) -> None:
        self.better = 1 if scheme.direction == "higher-is-better" else -1
        self.answers = answers
        self.mending = Mending(answers.columns, self.better)
        self._masks: dict[tuple[str, bool], Array] = {}
        self.headline = scheme.leading
        self.checklist, self.scheme, self.aggregators = checklist, scheme, aggregators
        self._compiled = compile_plan(plan_of_columns(checklist, scheme, [scheme.leading], aggregators))
        self._as_they_are = self._compiled.run(self.mending.as_they_are).values[self.headline]
        self._nearby: dict[TouchpointSet, Array] = {}
        self.visits = int((~np.isnan(self._as_they_are)).sum())

    def totals(self, sets: Sequence[TouchpointSet]) -> list[ChainTotals]:
        """The headline of the chain with each of these sets of touchpoints mended."""
        scored = {frozenset(): self._as_they_are, **self._nearby}
        changes = []
        for names in sets:
            # Only visits in which a touchpoint of the one set and not of the other was not met yet score differently.
            near = min(scored, key=lambda other: int(self._differs(names ^ other).sum()))
            changes.append(_Change(names, np.flatnonzero(self._differs(names ^ near)), scored[near]))
        values = self._values(changes)
        # The next sets asked for are these with one more, or one less.
        self._nearby = dict(zip(sets, values, strict=True))
        return list(map(self.answers.rows.totals, values))

    def totals_felt(self, sets: Sequence[TouchpointSet]) -> list[ChainTotals]:
        """The same where nobody feels worse than 0 at these touchpoints."""
        changes = [
            _Change(names, np.flatnonzero(self._differs(names, feelings=True)), self._as_they_are) for names in sets
        ]
        return list(map(self.answers.rows.totals, self._values(changes, feelings=True)))

    def _differs(self, touchpoints: TouchpointSet, *, feelings: bool = False) -> Array:
        """In which visits mending any of these touchpoints changes something."""
        masks = [self._mask(name, feelings) for name in sorted(touchpoints)]
        return np.logical_or.reduce(masks) if masks else np.zeros(self.answers.columns.rows, np.bool_)

    def _mask(self, touchpoint: str, feelings: bool) -> Array:
        if (touchpoint, feelings) not in self._masks:
            self._masks[touchpoint, feelings] = self.mending.differs(touchpoint, feelings=feelings)
        return self._masks[touchpoint, feelings]

    def _values(self, changes: Sequence[_Change], *, feelings: bool = False) -> list[Array]:
        """The headline of all visits after each change; those of several changes are scored in one go."""
        values: list[Array] = []
        for batch in _batches(changes):
            parts = [
                Mending(select_rows(self.answers.columns, change.rows), self.better).mend(
                    change.touchpoints, feelings=feelings
                )
                for change in batch
            ]
            # Of few visits it takes longer to make the program that scores them than to run it.
            scored = self._compiled.run(concatenate_columns(parts)).values[self.headline]
            ends = np.cumsum([len(change.rows) for change in batch]).tolist()
            for change, end in zip(batch, ends, strict=True):
                after = change.before.copy()
                after[change.rows] = scored[end - len(change.rows) : end]
                values.append(after)
        return values

    def negatives(self) -> dict[str, tuple[int, int]]:
        """How many visits have an experience below 0 at each touchpoint, and how many have one at all."""
        names = _experiences(self.scheme)
        if not names:
            return {}
        plan = plan_of_columns(self.checklist, self.scheme, names, self.aggregators)
        scored = compile_plan(plan).run(self.mending.as_they_are)
        counts = {}
        for touchpoint in self.checklist.touchpoint:
            score = next(
                (name for name in (score_name(one, (touchpoint,)) for one in names) if name in scored.values), ""
            )
            if score:
                has = scored.reasons[score] == 0
                counts[touchpoint] = int((scored.values[score][has] < 0).sum()), int(has.sum())
        return counts


def _experiences(scheme: Scheme) -> list[str]:
    """The measures kept for each touchpoint whose score may be below 0: an experience, or what is made of some."""
    per_touchpoint = {
        measure.id: measure for measure in scheme.measures if list(measure.for_each) == [Facet.TOUCHPOINT]
    }
    felt = [name for name, measure in per_touchpoint.items() if measure.how in {"experience", "smooth-experience"}]
    joined = [name for name, measure in per_touchpoint.items() if set(measure.of) & set(felt)]
    return joined or felt


def _evidence(
    reading: Local, question: LedgerQuery, chain: _Chain, candidates: Iterable[str], inventory: Inventory | None
) -> Iterator[TouchpointEvidence]:
    counts, felt, negatives = items(reading, question), feelings(reading, question), chain.negatives()
    entries = inventory.touchpoint if inventory else {}
    for name in candidates:
        touchpoint, entry = chain.checklist.touchpoint[name], entries.get(name)
        answered, complaints = counts.get((name,)), felt.get((name,))
        below, experienced = negatives.get(name, (0, 0))
        share = answered.share if answered else None
        yield TouchpointEvidence(
            touchpoint=name,
            title=entry.title if entry else touchpoint.title,
            experienced=experienced,
            negative=below / experienced if experienced else None,
            claims=complaints.claims if complaints else 0,
            blames=complaints.blames if complaints else 0,
            missed=None if share is None else float(np.clip(1 - share / 100, 0, 1)),
            must_keep=any(item.mandatory for item in touchpoint.items),
            ratings=Ratings(entry.cost, entry.novelty, entry.importance) if entry else NOT_RATED,
            found_by=tuple(ways_of_finding()[way] for way in entry.found_by) if entry else (),
            wish=entry.wish if entry else None,
        )


def _notes(
    reading: Local, query: ChoiceQuery, answers: SelectedAnswers, chosen: Sequence[str], candidates: Sequence[str]
) -> Iterator[Sayable]:
    if len(chosen) < query.rule.size:
        yield message(
            "Only {count} of {all} touchpoints move the headline, so no more are chosen.",
            count=len(chosen), all=len(candidates),
        )  # fmt: skip
    if len(answers.rows.stores) < 2:
        yield message("From a single store there are no intervals.")
    if answers.left_out:
        yield message(
            "Visits left out, for the snapshot does not hold all of their answers: {count}.", count=answers.left_out
        )
    checklist_id = query.checklist.partition("@")[0]
    others = [ref for ref in reading.refs if ref.partition("@")[0] == checklist_id and ref != query.checklist]
    if others:
        yield message("Visits of other versions are left out: {names}.", names=", ".join(others))
    if query.inventory:
        unaudited = tuple(entry.title for entry in query.inventory.touchpoints if not entry.audited)
        if unaudited:
            yield Enumeration(message("In the inventory, but asked about by no checklist:"), unaudited)
    if query.rule.is_weighed:
        entries = query.inventory.touchpoint if query.inventory else {}
        unrated = [
            name for name in candidates if name not in entries or None in (entries[name].cost, entries[name].novelty)
        ]
        if unrated:
            yield message("Touchpoints not rated, so counted as the middle (3): {count}.", count=len(unrated))
