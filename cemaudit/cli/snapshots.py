"""What the commands about snapshots share: where it lies, and which visits are meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.options import FILE, tell_problems
from cemaudit.cli.words import option
from cemaudit.errors import Problem
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.ledger.query.statement import Filter

__all__ = [
    "filter_of", "filter_options", "folder_of", "place_options", "processes_option", "snapshot_option",
    "tell_fallbacks",
]  # fmt: skip

snapshot_option = option(
    "--snapshot", "given", envvar="CEMAUDIT_SNAPSHOT", type=FILE, metavar="DIR",
    help=N_("The folder of the snapshot; else one beside the ledger's file."),
)  # fmt: skip
processes_option = option(
    "--processes", type=click.IntRange(1, 256), metavar="N", help=N_("Processes that work; else one a processor.")
)


def place_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--ledger`` and ``--snapshot``, one of which says where the snapshot is."""
    ledger = option(
        "--ledger", "url", envvar="CEMAUDIT_LEDGER", metavar="URL", help=N_("The ledger whose snapshot it is.")
    )
    wrapped: Callable[..., Any] = ledger(snapshot_option(function))
    return wrapped


def folder_of(url: str | None, given: Path | None) -> Path:
    """The folder of the snapshot."""
    from cemaudit.ledger.snapshot.manifest import snapshot_folder

    return snapshot_folder(url, given)


def filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--where``, ``--since``, ``--until`` and ``--with-excluded``."""
    day = click.DateTime(["%Y-%m-%d"])
    for each in (
        option("--with-excluded", is_flag=True, help=N_("Visits that were excluded, too.")),
        option("--until", type=day, metavar="DATE", help=N_("Visits up to this day.")),
        option("--since", type=day, metavar="DATE", help=N_("Visits from this day on.")),
        option(
            "--where", multiple=True, metavar="KEY=VALUE",
            help=N_("Only these; of one key any of the values, of several keys all. KEY= is where nothing is known."),
        ),
    ):  # fmt: skip
        function = each(function)
    return function


def filter_of(where: tuple[str, ...], since: datetime | None, until: datetime | None, *, excluded: bool) -> Filter:
    """The visits that are meant; ``UsageError`` where a condition is not written as one."""
    from cemaudit.ledger.query.keys import Condition, known_key
    from cemaudit.ledger.query.statement import Filter

    values: dict[str, list[str]] = {}
    for one in where:
        key, mark, value = one.partition("=")
        if not mark:
            raise click.UsageError(str(message("expected {what}, found {value}", what="KEY=VALUE", value=one)))
        values.setdefault(known_key(key), []).append(value)
    conditions = tuple(Condition(key, tuple(some)) for key, some in values.items())
    return Filter(conditions, since.date() if since else None, until.date() if until else None, excluded)


def tell_fallbacks(fallbacks: Mapping[str, str]) -> None:
    """One line on stderr for each measure that has no column form."""
    tell_problems(
        Problem(message("{name} is scored visit by visit: {why}", name=name, why=why))
        for name, why in fallbacks.items()
    )
