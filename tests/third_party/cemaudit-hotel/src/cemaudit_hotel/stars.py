"""The aggregator behind ``hotel.stars``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import median

from cemaudit.model.aggregator import Aggregator, Member

__all__ = ["MEDIAN"]


def _median(members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction | None:
    values = [member.value for member in members if member.value is not None]
    return Fraction(median(values)) if values else None


MEDIAN = Aggregator("hotel.median", _median, formula="median x")
