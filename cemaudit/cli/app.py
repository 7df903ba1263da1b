"""The program: its commands in groups, their language, errors in one line each, exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from io import TextIOWrapper

import click

from cemaudit.cli.localized import Translated, common_options, option, speak
from cemaudit.errors import BadEnvironment, CemauditError, Problem
from cemaudit.files import find_full_disk
from cemaudit.language import LANGUAGES, N_, Language, detect, message, translate, use

__all__ = ["BUG", "COMMANDS", "EXTRAS", "cli", "is_installed", "missing_extra", "run"]

EXTRAS = {
    "hq": ("numpy", "duckdb", "scipy"),
    "xlsx": ("openpyxl", "defusedxml"),
    "spreadsheets": ("xlrd", "python_calamine"),
    "pdf": ("pypdf",),
    "postgres": ("psycopg",),
    "sign": ("cryptography",),
    "calendar": ("icalendar",),
    "spark": ("pyspark", "pyarrow", "pandas"),
}
"""The packages an extra brings, by the names they are imported by."""


def is_installed(extra: str) -> bool:
    """Whether the packages of an extra are installed."""
    return all(map(_can_be_found, EXTRAS[extra]))


def missing_extra(error: ModuleNotFoundError) -> BadEnvironment | None:
    """The error for people where the package that was not found is an extra's; ``None`` where it is not."""
    name = (error.name or "").partition(".")[0]
    extra = next((extra for extra, packages in EXTRAS.items() if name in packages), None)
    if extra is None:
        return None
    hint = message("install it: {command}", command=f"pip install 'cemaudit[{extra}]'")
    return BadEnvironment(Problem(message("this needs the extra {extra}", extra=extra), hint=hint))


def _can_be_found(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # it is kept from being loaded
        return False


GROUPS: dict[str, dict[tuple[str, ...], str]] = {
    N_("Shoppers"): {
        ("brief", "enter"): N_("Read the briefing; enter a visit."),
        ("resume", "drafts"): N_("Go on with a draft; list the drafts."),
        ("show", "discard"): N_("Show what a draft holds; put it into the bin."),
        ("seal", "amend"): N_("Hand over a sealed visit; take it up again."),
        ("key",): N_("Make and show keys to sign visits with."),
    },
    N_("Headquarters, collecting"): {
        ("form", "import"): N_("Write forms to fill in; read what comes back."),
        ("verify", "collect"): N_("Check sealed visits; take visits into a ledger."),
        ("stores", "review"): N_("Register stores; accept or exclude visits."),
        ("alerts",): N_("What must be told at once: critical items not met."),
        ("screening",): N_("Point out what an editor should look at."),
        ("history", "ledger"): N_("The history of a visit; check or copy a ledger."),
        ("people",): N_("Show who a pseudonym is; the trail notes it."),
        ("purge",): N_("Remove personal data; the scores stay."),
    },
    N_("Headquarters, looking"): {
        ("score", "explain"): N_("Score visits; unfold a score to its answers."),
        ("whatif",): N_("Find the cheapest changes that reach a band."),
        ("report",): N_("Write the report of each visit as PDF."),
        ("snapshot", "query", "export"): N_("Update the snapshot; query it; write it out."),
        ("rescore",): N_("Score the history under another scheme."),
    },
    N_("Headquarters, comparing"): {
        ("compare", "trend"): N_("Compare stores fairly; compare waves."),
        ("shoppers", "items"): N_("How strict shoppers are; which items work."),
        ("drivers",): N_("Which touchpoints go with an outcome."),
        ("touchpoints",): N_("Choose the touchpoints to mend first."),
        ("promises",): N_("What a company promises, and whether it is kept."),
        ("check",): N_("Hold the visits against a policy: targets and gates."),
        ("plan-visits",): N_("How many visits it takes to see a difference."),
    },
    N_("Headquarters, acting"): {
        ("actions", "effect"): N_("Note what was decided; estimate what it did."),
        ("appeals",): N_("Stores contest a visit; headquarters decides."),
    },
    N_("Authors of checklists and plugins"): {
        ("lint", "import-form"): N_("Check checklists; draft one from an XLSForm."),
    },
    N_("Anyone"): {
        ("demo", "checklists"): N_("Make simulated chains; list the checklists."),
        ("schemes", "plugins"): N_("List the schemes; list the plugins."),
    },
}
"""The commands by who needs them, related ones in one row with one line of help."""

COMMANDS = tuple(name for rows in GROUPS.values() for names in rows for name in names)


class LazyGroup(Translated, click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        name = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        # only now: the help of the program must not load what single commands need
        module = import_module(f"cemaudit.cli.commands.{name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for title, rows in GROUPS.items():
            with formatter.section(translate(title)):
                formatter.write_dl([(", ".join(names).ljust(_NAMES), translate(text)) for names, text in rows.items()])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(translate(_HELP))

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; who stops reading its output halfway (``| head``) has what was wanted."""
        # click would end with 1 before anyone else hears of it
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _abandon_output()
            return 0

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from cemaudit.errors import nearest
            from cemaudit.language import message

            hint = nearest(args[0], COMMANDS, listing=False)
            text = str(message("no such command: {name}", name=args[0])) + (f" ({hint})" if hint else "")
            raise click.UsageError(text, ctx)
        return super().resolve_command(ctx, args)


_NAMES = len("snapshot, query, export")
_HELP = N_("Score mystery-shopping visits by industry checklists, and report on them in Korean and English.")


def _print_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    """Answer ``--version`` where other options come with it."""
    from cemaudit import __version__

    if is_asked:
        click.echo(f"cemaudit {__version__}")
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@common_options
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help=N_("Show the version."),
)
def cli() -> None:
    """The command group; its help is ``_HELP``."""


BUG = 70
INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run ``cemaudit`` with these arguments; returns the exit code (0, 1, 2, 3, 4, 70, or 130 when interrupted)."""
    # before click reads them: its complaints about options are to be in this language, too
    language = _language(arguments)
    speak(language)
    # pydantic would look through the metadata of whatever is installed, and one damaged file would stop every command
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _keep_strange_letters()
    asked = "--debug" in arguments
    if asked or "cemaudit.guard" in sys.modules:  # not loaded for its own sake
        from cemaudit.guard import show_tracebacks

        show_tracebacks(asked)
    with use(language), diverted_output():
        try:
            return _execute(arguments)
        except click.ClickException as error:
            return _print_error(_usage(error), error.exit_code)
        except CemauditError as error:
            _trace(arguments)
            return _print_error("\n".join(map(str, error.problems)), error.exit_code)
        except (KeyboardInterrupt, click.Abort) as stop:
            # click makes an exception of its own of it; what was running is noted on the first one
            notes = [*getattr(stop, "__notes__", ()), *getattr(stop.__cause__, "__notes__", ())]
            return _print_error("\n".join([str(message("interrupted")), *notes]), INTERRUPTED)
        except BrokenPipeError:
            _abandon_output()
            return 0
        except Exception as error:  # noqa: BLE001 (whatever it is, a person gets one line)
            _trace(arguments)
            full_disk = find_full_disk(error)
            return _report_bug(error) if full_disk is None else _report_full_disk(full_disk)


def _keep_strange_letters() -> None:
    """Let letters that an encoding lacks be written as their numbers: JSON stays JSON, and no output breaks off.

    Bytes typed that are no text of it are kept apart, to be asked for again.
    """
    if isinstance(sys.stdin, TextIOWrapper) and sys.stdin.errors == "strict":
        sys.stdin.reconfigure(errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def diverted_output() -> Iterator[None]:
    """Keep the standard output of a run for its own words; whatever else writes there goes to standard error.

    A library, or a plugin, may print below Python, or from a process of its own. Where a person is looking the two are
    one; the output stays as it is, so that what is typed can be edited.
    """
    output = sys.stdout
    if not isinstance(output, TextIOWrapper) or output is not sys.__stdout__ or output.isatty() or not _has(1, 2):
        yield
        return
    output.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    own = TextIOWrapper(os.fdopen(kept, "wb"), encoding=output.encoding, errors=output.errors)
    sys.stdout = own
    try:
        yield
    finally:
        with suppress(OSError):
            own.flush()
        os.dup2(kept, 1)
        sys.stdout = output
        with suppress(OSError):
            own.close()


def _has(*descriptors: int) -> bool:
    """Whether these are open: a program may be begun without an output at all."""
    try:
        return all(os.fstat(descriptor) for descriptor in descriptors)
    except OSError:
        return False


def _abandon_output() -> None:
    """Write what is still held back to nowhere: Python flushes once more when it ends, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_full_disk(error: OSError) -> int:
    """What has a name says it: only the standard output has none."""
    if error.filename is None:
        _abandon_output()
    place = error.filename or str(message("the standard output"))
    hint = message("make room, and run it again")
    refusal = BadEnvironment(Problem(message("cannot be written: {why}", why=error.strerror), place, hint))
    return _print_error(str(refusal), refusal.exit_code)


def _report_bug(error: Exception) -> int:
    """An extra that is not installed, else a bug."""
    if isinstance(error, ModuleNotFoundError) and (refusal := missing_extra(error)):
        return _print_error(str(refusal), refusal.exit_code)
    text = message("this is a bug in cemaudit: {error}", error=f"{type(error).__name__}: {error}")
    return _print_error(f"{text} ({message('run again with --debug and report it')})", BUG)


def _execute(arguments: Sequence[str]) -> int:
    try:
        result = cli.main(list(arguments), prog_name="cemaudit", standalone_mode=False)
    finally:
        _print_plugin_calls()
    sys.stdout.flush()
    return result if isinstance(result, int) else 0


def _print_plugin_calls() -> None:
    """Say what plugin code was called and how long it took, where that is asked for."""
    if os.environ.get("CEMAUDIT_TRACE_PLUGINS", "") not in {"", "0"}:
        from cemaudit.guard import printed_trace

        for line in printed_trace():
            click.echo(line, err=True)


def _language(arguments: Sequence[str]) -> Language:
    """The language asked for with ``--lang``, else that of the locale."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            language_code = value or next(iter(arguments[position + 1 :]), "")
            return next((language for language in LANGUAGES if language == language_code), detect())
    return detect()


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" ({context.command_path} --help)" if context else ""
    return error.format_message() + hint


def _print_error(text: str, exit_code: int) -> int:
    for line in text.splitlines() or [""]:
        click.echo(f"cemaudit: {line}", err=True)
    return exit_code


def _trace(arguments: Sequence[str]) -> None:
    if "--debug" in arguments:
        traceback.print_exc()
