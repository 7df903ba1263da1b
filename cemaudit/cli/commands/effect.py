"""``cemaudit effect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.localized import PROBABILITY
from cemaudit.cli.options import SnapshotOptions, open_selection, pool_key, pool_option, selection_options
from cemaudit.cli.output import OutputFormat, print_compared_measure, rows_options, write_rows
from cemaudit.cli.terminal import print_notes, print_table, screen_width
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.effect import ActionEffect
    from cemaudit.ledger.actions import Action
    from cemaudit.ledger.export.columns import Kind


_COLUMNS: dict[str, Kind] = {
    "action": "text", "since": "text", "stores": "whole", "before": "whole", "after": "whole", "other_stores": "whole",
    "other_before": "whole", "other_after": "whole", "naive": "number", "regression": "number", "other": "number",
    "effect": "number", "se": "number", "low": "number", "high": "number", "smallest": "number", "told": "flag",
}  # fmt: skip

_HEADINGS = (N_("Group of stores"), N_("Stores"), N_("Visits before"), N_("Visits after"))
_PARTS = (N_("Component of the change"), N_("Score points"))


@localized.command(
    "effect",
    help=N_(
        "Estimate what an action did to the scores of its stores: the plain change, the part due to regression to "
        "the mean, and the effect of the action with its interval."
    ),
)
@click.argument("action")
@selection_options
@pool_option
@localized.option("--level", type=PROBABILITY, metavar="P",
              help=N_("Confidence level of intervals (0.9)."))  # fmt: skip
@rows_options
@localized.common_options
def command(
    action: str,
    question: SnapshotOptions,
    pool: str | None,
    level: float | None,
    as_json: bool,
    as_csv: bool,
    xlsx: Path | None,
) -> None:
    """Find the effect, and show it."""
    from cemaudit.compare.effect import action_effect
    from cemaudit.compare.results import DEFAULT_RULES

    done = _action(question.url, action)
    rules = DEFAULT_RULES._replace(level=level or DEFAULT_RULES.level)
    with open_selection(question) as opened:
        effect = action_effect(opened, question.asked(pool=pool_key(pool)), done, rules)
    if not write_rows(OutputFormat(as_json, as_csv, xlsx), _COLUMNS, [_row(effect)], lambda: _document(effect)):
        _show(effect)


def _action(url: str | None, name: str) -> Action:
    """The action as the ledger has it; ``BadInput`` without a ledger."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.actions import find_action

    if url is None:
        hint = message("name it with --ledger or CEMAUDIT_LEDGER")
        raise BadInput(Problem(message("the ledger that knows the action is needed"), hint=hint))
    with open_ledger(url) as ledger:
        return find_action(ledger, name)


def _row(found: ActionEffect) -> dict[str, Any]:
    return {
        "action": found.action.id, "since": found.action.since.isoformat(),
        "stores": found.acted.stores, "before": found.acted.before, "after": found.acted.after,
        "other_stores": found.others.stores, "other_before": found.others.before, "other_after": found.others.after,
        "naive": found.naive, "regression": found.regression, "other": found.other, "effect": found.effect,
        "se": found.se, "low": found.interval.low, "high": found.interval.high, "smallest": found.smallest_detectable,
        "told": found.told,
    }  # fmt: skip


def _document(found: ActionEffect) -> dict[str, Any]:
    from cemaudit.compare.wording import effect_conclusions

    facts = found.facts
    return {
        "measure": facts.measure, "better": facts.better, "visits": facts.visits, "left_out": dict(facts.left_out),
        "checklists": facts.checklists, "schemes": facts.schemes, "level": found.level, **_row(found),
        "missing": found.missing, "sentences": [str(sentence) for sentence in effect_conclusions(found)],
    }  # fmt: skip


def _show(found: ActionEffect) -> None:
    from cemaudit.compare.wording import effect_conclusions

    action = found.action
    print_compared_measure(found.facts)
    click.echo(str(message("{action}: {what}, since {day}", action=action.id, what=action.what, day=action.since)))
    click.echo()
    print_notes(effect_conclusions(found))
    low, high = found.interval
    rows = [
        [translate(N_("before and after")), f"{found.naive:+.1f}"],
        ["  " + translate(N_("regression to the mean")), f"{found.regression:+.1f}"],
        ["  " + translate(N_("common change, and what was asked")), f"{found.other:+.1f}"],
        ["  " + translate(N_("the action")), f"{found.effect:+.1f} ({low:+.1f}..{high:+.1f})"],
    ]
    print_table(_PARTS, rows, "lr", width=screen_width(), gap=True)
    groups = [
        [translate(title), str(counts.stores), str(counts.before), str(counts.after)]
        for title, counts in (
            (N_("stores with the action"), found.acted),
            (N_("other stores"), found.others),
        )
    ]
    print_table(_HEADINGS, groups, "lrrr", width=screen_width(), gap=True)
