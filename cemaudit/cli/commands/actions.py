"""``cemaudit actions``."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import localized
from cemaudit.cli.action_output import (
    KINDS,
    follow_up_to_dict,
    history_to_dict,
    print_action,
    print_actions,
    print_follow_ups,
    print_proposals,
    proposals_to_dict,
)
from cemaudit.cli.localized import group
from cemaudit.cli.options import FILE, OUT_FILE, by_option, folder_of, json_option, ledger_option, snapshot_option
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.ledger.action_updates import ActionHistory
    from cemaudit.ledger.actions import Action
    from cemaudit.programme import ActionFollowUp

__all__ = ["KINDS", "command"]

_ABOUT = {
    "propose": N_("Draft actions from what a wave found."),
    "add": N_("Record an action."),
    "import": N_("Record the actions of a table."),
    "list": N_("List the actions."),
    "show": N_("Show an action and what became of it."),
    "update": N_("Say what becomes of an action."),
    "overdue": N_("List what should have been done."),
    "export": N_("Write actions to a table or a calendar."),
}
_STATUSES = ("open", "doing", "done", "verified", "dropped")
_DAY = click.DateTime(["%Y-%m-%d"])


@group("actions", N_("What was decided to change in stores; 'cemaudit effect' says whether it worked."), _ABOUT)
def command() -> None:
    """The group; its commands follow."""


def _plan_options(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What an action is; ``required``: what must be said of a new one."""

    def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
        for add_option in (
            localized.option("--visit", "visits", multiple=True, metavar="ID", help=N_("A visit that shows why.")),
            localized.option("--item", metavar="ID", help=N_("The item it is about.")),
            localized.option("--touchpoint", metavar="ID", help=N_("The touchpoint it is about.")),
            localized.option("--of", "checklist", metavar="ID", help=N_("The checklist of item or touchpoint.")),
            localized.option("--finding", metavar="ID", help=N_("The rule of the finding it is about.")),
            localized.option("--gain", type=localized.POINTS, metavar="POINTS",
                             help=N_("Points of the headline it is expected to bring to its stores.")),
            localized.option("--due", type=_DAY, metavar="DATE", help=N_("The day it is to be done by.")),
            localized.option("--store", "stores", multiple=True, required=required, metavar="ID",
                             help=N_("A store where it is done.")),
            localized.option("--since", required=required, type=_DAY, metavar="DATE", help=N_("The day it begins.")),
            localized.option("--owner", metavar="TEXT", help=N_("Who is responsible.")),
            localized.option("--what", required=required, metavar="TEXT", help=N_("What is done, in a few words.")),
            localized.option("--kind", required=required, type=click.Choice(list(KINDS)),
                             help=N_("What is done to it.")),
        ):  # fmt: skip
            function = add_option(function)
        return function

    return with_options


def _plan_of(values: dict[str, Any]) -> dict[str, Any]:
    """What was said of a plan, as the record has it; what was not said is left out."""
    reason = {name: values.pop(name) for name in ("finding", "checklist", "touchpoint", "item", "visits")}
    reason = {name: value for name, value in reason.items() if value}
    plan = {name: value for name, value in values.items() if value is not None and value != ()}
    plan |= {name: plan[name].date() for name in ("since", "due") if name in plan}
    return {**plan, **({"reason": reason} if reason else {})}


@localized.command("add", help=N_("Record an action: what is done in which stores, and from which day."))
@click.argument("action")
@ledger_option
@_plan_options(required=True)
@by_option
@localized.common_options
def add(action: str, url: str, who: str | None, **values: Any) -> None:
    """Note one."""
    from cemaudit.ledger.actions import make_action

    try:
        planned = make_action({"id": action, **_plan_of(values)})
    except BadInput as error:
        raise error.inside(action) from error
    _keep(url, [planned], who)


@localized.command(
    "import",
    help=N_(
        "Record the actions of a CSV or XLSX table with one row per store: id, kind, what, owner, since, store; and, "
        "where they are there, due, gain, finding, checklist, touchpoint, item, visits."
    ),
)
@click.argument("file", type=FILE)
@ledger_option
@by_option
@localized.common_options
def import_(file: Path, url: str, who: str | None) -> None:
    """Note all of a file, or none."""
    from cemaudit.ledger.actions import read_actions

    _keep(url, read_actions(file), who)


def _keep(url: str, actions: list[Action], who: str | None) -> None:
    from cemaudit.ledger import open_ledger, save_actions

    with open_ledger(url, who=who) as ledger:
        noted = save_actions(ledger, actions)
    same = len(actions) - noted
    click.echo(str(message("{noted} noted + {same} as before", noted=noted, same=same)))


def _choice_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Which actions are meant."""
    for add_option in (
        localized.option("--store", "stores", multiple=True, metavar="ID", help=N_("Those in this store.")),
        localized.option("--owner", "owners", multiple=True, metavar="TEXT", help=N_("Those of this person.")),
        localized.option("--status", "statuses", multiple=True, type=click.Choice(_STATUSES),
                         help=N_("Those that stand so.")),
    ):  # fmt: skip
        function = add_option(function)
    return function


def _chosen(
    histories: Iterable[ActionHistory], statuses: Sequence[str], owners: Sequence[str], stores: Sequence[str]
) -> list[ActionHistory]:
    return [
        history
        for history in histories
        if (not statuses or history.status.value in statuses)
        and (not owners or history.action.owner in owners)
        and (not stores or set(history.action.stores) & set(stores))
    ]


@localized.command("list", help=N_("List the actions the ledger knows, the earliest first."))
@ledger_option
@_choice_options
@json_option
@localized.common_options
def list_(url: str, statuses: tuple[str, ...], owners: tuple[str, ...], stores: tuple[str, ...], as_json: bool) -> None:
    """One line, or one JSON object, for each action."""
    _show(_chosen(_histories(url).values(), statuses, owners, stores), as_json=as_json)


def _histories(url: str) -> dict[str, ActionHistory]:
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.action_updates import action_histories

    with open_ledger(url) as ledger:
        return action_histories(ledger)


def _show(histories: list[ActionHistory], *, as_json: bool) -> None:
    if as_json:
        for history in histories:
            click.echo(json.dumps(history_to_dict(history), ensure_ascii=False))
    else:
        print_actions(histories)


@localized.command(
    "show",
    help=N_("Show an action: why, by whom, until when, all that became of it, and what later visits show."),
)
@click.argument("action")
@ledger_option
@snapshot_option
@json_option
@localized.common_options
def show(action: str, url: str, snapshot_path: Path | None, as_json: bool) -> None:
    """Print all of it."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.action_updates import find_history

    with open_ledger(url) as ledger:
        history = find_history(ledger, action)
    result = next(iter(_follow_ups(url, snapshot_path, {action: history})), None)
    if as_json:
        follow_up = follow_up_to_dict(result) if result else None
        document = {**history_to_dict(history, whole=True), "follow_up": follow_up}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        print_action(history, result)


def _follow_ups(url: str, snapshot_path: Path | None, histories: dict[str, ActionHistory]) -> list[ActionFollowUp]:
    """What later visits show; nothing where there is no snapshot."""
    from cemaudit.ledger.snapshot.manifest import MANIFEST_FILE, snapshot_folder

    # Most actions are looked at without the extra hq, and before there is a snapshot.
    if not any(history.done_on for history in histories.values()):
        return []
    try:
        folder = snapshot_folder(url, snapshot_path)
    except BadInput:
        return []
    if not (folder / MANIFEST_FILE).exists():
        return []
    from cemaudit.ledger.query.reading import reading
    from cemaudit.programme import follow_up_actions

    with reading(folder) as opened:
        return follow_up_actions(opened, histories)


@localized.command(
    "update",
    help=N_(
        "Say what becomes of an action: its status, a comment, a photo of what was mended; or change what was planned. "
        "What was said before stays."
    ),
)
@click.argument("action")
@ledger_option
@localized.option("--status", type=click.Choice(_STATUSES), help=N_("How it stands from now on."))
@localized.option("--on", "day", type=_DAY, metavar="DATE", help=N_("The day the status holds from; else today."))
@localized.option("--comment", default="", metavar="TEXT", help=N_("What is to be said about it."))
@localized.option(
    "--photo", type=FILE, metavar="FILE", help=N_("A photo of what was mended; place and device are taken out of it.")
)
@localized.option(
    "--media", type=FILE, envvar="CEMAUDIT_MEDIA", metavar="DIR",
    help=N_("Where evidence is kept; else a folder beside the ledger's file."),
)  # fmt: skip
@_plan_options(required=False)
@by_option
@localized.common_options
def update(
    action: str,
    url: str,
    status: str | None,
    day: datetime | None,
    comment: str,
    photo: Path | None,
    media: Path | None,
    who: str | None,
    **values: Any,
) -> None:
    """Add it, or say what is wrong."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.action_updates import ActionChange, ActionStatus, find_history, update_action

    plan = _plan_of(values)
    if not (status or comment.strip() or photo or plan):
        raise click.UsageError(
            str(message("say what changes: {options}", options="--status, --comment, --photo, --due"))
        )
    if day and not status:
        raise click.UsageError(str(message("{one} goes with {other}", one="--on", other="--status")))
    with open_ledger(url, who=who) as ledger:
        if "reason" in plan:
            known = find_history(ledger, action).action.reason
            plan["reason"] = {**known.model_dump(), **plan["reason"]}
        since = day.date() if day else dt.datetime.now().astimezone().date()
        change = ActionChange(since, ActionStatus(status) if status else None, comment, plan)
        is_new = update_action(ledger, action, change, photo=photo, media=ledger.media(media))
        history = find_history(ledger, action)
    text = message("{action}: {status}", action=action, status=history.status.words)
    click.echo(str(text if is_new else message("{what} (as before)", what=text)))


@localized.command(
    "overdue",
    help=N_("List the actions that are due and not done, the longest overdue first. Exit code 1 where any is."),
)
@ledger_option
@localized.option("--on", "day", type=_DAY, metavar="DATE", help=N_("As of this day; else today."))
@_choice_options
@json_option
@localized.common_options
def overdue(
    url: str,
    day: datetime | None,
    statuses: tuple[str, ...],
    owners: tuple[str, ...],
    stores: tuple[str, ...],
    as_json: bool,
) -> int:
    """One line, or one JSON object, for each."""
    today = day.date() if day else dt.datetime.now().astimezone().date()
    late = [history for history in _histories(url).values() if history.is_overdue(today)]
    late = _chosen(late, statuses, owners, stores)
    late.sort(key=lambda history: (history.action.due or today, history.action.id))
    if late or as_json:
        _show(late, as_json=as_json)
    else:
        click.echo(str(message("nothing is overdue")))
    return 1 if late else 0


@localized.command(
    "propose",
    help=N_(
        "Draft actions from what the visits of a wave found: critical items first, then by gain times frequency. "
        "Nothing is recorded: write the drafts to a table, choose ids, owners and days there, and import it."
    ),
)
@ledger_option
@snapshot_option
@localized.option("--wave", required=True, metavar="WAVE", help=N_("The wave."))
@localized.option("--since", type=_DAY, metavar="DATE", help=N_("The day they begin; else the day after the wave."))
@localized.option("--due", type=_DAY, metavar="DATE", help=N_("The day they are due; else 30 days after the wave."))
@localized.option(
    "--most", type=click.IntRange(0, 1000), default=10, metavar="N", help=N_("So many beside the critical ones (10).")
)
@localized.option(
    "--out", "path", type=OUT_FILE, metavar="FILE", help=N_("Write the drafts to a table (CSV, XLSX) to import.")
)
@localized.option("--overwrite", is_flag=True, help=N_("Write over a file that is there."))
@json_option
@localized.common_options
def propose(
    url: str,
    snapshot_path: Path | None,
    wave: str,
    since: datetime | None,
    due: datetime | None,
    most: int,
    path: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Draft, and print what each draft rests on."""
    from cemaudit.ledger.query.reading import reading
    from cemaudit.programme import follow_up_actions, propose_actions
    from cemaudit.programme.proposals import DEFAULT_PROPOSAL_RULES
    from cemaudit.scoring import Engine

    _refuse_overwriting(path, overwrite=overwrite)
    histories = _histories(url)
    with reading(folder_of(url, snapshot_path)) as opened:
        proposals = propose_actions(
            opened,
            wave,
            histories,
            since=since.date() if since else None,
            due=due.date() if due else None,
            rules=DEFAULT_PROPOSAL_RULES._replace(most=most),
            aggregators=Engine().library.aggregators,
        )
        follow_ups = follow_up_actions(opened, histories)
    if as_json:
        click.echo(json.dumps(proposals_to_dict(proposals, follow_ups), ensure_ascii=False))
    else:
        print_proposals(proposals)
        print_follow_ups(follow_ups, {name: history.action.what for name, history in histories.items()})
    if path:
        from cemaudit.delivery import write_action_table

        write_action_table(path, [draft.action for draft in proposals.drafts])
        click.echo(str(message("written: {path}", path=path)), err=as_json)


def _refuse_overwriting(path: Path | None, *, overwrite: bool) -> None:
    if path and path.exists() and not overwrite:
        raise BadInput(Problem(message("is there already"), str(path), message("allow it with --overwrite")))


@localized.command(
    "export",
    help=N_(
        "Write actions to a file: a table (.csv, .xlsx) with a row for each store, or a calendar (.ics) with a day for "
        "each action that has one it is due."
    ),
)
@ledger_option
@localized.option("--out", "path", required=True, type=OUT_FILE, metavar="FILE", help=N_("The file to write."))
@localized.option(
    "--todo", "as_todos", is_flag=True, help=N_("Calendar: to-dos and not days; few calendars take them.")
)
@_choice_options
@localized.common_options
def export(
    url: str,
    path: Path,
    as_todos: bool,
    statuses: tuple[str, ...],
    owners: tuple[str, ...],
    stores: tuple[str, ...],
) -> None:
    """Write the file, and say what is in it."""
    from cemaudit.delivery import write_action_calendar, write_action_table
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.action_updates import action_histories

    with open_ledger(url) as ledger:
        histories = {
            history.action.id: history
            for history in _chosen(action_histories(ledger).values(), statuses, owners, stores)
        }
        mark = next(ledger.trail.lines()).hash[:16]
    if path.suffix.lower() != ".ics":
        count = write_action_table(path, [history.action for history in histories.values()], histories)
        click.echo(str(message("{count} rows: {path}", count=f"{count:,}", path=path)))
        return
    count = write_action_calendar(path, list(histories.values()), mark, as_todos=as_todos)
    click.echo(str(message("{count} actions: {path}", count=f"{count:,}", path=path)))
    if without := len(histories) - count:
        click.echo(str(message("left out, for no day is set by which they are due: {count}", count=without)), err=True)


for subcommand in (propose, add, import_, list_, show, update, overdue, export):
    command.add_command(subcommand)
