"""The tables of what was measured, and what they say in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from judging import BELOW, TENTH, Flagging, Verdict

from cemaudit.compare.power_analysis import DetectionGoal, plan_sample_size

__all__ = ["UNEVEN", "flags", "flags_in_words", "in_words", "methods", "pairs", "table", "visits_needed"]

UNEVEN = "1 to 12 visits"
WAYS = {"raw": "plain mean", "shrunken": "shrunken alone", "cemaudit": "**cemaudit**"}
DIFFERENCES = (3, 5, 10, 15)
AIMS = {
    "between two stores": DetectionGoal(),
    "the same shoppers in both": DetectionGoal(same_shoppers=True),
    "off a target": DetectionGoal("target"),
}


def percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{100 * share:.1f} %"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is words."""
    lines = [f"| {' | '.join(headings)} |", f"|---|{'---:|' * (len(headings) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def methods(found: dict[str, Verdict], about: str) -> str:
    headings = [
        about,
        "",
        "rank correlation",
        "wrong in the lowest tenth",
        "of these better than half",
        "90 % intervals",
    ]
    rows = []
    for name, verdict in found.items():
        for place, (field, words) in enumerate(WAYS.items()):
            one = getattr(verdict, field)
            cells = [f"{one.correlation:.3f}", percent(one.wrong), percent(one.above), percent(one.cover)]
            rows.append(["" if place else name, words, *cells])
    return table(headings, rows).replace("|---|---:|", "|---|---|", 1)


def in_words(found: dict[str, Verdict], stores: int) -> str:
    uneven, tenth = found[UNEVEN], TENTH * stores
    raw, ours = ((round(one.wrong * tenth), round(one.above * tenth)) for one in (uneven.raw, uneven.cemaudit))
    lowest = (
        f"with the lowest plain means {raw[0]:,} do not belong there, and {raw[1]:,} are better than half of the chain"
    )
    return (
        f"In words, for {UNEVEN}: of the {tenth:,.0f} stores {lowest}; of the {tenth:,.0f} with the lowest scores of "
        f"cemaudit it is {ours[0]:,} and {ours[1]:,}."
    )


def flags(found: dict[str, Verdict]) -> str:
    """The lowest tenth, then the target."""
    lowest = [[name, *percents(_rule(one.lowest)[:4]), percent(one.lowest.found)] for name, one in found.items()]
    below = []
    for name, one in found.items():
        plain = one.plain_below.flagged, one.plain_below.wrong, one.plain_below.found
        below.append([name, *percents(plain), *percents(_rule(one.below)[:3]), percent(one.below.found)])
    headings = ["flagged: probably in the lowest tenth", "flagged", "wrong, as stated", "wrong, in truth",
                "wrong of as many lowest plain means", "found"]  # fmt: skip
    target = [f"target: {BELOW:g} points below the mean", "plain mean below it", "wrong", "found",
              "flagged: probably below it", "wrong, as stated", "wrong, in truth", "found"]  # fmt: skip
    return f"{table(headings, lowest)}\n\n{table(target, below)}"


def _rule(one: Flagging) -> tuple[float, ...]:
    return one.flagged, one.stated, one.wrong, one.plain


def percents(shares: Sequence[float]) -> list[str]:
    return [percent(share) for share in shares]


def flags_in_words(found: dict[str, Verdict], stores: int) -> str:
    one = found[UNEVEN]
    raw, ours = one.plain_below, one.below
    plain = f"plain means call {raw.flagged * stores:,.0f} stores below target, {percent(raw.wrong)} of them wrongly"
    flagged = f"{ours.flagged * stores:,.0f}, expects {percent(ours.stated)} of these to be wrong"
    return (
        f"In words, for {UNEVEN}: {plain}. cemaudit flags {flagged}, and {percent(ours.wrong)} are. The price: plain "
        f"means catch {percent(raw.found)} of the stores that truly are below, the flags {percent(ours.found)}."
    )


def pairs(found: dict[str, Verdict]) -> str:
    headings = [
        "",
        "pairs told apart at 95 %",
        "of these wrong, as stated",
        "in truth",
        "groups",
        "pairs in different groups",
        "all pairs then wrong, as stated",
        "in truth",
        "if all are ranked",
        "by plain means",
    ]
    rows = []
    for name, one in found.items():
        some = one.pairs
        first = [percent(share) for share in (some.told, some.stated, some.truth)]
        last = (some.ranked, some.stated_wrong, some.truly_wrong, some.full, some.raw)
        rows.append([name, *first, f"{some.groups:.0f}", *map(percent, last)])
    return table(headings, rows)


def visits_needed() -> str:
    """What ``cemaudit plan-visits`` says where nothing is known of the chain."""
    plans = {name: [plan_sample_size(difference, aim=aim) for difference in DIFFERENCES] for name, aim in AIMS.items()}
    rows = [[name, *(f"{plan.visits:,}" for plan in some)] for name, some in plans.items()]
    needed = table(["visits to see a difference of", *(f"{one} points" for one in DIFFERENCES)], rows)
    steps = plan_sample_size(DIFFERENCES[0]).steps
    shown = [
        ["smallest difference between two stores", *(f"{step.difference:.1f}" for step in steps)],
        ["reliability", *(f"{step.reliability:.2f}" for step in steps)],
    ]
    return f"{needed}\n\n{table(['what some visits of each show', *(str(step.visits) for step in steps)], shown)}"
