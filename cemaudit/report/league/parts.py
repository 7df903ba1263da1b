"""Stores by touchpoints, as a map."""

from __future__ import annotations

from cemaudit.compare.intervals import Standing
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import HeatMap, Paragraph, Section
from cemaudit.report.league.words import name_of, said, several_of
from cemaudit.report.sections.words import joined

__all__ = ["parts"]

MOST_ROWS, LOWEST, HIGHEST = 22, 14, 8
ABOUT = Text(
    ko="주황은 나쁨, 파랑은 좋음입니다. 칸마다 몇 번의 방문뿐이므로 한 칸이 아니라 줄과 열의 흐름을 보십시오.",
    en="Orange is bad, blue is good. Each cell rests on few visits: look at rows and columns, not at a single cell.",
)


def parts(account: LeagueReportData) -> Section | None:
    """The map, best stores first; of very many only the first and the last."""
    known, league = account.touchpoints, account.league
    if known is None or not known.names:
        return None
    standings = [one for one in league.standings if one.rank is not None and one.store in known.scores]
    if not standings:
        return None
    shown = _some(standings)
    units = several_of(league)
    title = joined([said(known.measure), Text(ko=f"{units.ko}별 평균", en=f"means by {units.en}")], " · ")
    some = Text(
        ko=f"위 {HIGHEST}곳과 아래 {LOWEST}곳만 실었습니다.", en=f"The first {HIGHEST} and the last {LOWEST} only."
    )
    heat = HeatMap(
        title=title,
        columns=tuple(said(name) for name in known.names),
        rows=tuple(name_of(one) for one in shown),
        values=tuple(known.scores[one.store] for one in shown),
        low=known.low,
        high=known.high,
        note=some if len(shown) < len(standings) else "",
    )
    return Section(
        id="parts",
        title=Text(ko="어디서 갈리는가", en="Where they differ"),
        blocks=(Paragraph(text=ABOUT, quiet=True), heat),
        order=300,
        new_page=True,
    )


def _some(standings: list[Standing]) -> list[Standing]:
    return standings if len(standings) <= MOST_ROWS else [*standings[:HIGHEST], *standings[-LOWEST:]]
