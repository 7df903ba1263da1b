"""What commands share that can work on a snapshot where a Spark cluster reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.words import option
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.ledger.spark.reading import OnSpark

__all__ = ["cluster_options", "on_cluster"]


def cluster_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--on`` and ``--data``, which says nothing alone."""
    data: Callable[..., Any] = option(
        "--data", metavar="PATH", callback=_with_on,
        help=N_("With --on: the folder or URL of the snapshot, as the cluster reads it."),
    )  # fmt: skip
    wrapped: Callable[..., Any] = option(
        "--on", metavar="spark://HOST:PORT", is_eager=True,
        help=N_("Work on this Spark cluster (extra spark), not in this process."),
    )(data(function))  # fmt: skip
    return wrapped


def _with_on(context: click.Context, _: click.Parameter, given: str | None) -> str | None:
    if given and not context.params["on"]:
        raise click.UsageError(str(message("--data goes with --on")))
    return given


@contextmanager
def on_cluster(master: str, data: str | None, given: Path | None) -> Iterator[OnSpark]:
    """The snapshot named by ``--data``, else by ``--snapshot``, opened on the cluster of ``master``."""
    from cemaudit.ledger.spark.reading import reading_on

    named = data or (str(given) if given else None)
    if named is None:
        raise click.UsageError(str(message("say with --data where the cluster finds the snapshot")))
    with reading_on(master, named) as found:
        yield found
