"""``cemaudit plugins``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cemaudit import __version__
from cemaudit.cli import localized
from cemaudit.cli.options import json_option, print_problems
from cemaudit.language import N_, Message, message, translate
from cemaudit.plugin_metadata import CORE

if TYPE_CHECKING:
    from cemaudit.conformance import CheckResult
    from cemaudit.plugins import Plugin
    from cemaudit.scoring import Engine

MOST_FAULTS = 5
"""Faults of one check that are printed; ``--json`` has all."""

_LEVELS = {"NONE": N_("none"), "BRONZE": N_("bronze"), "SILVER": N_("silver"), "GOLD": N_("gold")}


@localized.command(
    "plugins",
    help=N_("List the plugins, what they bring and what is wrong with them. Exit code 1 where anything is wrong."),
)
@localized.option("--no-plugin", "blocked", multiple=True, metavar="NAME", help=N_("Do not load this plugin."))
@localized.option("--levels", is_flag=True, help=N_("Try each plugin on edge visits, and show the level it reaches."))
@json_option
@localized.common_options
def command(blocked: tuple[str, ...], levels: bool, as_json: bool) -> int:
    """List every entry point of the group, loaded or not."""
    from cemaudit.scoring import Engine

    engine = Engine(blocked)  # reads every checklist, so that its problems are known
    plugins = engine.plugins
    results = {plugin.name: try_plugin(engine, plugin) for plugin in plugins.entries if levels and plugin.hooks}
    if as_json:
        records = [{**plugin_to_dict(plugin), **level_to_dict(results.get(plugin.name))} for plugin in plugins.entries]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        for plugin in plugins.entries:
            print_plugin(plugin)
            if plugin.name in results:
                print_level(results[plugin.name])
    print_problems(plugins.unreadable)
    return 1 if plugins.problems else 0


def try_plugin(engine: Engine, plugin: Plugin) -> list[CheckResult]:
    """Run every check on a plugin."""
    from cemaudit.conformance import Trial, check_plugin

    return check_plugin(Trial(engine, plugin.name))


def level_to_dict(results: Sequence[CheckResult] | None) -> dict[str, object]:
    """The level and every check as plain JSON values; nothing where none was run."""
    from cemaudit.conformance import reached

    if results is None:
        return {}
    checks = {
        result.check.name: {
            "level": result.check.level.name.lower(),
            "faults": [str(fault) for fault in result.faults],
            "not_applicable": None if result.not_applicable is None else str(result.not_applicable),
        }
        for result in results
    }
    return {"level": reached(results).name.lower(), "checks": checks}


def print_level(results: Sequence[CheckResult]) -> None:
    """Print the level, and what keeps the plugin from the next one."""
    from cemaudit.conformance import reached

    level = reached(results)
    click.echo(f"  {message('level')}: {translate(_LEVELS[level.name])}")
    for result in results:
        if result.faults and result.check.level == level + 1:
            click.echo(f"    {message('not yet')}: {translate(result.check.title)}")
            for fault in result.faults[:MOST_FAULTS]:
                click.echo(f"      {fault}")
            if len(result.faults) > MOST_FAULTS:
                click.echo(f"      {message('and {count} more', count=len(result.faults) - MOST_FAULTS)}")


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
        "schemes": plugin.schemes,
        "aggregators": plugin.aggregators,
        "remarks": [str(problem) for problem in plugin.remarks],
        "requires": plugin.requirement and plugin.requirement.wanted,
        "requires_met": plugin.requirement and plugin.requirement.is_met,
    }


def contract_of(plugin: Plugin) -> Message:
    """Which versions of cemaudit a plugin is made for, and whether this is one of them."""
    if plugin.requirement is None:
        return message("not said; write cemaudit and the versions among its dependencies")
    values = {"wanted": plugin.requirement.wanted or "*", "version": __version__}
    if plugin.requirement.is_met:
        return message("cemaudit {wanted}; this is {version}, which fits", **values)
    return message("cemaudit {wanted}; this is {version}, which does not fit", **values)


def print_plugin(plugin: Plugin) -> None:
    """Print what a plugin brings, and what is wrong with it."""
    click.echo(f"{plugin.name}  ({plugin.distribution} {plugin.version})")
    for label, values in (
        (message("hooks"), plugin.hooks),
        (message("checklists"), plugin.checklists),
        (message("journeys"), plugin.journeys),
        (message("lenses"), plugin.lenses),
        (message("platforms"), plugin.platforms),
        (message("schemes"), plugin.schemes),
        (message("aggregators"), plugin.aggregators),
    ):
        if values:
            click.echo(f"  {label}: {', '.join(values)}")
    if plugin.distribution != CORE:
        click.echo(f"  {message('made for')}: {contract_of(plugin)}")
    for problem in plugin.problems:
        click.echo(f"  {message('problem')}: {problem}")
    for remark in plugin.remarks:
        click.echo(f"  {message('remark')}: {remark}")
