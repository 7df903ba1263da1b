"""The first page in plain words: where to go, what cannot be told, and how sure all of it is."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.compare.league_table import League
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import Block, Callout, Figure, Figures, Paragraph, Section
from cemaudit.report.league.words import (
    counted,
    expected,
    mean_of_units,
    name_of,
    number,
    percent,
    said,
    several_of,
    worse_than,
)
from cemaudit.report.sections.words import joined

__all__ = ["summary"]

MOST_NAMED, MOST_DOUBTS = 20, 3


def summary(account: LeagueReportData) -> Section:
    """Names, four figures, and what they mean."""
    return Section(
        id="summary",
        title=Text(ko="무엇을 알 수 있는가", en="What is known"),
        blocks=tuple(_blocks(account.league)),
        order=100,
    )


def _blocks(league: League) -> Iterator[Block]:
    if league.flagged:
        yield _flagged(league)
    yield Figures(figures=tuple(_figures(league)))
    for sentence in (_apart(league), _sure(league), _visits(league), _outside(league)):
        if sentence:
            yield Paragraph(text=sentence)
    if league.notes:
        yield Callout(
            title=Text(ko="이 방문들로는 말할 수 없는 것", en="What these visits cannot tell"),
            text=joined([said(doubt) for doubt in league.notes[:MOST_DOUBTS]]),
        )


def _flagged(league: League) -> Callout:
    """Which to visit, the surest first."""
    ordered = sorted(league.flagged, key=lambda one: -(one.lowest or 0) if one.below is None else -one.below)
    names = ", ".join(name_of(one) for one in ordered[:MOST_NAMED])
    more, units = len(ordered) - MOST_NAMED, several_of(league)
    if more > 0:
        names_ko, names_en = f"{names} 외 {more:,}곳 (뒤의 표 참조)", f"{names}, and {more:,} more (see the table)"
    else:
        names_ko = names_en = names
    why = worse_than(league)
    return Callout(
        title=Text(
            ko=f"먼저 살펴볼 {units.ko}",
            en="Look here first",
        ),
        text=Text(
            ko=f"{names_ko}\n\n{why.ko} 순서로 적었습니다.",
            en=f"{names_en}\n\nThose {why.en}, the surest first.",
        ),
        tone="poor",
    )


def _figures(league: League) -> Iterator[Figure]:
    order, units = league.order, several_of(league)
    yield Figure(label=mean_of_units(league), value=number(league.centre))
    yield Figure(
        label=Text(ko="구분되는 쌍의 비율", en="Pairs that can be distinguished"), value=percent(order.distinguishable)
    )
    yield Figure(
        label=Text(ko="구분할 수 있는 그룹", en="Groups that can be distinguished"),
        value=f"{order.groups}",
        note=Text(
            ko=f"같은 그룹의 {units.ko}끼리는 순서를 정할 수 없습니다.",
            en=f"Within a group the order of {units.en} is not known.",
        ),
    )
    yield Figure(
        label=Text(ko="잘못 지목될 비율(예상)", en="Flags expected to be wrong"),
        value=expected(league.false_flag_rate),
    )


def _apart(league: League) -> Text | None:
    """How many differences are noise."""
    told, units = league.order.distinguishable, several_of(league)
    if told is None:
        return None
    return Text(
        ko=f"{units.ko} 둘을 골라 비교하면, 그 차이가 우연이 아니라고 말할 수 있는 경우는 {percent(told)}입니다. "
        f"나머지 {percent(1 - told)}의 차이는 우연일 수 있으므로, 순위나 상벌의 근거로 쓰지 마십시오.",
        en=f"Take any two {units.en}: for {percent(told)} of such pairs the difference is more than chance. For the "
        f"other {percent(1 - told)} it may be chance: neither rank nor reward by it.",
    )


def _sure(league: League) -> Text | None:
    """What the flags miss."""
    if league.sensitivity is None or not league.flagged:
        return None
    count, at = len(league.flagged), percent(league.rules.flag_at)
    wrong, found = round((league.false_flag_rate or 0) * count), expected(league.sensitivity)
    ko, en = (f"약 {wrong:,}곳", f"about {wrong:,}") if wrong else ("1곳 미만", "fewer than one")
    return Text(
        ko=f"확률이 {at} 이상일 때만 지목합니다. 지목한 {count:,}곳 가운데 잘못 지목된 곳은 {ko}으로 예상합니다. "
        f"반대로, 실제로 그러한 곳 가운데 찾아낸 비율은 {found}로 예상합니다. 나머지는 이 방문만으로는 알 수 "
        "없습니다.",
        en=f"Flags are raised at a probability of {at} or more; of these {count:,}, {en} may not deserve it. Of all "
        f"that do deserve one, {found} are found; these visits cannot show the others yet.",
    )


def _visits(league: League) -> Text | None:
    """How much one visit says."""
    shares = {part.name: part.share for part in league.variance_components}
    if not any(shares.values()):
        return None
    store, shopper, visit = (percent(shares.get(name)) for name in ("store", "shopper", "visit"))
    strict = (f"{shopper}는 쇼퍼의 엄격도, ", f"{shopper} how strict the shopper is, ") if league.shoppers else ("", "")
    return Text(
        ko=f"방문 한 번의 점수가 서로 다른 까닭: {store}는 매장의 차이, {strict[0]}{visit}는 그날의 사정과 "
        "우연입니다. 그래서 점수는 방문이 적을수록 평균 쪽으로 당기고, 구간과 함께 적었습니다.",
        en=f"Why scores of single visits differ: {store} is the stores themselves, {strict[1]}{visit} the day and "
        "chance. So scores are drawn towards the mean where visits are few, and come with an interval.",
    )


def _outside(league: League) -> Text | None:
    """Who has no place."""
    least = league.rules.least_visits
    few = sum(1 for one in league.standings if one.rank is None and not one.is_isolated)
    apart = sum(1 for one in league.standings if one.is_isolated)
    if not few and not apart:
        return None
    ko = [f"방문이 {least}회 미만인 {counted(league, few).ko}"] if few else []
    en = [f"{counted(league, few).en} with fewer than {least} visits"] if few else []
    if apart:
        ko.append(f"쇼퍼 한 명만 방문했고 그 쇼퍼가 다른 곳은 방문하지 않은 {counted(league, apart).ko}")
        en.append(f"{counted(league, apart).en} whose only shopper visited nothing else")
    return Text(
        ko=f"순위와 그룹에서 뺀 곳: {', '.join(ko)}.",
        en=f"Without a place: {', and '.join(en)}.",
    )
