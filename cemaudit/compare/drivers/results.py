"""The question to a study of drivers, and the records of its results."""

from __future__ import annotations

from typing import NamedTuple

from cemaudit.compare.drivers.experience import ExperienceMeans, Interaction
from cemaudit.compare.drivers.ipa import Quadrant, Suggestion
from cemaudit.compare.drivers.key_drivers import PenaltyReward
from cemaudit.compare.drivers.outcome import Outcome
from cemaudit.compare.intervals import Interval
from cemaudit.compare.nps import NpsDrivers
from cemaudit.errors import Sayable
from cemaudit.ledger.query.statement import EVERYTHING, Filter

__all__ = ["KINDS", "Driver", "DriverQuery", "DriverStudy"]

KINDS = ("touchpoint", "channel", "stage", "element", "item")
"""What can be a driver."""


class DriverQuery(NamedTuple):
    """Drivers ``of`` which kind, of which ``outcome`` (``None``: the best there is), by which ``measure`` of them.

    ``scheme``: the scores under that one. ``by_shopper``: whether each visit is taken as it differs from its shopper's
    usual one; ``None``: where shoppers are known.
    """

    of: str = "touchpoint"
    outcome: str | None = None
    measure: str | None = None
    which: Filter = EVERYTHING
    scheme: str | None = None
    by_shopper: bool | None = None


class Driver(NamedTuple):
    """``share`` (0 to 1) of what all drivers explain, and ``top``: the probability of being among the first three.

    ``performance``: its mean in points. ``quadrant``, and ``certain``: in what share of the samples it lies there.
    ``asymmetry`` is ``None`` where low, middle and high do not all come often enough.
    """

    name: str
    title: Sayable
    visits: int
    share: float
    interval: Interval
    top: float
    performance: float
    performed: Interval
    quadrant: Quadrant
    certain: float
    hint: Suggestion
    asymmetry: PenaltyReward | None


class DriverStudy(NamedTuple):
    """Drivers, the greatest share first. ``explained``: R², 0 to 1, of the outcome's variance in ``visits``.

    ``method``: ``"lmg"`` or ``"johnson"``. ``promoting``: where the outcome is whether one would recommend it.
    ``notes``: what must be said beside the numbers, in sentences.
    """

    of: str
    outcome: Outcome
    measure: str
    visits: int
    stores: int
    shoppers: int
    centred: bool
    explained: float
    method: str
    drivers: tuple[Driver, ...]
    felt: tuple[ExperienceMeans, ...]
    interaction: Interaction | None
    promoting: NpsDrivers | None
    notes: tuple[Sayable, ...]
