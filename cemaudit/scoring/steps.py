"""What happens to an aggregate on its way to a score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from cemaudit.model.measures import Measure
from cemaudit.scoring.rounding import round_exactly

__all__ = ["Step", "steps_of"]


class Step(NamedTuple):
    """One change of a value on its way: ``what`` (``transform``, ``cap``, ``round``), why, and the value after it."""

    what: str
    detail: str
    value: Fraction


def steps_of(measure: Measure, value: Fraction, caps: Sequence[tuple[str, Fraction]] = ()) -> tuple[Step, ...]:
    """In this order: transform, the caps in force (each with its reason), rounding."""
    return tuple(_steps(measure, value, caps))


def _steps(measure: Measure, value: Fraction, caps: Sequence[tuple[str, Fraction]]) -> Iterator[Step]:
    moved = value if measure.transform.is_idle else measure.transform.apply(value)
    if moved is not value and moved != value:
        yield Step("transform", "", moved)
    for detail, at in caps:
        if moved > at:
            moved = at
            yield Step("cap", detail, moved)
    if measure.round and measure.round.stage == "value":
        yield Step("round", f"{measure.round.mode} {measure.round.digits}", round_exactly(moved, measure.round))
