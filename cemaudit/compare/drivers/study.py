"""A study of drivers, from the question to the result and its notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cemaudit.compare.drivers.candidates import Chosen, choose, listed
from cemaudit.compare.drivers.data import (
    LEAST_PAIR,
    OUTCOME,
    Facts,
    Means,
    Products,
    Sorted,
    check_facts,
    facts_of,
    make_frame,
    means_of,
    products_of,
    sort_out,
)
from cemaudit.compare.drivers.experience import Interaction, experiences, interaction_in
from cemaudit.compare.drivers.ipa import LEANING, SELDOM, Hint, Placed, hint_of, quadrants
from cemaudit.compare.drivers.key_drivers import (
    MOST,
    Asymmetric,
    Samples,
    correlations,
    interval,
    leanings,
    mended,
    sampled,
    shares,
    top,
)
from cemaudit.compare.drivers.nps_drivers import promoting
from cemaudit.compare.drivers.results import Asked, Driver, Study
from cemaudit.compare.errors import CannotTell
from cemaudit.compare.results import DEFAULT, Rules
from cemaudit.errors import Sayable
from cemaudit.language import message
from cemaudit.ledger.query.keys import of_visits
from cemaudit.ledger.query.question import replace_conditions
from cemaudit.ledger.query.reading import Local

__all__ = ["Told", "notes_of", "study"]


FEW_STORES = 20


_SEEN = 5e-4


class Told(NamedTuple):
    """What the sentences are about; ``moved``: how far the farthest correlation was; ``felt``: emotions are there."""

    facts: Facts
    kept: Sorted
    moved: float
    by_shopper: bool
    felt: bool
    both: Interaction | None


def notes_of(chosen: Chosen, inputs: Told, drivers: Sequence[Driver]) -> Iterator[Sayable]:
    """All that there is to say, the gravest first."""
    yield from _on_outcome(chosen)
    yield from _on_shoppers(inputs)
    yield from _on_missing(chosen, inputs)
    yield from _on_stores(inputs.facts)
    yield from _on_reading(drivers)
    yield from _on_experience(inputs)


def _on_outcome(chosen: Chosen) -> Iterator[Sayable]:
    outcome = chosen.outcome
    if chosen.alike:
        yield message(
            "{outcome} is reckoned from {names}: their shares show how the formula weighs them and how much they vary, "
            "not what moves customers. Take an outcome that is asked, with --outcome.",
            outcome=outcome.name,
            names=listed(chosen.alike),
        )
    if chosen.containing:
        yield message("Left out, because the outcome is part of them: {names}.", names=listed(chosen.containing))
    yield message(
        "One shopper fills in the drivers and the outcome, and a good mood lifts both; a question put to real "
        "customers would be a better outcome."
    )


def _on_shoppers(inputs: Told) -> Iterator[Sayable]:
    facts = inputs.facts
    if not inputs.by_shopper:
        yield message("Visits are taken as they are: that some shoppers are stricter than others is not taken out.")
        return
    yield message(
        "Each visit is taken as it differs from its shopper's usual one: strict and mild shoppers count alike."
    )
    if facts.single:
        yield message(
            "{single} of {visits} visits are the only one of their shopper, and say nothing here.",
            single=facts.single,
            visits=facts.visits,
        )
    if facts.unknown:
        yield message("Of {count} visits the shopper is not known; they count as one shopper's.", count=facts.unknown)


def _on_missing(chosen: Chosen, inputs: Told) -> Iterator[Sayable]:
    together = inputs.kept.products.together
    if together.min() < together[0, 0]:
        yield message(
            "Not every driver applies in every visit: each two columns are compared over the visits in which both are "
            "known (from {fewest} to {most}; fewer than {least} count as unknown).",
            fewest=int(together.min()),
            most=int(together[0, 0]),
            least=LEAST_PAIR,
        )
    if inputs.moved > _SEEN:
        yield message(
            "The comparisons did not quite agree; correlations were moved by up to {moved} so that they do.",
            moved=f"{inputs.moved:.3f}",
        )
    if inputs.kept.seldom:
        yield message("Left out, because too seldom known: {names}.", names=_named(chosen, inputs.kept.seldom))
    if inputs.kept.same:
        yield message(
            "Left out, because they never differ: {names}. What never differs tells nothing.",
            names=_named(chosen, inputs.kept.same),
        )


def _named(chosen: Chosen, keys: Sequence[str]) -> str:
    return listed([chosen.ids[key] for key in keys])


def _on_stores(facts: Facts) -> Iterator[Sayable]:
    if facts.stores < FEW_STORES:
        yield message("Of {count} stores intervals come out too narrow.", count=facts.stores)


def _on_reading(drivers: Sequence[Driver]) -> Iterator[Sayable]:
    yield message("Drivers that go together share what they explain: a small share need not be an effect.")
    yield message(
        "Suggestions are given where {sure} of the samples agree; they know no costs, and of duties only what the "
        "checklist marks as critical or as a duty. No published rule defines them.",
        sure="80%",
    )
    if any(driver.hint is Hint.MUST_KEEP for driver in drivers):
        yield message(
            "Must keep: it holds a critical item or a duty, so doing less of it is never suggested, however small its "
            "share."
        )
    if any(driver.asymmetry for driver in drivers):
        yield message(
            "Asymmetry compares the lowest and the highest third of a driver's range with the middle; it is no "
            "classification after Kano."
        )


def _on_experience(inputs: Told) -> Iterator[Sayable]:
    if not inputs.felt:
        return
    yield message(
        "The mean experience is the mean of products, not the product of means; 'together' is what lies between."
    )
    if inputs.both is None:
        yield message("Whether performance and emotion do more together than apart needs a question for the whole.")
    elif inputs.both.is_told:
        yield message("Performance and emotion together do something that neither does alone.")
    else:
        yield message("That performance and emotion do more together than apart cannot be told from these visits.")


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


def study(reading: Local, query: Asked, rules: Rules = DEFAULT) -> Study:
    """What drives the outcome, as far as the visits tell.

    ``BadInput`` where something asked for does not exist, ``CannotTell`` where the visits say nothing.
    """
    visit_filter = replace_conditions(query.which, lambda condition: of_visits(condition.key))
    chosen = choose(reading, query)
    make_frame(reading, chosen.sources, visit_filter)
    facts = facts_of(reading)
    by_shopper = facts.shoppers > 0 if query.by_shopper is None else query.by_shopper
    check_facts(facts, by_shopper=by_shopper)
    kept = sort_out(products_of(reading, [OUTCOME, *chosen.ids], by_shopper=by_shopper))
    R, moved = _holding(kept.products)
    explained = _explained(R, facts.visits - facts.single - facts.groups if by_shopper else facts.visits - 1)
    names = kept.products.names[1:]
    means = means_of(reading, names)
    told = leanings(reading, names, visits=facts.visits, by_shopper=by_shopper, level=rules.level)
    estimates = _Seen(chosen, names, R, means, sampled(kept.products, means), told)
    drivers = sorted(_drivers(estimates, rules.level), key=lambda driver: -driver.share)
    felt = experiences(reading, [source.table for source in chosen.sources], query.which)
    both = interaction_in(reading, by_shopper=by_shopper) if chosen.sources[0].columns.get("pe") else None
    return Study(
        query.of, chosen.outcome, chosen.measure, facts.visits, facts.stores, facts.shoppers, by_shopper, explained,
        "lmg" if len(estimates.keys) <= MOST else "johnson", tuple(drivers), tuple(felt), both,
        promoting(reading, chosen, names, by_shopper=by_shopper, level=rules.level),
        tuple(notes_of(chosen, Told(facts, kept, moved, by_shopper, bool(felt), both), drivers)),
    )  # fmt: skip


def _holding(products: Products) -> tuple[Numbers, float]:
    """Correlations that hold together, and how far the farthest was moved; ``CannotTell`` where that is too far."""
    found = correlations(products.covariances())
    R = mended(found)
    moved = float(np.abs(R - found).max())
    if moved > MOST_MENDED:
        text = message("The drivers are known in such different visits that what they say contradicts itself.")
        raise CannotTell(text, "pairs")
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
        text = message(
            "The drivers explain {share} of what differs in the outcome; chance alone would explain {chance}.",
            share=share,
            chance=chance,
        )
        raise CannotTell(text, "chance")
    return min(r2, 1.0)


def _drivers(estimates: _Seen, level: float) -> list[Driver]:
    found, performance, samples, up = (
        shares(estimates.R),
        estimates.means.mean(),
        estimates.samples,
        _up(estimates.chosen),
    )
    positions = quadrants(found, up * performance, samples.shares, up * samples.performance)
    first, visits = top(samples.shares), estimates.means.counts.sum(axis=0)
    return [
        Driver(
            estimates.chosen.ids[key],
            estimates.chosen.titles[key],
            int(visits[at]),
            float(found[at]),
            interval(samples.shares[:, at], level),
            float(first[at]),
            float(performance[at]),
            interval(samples.performance[:, at], level),
            positions[at].quadrant,
            positions[at].certain,
            _hint(
                positions[at],
                estimates.leanings.get(key) if up > 0 else None,
                mandatory=key in estimates.chosen.mandatory,
            ),
            estimates.leanings.get(key),
        )
        for at, key in enumerate(estimates.keys)
    ]


def _up(chosen: Chosen) -> int:
    """1, or -1 where a higher score is the worse one."""
    return -1 if chosen.sources[-1].table.schemes[-1].direction == "lower-is-better" else 1


def _hint(position: Placed, leaning: Asymmetric | None, *, mandatory: bool) -> Hint:
    if leaning is None:
        return hint_of(position, idle=False, lifts=False, seldom=False, mandatory=mandatory)
    lifts = leaning.leaning is not None and leaning.leaning > LEANING
    surely = leaning.interval is not None and leaning.interval.low > 0
    seldom = leaning.prevalence < SELDOM
    return hint_of(position, idle=leaning.idle, lifts=lifts and surely, seldom=seldom, mandatory=mandatory)
