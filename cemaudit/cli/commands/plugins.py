"""``cemaudit plugins``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import json_option
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.plugins import Plugin


@localized.command(
    "plugins",
    help=N_("List the plugins, what they bring and what is wrong with them. Exit code 1 where anything is wrong."),
)
@localized.option("--no-plugin", "blocked", multiple=True, metavar="NAME", help=N_("Do not load this plugin."))
@json_option
@localized.common_options
def command(blocked: tuple[str, ...], as_json: bool) -> int:
    """List every entry point of the group, loaded or not."""
    from cemaudit.library import Library
    from cemaudit.plugins import load_plugins
    from cemaudit.scoring.aggregators import BUILT_IN

    plugins = load_plugins(blocked)
    Library(plugins, built_in=BUILT_IN)  # reads every checklist, so that its problems are known
    if as_json:
        click.echo(json.dumps([plugin_to_dict(plugin) for plugin in plugins.entries], ensure_ascii=False, indent=2))
    else:
        for plugin in plugins.entries:
            print_plugin(plugin)
    return 1 if plugins.problems else 0


def plugin_to_dict(plugin: Plugin) -> dict[str, object]:
    """A plugin as plain JSON values."""
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "hooks": list(plugin.hooks),
        "checklists": plugin.checklists,
        "journeys": plugin.journeys,
        "lenses": plugin.lenses,
        "platforms": plugin.platforms,
        "problems": [str(problem) for problem in plugin.problems],
    }


def print_plugin(plugin: Plugin) -> None:
    """Print what a plugin brings, and what is wrong with it."""
    click.echo(f"{plugin.name}  ({plugin.distribution} {plugin.version})")
    for label, values in (
        (message("hooks"), plugin.hooks),
        (message("checklists"), plugin.checklists),
        (message("journeys"), plugin.journeys),
        (message("lenses"), plugin.lenses),
        (message("platforms"), plugin.platforms),
    ):
        if values:
            click.echo(f"  {label}: {', '.join(values)}")
    for problem in plugin.problems:
        click.echo(f"  {message('problem')}: {problem}")
