"""The shopper's folder on this machine, and the key in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli.options import print_problems
from cemaudit.errors import Problem
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.keys import SigningKey

__all__ = ["HOME", "chosen_passphrase", "home", "key_file", "signing_key"]

HOME = "CEMAUDIT_HOME"


def home() -> Path:
    """The folder named by ``CEMAUDIT_HOME``, else the usual one of the system."""
    return Path(os.environ.get(HOME) or click.get_app_dir("cemaudit")).expanduser()


PASSPHRASE = "CEMAUDIT_KEY_PASSPHRASE"  # noqa: S105 (the name of the variable that holds it)


def key_file() -> Path:
    """Where the key lies unless another file is named."""
    return home() / "key.pem"


def signing_key(path: Path | None = None) -> SigningKey:
    """The private key in ``path``, else the usual one; its passphrase is asked for where there is somebody to ask."""
    from cemaudit.exchange.sealed.keys import read_key, readable_by_others

    path = path or key_file()
    key = read_key(path, _passphrase_or_prompt)
    if readable_by_others(path):
        text = message("others can read this private key")
        hint = message("take that right from them: {command}", command="chmod 600")
        print_problems([Problem(text, str(path), hint).inside(message("warning"))])
    return key


def chosen_passphrase() -> str | None:
    """The passphrase for a new key; nothing where none is wanted."""
    return _passphrase(N_("Passphrase for the key (empty for none)"), twice=True)


def _passphrase_or_prompt() -> str | None:
    return _passphrase(N_("Passphrase of the key"), twice=False)


def _passphrase(question: str, *, twice: bool) -> str | None:
    passphrase = os.environ.get(PASSPHRASE)
    if passphrase is not None or not sys.stdin.isatty():
        return passphrase
    typed: str = click.prompt(
        translate(question), default="", show_default=False, hide_input=True, confirmation_prompt=twice, err=True
    )
    return typed
