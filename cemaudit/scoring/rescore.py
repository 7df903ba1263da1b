"""The same visit under two schemes: what changes, and because of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from cemaudit.model import Band, Score, Visit
from cemaudit.model.base import shown_exactly
from cemaudit.scoring.bands import Peers, find_band
from cemaudit.scoring.exact import Evaluation, ScoreDerivation, evaluate
from cemaudit.scoring.plan import Plan

__all__ = ["ChangeCause", "RescoredVisit", "rescore"]

MOST_MEASURES = 3
Kind = Literal["score", "formula", "parts", "answers", "weights", "transform", "cap", "measure", "rounding", "bands"]


@dataclass(frozen=True)
class ChangeCause:
    """One thing that makes the difference.

    ``score``: there is one under one scheme only; ``formula``: another aggregator; ``parts``: made of other things;
    ``answers``: another number of members counts; ``weights`` and ``transform``: those of the headline differ; ``cap``:
    in force under one scheme only; ``measure``: one of the same name has another value; ``rounding``: the same value is
    rounded otherwise; ``bands``: the same scores get another band.
    """

    kind: Kind
    name: str
    before: str | Fraction | None = None
    after: str | Fraction | None = None

    def as_json(self) -> dict[str, Any]:
        """The cause as plain JSON values."""
        return {"kind": self.kind, "name": self.name, "before": _plain(self.before), "after": _plain(self.after)}


@dataclass(frozen=True)
class RescoredVisit:
    """One visit ``before`` (under one scheme) and ``after`` (under the other): headline scores, bands, and causes."""

    visit: Visit
    before: tuple[Score, Band | None]
    after: tuple[Score, Band | None]
    causes: tuple[ChangeCause, ...]

    @property
    def change(self) -> Fraction | None:
        """The headline after less the headline before; ``None`` where one of them has no score."""
        before, after = self.before[0].value, self.after[0].value
        return None if before is None or after is None else after - before

    @property
    def labels(self) -> tuple[str | None, str | None]:
        """The labels of both bands."""
        return _label(self.before[1]), _label(self.after[1])

    @property
    def is_another_band(self) -> bool:
        """Whether the band's label is another."""
        return self.labels[0] != self.labels[1]


def rescore(
    visit: Visit, before: Plan, after: Plan, peers: tuple[Peers | None, Peers | None] = (None, None)
) -> RescoredVisit:
    """The visit under both plans; ``peers`` are those of either scheme, for bands by percentile."""
    evaluations, other = evaluate(before, visit), evaluate(after, visit)
    bands = (find_band(before.scheme, evaluations.scores, peers[0]), find_band(after.scheme, other.scores, peers[1]))
    first, second = _headline(evaluations), _headline(other)
    causes: tuple[ChangeCause, ...] = ()
    if first.score.value != second.score.value or _label(bands[0]) != _label(bands[1]):
        causes = tuple(_causes(evaluations, other, peers[0], bands))
    return RescoredVisit(visit, (first.score, bands[0]), (second.score, bands[1]), causes)


def _label(band: Band | None) -> str | None:
    return band.label if band else None


def _headline(evaluation: Evaluation) -> ScoreDerivation:
    return evaluation.derivations[evaluation.plan.scheme.leading]


def _causes(
    before: Evaluation, other: Evaluation, peers: Peers | None, bands: tuple[Band | None, Band | None]
) -> Iterator[ChangeCause]:
    first, second = _headline(before), _headline(other)
    name = second.name
    if first.score.value != second.score.value:
        if (first.score.value is None) != (second.score.value is None):
            yield ChangeCause("score", name, _value_or_reason(first.score), _value_or_reason(second.score))
        # The same number rounded otherwise explains all of it; nothing else is looked for.
        if _unrounded(first) == _unrounded(second):
            yield ChangeCause("rounding", name, first.score.value, second.score.value)
        else:
            yield from _headline_causes(first, second)
            yield from _measure_causes(before, other)
    if _label(bands[0]) != _label(bands[1]) and _bands_differ(before, other, peers, bands):
        yield ChangeCause("bands", name, _label(bands[0]), _label(bands[1]))


def _headline_causes(first: ScoreDerivation, second: ScoreDerivation) -> Iterator[ChangeCause]:
    """How the headline itself is reckoned otherwise."""
    name, old, new = second.name, first.measure, second.measure
    if (old.how, old.options) != (new.how, new.options):
        yield ChangeCause("formula", name, old.how, new.how)
    if {member.name for member in first.members} != {member.name for member in second.members}:
        yield ChangeCause("parts", name)
    elif None not in (first.score.value, second.score.value) and first.score.used != second.score.used:
        yield ChangeCause("answers", name, Fraction(first.score.used), Fraction(second.score.used))
    if _weights(first, second) != _weights(second, first):
        yield ChangeCause("weights", name)
    if old.transform != new.transform:
        yield ChangeCause("transform", name)
    caps, others = _caps(first), _caps(second)
    yield from (ChangeCause("cap", name, before=detail) for detail in caps if detail not in others)
    yield from (ChangeCause("cap", name, after=detail) for detail in others if detail not in caps)


def _weights(of: ScoreDerivation, and_of: ScoreDerivation) -> dict[str, Fraction]:
    """The weights of the members both have, as shares of their sum."""
    shared = {member.name for member in and_of.members}
    weights = {member.name: member.weight for member in of.members if member.name in shared}
    total = sum(weights.values(), Fraction(0))
    return {name: weight / total for name, weight in weights.items()} if total else weights


def _caps(reckoning: ScoreDerivation) -> list[str]:
    return [step.detail for step in reckoning.steps if step.what == "cap"]


def _measure_causes(first: Evaluation, other: Evaluation) -> Iterator[ChangeCause]:
    """Scores of the same name below the headlines or asked for by bands that differ; the largest differences first."""
    leading = {first.plan.scheme.leading, other.plan.scheme.leading}
    causes = []
    common = first.derivations.keys() & other.derivations.keys()
    for name in common & (_deciding_scores(first) | _deciding_scores(other)):
        before, after = (evaluation.derivations[name].score.value for evaluation in (first, other))
        if name not in leading and before is not None and after is not None and before != after:
            causes.append((-abs(after - before), name, before, after))
    yield from (
        ChangeCause("measure", name, before, after) for _, name, before, after in sorted(causes)[:MOST_MEASURES]
    )


def _deciding_scores(evaluation: Evaluation) -> set[str]:
    """The scores the headline and the bands are made of."""
    scheme = evaluation.plan.scheme
    waiting = [scheme.leading, *(name for row in scheme.bands for name in row.where)]
    covered: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in covered:
            covered.add(name)
            reckoning = evaluation.derivations[name]
            waiting += (member_input.ref for member_input in reckoning.inputs if member_input.kind == "score")
            waiting += (other for cap in reckoning.measure.caps for other in cap.where)
    return covered


def _unrounded(reckoning: ScoreDerivation) -> Fraction | None:
    values = [step.value for step in reckoning.steps if step.what != "round"]
    return values[-1] if values else reckoning.aggregate


def _bands_differ(
    before: Evaluation, other: Evaluation, peers: Peers | None, bands: tuple[Band | None, Band | None]
) -> bool:
    """Whether the earlier scheme would have given the new scores another band than the new scheme does."""
    scores: Mapping[str, Score] = other.scores
    needed = {name for row in before.plan.scheme.bands for name in row.where}
    needed |= {name for down in before.plan.scheme.downgrades for name in down.where}
    # The earlier bands ask for scores the new scheme does not have: they cannot be tried, and so differ.
    if not needed <= scores.keys():
        return True
    return _label(find_band(before.plan.scheme, scores, peers)) != _label(bands[1])


def _value_or_reason(score: Score) -> str | Fraction | None:
    return score.value if score.value is not None else score.reason and score.reason.value


def _plain(value: str | Fraction | None) -> int | float | str | None:
    return shown_exactly(value) if isinstance(value, Fraction) else value
