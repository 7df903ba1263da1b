"""Doubts about narratives: pasted from another visit, or from another item of this one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.entry.doubts.earlier import Earlier, PriorVisit
from cemaudit.entry.doubts.narrative import alike, narratives, shingles
from cemaudit.errors import Problem, Sayable
from cemaudit.language import message
from cemaudit.model import Visit

__all__ = ["text_doubts"]


def text_doubts(visit: Visit, earlier: Earlier) -> Iterator[Doubt]:
    """Every longer note, claim or blame whose words were used before."""
    texts = list(narratives(visit))
    for place, words in texts:
        seen = earlier.text(visit.id, words)
        if seen:
            yield _again(place, _elsewhere(seen))
    read = [(place, shingles(words)) for place, words in texts]
    doubted = set()
    for (first, one), (second, other) in combinations(read, 2):
        if second not in doubted and alike(one, other):
            doubted.add(second)
            yield _again(second, message("the same text stands at {place}", place=first))


def _again(place: str, what: Sayable) -> Doubt:
    return Doubt("text.again", Problem(what, place, message("write what you saw here, this time")))


def _elsewhere(seen: PriorVisit) -> Sayable:
    return message(
        "nearly the same text stands in another visit: store {store}, {day} ({visit})",
        store=seen.store,
        day=seen.day or "-",
        visit=seen.visit,
    )
