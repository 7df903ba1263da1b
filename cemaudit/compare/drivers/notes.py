"""What must be said beside the numbers of a study, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cemaudit.compare.drivers.asked import Driver
from cemaudit.compare.drivers.choosing import Chosen, listed
from cemaudit.compare.drivers.experience import Interaction
from cemaudit.compare.drivers.frame import Facts
from cemaudit.compare.drivers.importance import Hint
from cemaudit.compare.drivers.sorting import LEAST_PAIR, Sorted
from cemaudit.errors import Sayable
from cemaudit.language import message

__all__ = ["Told", "notes_of"]

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


def notes_of(chosen: Chosen, told: Told, drivers: Sequence[Driver]) -> Iterator[Sayable]:
    """All that there is to say, the gravest first."""
    yield from _on_outcome(chosen)
    yield from _on_shoppers(told)
    yield from _on_missing(chosen, told)
    yield from _on_stores(told.facts)
    yield from _on_reading(drivers)
    yield from _on_experience(told)


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


def _on_shoppers(told: Told) -> Iterator[Sayable]:
    facts = told.facts
    if not told.by_shopper:
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


def _on_missing(chosen: Chosen, told: Told) -> Iterator[Sayable]:
    together = told.kept.products.together
    if together.min() < together[0, 0]:
        yield message(
            "Not every driver applies in every visit: each two columns are compared over the visits in which both are "
            "known (from {fewest} to {most}; fewer than {least} count as unknown).",
            fewest=int(together.min()),
            most=int(together[0, 0]),
            least=LEAST_PAIR,
        )
    if told.moved > _SEEN:
        yield message(
            "The comparisons did not quite agree; correlations were moved by up to {moved} so that they do.",
            moved=f"{told.moved:.3f}",
        )
    if told.kept.seldom:
        yield message("Left out, because too seldom known: {names}.", names=_named(chosen, told.kept.seldom))
    if told.kept.same:
        yield message(
            "Left out, because they never differ: {names}. What never differs tells nothing.",
            names=_named(chosen, told.kept.same),
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


def _on_experience(told: Told) -> Iterator[Sayable]:
    if not told.felt:
        return
    yield message(
        "The mean experience is the mean of products, not the product of means; 'together' is what lies between."
    )
    if told.both is None:
        yield message("Whether performance and emotion do more together than apart needs a question for the whole.")
    elif told.both.is_told:
        yield message("Performance and emotion together do something that neither does alone.")
    else:
        yield message("That performance and emotion do more together than apart cannot be told from these visits.")
