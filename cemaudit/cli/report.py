"""``cemaudit report``."""

from __future__ import annotations

from pathlib import Path

import click

from cemaudit.cli import words
from cemaudit.cli.options import (
    FILE,
    engine_options,
    progress,
    scheme_option,
    tell_plugin_problems,
    tell_problems,
    visits_argument,
)
from cemaudit.cli.visits import fitting_visits
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, current, message


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
@scheme_option
@engine_options
@words.common_options
def command(
    visits: tuple[str, ...],
    folder: Path,
    sector: str | None,
    scheme_ref: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Write the reports in the language in force."""
    from cemaudit.report import store_report, write_report
    from cemaudit.report.media import media_of
    from cemaudit.scoring import Engine
    from cemaudit.scoring.series import contexts

    if folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    engine = Engine(blocked, files, scheme_ref)
    problems: list[Problem] = []
    known = {each.visit.id: each for each in fitting_visits(engine, visits, problems)}
    reports = list(contexts(engine, [each.visit for each in known.values()]))
    wanted = [context for context in reports if sector in {None, context.audits[-1].checklist.sector}]
    for context in progress(message("writing reports"), wanted):
        with media_of(known[audit.visit.id] for audit in context.audits) as media:
            report = store_report(context, engine.sections(context), media)
            click.echo(write_report(report, folder, current()))
    tell_problems(problems)
    tell_plugin_problems(engine)
    return 3 if problems else 0
