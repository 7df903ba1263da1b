"""``cemaudit report``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import words
from cemaudit.cli.options import (
    FILE,
    engine_options,
    progress,
    tell_plugin_problems,
    tell_problems,
    visits_argument,
)
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, current, message

if TYPE_CHECKING:
    from cemaudit.model import Visit
    from cemaudit.scoring import Engine


@words.command(
    "report",
    help=N_(
        "Write one PDF for each visit, or for each episode where visits belong together. "
        "Exit code 3 where a visit could not be reported."
    ),
)
@visits_argument
@words.option("--out", "folder", required=True, type=FILE, metavar="DIR", help=N_("Where the PDFs go."))
@words.option("--sector", metavar="NAME", help=N_("Only visits of this sector."))
@words.option("--scheme", metavar="ID@VERSION", help=N_("Score under this scheme, not the checklist's own."))
@engine_options
@words.common_options
def command(
    visits: tuple[str, ...],
    folder: Path,
    sector: str | None,
    scheme: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Write the reports in the language in force."""
    from cemaudit.report import store_report, write_report
    from cemaudit.scoring import Engine
    from cemaudit.scoring.series import contexts

    if folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    engine = Engine(blocked, files, scheme)
    problems: list[Problem] = []
    homes = {visit.id: (visit, home) for visit, home in _fitting(engine, visits, sector, problems)}
    reports = list(contexts(engine, [visit for visit, _ in homes.values()]))
    for context in progress(message("writing reports"), reports):
        media = homes[context.audits[-1].visit.id][1]
        report = store_report(context, engine.sections(context), media)
        click.echo(write_report(report, folder, current()))
    tell_problems(problems)
    tell_plugin_problems(engine)
    return 3 if problems else 0


def _fitting(
    engine: Engine, sources: tuple[str, ...], sector: str | None, problems: list[Problem]
) -> Iterator[tuple[Visit, Path | None]]:
    """The visits that fit their checklists, each with the folder its evidence lies in."""
    from cemaudit.exchange.visits import read_visits
    from cemaudit.scoring import check_visit

    for found in read_visits(sources, problems):
        try:
            checklist = engine.plan(found.visit.checklist).checklist
            unfit = check_visit(found.visit, checklist)
        except BadInput as error:
            unfit = list(error.problems)
        problems += (problem.inside(found.place) for problem in unfit)
        if not unfit and sector in {None, checklist.sector}:
            yield found.visit, found.folder
