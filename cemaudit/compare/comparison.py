"""From a question to a league."""

from __future__ import annotations

from dataclasses import replace

from cemaudit.compare.asked import Asked
from cemaudit.compare.assessment import league_of
from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.coded import Factor
from cemaudit.compare.crossed import Crossed, cross
from cemaudit.compare.fitted import Fitted, fitted
from cemaudit.compare.league import League
from cemaudit.compare.once import fitted_once, only_units
from cemaudit.compare.rules import DEFAULT, Rules
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.query.reading import Local

__all__ = ["compare", "fitted_of"]

_FULL = 100.0


def compare(
    reading: Local, asked: Asked, target: float | None = None, rules: Rules = DEFAULT, scale: str = "auto"
) -> League:
    """The league of what is asked; ``scale`` is ``points``, ``arcsine``, or ``auto``: near the ceiling arcsine.

    ``BadInput`` where the question is wrong, ``CannotTell`` where the visits do not answer it.
    """
    found = fitted_of(reading, asked, rules, scale)
    return league_of(found, reading.store_names(), target, rules)


def fitted_of(reading: Local, asked: Asked, rules: Rules = DEFAULT, scale: str = "auto") -> Fitted:
    """The fitted model of what is asked; ``CannotTell`` where there are not two of the unit."""
    crossed = cross(reading, replace(asked, scale="arcsine") if scale == "arcsine" else asked)
    if crossed.unit_of and len(crossed.unit_of.levels) < 2:
        raise CannotTell(_alone(crossed.unit_of))
    if scale == "auto" and _mean(crossed) > rules.arcsine_above * _FULL:
        return _near_the_ceiling(reading, asked, crossed)
    return _fitted(crossed)


def _fitted(crossed: Crossed) -> Fitted:
    return fitted_once(crossed) if only_units(crossed) else fitted(crossed)


def _alone(unit: Factor) -> Message:
    """Why stores cannot be compared by what is known of them."""
    if unit.levels == (None,):
        return message("of none of these stores anything is known as {key}: nothing to compare", key=unit.name)
    return message("all these stores have the same {key}: {value}", key=unit.name, value=unit.levels[0])


def _mean(crossed: Crossed) -> float:
    return float(crossed.raw.sum() / max(crossed.facts.visits, 1))


def _near_the_ceiling(reading: Local, asked: Asked, crossed: Crossed) -> Fitted:
    """On the arcsine scale, where the scores are shares of points; else on their own, which is said."""
    try:
        found = _fitted(cross(reading, replace(asked, scale="arcsine")))
    except BadInput:
        return _fitted(crossed)
    note = message("Scores are near their ceiling, so they are compared on the arcsine scale.")
    return found._replace(notes=(*found.notes, note))
