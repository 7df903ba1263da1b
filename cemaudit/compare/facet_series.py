"""How scores kept for channels, elements or the like went from wave to wave, each by a model of its own."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.compare.asked import Asked
from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.change import Series, Wave, series_of, waves_of
from cemaudit.compare.coded import coded
from cemaudit.compare.crossed import crossed
from cemaudit.compare.facets import FacetValue, facets_asked
from cemaudit.compare.fitted import fitted
from cemaudit.compare.rules import Rules
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.query.reading import Local

__all__ = ["series_of_facets"]


def series_of_facets(
    reading: Local, asked: Asked, waves: Sequence[Wave], rules: Rules, measure: str
) -> tuple[tuple[Series, ...], list[Message]]:
    """The series of each value of the facet asked for; and notes: where there can be none, or where they are not of the
    network's ``measure``.
    """
    values = facets_asked(reading, asked)
    found: list[Series] = []
    notes: list[Message] = []
    if values and values[0].asked.measure != measure:
        notes.append(message("The parts are compared by the measure {measure}.", measure=values[0].asked.measure))
    for one in values:
        try:
            found.append(_series(reading, one, waves, rules))
        except (BadInput, CannotTell) as error:
            notes.append(message("{name}: {why}", name=one.title, why="; ".join(map(str, error.problems))))
    return tuple(found), notes


def _series(reading: Local, one: FacetValue, waves: Sequence[Wave], rules: Rules) -> Series:
    with coded(reading, one.asked) as table:
        found = fitted(crossed(table))
        there = {wave.name: wave for wave in waves_of(table)}
    own = [there[wave.name] for wave in waves if wave.name in there]
    if len(own) < len(waves):
        raise CannotTell(message("no scores in some waves"), "waves")
    return series_of(found, own, rules.level, one.value, one.title)
