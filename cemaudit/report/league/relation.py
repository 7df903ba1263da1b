"""The relation of each store with its customers, visit after visit: two stores of equal scores told apart."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.compare.intervals import Standing
from cemaudit.compare.relation import RelationSummary, VisitRun, VisitShare
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.compare.wording import relation_conclusions
from cemaudit.model import Text
from cemaudit.model.blocks import Block, Cell, Column, Paragraph, Section, Table, Words
from cemaudit.report.league.words import name_of, notes, percent
from cemaudit.report.sections.words import NOTHING

__all__ = ["relation"]

MOST, ENDS = 40, 12
ABOUT = Text(
    ko="점수가 같은 매장이라도 방문마다 한결같은 곳과 들쭉날쭉한 곳은 고객의 신뢰가 다릅니다. 무결점: 경험이 0보다 "
    "낮은 접점이 하나도 없는 방문. 연속: 무결점 방문이 가장 길게 이어진 횟수 / 마지막 방문까지 이어지고 있는 횟수. "
    "약속: 의무·인계·사실 확인이 모두 지켜진 방문의 연속 횟수. 회복: 무결점이 아니었던 방문의 바로 다음 방문 가운데 "
    "무결점이었던 횟수.",
    en="Of two stores with the same score one may be the same every time and the other not; only one is trusted. "
    "Clean: visits without a touchpoint below 0. In a row: the longest run of clean visits / the run up to the last "
    "visit. Promises: the same of visits in which no duty, hand-over or fact failed. Recovered: clean ones among the "
    "visits next after one that was not clean.",
)
COLUMNS = (
    Column(title=Text(ko="매장", en="Store"), width=2.2),
    Column(title=Text(ko="방문", en="Visits"), width=0.7, align="right"),
    Column(title=Text(ko="무결점", en="Clean"), width=0.8, align="right"),
    Column(title=Text(ko="구간", en="Interval"), width=1.1, align="right"),
    Column(title=Text(ko="연속", en="In a row"), width=0.9, align="right"),
    Column(title=Text(ko="약속 연속", en="Promises"), width=1.0, align="right"),
    Column(title=Text(ko="회복", en="Recovered"), width=1.0, align="right"),
    Column(title=Text(ko="구간", en="Interval"), width=1.1, align="right"),
)


def relation(account: LeagueReportData) -> Section | None:
    """What the visits say of the relation, then a row for each store in the order of the league.

    ``None`` where it is not known. Of very many stores the first, the last, and those that stand out.
    """
    known = account.relation
    if known is None:
        return None
    standings = [one for one in account.league.standings if one.store in known.stores]
    names = {one.store: name_of(one) for one in standings}
    sentences = relation_conclusions(known, names, standings)
    listed = _listed(known, standings)
    rows = tuple(_row(one, known) for one in listed)
    blocks: list[Block] = [Paragraph(text=ABOUT, quiet=True), *notes(sentences.supported, quiet=False)]
    blocks.append(Table(columns=COLUMNS, rows=rows))
    if left := len(standings) - len(listed):
        blocks.append(Paragraph(text=Text(ko=f"싣지 않은 곳: {left:,}", en=f"Not listed: {left:,} more."), quiet=True))
    blocks += notes(sentences.limitations)
    title = Text(ko="관계와 신뢰", en="Relation and trust")
    return Section(id="relation", title=title, blocks=tuple(blocks), order=375, new_page=True)


def _listed(known: RelationSummary, standings: Sequence[Standing]) -> list[Standing]:
    if len(standings) <= MOST:
        return list(standings)
    unlike = {store for stores in known.unlike_the_chain() for store in stores}
    unlike |= {run.store for run in known.broken_runs()}
    between = [one for one in standings[ENDS:-ENDS] if one.store in unlike][: MOST - 2 * ENDS]
    return [*standings[:ENDS], *between, *standings[-ENDS:]]


def _row(one: Standing, known: RelationSummary) -> tuple[Cell | Words, ...]:
    store = known.stores[one.store]
    below, above = known.unlike_the_chain()
    tone = "poor" if one.store in below else "good" if one.store in above else "plain"
    broken = any(run.store == one.store for run in known.broken_runs())
    recovered = f"{store.recovered.hits:,} / {store.recovered.visits:,}" if store.recovered.visits else NOTHING
    return (
        Cell(text=name_of(one), strong=tone != "plain" or broken),
        f"{store.clean.visits:,}",
        Cell(text=percent(store.clean.share), tone=tone, strong=True),
        _percents(store.clean),
        Cell(text=_run(store.clean_run), tone="poor" if broken else "plain"),
        _run(store.kept_run),
        recovered,
        _percents(store.recovered),
    )


def _run(run: VisitRun | None) -> str:
    return f"{run.longest:,} / {run.current:,}" if run else NOTHING


def _percents(share: VisitShare) -> str:
    if not share.visits:
        return NOTHING
    return f"{share.interval.low * 100:.0f} – {share.interval.high * 100:.0f}"
