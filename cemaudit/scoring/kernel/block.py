"""Blocks of visits, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Band, Reason, Score
from cemaudit.scoring.findings import FindingPlace
from cemaudit.scoring.kernel.arithmetic import Floats, Mask, NumberColumn
from cemaudit.scoring.kernel.columns import VisitColumns

__all__ = ["HAS_SCORE", "NO_BAND", "REASONS", "BlockScore", "RowBlock", "ScoredVisits", "compare", "reason_code"]

Codes = NDArray[Any]
REASONS = tuple(Reason)

HAS_SCORE = 0
"""The reason code of a row that has a score; ``n`` stands for ``REASONS[n - 1]``."""


def reason_code(reason: Reason) -> int:
    """The code of a reason."""
    return REASONS.index(reason) + 1


@dataclass(frozen=True)
class BlockScore:
    """One score of a block: numbers (of no meaning where there is none) and reason codes; ``None``: all scored."""

    number: NumberColumn
    reasons: NDArray[np.int8] | None = None

    @property
    def has(self) -> Mask | None:
        """Where there is a score; ``None`` where everywhere."""
        return None if self.reasons is None else self.reasons == HAS_SCORE


@dataclass
class RowBlock:
    """Rows ``start`` up to ``stop`` of columns."""

    columns: VisitColumns
    start: int
    stop: int
    scores: dict[str, BlockScore] = field(default_factory=dict)
    undecided_rows: Mask = field(init=False)
    """Rows the exact evaluator must decide."""

    def __post_init__(self) -> None:
        self.undecided_rows = np.zeros(self.rows, np.bool_)

    @property
    def rows(self) -> int:
        """How many."""
        return self.stop - self.start

    def cut(self, column: Codes) -> Codes:
        """This block's part of a column."""
        return column[self.start : self.stop]

    def codes(self, item: str) -> Codes:
        """The codes of an item."""
        return self.cut(self.columns.items[item].codes)

    def numbers(self, item: str) -> Floats:
        """The numbers answered to an item."""
        numbers = self.columns.items[item].numbers
        assert numbers is not None  # noqa: S101 (asked of items with numbers alone)
        return self.cut(numbers)

    def leave_to_exact(self, rows: Mask | None) -> None:
        """Leave rows to the exact evaluator."""
        if rows is not None:
            self.undecided_rows |= rows

    def compare_with(self, number: NumberColumn, sign: str, edge: Fraction) -> Mask:
        """Where ``number sign edge`` holds; rows too close to say are left to the exact evaluator."""
        # A float this near to the edge may lie on the wrong side of it.
        self.leave_to_exact(number.undecided(edge))
        return compare(number.value, sign, float(edge))


def compare(values: Floats, sign: str, edge: float) -> Mask:
    """Where ``values sign edge`` holds, as far as floats say."""
    compared: Mask = _COMPARE[sign](values, edge)
    return compared


_COMPARE: dict[str, Any] = {
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "<": np.less,
    ">": np.greater,
    "==": np.equal,
}

NO_BAND = -1


@dataclass(frozen=True)
class ScoredVisits:
    """The scores of many visits, in their order.

    ``values``: score name -> numbers, NaN where there is none. ``reasons``: score name -> codes, 0 where there is a
    score, ``n`` for the ``n``-th ``Reason``. ``bands``: places in the scheme's bands, -1 for none. ``decided`` counts
    the visits that float64 could not decide and the exact evaluator did. ``findings``: how often each visit has each
    of the core's findings, where they were asked for.
    """

    rows: int
    values: dict[str, Floats]
    reasons: dict[str, NDArray[np.int8]]
    bands: NDArray[np.int8]
    scheme_bands: tuple[Band, ...] = ()
    decided: int = 0
    findings: Mapping[FindingPlace, Codes] = field(default_factory=dict)

    def reason(self, score: str, row: int) -> Reason | None:
        """Why a visit has no such score; ``None`` where it has one."""
        code = int(self.reasons[score][row])
        return None if code == HAS_SCORE else REASONS[code - 1]

    def band(self, row: int) -> Band | None:
        """The band of a visit."""
        band_index = int(self.bands[row])
        return None if band_index == NO_BAND else self.scheme_bands[band_index]

    def put(self, row: int, name: str, score: Score) -> None:
        """Write down an exact score."""
        self.values[name][row] = np.nan if score.value is None else nearest(score)
        self.reasons[name][row] = HAS_SCORE if score.reason is None else REASONS.index(score.reason) + 1


def nearest(score: Score) -> float:
    """The float nearest to a score; infinite where it is too large for one."""
    assert score.value is not None  # noqa: S101 (asked where there is one)
    try:
        return float(score.value)
    except OverflowError:
        # Beyond the largest float, infinity is the nearest one.
        return np.inf if score.value > 0 else -np.inf
