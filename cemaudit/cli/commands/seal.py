"""``cemaudit seal``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, engine_options, print_plugin_problems
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.entry.draft import Draft
    from cemaudit.exchange import Sealed


@localized.command(
    "seal",
    help=N_(
        "Hand a draft over: check it, sign the statement, write the sealed file, read it again. Exit code 1 where "
        "something is open or in doubt."
    ),
)
@click.argument("draft")
@localized.option(
    "--out",
    "folder",
    type=FILE,
    default=Path(),
    metavar="DIR",
    help=N_("Where the sealed file goes; here unless said."),
)
@localized.option("--sign", "name", metavar="CODE", help=N_("Sign the statement with this code; else it is asked."))
@localized.option(
    "--key",
    type=FILE,
    metavar="FILE",
    help=N_("Sign the file with this private key; else with the one 'cemaudit key new' made, where there is one."),
)
@localized.option("--unsigned", is_flag=True, help=N_("Sign with no key, even where there is one."))
@engine_options
@localized.common_options
def command(
    draft: str,
    folder: Path,
    name: str | None,
    key: Path | None,
    unsigned: bool,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Check, sign, write, read again."""
    from cemaudit.cli.home import home, key_file, signing_key
    from cemaudit.entry import Desk, refuse_unready, seal
    from cemaudit.scoring import Engine

    if key and unsigned:
        raise click.UsageError(str(message("--key and --unsigned cannot be had at once")))
    if folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    engine = Engine(blocked, files)
    desk = Desk(home())
    found_draft = desk.find(draft)
    print_plugin_problems(engine)
    with desk.opened(found_draft, engine) as held:
        ready = refuse_unready(held)
        signing = signing_key(key) if key or (key_file().exists() and not unsigned) else None
        sealed = seal(held, folder, ask_for_signature(name, ready), signing)
    print_sealed(sealed)
    return 0


def ask_for_signature(name: str | None, draft: Draft) -> str:
    """The code that signs the statement, asked for below it unless given; it is that of the shopper, where known."""
    from cemaudit.cli.terminal import Terminal
    from cemaudit.entry import statement_words

    if name is None:
        screen = Terminal()
        screen.say(statement_words(draft.words))
        screen.say(str(message("Type your code to sign it.")))
        try:
            name = screen.ask("> ").strip()
        except EOFError:
            name = ""
    # A revision is signed by whoever signed the visit, also where no code was given when it was begun.
    if not name or name != (draft.visit.shopper or draft.values.get("signed_before") or name):
        hint = message("sign with the code the visit was entered under")
        raise BadInput(Problem(message("not signed; the draft is kept as it is"), hint=hint))
    return name


def print_sealed(sealed: Sealed) -> None:
    """Print where the sealed file is, and what is in it."""
    count = len(sealed.media)
    click.echo(str(message("Sealed and read again: {path}", path=sealed.path)))
    click.echo(f"  {message('evidence: {count}', count=count)}, SHA-256 {sealed.sha256}")
    if sealed.signer:
        click.echo(f"  {message('signed with the key {fingerprint}', fingerprint=sealed.signer.fingerprint)}")
    for change in sealed.visit.changes:
        click.echo(
            f"  {printable(change.place)}: {printable(change.before or '-')} -> {printable(change.after or '-')}"
        )
