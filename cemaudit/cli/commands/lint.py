"""``cemaudit lint``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import newest_editions, valid_visits
from cemaudit.cli.options import engine_options, json_option, print_plugin_problems, print_problems, print_remarks
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_
from cemaudit.model.base import version_order

if TYPE_CHECKING:
    from cemaudit.entry.doubts import Doubt, GateReport
    from cemaudit.library import LibraryRecord
    from cemaudit.model import Checklist, Scheme, Visit
    from cemaudit.model.platform import Platform
    from cemaudit.scoring import Engine
    from cemaudit.scoring.lint import LintRemark


@localized.command(
    "lint",
    help=N_(
        "Check checklists, schemes and platforms (TOML) and visits (JSON); without files, every scheme, every platform "
        "and the newest edition of every checklist at hand. Visits are held to what is asked before they are sealed. "
        "Exit code 1 where there are errors, 3 where a file or visit cannot be used."
    ),
)
@click.argument("sources", nargs=-1, type=click.Path(allow_dash=True))
@json_option
@engine_options
@localized.common_options
def command(sources: tuple[str, ...], as_json: bool, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Say everything there is to say, file by file."""
    from cemaudit.entry.doubts import GateReport, incomplete_count
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    unusable: list[Problem] = []
    gate = GateReport()
    remarks = list(lint_sources(engine, sources, unusable, gate))
    if as_json:
        click.echo(json.dumps([_remark_to_dict(*located) for located in remarks], ensure_ascii=False, indent=2))
    else:
        print_remarks((source, remark) for source, remark, doubt in remarks if doubt is None)
        # Thousands of visits may lack the same: each cause is told once.
        print_remarks((str(remark.visits), _remark_of(remark.doubt)) for remark in gate.remarks)
        if gate.incomplete:
            click.echo(str(incomplete_count(gate.incomplete, gate.visits)))
    print_problems(unusable)
    print_plugin_problems(engine)
    if unusable:
        return 3
    return 1 if any(located.remark.level == "error" for located in remarks) else 0


class LocatedRemark(NamedTuple):
    """A remark and the file or visit it is about; ``doubt``: that of the gate, where it is one about a visit."""

    source: str
    remark: LintRemark
    doubt: Doubt | None = None


def _remark_to_dict(source: str, remark: LintRemark, doubt: Doubt | None) -> dict[str, str]:
    check = {} if doubt is None else {"check": doubt.check}
    level, problem = remark.level.value, remark.problem
    return {"file": source, "level": level, "place": problem.place, "text": str(problem), **check}


def lint_sources(
    engine: Engine, sources: tuple[str, ...], unusable: list[Problem], gate: GateReport
) -> Iterator[LocatedRemark]:
    """The remarks on checklists, schemes and visits, each with the file it is about."""
    tables = [source for source in sources if Path(source).suffix.lower() == ".toml"]
    visits = tuple(source for source in sources if source not in tables)
    if not sources:
        # older editions of a checklist stay for the visits that answer them: nothing in them is to be mended
        shelf: list[Checklist | Scheme | Platform] = [*newest_editions(engine), *engine.library.schemes.values()]
        shelf += engine.library.platforms.values()
        for record in sorted(shelf, key=lambda record: version_order(record.ref)):
            unusable += (problem.inside(record.ref) for problem in _failing_vectors(engine, record))
            yield from (LocatedRemark(record.ref, remark) for remark in _lint_record(engine, record))
    # all on the shelf before the first is looked at: they may need each other
    names = {Path(source): source for source in tables}
    added, problems = engine.library.add_files(names)
    unusable += problems
    for path, record_of_file in added:
        unusable += (problem.inside(names[path]) for problem in _failing_vectors(engine, record_of_file))
        yield from (LocatedRemark(names[path], remark) for remark in _lint_record(engine, record_of_file))
    if visits:
        yield from lint_visits(engine, visits, unusable, gate)


def _failing_vectors(engine: Engine, record: LibraryRecord) -> list[Problem]:
    from cemaudit.model import Scheme
    from cemaudit.scoring.examples import run_vectors

    return run_vectors(record, engine.library.aggregators) if isinstance(record, Scheme) else []


def _lint_record(engine: Engine, record: LibraryRecord) -> Iterator[LintRemark]:
    from cemaudit.model import Checklist, Journey, Scheme
    from cemaudit.model.platform import Platform
    from cemaudit.scoring.lint import LintLevel, LintRemark, lint_checklist, lint_journey, lint_plan, lint_scheme
    from cemaudit.scoring.promises import lint_platform, lint_proofs
    from cemaudit.scoring.version_lint import lint_versions

    if isinstance(record, Scheme):
        yield from lint_scheme(record)
    if isinstance(record, Journey):
        yield from lint_journey(record)
    if isinstance(record, Platform):
        yield from lint_platform(record, engine.library.checklists)
    if not isinstance(record, Checklist):
        return
    yield from lint_checklist(record)
    yield from _glyph_remarks(record)
    yield from lint_proofs(record, engine.library.platforms)
    yield from lint_versions(record, engine.library.checklists)
    try:
        yield from lint_plan(engine.plan(record.ref))
    except BadInput as error:
        yield from (LintRemark(LintLevel.ERROR, problem) for problem in error.problems)


def _glyph_remarks(record: Checklist | Visit) -> Iterator[LintRemark]:
    """What reports cannot draw."""
    from cemaudit.report import glyph_problem
    from cemaudit.scoring.lint import LintLevel, LintRemark

    if problem := glyph_problem(record, ""):
        yield LintRemark(LintLevel.NOTE, problem)


def lint_visits(
    engine: Engine, sources: tuple[str, ...], unusable: list[Problem], gate: GateReport
) -> Iterator[LocatedRemark]:
    """The remarks on visits: what reports cannot draw; what the gate doubts and plugins find, gathered in ``gate``."""
    from cemaudit.report import check_pictures
    from cemaudit.scoring.lint import LintLevel, LintRemark

    for located_visit in valid_visits(engine, sources, unusable):
        visit = located_visit.visit
        checklist = engine.plan(visit.checklist, visit.day).checklist
        yield from (LocatedRemark(located_visit.place, remark) for remark in _glyph_remarks(visit))
        notes = check_pictures(located_visit)
        yield from (LocatedRemark(located_visit.place, LintRemark(LintLevel.NOTE, problem)) for problem in notes)
        for doubt in gate.look(visit, checklist, engine.review(visit, checklist), located_visit.place):
            yield LocatedRemark(located_visit.place, _remark_of(doubt), doubt)


def _remark_of(doubt: Doubt) -> LintRemark:
    """A doubt about visits as a remark: what a plugin finds implausible is for a person to judge."""
    from cemaudit.scoring.lint import LintLevel, LintRemark

    return LintRemark(LintLevel.WARNING if doubt.check == "sector" else LintLevel.ERROR, doubt.problem)
