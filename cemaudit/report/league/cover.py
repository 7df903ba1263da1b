"""The head of the first page: what was compared, and how many must be looked at."""

from __future__ import annotations

from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import Words
from cemaudit.report.document import Particular, Verdict
from cemaudit.report.league.words import counted, expected, number, several_of, worse_than
from cemaudit.report.sections.words import joined

__all__ = ["facts", "verdict"]


def facts(account: LeagueReportData) -> tuple[Particular, ...]:
    """The sample in figures."""
    league = account.league
    rows: list[tuple[Text, Words]] = [
        (Text(ko="기간", en="Period"), account.period),
        (Text(ko="비교 대상", en="Compared"), counted(league, len(league.standings))),
        (Text(ko="방문", en="Visits"), f"{league.facts.visits:,}"),
        (Text(ko="미스터리 쇼퍼", en="Mystery shoppers"), f"{league.shoppers:,}" if league.shoppers else ""),
        (Text(ko="목표", en="Target"), "" if league.target is None else number(league.target)),
        (Text(ko="체크리스트", en="Checklist"), ", ".join(league.facts.checklists)),
    ]
    return tuple(Particular(label=label, value=value) for label, value in rows if str(value))


def verdict(account: LeagueReportData) -> Verdict:
    """How many are flagged, for what, and how many of these flags are expected to be wrong."""
    league = account.league
    count, units = len(league.flagged), several_of(league)
    if count:
        some = counted(league, count)
        title = Text(ko=f"먼저 살펴볼 {some.ko}", en=f"{some.en} to look at first")
        why = worse_than(league)
        text: Words = joined(
            [
                Text(ko=f"{why.ko} {units.ko}입니다.", en=f"Flagged: {why.en}."),
                Text(
                    ko=f"이 가운데 잘못 지목되었을 것으로 예상되는 비율: {expected(league.false_flag_rate)}",
                    en=f"Share of them expected to be flagged wrongly: {expected(league.false_flag_rate)}.",
                ),
            ],
            " ",
        )
    else:
        title = Text(ko=f"확실하게 지목할 {units.ko} 없음", en=f"No {units.en} that surely stand out for the worse")
        text = Text(
            ko="점수가 낮은 곳도 우연일 수 있습니다. 방문을 늘려야 말할 수 있습니다.",
            en="Low scores there are may be chance; only more visits can tell.",
        )
    return Verdict(
        label=f"{count}" if count < 1000 else "",
        title=title,
        tone="poor" if count else "plain",
        text=text,
    )
