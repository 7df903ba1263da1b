"""What ``enter``, ``resume`` and ``amend`` share: a conversation on the terminal, and what to do next."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from cemaudit.errors import CemauditError
from cemaudit.language import message

if TYPE_CHECKING:
    from cemaudit.entry import Desk, Draft
    from cemaudit.scoring import Engine

__all__ = ["run_conversation"]

INTERRUPTED = 130
ENDED = 3


def run_conversation(desk: Desk, draft: Draft, engine: Engine, start: str | None = None) -> int:
    """Ask until the visit is ready (exit code 0, also when the shopper leaves), the input ends (3) or Ctrl-C (130)."""
    from cemaudit.cli.terminal import Terminal
    from cemaudit.entry import Conversation

    number = draft.header.number
    # every answer is durable before the next question, so whatever ends this loses nothing
    with desk.opened(draft, engine) as held:
        # Piped lines come all at once: timing them would measure nothing.
        conversation = Conversation(held, Terminal(), time.monotonic if sys.stdin.isatty() else None)
        try:
            ready = conversation.run(start)
        except EOFError:
            return _print_kept(number, message("the input ended"), ENDED)
        except KeyboardInterrupt:
            return _print_kept(number, message("interrupted"), INTERRUPTED)
        except CemauditError as error:
            hint = message("everything said before is kept; go on with: cemaudit resume {number}", number=number)
            click.echo(f"cemaudit: {hint}", err=True)
            raise error
    if not ready:
        return _print_kept(number, message("left"), 0)
    click.echo()
    click.echo(str(message("Nothing is open. Hand it over with: cemaudit seal {number}", number=number)))
    return 0


def _print_kept(number: int, why: object, exit_code: int) -> int:
    click.echo(err=True)
    kept = message("{why}; everything is kept, go on with: cemaudit resume {number}", why=why, number=number)
    click.echo(f"cemaudit: {kept}", err=True)
    return exit_code
