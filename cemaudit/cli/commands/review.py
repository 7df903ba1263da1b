"""``cemaudit review``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, by_option, json_option, ledger_option, media_option
from cemaudit.cli.terminal import print_wrapped
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.ledger import Ledger
    from cemaudit.ledger.review_queue import WaitingVisit
    from cemaudit.ledger.selecting import VisitSelection

STATES = ("accepted", "returned", "excluded")
MOST_SHOWN = 40
_DAY = click.DateTime(["%Y-%m-%d"])


@localized.command(
    "review",
    help=N_(
        "Set the state of visits: accepted, returned to the shopper, or excluded (kept, but in no report). Earlier "
        "states stay in the visit's history. --queue lists the visits that wait, oldest first, and why each should be "
        "looked at. --out writes returned visits as sealed files with the editor's words, for 'cemaudit amend'."
    ),
)
@click.argument("visits", nargs=-1)
@localized.option("--queue", is_flag=True, help=N_("List the visits that wait for a review, and change nothing."))
@localized.option("--as", "state", type=click.Choice(STATES), help=N_("The new state."))
@localized.option("--reason", default="", metavar="TEXT", help=N_("Reason; required unless accepted."))
@localized.option("--revision", type=click.IntRange(1), metavar="N", help=N_("This revision; else the latest."))
@localized.option(
    "--where", multiple=True, metavar="KEY=VALUE",
    help=N_("Visits of the ledger, without a snapshot: store, wave, day, month, quarter, year, checklist, state, "
            "complete, region, format, brand, owner, pool, origin, scenario, step. KEY= selects visits without a "
            "value."),
)  # fmt: skip
@localized.option("--since", type=_DAY, metavar="DATE", help=N_("Visits from this day on."))
@localized.option("--until", type=_DAY, metavar="DATE", help=N_("Visits up to this day."))
@localized.option(
    "--out", "folder", type=FILE, metavar="DIR", help=N_("Write the returned ones of these visits there.")
)
@media_option
@localized.option("--limit", type=click.IntRange(1), metavar="N", help=N_("Number of rows to show."))
@by_option
@ledger_option
@json_option
@localized.common_options
def command(
    visits: tuple[str, ...],
    queue: bool,
    state: str | None,
    reason: str,
    revision: int | None,
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    folder: Path | None,
    media: Path | None,
    limit: int | None,
    who: str | None,
    url: str,
    as_json: bool,
) -> None:
    """List what waits; or give all of the visits the state, or none, and write those that go back."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.selecting import selection_of

    _refuse_unclear(visits, state, folder, (*where, since, until), revision, queue=queue)
    chosen = selection_of(where, since and since.date(), until and until.date())
    with open_ledger(url, who=who) as ledger:
        if queue:
            print_queue(ledger, chosen, limit, as_json=as_json)
            return
        numbers = _reviewed(ledger, list(visits) or chosen, state, reason, revision)
        if folder:
            _write_returned(ledger, numbers, media, folder)


def _refuse_unclear(
    visits: tuple[str, ...],
    state: str | None,
    folder: Path | None,
    conditions: tuple[object, ...],
    revision: int | None,
    *,
    queue: bool,
) -> None:
    """``UsageError`` where it is not clear what is to be done with which visits."""
    if queue:
        if visits or state or folder:
            raise click.UsageError(str(message("--queue lists visits, and changes nothing")))
        return
    has_conditions = any(conditions)
    if bool(visits) == has_conditions:
        raise click.UsageError(str(message("name visits, or choose them with --where; --queue lists those that wait")))
    if has_conditions and revision:
        raise click.UsageError(str(message("--revision goes with the names of visits")))
    if not state and not folder:
        raise click.UsageError(str(message("say the new state: {options}", options="--as " + "|".join(STATES))))


def _reviewed(
    ledger: Ledger, visits: list[str] | VisitSelection, state: str | None, reason: str, revision: int | None
) -> tuple[int, ...]:
    """Give the visits the state, where one is said, and say so; return their numbers."""
    from cemaudit.entry.doubts import missing_words
    from cemaudit.ledger import VisitState, review_visits, visit_history
    from cemaudit.ledger.history import visit_numbers

    if state is None:
        return visit_numbers(ledger, visits, revision)
    reviewed = review_visits(ledger, visits, VisitState(state), reason, revision)
    changed = len(reviewed.numbers) - reviewed.unchanged
    click.echo(str(message("{count} visits: {state}", count=changed, state=VisitState(state).words)))
    if reviewed.unchanged:
        click.echo(str(message("{count} had that state for that reason already", count=reviewed.unchanged)))
    for visit in dict.fromkeys(visits) if isinstance(visits, list) else ():
        places = visit_history(ledger, visit)[-1].missing
        if places:
            click.echo(f"  {message('visit {id}', id=visit)}: {message('incomplete')}: {missing_words(places)}")
    return reviewed.numbers


def _write_returned(ledger: Ledger, numbers: tuple[int, ...], media: Path | None, folder: Path) -> None:
    """Write a sealed file for each of the visits that is returned."""
    from cemaudit.errors import BadInput, Problem
    from cemaudit.ledger.returning import export_returned, returned_visits

    evidence = ledger.media(media)
    returned = returned_visits(ledger, numbers)
    if not returned:
        raise BadInput(Problem(message("none of these visits is returned to its shopper"), "--out"))
    problems: list[Problem] = []
    for held in returned:
        try:
            click.echo(printable(export_returned(ledger, held, evidence, folder).path))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)


def print_queue(ledger: Ledger, chosen: VisitSelection, limit: int | None, *, as_json: bool) -> None:
    """Print the visits that wait, the oldest first: a line for each with its reasons below, or a JSON object."""
    from cemaudit.ledger.review_queue import waiting_visits

    waiting = waiting_visits(ledger, chosen)
    if as_json:
        for each in waiting[:limit]:
            click.echo(json.dumps(each.as_json(), ensure_ascii=False))
        return
    with_reasons = sum(bool(each.reasons) for each in waiting)
    text = message("{count} visits wait for a review; {reasons} with a reason to look closely",
                   count=f"{len(waiting):,}", reasons=f"{with_reasons:,}")  # fmt: skip
    click.echo(str(text))
    for each in waiting[: limit or MOST_SHOWN]:
        _print_waiting(each)
    left = len(waiting) - (limit or MOST_SHOWN)
    if left > 0:
        click.echo(str(message("... and {count} more (--limit N shows more, --json all)", count=f"{left:,}")))


def _print_waiting(waiting: WaitingVisit) -> None:
    from cemaudit.ledger.states import VisitState

    held = waiting.held
    revision = str(message("revision {number}", number=held.revision)) if held.revision > 1 else ""
    came = str(message("came in on {day}", day=waiting.at[:10]))
    parts = (held.id, revision, held.store, held.day, VisitState(held.state).words, came)
    print_wrapped("  ".join(printable(part) for part in parts if part))
    for reason in waiting.reasons:
        print_wrapped(f"    - {printable(reason, 500)}", indent="      ")
