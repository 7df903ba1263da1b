"""Running a command: its language, its errors in one line each, its exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from cemaudit.cli.commands import cli
from cemaudit.cli.extras import missing
from cemaudit.cli.words import speak
from cemaudit.errors import CemauditError
from cemaudit.language import LANGUAGES, Language, detect, message, use

__all__ = ["BUG", "run"]

BUG = 70
INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run ``cemaudit`` with these arguments; returns the exit code (0, 1, 2, 3, 4, 70, or 130 when interrupted)."""
    language = _language(arguments)
    speak(language)
    with use(language):
        try:
            return _answer(arguments)
        except click.ClickException as error:
            return _tell(_usage(error), error.exit_code)
        except CemauditError as error:
            _trace(arguments)
            return _tell("\n".join(map(str, error.problems)), error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            return _tell(str(message("interrupted")), INTERRUPTED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except Exception as error:  # noqa: BLE001 (whatever it is, a person gets one line)
            _trace(arguments)
            return _unforeseen(error)


def _unforeseen(error: Exception) -> int:
    """An extra that is not installed, else a bug."""
    if isinstance(error, ModuleNotFoundError) and (refusal := missing(error)):
        return _tell(str(refusal), refusal.exit_code)
    what = message("this is a bug in cemaudit: {error}", error=f"{type(error).__name__}: {error}")
    return _tell(f"{what} ({message('run again with --debug and report it')})", BUG)


def _answer(arguments: Sequence[str]) -> int:
    result = cli.main(list(arguments), prog_name="cemaudit", standalone_mode=False)
    sys.stdout.flush()
    return result if isinstance(result, int) else 0


def _language(arguments: Sequence[str]) -> Language:
    """The language asked for with ``--lang``, else that of the locale."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            asked = value or next(iter(arguments[position + 1 :]), "")
            return next((language for language in LANGUAGES if language == asked), detect())
    return detect()


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" ({context.command_path} --help)" if context else ""
    return error.format_message() + hint


def _tell(text: str, exit_code: int) -> int:
    for line in text.splitlines() or [""]:
        click.echo(f"cemaudit: {line}", err=True)
    return exit_code


def _trace(arguments: Sequence[str]) -> None:
    if "--debug" in arguments:
        traceback.print_exc()
