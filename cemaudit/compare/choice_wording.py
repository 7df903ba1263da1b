"""What a choice of touchpoints says in words: the summary, how to read the figures, and a reason for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cemaudit.compare.intervals import Interval
from cemaudit.compare.touchpoint_choice import Enumeration, TouchpointChoice
from cemaudit.errors import Sayable
from cemaudit.language import Message, message

__all__ = ["between", "opening_lines", "percent_of", "reading_lines", "reasons", "rule_sentence", "summary_lines"]


def between(interval: Interval | None) -> str:
    """Return an interval of points as text."""
    return "-" if interval is None else f"{interval.low:.2f}..{interval.high:.2f}"


def percent_of(share: float | None) -> str:
    """Return a share of 0 to 1 as text."""
    return "-" if share is None else f"{share:.0%}"


def summary_lines(choice: TouchpointChoice) -> Iterator[Sayable]:
    """Yield what a choice comes to: the mean as it is and mended, what is kept, and the rule."""
    gains = choice.choice
    yield message("{visits} visits, {stores} stores.", visits=f"{choice.visits:,}", stores=f"{choice.stores:,}")
    yield message(
        "The mean is {mean}. With the {count} chosen touchpoints mended it would be {mended}; with all of them {all}, "
        "so leaving the rest forgoes {rest}.",
        mean=f"{gains.mean:.1f}", count=len(gains.chosen), mended=f"{gains.mended:.1f}", all=f"{gains.all_mended:.1f}",
        rest=f"{abs(gains.all_mended - gains.mended):.1f}",
    )  # fmt: skip
    if choice.kept:
        names = tuple(choice.evidence[name].title for name in choice.kept)
        yield Enumeration(message("Must keep, beside the chosen (critical, a duty, or kept on request):"), names)
    yield rule_sentence(choice)


def rule_sentence(choice: TouchpointChoice) -> Message:
    """The rule that touchpoints were chosen by."""
    rule = choice.rule
    if not rule.is_weighed:
        return message("Chosen one after the other by what each adds to the mean; cost and novelty do not count.")
    return message(
        "Chosen one after the other by what each adds to the mean, less {cost} for a step of cost above 3, plus "
        "{novelty} for one of novelty and {importance} for one of importance.",
        cost=f"{rule.cost:g}", novelty=f"{rule.novelty:g}", importance=f"{rule.importance:g}",
    )  # fmt: skip


def reading_lines(choice: TouchpointChoice) -> Iterator[Message]:
    """Yield how the figures of a choice are read."""
    rule = choice.rule
    yield message(
        "Gain: what the mean would gain if every answer given at the touchpoint that earns points were the best one; "
        "feelings stay as they were. Felt 0+: the same, and nobody felt worse than 0 there."
    )
    yield message(
        "Added: what it adds beside those chosen before it, or, where it is not chosen, beside all the chosen. Gains "
        "do not add up where scores are capped."
    )
    yield message(
        "Chosen in: how often it is among the chosen when stores are drawn anew ({resamples} resamples, seed {seed}); "
        "intervals at {level}.",
        resamples=f"{rule.resamples:,}", seed=rule.seed, level=f"{rule.level:.0%}",
    )  # fmt: skip


def opening_lines(choice: TouchpointChoice) -> list[Sayable]:
    """What stands at the head of a checklist drawn by a choice."""
    return [
        message(
            "Drawn from {checklist} by what mending each touchpoint would bring under {scheme}: {visits} visits, "
            "{stores} stores.",
            checklist=choice.checklist, scheme=choice.scheme, visits=f"{choice.visits:,}", stores=f"{choice.stores:,}",
        ),
        rule_sentence(choice),
    ]  # fmt: skip


def reasons(choice: TouchpointChoice) -> Mapping[str, list[Sayable]]:
    """Why each touchpoint is in the checklist, and the experience wished for."""
    lines: dict[str, list[Sayable]] = {}
    for estimate in choice.choice.estimates:
        evidence = choice.evidence[estimate.touchpoint]
        if estimate.place is None and estimate.touchpoint not in choice.kept:
            continue
        place = message("must keep") if estimate.place is None else message("place {place}", place=estimate.place)
        why = message(
            "{place}: gain {gain} ({interval}), negative {negative}, claims {claims}, blames {blames}",
            place=place, gain=f"{estimate.gain:+.2f}", interval=between(estimate.interval),
            negative=percent_of(evidence.negative), claims=evidence.claims, blames=evidence.blames,
        )  # fmt: skip
        wish = [Enumeration(message("wished for:"), (evidence.wish,))] if evidence.wish else []
        lines[estimate.touchpoint] = [why, *wish]
    return lines
