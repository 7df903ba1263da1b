"""The aggregator behind ``bank.service``: the mean of the weaker half, which no strength can hide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from cemaudit.model import Text
from cemaudit.model.aggregator import Aggregator, Member

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["WEAKER_HALF"]


def _weaker_half(members: Sequence[Member]) -> list[Fraction]:
    """The lower half of the values; of an odd number, the one in the middle too."""
    values = sorted(member.value for member in members if member.value is not None)
    return values[: (len(values) + 1) // 2]


def _mean(members: Sequence[Member], _options: Mapping[str, Fraction]) -> Fraction | None:
    half = _weaker_half(members)
    return Fraction(sum(half), len(half)) if half else None


def _means(
    values: NDArray[np.float64],
    _weights: NDArray[np.float64],
    _possible: NDArray[np.float64],
    _options: Mapping[str, Fraction],
) -> NDArray[np.float64]:
    """The same, a column for each audit. Sorting puts what has no value last."""
    import numpy as np

    ordered = np.sort(values, axis=0)
    half = (np.isfinite(values).sum(axis=0) + 1) // 2
    is_in_half = np.arange(len(values))[:, None] < half
    return np.asarray(np.where(is_in_half, ordered, 0).sum(axis=0) / np.where(half, half, np.nan))


def _written_out(_mean: Fraction, members: Sequence[Member]) -> str:
    half = _weaker_half(members)
    return f"({' + '.join(str(round(float(value), 1)) for value in half)}) / {len(half)}"


WEAKER_HALF = Aggregator(
    "bank.weaker-half",
    _mean,
    formula="Σ x of the weaker half / n of it",
    columns=_means,
    title=Text(ko="약한 절반의 평균", en="Mean of the weaker half"),
    working=_written_out,
)
