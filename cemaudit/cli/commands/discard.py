"""``cemaudit discard``."""

from __future__ import annotations

import click

from cemaudit.cli import localized
from cemaudit.language import N_, message


@localized.command("discard", help=N_("Put a draft into the bin; nothing is deleted."))
@click.argument("draft")
@localized.option("--restore", is_flag=True, help=N_("Take it out again."))
@localized.common_options
def command(draft: str, restore: bool) -> None:
    """Into the bin, or out of it."""
    from cemaudit.cli.home import home
    from cemaudit.entry import Desk

    desk = Desk(home())
    found_draft = desk.find(draft)
    desk.discard(found_draft, restore=restore)
    number = found_draft.header.number
    if restore:
        click.echo(str(message("Draft {number} is open again.", number=number)))
    else:
        click.echo(
            str(message("Draft {number} is in the bin; back with: cemaudit discard --restore {number}", number=number))
        )
