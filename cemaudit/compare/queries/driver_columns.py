"""The columns of a study of drivers: the SQL of items, measures and experience, and what each is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cemaudit.compare.drivers.data import InputRef
from cemaudit.compare.selection import facet_value_title
from cemaudit.errors import Sayable
from cemaudit.ledger.query.measured import Facets, facets_of_item, facets_of_touchpoint, measured_scores
from cemaudit.ledger.query.reading import ScoreTable
from cemaudit.ledger.snapshot.answer_columns import points_units
from cemaudit.ledger.snapshot.names import ColumnNames, quoted
from cemaudit.model import Checklist, Item, Measure, Scheme
from cemaudit.model.answers import Nps, Quantity, Scale, YesNo
from cemaudit.scoring.aggregators import EXPERIENCE
from cemaudit.scoring.reach import plan_without_plugins, touchpoints_reaching

__all__ = [
    "DriverColumn",
    "ExperienceColumns",
    "experience_columns",
    "inputs_of_measure",
    "item_answer",
    "item_columns",
    "item_share",
    "mean_columns",
    "measure_columns",
    "score_column",
    "touchpoints_of_measure",
]


def inputs_of_measure(
    checklist: Checklist, scheme: Scheme, measure: str, key: Mapping[str, str]
) -> frozenset[InputRef]:
    """Return all that goes into a measure for these facet values; measures that share some are alike by arithmetic."""
    return frozenset(_MeasureTree(checklist, scheme).leaves(scheme.measure[measure], key))


def touchpoints_of_measure(table: ScoreTable, measure: str) -> frozenset[str]:
    """Return the touchpoints that can have a part in a measure, under any of the schemes of a table."""
    return frozenset().union(
        *(
            touchpoints_reaching(plan_without_plugins(table.checklist, scheme), measure)
            for scheme in table.schemes
            if measure in scheme.measure
        )
    )


class _MeasureTree:
    """A scheme's measures over a checklist."""

    def __init__(self, checklist: Checklist, scheme: Scheme) -> None:
        self.checklist, self.scheme = checklist, scheme
        self._facets: dict[InputRef, Facets] = {}

    def leaves(self, measure: Measure, key: Mapping[str, str]) -> set[InputRef]:
        """Return the inputs that meet the measure's own conditions, and the key."""
        facet_values = {
            facet.value: {value} if isinstance(value, str) else set(value) for facet, value in measure.where.items()
        }
        return {
            leaf
            for source in (*measure.of, *(name for cap in measure.caps for name in cap.where))
            for leaf in self._of(source)
            if all(values & set(self._known(leaf).get(facet, ())) for facet, values in facet_values.items())
            and all(value in self._known(leaf).get(facet, ()) for facet, value in key.items())
        }

    def _of(self, source: str) -> Iterator[InputRef]:
        if source in self.scheme.measure:
            yield from self.leaves(self.scheme.measure[source], {})
        elif source in {"@items", "@critical", "@duties"}:
            yield from (("item", item) for item in self.checklist.items)
        elif source == "@facts":
            yield from (("item", item) for fact in self.checklist.facts for item in fact.items)
        elif source.startswith("@"):
            yield from ((source, touchpoint) for touchpoint in self.checklist.touchpoint)
        elif source in self.checklist.items:
            yield ("item", source)

    def _known(self, leaf: InputRef) -> Facets:
        if leaf not in self._facets:
            kind, name = leaf
            touchpoint = self.checklist.touchpoint.get(name)
            self._facets[leaf] = (
                facets_of_touchpoint(touchpoint)
                if touchpoint and kind != "item"
                else facets_of_item(self.checklist, name)
            )
        return self._facets[leaf]


_WHOLE = 10_000  # hundredths of a hundred


@dataclass(frozen=True, slots=True)
class DriverColumn:
    """A column of a study.

    ``sql``: the number in hundredths, over the tables ``visits`` (scores) and ``answered``; null: not known.
    ``name``: of the driver or the outcome; ``leaves``: what it is made of; ``mandatory``: whether a mandatory item
    belongs to it.
    """

    name: str
    title: Sayable
    sql: str
    leaves: frozenset[InputRef]
    facets: Facets
    mandatory: bool


def item_columns(checklist: Checklist) -> Iterator[DriverColumn]:
    """Yield each item that earns points: the share of its points, 0 to 100."""
    for name, item in checklist.items.items():
        share = item_share(checklist, name)
        if share:
            leaves, facets = frozenset({("item", name)}), facets_of_item(checklist, name)
            yield DriverColumn(name, item.ask, share, leaves, facets, item.mandatory)


def measure_columns(table: ScoreTable, measure: str, facet: str) -> Iterator[DriverColumn]:
    """Yield the scores of a measure for each value of a facet."""
    duties = [name for name, item in table.checklist.items.items() if item.mandatory]
    for score, facets in measured_scores(table.checklist, table.schemes, table.scores):
        if score.measure == measure and len(score.key) == 1:
            value = score.key[0]
            made_of = inputs_of_measure(table.checklist, table.schemes[-1], measure, {facet: value})
            column = f"visits.{quoted(score.score)}"
            # A touchpoint (channel, stage ...) holds a duty whether or not the item is part of the score.
            mandatory = any(value in facets_of_item(table.checklist, name).get(facet, ()) for name in duties)
            title = facet_value_title(table.checklist, facet, value)
            yield DriverColumn(value, title, column, made_of, facets, mandatory)


def score_column(table: ScoreTable, measure: str) -> str | None:
    """Return the column of a measure that is one number; ``None`` where the table has none."""
    score_columns = (score.score for score in table.scores if score.measure == measure and not score.key)
    name = next(score_columns, None)
    return None if name is None else f"visits.{quoted(name)}"


def item_share(checklist: Checklist, item: str) -> str | None:
    """Return the SQL of the share of an item's points, in percent; ``None`` where it has no points."""
    possible = checklist.items[item].possible
    unit = points_units(checklist).get(item)
    if not possible or unit is None:
        return None
    factor = float(Fraction(_WHOLE) / (unit * possible))
    points = f"answered.{quoted(ColumnNames(checklist).item('points', item))}"
    return f"cast(round({points} * {factor!r}) as bigint)"


def item_answer(checklist: Checklist, name: str) -> str | None:
    """Return the SQL of the number answered; of other answers the share of points; ``None`` where they have neither."""
    item: Item = checklist.items[name]
    answer = f"answered.{quoted(ColumnNames(checklist).item('answer', name))}"
    if isinstance(item.answer, Scale | Nps | Quantity):
        return f"cast(round({answer} * 100) as bigint)"
    if isinstance(item.answer, YesNo):
        return f"cast({answer} as integer) * {_WHOLE}"
    return item_share(checklist, name)


@dataclass(frozen=True, slots=True)
class ExperienceColumns:
    """The columns (SQL) of performance, emotion and experience at one touchpoint, on a scale of 0 to ``scale``."""

    name: str
    performance: str
    emotion: str
    experience: str
    scale: float


def experience_columns(table: ScoreTable) -> list[ExperienceColumns]:
    """Return the performance, emotion and experience a scheme keeps; none where no measure is an ``experience``."""
    scheme = table.schemes[-1]
    columns = {(score.measure, score.key): f"visits.{quoted(score.score)}" for score in table.scores}
    experiences = [
        (measure, measure.of)
        for measure in scheme.measures
        if measure.how == EXPERIENCE.name and len(measure.of) == 2 and measure.transform.is_idle
    ]
    return [
        ExperienceColumns(
            name=",".join(key),
            performance=columns[p, key],
            emotion=columns[e, key],
            experience=columns[measure.id, key],
            scale=float(measure.options.get("scale", 1)),
        )
        for measure, (p, e) in experiences
        for name, key in columns
        if name == measure.id and (p, key) in columns and (e, key) in columns
    ]


def mean_columns(columns: Sequence[ExperienceColumns]) -> Mapping[str, str]:
    """Return, for each visit, its mean P and E over touchpoints that have both, and P·E: ``p``, ``e`` and ``pe``.

    In hundredths of a percent.
    """
    if not columns:
        return {}
    both = [f"({touchpoint.performance} is not null and {touchpoint.emotion} is not null)" for touchpoint in columns]
    count = " + ".join(f"cast({both_known} as integer)" for both_known in both)

    def mean(values: Iterable[str]) -> str:
        terms = [
            f"case when {both_known} then {value} / {100 * touchpoint.scale!r} else 0 end"
            for both_known, value, touchpoint in zip(both, values, columns, strict=True)
        ]
        return f"(({' + '.join(terms)}) / nullif({count}, 0))"

    p = mean(touchpoint.performance for touchpoint in columns)
    e = mean(touchpoint.emotion for touchpoint in columns)
    return {"p": _rounded(p), "e": _rounded(e), "pe": _rounded(f"{p} * {e}")}


def _rounded(number: str) -> str:
    return f"cast(round(10000 * {number}) as bigint)"
