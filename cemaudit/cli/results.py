"""What the commands that compare share: sentences beside their numbers."""

from __future__ import annotations

from collections.abc import Iterable

import click

from cemaudit.cli.screen import wrapped
from cemaudit.cli.table import SCREEN
from cemaudit.language import translate

__all__ = ["print_notes", "print_part"]


def print_notes(notes: Iterable[object]) -> None:
    """Sentences, one after the other."""
    for note in notes:
        for line in wrapped(f"- {note}", SCREEN, "  "):
            click.echo(line)


def print_part(heading: str, notes: Iterable[object]) -> None:
    """Sentences under a heading of their own; nothing where there are none."""
    if known := list(notes):
        click.echo(f"\n{translate(heading)}")
        print_notes(known)
