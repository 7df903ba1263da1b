"""Channels, or another facet, side by side: on the screen and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.cli.comparison_json import COLUMNS, channels_to_dict, rules_to_dict, standing_to_dict
from cemaudit.cli.lenses import lens_holes
from cemaudit.cli.options import print_problems
from cemaudit.cli.output import OutputFormat, interval_text, print_compared_measure, write_rows
from cemaudit.cli.terminal import print_bold, print_notes, print_section, print_table, screen_width
from cemaudit.language import N_, message, translate
from cemaudit.model.vocabulary import Facet, label

if TYPE_CHECKING:
    from cemaudit.compare.channels import FacetLeague
    from cemaudit.compare.report_records import ChannelAgreement, ChannelComparison
    from cemaudit.compare.results import ComparisonRules
    from cemaudit.compare.selection import Selection
    from cemaudit.ledger.query.reading import Local

__all__ = ["print_channels", "print_facets"]

MOST_PAIRS = 15
_OF_PAIRS = (N_("First channel or part"), N_("Second channel or part"), N_("Stores"), N_("Correlation"), N_("Interval"))
MOST_COLUMNS = 5


def print_facets(
    reading: Local, selection: Selection, target: float | None, rules: ComparisonRules, form: OutputFormat
) -> None:
    """Channels, or whatever the facet is, side by side; the rows of programs are stores in each of them."""
    from cemaudit.compare.action_lists import facet_lists
    from cemaudit.compare.critical_items import NO_CRITICAL, critical_summary
    from cemaudit.compare.from_snapshot import channel_comparison, facet_leagues
    from cemaudit.compare.wording import facet_legend

    print_problems(lens_holes(reading, selection.ledger_query))
    sides = facet_leagues(reading, selection, target, rules)
    facet = str(selection.facet)
    lens_key = selection.lenses.get(facet)
    heading = str(lens_key.lens.title if lens_key else label(Facet(facet)))
    rows = [
        {facet: side.facet_value, **standing_to_dict(standing)}
        for side in sides
        if side.league
        for standing in side.league.standings
    ]
    channels = channel_comparison(reading, selection, sides, rules)
    critical = NO_CRITICAL if form.as_csv or selection.of_episodes else critical_summary(reading, selection)
    lists = facet_lists(sides, [store for store, _ in channels.uneven], critical.failed)
    document = {
        **channels_to_dict(channels),
        "rules": rules_to_dict(rules),
        "standings": rows,
        "action_lists": action_lists_to_dict(lists),
    }
    if not write_rows(form, {facet: "text", **COLUMNS}, rows, lambda: document):
        print_compared_measure(next(side.league.facts for side in sides if side.league))
        print_action_lists(lists)
        click.echo()
        print_channels(channels, sides, heading)
        print_section(N_("Critical items not met"), critical.sentences)
        print_section(N_("How to read this table"), facet_legend(rules))


def print_channels(channels: ChannelComparison, sides: Sequence[FacetLeague], heading: str) -> None:
    """Print the channels side by side under a ``heading``, how far they agree, and the stores whose channels differ."""
    digits = _decimals(sides)
    means = [
        [
            str(mean.channel),
            str(mean.stores),
            str(mean.visits),
            f"{mean.score:.{digits}f}",
            interval_text(mean.interval, digits),
        ]
        for mean in channels.means
    ]
    _print_numbers((heading, N_("Stores"), N_("Visits"), N_("Mean of stores"), N_("Interval")), means)
    if channels.agreements:
        click.echo()
        print_bold(
            message("{facet}: correlation of store scores (1: same stores, 0: unrelated)", facet=translate(heading))
        )
        least = sorted(channels.agreements, key=lambda mean: (mean.correlation is None, mean.correlation))[:MOST_PAIRS]
        agreements = channels.agreements if len(channels.agreements) <= MOST_PAIRS else least
        pairs = [
            [
                str(agreement.first),
                str(agreement.second),
                str(agreement.stores),
                _number(agreement.correlation, 2),
                interval_text(agreement.interval, 2) if agreement.interval else str(message("not known")),
            ]
            for agreement in agreements
        ]
        _print_numbers(_OF_PAIRS, pairs)
        print_reasons(agreements)
        if len(agreements) < len(channels.agreements):
            text = message("Those that agree least, of {count}; --json has all.", count=len(channels.agreements))
            click.echo(str(text))
    if channels.uneven:
        click.echo()
        print_bold(translate(N_("Stores whose channels differ by more than chance")))
        print_uneven_stores(channels, sides)
    if channels.notes:
        click.echo()
        print_notes(channels.notes)


def _decimals(sides: Sequence[FacetLeague]) -> int:
    """Return the decimals of scores that stand side by side: so many as the smallest of them needs."""
    return max((side.league.decimals for side in sides if side.league), default=1)


def print_reasons(agreements: Sequence[ChannelAgreement]) -> None:
    """Say why agreements are not known, each reason once."""
    reasons = dict.fromkeys(str(agreement.reason) for agreement in agreements if agreement.reason)
    if reasons:
        click.echo()
        print_notes(list(reasons))


def print_uneven_stores(channels: ChannelComparison, sides: Sequence[FacetLeague]) -> None:
    """Of each such store its scores; where there are many, the highest and the lowest."""
    names = {standing.store: standing.name for side in sides if side.league for standing in side.league.standings}
    titles = [str(mean.channel) for mean in channels.means]
    digits = _decimals(sides)
    if len(titles) <= MOST_COLUMNS:
        rows = [
            [names.get(store, store), *(_number(score, digits) for score in scores)]
            for store, scores in channels.uneven
        ]
        _print_numbers((N_("Store"), *titles), rows)
        return
    rows = []
    for store, scores in channels.uneven:
        scored_facets = sorted((score, title) for score, title in zip(scores, titles, strict=True) if score is not None)
        (low, worst), (high, best) = scored_facets[0], scored_facets[-1]
        rows.append([names.get(store, store), best, _number(high, digits), worst, _number(low, digits)])
    _print_numbers((N_("Store"), N_("Highest"), N_("Score"), N_("Lowest"), N_("Score")), rows)


def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _print_numbers(headings: Sequence[str], rows: Sequence[list[str]]) -> None:
    """Print rows; columns without any letter are set to the right."""
    columns = list(zip(*rows, strict=True))
    sides = "".join("l" if any(map(str.isalpha, "".join(column))) else "r" for column in columns)
    print_table(headings, rows, sides, width=screen_width())
