"""``cemaudit review``."""

from __future__ import annotations

import click

from cemaudit.cli import localized
from cemaudit.cli.options import ledger_option
from cemaudit.language import N_, message

STATES = ("accepted", "returned", "excluded")


@localized.command(
    "review",
    help=N_(
        "Set the state of visits: accepted, returned to the shopper, or excluded (kept, but in no report). Earlier "
        "states stay in the visit's history."
    ),
)
@click.argument("visits", nargs=-1, required=True)
@localized.option("--as", "state", type=click.Choice(STATES), required=True, help=N_("The new state."))
@localized.option("--reason", default="", metavar="TEXT", help=N_("Reason; required unless accepted."))
@localized.option("--revision", type=click.IntRange(1), metavar="N", help=N_("This revision; else the latest."))
@ledger_option
@localized.common_options
def command(visits: tuple[str, ...], state: str, reason: str, revision: int | None, url: str) -> None:
    """Give all of them the state, or none."""
    from cemaudit.entry.doubts import missing_words
    from cemaudit.ledger import VisitState, open_ledger, review_visits, visit_history

    with open_ledger(url) as ledger:
        review_visits(ledger, list(visits), VisitState(state), reason, revision)
        missing = {visit: visit_history(ledger, visit)[-1].missing for visit in dict.fromkeys(visits)}
    click.echo(str(message("{count} visits: {state}", count=len(set(visits)), state=VisitState(state).words)))
    for visit, places in missing.items():
        if places:
            click.echo(f"  {message('visit {id}', id=visit)}: {message('incomplete')}: {missing_words(places)}")
