"""Drop-outs: episodes in which a planned visit did not happen, of all episodes of a store, a wave, or the chain.

The share is d / n, of n episodes of which d missed a visit, with Wilson's interval. A drop-out is in the score of its
episode, too, where each missing visit counts; the share stands beside it so that nobody has to guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cemaudit.compare.intervals import Interval, wilson_interval
from cemaudit.compare.wording import whole_percent
from cemaudit.language import Message, message

__all__ = ["DropOutCounts", "DropOutShare", "DropOuts", "drop_out_sentences", "drop_outs_of"]


class DropOutCounts(NamedTuple):
    """``episodes``, how many of them ``dropped_out``, their ``missing`` visits, and episodes whose plan is known."""

    episodes: int = 0
    dropped_out: int = 0
    missing: int = 0
    planned: int = 0


class DropOutShare(NamedTuple):
    """What is counted, and where the share of drop-outs (0 to 1) lies."""

    counts: DropOutCounts
    interval: Interval

    @property
    def share(self) -> float:
        """0 to 1; there is an episode at least."""
        return self.counts.dropped_out / self.counts.episodes


@dataclass(frozen=True)
class DropOuts:
    """The drop-outs of each value of ``key`` (``store``, ``wave`` ...) that has an episode, and of all: ``whole``.

    ``whole`` is ``None`` without any episode. ``level``: how often an interval is meant to hold the truth.
    """

    key: str
    shares: Mapping[str | None, DropOutShare]
    whole: DropOutShare | None
    level: float


def drop_outs_of(key: str, counts: Mapping[str | None, DropOutCounts], level: float) -> DropOuts:
    """Return the shares of counts by the values of a key."""
    totals = DropOutCounts(*map(sum, zip(*counts.values(), strict=True)))
    shares = {value: _share(of_value, level) for value, of_value in counts.items() if of_value.episodes}
    return DropOuts(key, shares, _share(totals, level) if totals.episodes else None, level)


def _share(counts: DropOutCounts, level: float) -> DropOutShare:
    return DropOutShare(counts, wilson_interval(counts.dropped_out, counts.episodes, level))


def drop_out_sentences(drop_outs: DropOuts) -> Iterator[Message]:
    """Yield what is to be said of drop-outs, and of what is not known of them."""
    whole = drop_outs.whole
    if whole is None:
        return
    episodes, dropped_out, missing, planned = whole.counts
    yield message(
        "Drop-outs: {dropped} of {episodes} episodes missed a planned visit, {share} ({low} to {high}).",
        dropped=f"{dropped_out:,}",
        episodes=f"{episodes:,}",
        share=whole_percent(whole.share),
        low=whole_percent(whole.interval.low),
        high=whole_percent(whole.interval.high),
    )
    if missing:
        yield message(
            "Planned visits that did not happen: {missing}. Each counts in the score of its episode as 0, or as the "
            "worst visit where that is below 0.",
            missing=f"{missing:,}",
        )
    if planned < episodes:
        yield message(
            "Episodes whose plan is not known: {count}. Of these a drop-out is seen only where the numbers of visits "
            "leave a gap.",
            count=f"{episodes - planned:,}",
        )
