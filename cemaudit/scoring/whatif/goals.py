"""What is to be reached: a band or better, or a value of a measure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.model import Scheme, score_name
from cemaudit.model.conditions import Bound, bounds
from cemaudit.scoring.bands import Peers, find_band, percentile
from cemaudit.scoring.exact import Evaluation
from cemaudit.scoring.plan import Plan

__all__ = ["Goal", "band_goal", "measure_goal", "plan_for"]

_CONDITION = re.compile(
    r"\s*-?\d+(\.\d+)?\s*|\s*(<=|>=|==|<|>)\s*-?\d+(\.\d+)?\s*(,\s*(<=|>=|==|<|>)\s*-?\d+(\.\d+)?\s*)*"
)
Row = tuple[tuple[str, Bound], ...]


@dataclass(frozen=True)
class Goal:
    """A band (``label``; an earlier row counts as better) or conditions on a score, and the ``measure`` it is told by.

    ``rows``: one of them must hold wholly, whatever else must hold too. ``hindrances`` are conditions that may lower a
    band.
    """

    measure: str
    rows: tuple[Row, ...]
    label: str = ""
    hindrances: Row = ()
    peers: Peers | None = None

    def better_direction(self, scheme: Scheme) -> int:
        """Return which way the goal's measure gets better, 1 or -1: as its conditions say, else as the scheme does."""
        signs = {bound.sign[0] for row in self.rows for name, bound in row if name == self.measure}
        if signs in ({">"}, {"<"}):
            return 1 if signs == {">"} else -1
        return 1 if scheme.direction == "higher-is-better" else -1

    def is_reached(self, evaluation: Evaluation) -> bool:
        """Whether the visit has reached it."""
        if not self.label:
            values = {name: evaluation.derivations[name].score.value for name, _ in self.rows[0]}
            return all((value := values[name]) is not None and bound.holds(value) for name, bound in self.rows[0])
        labels = [band.label for band in evaluation.plan.scheme.bands]
        band = find_band(evaluation.plan.scheme, evaluation.scores, self.peers)
        return band is not None and labels.index(band.label) <= labels.index(self.label)


def band_goal(scheme: Scheme, label: str, peers: Peers | None = None) -> Goal:
    """To have the band of that label or title, or a better one; ``BadInput`` where the scheme has no such band."""
    for number, band in enumerate(scheme.bands):
        titles = band.title.by_language.values() if band.title else ()
        if label in {band.label, *titles}:
            rows = tuple(_row(row.where, peers) for row in scheme.bands[: number + 1])
            hindrances = tuple(pair for down in scheme.downgrades for pair in _row(down.where, peers))
            return Goal(scheme.leading, rows, band.label, hindrances, peers)
    labels = [band.label for band in scheme.bands]
    raise BadInput(Problem(message("no such band: {label}", label=label), scheme.ref, nearest(label, labels)))


def measure_goal(plan: Plan, name: str, at: str) -> Goal:
    """To have ``name`` at ``80`` or better (as the scheme counts), or at ``>= 80, < 90``; ``BadInput`` otherwise."""
    score_names = [score_name(measure.measure.id, group.key) for measure in plan.measures for group in measure.groups]
    if name not in score_names:
        raise BadInput(
            Problem(message("no such score: {name}", name=name), plan.scheme.ref, nearest(name, score_names))
        )
    sign = ">=" if plan.scheme.direction == "higher-is-better" else "<="
    conditions = bounds(at if at.strip()[:1] in "<>=" else f"{sign} {at}") if _CONDITION.fullmatch(at) else ()
    if not conditions:
        raise BadInput(Problem(message("expected {what}, found {value}", what=message("a number"), value=at), "--at"))
    return Goal(name, (tuple((name, bound) for bound in conditions),))


def plan_for(plan: Plan, goal: Goal) -> Plan:
    """The part of the plan that decides about the goal."""
    score_names = {goal.measure}
    if goal.label:
        score_names |= {name for band in plan.scheme.bands for name in band.where}
        score_names |= {name for name, _ in goal.hindrances}
    measure_ids = {name.partition("[")[0] for name in score_names}
    kept = []
    for measure in reversed(plan.measures):
        if measure.measure.id in measure_ids:
            kept.append(measure)
            measure_ids |= {*measure.measure.of, *(name for cap in measure.measure.caps for name in cap.where)}
    return replace(plan, measures=tuple(reversed(kept)))


def _row(conditions: Mapping[str, str], peers: Peers | None) -> Row:
    """The bounds of all conditions, percentiles as numbers; without peers to compare with, those decide nothing."""
    row: list[tuple[str, Bound]] = []
    for name, condition in conditions.items():
        for bound in bounds(condition):
            if not bound.is_percentile:
                row.append((name, bound))
            elif peers:
                row.append((name, Bound(bound.sign, percentile(peers[name], bound.edge))))
    return tuple(row)
