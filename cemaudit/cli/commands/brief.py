"""``cemaudit brief``."""

from __future__ import annotations

from pathlib import Path

import click

from cemaudit.cli import localized
from cemaudit.cli.options import engine_options, print_plugin_problems
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import N_, message


@localized.command(
    "brief",
    help=N_("Read before a visit: the role, what to look for, how to behave, what to bring. Nothing is begun."),
)
@click.argument("checklist")
@localized.option("--scenario", metavar="ID", help=N_("The scenario to be played; else all of them."))
@engine_options
@localized.common_options
def command(checklist: str, scenario: str | None, blocked: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Print the briefing of a checklist."""
    from cemaudit.cli.inputs import find_checklist
    from cemaudit.cli.terminal import Terminal
    from cemaudit.entry import briefing, things_to_bring
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    chosen = find_checklist(engine, checklist)
    scenarios = [each.id for each in chosen.scenarios]
    if scenario is not None and scenario not in scenarios:
        problem = Problem(message("no such scenario: {scenario}", scenario=scenario), hint=nearest(scenario, scenarios))
        raise BadInput(problem)
    screen = Terminal()
    for line in (*briefing(chosen, *([scenario] if scenario else scenarios)), *things_to_bring(chosen)):
        screen.say(line)
