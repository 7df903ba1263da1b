"""``cemaudit amend``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, engine_options, print_plugin_problems
from cemaudit.cli.terminal import print_wrapped
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.entry import Desk, Draft
    from cemaudit.exchange.sealed.records import ReturnReview
    from cemaudit.scoring import Engine

LONGEST_WORDS = 5_000


@localized.command(
    "amend",
    help=N_(
        "Amend a sealed visit: this makes its next revision, which supersedes it. The file handed over earlier is "
        "not changed. With --set the revision is sealed at once."
    ),
)
@click.argument("sealed", type=FILE)
@localized.option("--reason", metavar="TEXT", help=N_("Why; else it is asked."))
@localized.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help=N_(
        "Change an answer and seal the revision: GS04=30, GS04.note=TEXT, greeting.emotion=2, day=11-20, "
        "started=14:05. Repeatable."
    ),
)
@localized.option(
    "--out",
    "folder",
    type=FILE,
    metavar="DIR",
    help=N_("With --set: where the sealed revision goes; beside the file unless said."),
)
@localized.option("--sign", "name", metavar="CODE", help=N_("Sign the statement with this code; else it is asked."))
@localized.option("--at", metavar="ID", help=N_("Begin at this item, touchpoint or number."))
@engine_options
@localized.common_options
def command(
    sealed: Path,
    reason: str | None,
    settings: tuple[str, ...],
    folder: Path | None,
    name: str | None,
    at: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Begin a draft of the next revision and ask what to change, or change it and seal."""
    from cemaudit.cli.conversation import run_conversation
    from cemaudit.cli.home import home
    from cemaudit.entry import Desk, amend, find_question, questions
    from cemaudit.entry.draft import SHORTEST_REASON
    from cemaudit.exchange import read_sealed
    from cemaudit.scoring import Engine

    if settings and at:
        raise click.UsageError(str(message("--set and --at cannot be had at once")))
    if not settings and (folder or name):
        raise click.UsageError(str(message("--out and --sign need --set")))
    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    sealed_file = read_sealed(sealed)
    if sealed_file.review:
        print_review(sealed_file.review)
    checklist = engine.library.checklist(sealed_file.visit.checklist)
    why = ask_for_reason() if reason is None else reason.strip()
    if len(why) < SHORTEST_REASON:
        raise BadInput(Problem(message("a reason of at least {least} characters is needed", least=SHORTEST_REASON)))
    desk = Desk(home())
    draft = amend(desk, sealed_file, checklist, why, settings)
    revision = message(
        "Draft {number} is revision {revision} of it.", number=draft.header.number, revision=draft.visit.revision
    )
    click.echo(str(revision))
    if settings:
        return seal_revision(desk, draft, engine, folder or sealed.parent, name)
    all_questions = questions(draft)
    start_question = find_question(all_questions, at) if at else None
    return run_conversation(desk, draft, engine, None if start_question is None else all_questions[start_question].name)


def print_review(review: ReturnReview) -> None:
    """What the editor who sent the visit back wrote."""
    day = review.at.date().isoformat()
    print_wrapped(str(message("Returned on {day} by {who}:", day=day, who=review.by)))
    for line in review.reason.splitlines():
        print_wrapped(f"  {printable(line, LONGEST_WORDS)}", indent="  ")


def ask_for_reason() -> str:
    """The reason of an amendment, asked for until it is long enough; empty where the input ends or nothing is typed."""
    from cemaudit.cli.terminal import Terminal
    from cemaudit.entry.draft import SHORTEST_REASON

    screen = Terminal()
    while True:
        try:
            why = screen.ask(f"{message('Why is the visit amended?')} ").strip()
        except EOFError:
            return ""
        if not why or len(why) >= SHORTEST_REASON:
            return why
        screen.say(f"  ! {message('a reason of at least {least} characters is needed', least=SHORTEST_REASON)}")


def seal_revision(desk: Desk, draft: Draft, engine: Engine, folder: Path, name: str | None) -> int:
    """Check, sign and seal a revision whose changes were given; where that cannot be, the draft stays."""
    from cemaudit.cli.commands.seal import ask_for_signature, print_sealed
    from cemaudit.cli.home import key_file, signing_key
    from cemaudit.entry import refuse_unready, seal
    from cemaudit.errors import CemauditError

    try:
        with desk.opened(draft, engine) as held:
            ready = refuse_unready(held)
            signing = signing_key(None) if key_file().exists() else None
            print_sealed(seal(held, folder, ask_for_signature(name, ready), signing))
    except CemauditError:
        hint = message("the change is kept; go on with: cemaudit resume {number}", number=draft.header.number)
        click.echo(f"cemaudit: {hint}", err=True)
        raise
    return 0
