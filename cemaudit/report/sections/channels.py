"""The three channels side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Channel, Measure, Text, label
from cemaudit.model.blocks import Bars, Block, Paragraph, Section, Series, Words
from cemaudit.report.sections.values import Span, brief_title, measures_by, plain, span_of
from cemaudit.report.sections.words import joined, visit_name

__all__ = ["channels"]

MOST_SERIES = 4
SIDE_BY_SIDE = ("performance", "experience")
ABOUT = Text(
    ko="고객은 직접 만나서(대면), 전화나 편지로(인적·원거리), 그리고 화면에서(전자) 회사를 만납니다.",
    en="Customers meet the company in person (face-to-face), by phone or letter (personal but distant), and "
    "on a screen (electronic).",
)


def channels(context: Context) -> Section | None:
    """A group of bars for each channel; ``None`` without scores by channel, or with one touchpoint."""
    audit = context.audits[-1]
    measures = measures_by(audit.scheme, "channel")
    if not measures or len(audit.checklist.touchpoints) < 2:
        return None
    bars = _over_visits(context.audits, measures) if len(context.audits) > 1 else _of_one(audit, measures)
    blocks: tuple[Block, ...] = (Paragraph(text=ABOUT, quiet=True), *bars)
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


def _over_visits(audits: Sequence[Audit], measures: Sequence[Measure]) -> Iterator[Bars]:
    """One chart for each measure, a bar for each of the last visits."""
    known = [measure for measure in measures if measure.id.rpartition(".")[2] in SIDE_BY_SIDE] or list(measures)
    for measure in known:
        rows = [Series(label=visit_name(audit), values=_values(audit, measure)) for audit in audits[-MOST_SERIES:]]
        yield _bars(brief_title(measure), rows, span_of(audits[-1].scheme, measure))


def _bars(title: Words, series: Sequence[Series], span: Span | None) -> Bars:
    known = [value for one in series for value in one.values if value is not None]
    low, high = span or (min(0.0, *known, 0.0), max(0.0, *known, 1.0))
    return Bars(title=title, categories=tuple(label(one) for one in Channel), series=tuple(series), low=low, high=high)


def _values(audit: Audit, measure: Measure) -> tuple[float | None, ...]:
    return tuple(plain(audit.score(measure.id, channel), measure) for channel in Channel)
