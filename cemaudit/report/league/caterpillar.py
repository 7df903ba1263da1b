"""All stores with their intervals, in groups that can be told apart."""

from __future__ import annotations

from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import Paragraph, Section
from cemaudit.report.league.rows import caterpillar_of, ranged
from cemaudit.report.league.words import several_of

__all__ = ["caterpillar"]

SHORT = 12

ABOUT = Text(
    ko="점은 조정한 점수, 가는 선은 참값이 있을 만한 구간입니다. 굵은 선이 서로 겹치지 않는 두 곳은 다르다고 볼 수 "
    "있고, 겹치면 차이가 있다고 볼 수 없습니다. 바탕이 같은 곳은 한 그룹으로, 서로 구분할 수 없습니다. 마름모와 굵은 "
    "이름은 먼저 살펴볼 곳입니다.",
    en="The dot is the adjusted score, the thin line where the truth probably lies. Two whose thick lines do not "
    "overlap can be considered different; where they overlap, the data show no difference. Those on the same "
    "ground are a group that cannot be distinguished. Diamonds and bold names are those to look at first.",
)


def caterpillar(account: LeagueReportData) -> Section | None:
    """The plot of all that have a place."""
    league = account.league
    placed = [one for one in league.standings if one.rank is not None]
    if not placed:
        return None
    units = several_of(league)
    title = Text(
        ko=f"{units.ko} {len(placed):,}곳의 점수와 구간", en=f"Scores and intervals of {len(placed):,} {units.en}"
    )
    rows = [ranged(one, league.rules.level) for one in placed]
    plot = caterpillar_of(title, rows, league.rules.level, league.target)
    return Section(
        id="league",
        title=Text(ko="점수와 구간", en="Scores with their intervals"),
        blocks=(Paragraph(text=ABOUT, quiet=True), plot),
        order=200,
        new_page=len(placed) > SHORT,
    )
