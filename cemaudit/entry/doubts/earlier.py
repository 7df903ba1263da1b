"""What the other visits at hand hold, and what of it a visit repeats: the same files, nearly the same words.

Texts are compared by their shingles, in Korean and English alike.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.entry.doubts.overlaps import Stay, Stays
from cemaudit.entry.evidence import KeptEvidence
from cemaudit.errors import Problem, Sayable
from cemaudit.language import message
from cemaudit.model import Visit

__all__ = ["Earlier", "PriorVisit", "alike", "narratives", "shingles", "text_doubts"]


SHORTEST = 40
"""Letters and digits; shorter texts may well read the same by chance."""


LENGTH = 6


SHARED = 0.8
"""Of the shingles (runs of six letters) of the shorter text, so many must be in the other: a pasted text with a word
changed here and there, or a sentence added, is still the same."""


def narratives(visit: Visit) -> Iterator[tuple[str, str]]:
    """The place and words of every longer note, claim and blame."""
    texts = [(f"notes.{item}", words) for item, words in visit.notes.items()]
    texts += [(f"claims.{claim.touchpoint}", claim.text) for claim in visit.claims]
    texts += [(f"blames.{blame.touchpoint}", blame.text) for blame in visit.blames]
    return ((place, words) for place, words in texts if len(_letters(words)) >= SHORTEST)


def shingles(words: str) -> frozenset[str]:
    """Every run of six letters and digits of a text, case, spaces and marks left out."""
    letters = _letters(words)
    return frozenset(letters[start : start + LENGTH] for start in range(len(letters) - LENGTH + 1))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts share most of their shingles."""
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= SHARED * shorter


def _letters(words: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", words).casefold() if char.isalnum())


@dataclass(frozen=True)
class PriorVisit:
    """The visit in which something was seen before."""

    visit: str
    store: str
    day: dt.date | None


@dataclass(frozen=True)
class Earlier:
    """Files by their SHA-256 (of the copy, and of the file as it was given), and the shingles of every longer text.

    ``stays``: when the shopper of this laptop was in which store.
    """

    files: Mapping[str, tuple[PriorVisit, ...]] = field(default_factory=dict)
    texts: tuple[tuple[frozenset[str], PriorVisit], ...] = ()
    stays: Stays = field(default_factory=Stays)

    @classmethod
    def of(cls, visits: Iterable[tuple[Visit, Iterable[KeptEvidence]]], stays: Iterable[Stay | None] = ()) -> Earlier:
        """What ``visits`` hold, each with the files taken in for it, and where their shopper was meanwhile."""
        files: dict[str, tuple[PriorVisit, ...]] = defaultdict(tuple)
        texts = []
        for visit, kept_evidence in visits:
            prior = PriorVisit(visit.id, visit.store, visit.day)
            hashes = {piece.sha256 for pieces in visit.evidence.values() for piece in pieces if piece.sha256}
            for digest in hashes | {digest for piece in kept_evidence for digest in (piece.sha256, piece.original)}:
                files[digest] += (prior,)
            texts += [(shingles(words), prior) for _, words in narratives(visit)]
        return cls(dict(files), tuple(texts), Stays.of(stays, one_shopper=True))

    def file(self, visit: str, *digests: str) -> PriorVisit | None:
        """Another visit than ``visit`` that has a file of one of these SHA-256."""
        priors = (prior for digest in digests for prior in self.files.get(digest, ()))
        return next((prior for prior in priors if prior.visit != visit), None)

    def text(self, visit: str, words: str) -> PriorVisit | None:
        """Another visit than ``visit`` with nearly the same words."""
        own = shingles(words)
        shared = Counter(number for shingle in own for number in self._where.get(shingle, ()))
        for number, _ in shared.most_common():
            theirs, prior = self.texts[number]
            if prior.visit != visit and alike(own, theirs):
                return prior
        return None

    @cached_property
    def _where(self) -> dict[str, list[int]]:
        """The numbers of the texts each shingle is in."""
        where = defaultdict(list)
        for number, (members, _) in enumerate(self.texts):
            for shingle in members:
                where[shingle].append(number)
        return where


def text_doubts(visit: Visit, earlier: Earlier) -> Iterator[Doubt]:
    """Every longer note, claim or blame whose words were used before."""
    texts = list(narratives(visit))
    for place, words in texts:
        prior = earlier.text(visit.id, words)
        if prior:
            yield _again(place, _elsewhere(prior))
    read = [(place, shingles(words)) for place, words in texts]
    doubted = set()
    for (first, first_shingles), (second, second_shingles) in combinations(read, 2):
        if second not in doubted and alike(first_shingles, second_shingles):
            doubted.add(second)
            yield _again(second, message("the same text stands at {place}", place=first))


def _again(place: str, cause: Sayable) -> Doubt:
    return Doubt("text.again", Problem(cause, place, message("write what you saw here, this time")))


def _elsewhere(prior: PriorVisit) -> Sayable:
    return message(
        "nearly the same text stands in another visit: store {store}, {day} ({visit})",
        store=prior.store,
        day=prior.day or "-",
        visit=prior.visit,
    )
