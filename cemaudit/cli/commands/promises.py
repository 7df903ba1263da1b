"""``cemaudit promises``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import find_platform, newest_editions, valid_visits
from cemaudit.cli.localized import group
from cemaudit.cli.options import (
    FILE,
    engine_options,
    filter_of,
    filter_options,
    folder_of,
    json_option,
    level_option,
    place_options,
    print_plugin_problems,
    print_problems,
    print_remarks,
)
from cemaudit.cli.output import OutputFormat, rows_options, write_rows
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message
from cemaudit.model.base import version_order

if TYPE_CHECKING:
    from cemaudit.compare.promises import PromiseSummary
    from cemaudit.ledger.query import Filter
    from cemaudit.model import Checklist
    from cemaudit.model.platform import Platform
    from cemaudit.scoring import Engine

__all__ = ["command", "platform_among"]

_ABOUT = {
    "check": N_("Check a platform, and which of its promises nobody audits."),
    "show": N_("Show a platform, and the items that prove its promises."),
    "kept": N_("Say how far each promise is kept."),
}


@group(
    "promises",
    N_(
        "The experiential platform of a company: its value promises, which items prove them, and how far they are kept."
    ),
    _ABOUT,
)
def command() -> None:
    """The group; its commands follow."""


@localized.command(
    "check",
    help=N_(
        "Check a platform (TOML) among the checklists at hand: promises that no item proves, items that do not exist. "
        "Exit code 1 where there are errors."
    ),
)
@click.argument("file", type=FILE)
@engine_options
@localized.common_options
def check(file: Path, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Say that it is in order, or everything that is wrong."""
    from cemaudit.model.platform import is_named_by
    from cemaudit.scoring import Engine
    from cemaudit.scoring.lint import LintLevel
    from cemaudit.scoring.promises import lint_platform, lint_proofs

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    platform = find_platform(engine, str(file))
    remarks = [(str(file), remark) for remark in lint_platform(platform, engine.library.checklists)]
    for checklist in newest_editions(engine):
        if is_named_by(platform, checklist):
            remarks += ((checklist.ref, remark) for remark in lint_proofs(checklist, {platform.ref: platform}))
    print_remarks(remarks)
    if any(remark.level is LintLevel.ERROR for _, remark in remarks):
        return 1
    click.echo(str(message("{path}: in order, {count} value promises", path=file, count=len(platform.promises))))
    return 0


@localized.command(
    "show", help=N_("Show a platform (a file, ID@VERSION or ID) with the items that prove each promise.")
)
@click.argument("platform_ref", metavar="PLATFORM")
@json_option
@engine_options
@localized.common_options
def show(platform_ref: str, as_json: bool, blocked: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """What it says, a row for each promise, and its items."""
    from cemaudit.cli.promise_output import platform_to_dict, print_platform
    from cemaudit.model.platform import proof_items
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    platform = find_platform(engine, platform_ref)
    at_hand = engine.library.checklists
    in_order = [at_hand[ref] for ref in sorted(at_hand, key=version_order)]
    checklists = [checklist for checklist in in_order if proof_items(platform, checklist)]
    if as_json:
        click.echo(json.dumps(platform_to_dict(platform, checklists), ensure_ascii=False, indent=2))
    else:
        print_platform(platform, checklists)


@localized.command(
    "kept",
    help=N_(
        "Say how far each promise is kept, by the chain, in each channel and by each store: from the snapshot of a "
        "ledger, or from visits (files, folders, or - for standard input). Exit code 3 where a visit could not be used."
    ),
)
@click.argument("visits", nargs=-1, type=click.Path(allow_dash=True))
@localized.option(
    "--platform", "platform_ref", metavar="FILE|ID",
    help=N_("The platform (a file, ID@VERSION or ID); else the one at hand whose promises these checklists prove."),
)  # fmt: skip
@localized.option("--stores", "by_store", is_flag=True, help=N_("Also every store, promise by promise."))
@level_option
@place_options
@filter_options
@rows_options
@engine_options
@localized.common_options
def kept(
    visits: tuple[str, ...],
    platform_ref: str | None,
    by_store: bool,
    level: float | None,
    url: str | None,
    snapshot_path: Path | None,
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    with_excluded: bool,
    form: OutputFormat,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Count, and show."""
    from cemaudit.cli.promise_output import (
        PROMISE_COLUMNS,
        kept_rows,
        print_kept,
        print_kept_by_store,
        promises_to_dict,
    )
    from cemaudit.compare.results import DEFAULT_RULES
    from cemaudit.scoring import Engine

    if visits and (where or since or until or with_excluded):
        raise click.UsageError(str(message("--where, --since, --until and --with-excluded go with a snapshot")))
    engine = Engine(blocked, files)
    print_plugin_problems(engine)
    named = find_platform(engine, platform_ref) if platform_ref else None
    problems: list[Problem] = []
    intended = DEFAULT_RULES.level if level is None else level
    if visits:
        summary, names = _kept_in_files(engine, visits, named, intended, problems)
    else:
        visit_filter = filter_of(where, since, until, excluded=with_excluded)
        summary, names = _kept_in_snapshot(engine, folder_of(url, snapshot_path), named, intended, visit_filter)
    if not write_rows(form, PROMISE_COLUMNS, kept_rows(summary, names), lambda: promises_to_dict(summary, names)):
        print_kept(summary, names)
        if by_store:
            print_kept_by_store(summary, names)
    print_problems(problems)
    return 3 if problems else 0


def _kept_in_files(
    engine: Engine, sources: tuple[str, ...], named: Platform | None, level: float, problems: list[Problem]
) -> tuple[PromiseSummary, Mapping[str, str]]:
    from cemaudit.compare.visit_promises import promises_of_visits

    visits = [each.visit for each in valid_visits(engine, sources, problems)]
    if not visits and problems:
        raise BadInput(problems)
    checklists = {ref: engine.library.checklist(ref) for ref in dict.fromkeys(visit.checklist for visit in visits)}
    platform = platform_among(engine, checklists, named)
    names = {visit.store: visit.store_name for visit in visits if visit.store_name}
    pairs = ((visit, checklists[visit.checklist]) for visit in visits)
    return promises_of_visits(pairs, platform, level), names


def _kept_in_snapshot(
    engine: Engine, folder: Path, named: Platform | None, level: float, visit_filter: Filter
) -> tuple[PromiseSummary, Mapping[str, str]]:
    from cemaudit.compare.from_snapshot import kept_promises
    from cemaudit.compare.selection import require_visits
    from cemaudit.ledger.query.counting import counting_notes
    from cemaudit.ledger.query.question import LedgerQuery, checklists_asked
    from cemaudit.ledger.query.reading import reading

    with reading(folder) as opened:
        require_visits(opened)
        refs = checklists_asked(opened, LedgerQuery(which=visit_filter), one=False)
        platform = platform_among(engine, {ref: opened.checklist(ref) for ref in refs}, named)
        names = {store: name for store, name in opened.store_names().items() if store}
        kept = kept_promises(opened, platform, visit_filter, level)
        print_problems(counting_notes(opened, visit_filter))
        return kept, names


def platform_among(engine: Engine, checklists: Mapping[str, Checklist], named: Platform | None) -> Platform:
    """The platform ``named``, else the only one at hand that items of these checklists prove promises of.

    ``BadInput`` where there is none or several, and where it and these checklists do not fit each other.
    """
    from cemaudit.model.platform import is_named_by, item_promise_problems, proof_problems

    platform = named or _only_platform(engine, checklists.values())
    own = [checklist for checklist in checklists.values() if is_named_by(platform, checklist)]
    problems = chain(
        (problem.inside(platform.ref) for problem in proof_problems(platform, checklists)),
        (problem.inside(each.ref) for each in own for problem in item_promise_problems(platform, each)),
    )
    refused = list(problems)
    if refused:
        raise BadInput(refused)
    return platform


def _only_platform(engine: Engine, checklists: Iterable[Checklist]) -> Platform:
    platforms = {platform.ref: platform for each in checklists for platform in engine.library.platforms_of(each)}
    if len(platforms) == 1:
        return next(iter(platforms.values()))
    if platforms:
        text = message("several platforms are at hand: {refs}", refs=", ".join(sorted(platforms, key=version_order)))
        raise BadInput(Problem(text, hint=message("choose one with --platform")))
    text = message("no platform is at hand whose promises items of these checklists prove")
    raise BadInput(Problem(text, hint=message("name its file with --platform; see docs/promises.md")))


for subcommand in (check, show, kept):
    command.add_command(subcommand)
