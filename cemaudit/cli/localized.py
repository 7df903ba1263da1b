"""click in the language in force: commands, groups, options and kinds of numbers."""

from __future__ import annotations

import gettext
import math
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cemaudit.language import LANGUAGES, LOCALES, N_, Language, message, translate

if TYPE_CHECKING:
    from click.types import OptionHelpExtra

__all__ = [
    "POINTS",
    "PROBABILITY",
    "BoundedNumber",
    "Translated",
    "TranslatedCommand",
    "command",
    "common_options",
    "group",
    "option",
    "speak",
]


def speak(language: Language) -> None:
    """Let click's own words (usage, options, errors) come from our catalogue."""
    gettext.bindtextdomain("cemaudit", LOCALES)
    gettext.textdomain("cemaudit")
    # click asks gettext itself, which goes by this variable before the locale
    os.environ["LANGUAGE"] = language


class TranslatedOption(click.Option):
    """An option whose help is translated when shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        written, self.help = self.help, self.help and translate(self.help)
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = written

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        extra = super().get_help_extra(ctx)
        if "required" in extra:
            extra["required"] = translate(N_("required"))
        return extra


_USAGE = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."), N_("[COMMAND] [ARGS]..."))
"""What click writes in its usage lines in English alone."""


class Translated(click.Command):
    """A command whose ``--help`` speaks the language in force, also when another was in force before."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        help_parameter = super().get_help_option(ctx)
        if help_parameter:
            help_parameter.help = translate(N_("Show this message and exit."))
        return help_parameter

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [translate(piece) if piece in _USAGE else piece for piece in super().collect_usage_pieces(ctx)]


class TranslatedCommand(Translated):
    """A command whose help is translated when shown."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        written, self.help = self.help, self.help and translate(self.help)
        try:
            super().format_help_text(ctx, formatter)
        finally:
            self.help = written


option = partial(click.option, cls=TranslatedOption)
command = partial(click.command, cls=TranslatedCommand, context_settings={"help_option_names": ["-h", "--help"]})


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--lang`` and ``--debug``, which every command takes; ``run`` acts on them before click does."""
    language = option(
        "--lang", type=click.Choice(LANGUAGES), expose_value=False, help=N_("Language; else that of the locale.")
    )
    debug = option("--debug", is_flag=True, expose_value=False, help=N_("Show a traceback when something breaks."))
    return language(debug(function))


MOST = 1_000_000


class BoundedNumber(click.FloatRange):
    """A number within limits; ``nan`` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        converted: float = super().convert(value, param, ctx)
        if math.isnan(converted):
            self.fail(str(message("{value} is not a number", value=value)), param, ctx)
        return converted


class _PointsType(click.types.FloatParamType):
    """A score; ``inf``, ``nan`` and what no scale of points reaches are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        converted: float = super().convert(value, param, ctx)
        if not abs(converted) <= MOST:
            self.fail(str(message("{value} is no score", value=value)), param, ctx)
        return converted


POINTS = _PointsType()

PROBABILITY = BoundedNumber(0.5, 1, max_open=True)
"""A probability that is worth acting on: a half or more, never certainty."""


class _CommandGroup(TranslatedCommand, click.Group):
    """A group whose commands' one-line helps are translated when shown."""

    about: dict[str, str]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        with formatter.section(translate("Commands")):
            formatter.write_dl([(name, translate(text)) for name, text in self.about.items()])


def group(
    name: str, text: str, about: dict[str, str], *, alone: bool = False
) -> Callable[[Callable[..., Any]], _CommandGroup]:
    """The group ``name`` with the help ``text``; ``about`` has one line for each of its commands.

    ``alone``: it is a command itself, too; its function is called before any of its commands.
    """

    def make(function: Callable[..., Any]) -> _CommandGroup:
        made: _CommandGroup = click.group(
            name,
            cls=_CommandGroup,
            context_settings={"help_option_names": ["-h", "--help"]},
            help=text,
            invoke_without_command=alone,
        )(common_options(function))
        made.about = about
        return made

    return make
