"""How the items of a checklist work: which say something, which never do, which changed their meaning."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from scipy import stats

from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.counts import Counts, counts_of
from cemaudit.compare.emptiness import refuse_emptiness
from cemaudit.compare.proportions import wilson
from cemaudit.compare.rules import DEFAULT, Rules
from cemaudit.compare.standing import Interval
from cemaudit.errors import Sayable
from cemaudit.language import message
from cemaudit.ledger.query.question import Question, checklists_asked
from cemaudit.ledger.query.reading import Reading

__all__ = ["Advice", "ItemRow", "items_table", "rarest"]

LEAST = 30
"""Below so many answers nothing is said of an item."""
DEAD_BELOW = 0.01
"""An item is dead where less than full marks (or more than a fail) are surely rarer than this."""
_SURE = 0.95
MOSTLY = 0.5
ALIKE = 0.5
"""From this share of shoppers on who always answer alike."""
DRIFTED = 3.0
"""Standard errors between two versions."""
DIFFERS = -0.1


class Advice(StrEnum):
    """What to do about an item."""

    FEW = "too-few"
    ALWAYS = "always-met"
    MUST_KEEP = "must-keep"
    NEVER = "never-met"
    DRIFT = "drifted"
    CONTRARY = "contrary"
    UNCALIBRATED = "uncalibrated"
    SELDOM = "seldom-applies"
    FINE = ""


class ItemRow(NamedTuple):
    """An item of a version of the checklist; shares from 0 to 1.

    Visits in which it was ``asked``, and ``answered``; ``na``: the share not applicable. ``points``: the mean share of
    points, ``None`` without points; ``met``: the share of full marks, with its interval ``met_in``. ``rest``: the
    correlation with the share of points of all other items of the visit. ``alike``: the share of shoppers with at
    least 5 answers who always gave the same. ``drift``: standard errors by which ``points`` lies above the version
    before.
    """

    checklist: str
    item: str
    title: Sayable
    asked: int
    answered: int
    na: float
    points: float | None
    met: float | None
    met_in: Interval | None
    rest: float | None
    alike: float | None
    drift: float | None
    advice: Advice


def items_table(reading: Reading, question: Question, rules: Rules = DEFAULT) -> list[ItemRow]:
    """All items asked about, version by version in their order; ``BadInput`` where there are none such.

    ``CannotTell`` where no visits are. Scores are not looked at, and so neither is the scheme.
    """
    refuse_emptiness(reading)
    found: list[ItemRow] = []
    before: dict[str, Counts] = {}
    for ref in _oldest_first(checklists_asked(reading, question, one=False)):
        items = reading.checklist(ref).items
        for counts in counts_of(reading, ref, question, rules.least_person):
            key = f"{ref.partition('@')[0]}/{counts.item}"
            row = _row(ref, counts, before.get(key), rules)
            # A duty that everybody meets says nothing of the stores, and must be asked all the same.
            if row.advice is Advice.ALWAYS and items[counts.item].mandatory:
                row = row._replace(advice=Advice.MUST_KEEP)
            found.append(row)
            before[key] = counts
    if not any(one.asked for one in found):
        raise CannotTell(message("No visits meet the conditions."), "nothing")
    return found


def _oldest_first(refs: Iterable[str]) -> list[str]:
    def order(ref: str) -> tuple[str, list[int]]:
        name, _, version = ref.partition("@")
        return name, [int(part) for part in version.split(".")]

    return sorted(refs, key=order)


def _row(ref: str, counts: Counts, before: Counts | None, rules: Rules) -> ItemRow:
    drift = None if before is None else _drift(before, counts)
    rest, alike = _correlation(counts), _alike(counts, rules)
    return ItemRow(
        ref,
        counts.item,
        counts.title,
        counts.asked,
        counts.answered,
        counts.not_applicable / counts.asked if counts.asked else 0.0,
        counts.mean,
        counts.full / counts.n if counts.n else None,
        wilson(counts.full, counts.n, rules.level) if counts.n else None,
        rest,
        alike,
        drift,
        _advice(counts, rest, alike, drift),
    )


def _advice(counts: Counts, rest: float | None, alike: float | None, drift: float | None) -> Advice:
    """The gravest first."""
    n = counts.n if counts.mean is not None else counts.answered
    seldom = counts.asked >= LEAST and counts.not_applicable > MOSTLY * counts.asked
    checks: Sequence[tuple[bool, Advice]] = (
        (n < LEAST and seldom, Advice.SELDOM),
        (n < LEAST, Advice.FEW),
        (counts.mean is not None and rarest(n - counts.full, n) < DEAD_BELOW, Advice.ALWAYS),
        (counts.mean is not None and rarest(n - counts.fails, n) < DEAD_BELOW, Advice.NEVER),
        (drift is not None and abs(drift) > DRIFTED, Advice.DRIFT),
        (rest is not None and rest < DIFFERS, Advice.CONTRARY),
        (alike is not None and alike > ALIKE, Advice.UNCALIBRATED),
        (seldom, Advice.SELDOM),
    )
    return next((advice for holds, advice in checks if holds), Advice.FINE)


def rarest(events: int, n: int) -> float:
    """The upper 95 % limit of a share, by Poisson; of no event in n the rule of three, 3/n. 1 where n is 0."""
    return float(stats.chi2.ppf(_SURE, 2 * (events + 1)) / 2 / n) if n else 1.0


def _correlation(counts: Counts) -> float | None:
    """Of an item with the rest; ``None`` where one of them does not differ, or there are too few."""
    n = counts.with_rest
    xx = n * counts.squares - counts.sum**2
    rr = n * counts.rest_squares - counts.rest_sum**2
    if n < LEAST or xx <= 0 or rr <= 0:
        return None
    return (n * counts.products - counts.sum * counts.rest_sum) / math.sqrt(xx * rr)


def _alike(counts: Counts, rules: Rules) -> float | None:
    """``None`` below so many shoppers as one of them must have answers."""
    return counts.alike / counts.shoppers if counts.shoppers >= rules.least_person else None


def _drift(before: Counts, after: Counts) -> float | None:
    """Welch's z of two means; ``None`` where they say too little."""
    if min(before.n, after.n) < LEAST or before.mean is None or after.mean is None:
        return None
    error = math.sqrt(before.variance / before.n + after.variance / after.n)
    return (after.mean - before.mean) / error if error > 0 else None
