"""``cemaudit actions``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.localized import group
from cemaudit.cli.options import FILE, json_option, ledger_option
from cemaudit.cli.terminal import print_table
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger.actions import Action, Kind


_ABOUT = {
    "add": N_("Record an action."),
    "import": N_("Record the actions of a table."),
    "list": N_("List the actions."),
}

KINDS = {"eliminate": N_("eliminate"), "reduce": N_("reduce"), "raise": N_("raise"), "create": N_("create")}
_HEADINGS = (N_("Action"), N_("Kind"), N_("What"), N_("Responsible"), N_("Since"), N_("Stores"))


@group("actions", N_("What was decided to change in stores; 'cemaudit effect' says whether it worked."), _ABOUT)
def command() -> None:
    """The group; its commands follow."""


@localized.command("add", help=N_("Record an action: what is done in which stores, and from which day."))
@click.argument("action")
@ledger_option
@localized.option("--kind", required=True, type=click.Choice(list(KINDS)), help=N_("What is done to it."))
@localized.option("--what", required=True, metavar="TEXT", help=N_("What is done, in a few words."))
@localized.option("--owner", default="", metavar="TEXT", help=N_("Who is responsible."))
@localized.option(
    "--since", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help=N_("The day it begins.")
)
@localized.option("--store", "stores", multiple=True, required=True, metavar="ID", help=N_("A store where it is done."))
@localized.common_options
def add(action: str, url: str, kind: Kind, what: str, owner: str, since: datetime, stores: tuple[str, ...]) -> None:
    """Note one."""
    from pydantic import ValidationError

    from cemaudit.errors import BadInput
    from cemaudit.ledger import Action
    from cemaudit.model import faults

    data = {"id": action, "kind": kind, "what": what, "owner": owner, "since": since.date(), "stores": stores}
    try:
        noted = Action.model_validate(data)
    except ValidationError as error:
        raise BadInput(faults.problems(error, data)) from error
    _keep(url, [noted])


@localized.command(
    "import",
    help=N_("Record the actions of a CSV or XLSX table with one row per store: id, kind, what, owner, since, store."),
)
@click.argument("file", type=FILE)
@ledger_option
@localized.common_options
def import_(file: Path, url: str) -> None:
    """Note all of a file, or none."""
    from cemaudit.ledger.actions import read_actions

    _keep(url, read_actions(file))


def _keep(url: str, actions: list[Action]) -> None:
    from cemaudit.ledger import open_ledger, save_actions

    with open_ledger(url) as ledger:
        noted = save_actions(ledger, actions)
    same = len(actions) - noted
    click.echo(str(message("{noted} noted + {same} as before", noted=noted, same=same)))


@localized.command("list", help=N_("List the actions the ledger knows, the earliest first."))
@ledger_option
@json_option
@localized.common_options
def list_(url: str, as_json: bool) -> None:
    """One line, or one JSON object, for each action."""
    from cemaudit.ledger import current_actions, open_ledger

    with open_ledger(url) as ledger:
        actions = list(current_actions(ledger).values())
    if as_json:
        for action in actions:
            click.echo(json.dumps(action.model_dump(mode="json"), ensure_ascii=False))
    else:
        rows = [
            [
                action.id,
                translate(KINDS[action.kind]),
                action.what,
                action.owner,
                action.since.isoformat(),
                str(len(action.stores)),
            ]
            for action in actions
        ]
        print_table(_HEADINGS, rows, "lllllr")


for subcommand in (add, import_, list_):
    command.add_command(subcommand)
