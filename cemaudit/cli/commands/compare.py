"""``cemaudit compare``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.cli.comparison_json import (
    COLUMNS,
    counted_states_to_dict,
    deviations_to_dict,
    pair_to_dict,
    ranking_quality_to_dict,
    rules_to_dict,
    standing_to_dict,
)
from cemaudit.cli.drop_out_rows import (
    DROP_OUT_COLUMNS,
    drop_out_to_dict,
    drop_outs_to_dict,
    print_drop_outs,
)
from cemaudit.cli.facet_output import print_facets
from cemaudit.cli.localized import POINTS, group
from cemaudit.cli.options import (
    FILE,
    SnapshotOptions,
    make_rules,
    open_selection,
    refuse_beside,
    refuse_target_off_scale,
    rules_options,
    selection_options,
)
from cemaudit.cli.output import (
    OutputFormat,
    interval_text,
    print_compared_measure,
    rows_options,
    write_rows,
)
from cemaudit.cli.relation_rows import RELATION_COLUMNS, print_relation, relation_to_dict, store_relation_to_dict
from cemaudit.cli.target_output import show_target_check
from cemaudit.cli.terminal import (
    SCREEN,
    print_notes,
    print_section,
    print_table,
    print_wrapped,
    screen_width,
)
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, Message, current, message, translate
from cemaudit.model import Reason

if TYPE_CHECKING:
    from cemaudit.compare.critical_items import CriticalSummary
    from cemaudit.compare.drop_outs import DropOuts
    from cemaudit.compare.intervals import Standing
    from cemaudit.compare.league_table import League
    from cemaudit.compare.relation import RelationSummary
    from cemaudit.compare.results import ComparisonRules
    from cemaudit.compare.selection import Selection
    from cemaudit.ledger.actions import Action
    from cemaudit.ledger.query.reading import Local
    from cemaudit.model.platform import Platform

__all__ = ["league_json", "print_league", "stores"]

_VISITS, _EPISODES = N_("Visits"), N_("Episodes")
_HEADINGS = (N_("Store"), _VISITS, N_("Mean of visits"), N_("Score"), N_("Interval"))


@localized.command("stores", help=N_("Say whether two stores differ, and how many visits it would take to know."))
@click.argument("one")
@click.argument("other")
@selection_options
@rows_options
@localized.common_options
def stores(question: SnapshotOptions, one: str, other: str, form: OutputFormat) -> None:
    """Compare two."""
    if one == other:
        raise click.UsageError(str(message("name two stores, not one twice")))
    from cemaudit.compare.from_snapshot import fit_selection, league_of_fit
    from cemaudit.compare.peer_comparison import compare_pair
    from cemaudit.ledger.query.coverage import registered_in_snapshot

    with open_selection(question) as opened:
        fitted = fit_selection(opened, question.asked(), scale="points")
        league = league_of_fit(opened, fitted)
        pair, digits = compare_pair(fitted, league, one, other, registered_in_snapshot(opened)), league.decimals
    if write_rows(form, COLUMNS, list(map(standing_to_dict, (pair.first, pair.second))), lambda: pair_to_dict(pair)):
        return
    rows = [
        [
            standing.name,
            str(standing.visits),
            f"{standing.raw:.{digits}f}",
            f"{standing.score:.{digits}f}",
            interval_text(standing.interval, digits),
        ]
        for standing in (pair.first, pair.second)
    ]
    difference, interval = f"{pair.difference:+.{digits}f}", interval_text(pair.interval, digits)
    notes = [
        pair.conclusion(),
        message("Difference: {difference} ({interval}).", difference=difference, interval=interval),
    ]
    if league.worse == "above":
        notes.append(message("Of this measure lower scores are better."))
    if not pair.differ and pair.needed:
        notes.append(message("To see a difference of that size takes about {count} visits each.", count=pair.needed))
    print_notes(notes)
    headings = [_counted_heading(heading, question.measure) for heading in _HEADINGS]
    print_table(headings, rows, "lrrrr", gap=True)


def _counted_heading(heading: str, measure: str | None) -> str:
    """A heading; what counts as visits where episodes are compared is called so."""
    from cemaudit.compare.selection import EPISODE_MEASURE

    return _EPISODES if heading == _VISITS and measure == EPISODE_MEASURE else heading


MOST_SHOWN = 60
_NUMBERS = (_VISITS, N_("Mean"), N_("Score"), N_("Interval"), N_("Reliab."))


def league_json(league: League, critical: CriticalSummary | None = None) -> dict[str, Any]:
    """Everything about it, as plain values; ``critical``: who failed critical items."""
    from cemaudit.compare.action_lists import league_lists
    from cemaudit.compare.wording import league_conclusions, league_legend

    facts, sentences = league.facts, league_conclusions(league)
    return {
        "measure": facts.measure,
        "unit": league.unit,
        "target": league.target,
        "better": facts.better,
        "visits": facts.visits,
        "left_out": dict(facts.left_out),
        "incomplete": facts.incomplete,
        **counted_states_to_dict(facts),
        "shoppers": league.shoppers,
        "centre": league.centre,
        "checklists": facts.checklists,
        "schemes": facts.schemes,
        "scale": facts.scale.name,
        "adjusted": facts.adjusted,
        **({"adjusted_for": list(facts.adjusted_for)} if facts.adjusted_for else {}),
        "rules": rules_to_dict(league.rules),
        "spreads": deviations_to_dict(league.spreads),
        "order": ranking_quality_to_dict(league.order),
        "wrong": league.false_flag_rate,
        "found": league.sensitivity,
        "can_be_told": [str(sentence) for sentence in sentences.supported],
        "cannot_be_told": [str(sentence) for sentence in sentences.limitations],
        "terms": [str(sentence) for sentence in league_legend(league)],
        "standings": [standing_to_dict(standing) for standing in league.standings],
        "action_lists": action_lists_to_dict(league_lists(league, _failed_stores(league, critical))),
    }


def print_league(league: League, critical: CriticalSummary | None = None) -> None:
    """The four lists, then what can and cannot be told, the table, and how to read it.

    ``critical``: who failed critical items.
    """
    from cemaudit.compare.action_lists import league_lists
    from cemaudit.compare.wording import both_means, footnotes, league_conclusions, league_legend

    facts, sentences = league.facts, league_conclusions(league, beside_lists=True)
    print_compared_measure(facts)
    print_action_lists(league_lists(league, _failed_stores(league, critical)))
    click.echo()
    left_out = [f"{_reason(reason)} {count:,}" for reason, count in facts.left_out.items()]
    click.echo(
        str(
            message(
                "{count} compared by {visits} visits; left out: {left_out}",
                visits=f"{facts.visits:,}",
                count=f"{len(league.standings):,}",
                left_out=", ".join(left_out) or message("none"),
            )
        )
    )
    print_wrapped(both_means(league), width=SCREEN)
    # A wrong charge is acted on the same day, whatever the means say.
    print_section(N_("Critical items not met"), critical.sentences if critical else ())
    print_section(N_("What the data cannot show"), sentences.limitations)
    print_section(N_("What the data show"), sentences.supported)
    click.echo()
    print_league_table(league)
    print_section(N_("How to read this table"), (*league_legend(league), *footnotes(facts)))


def _failed_stores(league: League, critical: CriticalSummary | None) -> Mapping[str, Message] | None:
    """Why to act on stores that failed a critical item; nothing where regions or the like are compared."""
    return critical.failed if critical and league.unit == "store" else None


def print_league_table(league: League) -> None:
    """Print the first and the last stores of the league, without columns nobody has a value in."""
    digits = league.decimals
    rows = [standing_cells(standing, digits) for standing in league.standings]
    # ten columns seldom fit: one without any value would only make the others narrower
    used_columns = [index for index, column in enumerate(zip(*rows, strict=True)) if set(column) != {"-"}]
    best, worst = (rows[: MOST_SHOWN // 2], rows[-MOST_SHOWN // 2 :]) if len(rows) > MOST_SHOWN else (rows, [])
    # the middle of a long league is chance; its ends are what is looked for
    gap = [["...", *[""] * (len(used_columns) - 1)]] if worst else []
    headings, *cells = [[row[index] for index in used_columns] for row in [league_headings(league), *best, *worst]]
    cells[len(best) : len(best)] = gap
    flags = [standing.flagged for standing in league.standings]
    flagged = [*flags[: len(best)], *([False] if worst else []), *flags[len(flags) - len(worst) :]]
    sides = "l" + "r" * (len(used_columns) - 1)
    print_table(headings, cells, sides, width=screen_width(), flagged=flagged, verbatim=True)


def _reason(name: str) -> str:
    from cemaudit.compare.results import LEFT_OUT_INCOMPLETE
    from cemaudit.ledger.states import VisitState

    if name == LEFT_OUT_INCOMPLETE:
        return translate(N_("incomplete visits"))
    if name in set(VisitState):
        return VisitState(name).words
    return Reason(name).words if name in set(Reason) else name


def league_headings(league: League) -> list[str]:
    """The headings of the table of the league, in the language in force."""
    from cemaudit.compare.results import UNIT_TITLES

    numbers = [translate(_counted_heading(heading, league.facts.measure)) for heading in _NUMBERS]
    names = [str(UNIT_TITLES[league.unit]), *numbers]
    return [*names, _probability_heading(league), translate(N_("Rank")), translate(N_("Group"))]


def _probability_heading(league: League) -> str:
    """What the probabilities are of."""
    if league.target is None:
        return translate(N_("High 10%") if league.worse == "above" else N_("Low 10%"))
    target = f"{league.target:g}"
    if league.worse == "above":
        return str(message("> {target}", target=target))
    return str(message("< {target}", target=target))


def standing_cells(standing: Standing, digits: int) -> list[str]:
    """The cells of a store in the table of the league, scores with so many decimals."""
    return [
        ("! " if standing.flagged else "") + standing.name,
        f"{standing.visits:,}",
        f"{standing.raw:.{digits}f}",
        f"{standing.score:.{digits}f}",
        interval_text(standing.interval, digits),
        "-" if standing.reliability is None else f"{standing.reliability:.2f}",
        _probability(standing.lowest if standing.below is None else standing.below),
        interval_text(standing.rank, 0) if standing.rank else "-",
        str(standing.group or "-"),
    ]


def _probability(value: float | None) -> str:
    """A probability, never rounded up to where a flag begins, nor to certainty."""
    if value is None:
        return "-"
    if value < 0.01:
        return "<1%"
    return ">99%" if value > 0.99 else f"{math.floor(value * 100 + 1e-9)}%"


_UNITS = ("store", "region", "format", "brand", "owner", "pool")
_SIDES = ("channel", "stage", "element", "touchpoint", "mode", "medium", "moment", "micro-moment")


class UnitOrFacet(click.Choice[str]):
    """What is compared: a unit, a facet, or the stages of a lens, whose id is looked up later."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from cemaudit.ledger.query.keys import LENS

        return str(value) if str(value).startswith(LENS) else super().convert(value, param, ctx)


@group(
    "compare",
    N_(
        "Compare stores fairly: scores adjusted for shopper severity, each with its interval, the probability of "
        "missing the target, the rank interval, and groups of stores that cannot be distinguished. The output begins "
        "with four lists: act now, watch, fine, not enough visits."
    ),
    {"stores": N_("Say whether two stores differ.")},
    alone=True,
)
@selection_options
@localized.option(
    "--target", type=POINTS, metavar="POINTS", help=N_("Target score: flag stores that probably miss it.")
)
@localized.option("--by", type=UnitOrFacet((*_UNITS, *_SIDES)), default="store",
              help=N_("What to compare; channels, stages and other facets are shown side by side, and so are the "
                      "stages of a lens: lens:acass, ..."))  # fmt: skip
@localized.option("--pool", type=click.Choice((*_UNITS[1:], "none")),
              help=N_("The shopper pools; by default the stores' pool or region."))  # fmt: skip
@localized.option("--scale", type=click.Choice(("auto", "points", "arcsine")), default="auto",
              help=N_("The scale to compare on; auto: arcsine near the ceiling."))  # fmt: skip
@localized.option("--unadjusted", is_flag=True, help=N_("No case-mix adjustment for the items that applied."))
@localized.option("--relation", is_flag=True,
              help=N_("Also the relation of each store: visits in a row without a negative touchpoint."))  # fmt: skip
@localized.option("--report", "folder", type=FILE, metavar="DIR", help=N_("Write the league report (PDF) there, too."))
@localized.option("--platform", "platform_ref", metavar="FILE|ID",
                  help=N_("With --report: also how far the promises of this platform are kept."))  # fmt: skip
@rules_options
@rows_options
def command(
    question: SnapshotOptions,
    target: float | None,
    by: str,
    pool: str | None,
    scale: str,
    unadjusted: bool,
    relation: bool,
    folder: Path | None,
    platform_ref: str | None,
    least_visits: int | None,
    level: float | None,
    flag_at: float | None,
    form: OutputFormat,
) -> None:
    """Compare, and show."""
    if click.get_current_context().invoked_subcommand:
        return
    from cemaudit.compare.critical_items import NO_CRITICAL, critical_summary
    from cemaudit.compare.from_snapshot import episode_drop_outs, store_relations
    from cemaudit.compare.report_data import league_report_data
    from cemaudit.compare.selection import NO_POOL

    if relation and by != "store":
        raise click.UsageError(str(message("--relation is of stores, and does not go with --by {key}", key=by)))
    if platform_ref and not folder:
        raise click.UsageError(str(message("--platform goes with --report")))
    if folder and folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    rules = make_rules(least_visits, level, flag_at)
    unit_or_facet = {"unit": by} if by in _UNITS else {"facet": by}
    selection = question.asked(pool=NO_POOL if pool == "none" else pool, adjusted=not unadjusted, **unit_or_facet)
    platform = known_platform(platform_ref) if platform_ref else None
    actions, noted = known_actions(question.url) if folder and not question.snapshot_path else ([], {})
    of_single_visits = {"--report": folder, "--relation": relation}
    refuse_beside("--measure episode", of_single_visits if selection.of_episodes else {})
    with open_selection(question) as opened:
        refuse_target_off_scale(opened, selection, target)
        if by not in _UNITS:
            print_facets(opened, selection, target, rules, form)
            return
        account = (
            league_report_data(
                opened,
                selection,
                target,
                rules,
                scale,
                actions,
                platform,
                noted,
            )
            if folder
            else None
        )
        # What is shown beside a league has nothing to stand beside where there is only a mean.
        alone = not relation and not selection.of_episodes
        league = (
            account.league
            if account
            else league_or_target_check(opened, selection, target, rules, scale, form, alone=alone)
        )
        if league is None:
            return
        relations = store_relations(opened, selection, rules) if relation else None
        is_shown = not form.as_csv and not selection.of_episodes
        critical = critical_summary(opened, selection) if is_shown else NO_CRITICAL
        drop_outs = episode_drop_outs(opened, selection, by, rules) if selection.of_episodes else None
    if account and folder:
        from cemaudit.report import league_report, write_report

        click.echo(str(write_report(league_report(account), folder, current())), err=form.as_json or form.as_csv)
    show_league(league, relations, drop_outs, form, critical)


def show_league(
    league: League,
    relations: RelationSummary | None,
    drop_outs: DropOuts | None,
    form: OutputFormat,
    critical: CriticalSummary,
) -> None:
    """Show a league, with the relation or the drop-outs of each store beside it where they are there."""
    if relations:
        show_with_relation(league, relations, form, critical)
    elif drop_outs:
        show_with_drop_outs(league, drop_outs, form)
    elif not write_rows(
        form,
        COLUMNS,
        [standing_to_dict(standing) for standing in league.standings],
        lambda: league_json(league, critical),
    ):
        print_league(league, critical)


def league_or_target_check(
    reading: Local,
    selection: Selection,
    target: float | None,
    rules: ComparisonRules,
    scale: str,
    form: OutputFormat,
    *,
    alone: bool,
) -> League | None:
    """The league; ``None`` where there is none and the target was answered by the mean, if that may stand ``alone``."""
    from cemaudit.compare.errors import NotEstimable
    from cemaudit.compare.from_snapshot import fit_league

    try:
        return fit_league(reading, selection, target, rules, scale, single=target is not None)
    except NotEstimable as refusal:
        if target is None or not alone:
            raise
        show_target_check(reading, selection, target, rules, refusal, form)
        return None


def show_with_relation(
    league: League, relation: RelationSummary, form: OutputFormat, critical: CriticalSummary
) -> None:
    """Show a league of stores, and beside each standing the relation of the store."""
    rows = [
        standing_to_dict(standing) | store_relation_to_dict(relation.stores.get(standing.store))
        for standing in league.standings
    ]

    def document() -> dict[str, Any]:
        return {
            **league_json(league, critical),
            "standings": rows,
            "relation": relation_to_dict(relation, league.standings),
        }

    if not write_rows(form, COLUMNS | RELATION_COLUMNS, rows, document):
        print_league(league, critical)
        print_relation(relation, league.standings)


def known_platform(platform_ref: str) -> Platform:
    """The platform in a file, or of an id, among those that plugins bring."""
    from cemaudit.cli.inputs import find_platform
    from cemaudit.scoring import Engine

    return find_platform(Engine(), platform_ref)


def show_with_drop_outs(league: League, drop_outs: DropOuts, form: OutputFormat) -> None:
    """Show a league of episodes, and beside each standing how many of its episodes dropped out."""
    from cemaudit.compare.results import UNIT_TITLES

    rows = [
        standing_to_dict(standing) | drop_out_to_dict(drop_outs.shares.get(standing.store))
        for standing in league.standings
    ]

    def document() -> dict[str, Any]:
        return {**league_json(league), "standings": rows, "drop_outs": drop_outs_to_dict(drop_outs)}

    if not write_rows(form, COLUMNS | DROP_OUT_COLUMNS, rows, document):
        print_league(league)
        names = {standing.store: standing.name for standing in league.standings}
        # Behind those with a place: whoever has no scored episode at all may have dropped-out ones all the same.
        order = [*names, *(value for value in drop_outs.shares if value not in names)]
        print_drop_outs(drop_outs, str(UNIT_TITLES[league.unit]), names, order)


def known_actions(url: str | None) -> tuple[list[Action], dict[str, date]]:
    """The actions the ledger knows, and the days they were noted; none where there is no ledger."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.actions import current_actions, noted_days

    if url is None:
        return [], {}
    with open_ledger(url) as ledger:
        return list(current_actions(ledger).values()), noted_days(ledger)


command.add_command(stores)
