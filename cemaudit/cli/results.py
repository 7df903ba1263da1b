"""What the commands that compare share: sentences beside their numbers, and saying what cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from cemaudit.cli.screen import wrapped
from cemaudit.cli.table import SCREEN

__all__ = ["honest", "print_notes"]


@contextmanager
def honest() -> Iterator[None]:
    """What cannot be told is said in one line on stderr, with exit code 1."""
    from cemaudit.compare.cannot import CannotTell

    try:
        yield
    except CannotTell as error:
        click.echo(f"cemaudit: {error}", err=True)
        raise click.exceptions.Exit(1) from error


def print_notes(notes: Iterable[object]) -> None:
    """Sentences, one after the other."""
    for note in notes:
        for line in wrapped(f"- {note}", SCREEN, "  "):
            click.echo(line)
