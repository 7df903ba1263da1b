"""``cemaudit import``."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.options import FILE, OutFile, engine_options, print_plugin_problems, print_problems
from cemaudit.cli.terminal import progress
from cemaudit.errors import LONGEST_PLACE, Problem
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.exchange.submissions.importing import SubmissionCounts
    from cemaudit.exchange.tables.importing import ImportCounts
    from cemaudit.exchange.tables.problem_groups import ProblemListener
    from cemaudit.exchange.xccdf.results import Xccdf
    from cemaudit.model import Visit
    from cemaudit.scoring import Engine

__all__ = ["LocalClock", "import_form", "import_sent", "import_table", "import_xccdf"]

MOST_HIDDEN = 20
"""Numbers of hidden rows that are listed."""


def import_table(engine: Engine, table: Path, mapping: Path, out: str, listener: ProblemListener | None = None) -> int:
    """A table whose columns a mapping explains."""
    from cemaudit import exchange

    columns = exchange.load_mapping(mapping)
    own_file = columns.checklist_file(mapping.parent)
    checklist = engine.library.add_checklist(own_file) if own_file else engine.library.checklist(columns.checklist)
    result = exchange.import_table(table, columns, checklist)
    result.problem_groups.listener = listener
    gate = ImportGate(engine)
    exchange.write_visits(out, gate.passing(progress(message("importing"), result), result.row_of))
    warnings = _warnings([*result.notices, *result.left_out.problems])
    print_problems([*result.problem_groups.problems, *warnings, *gate.warnings(table)])
    print_import_counts(result.counts)
    gate.tell()
    print_plugin_problems(engine)
    return 3 if result.counts.bad else 0


def import_form(engine: Engine, path: Path, out: str, zone: str | None, listener: ProblemListener | None = None) -> int:
    """Forms filled in as a table, a row each, or as a PDF."""
    from cemaudit.exchange import import_filled, write_visits

    clock = LocalClock(zone)
    result = import_filled(path, engine.library.checklist, _media_folder(path, out), clock.localise)
    result.problem_groups.listener = listener
    gate = ImportGate(engine)
    write_visits(out, gate.passing(progress(message("importing"), result), result.row_of))
    warnings = _warnings(result.left_out.problems)
    print_problems([*result.problem_groups.problems, *warnings, *gate.warnings(path)])
    print_import_counts(result.counts)
    gate.tell()
    _tell_ignored(list(result.ignored))
    clock.tell()
    print_plugin_problems(engine)
    return 3 if result.counts.bad else 0


def import_sent(
    engine: Engine, path: Path, out: str, media: Path | None, zone: str | None, listener: ProblemListener | None = None
) -> int:
    """What phones sent: an export of ODK Central or KoboToolbox, or XML submissions."""
    from cemaudit.exchange import import_submissions, write_visits

    # Only a zone that is named is used: servers write every time with its own.
    localise = LocalClock(zone).localise if zone else None
    result = import_submissions(path, engine.library.checklist, _media_folder(path, out), media, localise)
    result.listener = listener
    gate = ImportGate(engine)
    write_visits(out, gate.passing(progress(message("importing"), result)))
    print_problems([*result.problems, *_warnings(result.notices), *gate.warnings(path)])
    print_submission_counts(result.counts)
    gate.tell()
    print_plugin_problems(engine)
    return 3 if result.counts.bad or result.problems else 0


class ImportGate:
    """Asks of imported visits what is asked of an entered one before it is sealed, and lets all of them pass."""

    def __init__(self, engine: Engine) -> None:
        from cemaudit.entry.doubts import GateReport

        self._engine = engine
        self._report = GateReport()
        self._deprecations: dict[str, Problem] = {}

    def passing(self, visits: Iterable[Visit], row_of: Callable[[str], int | None] = lambda _: None) -> Iterator[Visit]:
        """Yield the visits as they are; ``row_of`` gives the row of a visit's id, where visits are rows."""
        for visit in visits:
            checklist = self._engine.library.checklist(visit.checklist)
            if checklist.deprecation:
                self._deprecations.setdefault(checklist.ref, Problem(checklist.deprecation))
            row = row_of(visit.id)
            name = "" if row is None else str(message("row {number}", number=row))
            self._report.look(visit, checklist, self._engine.review(visit, checklist), name)
            yield visit

    def warnings(self, path: Path) -> Iterator[Problem]:
        """Yield one warning for each deprecated checklist and each cause, of the file of that name."""
        yield from _warnings(problem.inside(path.name) for problem in self._deprecations.values())
        for remark in self._report.remarks:
            problem = remark.doubt.problem.inside(remark.visits).inside(path.name)
            yield problem.inside(message("warning"))

    def tell(self) -> None:
        """Say how many visits are incomplete, where any is."""
        from cemaudit.entry.doubts import incomplete_count

        if self._report.incomplete:
            count = incomplete_count(self._report.incomplete, self._report.visits)
            click.echo(
                f"  {message('{count}; they are kept, and marked when they are collected', count=count)}", err=True
            )


def _warnings(notices: Iterable[Problem]) -> Iterator[Problem]:
    return (notice.inside(message("warning")) for notice in notices)


def import_xccdf(path: Path, out: str) -> int:
    """XCCDF results: write the visits, and beside them the checklist they answer and its scheme."""
    from cemaudit.exchange import xccdf
    from cemaudit.exchange.canonical_json import STREAM, write_visits

    if out == STREAM:
        raise click.UsageError(str(message("--out must be a file: a checklist and a scheme are written beside it")))
    results = xccdf.import_xccdf(path)
    paths = write_checklist_and_scheme(Path(out), results)
    write_visits(out, results.visits)
    print_problems(results.problems)
    bad = results.results - len(results.visits)
    total = message(
        "{results} results = {good} good + {bad} bad; {rules} rules",
        results=results.results, good=len(results.visits), bad=bad, rules=len(results.checklist.items),
    )  # fmt: skip
    click.echo(total, err=True)
    command = ["cemaudit", "score", out, *(argument for file in paths for argument in ("--checklist", str(file)))]
    click.echo(f"  {message('score them:')} {printable(shlex.join(command), LONGEST_PLACE)}", err=True)
    return 3 if bad else 0


class LocalClock:
    """Gives times that were written without a zone the one called ``zone``, else that of this machine."""

    def __init__(self, zone: str | None) -> None:
        from zoneinfo import ZoneInfo

        try:
            self._zone = ZoneInfo(zone) if zone else None
        except (ValueError, OSError, KeyError) as error:
            raise click.UsageError(str(message("no such time zone: {zone}", zone=zone))) from error
        self._used: set[str] = set()

    def localise(self, moment: dt.datetime) -> dt.datetime:
        """The moment with its zone; ``ValueError`` where this machine knows none for it."""
        try:
            localised = moment.replace(tzinfo=self._zone) if self._zone else moment.astimezone()
        except (OSError, OverflowError) as error:
            raise ValueError(moment) from error
        # summer time: one zone may give several offsets, and each is told
        self._used.add(localised.isoformat()[-6:])
        return localised

    def tell(self) -> None:
        """Say which zone of this machine was used, if any was."""
        if self._used and not self._zone:
            zones = ", ".join(sorted(self._used))
            text = message(
                "times without a zone are taken as {zone}, as on this machine; --zone sets another", zone=zones
            )
            click.echo(f"  {text}", err=True)


def _media_folder(path: Path, out: str) -> Path:
    """The folder for evidence: beside the visits, or here where these go to the standard output."""
    from cemaudit.exchange.canonical_json import STREAM
    from cemaudit.exchange.submissions.importing import media_folder

    return media_folder(Path(path.stem if out == STREAM else out))


def print_import_counts(counts: ImportCounts) -> None:
    """Print what became of the rows."""
    total = message(
        "{rows} rows = {good} good + {bad} bad + {skipped} skipped; {visits} visits",
        rows=counts.rows, good=counts.good, bad=counts.bad, skipped=counts.skipped, visits=counts.visits,
    )  # fmt: skip
    click.echo(total, err=True)
    for reason, count in counts.skipped_because.items():
        click.echo(f"  {message('{count} skipped: {reason}', count=count, reason=reason)}", err=True)
    if counts.hidden:
        numbers = ", ".join(map(str, counts.hidden[:MOST_HIDDEN])) + (", ..." if counts.hidden[MOST_HIDDEN:] else "")
        text = message("hidden rows were read as well ({count}): {rows}", count=len(counts.hidden), rows=numbers)
        click.echo(f"  {text}", err=True)
    if counts.hidden_sheets:
        names = printable(", ".join(counts.hidden_sheets[:MOST_HIDDEN]), LONGEST_PLACE)
        click.echo(f"  {message('hidden sheets of the workbook: {names}', names=names)}", err=True)
    _tell_not_arising(counts.not_arising)
    if counts.unknown_dates:
        click.echo(f"  {message('{count} visits without a known date', count=counts.unknown_dates)}", err=True)


def print_submission_counts(counts: SubmissionCounts) -> None:
    """Print what became of the submissions."""
    total = message(
        "{submissions} submissions = {good} good + {bad} bad + {again} earlier or repeated + {rejected} rejected",
        submissions=counts.submissions, good=counts.good, bad=counts.bad, again=counts.again, rejected=counts.rejected,
    )  # fmt: skip
    click.echo(total, err=True)
    _tell_not_arising(counts.not_arising)


def _tell_not_arising(count: int) -> None:
    if count:
        text = message("{count} answers left out, because they do not arise in their visit", count=count)
        click.echo(f"  {text}", err=True)


def _tell_ignored(columns: list[str]) -> None:
    if columns:
        text = message("columns the form does not have are left out: {names}", names=", ".join(columns))
        click.echo(f"  {text}", err=True)


def write_checklist_and_scheme(visits: Path, results: Xccdf) -> tuple[Path, Path]:
    """Write the checklist and the scheme beside the visits, and return their places."""
    from cemaudit.exchange.toml import toml_of
    from cemaudit.files import replaced

    paths = visits.with_suffix(".checklist.toml"), visits.with_suffix(".scheme.toml")
    for path, record in zip(paths, (results.checklist, results.scheme), strict=True):
        with replaced(path) as file:
            file.write(toml_of(record).encode())
    return paths


_KINDS = ("table", "form", "submissions", "xccdf")

_ONLY_FOR = {
    "--mapping": ({"table"}, N_("--mapping is for tables")),
    "--media": ({"submissions"}, N_("--media is for submissions")),
    "--zone": ({"form", "submissions"}, N_("--zone is for filled forms and submissions")),
    "--problems": ({"table", "form", "submissions"}, N_("--problems is for tables, filled forms and submissions")),
}


@localized.command(
    "import",
    help=N_(
        "Turn what was filled in elsewhere into visits: a table (CSV, XLSX), a form of 'cemaudit form' (table or PDF), "
        "submissions of phones (exports of ODK Central and KoboToolbox, XML), XCCDF results. What is bad is named and "
        "left out; exit code 3 where there is any. What is incomplete or doubtful is named and kept."
    ),
)
@click.argument("table", type=FILE, metavar="FILE")
@localized.option("--mapping", type=FILE, metavar="MAP.toml", help=N_("What each column of a table means."))
@localized.option("--format", "kind", type=click.Choice(_KINDS), help=N_("What the file is; else its content tells."))
@localized.option(
    "--out",
    type=OutFile(allow_dash=True),
    metavar="FILE",
    help=N_("The visits, JSON lines; else a file named after the table, in this folder."),
)
@localized.option(
    "--media", type=FILE, metavar="FOLDER", help=N_("Where the files of submissions lie, where not with them.")
)
@localized.option(
    "--zone",
    metavar="NAME",
    help=N_("Time zone of times written without one, such as Asia/Seoul; else this machine's."),
)
@localized.option(
    "--problems",
    "listed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help=N_("A table of all problems: file, row, column, what is wrong, what to do."),
)
@engine_options
@localized.common_options
def command(
    table: Path,
    mapping: Path | None,
    kind: str | None,
    out: str | None,
    media: Path | None,
    zone: str | None,
    listed: Path | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Import a file; every file is written whole or not at all."""
    from cemaudit.scoring import Engine

    kind = kind or kind_of_file(table, mapping)
    out = out or f"{table.stem or table.resolve().stem}.jsonl"
    _refuse_foreign_options(kind, {"--mapping": mapping, "--media": media, "--zone": zone, "--problems": listed})
    if kind == "xccdf":
        return import_xccdf(table, out)
    if kind == "table" and mapping is None:
        raise click.UsageError(str(message("a table needs --mapping MAP.toml")))
    engine = Engine(blocked, files)
    with _problem_table(listed) as listener:
        if kind == "submissions":
            return import_sent(engine, table, out, media, zone, listener)
        if kind == "form":
            return import_form(engine, table, out, zone, listener)
        return import_table(engine, table, mapping, out, listener)  # type: ignore[arg-type] # refused above


def _problem_table(path: Path | None) -> AbstractContextManager[ProblemListener | None]:
    """The table that ``path`` asks for, open; nothing where none is asked for."""
    if path is None:
        return nullcontext()
    from cemaudit.exchange.tables.problem_groups import problem_table

    return problem_table(path)


def kind_of_file(path: Path, mapping: Path | None) -> str:
    """What the file is, told by its content."""
    from cemaudit.exchange.submissions.export import holds_submissions
    from cemaudit.exchange.tables.filled_forms import holds_form

    if mapping:
        return "table"
    if holds_submissions(path):
        return "submissions"
    if path.suffix.lower() == ".xml":
        return "xccdf"
    return "form" if holds_form(path) else "table"


def _refuse_foreign_options(kind: str, options: dict[str, object]) -> None:
    for option, value in options.items():
        owners, words_for = _ONLY_FOR[option]
        if value is not None and kind not in owners:
            raise click.UsageError(str(message(words_for)))
