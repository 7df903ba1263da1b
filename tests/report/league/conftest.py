"""A league of made-up stores, and everything else a report may tell."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest

from cemaudit.compare.design_check import DesignCheck
from cemaudit.compare.drivers.experience import ExperienceMeans
from cemaudit.compare.drivers.ipa import Quadrant, Suggestion
from cemaudit.compare.drivers.key_drivers import PenaltyReward
from cemaudit.compare.drivers.results import Driver, DriverStudy, Outcome
from cemaudit.compare.funnel import league_funnel
from cemaudit.compare.intervals import Interval, Standing
from cemaudit.compare.league_table import League, RankingQuality
from cemaudit.compare.ranking import distinguishable_pairs, store_groups
from cemaudit.compare.reliability import StandardDeviations, variance_components
from cemaudit.compare.report_records import (
    ChannelAgreement,
    ChannelComparison,
    ChannelMean,
    FindingCount,
    FindingSummary,
    HistoryLine,
    LeagueReportData,
    ScoreHistory,
    TouchpointScores,
)
from cemaudit.compare.results import DEFAULT_RULES, ComparedData
from cemaudit.compare.score_scale import ScoreScale
from cemaudit.language import message
from cemaudit.model import Channel, Severity, Text, label

SPREADS = StandardDeviations(5.0, 4.0, 9.0)
CENTRE = 74.0
TOUCHPOINTS = [("전화 문의", "Phone call"), ("맞이 인사", "Greeting"), ("상품 안내", "Advice"), ("시착", "Fitting"),
               ("결제", "Payment"), ("배송", "Delivery"), ("환불", "Refund"), ("누리집", "Website")]  # fmt: skip


def standings(count: int, target: float | None, most_visits: int = 12) -> list[Standing]:
    """Scores drawn for that many stores, with the intervals and probabilities such scores would have."""
    random = np.random.Generator(np.random.PCG64(7))
    visits = random.integers(2, most_visits + 1, count)
    noise = SPREADS.shopper**2 / np.maximum(visits - 1, 1) + SPREADS.visit**2 / visits
    raw = CENTRE + random.normal(0, SPREADS.store, count) + random.normal(0, np.sqrt(noise))
    reliability = SPREADS.store**2 / (SPREADS.store**2 + noise)
    score = CENTRE + reliability * (raw - CENTRE)
    se = SPREADS.store * np.sqrt(1 - reliability)
    allowed = visits >= DEFAULT_RULES.least_visits
    group = store_groups(score, se, allowed, DEFAULT_RULES.preference).group
    place = np.argsort(np.argsort(-score)) + 1.0
    normal = NormalDist()
    found = []
    for at in range(count):
        below = None if target is None else normal.cdf((target - score[at]) / se[at])
        lowest = normal.cdf((CENTRE - 6 - score[at]) / se[at])
        chance = lowest if below is None else below
        wide = 1.64 * float(se[at])
        found.append(
            Standing(
                store=f"s{at}",
                name=f"{['서울', '부산', '대구', '광주', '대전'][at % 5]} {at + 1}호점",
                pool="",
                visits=int(visits[at]),
                effective=float(max(visits[at] - 1, 1)),
                raw=float(raw[at]),
                score=float(score[at]),
                se=float(se[at]),
                interval=Interval(float(score[at]) - wide, float(score[at]) + wide),
                reliability=float(reliability[at]),
                below=below,
                rank=Interval(max(1, int(place[at]) - count // 6), min(count, int(place[at]) + count // 6))
                if allowed[at]
                else None,
                lowest=float(lowest) if allowed[at] else None,
                highest=0.05 if allowed[at] else None,
                group=int(group[at]) or None,
                flagged=bool(allowed[at] and chance >= DEFAULT_RULES.flag_at),
            )
        )
    return sorted(found, key=lambda one: (one.rank is None, -one.score))


def league(count: int = 60, target: float | None = 72.0, **changes: object) -> League:
    """The league of that many stores."""
    made = standings(count, target)
    placed = [one for one in made if one.rank]
    flagged = [one for one in made if one.flagged]
    score, se = np.array([one.score for one in placed]), np.array([one.se for one in placed])
    facts = ComparedData(
        measure="performance",
        value=None,
        title=Text(ko="수행", en="Performance"),
        unit="percent",
        better="higher",
        checklists=("retail.visit@1.2.0",),
        schemes=("cem.experience@1",),
        visits=sum(one.visits for one in made),
        unknown_shopper_visits=3,
        left_out={"unanswered": 4, "excluded": 2},
        scale=ScoreScale(),
        adjusted=True,
    )
    whole = {
        "facts": facts,
        "rules": DEFAULT_RULES,
        "unit": "store",
        "target": target,
        "standings": tuple(made),
        "spreads": SPREADS,
        "variance_components": variance_components(SPREADS),
        "centre": CENTRE,
        "order": RankingQuality(
            len(placed), max((one.group or 0) for one in made), distinguishable_pairs(score, se), 0.5, 0.06, 0.16
        ),
        "false_flag_rate": 0.11 if flagged else None,
        "sensitivity": 0.31,
        "shoppers": 45,
        "factors": (),
        "design": DesignCheck(1, (), (), ()),
        "notes": (message("Nothing that is more than chance."),),
    }
    return League(**{**whole, **changes})  # type: ignore[arg-type]


def study() -> DriverStudy:
    """Drivers of every kind."""
    random = np.random.Generator(np.random.PCG64(3))
    shares = np.sort(random.dirichlet(np.ones(len(TOUCHPOINTS)) * 2))[::-1]
    kinds = [
        (Quadrant.IMPROVE, Suggestion.RAISE, 0.95),
        (Quadrant.KEEP, Suggestion.KEEP, 0.9),
        (Quadrant.IMPROVE, Suggestion.UNCLEAR, 0.6),
        (Quadrant.KEEP, Suggestion.CREATE, 0.7),
        (Quadrant.ENOUGH, Suggestion.REDUCE, 0.85),
        (Quadrant.MINOR, Suggestion.ELIMINATE, 0.9),
        (Quadrant.MINOR, Suggestion.UNCLEAR, 0.6),
        (Quadrant.ENOUGH, Suggestion.UNCLEAR, 0.7),
    ]
    drivers = tuple(
        Driver(
            name=f"t{at}",
            title=Text(ko=ko, en=en),
            visits=400,
            share=float(share),
            interval=Interval(float(share) * 0.6, float(share) * 1.5),
            top=max(0.02, 0.99 - at * 0.2),
            performance=58.0 + 37 * float(random.random()),
            performed=Interval(60, 90),
            quadrant=quadrant,
            certain=certain,
            hint=hint,
            asymmetry=PenaltyReward(2.1, 0.8, 2.9, -0.4, Interval(-0.7, -0.1), 0.4, False) if at % 3 else None,
        )
        for at, ((ko, en), share, (quadrant, hint, certain)) in enumerate(zip(TOUCHPOINTS, shares, kinds, strict=True))
    )
    felt = (ExperienceMeans("t1", 200, 81.0, 32.0, 27.5, 25.9), ExperienceMeans("", 390, 76.2, 21.0, 17.0, 16.0))
    return DriverStudy(
        "touchpoint", Outcome("nps", Text(ko="추천 의향", en="Likelihood to recommend"), True, "", frozenset()),
        "touchpoint.performance", 430, 60,
        45, True, 0.47, "lmg", drivers, felt, None, None,
        (message("Correlated drivers share the variance they explain: a small share does not prove an effect."),),
    )  # fmt: skip


def everything(**changes: object) -> LeagueReportData:
    """An account in which nothing is missing."""
    whole = league(**changes)  # type: ignore[arg-type]
    random = np.random.Generator(np.random.PCG64(5))
    scores = {
        one.store: tuple(None if part < -14 else min(100.0, one.score + float(part)) for part in random.normal(0, 9, 8))
        for one in whole.standings
    }
    face, phone, screen = (label(channel) for channel in Channel)
    names = tuple(Text(ko=ko, en=en) for ko, en in TOUCHPOINTS)
    payment, greeting = names[4], names[1]
    course = (71.5, 72.0, 73.8, 74.4)
    waves = ("2025-1", "2025-2", "2026-1", "2026-2")
    return LeagueReportData(
        league=whole,
        subject="한빛 리테일",
        period="2026-1 · 2026-2",
        funnel=league_funnel(whole),
        touchpoints=TouchpointScores(Text(ko="접점", en="Touchpoint"), names, scores, 40, 100),
        channels=ChannelComparison(
            (
                ChannelMean(face, 410, 60, 76.2, Interval(74.9, 77.5)),
                ChannelMean(phone, 205, 58, 70.4, Interval(68.0, 72.8)),
                ChannelMean(screen, 204, 60, 73.3, Interval(71.2, 75.4)),
            ),
            (
                ChannelAgreement(face, phone, 0.72, Interval(0.5, 0.86), 58),
                ChannelAgreement(face, screen, 0.21, Interval(-0.05, 0.45), 60),
                ChannelAgreement(phone, screen, None, None, 2),
            ),
            (("서울 11호점", (88.0, 41.5, None)), ("부산 2호점", (61.0, 84.2, 79.9))),
        ),
        course=ScoreHistory(
            waves,
            (
                HistoryLine(Text(ko="전체", en="All"), course, tuple(Interval(mean - 1, mean + 1) for mean in course)),
                HistoryLine("수도권", (72.5, None, 75.1, 76.0)),
            ),
            (message("Nothing that is more than chance."),),
        ),
        study=study(),
        findings=FindingSummary(
            (
                FindingCount(payment, Severity.CRITICAL, Text(ko="영수증을 주지 않음", en="No receipt given"), 12, 9),
                FindingCount(payment, Severity.MINOR, Text(ko="긴 대기", en="A long queue"), 31, 22),
                FindingCount(greeting, Severity.STRENGTH, Text(ko="이름을 불러 줌", en="Called by name"), 8, 5),
            )
        ),
        actions=(message("Nothing that is more than chance."),),
    )


@pytest.fixture
def make_league() -> Callable[..., League]:
    return league


@pytest.fixture
def make_account() -> Callable[..., LeagueReportData]:
    return everything


@pytest.fixture
def account() -> LeagueReportData:
    return everything()
