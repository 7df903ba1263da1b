"""How far shoppers agree where two or more visited the same store in the same wave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.agreement import Coefficient, intraclass
from cemaudit.compare.krippendorff import krippendorff
from cemaudit.compare.mixed.sums import Matrix, Vector
from cemaudit.compare.observed import Observed
from cemaudit.compare.rules import DEFAULT, Rules
from cemaudit.language import N_, Message, message

__all__ = ["LEAST_CASES", "MOST_CASES", "Concordance", "concordance_of"]

LEAST_CASES = 10
"""Of fewer nothing is said."""
MOST_CASES = 2_000
"""Of more so many, evenly taken, stand for all."""
MOST_SHOPPERS = 50
"""Of a case so many are looked at."""
FAIR, GOOD = 0.40, 0.60
"""Intraclass correlations from which agreement is called fair, and good: Cicchetti 1994, Psychological Assessment
6:284-290.
"""


class Concordance(NamedTuple):
    """``cases``: a store in a wave, with two shoppers or more; ``taken``: of how many of these the coefficients are.

    ``alpha``: Krippendorff's, of all shoppers' scores; ``icc``: the intraclass correlation ICC1 of two shoppers of each
    case. Both ``None`` below ``LEAST_CASES``, or where no scores differ. ``notes``: the same in words.
    """

    cases: int
    taken: int
    alpha: Coefficient | None
    icc: Coefficient | None
    notes: tuple[Message, ...]


class _Cases(NamedTuple):
    """(V,) the mean ``score`` of each shopper in each case, case by case; ``place``: (V,) of the shopper there, from 0.

    ``case``: (V,) from 0, those with one shopper alone left out.
    """

    score: Vector
    case: NDArray[np.intp]
    place: NDArray[np.intp]

    @property
    def number(self) -> int:
        """How many cases there are."""
        return int(self.case[-1]) + 1 if len(self.case) else 0

    def table(self, some: NDArray[np.intp], most: int) -> Matrix:
        """(R, C) the scores of the first ``most`` shoppers of ``some`` cases, NaN where there are no more."""
        row = np.full(self.number, -1)
        row[some] = np.arange(len(some))
        there = (row[self.case] >= 0) & (self.place < most)
        found = np.full((int(self.place[there].max()) + 1, len(some)), np.nan)
        found[self.place[there], row[self.case[there]]] = self.score[there]
        return found


def concordance_of(seen: Observed, rules: Rules = DEFAULT) -> Concordance:
    """What these visits say; the scores of a shopper who came twice in a wave count as one, their mean."""
    cases = _cases(seen)
    if cases.number < LEAST_CASES:
        return Concordance(cases.number, 0, None, None, (_too_few(cases.number),))
    some = np.unique(np.linspace(0, cases.number - 1, min(cases.number, MOST_CASES)).astype(np.intp))
    alpha = krippendorff(cases.table(some, MOST_SHOPPERS), "interval", rules.level)
    icc = intraclass(cases.table(some, 2).T, rules.level)[0]
    if not np.isfinite([*alpha[1:4], *icc[1:4]]).all():
        return Concordance(cases.number, len(some), None, None, (_alike(cases.number),))
    return Concordance(cases.number, len(some), alpha, icc, tuple(_notes(cases.number, len(some), alpha, icc)))


def _cases(seen: Observed) -> _Cases:
    known = seen.shopper >= 0
    wave = next((one.codes for one in seen.factors if one.name == "wave"), np.zeros_like(seen.store))
    waves, shoppers = int(wave.max(initial=0)) + 1, len(seen.shoppers)
    met = (seen.store[known].astype(np.int64) * waves + wave[known]) * shoppers + seen.shopper[known]
    keys, first, count = np.unique(met, return_inverse=True, return_counts=True)
    score = np.bincount(first, seen.score[known], len(keys)) / count
    _, case, size = np.unique(keys // max(1, shoppers), return_inverse=True, return_counts=True)
    place = np.arange(len(keys)) - np.repeat(size.cumsum() - size, size)
    several = size[case] > 1
    return _Cases(score[several], np.unique(case[several], return_inverse=True)[1], place[several])


def _too_few(cases: int) -> Message:
    return message(
        "Two shoppers or more visited the same store in the same wave in {cases} cases; of fewer than {least} nothing "
        "is said of how far shoppers agree.",
        cases=cases, least=LEAST_CASES,
    )  # fmt: skip


def _alike(cases: int) -> Message:
    return message(
        "Two shoppers or more visited the same store in the same wave in {cases} cases, and all scores are the "
        "same: nothing differs that they could disagree about.",
        cases=f"{cases:,}",
    )  # fmt: skip


def _notes(cases: int, taken: int, alpha: Coefficient, icc: Coefficient) -> Iterator[Message]:
    yield message(
        "Two shoppers or more visited the same store in the same wave in {cases} cases. Krippendorff's alpha of their "
        "scores is {alpha} ({low} to {high}): 1 is full agreement, 0 no more than chance.",
        cases=f"{cases:,}", **_said(alpha, "alpha"),
    )  # fmt: skip
    how = _MUCH if icc.value >= GOOD else _SOME if icc.value >= FAIR else _LITTLE
    yield message(how, **_said(icc, "icc"))
    yield message("They came at different times: what differs is the visit as much as the shopper.")
    if taken < cases:
        yield message("{taken} of these cases, evenly taken, stand for all.", taken=f"{taken:,}")


_MUCH = N_("One shopper's score says much of another's there: ICC(1) of two is {icc} ({low} to {high}).")
_SOME = N_("One shopper's score says something of another's there: ICC(1) of two is {icc} ({low} to {high}).")
_LITTLE = N_("One shopper's score says little of another's there: ICC(1) of two is {icc} ({low} to {high}).")


def _said(one: Coefficient, name: str) -> dict[str, str]:
    return {key: f"{value:.2f}" for key, value in ((name, one.value), ("low", one.low), ("high", one.high))}
