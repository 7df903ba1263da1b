"""``cemaudit effect``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.action_list_output import action_lists_to_dict, print_action_lists
from cemaudit.cli.comparison_json import compared_visits_to_dict
from cemaudit.cli.options import SnapshotOptions, level_option, open_selection, pool_key, pool_option, selection_options
from cemaudit.cli.output import OutputFormat, print_compared_measure, rows_options, write_rows
from cemaudit.cli.terminal import print_notes, print_section, print_table, screen_width
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.compare.intervention import ActionEffect
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
@level_option
@rows_options
@localized.common_options
def command(
    action: str,
    question: SnapshotOptions,
    pool: str | None,
    level: float | None,
    form: OutputFormat,
) -> None:
    """Find the effect, and show it."""
    from cemaudit.compare.from_snapshot import action_effect
    from cemaudit.compare.results import DEFAULT_RULES

    done, noted = _action(question.url, action)
    rules = replace(DEFAULT_RULES, level=level or DEFAULT_RULES.level)
    with open_selection(question) as opened:
        effect = action_effect(opened, question.asked(pool=pool_key(pool)), done, rules, noted)
    if not write_rows(form, _COLUMNS, [effect_row(effect)], lambda: effect_to_dict(effect)):
        print_effect(effect)


def _action(url: str | None, name: str) -> tuple[Action, date]:
    """The action as the ledger has it, and the day it was noted; ``BadInput`` without a ledger."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.actions import find_action, noted_days

    if url is None:
        hint = message("name it with --ledger or CEMAUDIT_LEDGER")
        raise BadInput(Problem(message("the ledger that knows the action is needed"), hint=hint))
    with open_ledger(url) as ledger:
        return find_action(ledger, name), noted_days(ledger)[name]


def effect_row(effect: ActionEffect) -> dict[str, Any]:
    """The effect of an action as a flat row."""
    return {
        "action": effect.action.id, "since": effect.action.since.isoformat(),
        "stores": effect.acted.stores, "before": effect.acted.before, "after": effect.acted.after,
        "other_stores": effect.others.stores, "other_before": effect.others.before, "other_after": effect.others.after,
        "naive": effect.naive, "regression": effect.regression, "other": effect.other, "effect": effect.effect,
        "se": effect.se, "low": effect.interval.low, "high": effect.interval.high,
        "smallest": effect.smallest_detectable, "told": effect.is_significant if effect.has_verdict else None,
        "noted": effect.action.noted and effect.action.noted.isoformat(), "seen_before": effect.seen_before,
        "gap_before": effect.selection.gap, "gap_by_chance": effect.selection.chance, "verdict": effect.has_verdict,
    }  # fmt: skip


def effect_to_dict(effect: ActionEffect) -> dict[str, Any]:
    """The effect of an action as plain JSON values, with its sentences."""
    from cemaudit.compare.action_lists import effect_lists
    from cemaudit.compare.wording import effect_conclusions

    facts = effect.facts
    return {
        "measure": facts.measure, **compared_visits_to_dict(facts), "level": effect.level, **effect_row(effect),
        "missing": effect.missing, "sentences": [str(sentence) for sentence in effect_conclusions(effect)],
        "action_lists": action_lists_to_dict(effect_lists(effect)),
    }  # fmt: skip


def print_effect(effect: ActionEffect) -> None:
    """Print what to do now, what the action did in words, the parts of the change, and the visits it rests on."""
    from cemaudit.compare.action_lists import effect_lists
    from cemaudit.compare.wording import FOOTNOTES, effect_conclusions, footnotes

    action = effect.action
    print_compared_measure(effect.facts)
    noted = action.noted or message("not known")
    text = message(
        "{action}: {what}, since {day} (noted on {noted})",
        action=action.id, what=action.what, day=action.since, noted=noted,
    )  # fmt: skip
    click.echo(str(text))
    print_action_lists(effect_lists(effect))
    click.echo()
    print_notes(sentence for sentence in effect_conclusions(effect) if sentence not in FOOTNOTES)
    (low, high), digits = effect.interval, effect.decimals
    rows = [
        [translate(N_("before and after")), f"{effect.naive:+.{digits}f}"],
        ["  " + translate(N_("regression to the mean")), f"{effect.regression:+.{digits}f}"],
        ["  " + translate(N_("common change, and what was asked")), f"{effect.other:+.{digits}f}"],
        ["  " + translate(N_("the action")), f"{effect.effect:+.{digits}f} ({low:+.{digits}f}..{high:+.{digits}f})"],
    ]
    print_table(_PARTS, rows, "lr", width=screen_width(), gap=True)
    groups = [
        [translate(title), str(counts.stores), str(counts.before), str(counts.after)]
        for title, counts in (
            (N_("stores with the action"), effect.acted),
            (N_("other stores"), effect.others),
        )
    ]
    print_table(_HEADINGS, groups, "lrrr", width=screen_width(), gap=True)
    print_section(N_("How to read this table"), footnotes(effect.facts))
