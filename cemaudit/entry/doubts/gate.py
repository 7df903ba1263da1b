"""All doubts about a visit, in the order in which its checklist asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from cemaudit.entry.doubts.answers import answer_doubts
from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.entry.doubts.earlier import Earlier, text_doubts
from cemaudit.entry.doubts.pictures import picture_doubts
from cemaudit.entry.doubts.times import when_doubts
from cemaudit.entry.evidence import KeptEvidence
from cemaudit.errors import Problem
from cemaudit.model import Checklist, Visit

__all__ = ["all_doubts"]


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
    found = [
        *when_doubts(visit, now),
        *answer_doubts(visit, checklist),
        *picture_doubts(visit, taken, earlier),
        *text_doubts(visit, earlier),
        *(Doubt("sector", problem) for problem in review),
    ]
    places = _order(checklist)
    return sorted(found, key=lambda doubt: places.get(doubt.problem.place.partition(".")[2], -1))


def _order(checklist: Checklist) -> dict[str, int]:
    """The position of every touchpoint and item, as they are asked; items come before what is felt at the end."""
    names = [name for one in checklist.touchpoints for name in (*(item.id for item in one.items), one.id)]
    return {name: number for number, name in reversed(list(enumerate(names)))}
