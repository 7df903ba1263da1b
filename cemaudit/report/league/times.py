"""Weekdays by hours, as a map."""

from __future__ import annotations

from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import HeatMap, Paragraph, Section
from cemaudit.report.league.words import said
from cemaudit.report.sections.words import joined

__all__ = ["times"]

WEEKDAYS = {
    "mon": Text(ko="월", en="Mon"),
    "tue": Text(ko="화", en="Tue"),
    "wed": Text(ko="수", en="Wed"),
    "thu": Text(ko="목", en="Thu"),
    "fri": Text(ko="금", en="Fri"),
    "sat": Text(ko="토", en="Sat"),
    "sun": Text(ko="일", en="Sun"),
}
ABOUT = Text(
    ko="칸의 n은 방문 수입니다. 방문이 몇 번뿐인 칸의 차이는 우연일 수 있습니다. 매장마다 방문한 시간이 다르면 매장의 "
    "차이가 시간의 차이로 보일 수도 있습니다. 요일과 시각은 방문한 곳을 기준으로 합니다.",
    en="n is the number of visits of a cell. Cells of few visits differ by chance, and where stores were visited at "
    "different times, differences between stores may look like differences between times. Weekday and hour are local.",
)


def times(account: LeagueReportData) -> Section | None:
    """The map of means with the visits of each cell; ``None`` where times are not known or do not differ."""
    known = account.times
    if known is None:
        return None
    heat = HeatMap(
        title=joined([said(known.measure), Text(ko="요일·시간대별 평균", en="means by weekday and hour")], " · "),
        columns=tuple(WEEKDAYS[day] for day in known.weekdays),
        rows=tuple(_hour(hour) for hour in known.hours),
        values=known.scores,
        counts=known.visits,
        low=known.low,
        high=known.high,
    )
    return Section(
        id="times",
        title=Text(ko="언제 갈리는가", en="When they differ"),
        blocks=(Paragraph(text=ABOUT, quiet=True), heat),
        order=325,
        new_page=True,
    )


def _hour(hour: str) -> Text:
    """An hour, or a band of them, as people write it."""
    if "-" in hour:
        first, last = hour.split("-")
        return Text(ko=f"{int(first)}~{int(last)}시", en=f"{first}:00-{last}:00")
    return Text(ko=f"{int(hour)}시", en=f"{hour}:00")
