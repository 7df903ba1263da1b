"""The pools shoppers work in, as an option."""

from __future__ import annotations

import click

from cemaudit.cli.words import option
from cemaudit.language import N_

__all__ = ["pool_of", "pool_option"]

_NONE = "none"

pool_option = option(
    "--pool", type=click.Choice(("region", "format", "brand", "owner", "pool", _NONE)),
    help=N_("The pools shoppers work in; else the stores' pool or region."),
)  # fmt: skip


def pool_of(pool: str | None) -> str | None:
    """The pool's key as questions have it."""
    from cemaudit.compare.selection import NO_POOL

    return NO_POOL if pool == _NONE else pool
