"""``cemaudit stores``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cemaudit.cli import localized
from cemaudit.cli.localized import group
from cemaudit.cli.options import FILE, json_option, ledger_option, print_new_ledger, print_problems
from cemaudit.cli.terminal import print_table
from cemaudit.language import N_, message, printable

MOST_SHOWN = 50
"""Changes of an import, each on a line."""

_ABOUT = {
    "import": N_("Import stores from a table or JSON."),
    "list": N_("List the stores the ledger knows."),
}

_HEADINGS = (N_("Store"), N_("Name"), N_("Region"), N_("Format"), N_("Brand"), N_("Owner"), N_("Opened"), N_("Pool"),
             N_("Visits"))  # fmt: skip


@group("stores", N_("The registry of stores. Once there is one, visits of other stores are refused."), _ABOUT)
def command() -> None:
    """The group; its commands follow."""


@localized.command(
    "import",
    help=N_(
        "Import stores from a CSV or XLSX table or a JSON list: id, name, region, format, brand, owner, opened, "
        "pool; other columns are kept as well. Stores and columns that are not in the file stay as they are, an empty "
        "cell clears. Invalid rows are reported and skipped; exit code 3 if there are any."
    ),
)
@click.argument("file", type=FILE)
@ledger_option
@localized.common_options
def import_(file: Path, url: str) -> int:
    """Import what is good."""
    from cemaudit.ledger import open_ledger
    from cemaudit.ledger.store_registry import import_stores, read_stores

    register = read_stores(file)
    with open_ledger(url, make=True) as ledger:
        print_new_ledger(ledger)
        counts = import_stores(ledger, register.stores)
    print_problems([*register.remarks, *register.problems])
    for change in counts.changes[:MOST_SHOWN]:
        before, after = (printable(text or "-") for text in (change.before, change.after))
        click.echo(f"{printable(change.store)}: {printable(change.column)}: {before} -> {after}")
    if len(counts.changes) > MOST_SHOWN:
        click.echo(str(message("and {count} more", count=len(counts.changes) - MOST_SHOWN)))
    total = message(
        "{rows} rows = {new} new + {changed} changed + {same} as before + {bad} bad",
        rows=register.rows, new=counts.new, changed=counts.changed, same=counts.same, bad=register.bad,
    )  # fmt: skip
    click.echo(str(total))
    return 3 if register.bad else 0


@localized.command("list", help=N_("List the stores the ledger knows."))
@ledger_option
@json_option
@localized.common_options
def list_(url: str, as_json: bool) -> None:
    """One line, or one JSON object, for each store."""
    from cemaudit.ledger import open_ledger, registered_stores
    from cemaudit.ledger.store_registry import visits_by_store

    with open_ledger(url) as ledger:
        stores = list(registered_stores(ledger).values())
        visits = visits_by_store(ledger)
    if as_json:
        for store in stores:
            click.echo(json.dumps(store.model_dump(mode="json"), ensure_ascii=False))
    else:
        rows = []
        for store in stores:
            opened = store.opened.isoformat() if store.opened else ""
            texts = (store.name, store.region, store.format, store.brand, store.owner, opened, store.pool)
            rows.append([store.id, *(text or "" for text in texts), f"{visits.get(store.id, 0):,}"])
        print_table(_HEADINGS, rows, "l" * (len(_HEADINGS) - 1) + "r", in_pieces=True)


command.add_command(import_)


command.add_command(list_)
