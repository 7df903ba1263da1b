"""``cemaudit show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import json_option
from cemaudit.language import N_, message, printable, translate

if TYPE_CHECKING:
    from cemaudit.entry import Draft


@localized.command("show", help=N_("Show what a draft holds so far."))
@click.argument("draft")
@json_option
@localized.common_options
def command(draft: str, as_json: bool) -> None:
    """Question by question, or the visit as JSON."""
    from cemaudit.cli.home import home
    from cemaudit.entry import Desk
    from cemaudit.exchange import line_of

    found_draft = Desk(home()).find(draft)
    if as_json:
        click.echo(line_of(found_draft.visit))
    else:
        print_draft(found_draft)


def print_draft(draft: Draft) -> None:
    """Print the questions of a draft with what was answered."""
    from cemaudit.cli.terminal import Terminal
    from cemaudit.entry import ask_line, questions, shown_value

    screen = Terminal()
    store = printable(" ".join(filter(None, (draft.visit.store, draft.visit.store_name))))
    screen.say(f"{draft.checklist.title} ({draft.checklist.ref}), {store}")
    touchpoint = None
    for question in questions(draft):
        if question.touchpoint is not touchpoint:
            touchpoint = question.touchpoint
            screen.say()
            screen.say(str(touchpoint.title) if touchpoint else "")
        answer_text = shown_value(question, draft)
        answer = (
            translate(N_("(open)")) if answer_text is None and question.is_open(draft.values) else answer_text or "-"
        )
        screen.say(f"  {ask_line(question, draft.words)}")
        for line in answer.splitlines() or ["-"]:
            screen.say(f"      {line}")
    for override in draft.visit.overrides:
        screen.say(f"  {message('let stand: {said}', said=override.said)} ({printable(override.reason)})")
