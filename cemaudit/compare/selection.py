"""The selection of visits and scores that are compared, and the values of a facet scores are kept for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import lcm
from typing import Literal, NamedTuple

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.visit_table import STORE_KEYS
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.query.keys import CIRCUMSTANCE_KEYS, FACETS, Condition
from cemaudit.ledger.query.question import LedgerQuery, LensKey, is_asked
from cemaudit.ledger.query.reading import Reading, ScoreTable
from cemaudit.ledger.query.scores import faceted_columns, measures_asked, tables_asked
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.ledger.snapshot.names import ScoreColumn, quoted
from cemaudit.model import (
    Channel,
    Checklist,
    Element,
    Facet,
    Measure,
    Medium,
    MicroMoment,
    Mode,
    Moment,
    Scheme,
    Text,
    label,
)
from cemaudit.scoring.lens_scores import touchpoint_weight

__all__ = [
    "EPISODE_MEASURE",
    "NO_POOL",
    "FacetValue",
    "ScoreSource",
    "Selection",
    "facet_value_title",
    "filter_by_wave",
    "over_all_waves",
    "require_visits",
    "score_sources",
    "selected_facet_values",
    "selected_measure",
]

_SHOWN = 8

EPISODE_MEASURE = "episode"
"""The measure of a selection whose scores are those of whole episodes, not of visits."""

NO_POOL = ""
"""The pool key of a comparison that makes no difference between pools."""


@dataclass(frozen=True)
class Selection:
    """Which visits and scores are compared, and among what.

    ``visit_filter``: the visits. ``scheme``: the scores under that one instead of those in force; ``measure``: that
    instead of the leading one (``EPISODE_MEASURE``: the score of each episode). ``unit``: what is compared, ``store``
    or something known of stores (``region``, ``format``, ``brand``, ``owner``, ``pool``). ``pool``: the key of the
    pools shoppers work in; ``None`` where it is the stores' pool if any is known, else their region, else none;
    ``NO_POOL`` for none. ``facet`` and ``facet_value``: the scores kept for a value of a facet, as ``channel`` and
    ``electronic``. ``adjusted``: for how easy the items that applied were. ``scale``: points as they are, or shares of
    points on the arcsine scale. ``action``: stores where something was done, and from which day on; a factor of that
    name tells visits before (``no``) from those after (``yes``). ``adjust_for``: the circumstances of the visits (TPO)
    that scores are adjusted for. ``lenses``: what the keys of lenses, as ``lens:acass``, stand for, which may be the
    facet or among the conditions: a visit's score is then the mean of the touchpoints there, each weighing what it
    weighs in the headline.
    """

    visit_filter: Filter = EVERYTHING
    measure: str | None = None
    scheme: str | None = None
    unit: str = "store"
    pool: str | None = None
    facet: str | None = None
    facet_value: str | None = None
    adjusted: bool = True
    scale: Literal["points", "arcsine"] = "points"
    action: tuple[tuple[str, dt.date], ...] = ()
    adjust_for: tuple[str, ...] = ()
    lenses: Mapping[str, LensKey] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Raise ``BadInput`` where a key is not one of stores, or the facet is none."""
        for key, allowed_keys in ((self.unit, ("store", *STORE_KEYS)), (self.pool or "pool", STORE_KEYS)):
            if key not in allowed_keys:
                raise BadInput(
                    Problem(message("nothing to compare by: {key}", key=key), hint=nearest(key, allowed_keys))
                )
        for key in self.adjust_for:
            if key not in CIRCUMSTANCE_KEYS:
                hint = nearest(key, CIRCUMSTANCE_KEYS)
                raise BadInput(Problem(message("nothing to adjust for: {key}", key=key), "--adjust", hint))
        if self.facet is not None and self.facet not in (*FACETS[2:], *self.lenses):
            hint = nearest(self.facet, FACETS[2:], listing=False)
            raise BadInput(Problem(message("no such key: {key}", key=self.facet), hint=hint))

    @property
    def of_episodes(self) -> bool:
        """Whether episodes are compared."""
        return self.measure == EPISODE_MEASURE

    @property
    def ledger_query(self) -> LedgerQuery:
        """The selection as a question to the snapshot."""
        by = (self.facet,) if self.facet else ()
        return LedgerQuery(by, self.visit_filter, self.scheme, self.measure, self.lenses)


def filter_by_wave(visit_filter: Filter, *waves: str) -> Filter:
    """Return the filter of those of the visits that belong to one of the waves."""
    return visit_filter._replace(conditions=(*visit_filter.conditions, Condition("wave", waves)))


def over_all_waves(selection: Selection) -> Selection:
    """Return the same selection of visits of any wave."""
    kept = tuple(condition for condition in selection.visit_filter.conditions if condition.key != "wave")
    return replace(selection, visit_filter=selection.visit_filter._replace(conditions=kept))


class ScoreSource(NamedTuple):
    """Where scores to be compared are: a table, those of its visits under one ``scheme``, and the ``columns``.

    No column: the scheme has no such score, and its visits are left out. Several, those of touchpoints seen through a
    lens: the score is their mean.
    """

    table: ScoreTable
    scheme: Scheme
    columns: tuple[ScoreColumn, ...]

    @property
    def column(self) -> ScoreColumn | None:
        """The first column, if any: it tells the measure."""
        return self.columns[0] if self.columns else None

    @property
    def measure(self) -> Measure | None:
        """The measure as its scheme has it."""
        return self.scheme.measure[self.column.measure] if self.column else None

    @property
    def weights(self) -> tuple[int, ...]:
        """What each column weighs in the mean, in whole numbers."""
        measure = self.measure
        if len(self.columns) == 1 or measure is None:
            return (1,) * len(self.columns)
        touchpoint_of = self.table.checklist.touchpoint
        weights = [touchpoint_weight(self.scheme, measure, touchpoint_of[column.key[0]]) for column in self.columns]
        unit = lcm(*(weight.denominator for weight in weights))
        return tuple(int(weight * unit) for weight in weights)

    @property
    def score_sql(self) -> str:
        """SQL: the hundredths of the score; ``null`` where there is no such one."""
        names = [f"visits.{quoted(column.score)}" for column in self.columns]
        if len(names) < 2:
            return names[0] if names else "null"
        # Whole numbers until the one division, so that the mean is that of the touchpoints' hundredths.
        total = " + ".join(
            f"coalesce({name}, 0)::bigint * {weight}" for name, weight in zip(names, self.weights, strict=True)
        )
        weighed = " + ".join(
            f"({name} is not null)::bigint * {weight}" for name, weight in zip(names, self.weights, strict=True)
        )
        return f"cast(round(({total}) / nullif({weighed}, 0)) as bigint)"

    @property
    def reason_sql(self) -> str:
        """SQL: the code of the reason why there is none; of several columns that of the first."""
        return f"visits.{quoted(self.column.reason)}" if self.column else "null"


def require_visits(reading: Reading) -> None:
    """Raise ``NotEstimable`` where there are no visits at all."""
    if not reading.refs:
        raise NotEstimable(message("there are no visits yet: nothing to compare"), "none")


def selected_measure(reading: Reading, selection: Selection) -> str:
    """Return the measure that is compared: of several schemes' leading ones that of the last.

    ``BadInput`` where there is none, ``NotEstimable`` where there are no visits.
    """
    require_visits(reading)
    return measures_asked(reading, selection.ledger_query)[-1]


def score_sources(reading: Reading, selection: Selection) -> list[ScoreSource]:
    """Return where the scores are: a source for each scheme of each table.

    ``BadInput`` where visits of several checklists are there and none is chosen, where there is no such score, and
    where one visit has several of them.
    """
    measure = selected_measure(reading, selection)
    return [
        ScoreSource(table, scheme, _columns(table, scheme, measure, selection))
        for table in tables_asked(reading, selection.ledger_query)
        for scheme in table.schemes
    ]


def _columns(table: ScoreTable, scheme: Scheme, measure: str, selection: Selection) -> tuple[ScoreColumn, ...]:
    if measure not in scheme.measure:
        return ()
    query, facet, value = selection.ledger_query, selection.facet, selection.facet_value
    columns = tuple(
        column
        for column, facets in faceted_columns(table, query)
        if column.measure == measure
        and is_asked(query, facets)
        and (value is None or facet is None or value in facets.get(facet, ()))
    )
    is_mean = query.through_lens and scheme.measure[measure].for_each == (Facet.TOUCHPOINT,)
    # One visit, one score: several would count the visit several times.
    if len(columns) > 1 and not is_mean:
        names = ", ".join(column.name for column in columns[:_SHOWN])
        hint = message("compare by the facet it is kept for, or choose one with --where")
        text = message("{name} has several scores per visit: {names}", name=measure, names=names)
        raise BadInput(Problem(text, hint=hint))
    return columns


_WORDS: dict[str, type[StrEnum]] = {
    "channel": Channel,
    "element": Element,
    "medium": Medium,
    "mode": Mode,
    "moment": Moment,
    "micro-moment": MicroMoment,
}


class FacetValue(NamedTuple):
    """A ``facet_value`` of the facet, what it is called, and the ``selection`` of its scores alone."""

    facet_value: str
    title: Text
    selection: Selection


def selected_facet_values(reading: Reading, selection: Selection) -> list[FacetValue]:
    """Return the values of the facet asked for, in the checklist's order.

    The measure is the same for all: the one asked for, else one kept for that facet (the leading one's parts first).
    The stages of a lens stand in the lens's order.
    ``BadInput`` where no facet is asked for, or no scores are kept for it.
    """
    if selection.facet is None:
        raise BadInput(Problem(message("name the facet that scores are kept for, such as channel"), "--by"))
    facet, measure = selection.facet, selected_measure(reading, selection)
    facet_values: dict[str, Text] = {}
    for table in tables_asked(reading, selection.ledger_query):
        for column, facets in faceted_columns(table, selection.ledger_query):
            if column.measure == measure and is_asked(selection.ledger_query, facets):
                for value in facets[facet]:
                    facet_values.setdefault(value, facet_value_title(table.checklist, facet, value))
    if facet in selection.lenses:
        stages = selection.lenses[facet].lens.stages
        facet_values = {stage.id: stage.title for stage in stages if stage.id in facet_values}
    return [
        FacetValue(value, title, replace(selection, measure=measure, facet_value=value))
        for value, title in facet_values.items()
    ]


def facet_value_title(checklist: Checklist, facet: str, value: str) -> Text:
    """Return what a value of a facet is called."""
    if facet in _WORDS:
        return label(_WORDS[facet](value))
    if facet == "touchpoint" and value in checklist.touchpoint:
        return checklist.touchpoint[value].title
    if facet == "item" and value in checklist.items:
        return checklist.items[value].ask
    stages = {stage.id: stage.title for stage in checklist.path.stages} if facet == "stage" else {}
    return stages.get(value, Text(en=value, ko=value))
