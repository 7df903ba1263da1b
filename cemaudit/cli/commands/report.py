"""``cemaudit report``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import LeftOutVisits, print_failed_visits, print_left_out, valid_visits, without_failed
from cemaudit.cli.lenses import journey_view
from cemaudit.cli.localized import POINTS
from cemaudit.cli.options import (
    FILE,
    engine_options,
    folder_of,
    lens_option,
    place_options,
    print_plugin_problems,
    print_problems,
    refuse_target_off_scale,
    scheme_option,
    visits_argument,
)
from cemaudit.cli.terminal import progress
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, current, message

if TYPE_CHECKING:
    from cemaudit.compare.report_records import StorePlace
    from cemaudit.compare.selection import Selection
    from cemaudit.compare.trends import Trend
    from cemaudit.hookspecs import Context
    from cemaudit.ledger.query.reading import Local


@localized.command(
    "report",
    help=N_(
        "Write one PDF for each visit, or for each episode where visits belong together. "
        "Exit code 3 where a visit could not be reported."
    ),
)
@visits_argument
@localized.option("--out", "folder", required=True, type=FILE, metavar="DIR", help=N_("Where the PDFs go."))
@localized.option("--sector", metavar="NAME", help=N_("Only visits of this sector."))
@localized.option("--place", is_flag=True, help=N_("With each store's place among those in the ledger's snapshot."))
@localized.option(
    "--target", type=POINTS, metavar="POINTS", help=N_("The score that stores are to reach, for --place.")
)
@localized.option("--name-peers", "named", is_flag=True, help=N_("Show the names of the stores beside it, too."))
@place_options
@scheme_option
@lens_option
@engine_options
@localized.common_options
def command(
    visits: tuple[str, ...],
    folder: Path,
    sector: str | None,
    place: bool,
    target: float | None,
    named: bool,
    url: str | None,
    snapshot_path: Path | None,
    scheme_ref: str | None,
    lens_id: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Write the reports in the language in force."""
    from cemaudit.report import glyph_problem, media_of, picture_faults, picture_problems, store_report, write_report
    from cemaudit.scoring import Engine
    from cemaudit.scoring.engine import report_contexts

    if folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    engine = Engine(blocked, files, scheme_ref)
    problems: list[Problem] = []
    left_out = LeftOutVisits()
    located_visits = valid_visits(engine, visits, problems, left_out)
    visits_by_id = {located_visit.visit.id: located_visit for located_visit in located_visits}
    print_left_out(left_out.by_reason)
    reports = list(report_contexts(engine, [located_visit.visit for located_visit in visits_by_id.values()]))
    contexts = [context for context in reports if sector in {None, context.audits[-1].checklist.sector}]
    failed: list[str] = []
    whole = {audit.visit.id for audit in without_failed((audit for each in contexts for audit in each.audits), failed)}
    contexts = [context for context in contexts if all(audit.visit.id in whole for audit in context.audits)]
    print_failed_visits(failed)
    single = [context for context in contexts if context.audits[-1].checklist.least_sheets]
    contexts = [context for context in contexts if not context.audits[-1].checklist.least_sheets]
    if single:
        checklist = single[0].audits[-1].checklist
        text = message("no report is made of a single sheet: {count}", count=len(single))
        hint = message(
            "at least {least} sheets of a store are looked at together: query, compare", least=checklist.least_sheets
        )
        problems.append(Problem(text, checklist.ref, hint))
    places = store_places(folder_of(url, snapshot_path), contexts, target, named=named) if place else {}
    # on a screen the paths show how far it is, and would tear a bar apart
    for context in contexts if sys.stdout.isatty() else progress(message("writing reports"), contexts):
        with media_of(visits_by_id[audit.visit.id] for audit in context.audits) as media:
            view = journey_view(engine, context, lens_id)
            report = store_report(context, engine.sections(context), media, places.get(_key(context)), view)
            with picture_faults() as faults:
                path = write_report(report, folder, current())
            problems_of_pictures = [
                problem.inside(audit.visit.id)
                for audit in context.audits
                if audit.visit.id in media
                for problem in picture_problems(audit.visit, media[audit.visit.id], faults)
            ]
        click.echo(path)
        problems_of_fonts = (glyph_problem(audit.visit, str(path)) for audit in context.audits)
        print_problems(problem for problem in problems_of_fonts if problem)
        print_problems(problems_of_pictures)
    print_problems(problems)
    print_plugin_problems(engine)
    return 3 if problems else max(left_out.exit_code, int(bool(failed)))


def _key(context: Context) -> tuple[str, str]:
    """Its checklist's id and its store."""
    audit = context.audits[-1]
    return audit.checklist.id, audit.visit.store


def store_places(
    folder: Path, contexts: Sequence[Context], target: float | None, *, named: bool
) -> dict[tuple[str, str], StorePlace]:
    """The place of each store among those visited with the same checklist; why there is none is said."""
    from cemaudit.compare.errors import NotEstimable
    from cemaudit.compare.from_snapshot import fit_league, places_of
    from cemaudit.compare.selection import Selection
    from cemaudit.ledger.query.keys import Condition
    from cemaudit.ledger.query.reading import reading
    from cemaudit.ledger.query.statement import Filter

    places_by_store: dict[tuple[str, str], StorePlace] = {}
    with reading(folder) as opened:
        for checklist in dict.fromkeys(_key(context)[0] for context in contexts):
            selection = Selection(Filter((Condition("checklist", (checklist,)),)))
            refuse_target_off_scale(opened, selection, target)
            try:
                league = fit_league(opened, selection, target)
            except (BadInput, NotEstimable) as refusal:
                print_problems(refusal.problems)
                continue
            places = places_of(opened, league, _trend(opened, selection), named=named)
            places_by_store |= {(checklist, store): store_place for store, store_place in places.items()}
    return places_by_store


def _trend(reading: Local, selection: Selection) -> Trend | None:
    """From wave to wave; ``None`` where there are fewer than two."""
    from cemaudit.compare.errors import NotEstimable
    from cemaudit.compare.from_snapshot import estimate_trend

    try:
        return estimate_trend(reading, selection)
    except (BadInput, NotEstimable):
        return None
