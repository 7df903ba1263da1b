"""The records of a league report, and of a store's place in its own report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.compare.intervals import Interval, Standing
from cemaudit.errors import Sayable
from cemaudit.model import Severity

if TYPE_CHECKING:
    from cemaudit.compare.drivers.results import DriverStudy
    from cemaudit.compare.league_table import League
    from cemaudit.compare.promises import PromiseSummary
    from cemaudit.compare.relation import RelationSummary

__all__ = [
    "ChannelAgreement",
    "ChannelComparison",
    "ChannelMean",
    "FindingCount",
    "FindingSummary",
    "Funnel",
    "HistoryLine",
    "LeagueReportData",
    "ScoreHistory",
    "StorePlace",
    "TimeScores",
    "TouchpointScores",
]


class HistoryLine(NamedTuple):
    """Scores of one store, region or network, one for each wave; ``None`` where there is nothing to say.

    ``intervals``: as many, or none at all.
    """

    name: Sayable | str
    scores: tuple[float | None, ...]
    intervals: tuple[Interval | None, ...] = ()


class ScoreHistory(NamedTuple):
    """How scores went from wave to wave (their names, oldest first), and ``notes``: what of it is more than chance."""

    waves: tuple[str, ...]
    lines: tuple[HistoryLine, ...]
    notes: tuple[Sayable, ...] = ()


@dataclass(frozen=True, slots=True)
class StorePlace:
    """One store among ``stores`` that were compared by ``measure``.

    ``centre``: the mean score of all; ``target`` in points, or ``None``. ``level``: how often an interval is meant to
    hold the truth (0 to 1). ``peers``: the stores it is shown among, its own among them, best first, and ``peer_group``
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
    peer_group: Sayable | str = ""
    named: bool = False
    course: ScoreHistory | None = None
    notes: tuple[Sayable, ...] = ()


@dataclass(frozen=True, slots=True)
class Funnel:
    """Limits for plain means of so many ``visits``, each by another shopper, in points.

    ``outside``: stores beyond the limits that 95 % of ordinary stores keep, by id: -1 below, 1 above.
    """

    centre: float
    visits: tuple[float, ...]
    low95: tuple[float, ...]
    high95: tuple[float, ...]
    low998: tuple[float, ...]
    high998: tuple[float, ...]
    outside: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TouchpointScores:
    """Mean scores of each store (by id) at each of ``names`` (touchpoints, say), ``None`` where there is none.

    From ``low``, the worst, to ``high``, the best.
    """

    measure: Sayable | str
    names: tuple[Sayable | str, ...]
    scores: Mapping[str, tuple[float | None, ...]]
    low: float = 0
    high: float = 100


@dataclass(frozen=True, slots=True)
class TimeScores:
    """Mean scores by time of the day (``hours``, or bands of them) and ``weekdays``, each with its number of visits.

    ``scores`` and ``visits`` are of one row for each of the hours; from ``low``, the worst, to ``high``, the best.
    """

    measure: Sayable | str
    hours: tuple[str, ...]
    weekdays: tuple[str, ...]
    scores: tuple[tuple[float | None, ...], ...]
    visits: tuple[tuple[int, ...], ...]
    low: float = 0
    high: float = 100


@dataclass(frozen=True, slots=True)
class ChannelMean:
    """The mean of all stores in a channel (``visits`` of ``stores``), with its interval."""

    channel: Sayable | str
    visits: int
    stores: int
    score: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class ChannelAgreement:
    """How far stores good in the ``first`` channel are good in the ``second``.

    ``correlation`` of their scores, -1 to 1, over ``stores`` known in both; ``None`` where it is not known, for the
    ``reason`` given.
    """

    first: Sayable | str
    second: Sayable | str
    correlation: float | None
    interval: Interval | None
    stores: int
    reason: Sayable | None = None


@dataclass(frozen=True, slots=True)
class ChannelComparison:
    """The channels side by side. ``uneven``: stores whose channels differ more than chance, the most uneven first."""

    means: tuple[ChannelMean, ...]
    agreements: tuple[ChannelAgreement, ...] = ()
    uneven: tuple[tuple[str, tuple[float | None, ...]], ...] = ()
    notes: tuple[Sayable, ...] = ()


class FindingCount(NamedTuple):
    """A finding that came so many ``times``, in so many ``stores``, at a touchpoint.

    ``named``: of a critical item that failed, those stores by id and name, each with how often.
    """

    touchpoint: Sayable | str
    severity: Severity
    title: Sayable | str
    times: int
    stores: int
    named: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FindingSummary:
    """The findings of the visits compared, touchpoint by touchpoint.

    ``counts``: ``None`` where the snapshot was made before findings were kept in it. ``notes``: of which visits a
    plugin's findings are not known.
    """

    counts: tuple[FindingCount, ...] | None = ()
    notes: tuple[Sayable, ...] = ()


@dataclass(frozen=True, slots=True)
class LeagueReportData:
    """A league and its surroundings.

    ``subject``: whose stores (a chain's name); ``period``: which waves or days, in words. ``promises``: how far those
    of the company's platform are kept. ``actions``: what came of them, in sentences. What is ``None`` or empty has no
    page. ``simulated``: whether any of the visits is.
    """

    league: League
    subject: str
    period: str = ""
    measure: Sayable | str = ""
    funnel: Funnel | None = None
    touchpoints: TouchpointScores | None = None
    times: TimeScores | None = None
    channels: ChannelComparison | None = None
    course: ScoreHistory | None = None
    study: DriverStudy | None = None
    findings: FindingSummary = FindingSummary()
    promises: PromiseSummary | None = None
    actions: tuple[Sayable, ...] = ()
    simulated: bool = False
    relation: RelationSummary | None = None
