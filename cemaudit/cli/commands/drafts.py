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
    from cemaudit.entry.draft import Draft


_HEADINGS = (N_("Draft"), N_("Store"), N_("Checklist"), N_("Day"), N_("Answered"), N_("State"), N_("Changed"))
_STATES = {"open": N_("open"), "sealed": N_("sealed"), "discarded": N_("in the bin")}


@localized.command("drafts", help=N_("List the drafts of this machine."))
@localized.option("--all", "whole", is_flag=True, help=N_("Also those sealed or in the bin."))
@json_option
@localized.common_options
def command(whole: bool, as_json: bool) -> None:
    """A table, the oldest draft first."""
    from cemaudit.cli.home import home
    from cemaudit.entry.desk import Desk
    from cemaudit.entry.draft import DraftState

    drafts = [draft for draft in Desk(home()).drafts() if whole or draft.state is DraftState.OPEN]
    if as_json:
        click.echo(json.dumps([_record(draft) for draft in drafts], ensure_ascii=False, indent=2))
    elif drafts:
        print_table(_HEADINGS, [_row(draft) for draft in drafts], "rllllll")
    else:
        click.echo(str(message("no drafts; begin one with: cemaudit enter CHECKLIST --store CODE")))


def _row(draft: Draft) -> list[str]:
    record = _record(draft)
    return [
        str(record["draft"]),
        record["store"],
        record["checklist"],
        record["day"] or "",
        f"{record['answered']}/{record['asked']}",
        translate(_STATES[record["state"]]),
        draft.changed.astimezone().strftime("%Y-%m-%d %H:%M"),
    ]


def _record(draft: Draft) -> dict[str, Any]:
    from cemaudit.entry.questions import questions

    asked = [question for question in questions(draft) if question.counts()]
    return {
        "draft": draft.header.number,
        "visit": draft.visit.id,
        "store": draft.visit.store,
        "checklist": draft.checklist.ref,
        "day": draft.visit.day.isoformat() if draft.visit.day else draft.values.get("day"),
        "answered": sum(not question.is_open(draft.values) for question in asked),
        "asked": len(asked),
        "state": draft.state.value,
        "changed": draft.changed.isoformat(),
    }
