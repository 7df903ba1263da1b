"""Why a visit has its band: which rows were tried, which conditions held, what lowered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cemaudit.model import Band
from cemaudit.model.base import shown_exactly
from cemaudit.scoring.bands import Peers, find_band, hold
from cemaudit.scoring.exact import Evaluation

__all__ = ["BandStory", "Tried", "explain_band"]


@dataclass(frozen=True)
class Tried:
    """One condition on a measure, the measure's value, and whether it held (never where the value is missing)."""

    measure: str
    condition: str
    value: Fraction | None
    holds: bool


@dataclass(frozen=True)
class BandStory:
    """The band, the rows tried in their order with their conditions, and the downgrades that held."""

    band: Band | None
    rows: tuple[tuple[Band, tuple[Tried, ...]], ...]
    downgrades: tuple[tuple[int, tuple[Tried, ...]], ...]

    def as_json(self) -> dict[str, Any]:
        """The story as plain JSON values."""
        rows = [{"label": band.label, "where": [_plain_condition(one) for one in tried]} for band, tried in self.rows]
        lowered = [{"by": by, "where": [_plain_condition(one) for one in tried]} for by, tried in self.downgrades]
        return {"label": self.band.label if self.band else None, "tried": rows, "downgrades": lowered}


def explain_band(evaluation: Evaluation, peers: Peers | None = None) -> BandStory:
    """Why the visit has its band, or none."""
    scheme = evaluation.plan.scheme
    rows = []
    for band in scheme.bands:
        tried = _tried(evaluation, band.where, peers)
        rows.append((band, tried))
        if all(one.holds for one in tried) or any(one.value is None for one in tried):
            break
    lowered = ((down.by, _tried(evaluation, down.where, peers)) for down in scheme.downgrades)
    held = tuple((by, tried) for by, tried in lowered if all(one.holds for one in tried))
    return BandStory(find_band(scheme, evaluation.scores, peers), tuple(rows), held)


def _tried(evaluation: Evaluation, conditions: Mapping[str, str], peers: Peers | None) -> tuple[Tried, ...]:
    values = {name: evaluation.reckonings[name].score.value for name in conditions}
    return tuple(
        Tried(name, condition, values[name], holds=_holds(name, condition, values[name], peers))
        for name, condition in conditions.items()
    )


def _holds(name: str, condition: str, value: Fraction | None, peers: Peers | None) -> bool:
    return (peers is not None or "p" not in condition) and hold({name: condition}, {name: value}, peers)


def _plain_condition(tried: Tried) -> dict[str, Any]:
    value = None if tried.value is None else shown_exactly(tried.value)
    return {"measure": tried.measure, "condition": tried.condition, "value": value, "holds": tried.holds}
