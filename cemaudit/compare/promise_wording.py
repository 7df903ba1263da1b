"""What promises kept say in words: what the answers show, what they cannot show, and how to read the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cemaudit.compare.promises import PromiseRecord, PromiseSummary
from cemaudit.compare.touchpoint_choice import Enumeration
from cemaudit.errors import Sayable
from cemaudit.language import message

__all__ = ["promise_legend", "promise_limitations", "promise_sentences"]

_MOST_NAMED = 10


def promise_sentences(summary: PromiseSummary, names: Mapping[str, str]) -> Iterator[Sayable]:
    """Yield what the answers show: the promise kept least, and stores unlike the chain (``names`` by id)."""
    answered = [record for record in summary.records if record.chain.share is not None]
    if len(answered) > 1:
        least = min(answered, key=lambda record: record.chain.share or 0.0)
        share, low, high = least.chain.share or 0.0, *least.chain.interval
        text = message(
            "Kept least ({share} %, {low} to {high}):",
            share=f"{share * 100:.0f}", low=f"{low * 100:.0f}", high=f"{high * 100:.0f}",
        )  # fmt: skip
        yield Enumeration(text, (least.promise.title,))
    for record in answered:
        below, above = record.unlike_the_chain()
        if below:
            text = message("{promise}: stores that keep it less often than the chain, by more than chance:",
                           promise=record.promise.title)  # fmt: skip
            yield Enumeration(text, _first(below, names))
        if above:
            text = message("{promise}: stores that keep it more often than the chain, by more than chance:",
                           promise=record.promise.title)  # fmt: skip
            yield Enumeration(text, _first(above, names))


def _first(stores: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    more = [f"... (+{len(stores) - _MOST_NAMED})"] if len(stores) > _MOST_NAMED else []
    return (*(names.get(store, store) for store in stores[:_MOST_NAMED]), *more)


def promise_limitations(summary: PromiseSummary) -> Iterator[Sayable]:
    """Yield what the answers cannot show."""
    unaudited = _titles(record for record in summary.records if not record.is_audited)
    if unaudited:
        yield Enumeration(message("Nobody audits it (no item asked about proves it):"), unaudited)
    unknown = _titles(record for record in summary.records if record.is_audited and record.chain.share is None)
    if unknown:
        yield Enumeration(message("Not known (no visit answered an item that proves it):"), unknown)
    compared = max((len(record.stores) for record in summary.records), default=0)
    if compared > 1:
        # Half of the intervals that miss the truth lie below it, half above.
        yield message(
            "For each promise about {count} stores would seem to keep it less often, and as many more often, by "
            "chance alone.",
            count=f"{compared * (1 - summary.level) / 2:.1f}",
        )  # fmt: skip
    yield message("None of this is adjusted for strict and mild shoppers.")


def _titles(records: Iterator[PromiseRecord]) -> tuple[Sayable, ...]:
    return tuple(record.promise.title for record in records)


def promise_legend(summary: PromiseSummary) -> Iterator[Sayable]:
    """Yield what the columns of promises mean."""
    yield message(
        "Kept: the share of answers to the items that prove the promise which did not fail, in percent, with its "
        "interval ({level} %), for which the answers of one visit count as alike.",
        level=f"{summary.level * 100:g}",
    )
    yield message(
        "Worst store, worst channel: the one with the lowest share, where its interval lies below the chain's share (a "
        "channel: below the interval of the best channel); else -."
    )
