"""Importance against performance: where an effort pays most."""

from __future__ import annotations

from cemaudit.compare.drivers.ipa import Suggestion
from cemaudit.compare.drivers.results import Driver, DriverStudy
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.model.blocks import Axis, Paragraph, Point, Quadrants, Scatter, Section
from cemaudit.report.league.drivers import HINTS
from cemaudit.report.league.words import said

__all__ = ["importance"]

ABOUT = Text(
    ko="위로 갈수록 경험을 좌우하고, 오른쪽으로 갈수록 잘하고 있습니다. 왼쪽 위가 먼저 손댈 곳입니다. 회색 점은 "
    "어느 칸인지 아직 확실하지 않은 동인입니다.",
    en="The higher, the more it drives the experience; the further right, the better it is done. Begin at the "
    "upper left. Grey dots are drivers whose quarter is not yet sure.",
)
MUST_KEEP = Text(
    ko="중대 항목이나 의무(duty)가 들어 있는 접점은 어느 칸에 있든 지켜야 합니다.",
    en="What holds a critical item or a duty must be kept, whichever quarter it lies in.",
)
SURE = 0.8


def importance(account: LeagueReportData) -> Section | None:
    """The map; ``None`` with fewer than two drivers whose share is known."""
    study = account.study
    if study is None or sum(driver.share is not None for driver in study.drivers) < 2:
        return None
    must_keep = any(driver.hint is Suggestion.MUST_KEEP for driver in study.drivers)
    about = (ABOUT, MUST_KEEP) if must_keep else (ABOUT,)
    return Section(
        id="importance",
        title=Text(ko="중요도와 수행", en="Importance and performance"),
        blocks=(*(Paragraph(text=text, quiet=True) for text in about), _map(study)),
        order=550,
    )


def _map(study: DriverStudy) -> Scatter:
    drivers = study.drivers
    return Scatter(
        title=Text(ko="중요도-수행 지도", en="Importance-performance map"),
        points=tuple(_point(driver, driver.share) for driver in drivers if driver.share is not None),
        x=Axis(title=Text(ko="수행", en="performance")),
        y=Axis(title=Text(ko="중요도 (설명하는 몫)", en="importance (share explained)"), unit="%"),
        quadrants=Quadrants(
            x=sum(driver.performance for driver in drivers) / len(drivers),
            y=100 / len(drivers),
            upper_left=Text(ko="먼저 끌어올릴 곳", en="Raise first"),
            upper_right=Text(ko="지킬 곳", en="Keep up"),
            lower_left=Text(ko="나중 일", en="Later"),
            lower_right=Text(ko="힘이 지나칠 수 있는 곳", en="Perhaps more than enough"),
        ),
    )


def _point(driver: Driver, share: float) -> Point:
    tone = HINTS[driver.hint][1] if driver.certain is not None and driver.certain >= SURE else "fair"
    return Point(x=driver.performance, y=100 * share, label=said(driver.title), tone=tone)
