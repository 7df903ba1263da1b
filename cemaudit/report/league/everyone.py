"""Every store with its five figures."""

from __future__ import annotations

from cemaudit.compare.account import Account
from cemaudit.compare.league import League
from cemaudit.compare.standing import Standing
from cemaudit.model import Text
from cemaudit.model.blocks import Block, Cell, Column, Paragraph, Section, Table, Words
from cemaudit.report.league.words import name_of, number, one_of, percent, span

__all__ = ["everyone"]

MOST, ENDS = 300, 50
ABOUT = Text(
    ko="점수: 엄격도, 지역, 차수의 차이를 걷어 내고 평균 쪽으로 당긴 값. 신뢰도: 점수의 차이 가운데 실제 차이의 "
    "몫. 순위 구간: 참순위가 있을 만한 범위.",
    en="Score: without the differences of shoppers, regions and waves, drawn towards the mean. Reliability: how "
    "much of a score's difference is real. Ranks: where the true rank probably lies.",
)
Row = tuple[Cell | Words, ...]


def everyone(account: Account) -> Section:
    """The table; of very many stores the flagged ones, the first and the last."""
    league = account.league
    shown = _some(league)
    rows = [_row(one, league) for one in shown if one.rank is not None]
    without = [one for one in shown if one.rank is None]
    if without:
        rows.append(
            (Cell(text=Text(ko="순위 없음", en="Without a place"), strong=True), *[""] * (len(_columns(league)) - 1))
        )
        rows += [_row(one, league) for one in without]
    blocks: list[Block] = [Paragraph(text=ABOUT, quiet=True), Table(columns=_columns(league), rows=tuple(rows))]
    left = len(league.standings) - len(shown)
    if left:
        blocks.append(Paragraph(text=Text(ko=f"싣지 않은 곳: {left:,}", en=f"Not listed: {left:,} more."), quiet=True))
    return Section(
        id="everyone", title=Text(ko="전체 목록", en="All of them"), blocks=tuple(blocks), order=800, new_page=True
    )


def _some(league: League) -> list[Standing]:
    """Of at most ``MOST`` all."""
    standings = league.standings
    if len(standings) <= MOST:
        return list(standings)
    flagged = [one for one in standings[ENDS:-ENDS] if one.flagged][: MOST - 2 * ENDS]
    return [*standings[:ENDS], *flagged, *standings[-ENDS:]]


def _columns(league: League) -> tuple[Column, ...]:
    last = Text(ko="하위 10%일 확률", en="Among the lowest tenth") if league.target is None else _target(league)
    return (
        Column(title=one_of(league), width=2.4),
        Column(title=Text(ko="그룹", en="Group"), width=0.7, align="right"),
        Column(title=Text(ko="점수", en="Score"), width=0.8, align="right"),
        Column(title=Text(ko="구간", en="Interval"), width=1.4, align="right"),
        Column(title=Text(ko="순위 구간", en="Ranks"), width=1.2, align="right"),
        Column(title=last, width=1.1, align="right"),
        Column(title=Text(ko="신뢰도", en="Reliability"), width=0.9, align="right"),
        Column(title=Text(ko="방문", en="Visits"), width=0.7, align="right"),
    )


def _target(league: League) -> Text:
    ko = "목표 미달 확률" if league.worse == "below" else "목표 초과 확률"
    return Text(ko=ko, en=f"{(league.worse).capitalize()} target")


def _row(one: Standing, league: League) -> Row:
    chance = one.lowest if league.target is None else one.below
    return (
        Cell(text=name_of(one), strong=one.flagged),
        "" if one.group is None else str(one.group),
        Cell(text=number(one.score), strong=True),
        span(one.interval),
        span(one.rank, 0),
        Cell(text=percent(chance), tone="poor" if one.flagged else "plain"),
        "" if one.reliability is None else f"{one.reliability:.2f}",
        f"{one.visits:,}",
    )
