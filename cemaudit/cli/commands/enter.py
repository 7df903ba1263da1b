"""``cemaudit enter``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, engine_options, print_plugin_problems
from cemaudit.language import N_, message


@localized.command(
    "enter",
    help=N_(
        "Enter a visit, question by question. Every answer is kept before the next question is asked; go on later with "
        "'cemaudit resume'. Exit code 3 where the input ends before the last question."
    ),
)
@click.argument("checklist")
@localized.option("--store", required=True, metavar="CODE", help=N_("The store that was visited."))
@localized.option("--store-name", default="", metavar="NAME", help=N_("Its name, for people."))
@localized.option(
    "--stores", type=FILE, envvar="CEMAUDIT_STORES", metavar="FILE",
    help=N_("A table (columns id, name) of all stores; another store is refused."),
)  # fmt: skip
@localized.option(
    "--shopper", envvar="CEMAUDIT_SHOPPER", metavar="CODE", help=N_("Your code; never printed in a report.")
)
@localized.option("--wave", metavar="CODE", help=N_("The round of visits it belongs to."))
@localized.option("--scenario", metavar="ID", help=N_("The scenario played; else it is asked."))
@localized.option(
    "--persona",
    metavar="ID",
    help=N_("As whom the visit was made: one of the checklist's personas; words where it has none."),
)
@localized.option(
    "--occasion", metavar="ID", help=N_("On what occasion: one of the checklist's; words where it has none.")
)
@localized.option("--place", metavar="TEXT", help=N_("Where it was."))
@engine_options
@localized.common_options
def command(
    checklist: str,
    store: str,
    store_name: str,
    stores: Path | None,
    shopper: str | None,
    wave: str | None,
    scenario: str | None,
    persona: str | None,
    occasion: str | None,
    place: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Begin a draft and ask."""
    from cemaudit.cli.conversation import run_conversation
    from cemaudit.cli.home import home
    from cemaudit.cli.inputs import find_checklist, find_store_name
    from cemaudit.entry import Desk, DraftState
    from cemaudit.reading import read_id
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    chosen = find_checklist(engine, checklist)
    store = read_id(store)
    setting: dict[str, Any] = {"store": store, "store_name": store_name or find_store_name(store, stores)}
    setting |= {"shopper": shopper and read_id(shopper), "wave": wave and read_id(wave), "scenario": scenario}
    setting |= {"persona": persona, "occasion": occasion, "place": place}
    desk = Desk(home())
    for earlier in desk.drafts():
        # two drafts of one visit are seldom meant, yet a second visit to the store may be
        if earlier.state is DraftState.OPEN and (earlier.values["store"], earlier.checklist.id) == (store, chosen.id):
            warning = message(
                "there is an open draft of this store already: cemaudit resume {number}", number=earlier.header.number
            )
            click.echo(f"cemaudit: {warning}", err=True)
    if chosen.deprecation:
        click.echo(f"cemaudit: {message('warning')}: {chosen.deprecation}", err=True)
    draft = desk.begin(chosen, {name: value for name, value in setting.items() if value})
    print_plugin_problems(engine)
    return run_conversation(desk, draft, engine)
