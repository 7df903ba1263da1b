"""Means against the number of visits: who is unusual, and who merely has few visits."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.compare.intervals import Standing
from cemaudit.compare.report_records import Funnel, LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import Axis, Curve, Paragraph, Point, Scatter, Section, Tone
from cemaudit.report.league.words import name_of, number

__all__ = ["funnel"]

ABOUT = Text(
    ko="방문이 적으면 평균은 우연만으로도 크게 흔들립니다. 깔때기 안에 있으면 보통의 매장과 다르다고 할 수 "
    "없습니다. 점선 밖에는 보통의 매장 100곳 가운데 5곳, 실선 밖에는 1,000곳 가운데 2곳이 우연히 놓입니다.",
    en="With few visits a mean moves far by chance alone. Inside the funnel a store cannot be called unusual. Of "
    "100 ordinary stores 5 lie outside the dashed lines by chance, of 1,000 ordinary ones 2 outside the solid "
    "lines.",
)

ASIDE = Text(
    ko="방문 횟수가 같은 점이 겹치지 않도록 좌우로 조금 벌려 그렸습니다.",
    en="Points with the same number of visits are spread a little to the sides.",
)
CROWD, SPREAD, GOLDEN = 200, 0.6, 0.618034


def funnel(account: LeagueReportData) -> Section | None:
    """The funnel plot; ``None`` without limits."""
    known = account.funnel
    if known is None:
        return None
    below, above = (sum(1 for side in known.outside.values() if side == sign) for sign in (-1, 1))
    text = Text(
        ko=f"점선 밖: 아래 {below:,}곳, 위 {above:,}곳.",
        en=f"Outside the dashed lines: {below:,} below, {above:,} above.",
    )
    return Section(
        id="funnel",
        title=Text(ko="방문 횟수와 평균", en="Means and the number of visits"),
        blocks=(Paragraph(text=ABOUT, quiet=True), _plot(account, known), Paragraph(text=text)),
        order=250,
    )


def _plot(account: LeagueReportData, known: Funnel) -> Scatter:
    league = account.league
    standings = [one for one in league.standings if one.visits]
    return Scatter(
        title=Text(ko="방문 평균(조정 전)의 깔때기 그림", en="Funnel plot of means of visits, before adjusting"),
        points=tuple(_points(standings, known, bad=-1 if league.worse == "below" else 1)),
        x=Axis(title=Text(ko="방문 횟수", en="number of visits"), low=0, whole=True),
        y=Axis(title=Text(ko="방문 평균", en="mean of visits")),
        curves=tuple(_curves(known)),
        note=ASIDE if len(standings) > CROWD else "",
    )


def _points(standings: Sequence[Standing], known: Funnel, bad: int) -> list[Point]:
    """Those outside first, the farthest of them before the others."""
    ordered = sorted(standings, key=lambda one: (one.store not in known.outside, -abs(one.raw - known.centre)))
    aside = SPREAD if len(ordered) > CROWD else 0.0
    return [
        _point(one, known.outside.get(one.store, 0) * -bad, aside * (at * GOLDEN % 1 - 0.5))
        for at, one in enumerate(ordered)
    ]


def _point(standing: Standing, good: int, aside: float) -> Point:
    tones: dict[int, Tone] = {-1: "worst", 0: "fair", 1: "best"}
    label = name_of(standing) if good else ""
    return Point(x=standing.visits + aside, y=standing.raw, label=label, tone=tones[good])


def _curves(known: Funnel) -> list[Curve]:
    ends = (known.visits[0], known.visits[-1] if len(known.visits) > 1 else known.visits[0] + 1)
    mean = Text(ko=f"매장 평균 {number(known.centre)}", en=f"mean of stores {number(known.centre)}")
    curves = [Curve(points=((ends[0], known.centre), (ends[1], known.centre)), label=mean)]
    if len(known.visits) < 2:
        return curves
    for low, high, name in ((known.low95, known.high95, "95%"), (known.low998, known.high998, "99.8%")):
        for side in (high, low):
            points = tuple(zip(known.visits, side, strict=True))
            curves.append(Curve(points=points, label=name if side is high else "", dashed=name == "95%"))
    return curves
