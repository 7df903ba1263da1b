"""Whether the visits can tell the variances apart at all."""

from __future__ import annotations

import numpy as np

from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.mixed.moments import Moments
from cemaudit.compare.mixed.sums import Sums
from cemaudit.language import message

__all__ = ["LARGEST_BLOCK", "check_moments", "check_sums"]

LARGEST_BLOCK = 6_000
_ALIKE = 1e-9


def check_sums(sums: Sums) -> None:
    """``CannotTell`` where sizes alone show that there is no answer (``sums`` in solved order)."""
    if sums.visits - sums.fixed < 2:
        raise CannotTell(message("{count} visits are too few to compare anything", count=sums.visits), "few")
    if sums.columns > LARGEST_BLOCK:
        text = "there are more than {most} of both kinds: compare fewer at once, for instance region by region"
        raise CannotTell(message(text, most=LARGEST_BLOCK), "large")


def check_moments(sums: Sums, moments: Moments, factors: tuple[int, ...]) -> None:
    """``CannotTell`` where the moments of ``sums`` show that two variances leave the same mark, or one leaves none.

    ``factors``: the number under which each random factor is known to the caller.
    """
    if not moments.right[-1] > 1e-12 * max(sums.squares, np.finfo(float).tiny):
        raise CannotTell(message("all scores are equal, or explained without any remainder"), "equal")
    alike = moments.likeness()
    for row, factor in enumerate(factors):
        _check_factor(alike, row, factor)
    if np.linalg.eigvalsh(alike)[0] < _ALIKE:
        raise CannotTell(message("these visits cannot tell the sources of difference from one another"), "alike")


def _check_factor(alike: np.ndarray[tuple[int, ...], np.dtype[np.float64]], row: int, factor: int) -> None:
    if alike[row, row] == 0.0:
        text = "there is nothing to compare: one level only, or each in a group of its own"
        raise CannotTell(message(text), "absorbed", factor)
    if alike[row, -1] > 1.0 - _ALIKE:
        text = "each was visited once: its own level cannot be told from the chance of that visit"
        raise CannotTell(message(text), "once", factor)
    if np.any(alike[row, :row] > 1.0 - _ALIKE):
        text = "each was visited by one person who visited nothing else: the two cannot be told apart"
        raise CannotTell(message(text), "same", factor)
