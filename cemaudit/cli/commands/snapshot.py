"""``cemaudit snapshot``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import print_left_out
from cemaudit.cli.options import (
    engine_options,
    folder_of,
    json_option,
    ledger_option,
    print_failed,
    print_not_vectorized,
    print_plugin_problems,
    processes_option,
    snapshot_option,
)
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.ledger.snapshot.taking import SnapshotUpdate


@localized.command(
    "snapshot",
    help=N_(
        "Update the snapshot from the ledger: visits with their answers and scores as columns of Parquet files, "
        "which other tools can read. Only new visits are written; if the command is interrupted, the last complete "
        "snapshot remains."
    ),
)
@ledger_option
@snapshot_option
@processes_option
@json_option
@engine_options
@localized.common_options
def command(
    url: str,
    snapshot_path: Path | None,
    processes: int | None,
    as_json: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Take it, and say what was done."""
    from cemaudit.ledger import open_ledger, update_snapshot
    from cemaudit.ledger.collecting import processors
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    begun = time.monotonic()
    with open_ledger(url) as ledger:
        folder = folder_of(url, snapshot_path)
        update = update_snapshot(ledger, engine, folder, blocked=blocked, processes=processes or processors())
    seconds = time.monotonic() - begun
    print_left_out(update.left_out)
    if as_json:
        numbers = {"visits": update.visits, "files": update.files, "covered": update.covered}
        click.echo(json.dumps({**numbers, "folder": str(folder), "seconds": round(seconds, 3)}))
    else:
        print_update(update, folder, seconds)
    print_failed(update.failed)
    print_not_vectorized(update.fallbacks)
    print_plugin_problems(engine)
    if update.covered and sum(map(len, update.left_out.values())) == update.covered:
        return 3
    return 1 if update.failed or update.left_out else 0


def print_update(update: SnapshotUpdate, folder: Path, seconds: float) -> None:
    """Print how much was written, and where."""
    rate = f"{update.visits / max(seconds, 0.001):,.0f}"
    text = message(
        "{visits} visits written into {files} files, {rate} a second; up to visit {covered} of the ledger",
        visits=f"{update.visits:,}", files=update.files, rate=rate, covered=f"{update.covered:,}",
    )  # fmt: skip
    click.echo(str(text))
    click.echo(str(folder))
