"""What a store's own report says of its place among the others, as plain records."""

from __future__ import annotations

from typing import NamedTuple

from cemaudit.compare.standing import Interval, Standing
from cemaudit.errors import Sayable

__all__ = ["Course", "CourseLine", "Place"]


class CourseLine(NamedTuple):
    """Scores of one store, region or network, one for each wave; ``None`` where there is nothing to say.

    ``intervals``: as many, or none at all.
    """

    name: Sayable | str
    scores: tuple[float | None, ...]
    intervals: tuple[Interval | None, ...] = ()


class Course(NamedTuple):
    """How scores went from wave to wave (their names, oldest first), and ``notes``: what of it is more than chance."""

    waves: tuple[str, ...]
    lines: tuple[CourseLine, ...]
    notes: tuple[Sayable, ...] = ()


class Place(NamedTuple):
    """One store among ``stores`` that were compared by ``measure``.

    ``centre``: the mean score of all; ``target`` in points, or ``None``. ``level``: how often an interval is meant to
    hold the truth (0 to 1). ``peers``: the stores it is shown among, its own among them, best first, and ``peers_are``
    who these are ("stores of the same format in the same region"). ``named``: whether the names of the others may be
    shown. ``course``: of the store, and of what it is compared with. ``notes``: what else must be said.
    """

    standing: Standing
    stores: int
    centre: float
    measure: Sayable | str
    better: str = "higher"
    target: float | None = None
    level: float = 0.90
    least_visits: int = 3
    peers: tuple[Standing, ...] = ()
    peers_are: Sayable | str = ""
    named: bool = False
    course: Course | None = None
    notes: tuple[Sayable, ...] = ()
