"""The value promises of the company's platform: how far the chain keeps each, and where it does not."""

from __future__ import annotations

from collections.abc import Mapping

from cemaudit.compare.promise_wording import promise_legend, promise_limitations, promise_sentences
from cemaudit.compare.promises import KeptShare, PromiseRecord
from cemaudit.compare.report_records import LeagueReportData
from cemaudit.model import Channel, Text, label
from cemaudit.model.blocks import Cell, Column, Paragraph, Section, Table, Words
from cemaudit.report.league.words import NOT_KNOWN, name_of, notes, percent
from cemaudit.report.sections.words import NOTHING, joined

__all__ = ["promises"]

NOT_AUDITED = Text(ko="점검하지 않음", en="not audited")


def promises(account: LeagueReportData) -> Section | None:
    """A row for each promise, and what can and cannot be concluded; ``None`` where no platform is known."""
    summary = account.promises
    if summary is None:
        return None
    names = {standing.store: name_of(standing) for standing in account.league.standings}
    columns = (
        Column(title=Text(ko="가치 약속", en="Value promise"), width=3.4),
        Column(title=Text(ko="지킨 비율", en="Kept"), width=1, align="right"),
        Column(title=Text(ko="구간", en="Interval"), width=1.3, align="right"),
        Column(title=Text(ko="응답", en="Answers"), width=0.9, align="right"),
        Column(title=Text(ko="방문", en="Visits"), width=0.8, align="right"),
        Column(title=Text(ko="가장 낮은 매장", en="Worst store"), width=1.8),
        Column(title=Text(ko="가장 낮은 채널", en="Worst channel"), width=1.6),
    )
    platform = summary.platform
    positioning = joined([Text(ko="포지셔닝:", en="Positioning:"), platform.positioning], " ")
    return Section(
        id="promises",
        title=Text(ko="가치 약속", en="Value promises"),
        blocks=(
            Paragraph(text=joined([platform.title, positioning])),
            Table(columns=columns, rows=tuple(_row(record, names) for record in summary.records)),
            *notes(promise_sentences(summary, names), quiet=False),
            *notes([*promise_limitations(summary), *promise_legend(summary)]),
        ),
        order=650,
        new_page=True,
    )


def _row(record: PromiseRecord, names: Mapping[str, str]) -> tuple[Cell | Words, ...]:
    chain, store, channel = record.chain, record.worst_store, record.worst_channel
    title = Cell(text=record.promise.title, strong=True)
    if not chain.answers:
        reason = NOT_KNOWN if record.is_audited else NOT_AUDITED
        return title, Cell(text=reason), NOTHING, "0", "0", NOTHING, NOTHING
    low, high = chain.interval
    return (
        title,
        percent(chain.share),
        f"{percent(low)} – {percent(high)}",
        f"{chain.answers:,}",
        f"{chain.visits:,}",
        _worst(names.get(store, store), record.stores[store]) if store else NOTHING,
        _worst(label(Channel(channel)), record.channels[channel]) if channel else NOTHING,
    )


def _worst(name: Words, share: KeptShare) -> Words:
    return joined([name, f"({percent(share.share)})"], " ")
