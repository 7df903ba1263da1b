"""What is to be said of an action's effect, in sentences for somebody who paid for it."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.compare.effect import Effect
from cemaudit.compare.telling import percent
from cemaudit.language import Message, message

__all__ = ["verdict"]

_SOME = 1.0


def verdict(effect: Effect) -> tuple[Message, ...]:
    """The sentences, the answer first."""
    return tuple(_sentences(effect))


def _sentences(effect: Effect) -> Iterator[Message]:
    yield _answer(effect)
    yield message(
        "The plain mean of these stores changed by {naive} points. By itself, for luck does not last (regression "
        "to the mean): {regression}; together with all stores, or with what was asked: {other}; the action: {effect}.",
        naive=f"{effect.naive:+.1f}", regression=f"{effect.regression:+.1f}", other=f"{effect.other:+.1f}",
        effect=f"{effect.effect:+.1f}",
    )  # fmt: skip
    if abs(effect.regression) > max(abs(effect.effect), _SOME):
        yield message("Comparing before and after alone would have misled: most of that difference is chance.")
    yield message(
        "It was not drawn by lot where the action was done: whatever else changed only there since {day} counts as its "
        "effect.",
        day=effect.action.since.isoformat(),
    )
    yield from effect.notes


def _answer(effect: Effect) -> Message:
    low, high = effect.interval
    values = {
        "action": effect.action.id,
        "effect": f"{abs(effect.effect):.1f}",
        "low": f"{low:+.1f}",
        "high": f"{high:+.1f}",
        "level": percent(effect.level),
        "smallest": f"{effect.smallest:.1f}",
    }
    if not effect.told:
        return message(
            "{action}: no effect that can be told from chance ({level} interval {low} to {high} points). So many "
            "visits would show effects of {smallest} points or more.",
            **values,
        )
    if effect.effect > 0 and effect.good:
        return message("{action} raised the score by {effect} points ({level} interval {low} to {high}).", **values)
    if effect.good:
        return message("{action} lowered the score, as it should, by {effect} points "
                       "({level} interval {low} to {high}).", **values)  # fmt: skip
    return message(
        "{action} did not help: since then these stores are worse by {effect} points ({level} interval {low} to "
        "{high}).",
        **values,
    )
