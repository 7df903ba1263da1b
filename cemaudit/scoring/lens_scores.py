"""A visit's scores through a lens: at each of its stages the mean of the touchpoints that lie there.

With x the score of a touchpoint and w its weight in the headline, a stage of the lens has Σ w·x / Σ w over the
touchpoints that lie in it and have a score. So along the journey itself it is what the scheme keeps by stage.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.model import Audit, Facet, Measure, Scheme, Touchpoint
from cemaudit.model.lenses import JourneyView
from cemaudit.model.vocabulary import Stage
from cemaudit.scoring.plan import facets_of_touchpoint

__all__ = ["LensScore", "lens_measure", "lens_scores", "touchpoint_weight"]

BY_TOUCHPOINT = (Facet.TOUCHPOINT,)


class LensScore(NamedTuple):
    """The score of a ``stage`` of a lens: ``used`` of ``asked`` touchpoints have one; none is asked in a hole."""

    stage: Stage
    asked: int
    used: int
    value: Fraction | None


def lens_measure(scheme: Scheme) -> Measure:
    """Return the measure that is kept by touchpoint and seen through a lens: one the headline is made of, if any.

    ``BadInput`` where the scheme keeps none by touchpoint.
    """
    headline = scheme.measure[scheme.leading]
    kept = [measure for measure in scheme.measures if measure.for_each == BY_TOUCHPOINT]
    if not kept:
        raise BadInput(Problem(message("{scheme} keeps no score by touchpoint", scheme=scheme.ref)))
    return next((measure for measure in kept if measure.id in headline.of), kept[0])


def touchpoint_weight(scheme: Scheme, measure: Measure, touchpoint: Touchpoint) -> Fraction:
    """Return what a touchpoint weighs in the scheme's one mean of ``measure``; as declared where it makes none."""
    wholes = [
        each
        for each in scheme.measures
        if each.how == "weighted-mean" and not each.for_each and each.of == (measure.id,)
    ]
    if not wholes:
        return touchpoint.weight
    weights = next((each for each in wholes if each.id == scheme.leading), wholes[0]).weights
    factor = touchpoint.weight if weights.declared else Fraction(1)
    facets = facets_of_touchpoint(touchpoint)
    for facet, factors in weights.facets.items():
        for value in facets.get(facet, ()):
            factor *= factors.get(value, Fraction(1))
    return factor


def lens_scores(audit: Audit, view: JourneyView) -> list[LensScore]:
    """Return the score of each stage of a lens, in its order."""
    measure = lens_measure(audit.scheme)
    scores = []
    for stage in view.lens.stages:
        here = [each for each in audit.checklist.touchpoints if view.stage_of(each) == stage.id]
        values = [
            (touchpoint_weight(audit.scheme, measure, touchpoint), value)
            for touchpoint in here
            if (value := audit.score(measure.id, touchpoint.id).value) is not None
        ]
        total = sum((weight for weight, _ in values), Fraction(0))
        mean = sum((weight * value for weight, value in values), Fraction(0)) / total if total else None
        scores.append(LensScore(stage, len(here), len(values), mean))
    return scores
