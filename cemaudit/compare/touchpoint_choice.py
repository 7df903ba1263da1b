"""Which touchpoints to mend first: exact gains for the chain, chosen one after the other, and how sure that is.

    gain(M) = mean headline of all visits with the touchpoints M mended - mean headline of the visits as they are

Gains do not add up where a score is capped or a condition holds, so touchpoints are chosen greedily: the one that
brings most, then the one that brings most beside it, and so on. Intervals come from a bootstrap in which stores are
drawn, for visits of one store are alike (Davison and Hinkley 1997, Bootstrap Methods, section 3.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.intervals import Interval
from cemaudit.errors import Sayable

__all__ = [
    "MIDDLE",
    "NOT_RATED",
    "USUAL_RULE",
    "ChainTotals",
    "ChoiceRule",
    "ChosenTouchpoints",
    "Enumeration",
    "GainEstimate",
    "Ratings",
    "TotalsOf",
    "TouchpointChoice",
    "TouchpointEvidence",
    "TouchpointSet",
    "choose_touchpoints",
]

Numbers = NDArray[np.float64]

MIDDLE = 3
"""The middle of headquarters' ratings, 1 to 5: what is not rated counts as this."""

_CHANCE = 1e-9
"""Points of the headline below which a gain is none."""


class ChainTotals(NamedTuple):
    """The headline in a chain: its sum over the visits of each store, and how many visits have one."""

    sums: Numbers
    counts: Numbers

    @property
    def mean(self) -> float:
        """The mean over all visits."""
        return float(self.sums.sum() / self.counts.sum())

    def means(self, draws: Numbers) -> Numbers:
        """Return the mean in each resample of stores: ``draws`` (resamples, stores) says how often each was drawn."""
        means: Numbers = draws @ self.sums / np.maximum(draws @ self.counts, 1)
        return means


TouchpointSet = frozenset[str]
TotalsOf = Callable[[Sequence[TouchpointSet]], Sequence[ChainTotals]]
"""The chain with each of these sets of touchpoints mended."""


class Ratings(NamedTuple):
    """Headquarters' ratings of a touchpoint, 1 to 5; ``None``: not rated."""

    cost: int | None = None
    novelty: int | None = None
    importance: int | None = None


NOT_RATED = Ratings()


@dataclass(frozen=True)
class ChoiceRule:
    """How touchpoints are chosen.

    At most ``size`` of them, by gain; a step of a rating counts as so many points of the headline: against a touchpoint
    for ``cost``, for it for ``novelty`` and ``importance``. ``resamples`` of stores are drawn from ``seed``; intervals
    hold with probability ``level``.
    """

    size: int = 10
    cost: float = 0.0
    novelty: float = 0.0
    importance: float = 0.0
    seed: int = 1
    resamples: int = 1000
    level: float = 0.9

    @property
    def is_weighed(self) -> bool:
        """Whether anything but the gain counts."""
        return bool(self.cost or self.novelty or self.importance)

    def bonus(self, ratings: Ratings) -> float:
        """Return what the ratings of a touchpoint add to its gain, in points of the headline."""
        return (
            -self.cost * _above_middle(ratings.cost)
            + self.novelty * _above_middle(ratings.novelty)
            + self.importance * _above_middle(ratings.importance)
        )


USUAL_RULE = ChoiceRule()


def _above_middle(rating: int | None) -> int:
    return 0 if rating is None else rating - MIDDLE


@dataclass(frozen=True)
class GainEstimate:
    """What mending a touchpoint brings to the chain, in points of the headline.

    ``place`` among the chosen, the first is 1; ``None``: not chosen. ``gain`` alone, with its ``interval`` (``None``
    with a single store); ``with_feelings``: the same where nobody felt worse than 0 there, either. ``step``: beside
    those chosen before it, or, of one not chosen, beside all the chosen. ``among``: in what share of the resamples it
    is among the chosen. ``bonus``: what its ratings add by the rule.
    """

    touchpoint: str
    gain: float
    with_feelings: float
    step: float
    interval: Interval | None = None
    feelings_interval: Interval | None = None
    among: float | None = None
    bonus: float = 0.0
    place: int | None = None


@dataclass(frozen=True)
class ChosenTouchpoints:
    """The gains of all touchpoints, the chosen ones first, in their order.

    ``mean``: the headline as it is; ``mended``: with the chosen ones mended; ``all_mended``: with all, the rest too.
    """

    mean: float
    mended: float
    all_mended: float
    estimates: tuple[GainEstimate, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen, in their order."""
        return tuple(estimate.touchpoint for estimate in self.estimates if estimate.place is not None)


@dataclass(frozen=True)
class Enumeration:
    """A heading and what it is about, in the language in force; none of the names is cut, as values of messages are."""

    heading: Sayable
    names: tuple[Sayable, ...]

    def __str__(self) -> str:
        return f"{self.heading} {', '.join(map(str, self.names))}"


@dataclass(frozen=True)
class TouchpointEvidence:
    """What is known of a touchpoint beside its gain.

    ``negative``: the share of visits whose experience there is below 0 (``None``: the scheme keeps none), of the
    ``experienced`` that have one. ``claims`` and ``blames`` are counted; ``missed``: the share of points not earned.
    ``must_keep``: it holds what is critical or a duty.
    """

    touchpoint: str
    title: Sayable
    experienced: int
    negative: float | None
    claims: int
    blames: int
    missed: float | None
    must_keep: bool
    ratings: Ratings = NOT_RATED
    found_by: tuple[Sayable, ...] = ()
    wish: Sayable | None = None


@dataclass(frozen=True)
class TouchpointChoice:
    """Which touchpoints of a ``checklist`` to mend first, by the ``measure`` of a ``scheme``, and what speaks for each.

    ``evidence`` by touchpoint. ``kept``: those that stay beside the chosen, for they hold what is critical or a duty.
    ``simulated``: whether any of the visits is.
    """

    checklist: str
    scheme: str
    measure: str
    title: Sayable
    visits: int
    stores: int
    rule: ChoiceRule
    choice: ChosenTouchpoints
    evidence: Mapping[str, TouchpointEvidence]
    kept: tuple[str, ...]
    notes: tuple[Sayable, ...]
    simulated: bool = False


@dataclass
class _Path:
    """The way from the visits as they are to the chosen: who was chosen, and what each step brought."""

    chosen: list[str] = field(default_factory=list)
    steps: dict[str, float] = field(default_factory=dict)


class _RememberedTotals:
    """The chain with sets of touchpoints mended, each scored once, those asked for together in one go."""

    def __init__(self, totals_of: TotalsOf) -> None:
        self._totals_of = totals_of
        self._totals: dict[TouchpointSet, ChainTotals] = {}

    def __call__(self, sets: Sequence[TouchpointSet]) -> list[ChainTotals]:
        new = [names for names in dict.fromkeys(sets) if names not in self._totals]
        if new:
            self._totals |= zip(new, self._totals_of(new), strict=True)
        return [self._totals[names] for names in sets]

    def one(self, names: Iterable[str] = ()) -> ChainTotals:
        """The chain with these mended."""
        return self([frozenset(names)])[0]

    def means_beside(self, mended: Sequence[str], others: Sequence[str]) -> dict[str, float]:
        """The mean with each of the others mended beside those."""
        sets = [frozenset({*mended, name}) for name in others]
        return {name: totals.mean for name, totals in zip(others, self(sets), strict=True)}


def choose_touchpoints(  # noqa: PLR0913
    candidates: Sequence[str],
    totals_of: TotalsOf,
    totals_felt: TotalsOf,
    *,
    ratings: Mapping[str, Ratings],
    rule: ChoiceRule,
    better: int = 1,
) -> ChosenTouchpoints:
    """Return which of the touchpoints to mend first.

    Parameters
        candidates: ids of touchpoints.
        totals_of: the chain with sets of touchpoints mended; asked for each set once.
        totals_felt: the same where no feeling at these touchpoints is below 0, either.
        ratings: headquarters' ratings by touchpoint.
        rule: how many, and by what.
        better: 1 where a higher headline is the better one, else -1; gains are positive where it gets better.
    """
    totals = _RememberedTotals(totals_of)
    names = sorted(candidates)
    bonus = {name: rule.bonus(ratings.get(name, NOT_RATED)) for name in names}
    path = _greedy_path(names, totals, bonus, rule.size, better)
    base, mended = totals.one(), totals.one(path.chosen)
    rest = [name for name in names if name not in path.chosen]
    path.steps |= {name: better * (mean - mended.mean) for name, mean in totals.means_beside(path.chosen, rest).items()}
    alone = dict(zip(names, totals([frozenset({name}) for name in names]), strict=True))
    felt = dict(zip(names, totals_felt([frozenset({name}) for name in names]), strict=True))
    draws = _resamples(len(base.sums), rule)
    among = _share_among(path.chosen, rest, totals, bonus, draws, better=better)
    places = {name: place for place, name in enumerate(path.chosen, 1)}
    ordered = path.chosen + sorted(rest, key=lambda name: (-(path.steps[name] + bonus[name]), name))
    return ChosenTouchpoints(
        base.mean,
        mended.mean,
        totals.one(names).mean,
        tuple(
            GainEstimate(
                touchpoint=name,
                gain=better * (alone[name].mean - base.mean),
                with_feelings=better * (felt[name].mean - base.mean),
                step=path.steps[name],
                interval=_interval(base, alone[name], draws, rule.level, better),
                feelings_interval=_interval(base, felt[name], draws, rule.level, better),
                among=among.get(name),
                bonus=bonus[name],
                place=places.get(name),
            )
            for name in ordered
        ),
    )


def _greedy_path(
    names: Sequence[str], totals: _RememberedTotals, bonus: Mapping[str, float], size: int, better: int
) -> _Path:
    path = _Path()
    while len(path.chosen) < size:
        before = totals.one(path.chosen).mean
        left = [name for name in names if name not in path.chosen]
        steps = {name: better * (mean - before) for name, mean in totals.means_beside(path.chosen, left).items()}
        # One that moves nothing is no way to better visits, however cheap it is.
        useful = [name for name, step in steps.items() if step > _CHANCE]
        if not useful:
            break
        best = min(useful, key=lambda name: (-round(steps[name] + bonus[name], 9), name))
        path.chosen.append(best)
        path.steps[best] = steps[best]
    return path


def _resamples(stores: int, rule: ChoiceRule) -> Numbers:
    """Return how often each store is drawn in each resample; none where there are fewer than two stores."""
    if stores < 2:
        return np.zeros((0, stores))
    draws = np.random.default_rng(rule.seed).multinomial(stores, np.full(stores, 1 / stores), size=rule.resamples)
    return draws.astype(np.float64)


def _interval(base: ChainTotals, mended: ChainTotals, draws: Numbers, level: float, better: int) -> Interval | None:
    if not len(draws):
        return None
    gains = better * (mended.means(draws) - base.means(draws))
    low, high = np.quantile(gains, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Interval(low, high)


def _share_among(  # noqa: PLR0913
    chosen: Sequence[str],
    rest: Sequence[str],
    totals: _RememberedTotals,
    bonus: Mapping[str, float],
    draws: Numbers,
    *,
    better: int,
) -> dict[str, float]:
    """Return how often each touchpoint is among so many as were chosen, when stores are drawn anew.

    In each resample touchpoints are put in order by what they bring beside the chosen ones: one of these by what would
    be lost without it, any other by what it would add. Choosing step by step in every resample would take thousands of
    evaluations of all visits; this takes one for each touchpoint.
    """
    if not len(draws):
        return {}
    names = [*chosen, *rest]
    if not rest:
        return dict.fromkeys(names, 1.0)
    whole = totals.one(chosen).means(draws)
    without = totals([frozenset(chosen) - {name} for name in chosen])
    beside = totals([frozenset({*chosen, name}) for name in rest])
    brought = [better * (whole - each.means(draws)) for each in without]
    brought += [better * (each.means(draws) - whole) for each in beside]
    values = np.round(np.column_stack(brought) + np.array([bonus[name] for name in names]), 9)
    # Ties go by id, as when choosing.
    by_id = np.argsort(names, kind="stable")
    order = by_id[np.argsort(-values[:, by_id], axis=1, kind="stable")]
    hits = np.zeros(len(names))
    for place in range(len(chosen)):
        hits += np.bincount(order[:, place], minlength=len(names))
    return dict(zip(names, (hits / len(draws)).tolist(), strict=True))
