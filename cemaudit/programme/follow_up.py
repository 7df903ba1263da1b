"""What later visits show of actions that were done: that they hold, or that the fault came back.

    chance = P(as few faults or fewer in n visits, each with the share of before), the binomial distribution

The share of before is that of the same stores in all visits before the action began: (faults + 1/2) / (visits + 1), so
that no share is 0 or 1 for want of visits (Jeffreys). Where the visits after it hold no
fault at all, that is proposed as verified, and the chance says how much it means: one good visit says little.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scipy import stats

from cemaudit.language import Message, message
from cemaudit.ledger.action_updates import ActionStatus
from cemaudit.programme.queries import FaultOutcome

__all__ = ["ActionFollowUp", "FollowUpOutcome", "follow_up", "follow_up_words"]

_BY_CHANCE = 0.05
"""Below this chance fewer faults than before are no accident."""


class FollowUpOutcome(StrEnum):
    """What later visits propose: ``verified``; ``came-back``; ``so-far``: no fault yet, but not all stores visited."""

    VERIFIED = "verified"
    CAME_BACK = "came-back"
    SO_FAR = "so-far"


@dataclass(frozen=True)
class ActionFollowUp:
    """The ``visits`` after an action was done that asked about its fault, and how many had it (``faults``).

    ``stores``: how many of its stores these were in; ``all_stores``: how many it has. ``before`` and ``faults_before``:
    the same of the visits before it began. ``chance``: of as few faults had nothing changed; ``None`` without any
    visit before. ``last_day``: of the latest visit.
    """

    action: str
    outcome: FollowUpOutcome
    visits: int
    faults: int
    stores: int
    all_stores: int
    before: int
    faults_before: int
    chance: float | None
    last_day: dt.date

    @property
    def proposed(self) -> ActionStatus | None:
        """Return the status proposed; ``None`` as long as it may go either way."""
        proposals = {FollowUpOutcome.VERIFIED: ActionStatus.VERIFIED, FollowUpOutcome.CAME_BACK: ActionStatus.OPEN}
        return proposals.get(self.outcome)


def follow_up(
    action: str,
    stores: Sequence[str],
    days: tuple[dt.date, dt.date],
    outcomes: Iterable[FaultOutcome],
    *,
    is_critical: bool,
) -> ActionFollowUp | None:
    """Return what visits show of an action in ``stores``; ``None`` where none asked again.

    ``days``: when it began, and when it was done; visits of the very day it was done may have been before it, and are
    left out. ``is_critical``: a single fault means that it came back.
    """
    since, done = days
    listed = list(outcomes)
    after = [outcome for outcome in listed if outcome.day > done]
    before = [outcome for outcome in listed if outcome.day < since]
    if not after:
        return None
    faults, faults_before = sum(outcome.has_fault for outcome in after), sum(outcome.has_fault for outcome in before)
    share = (faults_before + 0.5) / (len(before) + 1)
    chance = float(stats.binom.cdf(faults, len(after), share)) if before else None
    visited = {outcome.store for outcome in after}
    if faults and (is_critical or chance is None or chance >= _BY_CHANCE):
        outcome = FollowUpOutcome.CAME_BACK
    else:
        outcome = FollowUpOutcome.VERIFIED if visited >= set(stores) else FollowUpOutcome.SO_FAR
    return ActionFollowUp(
        action=action,
        outcome=outcome,
        visits=len(after),
        faults=faults,
        stores=len(visited),
        all_stores=len(set(stores)),
        before=len(before),
        faults_before=faults_before,
        chance=chance,
        last_day=max(outcome.day for outcome in after),
    )


def follow_up_words(result: ActionFollowUp) -> Message:
    """Return what later visits show, in a sentence."""
    values = {
        "visits": result.visits,
        "faults": result.faults,
        "day": result.last_day,
        "before": result.before,
        "faults_before": result.faults_before,
    }
    if result.outcome is FollowUpOutcome.CAME_BACK:
        return message(
            "came back: {faults} of {visits} visits since had it again, last on {day} (before: {faults_before} of "
            "{before})",
            **values,
        )
    values |= {"stores": result.stores, "all": result.all_stores}
    values["chance"] = message("not known") if result.chance is None else f"{result.chance:.0%}"
    if result.outcome is FollowUpOutcome.SO_FAR:
        return message(
            "good so far: {faults} of {visits} visits since had it, in {stores} of {all} stores (before: "
            "{faults_before} of {before}; so few by chance: {chance})",
            **values,
        )
    return message(
        "verified: {faults} of {visits} visits since had it, last on {day} (before: {faults_before} of {before}; so "
        "few by chance: {chance})",
        **values,
    )
