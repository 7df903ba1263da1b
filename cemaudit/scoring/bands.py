"""From scores to bands, and from bands over time to consequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from cemaudit.model import Audit, Band, Consequence, Scheme, Score
from cemaudit.model.conditions import Bound, bounds

__all__ = [
    "Peers",
    "conditions_hold",
    "find_band",
    "find_consequences",
    "needs_peers",
    "order_by_peer_bands",
    "peers_of",
    "percentile",
]

Values = Mapping[str, Fraction | None]
Peers = Mapping[str, Sequence[Fraction]]
"""Measure id -> the values of all peers, rising."""


def find_band(scheme: Scheme, scores: Mapping[str, Score], peers: Peers | None = None) -> Band | None:
    """The first band whose conditions all hold, lowered by the downgrades that hold.

    ``None`` where a score it asks for is missing, where none fits, or where a condition asks for a percentile and no
    ``peers`` are given.
    """
    for number, band in enumerate(scheme.bands):
        values = {name: scores[name].value for name in band.where}
        # Without a value the row cannot be tried, and the rows below are meant for those above not holding.
        if any(value is None for value in values.values()) or (peers is None and _asks_for_peers(band)):
            return None
        if conditions_hold(band.where, values, peers):
            values = {name: scores[name].value for down in scheme.downgrades for name in down.where}
            lowered_by = sum(down.by for down in scheme.downgrades if conditions_hold(down.where, values, peers))
            return scheme.bands[min(number + lowered_by, len(scheme.bands) - 1)]
    return None


def find_consequences(scheme: Scheme, labels: Sequence[str | None]) -> tuple[Consequence, ...]:
    """What follows from the bands of consecutive waves, the latest last; a wave without a band breaks the row."""
    return tuple(
        consequence
        for consequence in scheme.consequences
        if len(labels) >= consequence.in_a_row
        and all(label in consequence.bands for label in labels[-consequence.in_a_row :])
    )


def conditions_hold(conditions: Mapping[str, str], values: Values, peers: Peers | None = None) -> bool:
    """Whether all conditions hold; never where a value is missing."""
    for name, condition in conditions.items():
        value = values[name]
        if value is None:
            return False
        for bound in bounds(condition):
            if bound.is_percentile:
                bound = Bound(bound.sign, percentile((peers or {})[name], bound.edge))  # noqa: PLW2901
            if not bound.holds(value):
                return False
    return True


def percentile(rising: Sequence[Fraction], rank: Fraction) -> Fraction:
    """The percentile ``rank`` (0 to 100) of values in rising order, linear between neighbours (inclusive)."""
    position = rank * (len(rising) - 1) / 100
    below = int(position)
    above = min(below + 1, len(rising) - 1)
    return rising[below] + (position - below) * (rising[above] - rising[below])


def needs_peers(scheme: Scheme) -> bool:
    """Whether a band of the scheme asks for a percentile."""
    return any(map(_asks_for_peers, scheme.bands))


def peers_of(scheme: Scheme, audits: Iterable[Audit]) -> Peers:
    """The values bands by percentile are measured against: those of ``audits``, for each measure asked for."""
    measure_names = {name for band in scheme.bands if _asks_for_peers(band) for name in band.where}
    everyone = list(audits)
    scored = {name: [audit.score(name).value for audit in everyone] for name in measure_names}
    return {name: sorted(value for value in values if value is not None) for name, values in scored.items()}


def order_by_peer_bands(audits: Iterable[Audit]) -> Iterator[Audit]:
    """The audits, those with bands by percentile last: their peers are all audits given under the same scheme."""
    waiting: dict[str, list[Audit]] = {}
    for audit in audits:
        if needs_peers(audit.scheme):
            waiting.setdefault(audit.scheme.ref, []).append(audit)
        else:
            yield audit
    # Peers are those graded together, so that nobody is graded before all are scored.
    for group in waiting.values():
        peers = peers_of(group[0].scheme, group)
        for audit in group:
            yield audit.model_copy(update={"band": find_band(audit.scheme, audit.scores, peers)})


def _asks_for_peers(band: Band) -> bool:
    return any(bound.is_percentile for condition in band.where.values() for bound in bounds(condition))
