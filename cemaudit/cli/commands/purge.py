"""``cemaudit purge``."""

from __future__ import annotations

import datetime as dt
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import json_option, ledger_option, media_option, refuse_beside
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger import Ledger
    from cemaudit.ledger.purging import PurgeResult


@localized.command(
    "purge",
    help=N_(
        "Remove personal data from the ledger for good: who the shoppers were, every word they wrote, and their "
        "evidence. Answers and scores stay, and the trail says that it was done. Running it again goes on, wherever it "
        "was stopped."
    ),
)
@ledger_option
@localized.option(
    "--before", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help=N_("Of visits on days before this one.")
)
@localized.option("--due", is_flag=True, help=N_("Of visits older than the ledger's setting retention-days."))
@localized.option("--shopper", metavar="CODE", help=N_("Of this shopper's visits."))
@localized.option("--reason", required=True, help=N_("Why; it stays in the trail, so name nobody."))
@localized.option("--yes", is_flag=True, help=N_("Do not ask."))
@media_option
@json_option
@localized.common_options
def command(
    url: str,
    before: datetime | None,
    due: bool,
    shopper: str | None,
    reason: str,
    yes: bool,
    media: Path | None,
    as_json: bool,
) -> int:
    """Say what would be removed, ask, and remove it."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.purging import purge, updates_to_purge, visits_to_purge

    if before is None and shopper is None and not due:
        whose = "--before DATE, --due, --shopper CODE"
        raise click.UsageError(str(message("say whose data: {options}", options=whose)))
    refuse_beside("--due", {"--before": before, "--shopper": shopper} if due else {})
    if not reason.strip():
        raise click.UsageError(str(message("say why: {options}", options="--reason TEXT")))
    with open_ledger(url) as ledger:
        day = _last_day_kept(ledger) if due else before.date() if before else None
        numbers, updates = visits_to_purge(ledger, day, shopper), updates_to_purge(ledger, day)
        click.echo(str(message("Visits that hold personal data to be removed: {count}", count=len(numbers))), err=True)
        if updates:
            text = message("Updates of actions whose words and photos are to be removed: {count}", count=updates)
            click.echo(str(text), err=True)
        if (numbers or updates) and not yes and not _agreed():
            return 1
        folder = ledger.media(media)
        print_removed(purge(ledger, numbers, reason.strip(), folder, day), as_json)
    if folder is None:
        click.echo(str(message("Evidence stays where it is: say where with --media, and run it again.")), err=True)
    return 0


def _last_day_kept(ledger: Ledger) -> dt.date:
    """The first day whose visits are kept whole; ``UsageError`` where the ledger has no period of retention."""
    from cemaudit.ledger.settings import RETENTION_DAYS, retention_days

    days = retention_days(ledger.database)
    if days is None:
        set_it = f"cemaudit ledger set {RETENTION_DAYS} DAYS"
        raise click.UsageError(str(message("nothing is ever due here: set it first with {command}", command=set_it)))
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)


def _agreed() -> bool:
    """Whether whoever sits there agrees; ``UsageError`` where nobody does."""
    # nobody is there to agree, and removing cannot be undone
    if not sys.stdin.isatty():
        raise click.UsageError(str(message("nothing was removed: agree with {option}", option="--yes")))
    return click.confirm(translate(N_("Remove it for good?")), err=True)


def purge_to_dict(removed: PurgeResult) -> dict[str, int]:
    """How much was removed, as plain JSON values."""
    numbers = {"visits": removed.visits, "identities": removed.identities, "files": removed.files}
    return {**numbers, "updates": removed.updates}


def print_removed(removed: PurgeResult, as_json: bool) -> None:
    """Print how much was removed, and what still holds personal data."""
    if as_json:
        click.echo(json.dumps(purge_to_dict(removed)))
        return
    text = message(
        "Removed: personal data of {visits} visits, {identities} identities, {files} files of evidence.",
        visits=removed.visits,
        identities=removed.identities,
        files=removed.files,
    )
    click.echo(str(text))
    if removed.updates:
        click.echo(str(message("Removed: words and photos of {count} updates of actions.", count=removed.updates)))
    if removed.visits:
        still = message(
            "The files visits came in, exports and backups still hold them: see to those; make the snapshot anew."
        )
        click.echo(str(still))
