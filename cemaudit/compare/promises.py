"""Promises kept: the share of answers to the items that prove a value promise which did not fail.

    share = kept / answers,    with visits as clusters, for the answers of one visit are alike

    variance = m / (m - 1) * sum over visits of (kept_i - share * answers_i)^2 / answers^2     (m visits)
    n_eff = share * (1 - share) / variance * (m - 1) / m,    at most the number of answers

The variance of a share over clusters is that of a ratio (Cochran 1977, Sampling Techniques, sections 6.4 and 9A.4).
The interval is Wilson's with the effective number of answers in place of their number (Korn and Graubard 1998, Survey
Methodology 24:193-201; Dean and Pagano 2015, Journal of Survey Statistics and Methodology 3:484-503). Where all answers
agree there is no variance to be seen, and each visit counts as one answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cemaudit.compare.intervals import Interval, wilson_interval
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.model.platform import Platform, ValuePromise

__all__ = [
    "NO_ANSWERS",
    "KeptShare",
    "KeptTotals",
    "PromiseCell",
    "PromiseRecord",
    "PromiseSummary",
    "ProofItems",
    "kept_share",
    "nothing_proved",
    "promise_summary",
    "totals_of_visit",
]


class PromiseCell(NamedTuple):
    """A promise as a whole, or in one ``channel``."""

    promise: str
    channel: str | None = None


class KeptTotals(NamedTuple):
    """Whole numbers over visits that answered something: how many they are, their answers and those that kept a
    promise, and over these visits the sums of kept², kept · answers and answers².
    """

    visits: int = 0
    answers: int = 0
    kept: int = 0
    kept_squared: int = 0
    products: int = 0
    answers_squared: int = 0

    def and_also(self, other: KeptTotals) -> KeptTotals:
        """Return both together."""
        return KeptTotals(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


NO_ANSWERS = KeptTotals()
CellTotals = Mapping[PromiseCell, KeptTotals]


def totals_of_visit(answers: int, kept: int) -> KeptTotals:
    """Return the totals of one visit."""
    return KeptTotals(1, answers, kept, kept * kept, kept * answers, answers * answers) if answers else NO_ANSWERS


class KeptShare(NamedTuple):
    """``kept`` of ``answers`` in so many ``visits``; ``share`` is ``None`` without answers: not known, never 0."""

    kept: int
    answers: int
    visits: int
    interval: Interval

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return self.kept / self.answers if self.answers else None

    def is_below(self, other: KeptShare) -> bool:
        """Whether it is lower than the share of ``other`` by more than chance: its interval lies below."""
        return self.share is not None and other.share is not None and self.interval.high < other.share

    def is_above(self, other: KeptShare) -> bool:
        """Whether it is higher than the share of ``other`` by more than chance: its interval lies above."""
        return self.share is not None and other.share is not None and self.interval.low > other.share


def kept_share(totals: KeptTotals, level: float = DEFAULT_RULES.level) -> KeptShare:
    """Return the share with its interval, which is meant to hold the truth with probability ``level`` (0 to 1)."""
    visits, answers, kept = totals.visits, totals.answers, totals.kept
    if not answers:
        return KeptShare(0, 0, 0, Interval(0.0, 1.0))
    effective = _effective_answers(totals)
    interval = wilson_interval(kept * effective / answers, effective, level)
    share = kept / answers
    # The last digit of a limit may lie on the wrong side of a share of 0 or 1.
    return KeptShare(kept, answers, visits, Interval(min(interval.low, share), max(interval.high, share)))


def _effective_answers(totals: KeptTotals) -> float:
    """Return as many independent answers as would say the same."""
    visits, answers, kept = totals.visits, totals.answers, totals.kept
    if visits == 1 or kept in {0, answers}:
        return float(visits)
    # In whole numbers, answers² times the sum of squared residuals: nothing is lost to rounding.
    residuals = (
        totals.kept_squared * answers**2
        - 2 * totals.products * kept * answers
        + totals.answers_squared * kept**2
    )  # fmt: skip
    if not residuals:
        return float(answers)
    return min(kept * (answers - kept) * answers**2 * (visits - 1) ** 2 / (residuals * visits**2), float(answers))


def nothing_proved(platform: Platform, refs: Iterable[str]) -> BadInput:
    """Return the refusal of checklists (``id@version``) none of whose items proves a promise of the platform."""
    named = ", ".join(refs) or "-"
    text = message("no item of {refs} proves a promise of {platform}", refs=named, platform=platform.ref)
    return BadInput(Problem(text, hint=message("list items of these checklists under proofs; see docs/promises.md")))


class ProofItems(NamedTuple):
    """The items of a checklist (``id@version``) that prove a promise."""

    checklist: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """How far a promise is kept by the chain, in each channel and by each store that answered for it, best first.

    ``proofs``: the items that prove it; none: nobody audits it.
    """

    promise: ValuePromise
    proofs: tuple[ProofItems, ...]
    chain: KeptShare
    channels: Mapping[str, KeptShare]
    stores: Mapping[str, KeptShare]

    @property
    def is_audited(self) -> bool:
        """Whether any item proves it."""
        return bool(self.proofs)

    def unlike_the_chain(self) -> tuple[list[str], list[str]]:
        """Return the stores whose share is below the chain's by more than chance, lowest first, and those above."""
        below = [store for store, share in reversed(list(self.stores.items())) if share.is_below(self.chain)]
        above = [store for store, share in self.stores.items() if share.is_above(self.chain)]
        return below, above

    @property
    def low_channels(self) -> tuple[str, ...]:
        """The channels whose interval lies below that of the channel with the highest share, the lowest last."""
        best = next(iter(self.channels.values()), None)
        return tuple(name for name, share in self.channels.items() if best and share.interval.high < best.interval.low)

    @property
    def worst_channel(self) -> str | None:
        """The lowest of the channels that are below the best one by more than chance."""
        return self.low_channels[-1] if self.low_channels else None

    @property
    def worst_store(self) -> str | None:
        """The lowest of the stores that are below the chain by more than chance."""
        below, _ = self.unlike_the_chain()
        return below[0] if below else None


@dataclass(frozen=True)
class PromiseSummary:
    """How far the promises of a ``platform`` are kept in the visits that answer ``checklists`` (``id@version``).

    ``level``: how often an interval is meant to hold the truth.
    """

    platform: Platform
    checklists: tuple[str, ...]
    records: tuple[PromiseRecord, ...]
    level: float

    @property
    def stores(self) -> frozenset[str]:
        """The stores that answered for any promise, by id."""
        return frozenset(store for record in self.records for store in record.stores)


def promise_summary(
    platform: Platform,
    proofs: Mapping[str, Mapping[str, tuple[str, ...]]],
    totals: Mapping[str, CellTotals],
    level: float = DEFAULT_RULES.level,
) -> PromiseSummary:
    """Return how far each promise is kept.

    Parameters
        platform: whose promises.
        proofs: the items that prove each promise, by checklist (``id@version``) and promise.
        totals: by store; promises as a whole and in each channel.
        level: how often an interval is meant to hold the truth.
    """
    return PromiseSummary(
        platform,
        tuple(proofs),
        tuple(_record(promise, _proofs_of(promise.id, proofs), totals, level) for promise in platform.promises),
        level,
    )


def _proofs_of(promise: str, proofs: Mapping[str, Mapping[str, tuple[str, ...]]]) -> tuple[ProofItems, ...]:
    return tuple(ProofItems(ref, items[promise]) for ref, items in proofs.items() if promise in items)


def _record(
    promise: ValuePromise, proofs: tuple[ProofItems, ...], totals: Mapping[str, CellTotals], level: float
) -> PromiseRecord:
    own = {store: cells.get(PromiseCell(promise.id), NO_ANSWERS) for store, cells in totals.items()}
    chain = kept_share(_together(own.values()), level)
    stores = _best_first({store: kept_share(each, level) for store, each in own.items() if each.answers})
    names = {cell.channel for cells in totals.values() for cell in cells if cell.promise == promise.id and cell.channel}
    by_channel = {
        name: _together(cells.get(PromiseCell(promise.id, name), NO_ANSWERS) for cells in totals.values())
        for name in sorted(names)
    }
    channels = _best_first({name: kept_share(each, level) for name, each in by_channel.items() if each.answers})
    return PromiseRecord(promise, proofs, chain, channels, stores)


def _together(totals: Iterable[KeptTotals]) -> KeptTotals:
    total = NO_ANSWERS
    for each in totals:
        total = total.and_also(each)
    return total


def _best_first(shares: Mapping[str, KeptShare]) -> dict[str, KeptShare]:
    """Return shares by name, the highest first; of equal ones the one with more answers, then by name."""
    return dict(sorted(shares.items(), key=lambda pair: (-(pair[1].share or 0.0), -pair[1].answers, pair[0])))
