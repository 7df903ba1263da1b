"""``cemaudit report``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import (
    LeftOutVisits,
    fitting_visits,
    print_failed_visits,
    print_left_out,
    valid_visits,
    without_failed,
)
from cemaudit.cli.ledger_visits import (
    ALSO,
    LedgerReportOptions,
    know_definitions,
    reported_appeals,
    reported_visits,
    snapshot_at,
)
from cemaudit.cli.lenses import journey_view
from cemaudit.cli.localized import POINTS
from cemaudit.cli.options import (
    FILE,
    engine_options,
    folder_of,
    lens_option,
    media_option,
    place_options,
    print_plugin_problems,
    print_problems,
    refuse_beside,
    refuse_target_off_scale,
    scheme_option,
)
from cemaudit.cli.terminal import progress
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, NameList, current, message

if TYPE_CHECKING:
    from cemaudit.compare.report_records import StorePlace
    from cemaudit.compare.selection import Selection
    from cemaudit.compare.trends import Trend
    from cemaudit.exchange import LocatedVisit
    from cemaudit.hookspecs import Context
    from cemaudit.ledger.query.reading import Local
    from cemaudit.programme.appeals import ReportedAppeal
    from cemaudit.scoring import Engine

_DAY = click.DateTime(["%Y-%m-%d"])


@localized.command(
    "report",
    help=N_(
        "Write one PDF for each visit, or for each episode where visits belong together. Without files: of the visits "
        "in the ledger, accepted and contested ones, others only where --also asks for them, excluded ones never. "
        "Exit code 3 where a visit could not be reported."
    ),
)
@click.argument("visits", nargs=-1, type=click.Path(allow_dash=True))
@localized.option("--out", "folder", required=True, type=FILE, metavar="DIR", help=N_("Where the PDFs go."))
@localized.option("--sector", metavar="NAME", help=N_("Only visits of this sector."))
@localized.option("--place", is_flag=True, help=N_("With each store's place among those in the ledger's snapshot."))
@localized.option(
    "--target", type=POINTS, metavar="POINTS", help=N_("The score that stores are to reach, for --place.")
)
@localized.option("--name-peers", "named", is_flag=True, help=N_("Show the names of the stores beside it, too."))
@localized.option("--wave", multiple=True, metavar="WAVE", help=N_("Of the ledger: visits of this wave."))
@localized.option("--store", multiple=True, metavar="ID", help=N_("Of the ledger: visits of this store."))
@localized.option("--owner", multiple=True, metavar="NAME", help=N_("Of the ledger: visits of this owner's stores."))
@localized.option(
    "--where", multiple=True, metavar="KEY=VALUE",
    help=N_("Visits of the ledger, without a snapshot: store, wave, day, month, quarter, year, checklist, state, "
            "complete, region, format, brand, owner, pool, origin, scenario, step. KEY= selects visits without a "
            "value."),
)  # fmt: skip
@localized.option("--since", type=_DAY, metavar="DATE", help=N_("Of the ledger: visits from this day on."))
@localized.option("--until", type=_DAY, metavar="DATE", help=N_("Of the ledger: visits up to this day."))
@localized.option(
    "--also", multiple=True, type=click.Choice(ALSO),
    help=N_("Of the ledger: also visits nobody reviewed yet, or that are returned to their shoppers."),
)  # fmt: skip
@media_option
@place_options
@scheme_option
@lens_option
@engine_options
@localized.common_options
def command(
    visits: tuple[str, ...],
    wave: tuple[str, ...],
    store: tuple[str, ...],
    owner: tuple[str, ...],
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    also: tuple[str, ...],
    media: Path | None,
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
    options = LedgerReportOptions(wave, store, owner, where, since, until, also, media)
    refuse_beside("VISITS", _ledger_options(options) if visits else {})
    if not visits:
        given = _visits_of_ledger(engine, url, snapshot_path, options, problems, left_out)
    else:
        located_visits = valid_visits(engine, visits, problems, left_out)
        given = GivenVisits({located.visit.id: located for located in located_visits})
        if place and url:
            _leave_out_excluded(url, given.visits_by_id)
    print_left_out(left_out.by_reason)
    visits_by_id = given.visits_by_id
    reports = list(report_contexts(engine, [located_visit.visit for located_visit in visits_by_id.values()]))
    contexts = [
        context
        for context in reports
        if sector in {None, context.audits[-1].checklist.sector}
        and (given.reported is None or any(audit.visit.id in given.reported for audit in context.audits))
    ]
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
        with media_of(visits_by_id[audit.visit.id] for audit in context.audits) as folders:
            view = journey_view(engine, context, lens_id)
            contested = [each for audit in context.audits for each in given.appeals.get(audit.visit.id, ())]
            sections = engine.sections(context)
            report = store_report(context, sections, folders, places.get(_key(context)), view, appeals=contested)
            with picture_faults() as faults:
                path = write_report(report, folder, current())
            problems_of_pictures = [
                problem.inside(audit.visit.id)
                for audit in context.audits
                if audit.visit.id in folders
                for problem in picture_problems(audit.visit, folders[audit.visit.id], faults)
            ]
        click.echo(path)
        problems_of_fonts = (glyph_problem(audit.visit, str(path)) for audit in context.audits)
        print_problems(problem for problem in problems_of_fonts if problem)
        print_problems(problems_of_pictures)
    print_problems(problems)
    print_plugin_problems(engine)
    return 3 if problems else max(left_out.exit_code, int(bool(failed)))


class GivenVisits(NamedTuple):
    """The visits at hand by their ids, and which of them are ``reported``: all, unless some are there as history.

    ``appeals``: those against visits of the ledger, by the visit's id.
    """

    visits_by_id: dict[str, LocatedVisit]
    reported: frozenset[str] | None = None
    appeals: Mapping[str, Sequence[ReportedAppeal]] = {}


def _ledger_options(options: LedgerReportOptions) -> dict[str, object]:
    """What is said of visits of the ledger, by the names of the options."""
    return {f"--{name}": value for name, value in zip(options._fields, options, strict=True) if name != "media"}


def _leave_out_excluded(url: str, visits_by_id: dict[str, LocatedVisit]) -> None:
    """Leave out the visits that the ledger they are compared in excludes, and say so."""
    from cemaudit.ledger import VisitState, open_ledger
    from cemaudit.ledger.selecting import VisitSelection, select_visits

    with open_ledger(url) as ledger:
        excluded = [held.id for held in select_visits(ledger, VisitSelection(), {VisitState.EXCLUDED})]
    names = [visit for visit in excluded if visits_by_id.pop(visit, None)]
    if names:
        text = message("left out, as the ledger excludes them: {names}", names=NameList(tuple(names)))
        print_problems([Problem(text)])


def _visits_of_ledger(
    engine: Engine,
    url: str | None,
    snapshot_path: Path | None,
    options: LedgerReportOptions,
    problems: list[Problem],
    left_out: LeftOutVisits,
) -> GivenVisits:
    """The visits of the ledger that are reported; ``UsageError`` where neither files nor a ledger are named."""
    from cemaudit.ledger import open_ledger

    if url is None:
        raise click.UsageError(str(message("name files of visits, or a ledger with --ledger")))
    with open_ledger(url) as ledger:
        know_definitions(engine, ledger)
        reported = reported_visits(ledger, options)
        appeals = reported_appeals(ledger, engine, reported.ids, snapshot_at(url, snapshot_path))
    located = fitting_visits(engine, reported.visits, problems, left_out)
    return GivenVisits({each.visit.id: each for each in located}, reported.ids, appeals)


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
