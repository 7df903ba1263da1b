"""What several commands share: which plugins and further files, the visits, and telling what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cemaudit.cli.words import option
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.errors import Problem
    from cemaudit.ledger import Ledger
    from cemaudit.scoring import Engine

__all__ = [
    "FILE", "engine_options", "json_option", "ledger_option", "progress", "scheme_option", "tell_new",
    "tell_plugin_problems", "tell_problems", "visits_argument",
]  # fmt: skip

Step = TypeVar("Step")

FILE = click.Path(path_type=Path)

json_option = option("--json", "as_json", is_flag=True, help=N_("Write JSON for programs."))
scheme_option = option(
    "--scheme", "scheme_ref", metavar="ID@VERSION", help=N_("Score under this scheme, not the checklist's own.")
)
ledger_option = option(
    "--ledger", "url", envvar="CEMAUDIT_LEDGER", required=True, metavar="URL",
    help=N_("The ledger: a file, or postgresql://...; else CEMAUDIT_LEDGER."),
)  # fmt: skip
visits_argument = click.argument("visits", nargs=-1, required=True, type=click.Path(allow_dash=True))


def engine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--no-plugin`` and ``--checklist``."""
    blocked: Callable[..., Any] = option(
        "--no-plugin", "blocked", multiple=True, metavar="NAME", help=N_("Do not load this plugin.")
    )
    files: Callable[..., Any] = option(
        "--checklist", "files", multiple=True, type=FILE, metavar="FILE", help=N_("A further checklist or scheme file.")
    )
    wrapped: Callable[..., Any] = blocked(files(function))
    return wrapped


def tell_new(ledger: Ledger) -> None:
    """One line on stderr where the ledger is a new one: its name may have been mistyped."""
    number, _ = ledger.trail.head()
    if number == 1:
        click.echo(str(message("a new ledger was begun: {place}", place=ledger.database.place)), err=True)


def tell_plugin_problems(engine: Engine) -> None:
    """One line on stderr for everything that is wrong with a plugin."""
    tell_problems(problem.inside(message("warning")) for problem in engine.plugins.problems)


def tell_problems(problems: Iterable[Problem]) -> None:
    """One line on stderr for each problem."""
    for problem in problems:
        click.echo(f"cemaudit: {problem}", err=True)


def progress(label: object, steps: Iterable[Step], length: int | None = None) -> Iterator[Step]:
    """``steps`` with a progress bar on stderr where that is a terminal; silent when piped."""
    if not sys.stderr.isatty():
        yield from steps
        return
    with click.progressbar(steps, length=length, label=str(label), file=sys.stderr) as bar:
        yield from bar
