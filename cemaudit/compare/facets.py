"""The values of a facet that scores are kept for, each to be compared by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from cemaudit.compare.asked import Asked, measure_asked
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.query.measured import measured_scores
from cemaudit.ledger.query.question import is_asked
from cemaudit.ledger.query.reading import Reading, Scores
from cemaudit.ledger.query.scores import tables_asked
from cemaudit.model import Channel, Checklist, Element, Medium, Mode, Moment, Text, label

__all__ = ["FacetValue", "facets_asked"]

_WORDS: dict[str, type[StrEnum]] = {
    "channel": Channel,
    "element": Element,
    "medium": Medium,
    "mode": Mode,
    "moment": Moment,
}


class FacetValue(NamedTuple):
    """A ``value`` of the facet, what it is called, and what is ``asked`` of it alone."""

    value: str
    title: Text
    asked: Asked


def facets_asked(reading: Reading, asked: Asked) -> list[FacetValue]:
    """The values of the facet asked for, in the checklist's order; ``BadInput`` where no facet is, or no such scores.

    The measure is the same for all: the one asked for, else one kept for that facet (the leading one's parts first).
    """
    if asked.facet is None:
        raise BadInput(Problem(message("name what scores are kept for, such as channel"), "--by"))
    facet, measure = asked.facet, measure_asked(reading, asked)
    found: dict[str, Text] = {}
    for table in tables_asked(reading, asked.question):
        for value in _values(table, measure, asked):
            found.setdefault(value, _title(table.checklist, facet, value))
    return [FacetValue(value, title, replace(asked, measure=measure, value=value)) for value, title in found.items()]


def _values(table: Scores, measure: str, asked: Asked) -> Iterator[str]:
    own = [column for column in table.scores if column.measure == measure]
    for _, facets in measured_scores(table.checklist, table.schemes, own):
        if is_asked(asked.question, facets):
            yield from facets[str(asked.facet)]


def _title(checklist: Checklist, facet: str, value: str) -> Text:
    """What a value is called."""
    if facet in _WORDS:
        return label(_WORDS[facet](value))
    if facet == "touchpoint" and value in checklist.touchpoint:
        return checklist.touchpoint[value].title
    if facet == "item" and value in checklist.items:
        return checklist.items[value].ask
    if facet == "stage":
        return checklist.path.stage(value).title
    return Text(en=value, ko=value)
