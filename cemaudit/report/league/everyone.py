"""Every store with its five figures."""

from __future__ import annotations

from cemaudit.compare.intervals import Standing
from cemaudit.compare.league_table import League
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import Block, Cell, Column, Paragraph, Section, Table, Words
from cemaudit.report.league.words import name_of, number, one_of, percent, span, worst_tenth

__all__ = ["everyone"]

MOST, ENDS, SHORT = 300, 50, 12
ABOUT = Text(
    ko="점수: 엄격도, 지역, 차수의 차이를 걷어 내고 평균 쪽으로 당긴 값. 신뢰도: 점수의 차이 가운데 실제 차이의 "
    "몫. 순위 구간: 참순위가 있을 만한 범위.",
    en="Score: without the differences of shoppers, regions and waves, drawn towards the mean. Reliability: how "
    "much of a score's difference is real. Ranks: where the true rank probably lies.",
)
Row = tuple[Cell | Words, ...]


def everyone(account: LeagueReportData) -> Section:
    """The table; of very many stores the first, the last, and the worst of the flagged."""
    league = account.league
    shown = _some(league)
    rows = [_row(one, league) for one in shown if one.rank is not None]
    if without := [_row(one, league) for one in shown if one.rank is None]:
        rest: Row = ("",) * (len(without[0]) - 1)
        rows += [(Cell(text=Text(ko="순위 없음", en="Without a place"), strong=True), *rest), *without]
    blocks: list[Block] = [Paragraph(text=ABOUT, quiet=True), Table(columns=_columns(league), rows=tuple(rows))]
    if left := len(league.standings) - len(shown):
        blocks.append(Paragraph(text=Text(ko=f"싣지 않은 곳: {left:,}", en=f"Not listed: {left:,} more."), quiet=True))
    return Section(
        id="everyone",
        title=Text(ko="전체 목록", en="All of them"),
        blocks=tuple(blocks),
        order=800,
        new_page=len(rows) > SHORT,
    )


def _some(league: League) -> list[Standing]:
    """Of at most ``MOST`` all."""
    if len(league.standings) <= MOST:
        return list(league.standings)
    placed = [one for one in league.standings if one.rank is not None]
    if len(placed) <= 2 * ENDS:
        return placed
    flagged = [one for one in placed[ENDS:-ENDS] if one.flagged]
    return [*placed[:ENDS], *flagged[2 * ENDS - MOST :], *placed[-ENDS:]]


def _columns(league: League) -> tuple[Column, ...]:
    tenth = worst_tenth(league)
    last = Text(ko=f"{tenth.ko}일 확률", en=f"Among the {tenth.en}") if league.target is None else _target(league)
    unit = one_of(league)
    columns = [
        Column(title=Text(ko=unit.ko, en=(unit.en or "").capitalize()), width=2.4),
        Column(title=Text(ko="그룹", en="Group"), width=0.7, align="right"),
        Column(title=Text(ko="점수", en="Score"), width=0.8, align="right"),
        Column(title=Text(ko="구간", en="Interval"), width=1.4, align="right"),
        Column(title=Text(ko="순위 구간", en="Ranks"), width=1.2, align="right"),
        Column(title=last, width=1.1, align="right"),
        Column(title=Text(ko="방문", en="Visits"), width=0.7, align="right"),
    ]
    if _of_stores(league):
        columns.append(Column(title=Text(ko="신뢰도", en="Reliability"), width=0.9, align="right"))
    return tuple(columns)


def _of_stores(league: League) -> bool:
    """Whether reliabilities are known: those of regions are not."""
    return any(one.reliability is not None for one in league.standings)


def _target(league: League) -> Text:
    ko = "목표 미달 확률" if league.worse == "below" else "목표 초과 확률"
    return Text(ko=ko, en=f"{league.worse.capitalize()} target")


def _row(one: Standing, league: League) -> Row:
    chance = one.lowest if league.target is None else one.below
    row: Row = (
        Cell(text=name_of(one), strong=one.flagged),
        "" if one.group is None else str(one.group),
        Cell(text=number(one.score), strong=True),
        span(one.interval),
        span(one.rank, 0),
        Cell(text=percent(chance), tone="poor" if one.flagged else "plain"),
        f"{one.visits:,}",
    )
    return (*row, f"{one.reliability or 0:.2f}") if _of_stores(league) else row
