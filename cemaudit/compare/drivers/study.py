"""A study of drivers, from the question to the answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cemaudit.compare.cannot import CannotTell
from cemaudit.compare.drivers.asked import Asked, Asymmetric, Driver, Study
from cemaudit.compare.drivers.choosing import Chosen, choose
from cemaudit.compare.drivers.experience import experiences, interaction_in
from cemaudit.compare.drivers.frame import OUTCOME, Means, facts_of, make_frame, means_of, products_of
from cemaudit.compare.drivers.importance import LEANING, SELDOM, Hint, Placed, hint_of, quadrants
from cemaudit.compare.drivers.leaning import leanings
from cemaudit.compare.drivers.lmg import MOST
from cemaudit.compare.drivers.matrices import correlations, mended, shares
from cemaudit.compare.drivers.notes import Told, notes_of
from cemaudit.compare.drivers.products import Products
from cemaudit.compare.drivers.promoting import promoting
from cemaudit.compare.drivers.sampling import Samples, interval, sampled, top
from cemaudit.compare.drivers.sorting import check_facts, sort_out
from cemaudit.compare.rules import DEFAULT, Rules
from cemaudit.language import message
from cemaudit.ledger.query.keys import of_visits
from cemaudit.ledger.query.question import replace_conditions
from cemaudit.ledger.query.reading import Local

__all__ = ["study"]

MOST_MENDED = 0.1
"""Correlations that must be moved further than this to hold together say nothing."""
CHANCE = 0.05

Numbers = NDArray[np.float64]


class _Seen(NamedTuple):
    """What the visits show of the drivers that stay."""

    chosen: Chosen
    keys: tuple[str, ...]
    R: Numbers
    means: Means
    samples: Samples
    leanings: dict[str, Asymmetric]


def study(reading: Local, asked: Asked, rules: Rules = DEFAULT) -> Study:
    """What drives the outcome, as far as the visits tell.

    ``BadInput`` where something asked for does not exist, ``CannotTell`` where the visits say nothing.
    """
    which = replace_conditions(asked.which, lambda condition: of_visits(condition.key))
    chosen = choose(reading, asked)
    make_frame(reading, chosen.sources, which)
    facts = facts_of(reading)
    by_shopper = facts.shoppers > 0 if asked.by_shopper is None else asked.by_shopper
    check_facts(facts, by_shopper=by_shopper)
    kept = sort_out(products_of(reading, [OUTCOME, *chosen.ids], by_shopper=by_shopper))
    R, moved = _holding(kept.products)
    explained = _explained(R, facts.visits - facts.single - facts.groups if by_shopper else facts.visits - 1)
    names = kept.products.names[1:]
    means = means_of(reading, names)
    told = leanings(reading, names, visits=facts.visits, by_shopper=by_shopper, level=rules.level)
    seen = _Seen(chosen, names, R, means, sampled(kept.products, means), told)
    drivers = sorted(_drivers(seen, rules.level), key=lambda driver: -driver.share)
    felt = experiences(reading, [source.table for source in chosen.sources], asked.which)
    both = interaction_in(reading, by_shopper=by_shopper) if chosen.sources[0].columns.get("pe") else None
    return Study(
        asked.of, chosen.outcome, chosen.measure, facts.visits, facts.stores, facts.shoppers, by_shopper, explained,
        "lmg" if len(seen.keys) <= MOST else "johnson", tuple(drivers), tuple(felt), both,
        promoting(reading, chosen, names, by_shopper=by_shopper, level=rules.level),
        tuple(notes_of(chosen, Told(facts, kept, moved, by_shopper, bool(felt), both), drivers)),
    )  # fmt: skip


def _holding(products: Products) -> tuple[Numbers, float]:
    """Correlations that hold together, and how far the farthest was moved; ``CannotTell`` where that is too far."""
    found = correlations(products.covariances())
    R = mended(found)
    moved = float(np.abs(R - found).max())
    if moved > MOST_MENDED:
        what = message("The drivers are known in such different visits that what they say contradicts itself.")
        raise CannotTell(what, "pairs")
    return R, moved


def _explained(R: Numbers, free: int) -> float:
    """R²; ``CannotTell`` where as much would often come by chance (the F test of no slope at all).

    ``free``: visits less the means that were taken away.
    """
    drivers = len(R) - 1
    r2 = float((R[0, 1:] @ np.linalg.pinv(R[1:, 1:], rcond=1e-8, hermitian=True)) @ R[1:, 0])
    freedom = max(free - drivers, 1)
    f = (r2 / drivers) / max((1 - r2) / freedom, np.finfo(float).tiny)
    if stats.f.sf(f, drivers, freedom) > CHANCE:
        share, chance = f"{r2:.1%}", f"{min(drivers / max(free, 1), 1):.1%}"
        what = message(
            "The drivers explain {share} of what differs in the outcome; chance alone would explain {chance}.",
            share=share,
            chance=chance,
        )
        raise CannotTell(what, "chance")
    return min(r2, 1.0)


def _drivers(seen: _Seen, level: float) -> list[Driver]:
    found, performance, samples, up = shares(seen.R), seen.means.mean(), seen.samples, _up(seen.chosen)
    placed = quadrants(found, up * performance, samples.shares, up * samples.performance)
    first, visits = top(samples.shares), seen.means.counts.sum(axis=0)
    return [
        Driver(
            seen.chosen.ids[key],
            seen.chosen.titles[key],
            int(visits[at]),
            float(found[at]),
            interval(samples.shares[:, at], level),
            float(first[at]),
            float(performance[at]),
            interval(samples.performance[:, at], level),
            placed[at].quadrant,
            placed[at].certain,
            _hint(placed[at], seen.leanings.get(key) if up > 0 else None, mandatory=key in seen.chosen.mandatory),
            seen.leanings.get(key),
        )
        for at, key in enumerate(seen.keys)
    ]


def _up(chosen: Chosen) -> int:
    """1, or -1 where a higher score is the worse one."""
    return -1 if chosen.sources[-1].table.schemes[-1].direction == "lower-is-better" else 1


def _hint(placed: Placed, leaning: Asymmetric | None, *, mandatory: bool) -> Hint:
    if leaning is None:
        return hint_of(placed, idle=False, lifts=False, seldom=False, mandatory=mandatory)
    lifts = leaning.leaning is not None and leaning.leaning > LEANING
    surely = leaning.interval is not None and leaning.interval.low > 0
    seldom = leaning.prevalence < SELDOM
    return hint_of(placed, idle=leaning.idle, lifts=lifts and surely, seldom=seldom, mandatory=mandatory)
