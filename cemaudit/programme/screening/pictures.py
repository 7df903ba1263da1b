"""Near-same pictures among many: those whose difference hashes differ in few of the bits set in either.

unlikeness = bits set in one of both / bits set in either, at most ``MOST``
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cemaudit.media.picture_hash import BITS
from cemaudit.programme.screening.texts import Similar

__all__ = ["MOST", "similar_pictures"]

MOST = 0.2
"""As unlike is a picture that was saved again at most; another picture of the same thing is far more so."""

_AT_ONCE = 4_000_000


def similar_pictures(
    hashes: Sequence[int], owners: Sequence[str], first_new: int = 0, most: float = MOST
) -> Iterator[Similar]:
    """Yield each picture from ``first_new`` on that looks like an earlier one of another owner, with the nearest."""
    words = np.array([[value >> shift & (1 << 64) - 1 for shift in range(0, BITS, 64)] for value in hashes], np.uint64)
    for place in range(first_new, len(hashes)):
        nearest: tuple[float, int] | None = None
        for start in range(0, place, _AT_ONCE):
            earlier_words = words[start : min(place, start + _AT_ONCE)]
            differing = np.bitwise_count(earlier_words ^ words[place]).sum(axis=1)
            unlike = differing / np.maximum(np.bitwise_count(earlier_words | words[place]).sum(axis=1), 1)
            for earlier in (np.flatnonzero(unlike <= most) + start).tolist():
                found = float(unlike[earlier - start]), earlier
                if owners[earlier] != owners[place] and (nearest is None or found < nearest):
                    nearest = found
        if nearest:
            yield Similar(place, nearest[1], 1 - nearest[0])
