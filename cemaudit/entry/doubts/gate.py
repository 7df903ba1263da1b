"""The gate every visit passes, whatever door it comes by: an entry, a table, a form, a phone, the ledger.

What needs neither a clock, nor a draft, nor other visits is looked at everywhere alike (``gate_doubts``); the rest
where a visit is sealed (``all_doubts``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from cemaudit.entry.doubts.answers import answer_doubts, fit_doubts
from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.entry.doubts.earlier import Earlier, text_doubts
from cemaudit.entry.doubts.overlaps import overlap_doubts
from cemaudit.entry.doubts.pictures import picture_doubts
from cemaudit.entry.doubts.times import contradiction_doubts, when_doubts
from cemaudit.entry.evidence import KeptEvidence
from cemaudit.errors import Problem
from cemaudit.model import Checklist, Visit

__all__ = ["all_doubts", "gate_doubts"]


def gate_doubts(visit: Visit, checklist: Checklist, review: Iterable[Problem] = ()) -> list[Doubt]:
    """Return what every door asks about a visit, let stand or not, in the order in which its checklist asks.

    The visit answers this checklist. ``review``: what the sector's plugin doubts.
    """
    doubts = [
        *contradiction_doubts(visit, checklist),
        *answer_doubts(visit, checklist),
        *(Doubt("sector", problem) for problem in review),
    ]
    return _in_order(doubts, checklist)


def all_doubts(  # noqa: PLR0913, PLR0917 (a doubt may come of any of the six)
    visit: Visit,
    checklist: Checklist,
    taken: Mapping[str, KeptEvidence],
    earlier: Earlier,
    now: dt.datetime,
    review: Iterable[Problem],
) -> list[Doubt]:
    """Everything that should be looked at again, settled or not; first the setting, then touchpoint by touchpoint.

    ``taken``: the visit's evidence by SHA-256; ``now`` with a zone; ``review``: what the sector's plugin found.
    """
    doubts = [
        *when_doubts(visit, now),
        *fit_doubts(visit, checklist),
        *(gate_doubts(visit, checklist, review) if visit.checklist == checklist.ref else ()),
        *picture_doubts(visit, taken, earlier),
        *text_doubts(visit, earlier),
        *overlap_doubts(visit, checklist, earlier.stays),
    ]
    return _in_order(doubts, checklist)


def _in_order(doubts: Iterable[Doubt], checklist: Checklist) -> list[Doubt]:
    """The doubts as they are asked: first the setting; items come before what is felt at the end of a touchpoint."""
    names = [
        name
        for touchpoint in checklist.touchpoints
        for name in (*(item.id for item in touchpoint.items), touchpoint.id)
    ]
    places = {name: number for number, name in reversed(list(enumerate(names)))}
    return sorted(doubts, key=lambda doubt: places.get(doubt.problem.place.partition(".")[2], -1))
