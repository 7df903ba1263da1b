"""``cemaudit key``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, OUT_FILE
from cemaudit.errors import LONGEST_PLACE
from cemaudit.language import N_, message, printable, translate

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.keys import PublicKey


_COMMANDS = {
    "new": N_("Make a key to sign sealed visits with."),
    "show": N_("Show the public key and its fingerprint."),
}


class _KeyCommandGroup(localized.TranslatedCommand, click.Group):
    """Two commands under one name."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(translate("Commands")):
            formatter.write_dl([(name, translate(text)) for name, text in _COMMANDS.items()])


@click.group(
    "key",
    cls=_KeyCommandGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_("Keys to sign sealed visits with. Needs the extra: pip install 'cemaudit[sign]'."),
)
@localized.common_options
def command() -> None:
    """The group; its commands follow."""


@localized.command(
    "new",
    help=N_(
        "Make an Ed25519 key: a private file that only you can read, and beside it a .pub file for headquarters. "
        "A key is never overwritten. A passphrase is asked for, or taken from CEMAUDIT_KEY_PASSPHRASE."
    ),
)
@localized.option(
    "--out", type=OUT_FILE, metavar="FILE", help=N_("The private key; else key.pem in cemaudit's own folder.")
)
@localized.option("--comment", default="", metavar="TEXT", help=N_("Whose key it is, as headquarters knows you."))
@localized.common_options
def new(out: Path | None, comment: str) -> None:
    """Make a key and say where it is."""
    from cemaudit.cli.home import chosen_passphrase, key_file
    from cemaudit.exchange.sealed.keys import new_key, public_file

    path = out or key_file()
    key = new_key(path, comment, chosen_passphrase)
    click.echo(f"{message('The private key, for you alone:')} {printable(path, LONGEST_PLACE)}")
    click.echo(f"{message('The public key, for headquarters:')} {printable(public_file(path), LONGEST_PLACE)}")
    _print_fingerprint(key.public)


@localized.command("show", help=N_("Show the public key in a file (private or public) and its fingerprint."))
@click.argument("file", required=False, type=FILE)
@localized.common_options
def show(file: Path | None) -> None:
    """The line to give away, and the digits to read out."""
    for key in _public_keys(file):
        click.echo(printable(key.line, LONGEST_PLACE))
        _print_fingerprint(key)


def _public_keys(file: Path | None) -> tuple[PublicKey, ...]:
    from cemaudit.cli.home import signing_key
    from cemaudit.exchange.sealed.keys import is_private, read_public_keys

    return read_public_keys(file) if file and not is_private(file) else (signing_key(file).public,)


def _print_fingerprint(key: PublicKey) -> None:
    click.echo(f"{message('Fingerprint:')} {key.fingerprint}")


command.add_command(new)


command.add_command(show)
