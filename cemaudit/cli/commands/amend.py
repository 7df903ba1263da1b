"""``cemaudit amend``."""

from __future__ import annotations

from pathlib import Path

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, engine_options, print_plugin_problems
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message

SHORTEST_REASON = 5


@localized.command(
    "amend",
    help=N_(
        "Amend a sealed visit: this makes its next revision, which supersedes it. The file handed over earlier is "
        "not changed."
    ),
)
@click.argument("sealed", type=FILE)
@localized.option("--reason", metavar="TEXT", help=N_("Why; else it is asked."))
@localized.option("--at", metavar="ID", help=N_("Begin at this item, touchpoint or number."))
@engine_options
@localized.common_options
def command(sealed: Path, reason: str | None, at: str | None, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Begin a draft of the next revision and ask what to change."""
    from cemaudit.cli.conversation import run_conversation
    from cemaudit.cli.home import home
    from cemaudit.cli.terminal import Terminal
    from cemaudit.entry import Desk, amend, find_question, questions
    from cemaudit.exchange import read_sealed
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    sealed_file = read_sealed(sealed)
    checklist = engine.library.checklist(sealed_file.visit.checklist)
    why = (reason or Terminal().ask(f"{message('Why is the visit amended?')} ")).strip()
    if len(why) < SHORTEST_REASON:
        text = message("a reason of at least {least} characters is needed", least=SHORTEST_REASON)
        raise BadInput(Problem(text))
    desk = Desk(home())
    draft = amend(desk, sealed_file, checklist, why)
    click.echo(
        str(
            message(
                "Draft {number} is revision {revision} of it.",
                number=draft.header.number,
                revision=draft.visit.revision,
            )
        )
    )
    all_questions = questions(draft)
    start_question = find_question(all_questions, at) if at else None
    return run_conversation(desk, draft, engine, None if start_question is None else all_questions[start_question].name)
