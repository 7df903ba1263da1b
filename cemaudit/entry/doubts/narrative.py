"""When two texts say the same in the same words, in Korean and English alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from cemaudit.model import Visit

__all__ = ["alike", "narratives", "shingles"]

SHORTEST = 40
"""Letters and digits; shorter texts may well read the same by chance."""

LENGTH = 6
SHARED = 0.8
"""Of the shingles (runs of six letters) of the shorter text, so many must be in the other: a pasted text with a word
changed here and there, or a sentence added, is still the same."""


def narratives(visit: Visit) -> Iterator[tuple[str, str]]:
    """The place and words of every longer note, claim and blame."""
    texts = [(f"notes.{item}", words) for item, words in visit.notes.items()]
    texts += [(f"claims.{one.touchpoint}", one.text) for one in visit.claims]
    texts += [(f"blames.{one.touchpoint}", one.text) for one in visit.blames]
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
