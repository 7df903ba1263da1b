"""The journey as a map: channel by stage, or visit by stage for an episode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Channel, Measure, Text, label
from cemaudit.model.blocks import Block, HeatMap, Paragraph, Section, Words
from cemaudit.model.lenses import JourneyView
from cemaudit.report.sections.maps import heat_map
from cemaudit.report.sections.touchpoints import where_compared
from cemaudit.report.sections.values import brief_title, measures_by, plain
from cemaudit.report.sections.words import joined, visit_name
from cemaudit.scoring import shown
from cemaudit.scoring.lens_scores import lens_measure, lens_scores

__all__ = ["journey"]

SHOWN = ("experience", "performance")
NOTE = Text(
    ko="주황은 나쁨, 파랑은 좋음을 뜻합니다. 빈칸은 체크리스트에 없거나 이번에 관찰하지 못해 점수가 없는 곳입니다.",
    en="Orange is bad, blue is good. An empty cell has no score: the checklist does not look there, or nothing was "
    "observed.",
)
BY_CHANNEL = Text(ko="채널과 단계", en="channel and stage")
BY_PHASE = Text(ko="여정 구간", en="phase")
NO_TOUCHPOINT = Text(ko="접점 없음", en="no touchpoint")
OUTSIDE = Text(ko="구간 밖", en="Outside")
BY_VISIT = Text(ko="방문과 단계", en="visit and stage")
TITLE = Text(ko="{customer} 여정", en="The journey")


def journey(context: Context, view: JourneyView | None = None) -> Section | None:
    """The maps; ``None`` where the scheme has none, or the checklist only one touchpoint.

    ``view``: the journey seen through a lens, whose phases stand above the stages.
    """
    audit = context.audits[-1]
    several = len(context.audits) > 1
    measures = measures_by(audit.scheme, "stage") if several else measures_by(audit.scheme, "channel", "stage")
    chosen = [measure for name in SHOWN for measure in measures if measure.id.rpartition(".")[2] == name] or measures
    if not chosen or len(audit.checklist.touchpoints) < 2:
        return None
    maps = _by_visit(context.audits, chosen) if several else _by_channel(audit, chosen)
    phases = _phases(context.audits, view)
    blocks: tuple[Block, ...] = (*phases, *maps, Paragraph(text=NOTE, quiet=True), *where_compared(audit))
    return Section(id="journey", title=audit.checklist.words_at().put_in(TITLE), blocks=blocks, order=300)


def _phases(audits: Sequence[Audit], view: JourneyView | None) -> Iterator[HeatMap]:
    """The phases of the lens as columns, a row for each visit, and below them which stages lie where."""
    if view is None:
        return
    audit = audits[-1]
    measure = lens_measure(audit.scheme)
    rows = []
    for each in audits:
        scores = [score.value for score in lens_scores(each, view)]
        name = visit_name(each) if len(audits) > 1 else brief_title(measure)
        rows.append((name, tuple(None if value is None else float(shown(value, measure)) for value in scores)))
    there = {view.stage_of(touchpoint) for touchpoint in audit.checklist.touchpoints}
    parts: list[Words] = []
    for phase in view.lens.stages:
        stages = joined([stage.title for stage in view.stages_in(phase.id)], ", ")
        parts.append(joined([phase.title, stages if phase.id in there else NO_TOUCHPOINT], ": "))
    if view.outside:
        parts.append(joined([OUTSIDE, joined([stage.title for stage in view.outside], ", ")], ": "))
    titles = [phase.title for phase in view.lens.stages]
    phases = heat_map(audit, measure, BY_PHASE, titles, rows)
    title = joined([phases.title, view.lens.title], " · ")
    yield phases.model_copy(update={"title": title, "note": joined(parts, " · ")})


def _by_channel(audit: Audit, measures: Sequence[Measure]) -> Iterator[HeatMap]:
    stages = audit.checklist.path.stages
    for measure in measures:
        rows = [
            (label(channel), tuple(plain(audit.score(measure.id, channel, stage.id), measure) for stage in stages))
            for channel in Channel
        ]
        yield heat_map(audit, measure, BY_CHANNEL, [stage.title for stage in stages], rows)


def _by_visit(audits: Sequence[Audit], measures: Sequence[Measure]) -> Iterator[HeatMap]:
    stages = audits[-1].checklist.path.stages
    for measure in measures:
        rows = [
            (visit_name(audit), tuple(plain(audit.score(measure.id, stage.id), measure) for stage in stages))
            for audit in audits
        ]
        yield heat_map(audits[-1], measure, BY_VISIT, [stage.title for stage in stages], rows)
