"""The four lists a manager reads first, on a screen and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.terminal import one_line, print_bold, print_notes
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cemaudit.compare.action_lists import ActionLists, Judgement

__all__ = ["action_lists_to_dict", "print_action_lists"]

MOST_NAMED = 10
"""So many names stand in a line, and so many lines in a list; programs get all."""

LIST_TITLES = {
    "act_now": N_("Act now"),
    "watch": N_("Watch"),
    "fine": N_("Fine"),
    "not_enough_visits": N_("Not enough visits"),
}


def action_lists_to_dict(lists: ActionLists | None) -> dict[str, list[dict[str, Any]]] | None:
    """The four lists as plain JSON values; ``None`` where there can be none."""
    from cemaudit.compare.action_lists import Urgency

    if lists is None:
        return None
    return {
        urgency.value: [
            {
                "id": judgement.id or None,
                "name": str(judgement.name),
                "why": str(judgement.why),
                "count": judgement.size,
            }
            for judgement in lists.on(urgency)
        ]
        for urgency in Urgency
    }


def print_action_lists(lists: ActionLists) -> None:
    """Print the lists, the most urgent first; those that hold nobody share one line at the end."""
    from cemaudit.compare.action_lists import Urgency

    empty = []
    for urgency in Urgency:
        title, judgements = translate(LIST_TITLES[urgency.value]), lists.on(urgency)
        if not judgements:
            empty.append(title)
            continue
        click.echo()
        print_bold(f"{title} ({sum(judgement.size for judgement in judgements):,})")
        print_notes(_lines(judgements))
    if empty:
        click.echo()
        click.echo(str(message("None: {lists}", lists=", ".join(empty))))


def _lines(judgements: Sequence[Judgement]) -> Iterator[object]:
    """Names listed for the same reason in one line; of long lists how many more there are."""
    names_by_reason: dict[str, list[str]] = {}
    for judgement in judgements:
        names_by_reason.setdefault(str(judgement.why), []).append(one_line(str(judgement.name)))
    reasons = list(names_by_reason.items())
    for why, names in reasons[:MOST_NAMED]:
        # Of a name with a comma in it ("Doughnuts, Ice cream") nobody could say where it ends.
        separator = "; " if any("," in name for name in names[:MOST_NAMED]) else ", "
        listed = separator.join(names[:MOST_NAMED])
        if len(names) > MOST_NAMED:
            # Not in a place of the message: values of messages are cut where they are long.
            listed += f" {message('and {count} more (all: --json)', count=f'{len(names) - MOST_NAMED:,}')}"
        yield f"{listed}: {why}"
    if left := sum(len(names) for _, names in reasons[MOST_NAMED:]):
        yield message("and {count} more (all: --json)", count=f"{left:,}")
