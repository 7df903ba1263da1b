"""``cemaudit drafts``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.options import json_option
from cemaudit.cli.terminal import print_table
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.entry import Draft


_HEADINGS = (N_("Draft"), N_("Store"), N_("Checklist"), N_("Day"), N_("Answered"), N_("State"), N_("Changed"))
_STATES = {"open": N_("open"), "sealed": N_("sealed"), "discarded": N_("in the bin")}


@localized.command("drafts", help=N_("List the drafts of this machine."))
@localized.option("--all", "with_closed", is_flag=True, help=N_("Also those sealed or in the bin."))
@json_option
@localized.common_options
def command(with_closed: bool, as_json: bool) -> None:
    """A table, the oldest draft first."""
    from cemaudit.cli.home import home
    from cemaudit.entry import Desk, DraftState

    drafts = [draft for draft in Desk(home()).drafts() if with_closed or draft.state is DraftState.OPEN]
    if as_json:
        click.echo(json.dumps([draft_to_dict(draft) for draft in drafts], ensure_ascii=False, indent=2))
    elif drafts:
        print_table(_HEADINGS, [_row(draft) for draft in drafts], "rllllll")
    else:
        click.echo(str(message("no drafts; begin one with: cemaudit enter CHECKLIST --store CODE")))


def _row(draft: Draft) -> list[str]:
    record = draft_to_dict(draft)
    return [
        str(record["draft"]),
        record["store"],
        record["checklist"],
        record["day"] or "",
        f"{record['answered']}/{record['asked']}",
        translate(_STATES[record["state"]]),
        draft.changed.astimezone().strftime("%Y-%m-%d %H:%M"),
    ]


def draft_to_dict(draft: Draft) -> dict[str, Any]:
    """A draft as plain JSON values: how many of the questions that count are answered."""
    from cemaudit.entry import questions

    counted = [question for question in questions(draft) if question.counts()]
    return {
        "draft": draft.header.number,
        "visit": draft.visit.id,
        "store": draft.visit.store,
        "checklist": draft.checklist.ref,
        "day": draft.visit.day.isoformat() if draft.visit.day else draft.values.get("day"),
        "answered": sum(not question.is_open(draft.values) for question in counted),
        "asked": len(counted),
        "state": draft.state.value,
        "changed": draft.changed.isoformat(),
    }
