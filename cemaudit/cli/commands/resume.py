"""``cemaudit resume``."""

from __future__ import annotations

from pathlib import Path

import click

from cemaudit.cli import localized
from cemaudit.cli.options import engine_options, tell_plugin_problems
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message


@localized.command("resume", help=N_("Go on with a draft, where it was left or at a question."))
@click.argument("draft")
@localized.option("--at", metavar="ID", help=N_("Begin at this item, touchpoint or number."))
@engine_options
@localized.common_options
def command(draft: str, at: str | None, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Ask on; a draft keeps the checklist it was begun with, whatever is installed now."""
    from cemaudit.cli.conversation import converse
    from cemaudit.cli.home import home
    from cemaudit.entry.desk import Desk
    from cemaudit.entry.draft import State
    from cemaudit.entry.questions import find, questions
    from cemaudit.scoring import Engine

    desk = Desk(home())
    found = desk.find(draft)
    if found.state is State.SEALED:
        what = message("draft {number} is sealed", number=found.header.number)
        raise BadInput(Problem(what, hint=message("change it with 'cemaudit amend FILE'")))
    if found.state is State.DISCARDED:
        hint = message("take it out with 'cemaudit discard --restore {number}'", number=found.header.number)
        raise BadInput(Problem(message("draft {number} is in the bin", number=found.header.number), hint=hint))
    asked = questions(found)
    place = find(asked, at) if at else None
    if at and place is None:
        raise BadInput(Problem(message("no such question: {word}", word=at)))
    engine = Engine(blocked, files)
    tell_plugin_problems(engine)
    _tell_version(engine, found.checklist.id, found.checklist.ref)
    return converse(desk, found, engine, None if place is None else asked[place].name)


def _tell_version(engine: object, checklist_id: str, ref: str) -> None:
    from cemaudit.cli.inputs import the_checklist
    from cemaudit.scoring import Engine

    if not isinstance(engine, Engine):
        return
    try:
        newest = the_checklist(engine, checklist_id).ref
    except BadInput:
        newest = ref
    if newest != ref:
        what = message("this draft answers {ref}, as it was begun; {newest} is newer", ref=ref, newest=newest)
        click.echo(f"cemaudit: {what}", err=True)
