"""``cemaudit history``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import json_option, ledger_option
from cemaudit.cli.terminal import print_wrapped
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.ledger.history import VisitRevision


@localized.command(
    "history",
    help=N_(
        "Show what the ledger knows of a visit: its revisions, when they came, what they changed, and their states."
    ),
)
@click.argument("visit")
@ledger_option
@json_option
@localized.common_options
def command(visit: str, url: str, as_json: bool) -> None:
    """One paragraph, or one JSON object, for each revision."""
    from cemaudit.ledger import open_ledger, visit_history

    with open_ledger(url) as ledger:
        revisions = visit_history(ledger, visit)
    for revision in revisions:
        if as_json:
            click.echo(json.dumps(revision.as_json(), ensure_ascii=False))
        else:
            for line in revision_lines(revision):
                print_wrapped(line, indent="    ")


def revision_lines(revision: VisitRevision) -> Iterator[str]:
    """The lines that say what the ledger knows of a revision."""
    from cemaudit.entry.doubts import missing_words

    held = revision.held
    where = ", ".join(filter(None, (printable(held.store), held.day, held.checklist)))
    yield f"{message('revision {number}', number=held.revision)}: {where}"
    sealing = ""
    if revision.sealed:
        signed = message("signed") if revision.signed else message("not signed")
        sealing = f", {message('sealed file {digest}', digest=revision.sealed)}, {signed}"
    yield f"  {message('{at}: collected by {who}', at=revision.at, who=revision.by)}{sealing}"
    if revision.missing:
        yield f"  {message('incomplete')}: {missing_words(revision.missing)}"
    if revision.appeal:
        yield f"  {message('made by headquarters upon appeal {name}, not by the shopper', name=revision.appeal)}"
    if revision.waits:
        yield f"  {message('the revision before it has not come in yet')}"
    if revision.amendment:
        yield f"  {message('amended: {reason}', reason=revision.amendment)}"
    for change in revision.changes:
        before, after = (printable(text or "-") for text in (change.before, change.after))
        yield f"    {printable(change.place)}: {before} -> {after}"
    for review in revision.reviews:
        sentence = message("{at}: {state} by {who}", at=review.at, state=review.state.words, who=review.who)
        yield f"  {sentence}" + (f": {printable(review.reason)}" if review.reason else "")
    for purge in revision.purges:
        sentence = message("{at}: personal data removed by {who}", at=purge.at, who=purge.by)
        yield f"  {sentence}: {printable(purge.reason)}"
