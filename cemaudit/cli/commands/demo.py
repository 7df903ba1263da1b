"""``cemaudit demo``."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import localized
from cemaudit.cli.commands.collect import total_of
from cemaudit.cli.inputs import find_platform, newest_editions
from cemaudit.cli.lenses import journey_view
from cemaudit.cli.options import FILE, engine_options, print_plugin_problems, print_problems
from cemaudit.cli.terminal import SCREEN, print_table, print_wrapped, progress
from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem
from cemaudit.language import LANGUAGES, N_, message

if TYPE_CHECKING:
    from cemaudit.compare.promises import PromiseSummary
    from cemaudit.compare.touchpoint_choice import TouchpointChoice
    from cemaudit.hookspecs import Context
    from cemaudit.ledger import CollectionSummary
    from cemaudit.ledger.query import ViewResult
    from cemaudit.model import Checklist, Visit
    from cemaudit.model.platform import Platform
    from cemaudit.scoring import Engine
    from cemaudit.simulate import SimulatedChain

__all__ = ["VISITS", "DemoCompany"]

VISITS = 8
"""Visits, or episodes, of each store: two in each of four waves."""

REPORTED = 6
"""Stores whose visits come sealed, with photos, and that get reports; the others' come as lines of JSON."""


@dataclass(frozen=True)
class DemoCompany:
    """A chain, the checklist its visits answer, and the ``folder`` everything of it is in."""

    checklist: Checklist
    chain: SimulatedChain
    folder: Path

    @property
    def inbox(self) -> Path:
        """The folder visits arrive in."""
        return self.folder / "inbox"

    @property
    def ledger(self) -> Path:
        """The file of headquarters' ledger."""
        return self.folder / "hq.db"

    @property
    def reports(self) -> Path:
        """The folder of PDFs."""
        return self.folder / "reports"

    @property
    def reported(self) -> tuple[str, ...]:
        """The ids of the stores that get reports."""
        return tuple(store.id for store in self.chain.stores[:REPORTED])

    def clear(self) -> None:
        """Remove what an earlier run made; ``BadInput`` where it holds anything that is not simulated."""
        from cemaudit.files import unwritable
        from cemaudit.ledger.sqlite import people_file

        # an earlier demo may be replaced, real visits never
        if self.ledger.exists():
            self._refuse_real_visits()
        try:
            for path in (self.ledger, people_file(self.ledger), *self._written()):
                path.unlink(missing_ok=True)
            for folder in (self.media, self._snapshot):
                if folder.exists():
                    shutil.rmtree(folder)
        except OSError as error:
            raise unwritable(Path(error.filename or self.folder), error) from error

    def deliver_visits(self, seed: int) -> None:
        """Write the table of stores, and let shoppers' visits arrive."""
        from cemaudit.simulate import simulate
        from cemaudit.simulate.chain import write_stores
        from cemaudit.simulate.inbox import fill_inbox

        write_stores(self.folder / "stores.csv", self.chain, self.checklist.sector)
        visits = simulate(self.checklist, len(self.chain.stores), VISITS, seed)
        fill_inbox(self.inbox, self.checklist, visits, self.reported)

    def collect(self, engine: Engine, report_refusal: Callable[[str], None]) -> CollectionSummary:
        """Import the stores, and collect what is in the inbox; ``report_refusal`` gets why a visit is not taken."""
        from cemaudit.ledger import open_ledger
        from cemaudit.ledger.collecting import AcceptanceWorkers, Collector, acceptance_rules
        from cemaudit.ledger.ledger import Definitions
        from cemaudit.ledger.sources import Inbox, inbox_sources
        from cemaudit.ledger.store_registry import import_stores, read_stores, registered_store_ids

        checklists = engine.library.all_checklists()
        with open_ledger(str(self.ledger), make=True) as ledger:
            import_stores(ledger, read_stores(self.folder / "stores.csv").stores)
            workers = AcceptanceWorkers(acceptance_rules(ledger, checklists), 1)
            collector = Collector(ledger, workers, Definitions(checklists, engine.library.schemes_of), report_refusal)
            collector.collect(inbox_sources(Inbox(self.inbox)), registered_store_ids(ledger))
        return collector.summary

    def snapshot(self, engine: Engine, blocked: tuple[str, ...]) -> None:
        """Bring the snapshot up to the ledger; needs the extra ``hq``."""
        from cemaudit.ledger import open_ledger, update_snapshot

        with open_ledger(str(self.ledger)) as ledger:
            update_snapshot(ledger, engine, self._snapshot, blocked=blocked)

    def asked(self, view: str, *by: str) -> ViewResult:
        """What a view of the snapshot shows."""
        from cemaudit.ledger.query import LedgerQuery, show
        from cemaudit.ledger.query.reading import reading

        with reading(self._snapshot) as snapshot:
            return show(snapshot, view, LedgerQuery(by))

    def choose(self, engine: Engine) -> TouchpointChoice:
        """Which ten touchpoints to mend first; the checklist of them and its page are written."""
        from cemaudit.cli.commands.touchpoints import draw
        from cemaudit.compare.choice_from_snapshot import ChoiceQuery, choice_of_snapshot, scheme_in_force
        from cemaudit.ledger.query.reading import reading
        from cemaudit.report import choice_report, write_report

        with reading(self._snapshot) as snapshot:
            query = ChoiceQuery(self.checklist.ref, aggregators=engine.library.aggregators)
            choice = choice_of_snapshot(snapshot, query, scheme_in_force(snapshot, self.checklist.ref))
        draw(choice, self.checklist, self.chosen_checklist, CHOSEN_ID, overwrite=True)
        for language in LANGUAGES:
            write_report(choice_report(choice), self.reports, language)
        return choice

    def take_platform(self, engine: Engine) -> Platform | None:
        """The platform at hand that items of the checklist prove promises of, else the example where it is of these.

        The example's file is put into the folder, for one to try commands on.
        """
        from cemaudit.model.platform import proof_items
        from cemaudit.simulate import example_platform

        if engine.library.platforms_of(self.checklist):
            return engine.library.platform_of(self.checklist)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.platform_file.write_text(example_platform(), encoding="utf-8")
        platform = find_platform(engine, str(self.platform_file))
        if proof_items(platform, self.checklist):
            return platform
        self.platform_file.unlink()
        return None

    @property
    def platform_file(self) -> Path:
        """The file of the example of a platform."""
        return self.folder / "platform.toml"

    def promises(self, platform: Platform) -> PromiseSummary:
        """How far the promises of a platform are kept."""
        from cemaudit.compare.from_snapshot import kept_promises
        from cemaudit.ledger.query.reading import reading

        with reading(self._snapshot) as snapshot:
            return kept_promises(snapshot, platform)

    @property
    def chosen_checklist(self) -> Path:
        """The file of the checklist of the chosen touchpoints."""
        return self.folder / "ten.toml"

    def latest(self, engine: Engine) -> list[Context]:
        """The latest visit or episode of each store that gets a report, as the ledger has it."""
        from cemaudit.ledger import open_ledger
        from cemaudit.scoring.engine import report_contexts

        with open_ledger(str(self.ledger)) as ledger:
            visits = [held.visit for held in ledger.visits() if held.store in self.reported]
        return list({context.audits[0].visit.store: context for context in report_contexts(engine, visits)}.values())

    @property
    def media(self) -> Path:
        """The folder that evidence lies in, as the ledger keeps it."""
        return self.folder / "hq-media"

    @property
    def _snapshot(self) -> Path:
        return self.folder / "hq-snapshot"

    def _refuse_real_visits(self) -> None:
        from cemaudit.ledger import VisitState, open_ledger

        with open_ledger(str(self.ledger)) as ledger:
            every = ledger.visits(states=tuple(VisitState), superseded=True)
            if any(held.visit.origin != "simulated" for held in every):
                text = message("it holds visits that are not simulated")
                raise BadInput(Problem(text, str(self.ledger), message("name another folder")))

    def _written(self) -> Iterator[Path]:
        """What an earlier run put into the inbox, wherever it is in there now, and its reports."""
        sector = self.checklist.sector
        for folder in (self.inbox, self.inbox / "done"):
            yield from folder.glob(f"{sector}-[0-9]*.cemaudit")
            yield from folder.glob("20[0-9][0-9]-[0-9].jsonl")
        yield from self.reports.glob(f"{sector}-[0-9]*.pdf")
        yield from self.reports.glob("touchpoints-*.pdf")
        yield from (self.chosen_checklist, self.platform_file)


SECTORS = ("retail", "hospital", "ecommerce")

CHOSEN_IN = "retail"
"""The sector whose chain is shown the method behind the ten."""

CHOSEN_ID = "demo.ten"

SHOWN = 5
"""Stores of a league that are shown."""

_COLUMNS = {
    "store": N_("Store"), "name": N_("Name"), "visits": N_("Visits"), "mean": N_("Mean of visits"),
    "deviation": N_("Deviation"),
}  # fmt: skip

_NEXT = ("ledger info", "history {visit}", "collect {file}", "explain {file}")

_NEXT_WITH_HQ = (
    "compare",
    "query heatmap --by region --by channel",
    "query distribution --by wave",
    "query items --by touchpoint",
    "touchpoints choose",
    "promises kept --platform {platform}",
    "export --to xlsx --out {table}",
)


@localized.command(
    "demo",
    help=N_(
        "Make a simulated chain of each sector and take it all the way: visits as shoppers send them, the ledger that "
        "collects them, its snapshot, and reports. A ledger that an earlier demo made there is begun anew."
    ),
)
@localized.option(
    "--out", "folder", required=True, type=FILE, metavar="DIR", help=N_("Where a folder for each chain goes.")
)
@localized.option(
    "--seed",
    type=int,
    default=1,
    metavar="N",
    help=N_("Another seed makes another chain; the same one makes the same visits and reports."),
)
@localized.option("--stores", type=click.IntRange(1, 100), default=24, metavar="N", help=N_("Stores of each chain."))
@engine_options
@localized.common_options
def command(folder: Path, seed: int, stores: int, blocked: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Simulate, collect, ask and report; only files of its own names are replaced in ``folder``."""
    from cemaudit.cli.app import is_installed
    from cemaudit.scoring import Engine
    from cemaudit.simulate import make_chain

    if folder.exists() and not folder.is_dir():
        raise BadInput(Problem(message("expected a folder, found a file"), str(folder)))
    engine = Engine(blocked, files)
    homes = chain_folders(demo_checklists(engine, files), folder)
    companies = [DemoCompany(checklist, make_chain(checklist, stores, seed), home) for home, checklist in homes.items()]
    click.echo(message("The data are simulated: no real store, shopper or visit is in them."))
    hq = is_installed("hq")
    summaries = []
    for company in progress(message("collecting visits"), companies, len(companies)):
        company.clear()
        company.deliver_visits(seed)
        summaries.append(company.collect(engine, lambda reason: click.echo(f"cemaudit: {reason}", err=True)))
        if hq:
            company.snapshot(engine, blocked)
    platforms = {
        company.folder: company.take_platform(engine) for company in companies if company.checklist.sector == CHOSEN_IN
    }
    for company, summary in zip(companies, summaries, strict=True):
        click.echo(f"\n{company.checklist.title} ({company.checklist.ref})")
        click.echo(message("stores: {count}", count=len(company.chain.stores)))
        click.echo(total_of(summary))
        if hq:
            print_best_stores(company)
            if company.checklist.sector == CHOSEN_IN:
                print_chosen(company, engine)
            if platform := platforms.get(company.folder):
                print_promises(company, platform)
    if not hq:
        hint = message("install it: {command}", command="pip install 'cemaudit[hq]'")
        click.echo(f"\n{Problem(message('snapshots and leagues are left out: they need the extra hq'), hint=hint)}")
    latest = [(company, context) for company in companies for context in company.latest(engine)]
    write_latest_reports(engine, latest)
    for company in companies:
        print_places(company)
    print_next_commands(companies[0], latest[0][1].audits[-1].visit, hq=hq)
    print_plugin_problems(engine)


def demo_checklists(engine: Engine, files: Sequence[Path]) -> list[Checklist]:
    """The newest checklist of each id in our sectors, and those given by hand, whatever their sector."""
    from cemaudit.model import Checklist

    given_checklists = [record for path in files if isinstance(record := engine.library.add_file(path), Checklist)]
    newest = [checklist for checklist in newest_editions(engine) if checklist.sector in SECTORS]
    of_sectors = sorted(newest, key=lambda checklist: (SECTORS.index(checklist.sector), checklist.id))
    if not of_sectors and not given_checklists:
        text = message("no checklist of these sectors is at hand: {names}", names=", ".join(SECTORS))
        raise BadEnvironment(Problem(text, hint=message("see what is installed with 'cemaudit plugins'")))
    return list({checklist.ref: checklist for checklist in [*of_sectors, *given_checklists]}.values())


def chain_folders(checklists: Sequence[Checklist], folder: Path) -> dict[Path, Checklist]:
    """A folder for each checklist: named by its sector, or by its own id where the sector's is taken."""
    homes: dict[Path, Checklist] = {}
    for checklist in checklists:
        names = (checklist.sector, checklist.id, f"{checklist.id}-{checklist.version}")
        homes[next(home for name in names if (home := folder / name) not in homes)] = checklist
    return homes


def print_best_stores(company: DemoCompany) -> None:
    """The best stores, and how the chain did from wave to wave."""
    league, waves = company.asked("league"), company.asked("trend", "wave")
    rows = [[_cell(row[name]) for name in _COLUMNS] for row in league.rows]
    print_table(list(_COLUMNS.values()), rows[:SHOWN], "llrrr", gap=True)
    if len(rows) > SHOWN:
        text = message(
            "... and {count} more; from so few visits, much of this order is chance", count=len(rows) - SHOWN
        )
        click.echo(text)
    means = ", ".join(f"{row['wave']} {_cell(row['mean'])}" for row in waves.rows)
    click.echo(message("mean by wave: {means}", means=means))


def print_chosen(company: DemoCompany, engine: Engine) -> None:
    """The touchpoints to mend first, and what that would bring; or why nothing can be said of them."""
    try:
        choice = company.choose(engine)
    except CemauditError as error:  # a checklist given by hand may have no headline, or no ten that stand alone
        print_problems(error.problems)
        return
    gains = choice.choice
    titles = ", ".join(str(choice.evidence[name].title) for name in gains.chosen)
    text = message("mend first (mean {mean}, mended {mended}):", mean=f"{gains.mean:.1f}", mended=f"{gains.mended:.1f}")
    print_wrapped(f"{text} {titles}", width=SCREEN)


def print_promises(company: DemoCompany, platform: Platform) -> None:
    """How far the promises of a platform are kept, and which of them nobody audits."""
    from cemaudit.cli.promise_output import kept_text

    kept = [f"{record.promise.title} ({kept_text(record)})" for record in company.promises(platform).records]
    print_wrapped(f"{message('promises kept, in %:')} {'; '.join(kept)}", width=SCREEN)


def write_latest_reports(engine: Engine, latest: Sequence[tuple[DemoCompany, Context]]) -> None:
    """A report of each of these visits or episodes in both languages."""
    from cemaudit.report import store_report, write_report

    report_jobs = [(*visit, language) for visit in latest for language in LANGUAGES]
    for company, context, language in progress(message("writing reports"), report_jobs, len(report_jobs)):
        report = store_report(context, engine.sections(context), company.media, view=journey_view(engine, context))
        write_report(report, company.reports, language)


def print_places(company: DemoCompany) -> None:
    """Print where everything of a company is."""
    count = len(company.reported) * len(LANGUAGES)
    click.echo(f"\n{company.checklist.title}")
    click.echo(f"  {message('visits as they came')}: {company.inbox / 'done'}")
    click.echo(f"  {message('ledger')}: {company.ledger}")
    if company.chosen_checklist.exists():
        count += len(LANGUAGES)
        click.echo(f"  {message('checklist of the chosen touchpoints')}: {company.chosen_checklist}")
    click.echo(f"  {message('reports')} ({count} PDF): {company.reports}")


def print_next_commands(company: DemoCompany, visit: Visit, *, hq: bool) -> None:
    """Commands that one would try on the first of the ledgers."""
    from cemaudit.exchange import sealed_name

    setting = "set" if os.name == "nt" else "export"
    paths = {
        "file": company.inbox / "done" / sealed_name(visit),
        "table": company.folder / "visits.xlsx",
        "platform": company.platform_file,
    }
    names = {"visit": visit.id, **{name: shlex.quote(str(path)) for name, path in paths.items()}}
    click.echo(f"\n{message('What to try next')}:")
    click.echo(f"  {setting} CEMAUDIT_LEDGER={shlex.quote(str(company.ledger))}")
    for arguments in (*_NEXT, *(_NEXT_WITH_HQ if hq else ())):
        if "{platform}" in arguments and not company.platform_file.exists():
            continue
        click.echo(f"  {_program()} {arguments.format(**names)}")


def _program() -> str:
    """How this program is called here."""
    called = Path(sys.argv[0])
    is_ours = called.stem == "cemaudit" and not shutil.which("cemaudit")
    return shlex.quote(str(called)) if is_ours else "cemaudit"


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)
