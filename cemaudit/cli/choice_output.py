"""The choice of touchpoints as JSON, rows, sentences and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.terminal import print_bold, print_notes, print_table
from cemaudit.language import N_, Message, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.intervals import Interval
    from cemaudit.compare.touchpoint_choice import GainEstimate, TouchpointChoice, TouchpointEvidence
    from cemaudit.errors import Sayable
    from cemaudit.ledger.export.columns import Kind

__all__ = ["CHOICE_COLUMNS", "choice_to_dict", "opening_lines", "print_choice", "reasons", "touchpoint_rows"]

_TEXTS = ("touchpoint", "title", "found_by", "wish")
_NAMES = (
    "place", "touchpoint", "title", "must_keep", "gain", "low", "high", "with_feelings", "with_feelings_low",
    "with_feelings_high", "step", "among", "bonus", "negative", "experienced", "claims", "blames", "missed", "cost",
    "novelty", "importance", "found_by", "wish",
)  # fmt: skip
CHOICE_COLUMNS: dict[str, Kind] = {name: "text" if name in _TEXTS else "number" for name in _NAMES}
CHOICE_COLUMNS["must_keep"] = "flag"


def touchpoint_rows(choice: TouchpointChoice) -> list[dict[str, Any]]:
    """A row for each touchpoint, the chosen ones first; points of the headline, and shares from 0 to 1."""
    return [_row(estimate, choice.evidence[estimate.touchpoint]) for estimate in choice.choice.estimates]


def _row(estimate: GainEstimate, evidence: TouchpointEvidence) -> dict[str, Any]:
    felt = estimate.feelings_interval
    return {
        "place": estimate.place, "touchpoint": estimate.touchpoint, "title": str(evidence.title),
        "must_keep": evidence.must_keep,
        "gain": estimate.gain,
        "low": estimate.interval and estimate.interval.low, "high": estimate.interval and estimate.interval.high,
        "with_feelings": estimate.with_feelings,
        "with_feelings_low": felt and felt.low, "with_feelings_high": felt and felt.high,
        "step": estimate.step, "among": estimate.among, "bonus": estimate.bonus,
        "negative": evidence.negative, "experienced": evidence.experienced,
        "claims": evidence.claims, "blames": evidence.blames, "missed": evidence.missed,
        "cost": evidence.ratings.cost, "novelty": evidence.ratings.novelty, "importance": evidence.ratings.importance,
        "found_by": ", ".join(map(str, evidence.found_by)) or None,
        "wish": str(evidence.wish) if evidence.wish else None,
    }  # fmt: skip


def choice_to_dict(choice: TouchpointChoice) -> dict[str, Any]:
    """A choice of touchpoints as plain JSON values."""
    rule = choice.rule
    return {
        "checklist": choice.checklist, "scheme": choice.scheme, "measure": choice.measure,
        "visits": choice.visits, "stores": choice.stores,
        "rule": {
            "n": rule.size, "cost": rule.cost, "novelty": rule.novelty, "importance": rule.importance,
            "seed": rule.seed, "resamples": rule.resamples, "level": rule.level,
        },
        "mean": choice.choice.mean, "mended": choice.choice.mended, "all_mended": choice.choice.all_mended,
        "chosen": list(choice.choice.chosen), "kept": list(choice.kept),
        "touchpoints": touchpoint_rows(choice), "notes": list(map(str, choice.notes)),
    }  # fmt: skip


def print_choice(choice: TouchpointChoice) -> None:
    """Print what is chosen, the gains, what speaks for each, and what must be said beside them."""
    print_bold(f"{choice.title} ({choice.checklist}; {choice.scheme})")
    print_notes(_summary_lines(choice))
    print_gains(choice)
    print_evidence(choice)
    click.echo()
    print_notes([*_reading_lines(choice), *choice.notes])


def _summary_lines(choice: TouchpointChoice) -> Iterator[Message]:
    found = choice.choice
    yield message("{visits} visits, {stores} stores.", visits=f"{choice.visits:,}", stores=f"{choice.stores:,}")
    yield message(
        "The mean is {mean}. With the {count} chosen touchpoints mended it would be {mended}; with all of them {all}, "
        "so leaving the rest forgoes {rest}.",
        mean=f"{found.mean:.1f}", count=len(found.chosen), mended=f"{found.mended:.1f}", all=f"{found.all_mended:.1f}",
        rest=f"{abs(found.all_mended - found.mended):.1f}",
    )  # fmt: skip
    if choice.kept:
        names = ", ".join(str(choice.evidence[name].title) for name in choice.kept)
        yield message("Must keep, beside the chosen (critical, a duty, or kept on request): {names}.", names=names)
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


def print_gains(choice: TouchpointChoice) -> None:
    """Print the gain of each touchpoint."""
    headings = (
        N_("Rank"), N_("Touchpoint"), N_("Gain"), N_("Interval"), N_("Added"), N_("Felt 0+"), N_("Chosen in"),
        N_("Bonus"),
    )  # fmt: skip
    rows = [
        [
            _place(choice, estimate),
            str(choice.evidence[estimate.touchpoint].title),
            f"{estimate.gain:+.2f}",
            _between(estimate.interval),
            f"{estimate.step:+.2f}",
            f"{estimate.with_feelings:+.2f}",
            "-" if estimate.among is None else f"{estimate.among:.0%}",
            f"{estimate.bonus:+.2f}",
        ]
        for estimate in choice.choice.estimates
    ]
    shown = len(headings) if choice.rule.is_weighed else len(headings) - 1
    print_table(headings[:shown], [row[:shown] for row in rows], "llrrrrrr"[:shown], gap=True)


def _place(choice: TouchpointChoice, estimate: GainEstimate) -> str:
    if estimate.place is not None:
        return str(estimate.place)
    return translate(N_("must keep")) if estimate.touchpoint in choice.kept else "-"


def _between(interval: Interval | None) -> str:
    return "-" if interval is None else f"{interval.low:.2f}..{interval.high:.2f}"


def print_evidence(choice: TouchpointChoice) -> None:
    """Print what speaks for each touchpoint beside its gain."""
    headings = (
        N_("Touchpoint"), N_("Negative"), N_("Claims"), N_("Blames"), N_("Points missed"), N_("Cost"), N_("Novelty"),
        N_("Importance"),
    )  # fmt: skip
    from cemaudit.compare.touchpoint_choice import Ratings

    rows = []
    for estimate in choice.choice.estimates:
        evidence = choice.evidence[estimate.touchpoint]
        rows.append(
            [
                str(evidence.title),
                _share(evidence.negative),
                str(evidence.claims),
                str(evidence.blames),
                _share(evidence.missed),
                *("-" if rating is None else str(rating) for rating in evidence.ratings),
            ]
        )
    is_rated = any(any(evidence.ratings) for evidence in choice.evidence.values())
    shown = len(headings) if is_rated else len(headings) - len(Ratings())
    print_table(headings[:shown], [row[:shown] for row in rows], "lrrrrrrr"[:shown], gap=True)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _reading_lines(choice: TouchpointChoice) -> Iterator[Message]:
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
            place=place, gain=f"{estimate.gain:+.2f}", interval=_between(estimate.interval),
            negative=_share(evidence.negative), claims=evidence.claims, blames=evidence.blames,
        )  # fmt: skip
        wish = [message("wished for: {wish}", wish=evidence.wish)] if evidence.wish else []
        lines[estimate.touchpoint] = [why, *wish]
    return lines
