"""Where the outcome is whether customers would recommend: their score, and what of the visit goes with it."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.compare.drivers.choosing import Chosen
from cemaudit.compare.drivers.frame import FRAME, OUTCOME
from cemaudit.compare.promoters import Link, Promoting, Together, correlation_of, net_promoters
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.model.answers import Nps

__all__ = ["promoting"]

_PROMOTES, _DETRACTS = f"{OUTCOME} >= 900", f"{OUTCOME} <= 600"
_SQUARE = 100.0**2


def promoting(
    reading: Local, chosen: Chosen, keys: Sequence[str], *, by_shopper: bool, level: float
) -> Promoting | None:
    """Of the visits in the frame; ``None`` where the outcome is something else. ``keys``: columns of drivers.

    Without ``by_shopper`` differences are from the mean of all.
    """
    if not _is_asked(chosen):
        return None
    ((up, down, answers),) = reading.ask(
        f"select count(case when {_PROMOTES} then 1 end), count(case when {_DETRACTS} then 1 end), count({OUTCOME}) "
        f"from {FRAME}"
    )
    links = [_link(reading, key, chosen.ids[key], by_shopper=by_shopper, level=level) for key in keys]
    links.sort(key=lambda link: -abs(link.correlation or 0))
    return Promoting(net_promoters(up, down, answers, level), tuple(links))


def _is_asked(chosen: Chosen) -> bool:
    """Whether the outcome is an item of type ``nps`` in every version of the checklist."""
    name = chosen.outcome.name
    return chosen.outcome.is_asked and all(
        isinstance(source.table.checklist.items[name].answer, Nps) for source in chosen.sources
    )


def _link(reading: Local, key: str, name: str, *, by_shopper: bool, level: float) -> Link:
    score, within = quoted(key), "shopper" if by_shopper else "true"
    apart = "sum(cast({0} as double) * {1}) - cast(sum({0}) as double) * sum({1}) / count(*)"
    squares = [apart.format(*pair) for pair in ((OUTCOME, OUTCOME), (score, score), (OUTCOME, score))]
    (row,) = reading.ask(
        f"with persons as (select count(*) as n, {', '.join(f'{sql} as s{at}' for at, sql in enumerate(squares))} "
        f"from {FRAME} where {score} is not null group by {within}) "
        f"select coalesce(sum(n), 0), count(*), sum(s0), sum(s1), sum(s2), "
        f"(select avg({score}) from {FRAME} where {_PROMOTES}), "
        f"(select avg({score}) from {FRAME} where {_DETRACTS}) from persons"
    )
    visits, persons, recommend, own, both, up, down = (None if one is None else float(one) for one in row)
    seen = Together(
        int(visits or 0),
        int(persons or 0),
        max(0.0, recommend or 0.0) / _SQUARE,
        max(0.0, own or 0.0) / _SQUARE,
        (both or 0.0) / _SQUARE,
    )
    correlation, interval = correlation_of(seen, level)
    return Link(name, _points(up), _points(down), correlation, interval, seen.visits)


def _points(hundredths: float | None) -> float | None:
    return None if hundredths is None else hundredths / 100
