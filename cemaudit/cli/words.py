"""click, speaking the language in force: help is translated when it is shown, not when it is written."""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from cemaudit.language import LANGUAGES, LOCALES, N_, Language, translate

__all__ = ["Command", "Speaking", "command", "common_options", "option", "speak"]


def speak(language: Language) -> None:
    """Let click's own words (usage, options, errors) come from our catalogue."""
    gettext.bindtextdomain("cemaudit", LOCALES)
    gettext.textdomain("cemaudit")
    os.environ["LANGUAGE"] = language


class Option(click.Option):
    """An option whose help is translated when shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        written, self.help = self.help, self.help and translate(self.help)
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = written


class Speaking(click.Command):
    """A command whose ``--help`` speaks the language in force, also when another was in force before."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        found = super().get_help_option(ctx)
        if found:
            found.help = translate(N_("Show this message and exit."))
        return found


class Command(Speaking):
    """A command whose help is translated when shown."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        written, self.help = self.help, self.help and translate(self.help)
        try:
            super().format_help_text(ctx, formatter)
        finally:
            self.help = written


option = partial(click.option, cls=Option)
command = partial(click.command, cls=Command, context_settings={"help_option_names": ["-h", "--help"]})


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--lang`` and ``--debug``, which every command takes; ``run`` acts on them before click does."""
    language = option(
        "--lang", type=click.Choice(LANGUAGES), expose_value=False, help=N_("Language; else that of the locale.")
    )
    debug = option("--debug", is_flag=True, expose_value=False, help=N_("Show a traceback when something breaks."))
    return language(debug(function))
