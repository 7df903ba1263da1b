"""Scores as they are printed: with sign, on their scale, in their colour, or the reason why there is none."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from cemaudit.model import Audit, Measure, Scheme, Score, Text
from cemaudit.model.blocks import Tone, Words
from cemaudit.report.sections.words import NOTHING, both
from cemaudit.scoring import shown
from cemaudit.scoring.aggregators import BUILT_IN

__all__ = [
    "MeasureRange",
    "PrintedScore",
    "brief_title",
    "headline",
    "leading",
    "measures_by",
    "number",
    "plain",
    "reason_of",
    "show",
    "single_measures",
    "span_of",
]

MINUS = "\N{MINUS SIGN}"
SHORT = {
    "performance": Text(ko="수행", en="Performance"),
    "emotion": Text(ko="감정", en="Emotion"),
    "expectation": Text(ko="기대", en="Expectation"),
    "expected": Text(ko="방문 전 기대", en="Expected"),
    "perceived": Text(ko="체감", en="Perceived"),
    "against-expectation": Text(ko="기대 대비 점검 점수", en="Points against expectation"),
    "gap": Text(ko="기대 차이", en="Gap"),
    "experience": Text(ko="경험", en="Experience"),
}


class MeasureRange(NamedTuple):
    """The scale a measure runs on."""

    low: float
    high: float


class PrintedScore(NamedTuple):
    """A score fit for a page. ``at`` is ``None`` where it has no place on a scale."""

    text: Words
    tone: Tone = "plain"
    at: float | None = None


def show(scheme: Scheme, measure: Measure, score: Score) -> PrintedScore:
    """The score in print, its tone, and its place on the measure's scale."""
    if score.value is None:
        return PrintedScore(reason_of(score))
    span = span_of(scheme, measure)
    text = number(score.value, measure, signed=span is not None and span.low < 0)
    if span is None:
        return PrintedScore(text)
    share = (float(score.value) - span.low) / (span.high - span.low)
    return PrintedScore(
        text, _tone(share if scheme.direction == "higher-is-better" else 1 - share), plain(score, measure)
    )


def reason_of(score: Score) -> Words:
    """Why there is no score."""
    reason = score.reason
    return both(lambda: reason.words) if reason else NOTHING


def number(value: Fraction, measure: Measure | None = None, *, signed: bool = False) -> str:
    """The value as its measure rounds it, with a sign where its scale goes below zero."""
    text = shown(value, measure)
    if text.startswith("-"):
        return f"{MINUS}{text[1:]}"
    return f"+{text}" if signed and text.strip("0.") else text


def plain(score: Score, measure: Measure) -> float | None:
    """The value for a chart, rounded as it is printed."""
    return None if score.value is None else float(shown(score.value, measure))


def _tone(share: float) -> Tone:
    """Fifths of the scale: the lowest two and the highest two have a colour."""
    tones: tuple[Tone, ...] = ("worst", "poor", "plain", "good", "best")
    return tones[min(max(int(share * 5), 0), 4)]


def span_of(scheme: Scheme, measure: Measure) -> MeasureRange | None:
    """The scale a measure runs on, where the scheme gives one away; ``None`` for open-ended numbers such as sums."""
    if measure.transform.clamp is not None:
        low, high = measure.transform.clamp
        return MeasureRange(float(low), float(high)) if low < high else None
    aggregator = BUILT_IN.get(measure.how)
    if aggregator and aggregator.fixed_range:
        return MeasureRange(*aggregator.fixed_range)
    if not _in_hundreds(scheme, measure):
        return None
    return MeasureRange(-100, 100) if _signed(scheme, measure) else MeasureRange(0, 100)


def _sources(scheme: Scheme, measure: Measure) -> list[Measure]:
    return [scheme.measure[name] for name in measure.of if name in scheme.measure and name != measure.id]


def _signed(scheme: Scheme, measure: Measure) -> bool:
    aggregator = BUILT_IN.get(measure.how)
    if (aggregator and aggregator.is_signed) or any("emotion" in name for name in measure.of):
        return True
    return any(_signed(scheme, source) for source in _sources(scheme, measure))


def _in_hundreds(scheme: Scheme, measure: Measure) -> bool:
    if measure.unit == "percent" or measure.transform.times == 100 or measure.options.get("scale") == 100:
        return True
    sources = _sources(scheme, measure)
    aggregator = BUILT_IN.get(measure.how)
    keeps_scale = aggregator is not None and aggregator.keeps_scale
    return keeps_scale and bool(sources) and all(_in_hundreds(scheme, source) for source in sources)


def measures_by(scheme: Scheme, *facets: str) -> list[Measure]:
    """The measures that give one number for each value of these facets."""
    return [measure for measure in scheme.measures if tuple(map(str, measure.for_each)) == facets]


def leading(scheme: Scheme) -> Measure:
    """The measure a report leads with."""
    return scheme.measure[scheme.leading]


def headline(audit: Audit) -> Words:
    """The number a report leads with, or why there is none."""
    return show(audit.scheme, leading(audit.scheme), audit.headline).text


def single_measures(scheme: Scheme) -> list[Measure]:
    """The measures that are one number, the leading one left out."""
    return [measure for measure in measures_by(scheme) if measure.id != scheme.leading]


def brief_title(measure: Measure) -> Words:
    """The measure's name, short where what it is measured by is clear from its place."""
    known = SHORT.get(measure.id.rpartition(".")[2]) if measure.for_each else None
    return known or measure.title or measure.id
