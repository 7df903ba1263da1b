"""Every touchpoint with its scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Measure, Mode, Reason, Text, Touchpoint, label
from cemaudit.model.blocks import Cell, Column, Paragraph, Section, Table, Words
from cemaudit.report.sections.values import brief_title, measures_by, show
from cemaudit.report.sections.words import NOTHING, joined, visit_name, visited
from cemaudit.scoring.groups import touchpoint_place

__all__ = ["touchpoints", "where_compared"]

MOST_MEASURES = 5
BY_STAGE = Text(ko="채널 · 단계", en="Channel · stage")
BY_GROUP = Text(ko="묶음 · 채널", en="Group · channel")
ABOUT = Text(
    ko="능동 접점은 {customer:이} 먼저 찾는 자리라 기대가 더 큽니다. "
    "기대 차이는 수행에서 기대를 뺀 값으로, 음수면 기대에 못 미친 것입니다.",
    en="At an active touchpoint the {customer} comes looking and expects more. "
    "The gap is performance minus expectation; below zero, less came than was expected.",
)
PERCEIVED = "touchpoint.perceived"
COMPARED = ("performance", "emotion", "expected", "perceived", "gap", "experience")
"""The scores shown where what was perceived is compared with what was expected, in their order."""
CHECKED = ("performance", "emotion", "expectation", "against-expectation", "experience")
"""Those of a scheme that could compare them, where nobody was asked."""
ABOUT_COMPARED = Text(
    ko="능동 접점은 {customer:이} 먼저 찾는 자리라 기대가 더 큽니다. "
    "기대 차이는 체감한 수준에서 방문 전에 적은 기대를 뺀 값으로, 음수면 기대에 못 미친 것입니다.",
    en="At an active touchpoint the {customer} comes looking and expects more. "
    "The gap is what was perceived minus what was expected before the visit; below zero, less came than was expected.",
)
ABOUT_CHECKED = Text(
    ko="능동 접점은 {customer:이} 먼저 찾는 자리라 기대가 더 큽니다. "
    "기대 대비 점검 점수는 점검 점수에서 기대를 뺀 값입니다. 체감한 수준은 묻지 않았습니다.",
    en="At an active touchpoint the {customer} comes looking and expects more. Points against expectation are what was "
    "checked minus what was expected; what was perceived was not asked.",
)
ONLY_CONTACTS = Text(
    ko="{customer:을} 만나는 매체가 적힌 접점만 여기서 비교합니다. "
    "나머지는 어느 채널에도 속하지 않으며, ‘묶음별 점수’와 ‘접점별 점수’에 있습니다.",
    en="Only touchpoints that state the medium by which they meet {customer:s} are compared here. "
    "The others belong to no channel; they stand under Groups and Touchpoints.",
)
ABOUT_GROUPS = Text(
    ko="접점마다 어느 묶음에 드는지, {customer:을} 어느 채널에서 만나는지 적었습니다. "
    "채널이 없는 접점은 {customer:을} 직접 만나지 않는 업무입니다.",
    en="For every touchpoint its group, and the channel by which {customer:s} are met. "
    "Without a channel it is work that {customer:s} do not meet.",
)


def where_compared(audit: Audit) -> Iterator[Paragraph]:
    """Say that touchpoints without a medium are not compared, where there are some and the scheme leaves them out."""
    by_contact = measures_by(audit.scheme, "touchpoint", "medium")
    if by_contact and any(touchpoint.medium is None for touchpoint in audit.checklist.touchpoints):
        yield Paragraph(text=audit.checklist.words_at().put_in(ONLY_CONTACTS), quiet=True)


def touchpoints(context: Context) -> Section | None:
    """The table; ``None`` where the scheme does not score touchpoints."""
    measures, about = _shown(context.audits)
    if not measures:
        return None
    words = context.audits[-1].checklist.words_at()
    several = len(context.audits) > 1
    columns = [Column(title=Text(ko="접점", en="Touchpoint"), width=2.3)]
    place = BY_STAGE
    if context.audits[-1].checklist.groups:
        place, about = BY_GROUP, ABOUT_GROUPS
    columns += [Column(title=place, width=2.4)]
    columns += [Column(title=brief_title(measure), width=1.2, align="right") for measure in measures]
    rows = [row for audit in context.audits for row in _rows(audit, measures, several=several)]
    return Section(
        id="touchpoints",
        title=Text(ko="접점별 점수", en="Touchpoints"),
        blocks=(Paragraph(text=words.put_in(about), quiet=True), Table(columns=tuple(columns), rows=tuple(rows))),
        order=400,
    )


def _shown(audits: Sequence[Audit]) -> tuple[Sequence[Measure], Text]:
    """The measures to show, and what the page says of them."""
    scheme = audits[-1].scheme
    measures = measures_by(scheme, "touchpoint")
    if PERCEIVED not in scheme.measure:
        return measures[:MOST_MEASURES], ABOUT
    perceived = any(audit.score(PERCEIVED, spot.id).value is not None for audit in audits for spot in visited(audit))
    kinds, about = (COMPARED, ABOUT_COMPARED) if perceived else (CHECKED, ABOUT_CHECKED)
    by_kind = {measure.id.removeprefix("touchpoint."): measure for measure in measures}
    return [by_kind[kind] for kind in kinds if kind in by_kind], about


def _rows(audit: Audit, measures: Sequence[Measure], *, several: bool) -> Iterator[tuple[Cell | Words, ...]]:
    if several:
        yield (Cell(text=visit_name(audit), strong=True), "", *[""] * len(measures))
    for touchpoint in visited(audit):
        yield (touchpoint.title, _place(audit, touchpoint), *_scores(audit, touchpoint, measures))


def _place(audit: Audit, touchpoint: Touchpoint) -> Words:
    active = label(Mode.ACTIVE) if touchpoint.mode is Mode.ACTIVE and not audit.checklist.groups else ""
    return joined([*touchpoint_place(audit.checklist, touchpoint), active], " · ")


def _scores(audit: Audit, touchpoint: Touchpoint, measures: Sequence[Measure]) -> Iterator[Cell | Words]:
    """A cell for each measure. Why there is no score is said once for neighbours, and not where it was never asked."""
    said: Reason | None = Reason.NOT_ASKED
    for measure in measures:
        score = audit.score(measure.id, touchpoint.id)
        seen = show(audit.scheme, measure, score)
        quiet = score.value is None and score.reason in {said, Reason.NOT_ASKED}
        said = score.reason
        yield Cell(text=NOTHING if quiet else seen.text, tone=seen.tone)
