"""Near-same texts among many: the earlier text that shares most of its shingles with a later one.

    similarity = |A and B| / |A or B| (Jaccard) of the shingles of two texts, at least ``LEAST``

MinHash chooses what is compared: the share of ``HASHES`` hash functions whose least value over the shingles is the same
in two texts estimates their similarity (Broder 1997, "On the resemblance and containment of documents"). What is
estimated at ``CANDIDATE`` or more is compared exactly; of texts that are similar 1 in 50,000 is missed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST", "Similar", "similar_texts"]

LEAST = 0.5
"""A pasted text is as similar as this with every tenth word changed, or as much again written around it."""

HASHES = 64
CANDIDATE = 0.25
_SEED = 20_260
_EMPTY = np.iinfo(np.uint32).max

Signature = NDArray[np.uint32]


class Similar(NamedTuple):
    """The place of a text (a picture) in its sequence, that of the earlier one, and how similar they are (1: equal)."""

    place: int
    earlier: int
    similarity: float


def similar_texts(
    texts: Sequence[frozenset[str]], owners: Sequence[str], first_new: int = 0, least: float = LEAST
) -> Iterator[Similar]:
    """Yield each text from ``first_new`` on that is similar to an earlier one of another owner, with the most similar.

    ``texts``: shingles; ``owners``: what each is of (a visit), whose own texts are not compared with each other.
    """
    signatures = _signatures(texts)
    for place in range(first_new, len(texts)):
        if not texts[place]:
            continue
        agreeing = np.count_nonzero(signatures[:place] == signatures[place], axis=1)
        candidates = np.flatnonzero(agreeing >= CANDIDATE * HASHES)
        # The likeliest first: where a stock phrase is in thousands of texts, the first comparison ends the search.
        likeliest = candidates[np.argsort(-agreeing[candidates], kind="stable")]
        best: tuple[int, float] | None = None
        for earlier in likeliest.tolist():
            similarity = _jaccard(texts[place], texts[earlier]) if owners[earlier] != owners[place] else 0.0
            if similarity >= least and (best is None or similarity > best[1]):
                best = earlier, similarity
                if similarity == 1:
                    break
        if best:
            yield Similar(place, *best)


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _signatures(texts: Sequence[frozenset[str]]) -> Signature:
    """The least value of each hash function over the shingles of each text (texts, ``HASHES``)."""
    generator = np.random.default_rng(_SEED)
    # Multiply-shift: odd factors, and the upper half of what comes out.
    factors = generator.integers(0, 1 << 63, HASHES, np.uint64) * np.uint64(2) + np.uint64(1)
    offsets = generator.integers(0, 1 << 63, HASHES, np.uint64)
    numbers: dict[str, int] = {}
    signatures = np.full((len(texts), HASHES), _EMPTY, np.uint32)
    for place, members in enumerate(texts):
        if members:
            values = np.array([_number(shingle, numbers) for shingle in members], np.uint64)
            hashed = (values[:, None] * factors + offsets) >> np.uint64(32)
            signatures[place] = hashed.min(axis=0)
    return signatures


def _number(shingle: str, numbers: dict[str, int]) -> int:
    """A number for a shingle, the same in every run; ``numbers`` are those known."""
    if shingle not in numbers:
        numbers[shingle] = int.from_bytes(hashlib.blake2b(shingle.encode(), digest_size=8).digest(), "big")
    return numbers[shingle]
