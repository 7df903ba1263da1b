"""The journey as a map: channel by stage, or visit by stage for an episode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Channel, Measure, Text, label
from cemaudit.model.blocks import Block, HeatMap, Paragraph, Section, Words
from cemaudit.report.sections.values import Span, brief_title, measures_by, plain, span_of
from cemaudit.report.sections.words import joined, visit_name

__all__ = ["journey"]

SHOWN = ("experience", "performance")
NOTE = Text(
    ko="주황은 나쁨, 파랑은 좋음입니다. 빈칸은 체크리스트가 보지 않거나 이번에 관찰하지 못해 점수가 없는 곳입니다.",
    en="Orange is bad, blue is good. An empty cell has no score: the checklist does not look there, or nothing was "
    "observed.",
)
BY_CHANNEL = Text(ko="채널과 단계", en="channel and stage")
BY_VISIT = Text(ko="방문과 단계", en="visit and stage")


def journey(context: Context) -> Section | None:
    """The maps; ``None`` where the scheme has none, or the checklist only one touchpoint."""
    audit = context.audits[-1]
    several = len(context.audits) > 1
    measures = measures_by(audit.scheme, "stage") if several else measures_by(audit.scheme, "channel", "stage")
    chosen = [measure for name in SHOWN for measure in measures if measure.id.rpartition(".")[2] == name] or measures
    if not chosen or len(audit.checklist.touchpoints) < 2:
        return None
    maps = _by_visit(context.audits, chosen) if several else _by_channel(audit, chosen)
    blocks: tuple[Block, ...] = (*maps, Paragraph(text=NOTE, quiet=True))
    return Section(id="journey", title=Text(ko="고객 여정", en="The journey"), blocks=blocks, order=300)


def _by_channel(audit: Audit, measures: Sequence[Measure]) -> Iterator[HeatMap]:
    stages = [stage.id for stage in audit.checklist.path.stages]
    for measure in measures:
        values = [
            tuple(plain(audit.score(measure.id, channel, stage), measure) for stage in stages) for channel in Channel
        ]
        yield _map(audit, measure, BY_CHANNEL, [label(channel) for channel in Channel], values)


def _by_visit(audits: Sequence[Audit], measures: Sequence[Measure]) -> Iterator[HeatMap]:
    for measure in measures:
        values = [
            tuple(plain(audit.score(measure.id, stage.id), measure) for stage in audits[-1].checklist.path.stages)
            for audit in audits
        ]
        yield _map(audits[-1], measure, BY_VISIT, [visit_name(audit) for audit in audits], values)


def _map(
    audit: Audit, measure: Measure, by: Text, rows: Sequence[Words], values: Sequence[tuple[float | None, ...]]
) -> HeatMap:
    known = [value for row in values for value in row if value is not None]
    span = span_of(audit.scheme, measure) or Span(min(known, default=0), max(known, default=1))
    low, high = span if audit.scheme.direction == "higher-is-better" else (span.high, span.low)
    return HeatMap(
        title=joined([brief_title(measure), by], " · "),
        columns=tuple(stage.title for stage in audit.checklist.path.stages),
        rows=tuple(rows),
        values=tuple(values),
        low=low,
        high=high,
    )
