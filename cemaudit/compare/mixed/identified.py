"""Whether the visits can tell the variances apart at all."""

from __future__ import annotations

import numpy as np

from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.mixed.arrangement import Arrangement, arrange
from cemaudit.compare.mixed.moments import Moments
from cemaudit.compare.mixed.sums import Matrix, Sums
from cemaudit.language import N_, message

__all__ = ["LARGEST_BLOCK", "identified"]

LARGEST_BLOCK = 6_000
_ALIKE = 1e-9


def identified(sums: Sums) -> tuple[Arrangement, Moments]:
    """The arrangement of ``sums`` and its moments; ``CannotTell`` where they do not say enough for a model."""
    arrangement = arrange(sums)
    _check_sizes(arrangement.sums)
    moments = Moments.of(arrangement.sums)
    _check_moments(arrangement, moments)
    return arrangement, moments


def _check_sizes(sums: Sums) -> None:
    if sums.visits - sums.fixed < 2:
        raise CannotTell(message("{count} visits are too few to compare anything", count=sums.visits), "few")
    if sums.columns > LARGEST_BLOCK:
        text = N_("there are more than {most} on both sides: compare fewer at once, for instance region by region")
        raise CannotTell(message(text, most=LARGEST_BLOCK), "large")


def _check_moments(arrangement: Arrangement, moments: Moments) -> None:
    """Raises where two variances leave the same mark on the scores, or one leaves none."""
    if not moments.right[-1] > 1e-12 * max(arrangement.sums.squares, np.finfo(float).tiny):
        raise CannotTell(
            message("the scores are all equal, or leave no remainder: there is nothing to compare"), "equal"
        )
    alike = moments.likeness()
    for row, factor in enumerate(arrangement.factors):
        _check_factor(alike, row, factor)
    if np.linalg.eigvalsh(alike)[0] < _ALIKE:
        raise CannotTell(message("these visits cannot tell the sources of difference from one another"), "alike")


def _check_factor(alike: Matrix, row: int, factor: int) -> None:
    if alike[row, row] == 0.0:
        text = N_("there is only one to compare, or each stands in a group of its own")
        raise CannotTell(message(text), "absorbed", factor)
    if alike[row, -1] > 1.0 - _ALIKE:
        text = N_("each occurs in one visit only: what is its own cannot be told from the chance of that visit")
        raise CannotTell(message(text), "once", factor)
    if np.any(alike[row, :row] > 1.0 - _ALIKE):
        text = N_("each goes with one other alone, like a store with its only shopper: the two cannot be told apart")
        raise CannotTell(message(text), "same", factor)
