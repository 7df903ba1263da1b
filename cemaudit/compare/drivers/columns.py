"""The columns of a snapshot that stand for an item or a measure, in hundredths of a point."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from cemaudit.compare.drivers.leaves import Leaf, leaves_of
from cemaudit.errors import Sayable
from cemaudit.ledger.query.measured import Facets, facets_of_item, measured_scores
from cemaudit.ledger.query.reading import Scores
from cemaudit.ledger.snapshot.answers import points_units
from cemaudit.ledger.snapshot.names import Names, quoted
from cemaudit.model import Checklist, Facet, Item
from cemaudit.model.answers import Nps, Quantity, Scale, YesNo
from cemaudit.model.vocabulary import Channel, Element, label

__all__ = ["Column", "item_answer", "item_columns", "item_share", "measure_columns", "score_of"]

_WHOLE = 10_000  # hundredths of a hundred


class Column(NamedTuple):
    """``sql`` says the number in hundredths, over the tables ``visits`` (scores) and ``answered``; null: not known.

    ``name``: of the driver or the outcome; ``leaves``: what it is made of; ``mandatory``: whether a mandatory item
    belongs to it.
    """

    name: str
    title: Sayable
    sql: str
    leaves: frozenset[Leaf]
    facets: Facets
    mandatory: bool


def item_columns(checklist: Checklist) -> Iterator[Column]:
    """Each item that earns points: the share of its points, 0 to 100."""
    for name, item in checklist.items.items():
        share = item_share(checklist, name)
        if share:
            leaves, facets = frozenset({("item", name)}), facets_of_item(checklist, name)
            yield Column(name, item.ask, share, leaves, facets, item.mandatory)


def measure_columns(table: Scores, measure: str, facet: str) -> Iterator[Column]:
    """The scores of a measure for each value of a facet."""
    for score, facets in measured_scores(table.checklist, table.schemes, table.scores):
        if score.measure == measure and len(score.key) == 1:
            value = score.key[0]
            made_of = leaves_of(table.checklist, table.schemes[-1], measure, {facet: value})
            column = f"visits.{quoted(score.score)}"
            title, mandatory = _title(table.checklist, facet, value), _is_mandatory(table.checklist, facet, value)
            yield Column(value, title, column, made_of, facets, mandatory)


def score_of(table: Scores, measure: str) -> str | None:
    """The column of a measure that is one number; ``None`` where the table has none."""
    found = (score.score for score in table.scores if score.measure == measure and not score.key)
    name = next(found, None)
    return None if name is None else f"visits.{quoted(name)}"


def item_share(checklist: Checklist, item: str) -> str | None:
    """The share of an item's points, in percent; ``None`` where it has no points."""
    possible = checklist.items[item].possible
    unit = points_units(checklist).get(item)
    if not possible or unit is None:
        return None
    factor = float(Fraction(_WHOLE) / (unit * possible))
    points = f"answered.{quoted(Names(checklist).item('points', item))}"
    return f"cast(round({points} * {factor!r}) as bigint)"


def item_answer(checklist: Checklist, name: str) -> str | None:
    """The number that was answered; of other answers the share of points; ``None`` where they have neither."""
    item: Item = checklist.items[name]
    answer = f"answered.{quoted(Names(checklist).item('answer', name))}"
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
