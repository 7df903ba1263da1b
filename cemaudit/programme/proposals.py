"""Drafts of actions from what a wave found: critical items first, then by gain times frequency.

    gain x frequency = mean over all visits of the wave of (headline with the fault mended - headline as it is)

A fault is an item that was not fully met, or a touchpoint that felt worse than neutral. Stores are named where they
have visits enough of the wave to say that the fault is theirs; where none has, and the fault is frequent, the action is
for all stores that were asked. Nothing is proposed of what the visits do not carry.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.intervals import wilson_interval
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.errors import Sayable
from cemaudit.language import Message, message
from cemaudit.ledger.actions import Action, ActionReason, Kind

__all__ = [
    "DEFAULT_PROPOSAL_RULES",
    "ActionDraft",
    "ActionProposals",
    "Fault",
    "LeftOut",
    "ProposalRules",
    "draft_actions",
]

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

_MOST_VISITS = 20
"""So many visits are named as a reason, the latest."""
_CHANCE = 1e-9
_LONGEST_ID = 80
_LONGEST_WHAT = 500


class ProposalRules(NamedTuple):
    """When a fault is worth an action.

    At most ``most`` drafts beside the critical ones. A store is named where at least ``least_visits`` of the wave
    asked, and at least the share ``of_store`` of them had the fault. Beyond stores: at least ``least_asked`` visits,
    and a share of all that is surely (Wilson, 95 %) above ``of_chain``.
    """

    most: int = 10
    least_visits: int = DEFAULT_RULES.least_visits
    of_store: float = 0.5
    least_asked: int = 10
    of_chain: float = 0.1


DEFAULT_PROPOSAL_RULES = ProposalRules()


@dataclass(frozen=True)
class Fault:
    """A fault in the visits of a wave, by row: where it was ``asked``, where it was ``found``, and the ``gain`` there.

    ``gain``: by how many points the headline would be higher (NaN: no headline). ``critical``: a critical item failed.
    ``stores`` and ``visits`` are those of the rows, the earliest day first.
    """

    reason: ActionReason
    what: Sayable
    kind: Kind
    stores: Sequence[str]
    visits: Sequence[str]
    asked: Mask
    found: Mask
    gain: Floats
    critical: bool = False

    @property
    def place(self) -> str:
        """Return the id of what it is about."""
        return self.reason.item or self.reason.touchpoint or self.reason.finding or "visit"


@dataclass(frozen=True)
class ActionDraft:
    """A proposed ``action`` and what it rests on: ``found`` in so many of the visits that ``asked``.

    ``chain_gain``: gain times frequency, in points of the headline over all visits of the wave. ``of_all``: no single
    store has visits enough, and the action is for all that were asked.
    """

    action: Action
    critical: bool
    found: int
    asked: int
    chain_gain: float | None
    of_all: bool


class LeftOut(NamedTuple):
    """A fault that is not proposed: what it is about, and why."""

    name: str
    why: Sayable


@dataclass(frozen=True)
class ActionProposals:
    """The drafts of a ``wave``, the most urgent first, to begin ``since`` and be done by ``due``; and what is none."""

    wave: str
    last_day: dt.date
    since: dt.date
    due: dt.date
    drafts: tuple[ActionDraft, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Message, ...] = ()


class _Frame(NamedTuple):
    """What all drafts of a wave share."""

    wave: str
    since: dt.date
    due: dt.date
    rules: ProposalRules


def draft_actions(
    faults: Iterable[Fault],
    wave: str,
    days: tuple[dt.date, dt.date],
    taken: Collection[str] = (),
    rules: ProposalRules = DEFAULT_PROPOSAL_RULES,
) -> tuple[list[ActionDraft], list[LeftOut]]:
    """Return drafts from the faults of a wave, and those that visits do not carry.

    ``days``: when the actions begin, and by when they are to be done; ``taken``: ids of actions there are.
    """
    frame = _Frame(wave, *days, rules)
    drafts: list[ActionDraft] = []
    left_out: list[LeftOut] = []
    for fault in faults:
        drafted = _critical_draft(fault, frame) if fault.critical else _draft(fault, frame)
        if isinstance(drafted, LeftOut):
            left_out.append(drafted)
        elif drafted:
            drafts.append(drafted)
    drafts.sort(key=_most_urgent_first)
    critical = sum(draft.critical for draft in drafts)
    return list(_with_own_ids(drafts[: critical + rules.most], set(taken))), left_out


def _most_urgent_first(draft: ActionDraft) -> tuple[bool, float, str]:
    weight = draft.found if draft.critical else draft.chain_gain or 0.0
    return not draft.critical, -weight, draft.action.id


def _critical_draft(fault: Fault, frame: _Frame) -> ActionDraft | None:
    """A critical item is acted on wherever it failed, be it once."""
    stores = _stores_of(fault, fault.found)
    return _made(fault, stores, frame, of_all=False) if stores else None


def _draft(fault: Fault, frame: _Frame) -> ActionDraft | LeftOut | None:
    found, asked, rules = int(fault.found.sum()), int(fault.asked.sum()), frame.rules
    if not found:
        return None
    if asked < rules.least_asked:
        return LeftOut(fault.place, message("asked in {count} visits only", count=asked))
    if _mean(fault.gain, fault.gain == fault.gain) <= _CHANCE:
        return LeftOut(fault.place, message("the headline would gain nothing"))
    if named := list(_stores_with_fault(fault, rules)):
        return _made(fault, named, frame, of_all=False)
    if wilson_interval(found, asked).low <= rules.of_chain:
        text = message("found in {found} of {asked} visits, in no store often enough", found=found, asked=asked)
        return LeftOut(fault.place, text)
    return _made(fault, _stores_of(fault, fault.asked), frame, of_all=True)


def _stores_with_fault(fault: Fault, rules: ProposalRules) -> Iterator[str]:
    stores = np.array(fault.stores, dtype=object)
    for store in _stores_of(fault, fault.found):
        here = stores == store
        asked = int((fault.asked & here).sum())
        if asked >= rules.least_visits and int((fault.found & here).sum()) >= rules.of_store * asked:
            yield store


def _stores_of(fault: Fault, rows: Mask) -> list[str]:
    return sorted({fault.stores[row] for row in np.flatnonzero(rows).tolist()})


def _mean(values: Floats, rows: Mask) -> float:
    """The mean over some rows, correctly rounded: the same whatever their order; 0 without any."""
    chosen = values[rows & ~np.isnan(values)].tolist()
    return math.fsum(chosen) / len(chosen) if chosen else 0.0


def _made(fault: Fault, stores: Sequence[str], frame: _Frame, *, of_all: bool) -> ActionDraft:
    in_stores = np.isin(np.array(fault.stores, dtype=object), list(stores))
    gain = _mean(fault.gain, in_stores)
    # An id with a blank would be two in a table, where blanks part them.
    showing = [fault.visits[row] for row in np.flatnonzero(fault.found & in_stores).tolist()]
    visits = [visit for visit in reversed(showing) if not re.search(r"\s", visit)][:_MOST_VISITS]
    action = Action(
        id=_id_of(fault.place, frame.wave),
        kind=fault.kind,
        what=str(fault.what)[:_LONGEST_WHAT],
        since=frame.since,
        due=frame.due,
        gain=f"{gain:.2f}" if gain > _CHANCE else None,
        stores=tuple(stores),
        reason=fault.reason.model_copy(update={"visits": tuple(visits)}),
    )
    return ActionDraft(
        action=action,
        critical=fault.critical,
        found=int(fault.found.sum()),
        asked=int(fault.asked.sum()),
        chain_gain=_mean(fault.gain, ~np.isnan(fault.gain)) if not np.isnan(fault.gain).all() else None,
        of_all=of_all,
    )


def _id_of(place: str, wave: str) -> str:
    return f"{place}-{re.sub(r'[^A-Za-z0-9_.-]+', '-', wave)}"[:_LONGEST_ID]


def _with_own_ids(drafts: Iterable[ActionDraft], taken: set[str]) -> Iterator[ActionDraft]:
    """The drafts, those whose id is taken with a number behind it."""
    for draft in drafts:
        name, number = draft.action.id, 1
        while name in taken:
            number += 1
            name = f"{draft.action.id[: _LONGEST_ID - 4]}-{number}"
        taken.add(name)
        action = draft.action.model_copy(update={"id": name})
        yield ActionDraft(action, draft.critical, draft.found, draft.asked, draft.chain_gain, draft.of_all)
