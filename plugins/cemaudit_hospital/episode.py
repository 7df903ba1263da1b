"""The episode view: the visits of one treatment side by side, each number exact.

Across (one visit): its touchpoints and its own score. Down (one item): how it changes from visit to visit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cemaudit.model import Audit, Text

__all__ = ["EXPERIENCE", "PERFORMANCE", "Episode", "Kind", "Line", "episodes", "kind_of", "matrix", "series"]

Line = tuple[Fraction | None, ...]
"""One value for each visit of an episode, in order; ``None``: not scored at that visit."""


@dataclass(frozen=True)
class Kind:
    """What an episode is told in: the measure of a touchpoint, that of a whole visit, and the scale of both."""

    touchpoint: str
    visit: str
    low: int
    high: int
    title: Text


EXPERIENCE = Kind("touchpoint.experience", "overall", -100, 100, Text(ko="경험", en="Experience"))
PERFORMANCE = Kind("touchpoint.performance", "performance", 0, 100, Text(ko="수행", en="Performance"))


@dataclass(frozen=True)
class Episode:
    """The audits of one treatment of one patient, ordered by the number of the visit."""

    id: str
    audits: tuple[Audit, ...]

    def line(self, measure: str, *key: str) -> Line:
        """A measure at each visit."""
        return tuple(audit.score(measure, *key).value for audit in self.audits)


def episodes(audits: Iterable[Audit]) -> tuple[Episode, ...]:
    """The episodes among ``audits``, sorted by id; audits that belong to none are left out."""
    members: dict[str, list[Audit]] = defaultdict(list)
    for audit in audits:
        if audit.visit.episode:
            members[audit.visit.episode.id].append(audit)
    return tuple(Episode(name, tuple(sorted(members[name], key=_place))) for name in sorted(members))


def kind_of(episode: Episode) -> Kind:
    """Experience where any visit has it, else performance: never the two in one number."""
    felt = any(value is not None for value in episode.line(EXPERIENCE.visit))
    return EXPERIENCE if felt else PERFORMANCE


def matrix(episode: Episode, kind: Kind) -> dict[str, Line]:
    """Touchpoint id -> its value at each visit; touchpoints never scored in this kind are left out."""
    names = _in_order(episode, lambda audit: audit.checklist.touchpoint)
    lines = {name: episode.line(kind.touchpoint, name) for name in names}
    return {name: line for name, line in lines.items() if line.count(None) < len(line)}


def series(episode: Episode) -> dict[str, Line]:
    """Vertical item id -> its share of the points possible at each visit (0..1); items never scored are left out."""
    names = _in_order(episode, lambda audit: audit.checklist.items)
    tracked = [name for name in names if any(_is_vertical(audit, name) for audit in episode.audits)]
    lines = {name: tuple(_share(audit, name) for audit in episode.audits) for name in tracked}
    return {name: line for name, line in lines.items() if line.count(None) < len(line)}


def _place(audit: Audit) -> tuple[int, str, str]:
    number = audit.visit.episode.number if audit.visit.episode else 0
    return number, str(audit.visit.day or ""), audit.visit.id


def _in_order(episode: Episode, of: Callable[[Audit], Mapping[str, object]]) -> tuple[str, ...]:
    """Ids in the order of the checklist, also where the visits answer different versions of it."""
    return tuple(dict.fromkeys(name for audit in reversed(episode.audits) for name in of(audit)))


def _is_vertical(audit: Audit, item: str) -> bool:
    return item in audit.checklist.items and audit.checklist.items[item].vertical


def _share(audit: Audit, item: str) -> Fraction | None:
    score = audit.items.get(item)
    return score.share if score else None
