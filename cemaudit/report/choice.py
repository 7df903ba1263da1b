"""The report of a choice of touchpoints: which to mend first, what each would bring, and the experience wished for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cemaudit import __version__
from cemaudit.compare.choice_wording import reading_lines, summary_lines
from cemaudit.compare.touchpoint_choice import GainEstimate, TouchpointChoice
from cemaudit.model import Text
from cemaudit.model.blocks import Axis, Block, Cell, Column, Intervals, Ranged, Section, Table, Words
from cemaudit.report.document import Particular, Report, Verdict
from cemaudit.report.league.words import notes, number, percent, said, span
from cemaudit.report.sections.words import joined

__all__ = ["choice_report"]

TITLE = Text(ko="먼저 개선할 접점", en="Touchpoints to mend first")
MUST_KEEP = Text(ko="지켜야 함", en="must keep")


def choice_report(choice: TouchpointChoice) -> Report:
    """Return the report of a choice."""
    sections = (_summary(choice), _figures(choice), _wishes(choice), _method(choice))
    return Report(
        title=TITLE,
        subject=Text(ko=f"접점 {len(choice.choice.chosen)}곳", en=f"{len(choice.choice.chosen)} touchpoints"),
        subtitle=said(choice.title),
        facts=(
            Particular(label=Text(ko="방문", en="Visits"), value=f"{choice.visits:,}"),
            Particular(label=Text(ko="매장", en="Stores"), value=f"{choice.stores:,}"),
            Particular(label=Text(ko="체크리스트", en="Checklist"), value=choice.checklist),
        ),
        verdict=_verdict(choice),
        sections=tuple(section for section in sections if section),
        imprint=f"cemaudit {__version__} · {choice.scheme}",
        simulated=choice.simulated,
        key=("touchpoints", choice.checklist, choice.scheme, str(choice.rule.size), _content(choice)),
    )


def _content(choice: TouchpointChoice) -> str:
    """Return a digest that tells a choice from those of other visits."""
    gains = [f"{estimate.touchpoint} {estimate.gain!r}" for estimate in choice.choice.estimates]
    return hashlib.sha256("\n".join([*gains, repr(choice.choice.mean)]).encode()).hexdigest()


def _verdict(choice: TouchpointChoice) -> Verdict:
    mean, mended = choice.choice.mean, choice.choice.mended
    return Verdict(
        label="",
        title=Text(
            ko=f"개선하면 평균 {number(mean)}점이 {number(mended)}점으로",
            en=f"Mended, the mean of {number(mean)} would be {number(mended)}",
        ),
        tone="plain",
        text=Text(
            ko="고른 접점에서 점수가 있는 응답이 모두 최선이었을 때이며, 감정은 그대로 두었습니다.",
            en="Were every answer that earns points the best one at the chosen touchpoints; feelings as they were.",
        ),
    )


def _summary(choice: TouchpointChoice) -> Section:
    return Section(
        id="summary",
        title=Text(ko="요약", en="Summary"),
        blocks=(*notes(summary_lines(choice), quiet=False), *_gains(choice)),
        order=100,
    )


def _gains(choice: TouchpointChoice) -> Iterator[Block]:
    """The gains as a picture; none from a single store, which has no intervals."""
    rows = [
        Ranged(
            label=said(choice.evidence[estimate.touchpoint].title),
            value=estimate.gain,
            low=estimate.interval.low,
            high=estimate.interval.high,
            mark=estimate.with_feelings,
            tone="good" if estimate.place is not None else "plain",
            strong=estimate.place is not None,
        )
        for estimate in choice.choice.estimates
        if estimate.interval
    ]
    level = f"{choice.rule.level:.0%}"
    if rows:
        yield Intervals(
            title=Text(ko="개선했을 때의 효과", en="Gain where mended"),
            rows=tuple(rows),
            axis=Axis(title=Text(ko="점", en="points")),
            value_name=Text(ko="효과", en="gain"),
            range_name=Text(ko=f"{level} 구간", en=f"{level} interval"),
            mark_name=Text(ko="부정적 감정도 없었을 때", en="and nobody felt worse than 0"),
        )


def _figures(choice: TouchpointChoice) -> Section:
    columns = (
        Column(title=Text(ko="순위", en="Rank"), width=0.9),
        Column(title=Text(ko="접점", en="Touchpoint"), width=2.4),
        Column(title=Text(ko="효과", en="Gain"), width=0.8, align="right"),
        Column(title=Text(ko="구간", en="Interval"), width=1.3, align="right"),
        Column(title=Text(ko="추가 효과", en="Added"), width=0.9, align="right"),
        Column(title=Text(ko="선정 비율", en="Chosen in"), width=0.9, align="right"),
        Column(title=Text(ko="부정", en="Negative"), width=0.9, align="right"),
        Column(title=Text(ko="클레임", en="Claims"), width=0.8, align="right"),
        Column(title=Text(ko="원망", en="Blames"), width=0.8, align="right"),
        Column(title=Text(ko="놓친 점수", en="Missed"), width=0.9, align="right"),
        Column(title=Text(ko="비용", en="Cost"), width=0.6, align="right"),
        Column(title=Text(ko="참신성", en="Novelty"), width=0.8, align="right"),
    )
    rows = tuple(_cells(choice, estimate) for estimate in choice.choice.estimates)
    return Section(
        id="touchpoints",
        title=Text(ko="접점별 근거", en="What speaks for each touchpoint"),
        blocks=(Table(columns=columns, rows=rows),),
        order=200,
        new_page=True,
    )


def _cells(choice: TouchpointChoice, estimate: GainEstimate) -> tuple[Cell | Words, ...]:
    evidence = choice.evidence[estimate.touchpoint]
    rank: Words = MUST_KEEP if estimate.touchpoint in choice.kept else number(None)
    is_chosen = estimate.place is not None
    return (
        Cell(text=str(estimate.place), strong=True) if is_chosen else rank,
        Cell(text=said(evidence.title), strong=is_chosen),
        number(estimate.gain, 2),
        span(estimate.interval, 2),
        number(estimate.step, 2),
        percent(estimate.among),
        percent(evidence.negative),
        f"{evidence.claims:,}",
        f"{evidence.blames:,}",
        percent(evidence.missed),
        number(evidence.ratings.cost, 0),
        number(evidence.ratings.novelty, 0),
    )


def _wishes(choice: TouchpointChoice) -> Section | None:
    """The experience wished for at the chosen touchpoints; ``None`` where the inventory has none."""
    named = [name for name in (*choice.choice.chosen, *choice.kept) if choice.evidence[name].wish]
    rows = tuple(
        (said(evidence.title), said(evidence.wish or ""), joined([said(way) for way in evidence.found_by], ", "))
        for evidence in map(choice.evidence.__getitem__, named)
    )
    columns = (
        Column(title=Text(ko="접점", en="Touchpoint"), width=1.6),
        Column(title=Text(ko="바라는 경험", en="Experience wished for"), width=3.4),
        Column(title=Text(ko="발견 경로", en="Found by"), width=1.6),
    )
    title = Text(ko="바라는 경험", en="The experience wished for")
    return Section(id="wishes", title=title, blocks=(Table(columns=columns, rows=rows),), order=300) if rows else None


def _method(choice: TouchpointChoice) -> Section:
    sentences = [*reading_lines(choice), *choice.notes]
    return Section(
        id="method", title=Text(ko="읽는 법", en="How to read this"), blocks=tuple(notes(sentences)), order=900
    )
