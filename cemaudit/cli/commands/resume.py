"""``cemaudit resume``."""

from __future__ import annotations

from pathlib import Path

import click

from cemaudit.cli import localized
from cemaudit.cli.options import engine_options, print_plugin_problems
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message


@localized.command("resume", help=N_("Go on with a draft, where it was left or at a question."))
@click.argument("draft")
@localized.option("--at", metavar="ID", help=N_("Begin at this item, touchpoint or number."))
@engine_options
@localized.common_options
def command(draft: str, at: str | None, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Ask on; a draft keeps the checklist it was begun with, whatever is installed now."""
    from cemaudit.cli.conversation import run_conversation
    from cemaudit.cli.home import home
    from cemaudit.entry import Desk, DraftState, find_question, questions
    from cemaudit.scoring import Engine

    desk = Desk(home())
    found_draft = desk.find(draft)
    if found_draft.state is DraftState.SEALED:
        text = message("draft {number} is sealed", number=found_draft.header.number)
        raise BadInput(Problem(text, hint=message("change it with 'cemaudit amend FILE'")))
    if found_draft.state is DraftState.DISCARDED:
        hint = message("take it out with 'cemaudit discard --restore {number}'", number=found_draft.header.number)
        raise BadInput(Problem(message("draft {number} is in the bin", number=found_draft.header.number), hint=hint))
    all_questions = questions(found_draft)
    start_question = find_question(all_questions, at) if at else None
    if at and start_question is None:
        raise BadInput(Problem(message("no such question: {word}", word=at)))
    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    _tell_version(engine, found_draft.checklist.id, found_draft.checklist.ref)
    return run_conversation(
        desk, found_draft, engine, None if start_question is None else all_questions[start_question].name
    )


def _tell_version(engine: object, checklist_id: str, ref: str) -> None:
    from cemaudit.cli.inputs import find_checklist
    from cemaudit.scoring import Engine

    if not isinstance(engine, Engine):
        return
    try:
        newest = find_checklist(engine, checklist_id).ref
    except BadInput:
        newest = ref
    if newest != ref:
        text = message("this draft answers {ref}, as it was begun; {newest} is newer", ref=ref, newest=newest)
        click.echo(f"cemaudit: {text}", err=True)
