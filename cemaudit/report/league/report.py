"""The league report: what headquarters may conclude from its visits, and what not."""

from __future__ import annotations

import hashlib

from cemaudit import __version__
from cemaudit.compare.intervals import Standing
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
from cemaudit.report.league.promises import promises
from cemaudit.report.league.relation import relation
from cemaudit.report.league.summary import summary
from cemaudit.report.league.times import times
from cemaudit.report.league.trend import trend
from cemaudit.report.league.words import said

__all__ = ["league_report"]

TITLE = Text(ko="공정 비교 보고서", en="Fair comparison")
SECTIONS = (
    summary, caterpillar, funnel, parts, times, channels, relation, trend, drivers, importance, findings, promises,
    everyone, method,
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
    """Return a digest that tells a league from those of other visits."""
    standings = [_standing_text(standing) for standing in account.league.standings]
    # As Python writes a tuple, with the comma after a single member: files written before have names made of it.
    listed = f"({standings[0]},)" if len(standings) == 1 else f"({', '.join(standings)})"
    return hashlib.sha256(f"({listed}, {account.league.target!r})".encode()).hexdigest()


def _standing_text(standing: Standing) -> str:
    """Return a standing with every field spelled out, so that renaming one changes no file's name."""
    fields = {
        "store": standing.store, "name": standing.name, "pool": standing.pool, "visits": standing.visits,
        "effective": standing.effective, "raw": standing.raw, "score": standing.score, "se": standing.se,
        "interval": standing.interval, "reliability": standing.reliability, "below": standing.below,
        "rank": standing.rank, "lowest": standing.lowest, "highest": standing.highest, "group": standing.group,
        "flagged": standing.flagged, "apart": standing.is_isolated,
    }  # fmt: skip
    return f"Standing({', '.join(f'{name}={value!r}' for name, value in fields.items())})"
