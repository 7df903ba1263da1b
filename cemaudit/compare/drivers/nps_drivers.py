"""Drivers of the net promoter score."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cemaudit.compare.drivers.candidates import StudyVariables
from cemaudit.compare.drivers.data import OUTCOME, STUDY_TABLE
from cemaudit.compare.nps import NpsDriver, NpsDrivers, PairedSums, net_promoter_score, within_person_correlation
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.model.answers import Nps

__all__ = ["nps_drivers"]

_PROMOTES, _DETRACTS = f"{OUTCOME} >= 900", f"{OUTCOME} <= 600"
_SQUARE = 100.0**2


def nps_drivers(
    reading: Local, chosen: StudyVariables, keys: Sequence[str], *, by_shopper: bool, level: float
) -> NpsDrivers | None:
    """Of the visits in the frame; ``None`` where the outcome is something else. ``keys``: columns of drivers.

    Without ``by_shopper`` differences are from the mean of all.
    """
    if not _is_asked(chosen):
        return None
    ((up, down, answers),) = reading.ask(
        f"select count(case when {_PROMOTES} then 1 end), count(case when {_DETRACTS} then 1 end), count({OUTCOME}) "
        f"from {STUDY_TABLE}"
    )
    links = [_link(reading, key, chosen.ids[key], by_shopper=by_shopper, level=level) for key in keys]
    links.sort(key=lambda link: -abs(link.correlation or 0))
    return NpsDrivers(net_promoter_score(up, down, answers, level), tuple(links))


def _is_asked(chosen: StudyVariables) -> bool:
    """Whether the outcome is an item of type ``nps`` in every version of the checklist."""
    name = chosen.outcome.name
    return chosen.outcome.is_asked and all(
        isinstance(source.table.checklist.items[name].answer, Nps) for source in chosen.sources
    )


def _link(reading: Local, key: str, name: str, *, by_shopper: bool, level: float) -> NpsDriver:
    score, within = quoted(key), "shopper" if by_shopper else "true"
    pairs = (OUTCOME, OUTCOME), (score, score), (OUTCOME, score)
    terms = ", ".join(f"sum(cast({pair} as hugeint) * {other})" for pair, other in pairs)
    persons = reading.ask(
        f"select count(*), sum({OUTCOME}), sum({score}), {terms} from {STUDY_TABLE} where {score} is not null "
        f"group by {within}"
    )
    ((up, down),) = reading.ask(
        f"select (select avg({score}) from {STUDY_TABLE} where {_PROMOTES}), "
        f"(select avg({score}) from {STUDY_TABLE} where {_DETRACTS})"
    )
    paired = _paired_sums([tuple(map(int, person)) for person in persons])
    correlation, interval = within_person_correlation(paired, level)
    return NpsDriver(name, _points(up), _points(down), correlation, interval, paired.visits)


def _paired_sums(persons: Sequence[tuple[int, ...]]) -> PairedSums:
    """Squares and products of differences from each person's means, to the last digit whatever the persons' order.

    ``persons``: of each the visits, Σa, Σb, Σa², Σb², Σab.
    """

    def apart(product: int, first: int, other: int) -> float:
        return math.fsum(
            (person[0] * person[product] - person[first] * person[other]) / person[0] for person in persons
        )

    squares = (apart(3, 1, 1) / _SQUARE, apart(4, 2, 2) / _SQUARE, apart(5, 1, 2) / _SQUARE)
    return PairedSums(sum(person[0] for person in persons), len(persons), *squares)


def _points(hundredths: float | None) -> float | None:
    return None if hundredths is None else hundredths / 100
