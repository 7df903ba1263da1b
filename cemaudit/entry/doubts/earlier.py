"""What the other visits of this laptop hold: their files, and how their texts read."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cemaudit.entry.doubts.narrative import alike, narratives, shingles
from cemaudit.entry.evidence import KeptEvidence
from cemaudit.model import Visit

__all__ = ["Earlier", "PriorVisit"]


@dataclass(frozen=True)
class PriorVisit:
    """The visit in which something was seen before."""

    visit: str
    store: str
    day: dt.date | None


@dataclass(frozen=True)
class Earlier:
    """Files by their SHA-256 (of the copy, and of the file as it was given), and the shingles of every longer text."""

    files: Mapping[str, tuple[PriorVisit, ...]] = field(default_factory=dict)
    texts: tuple[tuple[frozenset[str], PriorVisit], ...] = ()

    @classmethod
    def of(cls, visits: Iterable[tuple[Visit, Iterable[KeptEvidence]]]) -> Earlier:
        """What ``visits`` hold, each with the files taken in for it."""
        files: dict[str, tuple[PriorVisit, ...]] = defaultdict(tuple)
        texts = []
        for visit, taken in visits:
            seen = PriorVisit(visit.id, visit.store, visit.day)
            hashes = {piece.sha256 for pieces in visit.evidence.values() for piece in pieces if piece.sha256}
            for digest in hashes | {digest for one in taken for digest in (one.sha256, one.original)}:
                files[digest] += (seen,)
            texts += [(shingles(words), seen) for _, words in narratives(visit)]
        return cls(dict(files), tuple(texts))

    def file(self, visit: str, *digests: str) -> PriorVisit | None:
        """Another visit than ``visit`` that has a file of one of these SHA-256."""
        found = (seen for digest in digests for seen in self.files.get(digest, ()))
        return next((seen for seen in found if seen.visit != visit), None)

    def text(self, visit: str, words: str) -> PriorVisit | None:
        """Another visit than ``visit`` with nearly the same words."""
        own = shingles(words)
        shared = Counter(number for shingle in own for number in self._where.get(shingle, ()))
        for number, _ in shared.most_common():
            theirs, seen = self.texts[number]
            if seen.visit != visit and alike(own, theirs):
                return seen
        return None

    @cached_property
    def _where(self) -> dict[str, list[int]]:
        """The numbers of the texts each shingle is in."""
        where = defaultdict(list)
        for number, (members, _) in enumerate(self.texts):
            for shingle in members:
                where[shingle].append(number)
        return where
