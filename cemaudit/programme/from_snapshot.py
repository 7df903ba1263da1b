"""Actions and snapshots: what a wave's visits make worth proposing, and what later visits show of what was done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.action_lists import ITEM_ADVICE
from cemaudit.compare.choice_from_snapshot import scheme_in_force
from cemaudit.compare.from_snapshot import item_statistics
from cemaudit.compare.item_analysis import ItemAdvice
from cemaudit.compare.queries.touchpoint_columns import SelectedAnswers, read_answers
from cemaudit.compare.selection import filter_by_wave, require_visits
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import Message, message
from cemaudit.ledger.action_updates import ActionHistory, ActionStatus
from cemaudit.ledger.actions import ActionReason
from cemaudit.ledger.query.critical import CRITICAL_RULE, critical_failures
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.model import Checklist, Item, Scheme
from cemaudit.model.aggregator import Aggregator
from cemaudit.programme.follow_up import ActionFollowUp, follow_up
from cemaudit.programme.proposals import (
    DEFAULT_PROPOSAL_RULES,
    ActionProposals,
    Fault,
    LeftOut,
    ProposalRules,
    draft_actions,
)
from cemaudit.programme.queries import WaveVisit, answered_numbers, fault_outcomes, versions_of, wave_visits, waves_in
from cemaudit.scoring.kernel import VisitColumns, compile_plan
from cemaudit.scoring.kernel.columns import NO_FEELING
from cemaudit.scoring.mending import Mending, plan_of_columns

__all__ = ["DAYS_TO_MEND", "follow_up_actions", "propose_actions"]

DAYS_TO_MEND = 30
"""Days after the wave by which a proposed action is to be done, unless headquarters says another day."""

NOT_MET_RULE, FELT_RULE = "core.not-met", "core.below-zero"
"""What drafts beside critical ones name as their finding: an item not fully met, a touchpoint that felt badly."""

_TELL_NOTHING = (
    ItemAdvice.FEW,
    ItemAdvice.NO_PART,
    ItemAdvice.NEVER,
    ItemAdvice.CONTRARY,
    ItemAdvice.UNCALIBRATED,
)
"""Items to be looked at before stores are."""

Array = NDArray[Any]


class _Wave(NamedTuple):
    """The visits of a wave that answer one version of a checklist."""

    checklist: Checklist
    scheme: Scheme
    visits: list[WaveVisit]
    visit_filter: Filter

    @property
    def query(self) -> LedgerQuery:
        """Return the question of this version of the checklist alone."""
        condition = Condition("checklist", (self.checklist.ref,))
        return LedgerQuery((), self.visit_filter._replace(conditions=(*self.visit_filter.conditions, condition)))

    def mask(self, numbers: Collection[int]) -> Array:
        """Return in which rows the visits of these numbers are."""
        return np.array([visit.number in numbers for visit in self.visits], np.bool_)

    def fault(self, reason: ActionReason, **values: Any) -> Fault:
        """Return a fault of these visits."""
        stores, names = [visit.store for visit in self.visits], [visit.visit for visit in self.visits]
        return Fault(reason=reason, stores=stores, visits=names, **values)


def propose_actions(  # noqa: PLR0913
    reading: Local,
    wave: str,
    histories: Mapping[str, ActionHistory],
    *,
    since: dt.date | None = None,
    due: dt.date | None = None,
    rules: ProposalRules = DEFAULT_PROPOSAL_RULES,
    aggregators: Mapping[str, Aggregator] | None = None,
) -> ActionProposals:
    """Return drafts of actions from what the visits of a wave found, critical items first.

    ``histories``: the actions there are; what one that is not done yet is about is not proposed again. By default
    actions begin the day after the wave, and are to be done ``DAYS_TO_MEND`` days after it. ``BadInput`` where no visit
    is of that wave, its days are not known, or ``due`` lies before the action begins.
    """
    require_visits(reading)
    waves = _waves(reading, wave)
    last_day = max((visit.day for part in waves for visit in part.visits if visit.day), default=None)
    if last_day is None:
        raise BadInput(Problem(message("the days of wave {wave} are not known", wave=wave), "--wave"))
    since = since or last_day + dt.timedelta(days=1)
    due = due or last_day + dt.timedelta(days=DAYS_TO_MEND)
    if due < since:
        text = message("due on {due}, before the actions begin ({since})", due=due, since=since)
        raise BadInput(Problem(text, "--due", message("say another day with --due")))
    notes: list[Message] = []
    faults: list[Fault] = []
    left_out: list[LeftOut] = []
    for part in waves:
        if part.checklist.least_sheets > 1:
            notes.append(
                message(
                    "Nothing is proposed from {ref}: its figures rest on at least {least} sheets, never on one.",
                    ref=part.checklist.ref,
                    least=part.checklist.least_sheets,
                )
            )
            continue
        faults += _critical_faults(reading, part)
        of_items, skipped = _scored_faults(reading, part, aggregators)
        faults += of_items
        left_out += skipped
    faults, noted = _not_noted_yet(faults, histories)
    drafts, not_carried = draft_actions(faults, wave, (since, due), histories, rules)
    return ActionProposals(
        wave=wave,
        last_day=last_day,
        since=since,
        due=due,
        drafts=tuple(drafts),
        left_out=(*noted, *left_out, *not_carried),
        notes=tuple(notes),
    )


def _waves(reading: Local, wave: str) -> list[_Wave]:
    parts, visit_filter = [], filter_by_wave(EVERYTHING, wave)
    for ref in reading.refs:
        visits = wave_visits(reading, ref, visit_filter)
        if visits:
            parts.append(_Wave(reading.checklist(ref), scheme_in_force(reading, ref), visits, visit_filter))
    if not parts:
        text = message("no visits of wave {wave}", wave=wave)
        raise BadInput(Problem(text, "--wave", nearest(wave, waves_in(reading))))
    return parts


def _critical_faults(reading: Local, part: _Wave) -> Iterator[Fault]:
    numbers: dict[str, set[int]] = defaultdict(set)
    for _, failure in critical_failures(reading, part.query):
        numbers[failure.item].add(failure.number)
    for item, failed in numbers.items():
        found = part.mask(failed)
        yield part.fault(
            _reason(part.checklist, CRITICAL_RULE, item=item),
            what=part.checklist.items[item].ask,
            kind="raise",
            asked=found | part.mask(answered_numbers(reading, part.checklist.ref, item, part.visit_filter)),
            found=found,
            gain=np.full(len(part.visits), np.nan),
            critical=True,
        )


def _reason(checklist: Checklist, rule: str, *, item: str | None = None, touchpoint: str | None = None) -> ActionReason:
    place = touchpoint or (checklist.touchpoint_of[item].id if item else None)
    return ActionReason(finding=rule, checklist=checklist.id, touchpoint=place, item=item)


class _Rows(NamedTuple):
    """Where the rows of columns are among the visits of a wave, and how many visits it has."""

    places: Array
    visits: int

    def mask(self, rows: Array) -> Array:
        """Return a mask over the visits of the wave."""
        whole = np.zeros(self.visits, np.bool_)
        whole[self.places] = rows
        return whole

    def numbers(self, values: Array) -> Array:
        """Return numbers over the visits of the wave, NaN where columns hold none."""
        whole = np.full(self.visits, np.nan)
        whole[self.places] = values
        return whole


class _MendedWave:
    """The visits of a wave in columns, scored with an item or a feeling mended."""

    def __init__(self, reading: Local, part: _Wave, aggregators: Mapping[str, Aggregator] | None) -> None:
        checklist, scheme = part.checklist, part.scheme
        self.part, self.answers = part, read_answers(reading, checklist.ref, part.visit_filter)
        self.rows = _rows_of(part, self.answers)
        self._headline = scheme.leading
        self._better = 1 if scheme.direction == "higher-is-better" else -1
        self.mending = Mending(self.answers.columns, self._better)
        self._compiled = compile_plan(plan_of_columns(checklist, scheme, [scheme.leading], dict(aggregators or {})))

    def gain(self, mended: VisitColumns, unmended: VisitColumns) -> Array:
        """Return by how much the headline of each visit of the wave is better, NaN where it has none."""
        after, before = (self._compiled.run(columns).values[self._headline] for columns in (mended, unmended))
        return self.rows.numbers(self._better * (after - before))

    def item_fault(self, item: Item) -> Fault:
        """Return the visits in which an item was not fully met."""
        mended = self.mending.mend((), single_items=(item.id,))
        return self.part.fault(
            _reason(self.part.checklist, NOT_MET_RULE, item=item.id),
            what=item.ask,
            kind="raise",
            asked=self.rows.mask(self.answers.columns.items[item.id].codes >= 0),
            found=self.rows.mask(self.mending.item_differs(item.id)),
            gain=self.gain(mended, self.mending.as_they_are),
        )

    def feeling_faults(self) -> Iterator[Fault]:
        """Yield the touchpoints that felt worse than neutral; the gain is beside that of all their items met."""
        for name, felt in self.answers.columns.emotions.items():
            below = (felt < 0) & (felt != NO_FEELING)
            if below.any():
                title = self.part.checklist.touchpoint[name].title
                yield self.part.fault(
                    _reason(self.part.checklist, FELT_RULE, touchpoint=name),
                    what=message("what feels bad: {touchpoint}", touchpoint=title),
                    kind="eliminate",
                    asked=self.rows.mask(felt != NO_FEELING),
                    found=self.rows.mask(below),
                    gain=self.gain(self.mending.mend((name,), feelings=True), self.mending.mend((name,))),
                )


def _scored_faults(
    reading: Local, part: _Wave, aggregators: Mapping[str, Aggregator] | None
) -> tuple[list[Fault], list[LeftOut]]:
    """The items not fully met and the touchpoints that felt badly, with what the headline would gain."""
    checklist, scheme = part.checklist, part.scheme
    if scheme.measure[scheme.leading].for_each:
        return [], [LeftOut(checklist.ref, message("the headline of {scheme} is not one number", scheme=scheme.ref))]
    wave = _MendedWave(reading, part, aggregators)
    advice = _advice(reading, checklist)
    faults, left_out = [], []
    for name, item in checklist.items.items():
        if item.critical or not wave.mending.item_differs(name).any():
            continue
        if advice.get(name) in _TELL_NOTHING:
            left_out.append(LeftOut(name, ITEM_ADVICE[advice[name]]))
        else:
            faults.append(wave.item_fault(item))
    return [*faults, *wave.feeling_faults()], left_out


def _rows_of(part: _Wave, answers: SelectedAnswers) -> _Rows:
    place_of = {visit.number: place for place, visit in enumerate(part.visits)}
    return _Rows(np.array([place_of[number] for number in answers.numbers.tolist()], np.int64), len(part.visits))


def _advice(reading: Local, checklist: Checklist) -> dict[str, ItemAdvice]:
    """What is advised on each item, over all waves."""
    query = LedgerQuery(which=EVERYTHING._replace(conditions=(Condition("checklist", (checklist.id,)),)))
    return {row.item: row.advice for row in item_statistics(reading, query) if row.checklist == checklist.ref}


def _not_noted_yet(faults: list[Fault], histories: Mapping[str, ActionHistory]) -> tuple[list[Fault], list[LeftOut]]:
    """The faults that no action is about which is still to be done, and those one is."""
    waiting = {
        (history.action.reason.checklist, history.action.reason.touchpoint, history.action.reason.item): name
        for name, history in histories.items()
        if history.status.is_waiting
    }
    kept, noted = [], []
    for fault in faults:
        key = fault.reason.checklist, fault.reason.touchpoint, fault.reason.item
        if key in waiting:
            noted.append(LeftOut(fault.place, message("noted already: {action}", action=waiting[key])))
        else:
            kept.append(fault)
    return kept, noted


def follow_up_actions(reading: Local, histories: Mapping[str, ActionHistory]) -> list[ActionFollowUp]:
    """Return what later visits show of the actions that are done and have a reason that is asked, in their order."""
    results = []
    for name, history in histories.items():
        done, action = history.done_on, history.action
        if done is None or history.status is not ActionStatus.DONE or not action.reason.checklist:
            continue
        outcomes = [
            outcome
            for ref in versions_of(reading, action.reason.checklist)
            for outcome in fault_outcomes(reading, ref, action.stores, action.reason)
        ]
        is_critical = action.reason.finding == CRITICAL_RULE
        result = follow_up(name, action.stores, (action.since, done), outcomes, is_critical=is_critical)
        results += [result] if result else []
    return results
