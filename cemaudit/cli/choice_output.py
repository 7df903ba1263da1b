"""The choice of touchpoints as JSON, rows, sentences and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.terminal import print_bold, print_notes, print_table
from cemaudit.language import N_, translate

if TYPE_CHECKING:
    from cemaudit.compare.touchpoint_choice import GainEstimate, TouchpointChoice, TouchpointEvidence
    from cemaudit.ledger.export.columns import Kind

__all__ = ["CHOICE_COLUMNS", "choice_to_dict", "print_choice", "touchpoint_rows"]

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
    from cemaudit.compare.choice_wording import reading_lines, summary_lines

    print_bold(f"{choice.title} ({choice.checklist}; {choice.scheme})")
    print_notes(summary_lines(choice))
    print_gains(choice)
    print_evidence(choice)
    click.echo()
    print_notes([*reading_lines(choice), *choice.notes])


def print_gains(choice: TouchpointChoice) -> None:
    """Print the gain of each touchpoint."""
    from cemaudit.compare.choice_wording import between, percent_of

    headings = (
        N_("Rank"), N_("Touchpoint"), N_("Gain"), N_("Interval"), N_("Added"), N_("Felt 0+"), N_("Chosen in"),
        N_("Bonus"),
    )  # fmt: skip
    rows = [
        [
            _place(choice, estimate),
            str(choice.evidence[estimate.touchpoint].title),
            f"{estimate.gain:+.2f}",
            between(estimate.interval),
            f"{estimate.step:+.2f}",
            f"{estimate.with_feelings:+.2f}",
            percent_of(estimate.among),
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


def print_evidence(choice: TouchpointChoice) -> None:
    """Print what speaks for each touchpoint beside its gain."""
    headings = (
        N_("Touchpoint"), N_("Negative"), N_("Claims"), N_("Blames"), N_("Missed"), N_("Cost"), N_("Novelty"),
        N_("Importance"),
    )  # fmt: skip
    from cemaudit.compare.choice_wording import percent_of
    from cemaudit.compare.touchpoint_choice import Ratings

    rows = []
    for estimate in choice.choice.estimates:
        evidence = choice.evidence[estimate.touchpoint]
        rows.append(
            [
                str(evidence.title),
                percent_of(evidence.negative),
                str(evidence.claims),
                str(evidence.blames),
                percent_of(evidence.missed),
                *("-" if rating is None else str(rating) for rating in evidence.ratings),
            ]
        )
    is_rated = any(any(evidence.ratings) for evidence in choice.evidence.values())
    shown = len(headings) if is_rated else len(headings) - len(Ratings())
    print_table(headings[:shown], [row[:shown] for row in rows], "lrrrrrrr"[:shown], gap=True)
