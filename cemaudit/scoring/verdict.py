"""Why a visit has the grade it has: the caps in force, the conditions that bar a better grade, the worst moment.

Sentences for people, made of the numbers' own explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from cemaudit.model import Audit, Band, Checklist, Feeling, Item, Measure, Text, Touchpoint
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.conditions import bounds
from cemaudit.scoring.aggregators import EXPERIENCE
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.findings import touchpoint_scores
from cemaudit.scoring.reach import plan_without_plugins
from cemaudit.scoring.rounding import shown

__all__ = ["grade_reasons", "headline_without_caps", "worst_touchpoint"]

MOST_NAMED = 3


def grade_reasons(audit: Audit, aggregators: Mapping[str, Aggregator] | None = None) -> list[Text]:
    """Return what decided the grade beside the headline's own number, the worst touchpoint first.

    ``aggregators`` are the plugins', where the scheme names any. Empty where the number alone decided.
    """
    return [
        *_worst(audit),
        *_caps(audit, aggregators),
        *_barred(audit),
        *_absorbed(audit),
    ]


def worst_touchpoint(audit: Audit) -> tuple[Touchpoint, Fraction] | None:
    """Return the touchpoint whose experience lies lowest, and its score; ``None`` where none lies below 0."""
    experiences = (
        (touchpoint, touchpoint_scores(audit.scores, touchpoint.id)["experience"])
        for touchpoint in audit.checklist.touchpoints
    )
    below = [(touchpoint, value) for touchpoint, value in experiences if value is not None and value < 0]
    return min(below, key=lambda pair: pair[1], default=None)


def _worst(audit: Audit) -> Iterator[Text]:
    worst = worst_touchpoint(audit)
    if worst:
        touchpoint, value = worst
        number = _printed(value, audit.scheme.measure.get("touchpoint.experience"))
        yield _text(
            "가장 나쁜 접점: {title} ({number}).",
            "Worst touchpoint: {title} ({number}).",
            lambda: {"title": touchpoint.title, "number": number},
        )


def headline_without_caps(audit: Audit, aggregators: Mapping[str, Aggregator] | None = None) -> Fraction | None:
    """Return what the headline would be if nothing were capped; ``None`` where it needs an aggregator not given."""
    checklist, scheme = _without_caps(audit.checklist), audit.scheme
    measures = tuple(measure.model_copy(update={"caps": ()}) for measure in scheme.measures)
    plan = plan_without_plugins(checklist, scheme.model_copy(update={"measures": measures}), aggregators)
    return evaluate(plan.part([scheme.leading]), audit.visit).scores[scheme.leading].value


def _without_caps(checklist: Checklist) -> Checklist:
    def freed(item: Item) -> Item:
        critical = item.critical and item.critical.model_copy(update={"caps": None, "at": None})
        return item.model_copy(update={"critical": critical})

    touchpoints = tuple(
        touchpoint.model_copy(update={"items": tuple(map(freed, touchpoint.items))})
        for touchpoint in checklist.touchpoints
    )
    # Not a copy: what a checklist has worked out of its items stays with a copy.
    fields = {name: getattr(checklist, name) for name in Checklist.model_fields}
    return Checklist.model_construct(**{**fields, "touchpoints": touchpoints})


def _caps(audit: Audit, aggregators: Mapping[str, Aggregator] | None) -> Iterator[Text]:
    """The failed items or conditions that cap the headline, with the number without them."""
    items = [audit.checklist.items[name] for name in audit.failed_critical]
    capping = [item.ask for item in items if item.critical and item.critical.caps]
    measures = audit.scheme.measure
    conditions = [cap.where for measure in audit.scheme.measures for cap in measure.caps]
    if not capping and not conditions:
        return
    value, free = audit.headline.value, headline_without_caps(audit, aggregators)
    if value is None or free is None or value == free:
        return
    leading = measures[audit.scheme.leading]
    causes: Sequence[object] = capping or [_named(measures[name]) for where in conditions for name in where]
    yield _text(
        "{measure}: {number} 이하로 제한됨 (제한이 없으면 {free}). 이유: {causes}.",
        "{measure} is held at {number}; it would be {free}. Not met: {causes}.",
        lambda: {
            "measure": _named(leading),
            "number": _printed(value, leading),
            "free": _printed(free, leading),
            "causes": _listed(causes),
        },
    )


def _barred(audit: Audit) -> Iterator[Text]:
    """The best grade the headline alone would have earned, and the other conditions that bar it."""
    scheme, leading = audit.scheme, audit.scheme.leading
    if audit.band is None or audit.headline.value is None:
        return
    for band in scheme.bands[: scheme.bands.index(audit.band)]:
        missed = [name for name, condition in band.where.items() if not _holds(audit, name, condition)]
        if missed and leading in band.where and leading not in missed:
            yield _text(
                "{band} 등급이 아닌 이유: {causes}.",
                "Not graded {band}: {causes}.",
                partial(_why_barred, audit, band, missed),
            )
            return


def _why_barred(audit: Audit, band: Band, missed: Sequence[str]) -> Mapping[str, object]:
    return {"band": band, "causes": "; ".join(_cause(audit, name) for name in missed)}


def _holds(audit: Audit, name: str, condition: str) -> bool:
    value = audit.score(name).value
    return value is not None and all(bound.is_percentile or bound.holds(value) for bound in bounds(condition))


def _cause(audit: Audit, name: str) -> str:
    """What keeps a measure from meeting the condition of a grade: the duties that were not met, else its number."""
    measure, value = audit.scheme.measure[name], audit.score(name).value
    if measure.of == ("@duties",):
        duties = [item.ask for key, item in audit.checklist.items.items() if item.fails_duty(audit.items[key].points)]
        return f"{_named(measure)} ({_listed(duties)})"
    return f"{_named(measure)} {'–' if value is None else _printed(value, measure)}"


def _absorbed(audit: Audit) -> Iterator[Text]:
    """The touchpoints where something was done and nothing was felt, so that nothing of it counts."""
    if not any(measure.how == EXPERIENCE.name for measure in audit.scheme.measures):
        return
    spots = []
    for touchpoint in audit.checklist.touchpoints:
        performance = touchpoint_scores(audit.scores, touchpoint.id)["performance"]
        is_lost = touchpoint.feeling is Feeling.ABSORBS and audit.visit.emotions.get(touchpoint.id) == 0
        if is_lost and performance:
            spots.append(touchpoint.title)
    if spots:
        yield _text(
            "아무 느낌이 없어 수행이 0점으로 계산된 접점: {spots}.",
            "Done, but nothing was felt, so it counts 0: {spots}.",
            lambda: {"spots": _listed(spots)},
        )


def _printed(value: Fraction, measure: Measure | None) -> str:
    """The number as pages print it, with a minus sign."""
    return shown(value, measure).replace("-", "−")


def _named(measure: Measure) -> object:
    return measure.title or measure.id


def _listed(things: Sequence[object]) -> str:
    """The first few, and how many more there are; in the language in force."""
    words = ", ".join(str(thing) for thing in things[:MOST_NAMED])
    more = len(things) - MOST_NAMED
    return words if more <= 0 else str(Text(ko=f"{words} 외 {more}건", en=f"{words} and {more} more"))


def _text(ko: str, en: str, values: Callable[[], Mapping[str, object]]) -> Text:
    """The sentence in each language; names are put in as they are, never read as templates."""
    template = Text(ko=ko, en=en)
    return Text.said(lambda: str(template).format(**values()))
