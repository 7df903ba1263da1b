"""The league report: what headquarters may conclude from its visits, and what not."""

from __future__ import annotations

import hashlib

from cemaudit import __version__
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Text
from cemaudit.report.document import Report
from cemaudit.report.league.caterpillar import caterpillar
from cemaudit.report.league.channels import channels
from cemaudit.report.league.cover import facts, verdict
from cemaudit.report.league.drivers import drivers
from cemaudit.report.league.everyone import everyone
from cemaudit.report.league.findings import findings
from cemaudit.report.league.funnel import funnel
from cemaudit.report.league.importance import importance
from cemaudit.report.league.method import method
from cemaudit.report.league.parts import parts
from cemaudit.report.league.summary import summary
from cemaudit.report.league.trend import trend
from cemaudit.report.league.words import said

__all__ = ["league_report"]

TITLE = Text(ko="공정 비교 보고서", en="Fair comparison")
SECTIONS = (
    summary, caterpillar, funnel, parts, channels, trend, drivers, importance, findings, everyone, method,
)  # fmt: skip


def league_report(account: LeagueReportData) -> Report:
    """The report of a league; parts of ``account`` that are missing have no page."""
    league = account.league
    made = (make(account) for make in SECTIONS)
    return Report(
        title=TITLE,
        subject=account.subject or TITLE,
        subtitle=said(account.measure or league.facts.title or league.facts.measure),
        facts=facts(account),
        verdict=verdict(account),
        sections=tuple(section for section in made if section),
        imprint=f"cemaudit {__version__} · {', '.join(league.facts.schemes)}",
        simulated=account.simulated,
        key=("league", account.period, account.subject, league.unit, league.facts.measure, _content(account)),
    )


def _content(account: LeagueReportData) -> str:
    """What tells it from leagues of other visits."""
    return hashlib.sha256(repr((account.league.standings, account.league.target)).encode()).hexdigest()
