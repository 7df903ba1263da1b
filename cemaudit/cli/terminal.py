"""Plain lines on a terminal or a pipe: nothing is redrawn, so a screen reader reads what there is."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable

import click

from cemaudit.cli.screen import screen_width, wrapped

__all__ = ["Terminal"]


class Terminal:
    """Shows lines and asks for them; line editing of the system where it has one, so that Hangul is deleted whole."""

    def __init__(self) -> None:
        if sys.stdin.isatty():
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401 - input() edits lines through it once it is there

    def say(self, text: str = "") -> None:
        """One line, broken where the screen is narrower."""
        indent = " " * (len(text) - len(text.lstrip()) + 2)
        for line in wrapped(text, screen_width(), indent) if text else [""]:
            click.echo(line)

    def say_all(self, lines: Iterable[str]) -> None:
        """Several lines."""
        for line in lines:
            self.say(line)

    def ask(self, prompt: str) -> str:
        """What is typed; ``EOFError`` at the end of the input."""
        line = input(prompt)
        if not sys.stdin.isatty():
            click.echo(line)
        return line
