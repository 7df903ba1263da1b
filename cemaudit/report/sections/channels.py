"""The three channels side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Channel, Measure, Text, label
from cemaudit.model.blocks import Bars, Block, HeatMap, Paragraph, Section, Series, Words
from cemaudit.report.sections.maps import heat_map
from cemaudit.report.sections.touchpoints import where_compared
from cemaudit.report.sections.values import MeasureRange, brief_title, measures_by, plain, span_of
from cemaudit.report.sections.words import joined, visit_name

__all__ = ["channels"]

MOST_SERIES = 4
SIDE_BY_SIDE = ("performance", "experience")
BY_VISIT = Text(ko="방문과 채널", en="visit and channel")
ABOUT = Text(
    ko="{customer:은} 직접 만나서(대면), 전화나 편지로(비대면 인적), 화면으로(전자) {company:을} 만납니다.",
    en="{customer:S} meet {company} in person (face-to-face), by phone or letter (personal but distant), and "
    "on a screen (electronic).",
)


def channels(context: Context) -> Section | None:
    """A group of bars for each channel; ``None`` without scores by channel, or with one touchpoint."""
    audit = context.audits[-1]
    measures = measures_by(audit.scheme, "channel")
    if not measures or len(audit.checklist.touchpoints) < 2:
        return None
    several = len(context.audits) > 1
    charts: Iterator[Block] = _over_visits(context.audits, measures) if several else _of_one(audit, measures)
    about = audit.checklist.words_at().put_in(ABOUT)
    blocks: tuple[Block, ...] = (
        Paragraph(text=about, quiet=True),
        *charts,
        *where_compared(audit),
    )
    return Section(id="channels", title=Text(ko="채널 비교", en="Channels compared"), blocks=blocks, order=200)


def _of_one(audit: Audit, measures: Sequence[Measure]) -> Iterator[Bars]:
    """Measures of the same scale share a chart."""
    spans = dict.fromkeys(span_of(audit.scheme, measure) for measure in measures)
    for span in spans:
        same = [measure for measure in measures if span_of(audit.scheme, measure) == span]
        for start in range(0, len(same), MOST_SERIES):
            part = same[start : start + MOST_SERIES]
            yield _bars(
                joined([brief_title(one) for one in part], " · "),
                [Series(label=brief_title(one), values=_values(audit, one)) for one in part],
                span,
            )


def _over_visits(audits: Sequence[Audit], measures: Sequence[Measure]) -> Iterator[HeatMap]:
    """One map for each measure, a row for each visit."""
    known = [measure for measure in measures if measure.id.rpartition(".")[2] in SIDE_BY_SIDE] or list(measures)
    for measure in known:
        rows = [(visit_name(audit), _values(audit, measure)) for audit in audits]
        yield heat_map(audits[-1], measure, BY_VISIT, [label(channel) for channel in Channel], rows)


def _bars(title: Words, series: Sequence[Series], span: MeasureRange | None) -> Bars:
    known = [value for one in series for value in one.values if value is not None]
    low, high = span or (min(0.0, *known, 0.0), max(0.0, *known, 1.0))
    return Bars(title=title, categories=tuple(label(one) for one in Channel), series=tuple(series), low=low, high=high)


def _values(audit: Audit, measure: Measure) -> tuple[float | None, ...]:
    return tuple(plain(audit.score(measure.id, channel), measure) for channel in Channel)
