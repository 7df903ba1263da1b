"""``cemaudit demo``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import words
from cemaudit.cli.options import FILE, engine_options, progress, tell_plugin_problems
from cemaudit.cli.table import print_table
from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.language import LANGUAGES, N_, Language, message, translate

if TYPE_CHECKING:
    from cemaudit.hookspecs import Context
    from cemaudit.model import Checklist
    from cemaudit.scoring import Engine

SECTORS = ("retail", "hospital", "ecommerce")
VISITS = 3
REPORTS = "reports"
_HEADINGS = (N_("Store"), N_("Visits"), N_("Mean"), N_("Latest band"), N_("Critical failures"))


@dataclass(frozen=True)
class Chain:
    """A simulated chain on disk: its checklist, its folder, and what a report can be about, by store."""

    checklist: Checklist
    folder: Path
    contexts: dict[str, list[Context]]


@words.command("demo", help=N_("Make a small simulated chain of each sector, with visits, scores and reports."))
@words.option(
    "--out", "folder", required=True, type=FILE, metavar="DIR", help=N_("Where visits, photos and reports go.")
)
@words.option(
    "--seed",
    type=int,
    default=1,
    metavar="N",
    help=N_("Another seed makes another chain; the same one makes the same files."),
)
@words.option("--stores", type=click.IntRange(1, 100), default=6, metavar="N", help=N_("Stores of each chain."))
@engine_options
@words.common_options
def command(folder: Path, seed: int, stores: int, blocked: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Simulate, score, show and report; only files of its own names are replaced in ``folder``."""
    from cemaudit.scoring import Engine

    if folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    engine = Engine(blocked, files)
    homes = _homes(_chosen(engine, files), folder)
    chains = [_make(engine, checklist, home, stores, seed) for home, checklist in homes.items()]
    click.echo(message("The data are simulated: no real store, shopper or visit is in them."))
    for chain in chains:
        _show(chain)
    _write_reports(engine, chains)
    for chain in chains:
        _tell_where(chain)
    tell_plugin_problems(engine)


def _chosen(engine: Engine, files: Sequence[Path]) -> list[Checklist]:
    """The newest checklist of each id in our sectors, and those given by hand, whatever their sector."""
    from cemaudit.model import Checklist

    given = [record for path in files if isinstance(record := engine.library.add_file(path), Checklist)]
    newest: dict[str, Checklist] = {}
    for checklist in sorted(engine.library.checklists.values(), key=_version):
        if checklist.sector in SECTORS:
            newest[checklist.id] = checklist
    found = sorted(newest.values(), key=lambda checklist: (SECTORS.index(checklist.sector), checklist.id))
    if not found and not given:
        what = message("no checklist of these sectors is at hand: {names}", names=", ".join(SECTORS))
        raise BadEnvironment(Problem(what, hint=message("see what is installed with 'cemaudit plugins'")))
    return list({checklist.ref: checklist for checklist in [*found, *given]}.values())


def _version(checklist: Checklist) -> tuple[int, ...]:
    return tuple(map(int, checklist.version.split(".")))


def _homes(checklists: Sequence[Checklist], folder: Path) -> dict[Path, Checklist]:
    """A folder for each checklist: named by its sector, or by its own id where the sector's is taken."""
    homes: dict[Path, Checklist] = {}
    for checklist in checklists:
        names = (checklist.sector, checklist.id, f"{checklist.id}-{checklist.version}")
        homes[next(home for name in names if (home := folder / name) not in homes)] = checklist
    return homes


def _make(engine: Engine, checklist: Checklist, home: Path, stores: int, seed: int) -> Chain:
    """The visits and photos of a chain, written below ``home`` and scored."""
    from cemaudit.exchange.visits import write_visits
    from cemaudit.scoring.series import contexts
    from cemaudit.simulate import simulate
    from cemaudit.simulate.pictures import draw_photos

    visits = list(simulate(checklist, stores, VISITS, seed))
    write_visits(home / "visits.jsonl", visits)
    for visit in progress(message("drawing photos: {sector}", sector=checklist.sector), visits, len(visits)):
        draw_photos(visit, checklist, home)
    by_store: dict[str, list[Context]] = defaultdict(list)
    for context in contexts(engine, visits):
        by_store[context.audits[0].visit.store].append(context)
    return Chain(checklist, home, dict(by_store))


def _show(chain: Chain) -> None:
    click.echo(f"\n{chain.checklist.title} ({chain.checklist.ref})")
    headings = [translate(heading) for heading in _HEADINGS]
    print_table(headings, [_row(contexts) for contexts in chain.contexts.values()], align="lrrlr")


def _row(contexts: Sequence[Context]) -> list[str]:
    from cemaudit.scoring import shown

    audits = [audit for context in contexts for audit in context.audits]
    latest = audits[-1]
    values = [audit.headline.value for audit in audits if audit.headline.value is not None]
    mean = sum(values, Fraction(0)) / len(values) if values else None
    return [
        latest.visit.store_name or latest.visit.store,
        str(len(audits)),
        "-" if mean is None else shown(mean, latest.scheme.measure[latest.scheme.leading]),
        str(latest.band or "-"),
        str(sum(len(audit.failed_critical) for audit in audits)),
    ]


def _write_reports(engine: Engine, chains: Sequence[Chain]) -> None:
    """The report of each store's latest visit or episode, in both languages."""
    from cemaudit.report import store_report, write_report

    wanted = list(_latest(chains))
    for chain, context, language in progress(message("writing reports"), wanted, len(wanted)):
        report = store_report(context, engine.sections(context), chain.folder)
        write_report(report, chain.folder / REPORTS, language)


def _latest(chains: Sequence[Chain]) -> Iterator[tuple[Chain, Context, Language]]:
    for chain in chains:
        for contexts in chain.contexts.values():
            yield from ((chain, contexts[-1], language) for language in LANGUAGES)


def _tell_where(chain: Chain) -> None:
    count = len(chain.contexts) * len(LANGUAGES)
    click.echo(f"\n{chain.checklist.title}")
    click.echo(f"  {message('visits')}: {chain.folder / 'visits.jsonl'}")
    click.echo(f"  {message('reports')} ({count} PDF): {chain.folder / REPORTS}")
