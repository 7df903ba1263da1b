"""The data of a study of drivers: columns of the snapshot, centred on shoppers, and their cross-products.

One shopper fills in the drivers and the outcome, and some give high marks to everything: such a halo makes a driver of
whatever is on the list. Taking away each shopper's own mean removes the part of it that the shopper always has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.errors import NotEstimable
from cemaudit.errors import Sayable
from cemaudit.language import message
from cemaudit.ledger.query.measured import Facets, facets_of_item, facets_of_touchpoint, measured_scores
from cemaudit.ledger.query.reading import Local, ScoreTable
from cemaudit.ledger.query.statement import Filter, conditions_of
from cemaudit.ledger.snapshot.answer_columns import points_units
from cemaudit.ledger.snapshot.names import ColumnNames, quoted
from cemaudit.ledger.snapshot.parquet import translate_errors
from cemaudit.model import Checklist, Facet, Item, Measure, Scheme
from cemaudit.model.answers import Nps, Quantity, Scale, YesNo
from cemaudit.model.vocabulary import Channel, Element, label

__all__ = [
    "LEAST_PAIR",
    "LEAST_STORES",
    "OUTCOME",
    "PARTS",
    "STUDY_TABLE",
    "DriverColumn",
    "DriverProducts",
    "DriverSource",
    "InputRef",
    "ScreenedDrivers",
    "StoreMeans",
    "StudySize",
    "bootstrap_weights",
    "centred",
    "centring_sql",
    "check_study_size",
    "cross_products_by_store",
    "inputs_of_measure",
    "item_answer",
    "item_columns",
    "item_share",
    "make_study_table",
    "measure_columns",
    "products_of_rows",
    "score_column",
    "screen_drivers",
    "store_means",
    "study_size",
]

PARTS = 10_000
"""Centred values are whole numbers of such parts of a point, so that their sums are exact in any order."""

_PARTS_A_HUNDREDTH = PARTS // 100
Numbers = NDArray[np.float64]


def centred(values: Numbers, within: NDArray[np.int64]) -> Numbers:
    """(n, m) ``values`` (NaN: not known) less the mean of each column in each group ``within`` (numbered from 0).

    What a group has but once says nothing of how it differs, and becomes NaN.
    """
    is_known = ~np.isnan(values)
    totals, counts = (np.zeros((int(within.max()) + 1, values.shape[1])) for _ in range(2))
    np.add.at(totals, within, np.where(is_known, values, 0))
    np.add.at(counts, within, is_known)
    means = totals / np.maximum(counts, 1)
    return np.where(is_known & (counts[within] > 1), values - means[within], np.nan)


def centring_sql(frame: str, names: Sequence[str], within: Sequence[str]) -> str:
    """SQL for the same: the store of each row of the table ``frame``, and its columns (hundredths) in ``PARTS``."""
    keys = ", ".join(within)
    means = ", ".join(f"avg({quoted(name)}) as {quoted(name)}" for name in names)
    counts = ", ".join(f"count({quoted(name)}) as {quoted('n:' + name)}" for name in names)
    same = " and ".join(f"{frame}.{key} is not distinct from means.{key}" for key in within)
    return (
        f"select {frame}.store, {', '.join(_less_mean(frame, name) for name in names)} from {frame} "
        f"join (select {keys}, {means}, {counts} from {frame} group by {keys}) as means on {same}"
    )


def _less_mean(frame: str, name: str) -> str:
    column = quoted(name)
    difference = f"{_PARTS_A_HUNDREDTH} * ({frame}.{column} - means.{column})"
    return f"case when means.{quoted('n:' + name)} > 1 then cast(round({difference}) as bigint) end as {column}"


@dataclass(frozen=True)
class DriverProducts:
    """Of I stores and all P = m(m+1)/2 pairs of m variables, in the order of ``numpy.triu_indices(m)``.

    ``counts``: (I, P) the visits in which both are known. ``sums``: (I, P) the sums of the products of their centred
    values there.
    """

    names: tuple[str, ...]
    counts: Numbers
    sums: Numbers

    @property
    def stores(self) -> int:
        """How many stores there are."""
        return len(self.counts)

    @property
    def together(self) -> Numbers:
        """(m, m) the visits in which two variables are both known."""
        return self._square(self.counts.sum(axis=0))

    def covariances(self, drawn: Numbers | None = None) -> Numbers:
        """(m, m) of all stores; or (B, m, m), each store as often as ``bootstrap_weights`` (B, I) says.

        Each pair over the visits in which both are known; 0 where there are none.
        """
        counts = self.counts.sum(axis=0) if drawn is None else drawn @ self.counts
        sums = self.sums.sum(axis=0) if drawn is None else drawn @ self.sums
        return self._square(np.where(counts > 0, sums / np.maximum(counts, 1), 0))

    def select(self, names: Sequence[str]) -> DriverProducts:
        """The same of fewer variables, in this order."""
        m = len(self.names)
        places = np.zeros((m, m), np.int64)
        places[np.triu_indices(m)] = np.arange(self.counts.shape[1])
        places = np.maximum(places, places.T)
        kept = [self.names.index(name) for name in names]
        rows, columns = np.triu_indices(len(kept))
        pairs = places[np.array(kept)[rows], np.array(kept)[columns]]
        return DriverProducts(tuple(names), self.counts[:, pairs], self.sums[:, pairs])

    def _square(self, pairs: Numbers) -> Numbers:
        m = len(self.names)
        rows, columns = np.triu_indices(m)
        square = np.zeros((*pairs.shape[:-1], m, m))
        square[..., rows, columns] = pairs
        square[..., columns, rows] = pairs
        return square


def products_of_rows(names: Sequence[str], values: Numbers, store: NDArray[np.int64]) -> DriverProducts:
    """The products of (n, m) centred ``values`` (NaN: not known) of the visits of stores numbered from 0."""
    rows, columns = np.triu_indices(len(names))
    pairs = values[:, rows] * values[:, columns]
    is_known = ~np.isnan(pairs)
    counts, sums = (np.zeros((int(store.max()) + 1, len(rows))) for _ in range(2))
    np.add.at(counts, store, is_known)
    np.add.at(sums, store, np.where(is_known, pairs, 0))
    return DriverProducts(tuple(names), counts, sums)


def bootstrap_weights(stores: int, replicates: int = 1_000, seed: int = 1, at_once: int = 100) -> Iterator[Numbers]:
    """How often each store comes in samples of stores, with replacement: (B, I), ``at_once`` replicates at a time.

    Stores are drawn whole, because the visits to one are alike.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    even = np.full(stores, 1 / stores)
    for start in range(0, replicates, at_once):
        yield generator.multinomial(stores, even, min(at_once, replicates - start)).astype(np.float64)


STUDY_TABLE = "driver_visits"

OUTCOME = "outcome"
"""What the column of the outcome is called."""

_CENTRED = "driver_centred"
_PAIRS_AT_ONCE = 300
_LARGEST = 2**62


class DriverSource(NamedTuple):
    """A table of scores, with the SQL of each column it has."""

    table: ScoreTable
    columns: Mapping[str, str]


class StudySize(NamedTuple):
    """How many there are; ``unknown``: visits whose shopper is not known, ``single_visits``: whose shopper made no
    other.

    ``groups``: of visits by the same shopper, of a version of the checklist, that are more than one.
    """

    visits: int
    stores: int
    shoppers: int
    unknown: int
    single_visits: int
    groups: int


class StoreMeans(NamedTuple):
    """Of I stores and p columns: visits in which each is known, and the sums there, in points: (I, p)."""

    counts: Numbers
    sums: Numbers

    def mean(self, drawn: Numbers | None = None) -> Numbers:
        """(p) of all, or (B, p) of the stores drawn; NaN where nothing is known."""
        counts = self.counts.sum(axis=0) if drawn is None else drawn @ self.counts
        sums = self.sums.sum(axis=0) if drawn is None else drawn @ self.sums
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def make_study_table(reading: Local, sources: Sequence[DriverSource], visit_filter: Filter) -> None:
    """Put the visits in which the outcome is known into the table ``STUDY_TABLE``."""
    names = list(dict.fromkeys(name for source in sources for name in source.columns))
    conditions, values = conditions_of(visit_filter)
    selects = [_selected(reading, number, source, names, conditions) for number, source in enumerate(sources)]
    reading.ask(f"create or replace temp table {STUDY_TABLE} as {' union all '.join(selects)}", values * len(selects))


def _selected(
    reading: Local, number: int, source: DriverSource, names: Sequence[str], conditions: Sequence[str]
) -> str:
    scored, answered = f"driver_scores_{number}", f"driver_answers_{number}"
    reading.view(scored, source.table.parts)
    reading.view(answered, reading.answers(source.table.checklist.ref).parts)
    columns = ", ".join(f"cast({source.columns.get(name, 'null')} as bigint) as {quoted(name)}" for name in names)
    known_sql = f"{source.columns[OUTCOME]} is not null"
    return (
        f"select visits.store, answered.shopper, {number} as version, {columns} from {scored} as visits "
        f"join {answered} as answered on answered.number = visits.number "
        f"left join stores on stores.store = visits.store where {' and '.join([*conditions, known_sql])}"
    )


def study_size(reading: Local) -> StudySize:
    """How many visits, stores and shoppers the table has."""
    (row,) = reading.ask(
        f"with shoppers as (select version, shopper, count(*) as n from {STUDY_TABLE} group by version, shopper) "
        f"select count(*), count(distinct store), count(distinct shopper), count(*) - count(shopper), "
        f"(select coalesce(sum(n), 0) from shoppers where n = 1), (select count(*) from shoppers where n > 1) "
        f"from {STUDY_TABLE}"
    )
    return StudySize(*map(int, row))


def store_means(reading: Local, names: Sequence[str]) -> StoreMeans:
    """Visits and sums of columns, store by store."""
    sums = [f"cast(sum({quoted(name)}) as double)" for name in names]
    counts = [f"count({quoted(name)})" for name in names]
    arrays = _arrays(reading, [*counts, *sums], STUDY_TABLE)
    return StoreMeans(arrays[:, : len(names)], arrays[:, len(names) :] / 100)


def cross_products_by_store(
    reading: Local, names: Sequence[str], *, by_shopper: bool, frame: str = STUDY_TABLE
) -> DriverProducts:
    """The products of columns of plain names, centred by shopper or, else, as a whole; both within versions."""
    within = ("version", "shopper") if by_shopper else ("version",)
    centred = (
        f"select * from ({centring_sql(frame, names, within)}) order by store"  # in order, groups are found faster
    )
    reading.ask(f"create or replace temp table {_CENTRED} as {centred}")
    product = "cast({} as hugeint) * {}" if _is_large(reading, names) else "{} * {}"
    rows, columns = np.triu_indices(len(names))
    places = zip(rows.tolist(), columns.tolist(), strict=True)
    pairs = [product.format(names[row], names[column]) for row, column in places]
    counts, sums = [], []
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        pair_block = pairs[start : start + _PAIRS_AT_ONCE]
        expressions = [
            *(f"count({pair})" for pair in pair_block),
            *(f"cast(sum({pair}) as double)" for pair in pair_block),
        ]
        arrays = _arrays(reading, expressions, _CENTRED)
        counts.append(arrays[:, : len(pair_block)])
        sums.append(arrays[:, len(pair_block) :] / PARTS**2)
    reading.ask(f"drop table {_CENTRED}")
    return DriverProducts(tuple(names), np.hstack(counts), np.hstack(sums))


def _is_large(reading: Local, names: Sequence[str]) -> bool:
    """Whether products could leave 64 bits."""
    maximum_expressions = ", ".join(f"coalesce(max(abs({name})), 0)" for name in names)
    (row,) = reading.ask(f"select {maximum_expressions} from {_CENTRED}")
    return int(max(row)) ** 2 > _LARGEST


def _arrays(reading: Local, expressions: Sequence[str], table: str) -> Numbers:
    """Expressions over each store's rows, as floats: (stores, expressions); 0 for null."""
    listed = ", ".join(f"{expression} as c{number}" for number, expression in enumerate(expressions))
    with translate_errors(reading.folder):
        sql = f"select {listed} from {table} group by store order by store"
        columns: dict[str, Any] = reading.link.execute(sql).fetchnumpy()
    return np.column_stack([np.ma.filled(np.ma.asarray(expression, np.float64), 0) for expression in columns.values()])


LEAST_PAIR = 30
"""Two columns are set against each other from so many visits on in which both are known."""

LEAST_STORES = 5

PER_DRIVER = 5
"""Visits there must be for each driver."""

_FLAT = 1e-9  # points squared


class ScreenedDrivers(NamedTuple):
    """The products of the outcome and the drivers that stay; those too ``seldom_known`` known, those always the
    ``same``.
    """

    products: DriverProducts
    seldom_known: list[str]
    same: list[str]


def check_study_size(facts: StudySize, *, by_shopper: bool) -> None:
    """``NotEstimable`` where there are too few visits or stores for anything."""
    if not facts.visits:
        raise NotEstimable(message("None of these visits has an answer for the outcome."), "nothing")
    if facts.stores < LEAST_STORES:
        text = message(
            "Stores visited: {count}. At least {least} are needed to separate effects from chance.",
            count=facts.stores,
            least=LEAST_STORES,
        )
        raise NotEstimable(text, "stores")
    if facts.visits < LEAST_PAIR:
        text = message("{count} visits are too few; at least {least} are needed.", count=facts.visits, least=LEAST_PAIR)
        raise NotEstimable(text, "visits")
    if by_shopper and facts.visits - facts.single_visits < LEAST_PAIR:
        text = message(
            "{single} of {visits} visits are the only one of their shopper, so that strict shoppers cannot be "
            "distinguished from bad visits. With --no-centring they are taken as they are.",
            single=facts.single_visits,
            visits=facts.visits,
        )
        raise NotEstimable(text, "single")


def screen_drivers(products: DriverProducts) -> ScreenedDrivers:
    """The drivers that differ, and of which every two are known together often enough.

    The outcome is the first variable. ``NotEstimable`` where it never differs, or fewer than two drivers stay.
    """
    variances = np.diagonal(products.covariances())
    together = products.together
    if together[0, 0] >= LEAST_PAIR and variances[0] <= _FLAT:
        raise NotEstimable(message("The outcome does not vary within shoppers: there is nothing to explain."), "same")
    seldom = [name for at, name in enumerate(products.names) if at and together[0, at] < LEAST_PAIR]
    same = [name for at, name in enumerate(products.names) if at and variances[at] <= _FLAT and name not in seldom]
    kept = [name for name in products.names if name not in {*seldom, *same}]
    while len(kept) > 1:
        joint_counts = products.select(kept).together
        if joint_counts.min() >= LEAST_PAIR:
            break
        worst = 1 + int(np.argmin(joint_counts[1:].sum(axis=1)))
        seldom.append(kept.pop(worst))
    _check_kept(products, kept)
    return ScreenedDrivers(products.select(kept), seldom, same)


def _check_kept(products: DriverProducts, kept: list[str]) -> None:
    drivers = len(kept) - 1
    if drivers < 2:
        text = message(
            "Fewer than two drivers differ, and are known together with the outcome in at least {least} visits.",
            least=LEAST_PAIR,
        )
        raise NotEstimable(text, "drivers")
    visits = int(products.together[0, 0])
    if visits < PER_DRIVER * drivers:
        text = message(
            "{visits} visits are too few for {drivers} drivers; {needed} are needed. Choose a coarser --of.",
            visits=visits,
            drivers=drivers,
            needed=PER_DRIVER * drivers,
        )
        raise NotEstimable(text, "visits")


InputRef = tuple[str, str]
"""``("item", id)``, or a source such as ``"@emotions"`` and the touchpoint."""


def inputs_of_measure(
    checklist: Checklist, scheme: Scheme, measure: str, key: Mapping[str, str]
) -> frozenset[InputRef]:
    """All that goes into a measure for these facet values; two measures that share some are alike by arithmetic."""
    return frozenset(_MeasureTree(checklist, scheme).leaves(scheme.measure[measure], key))


class _MeasureTree:
    """A scheme's measures over a checklist."""

    def __init__(self, checklist: Checklist, scheme: Scheme) -> None:
        self.checklist, self.scheme = checklist, scheme
        self._facets: dict[InputRef, Facets] = {}

    def leaves(self, measure: Measure, key: Mapping[str, str]) -> set[InputRef]:
        """Those that meet the measure's own conditions, and the key."""
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
        elif source in {"@items", "@critical"}:
            yield from (("item", item) for item in self.checklist.items)
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


class DriverColumn(NamedTuple):
    """``sql`` says the number in hundredths, over the tables ``visits`` (scores) and ``answered``; null: not known.

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
    """Each item that earns points: the share of its points, 0 to 100."""
    for name, item in checklist.items.items():
        share = item_share(checklist, name)
        if share:
            leaves, facets = frozenset({("item", name)}), facets_of_item(checklist, name)
            yield DriverColumn(name, item.ask, share, leaves, facets, item.mandatory)


def measure_columns(table: ScoreTable, measure: str, facet: str) -> Iterator[DriverColumn]:
    """The scores of a measure for each value of a facet."""
    for score, facets in measured_scores(table.checklist, table.schemes, table.scores):
        if score.measure == measure and len(score.key) == 1:
            value = score.key[0]
            made_of = inputs_of_measure(table.checklist, table.schemes[-1], measure, {facet: value})
            column = f"visits.{quoted(score.score)}"
            title, mandatory = _title(table.checklist, facet, value), _is_mandatory(table.checklist, facet, value)
            yield DriverColumn(value, title, column, made_of, facets, mandatory)


def score_column(table: ScoreTable, measure: str) -> str | None:
    """The column of a measure that is one number; ``None`` where the table has none."""
    score_columns = (score.score for score in table.scores if score.measure == measure and not score.key)
    name = next(score_columns, None)
    return None if name is None else f"visits.{quoted(name)}"


def item_share(checklist: Checklist, item: str) -> str | None:
    """The share of an item's points, in percent; ``None`` where it has no points."""
    possible = checklist.items[item].possible
    unit = points_units(checklist).get(item)
    if not possible or unit is None:
        return None
    factor = float(Fraction(_WHOLE) / (unit * possible))
    points = f"answered.{quoted(ColumnNames(checklist).item('points', item))}"
    return f"cast(round({points} * {factor!r}) as bigint)"


def item_answer(checklist: Checklist, name: str) -> str | None:
    """The number that was answered; of other answers the share of points; ``None`` where they have neither."""
    item: Item = checklist.items[name]
    answer = f"answered.{quoted(ColumnNames(checklist).item('answer', name))}"
    if isinstance(item.answer, Scale | Nps | Quantity):
        return f"cast(round({answer} * 100) as bigint)"
    if isinstance(item.answer, YesNo):
        return f"cast({answer} as integer) * {_WHOLE}"
    return item_share(checklist, name)


def _is_mandatory(checklist: Checklist, facet: str, value: str) -> bool:
    """Whether the touchpoint (or the channel, the stage ...) holds a mandatory item, be it part of the score or not."""
    return any(
        value in facets_of_item(checklist, name).get(facet, ())
        for name, item in checklist.items.items()
        if item.mandatory
    )


def _title(checklist: Checklist, facet: str, value: str) -> Sayable:
    match facet:
        case Facet.TOUCHPOINT if value in checklist.touchpoint:
            return checklist.touchpoint[value].title
        case Facet.CHANNEL:
            return label(Channel(value))
        case Facet.ELEMENT:
            return label(Element(value))
        case Facet.STAGE:
            return next((stage.title for stage in checklist.path.stages if stage.id == value), value)
        case _:
            return value
