"""A stretch of rows being scored: its columns, the scores found so far, and the rows float64 cannot decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Reason
from cemaudit.scoring.kernel.columns import Columns
from cemaudit.scoring.kernel.number import Floats, Mask, Number

__all__ = ["REASONS", "SCORED", "Block", "Result", "reason_code"]

Codes = NDArray[Any]

REASONS = tuple(Reason)
SCORED = 0
"""The reason code of a row that has a score; ``n`` stands for ``REASONS[n - 1]``."""


def reason_code(reason: Reason) -> int:
    """The code of a reason."""
    return REASONS.index(reason) + 1


@dataclass(frozen=True)
class Result:
    """One score of a block: numbers (of no meaning where there is none) and reason codes; ``None``: all scored."""

    number: Number
    reasons: NDArray[np.int8] | None = None

    @property
    def has(self) -> Mask | None:
        """Where there is a score; ``None`` where everywhere."""
        return None if self.reasons is None else self.reasons == SCORED


@dataclass
class Block:
    """Rows ``start`` up to ``stop`` of columns."""

    columns: Columns
    start: int
    stop: int
    scores: dict[str, Result] = field(default_factory=dict)
    doubt: Mask = field(init=False)
    """Rows the exact evaluator must decide."""

    def __post_init__(self) -> None:
        self.doubt = np.zeros(self.rows, np.bool_)

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

    def doubtful(self, rows: Mask | None) -> None:
        """Leave rows to the exact evaluator."""
        if rows is not None:
            self.doubt |= rows

    def reaches(self, number: Number, sign: str, edge: Fraction) -> Mask:
        """Where ``number sign edge`` holds; rows too close to say are left to the exact evaluator."""
        self.doubtful(number.unsure(edge))
        compared: Mask = _COMPARE[sign](number.value, float(edge))
        return compared


_COMPARE: dict[str, Any] = {
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "<": np.less,
    ">": np.greater,
    "==": np.equal,
}
