"""The net promoter score of each item that asks whether customers would recommend."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist
from typing import NamedTuple

from cemaudit.compare.intervals import Interval
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.errors import Sayable
from cemaudit.ledger.query.measured import facets_of_item
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked, is_asked
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import conditions_of
from cemaudit.ledger.snapshot.names import ColumnNames, quoted
from cemaudit.model.answers import Nps

__all__ = [
    "ItemNps",
    "NetPromoterScore",
    "NpsDriver",
    "NpsDrivers",
    "PairedSums",
    "items_nps",
    "net_promoter_score",
    "within_person_correlation",
]

_PSEUDO_COUNT = 0.75
"""Of an observation, put to the promoters and to the detractors (and twice this to the others)."""

_FLAT = 1e-9


class NetPromoterScore(NamedTuple):
    """A net promoter score (-100 to 100) with its interval; how many said 9 or 10, 0 to 6, and anything."""

    score: float
    interval: Interval
    promoters: int
    detractors: int
    answers: int


class NpsDriver(NamedTuple):
    """How a driver's score hangs together with the readiness to recommend.

    ``promoters`` and ``detractors``: the mean score (points) given by either, ``None`` where there are none.
    ``correlation`` (-1 to 1, ``None`` where nothing differs) with its ``interval``, over the differences from each
    shopper's own mean. ``visits`` with both. A link is no proof of a cause.
    """

    name: str
    promoters: float | None
    detractors: float | None
    correlation: float | None
    interval: Interval
    visits: int


class NpsDrivers(NamedTuple):
    """The net promoter ``score`` of some visits, and its ``links`` to drivers, the closest first."""

    score: NetPromoterScore
    links: tuple[NpsDriver, ...]


class PairedSums(NamedTuple):
    """What two columns say together, in ``visits`` of so many ``persons``.

    ``recommend``, ``score`` and ``both``: the sums of squares and of products of their differences from each person's
    own means.
    """

    visits: int
    persons: int
    recommend: float
    score: float
    both: float


def net_promoter_score(promoting: int, detracting: int, answers: int, level: float = 0.90) -> NetPromoterScore:
    """100 (promoters - detractors) / answers, NaN without answers, with its interval within -100 to 100.

    The interval is adjusted Wald: of the shares with three more answers, spread 3/4, 3/2, 3/4. Rocks 2016, The American
    Statistician 70:365-372.
    """
    score = 100 * (promoting - detracting) / answers if answers else math.nan
    count = answers + 4 * _PSEUDO_COUNT
    up, down = (promoting + _PSEUDO_COUNT) / count, (detracting + _PSEUDO_COUNT) / count
    half = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt((up + down - (up - down) ** 2) / count)
    limits = (max(-100.0, 100 * (up - down - half)), min(100.0, 100 * (up - down + half)))
    return NetPromoterScore(score, Interval(*limits), promoting, detracting, answers)


def within_person_correlation(paired: PairedSums, level: float = 0.90) -> tuple[float | None, Interval]:
    """How closely they go together, with Fisher's interval on the visits left after as many means.

    One person gives both, and generous ones praise everything: hence the differences from their own means.
    """
    size = math.sqrt(paired.recommend * paired.score)
    if size <= _FLAT * paired.visits:
        return None, Interval(-1.0, 1.0)
    correlation = min(max(paired.both / size, -1.0), 1.0)
    return correlation, _fisher(correlation, paired.visits - paired.persons + 1, level)


def _fisher(correlation: float, visits: int, level: float) -> Interval:
    """Of a correlation from so many independent visits; -1 to 1 where they are too few."""
    if visits <= 3:
        return Interval(-1.0, 1.0)
    half = NormalDist().inv_cdf((1 + level) / 2) / math.sqrt(visits - 3)
    middle = math.atanh(min(max(correlation, -1 + 1e-12), 1 - 1e-12))
    return Interval(math.tanh(middle - half), math.tanh(middle + half))


class ItemNps(NamedTuple):
    """The net promoter score of an ``item`` (``title``: its question) of a version of the checklist."""

    checklist: str
    item: str
    title: Sayable
    score: NetPromoterScore


def items_nps(reading: Reading, question: LedgerQuery, rules: ComparisonRules = DEFAULT_RULES) -> list[ItemNps]:
    """Of the items of type ``nps`` that are asked about and were answered; ``BadInput`` as for ``items_table``."""
    refs = checklists_asked(reading, question, one=False)
    return [
        item_nps for ref in refs for item_nps in _checklist_nps(reading, ref, question, rules) if item_nps.score.answers
    ]


def _checklist_nps(reading: Reading, ref: str, question: LedgerQuery, rules: ComparisonRules) -> Iterator[ItemNps]:
    checklist = reading.checklist(ref)
    where, values = conditions_of(question.in_sql)
    for name, item in checklist.items.items():
        if isinstance(item.answer, Nps) and is_asked(question, facets_of_item(checklist, name)):
            reading.view("visits", reading.answers(ref).parts)
            answer = f"visits.{quoted(ColumnNames(checklist).item('answer', name))}"
            ((up, down, answers),) = reading.ask(
                f"select count(case when {answer} >= 9 then 1 end), count(case when {answer} <= 6 then 1 end), "
                f"count({answer}) from visits left join stores on stores.store = visits.store "
                f"where {' and '.join(where)}",
                values,
            )
            yield ItemNps(ref, name, item.ask, net_promoter_score(up, down, answers, rules.level))
