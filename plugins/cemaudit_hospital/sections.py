"""The treatment in a report: its course in words, touchpoint by visit, and the items followed over visits."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Text
from cemaudit.model.blocks import Block, Cell, Column, Figure, Figures, Heading, HeatMap, Paragraph, Section, Table
from cemaudit.model.episodes import attendance, episode_score, feelings, lost, missing_weight, visit_weights
from cemaudit_hospital.episode import (
    EXPERIENCE,
    PERFORMANCE,
    Episode,
    EpisodeKind,
    episode_kind,
    episodes,
    matrix,
    series,
)
from cemaudit_hospital.outcome import attendance_words, weighting_words
from cemaudit_hospital.shown import FEELING, NOTHING, feeling, percent, pieces, points, tone, visit_name, weight_shown
from cemaudit_hospital.words import SECTOR

__all__ = ["sections"]

WIDEST = 8
"""Visits side by side on one page; more go below."""


def sections(audit: Audit, context: Context) -> Iterator[Section]:
    """The section on the treatment ``audit`` belongs to, where ``context.audits`` holds two or more of its visits."""
    own = audit.visit.episode
    if audit.checklist.sector != SECTOR or own is None:
        return
    for episode in episodes(context.audits):
        if episode.id == own.id and len(episode.audits) > 1:
            yield Section(
                id="hospital.episode",
                title=Text(ko="치료의 흐름", en="The treatment"),
                blocks=tuple(_blocks(episode)),
                order=350,
                new_page=True,
            )


def _blocks(episode: Episode) -> Iterator[Block]:
    yield _figures(episode)
    yield _how(episode)
    yield _visits(episode)
    yield from _maps(episode)
    yield from _followed(episode)
    yield from _felt(episode)


def _figures(episode: Episode) -> Figures:
    kind, score, seen = episode_kind(episode), episode_score(episode), attendance(episode)
    whole = Figure(
        label=Text(ko=f"치료 전체 {kind.title.ko}", en=f"{kind.title.en}, whole treatment"),
        value=points(score, kind),
        tone=tone(score, kind),
        at=None if score is None else float(score),
        low=kind.low,
        high=kind.high,
    )
    count = Figure(label=Text(ko="기록된 단계", en="Steps recorded"), value=str(len(episode.audits)))
    missing = Figure(
        label=Text(ko="이루어지지 않은 방문", en="Visits that did not happen"),
        value=str(seen.missing),
        tone="worst" if seen.missing else "plain",
    )
    return Figures(figures=(whole, count, missing))


def _how(episode: Episode) -> Paragraph:
    score = points(episode_score(episode), episode_kind(episode))
    words, how = attendance_words(attendance(episode)), weighting_words(episode)
    return Paragraph(
        text=Text(
            ko=f"{words.ko} 치료 전체 점수는 {score}점입니다. {how.ko}",
            en=f"{words.en} The whole treatment scores {score}: {how.en}",
        )
    )


def _visits(episode: Episode) -> Table:
    """The visits and what each counts, so that the whole can be worked out by hand."""
    kind, missing = episode_kind(episode), attendance(episode).missing
    line = episode.line(kind.visit)
    rows = [
        (visit_name(audit), str(audit.visit.day or NOTHING), _score(value, kind), weight_shown(weight))
        for audit, value, weight in zip(episode.audits, line, visit_weights(episode), strict=True)
    ]
    if missing:
        name = Text(ko=f"이루어지지 않은 방문 {missing}회", en=f"Visits that did not happen: {missing}")
        rows.append((name, NOTHING, _score(lost(line), kind), weight_shown(missing * missing_weight(episode))))
    return Table(
        columns=(
            Column(title=Text(ko="방문", en="Visit"), width=3),
            Column(title=Text(ko="날짜", en="Day"), width=2),
            Column(title=kind.title, align="right"),
            Column(title=Text(ko="가중치", en="Weight"), align="right"),
        ),
        rows=tuple(rows),
        caption=Text(ko="방문별 점수", en="Score of each visit"),
    )


def _score(value: Fraction | None, kind: EpisodeKind) -> Cell:
    return Cell(text=points(value, kind), tone=tone(value, kind))


def _maps(episode: Episode) -> Iterator[Block]:
    """Experience by touchpoint and visit; performance for the touchpoints at which no feeling was asked."""
    felt = matrix(episode, EXPERIENCE)
    done = {name: line for name, line in matrix(episode, PERFORMANCE).items() if name not in felt}
    for kind, lines in ((EXPERIENCE, felt), (PERFORMANCE, done)):
        if lines:
            yield from (_map(episode, kind, lines, piece) for piece in pieces(len(episode.audits), WIDEST))


def _map(episode: Episode, kind: EpisodeKind, lines: dict[str, tuple[Fraction | None, ...]], piece: slice) -> HeatMap:
    titles = {
        name: touchpoint.title for audit in episode.audits for name, touchpoint in audit.checklist.touchpoint.items()
    }
    return HeatMap(
        title=Text(ko=f"접점별·방문별 {kind.title.ko}", en=f"{kind.title.en} by touchpoint and visit"),
        columns=tuple(visit_name(audit) for audit in episode.audits[piece]),
        rows=tuple(titles[name] for name in lines),
        values=tuple(
            tuple(None if value is None else float(value) for value in line[piece]) for line in lines.values()
        ),
        low=kind.low,
        high=kind.high,
        note=Text(
            ko="빈칸은 그 방문의 대상이 아니거나 점수가 없는 접점입니다.",
            en="Empty: did not arise at that visit, or has no score.",
        ),
    )


def _felt(episode: Episode) -> Iterator[Block]:
    """The feelings noted at more than one visit, down the treatment."""
    lines = {name: line for name, line in feelings(episode).items() if len(line) - line.count(None) > 1}
    if not lines:
        return
    titles = {name: spot.title for audit in episode.audits for name, spot in audit.checklist.touchpoint.items()}
    yield Heading(text=Text(ko="방문을 거듭하며 느낀 감정", en="Feelings from visit to visit"))
    for piece in pieces(len(episode.audits), WIDEST):
        columns = [Column(title=visit_name(audit), align="right") for audit in episode.audits[piece]]
        rows = [
            (titles[name], *(Cell(text=feeling(value), tone=tone(value, FEELING)) for value in line[piece]))
            for name, line in lines.items()
        ]
        yield Table(
            columns=(Column(title=Text(ko="접점", en="Touchpoint"), width=4), *columns),
            rows=tuple(rows),
            caption=Text(ko="감정 (−3 ~ +3)", en="Feeling (-3 to +3)"),
        )


def _followed(episode: Episode) -> Iterator[Block]:
    lines = series(episode)
    if not lines:
        return
    asks = {name: item.ask for audit in episode.audits for name, item in audit.checklist.items.items()}
    yield Heading(text=Text(ko="방문을 거듭하며 지켜본 항목", en="Items followed from visit to visit"))
    for piece in pieces(len(episode.audits), WIDEST):
        columns = [Column(title=visit_name(audit), align="right") for audit in episode.audits[piece]]
        rows = [
            (asks[name], *(Cell(text=percent(share), tone=tone(share)) for share in line[piece]))
            for name, line in lines.items()
        ]
        yield Table(
            columns=(Column(title=Text(ko="항목", en="Item"), width=4), *columns),
            rows=tuple(rows),
            caption=Text(ko="얻은 점수의 비율", en="Share of the points possible"),
        )
