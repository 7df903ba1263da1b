"""The three channels side by side, and whether a store good in one is good in the others."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.compare.report_records import ChannelAgreement, ChannelComparison, LeagueReportData
from cemaudit.language import printable
from cemaudit.model import Text
from cemaudit.model.blocks import (
    Axis,
    Block,
    Cell,
    Column,
    Heading,
    Intervals,
    Paragraph,
    Ranged,
    Section,
    Table,
    Tone,
    Words,
)
from cemaudit.report.league.words import NOT_KNOWN, notes, number, percent, said, several_of
from cemaudit.report.sections.words import NOTHING, joined

__all__ = ["channels"]

STRONG, WEAK = 0.6, 0.3
MOST_UNEVEN = 15
ABOUT = Text(
    ko="고객은 직접 만나서, 전화나 편지로, 화면으로 회사를 만납니다. 채널마다 약속이 같은지 봅니다.",
    en="Customers meet the company in person, by phone or letter, and on a screen. Is the promise the same everywhere?",
)

AGREEING = Text(
    ko="일관성은 두 채널의 매장 점수가 함께 움직이는 정도입니다. 1이면 똑같이, 0이면 서로 무관하게, −1이면 거꾸로 "
    "움직입니다.",
    en="Agreement is the correlation of stores' scores: at 1 the channels go together, at 0 they have nothing to "
    "do with each other, at −1 they go opposite ways.",
)


def channels(account: LeagueReportData) -> Section | None:
    """Means by channel, their agreement, and the most uneven stores; ``None`` without channels."""
    known = account.channels
    if known is None or not known.means:
        return None
    return Section(
        id="channels",
        title=Text(ko="채널 비교", en="Channels compared"),
        blocks=tuple(_blocks(account, known)),
        order=350,
    )


def _blocks(account: LeagueReportData, known: ChannelComparison) -> Iterator[Block]:
    yield Paragraph(text=ABOUT, quiet=True)
    yield _means(account, known)
    if known.agreements:
        yield Heading(text=Text(ko="채널 사이의 일관성", en="How consistent channels are"), level=3)
        yield Paragraph(text=AGREEING, quiet=True)
        yield _agreements(account, known)
    if known.uneven:
        yield _uneven(known)
    yield from notes(known.notes)


def _means(account: LeagueReportData, known: ChannelComparison) -> Intervals:
    units = several_of(account.league)
    rows = tuple(
        Ranged(
            label=joined([said(one.channel), Text(ko=f"(방문 {one.visits:,}회)", en=f"({one.visits:,} visits)")], " "),
            value=one.score,
            low=one.interval.low,
            high=one.interval.high,
        )
        for one in known.means
    )
    level = percent(account.league.rules.level)
    return Intervals(
        title=Text(ko=f"전체 {units.ko}의 채널별 평균", en=f"Means of all {units.en} by channel"),
        rows=rows,
        axis=Axis(title=Text(ko="점수", en="score")),
        value_name=Text(ko="평균", en="mean"),
        range_name=Text(ko=f"{level} 구간", en=f"{level} interval"),
    )


def _agreements(account: LeagueReportData, known: ChannelComparison) -> Table:
    columns = (
        Column(title=Text(ko="두 채널", en="Two channels"), width=3),
        Column(title=Text(ko="일관성", en="Agreement"), width=1.2, align="right"),
        Column(title=Text(ko="구간", en="Interval"), width=1.3, align="right"),
        Column(title=several_of(account.league), width=0.9, align="right"),
        Column(title=Text(ko="뜻", en="Meaning"), width=3),
    )
    return Table(columns=columns, rows=tuple(_agreement(one) for one in known.agreements))


def _agreement(one: ChannelAgreement) -> tuple[Cell | Words, ...]:
    value, interval = one.correlation, one.interval
    meaning, tone = _meaning(one)
    return (
        joined([said(one.first), said(one.second)], " – "),
        Cell(text=NOTHING if value is None else number(value, 2), strong=True),
        NOTHING if interval is None else f"{number(interval.low, 2)} – {number(interval.high, 2)}",
        f"{one.stores:,}",
        Cell(text=meaning, tone=tone),
    )


def _meaning(one: ChannelAgreement) -> tuple[Words, Tone]:
    """What the correlation says; nothing where its interval holds both little and much."""
    if one.correlation is None:
        return said(one.reason or NOT_KNOWN), "plain"
    low, high = one.interval or (one.correlation, one.correlation)
    if low > WEAK and one.correlation >= STRONG:
        return Text(ko="한쪽이 좋으면 다른 쪽도 좋음", en="good in one, good in the other"), "good"
    if high < STRONG:
        return Text(ko="한쪽이 좋아도 다른 쪽은 따로임", en="good in one says little of the other"), "poor"
    return Text(ko="아직 판단할 수 없음", en="not clear yet"), "plain"


def _uneven(known: ChannelComparison) -> Table:
    columns = (
        Column(title=Text(ko="채널 사이의 차이가 큰 곳", en="Most uneven across channels"), width=3),
        *(Column(title=said(one.channel), align="right") for one in known.means),
    )
    rows = tuple(
        (printable(name, 80), *(number(value) for value in values)) for name, values in known.uneven[:MOST_UNEVEN]
    )
    return Table(columns=columns, rows=rows)
