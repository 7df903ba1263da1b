"""``cemaudit lint``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.inputs import newest_editions, valid_visits
from cemaudit.cli.options import engine_options, json_option, print_plugin_problems, print_problems, print_remarks
from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_

if TYPE_CHECKING:
    from cemaudit.library import LibraryRecord
    from cemaudit.model import Checklist, Scheme, Visit
    from cemaudit.model.platform import Platform
    from cemaudit.scoring import Engine
    from cemaudit.scoring.lint import LintRemark


@localized.command(
    "lint",
    help=N_(
        "Check checklists, schemes and platforms (TOML) and visits (JSON); without files, every scheme, every platform "
        "and the newest edition of every checklist at hand. Exit code 1 where there are errors, 3 where a file or "
        "visit cannot be used."
    ),
)
@click.argument("sources", nargs=-1, type=click.Path(allow_dash=True))
@json_option
@engine_options
@localized.common_options
def command(sources: tuple[str, ...], as_json: bool, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Say everything there is to say, file by file."""
    from cemaudit.scoring import Engine

    engine = Engine(blocked, files)
    unusable: list[Problem] = []
    remarks = list(lint_sources(engine, sources, unusable))
    if as_json:
        records = [
            {
                "file": source,
                "level": remark.level.value,
                "place": remark.problem.place,
                "text": str(remark.problem),
            }
            for source, remark in remarks
        ]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        print_remarks(remarks)
    print_problems(unusable)
    print_plugin_problems(engine)
    if unusable:
        return 3
    return 1 if any(remark.level == "error" for _, remark in remarks) else 0


def lint_sources(engine: Engine, sources: tuple[str, ...], unusable: list[Problem]) -> Iterator[tuple[str, LintRemark]]:
    """The remarks on checklists, schemes and visits, each with the file it is about."""
    tables = [source for source in sources if Path(source).suffix.lower() == ".toml"]
    visits = tuple(source for source in sources if source not in tables)
    if not sources:
        # older editions of a checklist stay for the visits that answer them: nothing in them is to be mended
        shelf: list[Checklist | Scheme | Platform] = [*newest_editions(engine), *engine.library.schemes.values()]
        shelf += engine.library.platforms.values()
        for record in sorted(shelf, key=lambda record: record.ref):
            unusable += (problem.inside(record.ref) for problem in _failing_vectors(engine, record))
            yield from ((record.ref, remark) for remark in _lint_record(engine, record))
    # all on the shelf before the first is looked at: they may need each other
    names = {Path(source): source for source in tables}
    added, problems = engine.library.add_files(names)
    unusable += problems
    for path, record_of_file in added:
        unusable += (problem.inside(names[path]) for problem in _failing_vectors(engine, record_of_file))
        yield from ((names[path], remark) for remark in _lint_record(engine, record_of_file))
    if visits:
        yield from lint_visits(engine, visits, unusable)


def _failing_vectors(engine: Engine, record: LibraryRecord) -> list[Problem]:
    from cemaudit.model import Scheme
    from cemaudit.scoring.examples import run_vectors

    return run_vectors(record, engine.library.aggregators) if isinstance(record, Scheme) else []


def _lint_record(engine: Engine, record: LibraryRecord) -> Iterator[LintRemark]:
    from cemaudit.model import Checklist, Journey, Scheme
    from cemaudit.model.platform import Platform
    from cemaudit.scoring.lint import LintLevel, LintRemark, lint_checklist, lint_journey, lint_plan, lint_scheme
    from cemaudit.scoring.promises import lint_platform, lint_proofs

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


def lint_visits(engine: Engine, sources: tuple[str, ...], unusable: list[Problem]) -> Iterator[tuple[str, LintRemark]]:
    """The remarks on visits: what a checklist requires and they lack, and what plugins doubt."""
    from cemaudit.report import check_pictures
    from cemaudit.scoring.lint import LintLevel, LintRemark
    from cemaudit.scoring.validation import missing_requirements

    for located_visit in valid_visits(engine, sources, unusable):
        checklist = engine.plan(located_visit.visit.checklist, located_visit.visit.day).checklist
        yield from ((located_visit.place, remark) for remark in _glyph_remarks(located_visit.visit))
        notes = check_pictures(located_visit)
        yield from ((located_visit.place, LintRemark(LintLevel.NOTE, problem)) for problem in notes)
        problems = [*missing_requirements(located_visit.visit, checklist), *engine.review(located_visit.visit)]
        yield from ((located_visit.place, LintRemark(LintLevel.WARNING, problem)) for problem in problems)
