"""Several commands under one name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cemaudit.cli import words
from cemaudit.language import translate

__all__ = ["group"]


class _Group(words.Command, click.Group):
    """A group whose commands' one-line helps are translated when shown."""

    about: dict[str, str]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        with formatter.section(translate("Commands")):
            formatter.write_dl([(name, translate(text)) for name, text in self.about.items()])


def group(
    name: str, text: str, about: dict[str, str], *, alone: bool = False
) -> Callable[[Callable[..., Any]], _Group]:
    """The group ``name`` with the help ``text``; ``about`` has one line for each of its commands.

    ``alone``: it is a command itself, too; its function is called before any of its commands.
    """

    def make(function: Callable[..., Any]) -> _Group:
        made: _Group = click.group(
            name,
            cls=_Group,
            context_settings={"help_option_names": ["-h", "--help"]},
            help=text,
            invoke_without_command=alone,
        )(words.common_options(function))
        made.about = about
        return made

    return make
