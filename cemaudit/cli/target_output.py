"""What ``compare --target`` says where stores cannot be compared: the plain mean beside the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.cli.comparison_json import COLUMNS, compared_visits_to_dict
from cemaudit.cli.options import measure_ranges
from cemaudit.cli.output import OutputFormat, print_compared_measure, write_rows
from cemaudit.cli.terminal import print_section
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cemaudit.compare.errors import NotEstimable
    from cemaudit.compare.results import ComparisonRules
    from cemaudit.compare.selection import Selection
    from cemaudit.compare.target_check import TargetCheck
    from cemaudit.errors import Sayable
    from cemaudit.ledger.query.reading import Local

__all__ = ["show_target_check"]

_ANSWERED = ("one-store", "equal")
"""The reasons for which there is no league and a mean all the same."""


def show_target_check(
    reading: Local,
    selection: Selection,
    target: float,
    rules: ComparisonRules,
    refusal: NotEstimable,
    form: OutputFormat,
) -> None:
    """Show what the plain mean says of a target; ``refusal``, raised again where it says nothing, is why no more."""
    from cemaudit.compare.errors import NotEstimable
    from cemaudit.compare.from_snapshot import check_target_in
    from cemaudit.compare.intervals import Interval

    if refusal.reason not in _ANSWERED:
        raise refusal
    ranges = [Interval(span.low, span.high) for _, span in measure_ranges(reading, selection)]
    span = Interval(min(span.low for span in ranges), max(span.high for span in ranges)) if ranges else None
    try:
        check = check_target_in(reading, selection, target, rules.level, span)
    except NotEstimable as differing:
        raise (refusal if differing.reason == "differ" else differing) from refusal
    names = reading.store_names()
    rows = [_row(check, names, place) for place in range(len(check.stores))]
    reasons = [
        refusal.problems[0].what,
        message("None of this is adjusted for strict and mild shoppers."),
        *check.facts.notes,
    ]
    from cemaudit.compare.action_lists import target_lists

    name = rows[0]["name"] if len(rows) == 1 else message("All stores")
    lists = target_lists(check, name)
    document = {"action_lists": action_lists_to_dict(lists)}
    if not write_rows(form, COLUMNS, rows, lambda: _target_check_to_dict(check, rows, reasons) | document):
        from cemaudit.compare.target_check import target_conclusions
        from cemaudit.compare.wording import FOOTNOTES

        print_compared_measure(check.facts)
        print_action_lists(lists)
        print_section(N_("What the data show"), target_conclusions(check))
        print_section(N_("What the data cannot show"), [reason for reason in reasons if reason not in FOOTNOTES])


def _row(check: TargetCheck, names: Mapping[str | None, str], place: int) -> dict[str, Any]:
    """The row of a store: its visits and their mean, and nothing in the columns of a league."""
    store = check.stores[place]
    own = {"store": store.store, "name": names.get(store.store, store.store), "visits": store.visits}
    return {**dict.fromkeys(COLUMNS), **own, "raw": store.mean, "flagged": False, "apart": False}


def _target_check_to_dict(check: TargetCheck, rows: list[dict[str, Any]], reasons: list[Sayable]) -> dict[str, Any]:
    """The answer as plain JSON values, under the keys that a league has for the same."""
    from cemaudit.compare.target_check import target_conclusions

    facts = check.facts
    return {
        "measure": facts.measure,
        "unit": "store",
        "target": check.target,
        **compared_visits_to_dict(facts),
        "level": check.level,
        "mean": check.mean,
        "interval": list(check.interval) if check.interval else None,
        "no_interval": str(check.no_interval) if check.no_interval else None,
        "target_met": check.is_met,
        "can_be_told": [str(sentence) for sentence in target_conclusions(check)],
        "cannot_be_told": [str(sentence) for sentence in reasons],
        "standings": rows,
    }
