"""A measure's way of reckoning, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from cemaudit.model import Facet, Measure, Scheme, Text, label
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.blocks import Words
from cemaudit.model.vocabulary import word_title
from cemaudit.report.sections.words import both, exactly
from cemaudit.scoring.aggregators import BUILT_IN

__all__ = ["by_facets", "formula", "in_signs"]

SOURCES = {
    "items": Text(ko="항목", en="items"),
    "emotions": Text(ko="접점의 감정", en="emotions at touchpoints"),
    "expectations": Text(ko="접점의 기대", en="expectations at touchpoints"),
    "claims": Text(ko="클레임", en="claims"),
    "blames": Text(ko="원망", en="blames"),
    "critical": Text(ko="미충족 중대 항목", en="critical items failed"),
    "duties": Text(ko="지키지 못한 의무", en="duties not met"),
    "expected": Text(ko="방문 전에 적은 기대", en="expectations noted before the visit"),
    "perceived": Text(ko="체감한 수준", en="what was perceived"),
    "facts": Text(ko="채널 간 사실 일치", en="facts that channels say alike"),
}
MOST_SOURCES = 6


def formula(scheme: Scheme, measure: Measure, plugin_aggregators: Mapping[str, Aggregator] | None = None) -> Words:
    """How the measure is reckoned: what of, by what weights, scaled and capped how.

    An aggregator without a title, as a plugin's may be, goes by its name.
    """
    aggregator = BUILT_IN.get(measure.how) or (plugin_aggregators or {}).get(measure.how)
    title = (aggregator and aggregator.title) or measure.how

    def said() -> str:
        text = f"{title} ({_of(scheme, measure)})"
        parts = [text, _weights(measure), _transform(measure), _caps(scheme, measure)]
        return "; ".join(filter(None, parts))

    return both(said)


def _of(scheme: Scheme, measure: Measure) -> str:
    names = [_name(scheme, name) for name in measure.of]
    more = f", … ({len(names)})" if len(names) > MOST_SOURCES else ""
    return ", ".join(names[:MOST_SOURCES]) + more


def _name(scheme: Scheme, source: str) -> str:
    known = scheme.measure.get(source)
    title = known.title if known else SOURCES.get(source.removeprefix("@"))
    return str(title or source)


def by_facets(measures: Sequence[Measure]) -> Words:
    """What measures that are reckoned alike are taken by."""
    if not measures:
        return ""

    def said() -> str:
        facets = ", ".join(" × ".join(str(label(facet)) for facet in measure.for_each) for measure in measures)
        return str(Text(ko=f"구분: {facets}", en=f"by {facets}"))

    return both(said)


def in_signs(condition: str) -> str:
    """A condition such as ``>= -10`` as it is printed."""
    return condition.replace(">=", "≥").replace("<=", "≤").replace("==", "=").replace("-", "−")


def _weights(measure: Measure) -> str:
    weights = measure.weights
    parts = [str(Text(ko="체크리스트에 정한 값", en="the checklist's weights"))] if weights.declared else []
    parts += [
        f"{label(facet)} {_value_name(facet, value)} ×{exactly(factor)}"
        for facet, factors in weights.facets.items()
        for value, factor in factors.items()
    ]
    parts += [f"{name} ×{exactly(factor)}" for name, factor in weights.sources.items()]
    return str(Text(ko="가중치:", en="weighted by")) + " " + ", ".join(parts) if parts else ""


def _value_name(facet: Facet, value: str) -> str:
    return str(word_title(facet.value, value) or value)


def _transform(measure: Measure) -> str:
    change = measure.transform
    parts = [f"×{exactly(change.times)}"] if change.times != 1 else []
    parts += [f"{'+' if change.plus > 0 else '−'}{exactly(abs(change.plus))}"] if change.plus != Fraction(0) else []
    parts += [f"{exactly(change.clamp[0])}…{exactly(change.clamp[1])}"] if change.clamp else []
    return " ".join(parts)


def _caps(scheme: Scheme, measure: Measure) -> str:
    said = []
    for cap in measure.caps:
        rule = ", ".join(f"{_name(scheme, name)} {in_signs(condition)}" for name, condition in cap.where.items())
        said.append(str(Text(ko=f"{rule}: 최대 {exactly(cap.at)}", en=f"at most {exactly(cap.at)} where {rule}")))
    return "; ".join(said)
