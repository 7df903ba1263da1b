"""The design of a study of drivers, and the records of its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cemaudit.compare.drivers.data import InputRef
from cemaudit.compare.drivers.experience import ExperienceMeans, Interaction
from cemaudit.compare.drivers.ipa import Quadrant, Suggestion
from cemaudit.compare.drivers.key_drivers import PenaltyReward
from cemaudit.compare.intervals import Interval
from cemaudit.compare.nps import NpsDrivers
from cemaudit.errors import Sayable

__all__ = ["Driver", "DriverStudy", "Outcome", "StudyDesign"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a study: an item (``is_asked``) or a measure that is one number.

    ``why`` it was chosen; ``leaves``: what it is made of.
    """

    name: str
    title: Sayable
    is_asked: bool
    why: Sayable
    leaves: frozenset[InputRef]


@dataclass(frozen=True)
class StudyDesign:
    """What a study is about.

    Drivers ``of`` which kind, by the scores of which ``measure`` (empty of items and columns). ``titles`` of the
    drivers by the names of their columns (``d0``, ``d1`` ...), and ``ids``: their own names. ``mandatory``: the names
    of those columns that hold a mandatory item, in any version of the checklist. ``contained_outcomes``: what is left
    out because the outcome is in it; ``whole_question``: the id of the item that asks for the whole, where there is one
    (else empty). ``lower_is_better``: a higher score of a driver is the worse one.
    """

    of: str
    outcome: Outcome
    measure: str
    ids: Mapping[str, str]
    titles: Mapping[str, Sayable]
    mandatory: frozenset[str] = frozenset()
    contained_outcomes: Sequence[Sayable] = ()
    whole_question: str = ""
    lower_is_better: bool = False


@dataclass(frozen=True)
class Driver:
    """A driver: its ``share`` (0 to 1) of what all explain; ``top``: the probability of being among the first three.

    ``performance``: its mean in points. ``quadrant``, and ``certain``: in what share of the samples it lies there.
    ``asymmetry`` is ``None`` where low, middle and high do not all come often enough.

    Where the outcome is reckoned (what was felt, the headline) nothing but its performance is known: its share would
    repeat the weights the outcome is reckoned by. The rest is ``None`` then.
    """

    name: str
    title: Sayable
    visits: int
    share: float | None
    interval: Interval | None
    top: float | None
    performance: float
    performed: Interval
    quadrant: Quadrant | None
    certain: float | None
    hint: Suggestion
    asymmetry: PenaltyReward | None


@dataclass(frozen=True)
class DriverStudy:
    """Drivers, the greatest share first. ``explained``: R², 0 to 1, of the outcome's variance in ``visits``; ``None``
    where the outcome is reckoned.

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
    explained: float | None
    method: str
    drivers: tuple[Driver, ...]
    felt: tuple[ExperienceMeans, ...]
    interaction: Interaction | None
    promoting: NpsDrivers | None
    notes: tuple[Sayable, ...]
