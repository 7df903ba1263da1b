"""The first page: particulars, verdict, key figures, and the visit in a sentence or two."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Measure, Reason, Text
from cemaudit.model.blocks import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Figures,
    Paragraph,
    Section,
    Table,
    Words,
)
from cemaudit.report.sections.episode import episode_extremes, episode_figures
from cemaudit.report.sections.values import (
    brief_title,
    headline,
    leading,
    measures_by,
    number,
    reason_of,
    show,
    single_measures,
    span_of,
)
from cemaudit.report.sections.words import NOTHING, asked_items, both, joined, visit_name, visited, when
from cemaudit.scoring.findings import not_met

__all__ = ["summary"]

IN_A_ROW = 3
MOST_FIGURES = 6


def summary(context: Context) -> Section:
    """Key figures, sentences, failed critical items; of an episode over all its visits, with the list of them."""
    return Section(id="summary", title=Text(ko="요약", en="Summary"), blocks=tuple(_blocks(context)), order=100)


def _blocks(context: Context) -> Iterator[Block]:
    audit = context.audits[-1]
    several = len(context.audits) > 1
    if several:
        figures = list(episode_figures(context.audits))
    else:
        figures = [_figure(audit, measure) for measure in single_measures(audit.scheme)][: MOST_FIGURES - 1]
        figures.append(_answered(audit))
    for start in range(0, len(figures), IN_A_ROW):
        yield Figures(figures=tuple(figures[start : start + IN_A_ROW]))
    if extremes := episode_extremes(context.audits) if several else _extremes(audit):
        yield Paragraph(text=extremes)
    if several:
        yield _visits(context)
    for one in context.audits:
        if one.failed_critical:
            yield _failures(one, several=several)


def _figure(audit: Audit, measure: Measure) -> Figure:
    score = audit.score(measure.id)
    seen, span = show(audit.scheme, measure, score), span_of(audit.scheme, measure)
    return Figure(
        label=brief_title(measure),
        value=str(seen.text) if score.value is not None else NOTHING,
        note="" if score.value is not None else reason_of(score),
        tone=seen.tone,
        at=seen.at,
        low=span.low if span else 0,
        high=span.high if span else 100,
    )


def _answered(audit: Audit) -> Figure:
    asked = [name for name, score in asked_items(audit).items() if score.reason is not Reason.NOT_RELEVANT]
    answered = [name for name in asked if name in audit.visit.answers]
    return Figure(label=Text(ko="응답한 항목", en="Items answered"), value=f"{len(answered)} / {len(asked)}")


def _extremes(audit: Audit) -> Words | None:
    """The strongest and the weakest touchpoint by name and number."""
    measures = {measure.id.rpartition(".")[2]: measure for measure in measures_by(audit.scheme, "touchpoint")}
    measure = measures.get("experience") or measures.get("performance") or next(iter(measures.values()), None)
    if measure is None:
        return None
    scored = [
        (value, touchpoint)
        for touchpoint in visited(audit)
        if (value := audit.score(measure.id, touchpoint.id).value) is not None
    ]
    if len(scored) < 2:
        return None
    low, high = min(scored, key=lambda pair: pair[0]), max(scored, key=lambda pair: pair[0])
    worst, best = (low, high) if audit.scheme.direction == "higher-is-better" else (high, low)
    span, name = span_of(audit.scheme, measure), brief_title(measure)
    signed = span is not None and span.low < 0
    strong = both(lambda: f"{best[1].title} ({name} {number(best[0], measure, signed=signed)})")
    weak = both(lambda: f"{worst[1].title} ({name} {number(worst[0], measure, signed=signed)})")
    labels = (
        Text(ko="가장 좋았던 접점", en="Strongest touchpoint"),
        Text(ko="가장 아쉬웠던 접점", en="Weakest touchpoint"),
    )
    return both(lambda: f"{labels[0]}: {strong}. {labels[1]}: {weak}.")


def _failures(audit: Audit, *, several: bool) -> Callout:
    count = len(audit.failed_critical)
    title: Words = Text(ko=f"중대 항목 미충족: {count}건", en=f"{count} critical item{'s' if count > 1 else ''} failed")
    unmet = [not_met(audit.checklist.items[name].ask) for name in audit.failed_critical]
    return Callout(
        title=joined([title, visit_name(audit)], " · ") if several else title,
        text=both(lambda: "\n".join(f"• {title}" for title in unmet)),
        tone="worst",
    )


def _visits(context: Context) -> Table:
    columns = (
        Column(title=Text(ko="방문", en="Visit"), width=2),
        Column(title=Text(ko="날짜", en="Date"), width=1.6),
        Column(title=brief_title(leading(context.audits[-1].scheme)), width=1.2, align="right"),
        Column(title=Text(ko="등급", en="Grade"), width=1.6),
        Column(title=Text(ko="중대 항목 미충족", en="Critical items failed"), width=1.2, align="right"),
    )
    return Table(columns=columns, rows=tuple(_visit_row(audit) for audit in context.audits))


def _visit_row(audit: Audit) -> tuple[Cell | Words, ...]:
    band = audit.band
    grade = both(lambda: f"{band.label} {band}") if band else NOTHING
    return (
        visit_name(audit),
        when(audit.visit),
        Cell(text=headline(audit), strong=True),
        Cell(text=grade, tone=band.tone if band else "plain"),
        str(len(audit.failed_critical)),
    )
