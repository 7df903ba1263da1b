"""``cemaudit trend``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.cli.comparison_json import compared_visits_to_dict, monitoring_to_dict
from cemaudit.cli.drop_out_rows import drop_outs_to_dict, print_drop_outs
from cemaudit.cli.localized import BoundedNumber
from cemaudit.cli.options import SnapshotOptions, level_option, open_selection, pool_key, pool_option, selection_options
from cemaudit.cli.output import OutputFormat, interval_text, print_compared_measure, rows_options, write_rows
from cemaudit.cli.relation_rows import broken_runs_to_list, month_to_dict, print_months
from cemaudit.cli.terminal import print_section, print_table, screen_width
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.intervals import Interval
    from cemaudit.compare.trends import Trend
    from cemaudit.compare.waves import WaveScore, WaveSeries
    from cemaudit.ledger.export.columns import Kind


MOST_SHOWN = 60
_KINDS = ("region", "format", "brand", "owner", "pool", "channel", "element", "stage", "touchpoint")

_COLUMNS: dict[str, Kind] = {
    "kind": "text", "id": "text", "name": "text", "wave": "text", "visits": "whole", "score": "score", "low": "number",
    "high": "number", "change": "number", "change_low": "number", "change_high": "number", "told": "flag",
}  # fmt: skip

_HEADINGS = (
    N_("Unit"), N_("Wave"), N_("Visits"), N_("Score"), N_("Interval"), N_("Change"), N_("Interval"), N_("Significant"),
)  # fmt: skip
_HEADINGS_OF_EPISODES = (*_HEADINGS[:2], N_("Episodes"), *_HEADINGS[3:])

_ALARMS = (N_("Store"), N_("Direction"), N_("Visits"), N_("Difference"), N_("Control limit"), N_("Alarm at visit"))
_SIDES = {"up": N_("higher"), "down": N_("lower")}


@localized.command(
    "trend",
    help=N_(
        "Show what changed between waves: in all stores, regions, channels or other parts, each with its interval, "
        "and which single stores changed. The output begins with four lists: act now, watch, fine, not enough visits."
    ),
)
@selection_options
@localized.option("--by", type=click.Choice(_KINDS), help=N_("Also by this part of the network or of the checklist."))
@localized.option("--baseline", multiple=True, metavar="WAVE",
              help=N_("Baseline wave for single stores; by default all but the last."))  # fmt: skip
@localized.option("--false-alarms", type=BoundedNumber(0, 1_000_000, min_open=True), default=1.0, show_default=True,
              metavar="N", help=N_("Expected number of false alarms among all stores."))  # fmt: skip
@localized.option("--relation", is_flag=True,
              help=N_("Also, month by month, the share of visits without a negative touchpoint."))  # fmt: skip
@pool_option
@level_option
@rows_options
@localized.common_options
def command(
    question: SnapshotOptions,
    by: str | None,
    baseline: tuple[str, ...],
    false_alarms: float,
    relation: bool,
    pool: str | None,
    level: float | None,
    form: OutputFormat,
) -> None:
    """Find what changed, and show it."""
    from cemaudit.compare.from_snapshot import clean_months, episode_drop_outs, estimate_trend, store_relations
    from cemaudit.compare.results import DEFAULT_RULES
    from cemaudit.compare.wording import broken_run_alerts

    rules = replace(DEFAULT_RULES, level=level or DEFAULT_RULES.level)
    selection = question.asked(pool=pool_key(pool))
    with open_selection(question) as opened:
        trend = estimate_trend(opened, selection, by, rules=rules, baseline=baseline, false_alarms=false_alarms)
        months = clean_months(opened, selection, rules) if relation else ()
        drop_outs = episode_drop_outs(opened, selection, "wave", rules) if selection.of_episodes else None
        relations = store_relations(opened, selection, rules) if relation else None
        names = {str(store): name for store, name in opened.store_names().items()}
        alerts = broken_run_alerts(relations, names) if relations else []

    def document() -> dict[str, Any]:
        followed = (
            {"relation": list(map(month_to_dict, months)), "broken_runs": broken_runs_to_list(relations)}
            if relations
            else {}
        )
        return trend_to_dict(trend) | followed | ({"drop_outs": drop_outs_to_dict(drop_outs)} if drop_outs else {})

    if not write_rows(form, _COLUMNS, list(_rows(trend)), document):
        print_trend(trend)
        print_months(months, alerts)
        if drop_outs:
            waves = [wave.name for wave in trend.waves]
            order = [*waves, *(value for value in drop_outs.shares if value not in waves)]
            print_drop_outs(drop_outs, translate(N_("Wave")), {}, order)


def _rows(trend: Trend) -> Iterator[dict[str, Any]]:
    for point in trend.network.points:
        yield wave_row("network", trend.network, point)
    for part_series in trend.part_series:
        for point in part_series.points:
            yield wave_row(str(trend.by), part_series, point)


def wave_row(kind: str, series: WaveSeries, point: WaveScore) -> dict[str, Any]:
    """The score of a part in a wave as a flat row."""
    low, high = point.interval or (None, None)
    change_low, change_high = point.change_interval or (None, None)
    return {
        "kind": kind, "id": series.key, "name": str(series.name), "wave": point.wave, "visits": point.visits,
        "score": point.score, "low": low, "high": high, "change": point.change, "change_low": change_low,
        "change_high": change_high, "told": point.is_significant if point.change_interval else None,
    }  # fmt: skip


def trend_to_dict(trend: Trend) -> dict[str, Any]:
    """A trend as plain JSON values, with its sentences."""
    from cemaudit.compare.action_lists import trend_lists
    from cemaudit.compare.wording import trend_conclusions

    facts, sentences = trend.facts, trend_conclusions(trend)
    return {
        "measure": facts.measure,
        **compared_visits_to_dict(facts),
        **({"adjusted_for": list(facts.adjusted_for)} if facts.adjusted_for else {}),
        "level": trend.level,
        "by": trend.by,
        "can_be_told": [str(sentence) for sentence in sentences.supported],
        "cannot_be_told": [str(sentence) for sentence in sentences.limitations],
        "series": list(_rows(trend)),
        "stores": trend.watching and monitoring_to_dict(trend.watching),
        "action_lists": action_lists_to_dict(trend_lists(trend)),
    }


def print_trend(trend: Trend) -> None:
    """Print the four lists, what changed in words, the scores by wave, and the stores that changed."""
    from cemaudit.compare.action_lists import trend_lists
    from cemaudit.compare.selection import EPISODE_MEASURE
    from cemaudit.compare.wording import FOOTNOTES, footnotes, trend_conclusions

    sentences = trend_conclusions(trend)
    print_compared_measure(trend.facts)
    print_action_lists(trend_lists(trend))
    limitations = [note for note in sentences.limitations if note not in FOOTNOTES]
    print_section(N_("What the data cannot show"), limitations)
    print_section(N_("What the data show"), sentences.supported)
    headings = _HEADINGS_OF_EPISODES if trend.facts.measure == EPISODE_MEASURE else _HEADINGS
    digits = trend.decimals
    for series in ([trend.network], trend.part_series):
        rows = [_cells(part, point, digits) for part in series for point in part.points]
        flagged = [point.is_significant for part in series for point in part.points]
        _print_first_rows(headings, rows, "llrrrrrl", flagged)
    alarms = trend.watching.alarms if trend.watching else ()
    alarm_rows = [
        [
            alarm.name,
            translate(_SIDES[alarm.direction]),
            str(alarm.visits),
            f"{alarm.change:+.{digits}f}",
            f"{alarm.limit:.{digits}f}",
            str(alarm.alarm_visit),
        ]
        for alarm in alarms
    ]
    _print_first_rows(_ALARMS, alarm_rows, "llrrrr")
    print_section(N_("How to read this table"), footnotes(trend.facts))


def _print_first_rows(
    headings: Sequence[str], rows: Sequence[Sequence[str]], sides: str, flagged: Sequence[bool] = ()
) -> None:
    print_table(headings, rows[:MOST_SHOWN], sides, width=screen_width(), gap=True, flagged=flagged[:MOST_SHOWN])
    if len(rows) > MOST_SHOWN:
        click.echo(str(message("... and {count} more rows: see --csv", count=len(rows) - MOST_SHOWN)))


def _cells(series: WaveSeries, point: WaveScore, digits: int) -> list[str]:
    return [
        str(series.name),
        point.wave,
        str(point.visits),
        "-" if point.score is None else f"{point.score:.{digits}f}",
        interval_text(point.interval, digits) if point.interval else "-",
        "-" if point.change is None else f"{point.change:+.{digits}f}",
        _change_text(point.change_interval, digits),
        "!" if point.is_significant else "",
    ]


def _change_text(interval: Interval | None, digits: int) -> str:
    return f"{interval.low:+.{digits}f}..{interval.high:+.{digits}f}" if interval else "-"
