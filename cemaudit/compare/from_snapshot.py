"""Comparisons of a snapshot: each opens the visits of a selection and hands them to the statistics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import isfinite

from cemaudit.compare.channels import FacetLeague, Sums, compare_channels
from cemaudit.compare.crosstabs import CrossTabulation, VisitArrays, arrays_of_table, cross_tabulate
from cemaudit.compare.drivers.candidates import DriverQuery, StudyVariables, choose_variables
from cemaudit.compare.drivers.experience import interaction_in, mean_experiences
from cemaudit.compare.drivers.nps_drivers import nps_driver
from cemaudit.compare.drivers.results import DriverStudy
from cemaudit.compare.drivers.study import StudySupplements, estimate_drivers
from cemaudit.compare.drop_outs import DropOuts
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import FittedModel, fit_mixed_model
from cemaudit.compare.intervals import Interval
from cemaudit.compare.intervention import FIRST_DAY, ActionEffect, Intervention, effect_in_table
from cemaudit.compare.item_analysis import ItemStatistics, item_table
from cemaudit.compare.league_table import League, fit_units, make_league
from cemaudit.compare.nps import ItemNps, NpsDrivers, net_promoter_score
from cemaudit.compare.peer_comparison import store_places
from cemaudit.compare.promises import PromiseSummary, promise_summary
from cemaudit.compare.queries.driver_columns import touchpoints_of_measure
from cemaudit.compare.queries.drivers import (
    experience_totals,
    make_study_table,
    means_by_promotion,
    person_sums,
    promoter_counts,
)
from cemaudit.compare.queries.episode_scores import episode_table, read_drop_outs
from cemaudit.compare.queries.items import count_items, item_products, nps_counts
from cemaudit.compare.queries.promises import proofs_asked, read_kept_totals
from cemaudit.compare.queries.relation import read_visit_flags
from cemaudit.compare.queries.visits import paired_sums, store_attributes, visit_table
from cemaudit.compare.rater_agreement import InternalConsistency, internal_consistency
from cemaudit.compare.relation import MonthShare, RelationSummary, clean_share_by_month, relation_of_stores
from cemaudit.compare.report_records import ChannelComparison, StorePlace
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.compare.score_scale import FULL_POINTS
from cemaudit.compare.selection import FacetValue, Selection, require_visits, score_sources, selected_facet_values
from cemaudit.compare.target_check import TargetCheck, check_target
from cemaudit.compare.trends import FACET_KEYS, Trend, trend_in_table
from cemaudit.compare.visit_table import STORE_KEYS, VisitTable
from cemaudit.compare.waves import Wave, WaveSeries, network_series, waves_by_date
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.actions import Action
from cemaudit.ledger.query.coverage import unvisited_note
from cemaudit.ledger.query.keys import of_visits
from cemaudit.ledger.query.privacy import least_sheets, withheld_note
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked, replace_conditions
from cemaudit.ledger.query.reading import Local, Reading
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.model.answers import Nps
from cemaudit.model.base import version_order
from cemaudit.model.platform import Platform

__all__ = [
    "action_effect",
    "channel_comparison",
    "check_target_in",
    "clean_months",
    "episode_drop_outs",
    "estimate_trend",
    "facet_leagues",
    "fit_league",
    "fit_selection",
    "internal_consistencies",
    "item_statistics",
    "items_nps",
    "kept_promises",
    "league_of_fit",
    "places_of",
    "read_cross_tabulation",
    "read_visit_arrays",
    "store_relations",
    "study_drivers",
]


@contextmanager
def compared_table(reading: Local, selection: Selection) -> Iterator[VisitTable]:
    """Keep the table of a selection while the block runs: of its visits, or of its episodes."""
    if selection.of_episodes:
        yield episode_table(reading, selection)
        return
    with visit_table(reading, selection) as table:
        yield table


def read_visit_arrays(reading: Local, selection: Selection) -> VisitArrays:
    """Return the visits of a selection, one by one; refused as by ``visit_table`` and ``episode_table``."""
    with compared_table(reading, selection) as table:
        return arrays_of_table(table)


def read_cross_tabulation(reading: Local, selection: Selection) -> CrossTabulation:
    """Return the visits of a selection, counted and added up; refused as by ``visit_table`` and ``episode_table``."""
    with compared_table(reading, selection) as table:
        return cross_tabulate(table)


def fit_league(  # noqa: PLR0913
    reading: Local,
    selection: Selection,
    target: float | None = None,
    rules: ComparisonRules = DEFAULT_RULES,
    scale: str = "auto",
    *,
    single: bool = False,
) -> League:
    """Return the league of a selection; ``scale`` is ``points``, ``arcsine``, or ``auto``: near the ceiling arcsine.

    ``single``: also of a single region, format ..., which only a target can be held against.
    ``BadInput`` where the selection is wrong, ``NotEstimable`` where the visits do not say enough.
    """
    fitted = fit_selection(reading, selection, rules, scale, single=single)
    return league_of_fit(reading, fitted, target, rules)


def league_of_fit(
    reading: Local, fitted: FittedModel, target: float | None = None, rules: ComparisonRules = DEFAULT_RULES
) -> League:
    """Return the league of a fitted model without those that have fewer sheets than the checklist asks for.

    ``NotEstimable`` where none is left.
    """
    league = make_league(fitted, reading.store_names(), target, rules)
    least = least_sheets(map(reading.checklist, league.facts.checklists))
    kept = tuple(standing for standing in league.standings if standing.visits >= least)
    if len(kept) == len(league.standings):
        return league
    note = withheld_note(len(league.standings) - len(kept), least)
    if not kept:
        raise NotEstimable(note)
    return replace(league, standings=kept, notes=(*league.notes, note))


def check_target_in(
    reading: Local, selection: Selection, target: float, level: float, span: Interval | None = None
) -> TargetCheck:
    """Return what the plain mean of a selection says of a target in points; refused as ``check_target`` refuses.

    ``NotEstimable`` also where a store has fewer sheets than the checklist asks for.
    """
    check = check_target(read_visit_arrays(reading, replace(selection, scale="points")), target, level, span)
    least = least_sheets(map(reading.checklist, check.facts.checklists))
    few = sum(store.visits < least for store in check.stores)
    if few:
        raise NotEstimable(withheld_note(few, least))
    return check


def fit_selection(
    reading: Local,
    selection: Selection,
    rules: ComparisonRules = DEFAULT_RULES,
    scale: str = "auto",
    *,
    single: bool = False,
) -> FittedModel:
    """Return the fitted model of a selection; ``NotEstimable`` where there are not two of the unit.

    ``scale`` and ``single`` as of ``fit_league``. Near the ceiling means: the mean raw score is above
    ``rules.arcsine_above``. Registered stores without a visit are named in a note.
    """
    fitted = _fit_on_scale(reading, selection, rules, scale, single=single)
    if selection.unit != "store":
        return fitted
    conditions, facts = selection.visit_filter.conditions, fitted.crossed.facts
    note = unvisited_note(reading, conditions, facts.checklists, fitted.crossed.stores)
    return replace(fitted, notes=(*fitted.notes, note)) if note else fitted


def _fit_on_scale(
    reading: Local, selection: Selection, rules: ComparisonRules, scale: str, *, single: bool
) -> FittedModel:
    crossed = read_cross_tabulation(reading, replace(selection, scale="arcsine") if scale == "arcsine" else selection)
    mean = float(crossed.raw.sum() / max(crossed.facts.visits, 1))
    # A single region, format ... may be refused by fit_units; reading the visits again would only put that off.
    single_level = not single and crossed.unit_factor is not None and len(crossed.unit_factor.levels) < 2
    if scale != "auto" or mean <= rules.arcsine_above * FULL_POINTS or single_level:
        return fit_units(crossed, single=single)
    try:
        fitted = fit_units(read_cross_tabulation(reading, replace(selection, scale="arcsine")), single=single)
    except BadInput:  # the scores are no shares of points, so they have no arcsine
        return fit_units(crossed, single=single)
    note = message("Scores are near their ceiling, so they are compared on the arcsine scale.")
    return replace(fitted, notes=(*fitted.notes, note))


def estimate_trend(  # noqa: PLR0913
    reading: Local,
    selection: Selection,
    by: str | None = None,
    *,
    rules: ComparisonRules = DEFAULT_RULES,
    baseline: Sequence[str] = (),
    false_alarms: float = 1.0,
) -> Trend:
    """Return what changed from wave to wave in a selection, in points.

    ``by``: one of ``STORE_KEYS`` or ``FACET_KEYS``. ``baseline``: the waves stores are watched from, all but the last
    where none are given; ``false_alarms``: how many are put up with. ``BadInput`` where the selection is wrong,
    ``NotEstimable`` where the visits do not say enough.
    """
    with compared_table(reading, _network_selection(reading, selection, by)) as table:
        trend = trend_in_table(
            table, reading.store_names(), by=by, rules=rules, baseline=baseline, false_alarms=false_alarms
        )
    if by not in FACET_KEYS:
        return trend
    parts, notes = _series_by_facet(reading, replace(selection, facet=by), trend.waves, rules, trend.facts.measure)
    return replace(trend, part_series=parts, notes=(*trend.notes, *notes))


def _network_selection(reading: Local, selection: Selection, by: str | None) -> Selection:
    """Return the selection of the network: by the leading measure where the one selected is kept for parts only."""
    if by in STORE_KEYS:
        return replace(selection, unit=str(by))
    if selection.of_episodes:
        return replace(selection, facet=by)
    try:
        score_sources(reading, selection)
    except BadInput:
        if by is None or selection.measure is None:
            raise
        return replace(selection, measure=None)
    return selection


def _series_by_facet(
    reading: Local, selection: Selection, waves: Sequence[Wave], rules: ComparisonRules, measure: str
) -> tuple[tuple[WaveSeries, ...], list[Message]]:
    """Return the series of each value of the selected facet; and notes: where there can be none, or where they are not
    of the network's ``measure``.
    """
    values = selected_facet_values(reading, selection)
    series: list[WaveSeries] = []
    notes: list[Message] = []
    if values and values[0].selection.measure != measure:
        notes.append(message("The parts are compared by the measure {measure}.", measure=values[0].selection.measure))
    for value in values:
        try:
            series.append(_facet_series(reading, value, waves, rules))
        except (BadInput, NotEstimable) as error:  # one channel with too few visits does not spoil the others
            notes.append(message("{name}: {why}", name=value.title, why="; ".join(map(str, error.problems))))
    return tuple(series), notes


def _facet_series(reading: Local, facet_value: FacetValue, waves: Sequence[Wave], rules: ComparisonRules) -> WaveSeries:
    with visit_table(reading, facet_value.selection) as table:
        fitted = fit_mixed_model(cross_tabulate(table))
        waves_by_name = {wave.name: wave for wave in waves_by_date(table)}
    own = [waves_by_name[wave.name] for wave in waves if wave.name in waves_by_name]
    if len(own) < len(waves):
        raise NotEstimable(message("no scores in some waves"), "waves")
    return network_series(fitted, own, rules.level, facet_value.facet_value, facet_value.title)


def action_effect(
    reading: Local,
    selection: Selection,
    action: Action,
    rules: ComparisonRules = DEFAULT_RULES,
    noted: dt.date | None = None,
) -> ActionEffect:
    """Return the effect of an action on the visits of a selection; ``noted``: the day the ledger learned of it.

    ``BadInput`` where the selection is wrong; ``NotEstimable`` without visits before and after it, in its stores and in
    others.
    """
    # A condition on the day, for visits whose day is not known are neither before nor after.
    dated = selection.visit_filter._replace(since=selection.visit_filter.since or FIRST_DAY)
    with visit_table(reading, replace(selection, visit_filter=dated)) as table:
        intervention = Intervention(action.id, action.stores, action.since, action.what, noted)
        return effect_in_table(table, intervention, rules)


def study_drivers(reading: Local, query: DriverQuery, rules: ComparisonRules = DEFAULT_RULES) -> DriverStudy:
    """Return what drives the outcome, as far as the visits show it.

    ``BadInput`` where the query names what does not exist, ``NotEstimable`` where the visits say nothing.
    """
    variables = choose_variables(reading, query)
    visit_filter = replace_conditions(query.visit_filter, lambda condition: of_visits(condition.key))
    table = make_study_table(reading, variables.sources, visit_filter)

    # Asked for once the drivers are known: it takes queries of its own, which a refused study is spared.
    def supplement(names: Sequence[str], *, by_shopper: bool) -> StudySupplements:
        tables = [source.table for source in variables.sources]
        titles = {
            name: touchpoint.title for answers in tables for name, touchpoint in answers.checklist.touchpoint.items()
        }
        return StudySupplements(
            felt=tuple(mean_experiences(experience_totals(reading, tables, query.visit_filter), titles)),
            interaction=interaction_in(table, by_shopper=by_shopper) if "pe" in variables.sources[0].columns else None,
            promoting=_nps_drivers(reading, variables, names, by_shopper=by_shopper, level=rules.level),
        )

    return estimate_drivers(
        table, variables.design, by_shopper=query.by_shopper, level=rules.level, supplement=supplement
    )


def _nps_drivers(
    reading: Local, variables: StudyVariables, names: Sequence[str], *, by_shopper: bool, level: float
) -> NpsDrivers | None:
    """Return the drivers of the net promoter score, where the outcome is an item of type ``nps`` in every version."""
    outcome, ids = variables.design.outcome, variables.design.ids
    versions = [source.table.checklist for source in variables.sources]
    if not (outcome.is_asked and all(isinstance(version.items[outcome.name].answer, Nps) for version in versions)):
        return None
    drivers = [
        nps_driver(
            ids[name], person_sums(reading, name, by_shopper=by_shopper), means_by_promotion(reading, name), level
        )
        for name in names
    ]
    drivers.sort(key=lambda driver: -abs(driver.correlation or 0))
    return NpsDrivers(net_promoter_score(*promoter_counts(reading), level), tuple(drivers))


def facet_leagues(
    reading: Local, selection: Selection, target: float | None = None, rules: ComparisonRules = DEFAULT_RULES
) -> list[FacetLeague]:
    """Return a league for each value of the selected facet, in the checklist's order.

    ``BadInput`` as for ``selected_facet_values``; ``NotEstimable`` where there is a league of none.
    """
    sides = []
    for value in selected_facet_values(reading, selection):
        try:
            fitted = fit_selection(reading, value.selection, rules)
        except (BadInput, NotEstimable) as refusal:
            reason = message("{name}: {why}", name=value.title, why=refusal)
            sides.append(FacetLeague(value.facet_value, value.title, reason=reason))
        else:
            league = league_of_fit(reading, fitted, target, rules)
            sides.append(FacetLeague(value.facet_value, value.title, fitted, league))
    if not any(side.league for side in sides):
        raise NotEstimable(next(side.reason for side in sides if side.reason))
    return sides


def channel_comparison(
    reading: Local, selection: Selection, sides: Sequence[FacetLeague], rules: ComparisonRules = DEFAULT_RULES
) -> ChannelComparison:
    """Return how the leagues of a facet's values (``facet_leagues`` of the same selection) agree."""
    selections = {value.facet_value: value.selection for value in selected_facet_values(reading, selection)}

    def sums_of(side: FacetLeague, other: FacetLeague) -> Sums:
        return paired_sums(reading, selections[side.facet_value], selections[other.facet_value])

    return compare_channels(sides, sums_of, rules)


def places_of(
    reading: Reading, league: League, trend: Trend | None = None, *, named: bool = False
) -> dict[str, StorePlace]:
    """Return the place of each store by id; ``named``: the other stores' names may be shown; ``trend``: of the same
    visits.
    """
    return store_places(store_attributes(reading), league, trend, named=named)


def store_relations(reading: Local, selection: Selection, rules: ComparisonRules = DEFAULT_RULES) -> RelationSummary:
    """Return the relation of the stores of a selection; refused as by ``read_visit_flags``."""
    summary = relation_of_stores(read_visit_flags(reading, selection), rules.level)
    question = LedgerQuery(which=selection.visit_filter)
    least = least_sheets(map(reading.checklist, checklists_asked(reading, question, one=False)))
    return replace(summary, stores={name: one for name, one in summary.stores.items() if one.clean.visits >= least})


def clean_months(
    reading: Local, selection: Selection, rules: ComparisonRules = DEFAULT_RULES
) -> tuple[MonthShare, ...]:
    """Return the share of clean visits of each month of a selection; refused as by ``read_visit_flags``."""
    return clean_share_by_month(read_visit_flags(reading, selection), rules.level)


def kept_promises(
    reading: Local, platform: Platform, visit_filter: Filter = EVERYTHING, level: float = DEFAULT_RULES.level
) -> PromiseSummary:
    """Return how far the promises of a platform are kept in the visits of a filter; its facets choose items.

    Refused as by ``proofs_asked``. Visits of several checklists are taken together: a promise is one everywhere.
    """
    proofs = proofs_asked(reading, platform, visit_filter)
    return promise_summary(platform, proofs, read_kept_totals(reading, proofs, visit_filter), level)


def episode_drop_outs(
    reading: Local, selection: Selection, key: str, rules: ComparisonRules = DEFAULT_RULES
) -> DropOuts:
    """Return the drop-outs among the episodes of a selection, by a key of stores or ``wave``."""
    return read_drop_outs(reading, selection, key, rules.level)


def item_statistics(
    reading: Reading, question: LedgerQuery, rules: ComparisonRules = DEFAULT_RULES
) -> list[ItemStatistics]:
    """Return the statistics of all items of the query's checklists, version by version in their order.

    ``BadInput`` where there are none such, ``NotEstimable`` where no visits are. Scores are not looked at; of schemes
    only whether the item's touchpoint has a part in their headline.
    """
    require_visits(reading)
    # Older versions first, 1.10 after 1.9, for the drift of an item is against the version before.
    counts = (
        (ref, item_counts)
        for ref in sorted(checklists_asked(reading, question, one=False), key=version_order)
        for item_counts in count_items(reading, ref, question, rules.least_person)
    )
    reaching: dict[str, frozenset[str]] = {}

    def has_part(ref: str, item: str) -> bool:
        if ref not in reaching:
            tables = [(table, scheme.leading) for table in reading.scores(ref) for scheme in table.schemes]
            reaching[ref] = frozenset().union(*(touchpoints_of_measure(table, headline) for table, headline in tables))
        return reading.checklist(ref).touchpoint_of[item].id in reaching[ref]

    return item_table(
        counts,
        lambda ref, item: reading.checklist(ref).items[item].mandatory,
        rules,
        has_part,
        lambda ref, item: reading.checklist(ref).items[item].was,
    )


def items_nps(reading: Reading, question: LedgerQuery, rules: ComparisonRules = DEFAULT_RULES) -> list[ItemNps]:
    """Return the net promoter score of the items of type ``nps`` that were answered.

    ``BadInput`` as for ``item_statistics``.
    """
    return [
        ItemNps(ref, name, reading.checklist(ref).items[name].ask, net_promoter_score(*counts, rules.level))
        for ref in checklists_asked(reading, question, one=False)
        for name, counts in nps_counts(reading, ref, question)
        if counts[-1]
    ]


def internal_consistencies(reading: Local, question: LedgerQuery) -> list[InternalConsistency]:
    """Return Cronbach's alpha for each version of the checklist that has items enough which differ."""
    refs = checklists_asked(reading, question, one=False)
    products = ((ref, item_products(reading, ref, question)) for ref in refs)
    consistencies = [internal_consistency(ref, table) for ref, table in products if table is not None]
    return [consistency for consistency in consistencies if consistency and isfinite(consistency.alpha)]
