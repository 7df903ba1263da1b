"""A study of drivers, from the question to the result and its notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cemaudit.compare.drivers.data import (
    LEAST_PAIR,
    OUTCOME,
    DriverProducts,
    ScreenedDrivers,
    StoreMeans,
    StudySize,
    StudyTable,
    check_study_size,
    screen_drivers,
)
from cemaudit.compare.drivers.experience import ExperienceMeans, Interaction
from cemaudit.compare.drivers.ipa import LEANING, SELDOM, QuadrantPosition, Suggestion, quadrant_positions, suggest
from cemaudit.compare.drivers.key_drivers import (
    MOST_DRIVERS_FOR_LMG,
    BootstrapSamples,
    PenaltyReward,
    bootstrap,
    bootstrap_performance,
    correlations_from_covariances,
    nearest_correlation,
    penalty_rewards,
    percentile_interval,
    relative_importance,
    top_three_probabilities,
)
from cemaudit.compare.drivers.results import Driver, DriverStudy, StudyDesign
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.nps import NpsDrivers
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.errors import Sayable
from cemaudit.language import NameList, message

__all__ = ["NoteInputs", "StudySupplements", "estimate_drivers", "study_notes"]

FEW_STORES = 20
_NOTABLE_CORRECTION = 5e-4


@dataclass(frozen=True, slots=True)
class NoteInputs:
    """What the sentences are about.

    ``moved``: how far the farthest correlation was; ``felt``: whether emotions were asked for.
    """

    facts: StudySize
    kept: ScreenedDrivers
    moved: float
    by_shopper: bool
    felt: bool
    interaction: Interaction | None


def study_notes(design: StudyDesign, inputs: NoteInputs, drivers: Sequence[Driver]) -> Iterator[Sayable]:
    """Yield all that there is to say, the gravest first."""
    yield from _notes_on_outcome(design)
    yield from _notes_on_shoppers(inputs)
    yield from _notes_on_left_out(design, inputs)
    if inputs.facts.stores < FEW_STORES:
        yield message("With only {count} stores the intervals are too narrow.", count=inputs.facts.stores)
    if design.outcome.is_asked:
        yield from _notes_on_interpretation(drivers, inputs.facts.stores)
    if not inputs.felt:
        return
    yield message(
        "The mean experience is the mean of products, not the product of means; the covariance part is the difference."
    )
    if inputs.interaction is None:
        yield message("Testing the interaction of performance and emotion needs an overall question.")
    elif inputs.interaction.is_significant:
        yield message("Performance and emotion interact: together they do something that neither does alone.")
    else:
        yield message("These visits show no significant interaction of performance and emotion.")


def _notes_on_outcome(design: StudyDesign) -> Iterator[Sayable]:
    outcome = design.outcome
    if not outcome.is_asked:
        yield message(
            "{outcome} was not asked but is reckoned from answers at these same places, by weights the checklist and "
            "the scheme declare: shares would repeat these weights, so none are shown, and nothing is suggested.",
            outcome=outcome.title,
        )
        yield _what_to_ask(design)
        return
    if design.contained_outcomes:
        yield message(
            "Left out, because the outcome is part of them: {names}.", names=NameList(tuple(design.contained_outcomes))
        )
    yield message(
        "One shopper fills in the drivers and the outcome, and a good mood lifts both; a question put to real "
        "customers would be a better outcome."
    )


def _what_to_ask(design: StudyDesign) -> Sayable:
    """Return which outcome would show what drives it."""
    if design.whole_question:
        return message(
            "The checklist asks for the whole: take that answer, with --outcome {name}.", name=design.whole_question
        )
    return message(
        "To learn what drives the experience, ask one question about the whole visit, such as how satisfied one was or "
        "whether one would recommend it (an item of type nps, or with the tag overall); at best ask real customers."
    )


def _notes_on_shoppers(inputs: NoteInputs) -> Iterator[Sayable]:
    facts = inputs.facts
    if not inputs.by_shopper:
        yield message("Scores are not centred by shopper: differences in severity remain.")
        return
    yield message("Scores are centred by shopper, so that severe and mild shoppers count alike.")
    if facts.single_visits:
        yield message(
            "{single} of {visits} visits are the only one of their shopper, and say nothing here.",
            single=facts.single_visits,
            visits=facts.visits,
        )
    if facts.unknown_shopper_visits:
        yield message(
            "In {count} visits the shopper is unknown; they count as one shopper's.",
            count=facts.unknown_shopper_visits,
        )


def _notes_on_left_out(design: StudyDesign, inputs: NoteInputs) -> Iterator[Sayable]:
    together = inputs.kept.products.together
    if together.min() < together[0, 0]:
        yield message(
            "Not every driver applies in every visit: each two columns are compared over the visits in which both are "
            "known (from {fewest} to {most}; fewer than {least} count as unknown).",
            fewest=int(together.min()),
            most=int(together[0, 0]),
            least=LEAST_PAIR,
        )
    if inputs.moved > _NOTABLE_CORRECTION:
        yield message(
            "The pairwise correlations were inconsistent; they were corrected by up to {moved} (nearest correlation "
            "matrix).",
            moved=f"{inputs.moved:.3f}",
        )
    if inputs.kept.seldom_known:
        yield message("Left out, because of too few answers: {names}.", names=_named(design, inputs.kept.seldom_known))
    if inputs.kept.constant:
        yield message(
            "Left out, because they do not vary: {names}.",
            names=_named(design, inputs.kept.constant),
        )


def _named(design: StudyDesign, keys: Sequence[str]) -> NameList:
    return NameList(tuple(design.titles[key] for key in keys))


def _notes_on_interpretation(drivers: Sequence[Driver], stores: int) -> Iterator[Sayable]:
    yield message("Correlated drivers share the variance they explain: a small share does not prove an effect.")
    if stores < FEW_STORES:
        yield message("Nothing is suggested: it takes {least} stores.", least=FEW_STORES)
    else:
        yield message(
            "Suggestions are given where {sure} of the samples agree and the interval of the share lies wholly above "
            "or below an equal share; they know no costs, and of duties only what the checklist marks as critical or "
            "as a duty. No published rule defines them.",
            sure="80%",
        )
    if any(driver.hint is Suggestion.MUST_KEEP for driver in drivers):
        yield message(
            "Must keep: it holds a critical item or a duty, so doing less of it is never suggested, however small its "
            "share."
        )
    if any(driver.asymmetry for driver in drivers):
        yield message(
            "Asymmetry compares the lowest and the highest third of a driver's range with the middle; it is no "
            "classification after Kano."
        )


MOST_CORRECTION = 0.1
"""Correlations that must be moved further than this to hold together say nothing."""

CHANCE = 0.05
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _StudyEstimates:
    """What the visits show of the drivers that stay; ``many_stores``: enough for the intervals to be trusted."""

    design: StudyDesign
    keys: tuple[str, ...]
    R: Numbers
    means: StoreMeans
    samples: BootstrapSamples
    leanings: dict[str, PenaltyReward]
    many_stores: bool


@dataclass(frozen=True)
class StudySupplements:
    """What a snapshot adds to a study: what was ``felt`` at each touchpoint, the ``interaction`` of performance and
    emotion, and what goes with recommending (``promoting``).
    """

    felt: tuple[ExperienceMeans, ...] = ()
    interaction: Interaction | None = None
    promoting: NpsDrivers | None = None


def no_supplements(names: Sequence[str], *, by_shopper: bool) -> StudySupplements:  # noqa: ARG001
    """Return nothing: plain columns say nothing of touchpoints and of emotions."""
    return StudySupplements()


class Supplement(Protocol):
    """Makes the supplements of a study of the drivers (``names`` of columns) that stay."""

    def __call__(self, names: Sequence[str], *, by_shopper: bool) -> StudySupplements:
        """Return them."""


def estimate_drivers(
    table: StudyTable,
    design: StudyDesign,
    *,
    by_shopper: bool | None = None,
    level: float = DEFAULT_RULES.level,
    supplement: Supplement = no_supplements,
) -> DriverStudy:
    """Return what drives the outcome, as far as the visits of a table show it; ``NotEstimable`` where they do not.

    ``by_shopper``: whether each visit is taken as it differs from its shopper's mean; ``None``: where shoppers are
    known.
    """
    facts = table.size()
    centred = facts.shoppers > 0 if by_shopper is None else by_shopper
    check_study_size(facts, by_shopper=centred)
    kept = screen_drivers(table.products([OUTCOME, *design.ids], by_shopper=centred))
    R, moved = _consistent_correlations(kept.products)
    # Each shopper's mean that was taken away costs a degree of freedom, and a shopper's only visit is left with none.
    free = facts.visits - facts.single_visits - facts.groups if centred else facts.visits - 1
    explained = _significant_r_squared(R, free) if design.outcome.is_asked else None
    names = kept.products.names[1:]
    means = table.means(names)
    if design.outcome.is_asked:
        leanings = penalty_rewards(table, names, visits=facts.visits, by_shopper=centred, level=level)
        samples = bootstrap(kept.products, means)
        estimates = _StudyEstimates(design, names, R, means, samples, leanings, facts.stores >= FEW_STORES)
        drivers = sorted(_drivers(estimates, level), key=lambda driver: -(driver.share or 0))
    else:
        drivers = _drivers_without_share(design, names, means, bootstrap_performance(kept.products, means), level)
    supplements = supplement(names, by_shopper=centred)
    inputs = NoteInputs(facts, kept, moved, centred, bool(supplements.felt), supplements.interaction)
    return DriverStudy(
        of=design.of,
        outcome=design.outcome,
        measure=design.measure,
        visits=facts.visits,
        stores=facts.stores,
        shoppers=facts.shoppers,
        centred=centred,
        explained=explained,
        method="lmg" if len(names) <= MOST_DRIVERS_FOR_LMG else "johnson",
        drivers=tuple(drivers),
        felt=supplements.felt,
        interaction=supplements.interaction,
        promoting=supplements.promoting,
        notes=tuple(study_notes(design, inputs, drivers)),
    )


def _consistent_correlations(products: DriverProducts) -> tuple[Numbers, float]:
    """Return correlations that hold together, and how far the farthest was moved; ``NotEstimable`` if too far."""
    pairwise = correlations_from_covariances(products.covariances())
    R = nearest_correlation(pairwise)
    moved = float(np.abs(R - pairwise).max())
    if moved > MOST_CORRECTION:
        text = message("The drivers were answered in too different visits: their correlations contradict each other.")
        raise NotEstimable(text, "pairs")
    return R, moved


def _significant_r_squared(R: Numbers, free: int) -> float:
    """Return R²; ``NotEstimable`` where as much would often come by chance (the F test of no slope at all).

    ``free``: visits less the means that were taken away.
    """
    drivers = len(R) - 1
    # The pseudo-inverse, as in regression_slopes: drivers that say the same make the matrix singular.
    r2 = float((R[0, 1:] @ np.linalg.pinv(R[1:, 1:], rcond=1e-8, hermitian=True)) @ R[1:, 0])
    freedom = max(free - drivers, 1)
    f = (r2 / drivers) / max((1 - r2) / freedom, np.finfo(float).tiny)
    if stats.f.sf(f, drivers, freedom) > CHANCE:
        share, chance = f"{r2:.1%}", f"{min(drivers / max(free, 1), 1):.1%}"
        text = message(
            "The drivers explain {share} of the variance of the outcome (R²); chance alone would explain {chance}.",
            share=share,
            chance=chance,
        )
        raise NotEstimable(text, "chance")
    return min(r2, 1.0)


def _drivers(estimates: _StudyEstimates, level: float) -> list[Driver]:
    shares, performance, samples = relative_importance(estimates.R), estimates.means.mean(), estimates.samples
    up = -1 if estimates.design.lower_is_better else 1
    positions = quadrant_positions(shares, up * performance, samples.relative_importance, up * samples.performance)
    first, visits = top_three_probabilities(samples.relative_importance), estimates.means.counts.sum(axis=0)
    drivers = []
    for index, key in enumerate(estimates.keys):
        leaning, mandatory = estimates.leanings.get(key), key in estimates.design.mandatory
        interval = percentile_interval(samples.relative_importance[:, index], level)
        # Low and high mean the opposite where a lower score is the better one.
        hint = _hint(positions[index], leaning if up > 0 else None, mandatory=mandatory)
        carried = estimates.many_stores and not interval.low <= 1 / len(shares) <= interval.high
        drivers.append(
            Driver(
                name=estimates.design.ids[key],
                title=estimates.design.titles[key],
                visits=int(visits[index]),
                share=float(shares[index]),
                interval=interval,
                top=float(first[index]),
                performance=float(performance[index]),
                performed=percentile_interval(samples.performance[:, index], level),
                quadrant=positions[index].quadrant,
                certain=positions[index].certain,
                hint=hint if carried or hint is Suggestion.MUST_KEEP else Suggestion.UNCLEAR,
                asymmetry=leaning,
            )
        )
    return drivers


def _drivers_without_share(
    design: StudyDesign, keys: Sequence[str], means: StoreMeans, samples: Numbers, level: float
) -> list[Driver]:
    """Return the drivers of a reckoned outcome: what they explain would be arithmetic, and advice from it a mistake.

    ``samples``: performances (B, p) of samples of stores.
    """
    performance, visits = means.mean(), means.counts.sum(axis=0)
    return [
        Driver(
            name=design.ids[key],
            title=design.titles[key],
            visits=int(visits[index]),
            share=None,
            interval=None,
            top=None,
            performance=float(performance[index]),
            performed=percentile_interval(samples[:, index], level),
            quadrant=None,
            certain=None,
            hint=Suggestion.NOT_KNOWN,
            asymmetry=None,
        )
        for index, key in enumerate(keys)
    ]


def _hint(position: QuadrantPosition, leaning: PenaltyReward | None, *, mandatory: bool) -> Suggestion:
    if leaning is None:
        return suggest(position, idle=False, lifts=False, seldom=False, mandatory=mandatory)
    lifts = leaning.asymmetry_index is not None and leaning.asymmetry_index > LEANING
    surely = leaning.interval is not None and leaning.interval.low > 0
    seldom = leaning.prevalence < SELDOM
    return suggest(position, idle=leaning.idle, lifts=lifts and surely, seldom=seldom, mandatory=mandatory)
