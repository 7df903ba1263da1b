"""``cemaudit items``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.action_list_output import print_action_lists
from cemaudit.cli.options import filter_of, filter_options, folder_of, place_options, print_problems
from cemaudit.cli.output import OutputFormat, nps_sentence, rows_options, write_rows
from cemaudit.cli.terminal import print_notes, print_table
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.compare.item_analysis import ItemStatistics
    from cemaudit.compare.nps import ItemNps, NetPromoterScore
    from cemaudit.compare.rater_agreement import InternalConsistency
    from cemaudit.ledger.export.columns import Kind


_TEXTS = ("checklist", "item", "title", "advice", "what")

_NAMES = (
    "checklist", "item", "title", "asked", "answered", "na", "points", "met", "met_low", "met_high", "rest", "alike",
    "drift", "nps", "nps_low", "nps_high", "promoters", "detractors", "advice", "what",
)  # fmt: skip

_COLUMNS: dict[str, Kind] = {name: "text" if name in _TEXTS else "number" for name in _NAMES}


@localized.command(
    "items",
    help=N_(
        "Item analysis: how often each item is answered and met, its correlation with the rest, whether shoppers "
        "always answer the same, drift between versions, and advice."
    ),
)
@place_options
@filter_options
@rows_options
@localized.common_options
def command(
    url: str | None,
    snapshot_path: Path | None,
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    with_excluded: bool,
    form: OutputFormat,
) -> None:
    """Look at the items, and print what was found."""
    from cemaudit.compare.from_snapshot import internal_consistencies, item_statistics, items_nps
    from cemaudit.ledger.query.completeness import completeness_notes
    from cemaudit.ledger.query.counting import state_notes
    from cemaudit.ledger.query.question import LedgerQuery
    from cemaudit.ledger.query.reading import reading

    question = LedgerQuery(which=filter_of(where, since, until, excluded=with_excluded))
    with reading(folder_of(url, snapshot_path)) as opened:
        print_problems(completeness_notes(opened, question.which))
        statistics = item_statistics(opened, question)
        alphas = internal_consistencies(opened, question)
        asking = {(item_nps.checklist, item_nps.item): item_nps for item_nps in items_nps(opened, question)}
        print_problems(state_notes(opened, question.which))
    rows = []
    for item in statistics:
        item_nps = asking.get((item.checklist, item.item))
        rows.append(item_to_dict(item, None if item_nps is None else item_nps.score))
    if form.as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    if not write_rows(form, _COLUMNS, rows):
        print_item_analysis(statistics, alphas, asking)


def item_to_dict(statistics: ItemStatistics, nps: NetPromoterScore | None) -> dict[str, Any]:
    """An item's statistics as a flat row; those of its net promoter score where it is asked for one."""
    from cemaudit.compare.action_lists import ITEM_URGENCY

    met_low, met_high = statistics.full_marks_interval or (None, None)
    return {
        "checklist": statistics.checklist,
        "item": statistics.item,
        "title": str(statistics.title),
        "asked": statistics.asked,
        "answered": statistics.answered,
        "na": statistics.not_applicable,
        "points": statistics.points,
        "met": statistics.full_marks,
        "met_low": met_low,
        "met_high": met_high,
        "rest": statistics.item_rest_correlation,
        "alike": statistics.uniform_shoppers,
        "drift": statistics.drift,
        "nps": nps and nps.score,
        "nps_low": nps and nps.interval.low,
        "nps_high": nps and nps.interval.high,
        "promoters": nps and nps.promoters,
        "detractors": nps and nps.detractors,
        "advice": statistics.advice.value,
        "what": _advice(statistics),
        "action_list": ITEM_URGENCY[statistics.advice].value,
    }


def _advice(statistics: ItemStatistics) -> str:
    from cemaudit.compare.action_lists import ITEM_ADVICE

    return str(ITEM_ADVICE.get(statistics.advice, ""))


def print_item_analysis(
    statistics: Sequence[ItemStatistics],
    alphas: Sequence[InternalConsistency],
    asking: Mapping[tuple[str, str], ItemNps],
) -> None:
    """Print the items of each checklist: the four lists, their net promoter scores, and what the columns mean."""
    from cemaudit.compare.action_lists import item_lists

    headings = (N_("Item"), N_("Asked"), N_("N/A"), N_("Points"), N_("Item-rest r"), N_("Same answers"), N_("Drift z"))
    alpha_by_checklist = {alpha.checklist: alpha for alpha in alphas}
    for ref, group in groupby(statistics, key=lambda item: item.checklist):
        rows = list(group)
        click.echo(str(message("Checklist: {ref}", ref=ref)))
        print_action_lists(item_lists(rows))
        print_table(headings, [_cells(item) for item in rows], "lrrrrrr", gap=True)
        if ref in alpha_by_checklist:
            alpha = alpha_by_checklist[ref]
            text = message(
                "Cronbach's alpha of {items} items: {alpha} (each pair answered in at least {least} visits).",
                items=alpha.items,
                alpha=f"{alpha.alpha:.2f}",
                least=alpha.least,
            )
            click.echo(str(text))
        click.echo()
        print_notes(nps_sentence(item.item, item.score) for (checklist, _), item in asking.items() if checklist == ref)
    print_notes(_NOTES)


def _cells(item: ItemStatistics) -> list[str]:
    return [
        f"{item.item} {item.title}",
        f"{item.asked:,}",
        f"{item.not_applicable:.0%}",
        _shown(item.points, "{:.0%}"),
        _shown(item.item_rest_correlation, "{:+.2f}"),
        _shown(item.uniform_shoppers, "{:.0%}"),
        _shown(item.drift, "{:+.1f}"),
    ]


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


_NOTES = (
    message(
        "Points: the mean share of an item's points. Rest: its correlation with the other items of the visit. Alike: "
        "the share of shoppers with 5 answers or more who always answered alike. Drift: standard errors against the "
        "version before."
    ),
    message(
        "Always and never: with 95% confidence in all but 1% of visits (no other case in {n} visits is enough).", n=300
    ),
    message("A checklist is an index, not a scale: its items need not correlate, and a low alpha is no defect."),
)
