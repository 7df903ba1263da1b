"""Lint of checklists, journeys and schemes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cemaudit.errors import Problem
from cemaudit.language import N_, message
from cemaudit.model import Channel, Checklist, Facet, Item, Journey, MicroMoment, Scheme, Text, label
from cemaudit.model.definition import TranslatedDefinition
from cemaudit.model.vocabulary import word_title
from cemaudit.scoring.coverage import Coverage, cover
from cemaudit.scoring.plan import Plan
from cemaudit.scoring.reach import inputs_reaching, items_reaching

__all__ = ["LintLevel", "LintRemark", "lint_checklist", "lint_journey", "lint_plan", "lint_scheme", "untranslated"]


class LintLevel(StrEnum):
    """How serious a remark is; only errors make a check fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class LintRemark:
    """One thing to look at again."""

    level: LintLevel
    problem: Problem


# What is asked must be about the service. Words are searched in both languages, whatever language is in force.
_INTRUSIVE = re.compile(
    r"\b(make-?up|lipstick|hair(style|cut)?|breath|body (odou?r|shape)|weight of (the )?staff|nationality|gender|"
    r"staff'?s age|attractive|good-looking)\b"
    r"|화장(?!실|대|품)|립스틱|헤어\s?스타일|머리\s?모양|입\s?냄새|구취|체취|체형|외모|용모|국적|성별|나이",
    re.IGNORECASE,
)

_PROVOKING = re.compile(r"\b(unreasonable demand|provoke|pick a quarrel)\b|무리한 요구|시비|트집", re.IGNORECASE)
_PHOTOGRAPHED = re.compile(r"\bphoto(graph)? of (the |a )?(staff|person|people|employee|customer)", re.IGNORECASE)


def lint_checklist(checklist: Checklist) -> Iterator[LintRemark]:
    """Remarks about a checklist, whatever its scheme."""
    texts = list(checklist.texts())
    yield from untranslated(checklist)
    for place, text in texts:
        if place.endswith((".ask", ".help", ".label")):
            yield from _unfair(place, text)
    questions = Counter(str(item.ask) for item in checklist.items.values())
    for item in checklist.items.values():
        if questions[str(item.ask)] > 1:
            yield LintRemark(LintLevel.WARNING, Problem(message("another item asks the same"), f"items.{item.id}.ask"))
    yield from _weightless(checklist)
    coverage = cover(checklist)
    for axis, facet in enumerate((Facet.CHANNEL, Facet.STAGE, Facet.ELEMENT)):
        missing = coverage.missing(axis)
        if missing:
            stages = {stage.id: stage.title for stage in coverage.stages}
            names = ", ".join(str(stages.get(name) or word_title(facet.value, name) or name) for name in missing)
            remark = message("no item looks at {facet}: {names}", facet=label(facet), names=names)
            yield LintRemark(LintLevel.NOTE, Problem(remark, "touchpoints"))
    yield from _gaps(coverage)
    older = {touchpoint.moment.value for touchpoint in checklist.touchpoints if touchpoint.moment} & {*MicroMoment}
    if older:
        remark = message("a micro-moment, written as micro_moment today: {names}", names=", ".join(sorted(older)))
        yield LintRemark(LintLevel.NOTE, Problem(remark, "touchpoints"))


def lint_plan(plan: Plan) -> Iterator[LintRemark]:
    """Remarks about a checklist under a scheme: what never reaches the headline, and duties without a consequence."""
    checklist, scheme = plan.checklist, plan.scheme
    counting = items_reaching(plan, scheme.leading)
    felt = {ref for kind, ref in inputs_reaching(plan, scheme.leading) if kind == "@emotions"}
    conditions = [*(band.where for band in scheme.bands), *(downgrade.where for downgrade in scheme.downgrades)]
    grading = {name for where in conditions for name in where}
    graded = frozenset().union(*(items_reaching(plan, name) for name in grading))
    for touchpoint in checklist.touchpoints:
        for item in touchpoint.items:
            place = f"touchpoints.{touchpoint.id}.items.{item.id}"
            if item.possible and item.id not in counting:
                text = message("never reaches {headline}", headline=scheme.leading)
                hint = message("ask for the feeling at its touchpoint, or take a scheme that counts it")
                # An item of weight 0 is declared outside: an outcome, say.
                level = LintLevel.NOTE if item.id in graded or not item.weight else LintLevel.WARNING
                yield LintRemark(level, Problem(text, place, hint))
            if item.is_duty and not (item.critical and item.critical.caps) and not _gates(plan, item, grading):
                text = message("is a duty, and nothing follows where it is not met")
                hint = message("make it critical with a cap, or take a scheme whose grades ask for @duties")
                yield LintRemark(LintLevel.ERROR, Problem(text, place, hint))
    channels = {touchpoint.channel for touchpoint in checklist.touchpoints}
    for channel in sorted(channels):
        spots = [touchpoint for touchpoint in checklist.touchpoints if touchpoint.channel is channel]
        if not any(spot.id in felt or any(item.id in counting for item in spot.items) for spot in spots):
            text = message(
                "no visit can have a score in this channel: {channel} never reaches {headline}",
                channel=label(channel), headline=scheme.leading,
            )  # fmt: skip
            level = LintLevel.ERROR if channels == set(Channel) else LintLevel.WARNING
            yield LintRemark(
                level, Problem(text, "touchpoints", message("ask for a feeling at one of its touchpoints"))
            )


def _gates(plan: Plan, item: Item, grading: set[str]) -> bool:
    """Whether a measure that grades depend on counts the duties of an item's touchpoint."""
    duty = ("@duties", plan.checklist.touchpoint_of[item.id].id)
    return any(duty in inputs_reaching(plan, name) for name in grading)


def lint_scheme(scheme: Scheme) -> Iterator[LintRemark]:
    """Remarks about a scheme, whatever the checklist."""
    yield from untranslated(scheme)
    if scheme.bands and scheme.bands[-1].where:
        text = message("no band takes what the conditions leave over; such a visit has no band")
        yield LintRemark(LintLevel.NOTE, Problem(text, "bands"))
    if not scheme.source:
        yield LintRemark(LintLevel.NOTE, Problem(message("no source is given for the formula"), "source"))


def _gaps(coverage: Coverage) -> Iterator[LintRemark]:
    """One remark for all empty cells of channel and stage, a part of it for each channel."""
    parts = [
        f"{label(channel)}: {', '.join(str(stage.title) for stage in stages)}"
        for channel, stages in coverage.gaps().items()
    ]
    if parts:
        # A value of a message is cut where it is long, so each channel is one.
        first, second, third = [parts[0], *(f"; {part}" for part in parts[1:]), "", ""][: len(Channel)]
        text = N_("no item looks at these cells of channel and stage: {first}{second}{third}")
        remark = message(text, first=first, second=second, third=third)
        hint = message("'cemaudit checklists ID --coverage' draws the map")
        yield LintRemark(LintLevel.NOTE, Problem(remark, "touchpoints", hint))


def lint_journey(journey: Journey) -> Iterator[LintRemark]:
    """Remarks about a journey."""
    yield from untranslated(journey)


def untranslated(definition: TranslatedDefinition) -> Iterator[LintRemark]:
    """Remarks about texts that are missing in a language of the file."""
    for place, text in definition.texts():
        for language in definition.languages:
            if language in text.by_language:
                continue
            yield LintRemark(LintLevel.ERROR, Problem(message("no text in {language}", language=language), place))


def _unfair(place: str, text: Text) -> Iterator[LintRemark]:
    words = "\n".join(text.by_language.values())
    if match := _INTRUSIVE.search(words):
        problem = message("asks about the body or person of staff: {words}", words=match[0])
        hint = message("such items have been found to violate staff's rights; ask about the service instead")
        yield LintRemark(LintLevel.WARNING, Problem(problem, place, hint))
    if match := _PROVOKING.search(words):
        yield LintRemark(LintLevel.WARNING, Problem(message("provokes staff: {words}", words=match[0]), place))
    if match := _PHOTOGRAPHED.search(words):
        yield LintRemark(LintLevel.WARNING, Problem(message("has people photographed: {words}", words=match[0]), place))


def _weightless(checklist: Checklist) -> Iterator[LintRemark]:
    for touchpoint in checklist.touchpoints:
        scored = [item for item in touchpoint.items if item.answer.possible]
        if not scored and not (touchpoint.emotion or touchpoint.expectation):
            text = message("nothing here carries points, and no feeling is asked")
            yield LintRemark(LintLevel.NOTE, Problem(text, f"touchpoints.{touchpoint.id}"))
        elif scored and not any(item.weight for item in scored):
            yield LintRemark(LintLevel.WARNING, Problem(message("all weights are 0"), f"touchpoints.{touchpoint.id}"))
