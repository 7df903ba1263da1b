"""A simulated company on the product's one path: inbox, ledger, snapshot, reports, all in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

if TYPE_CHECKING:
    from cemaudit.hookspecs import Context
    from cemaudit.ledger.collecting import Summary
    from cemaudit.ledger.query.views import Shown
    from cemaudit.model import Checklist
    from cemaudit.scoring import Engine
    from cemaudit.simulate import Chain

__all__ = ["VISITS", "Company"]

VISITS = 8
"""Visits, or episodes, of each store: two in each of four waves."""

REPORTED = 6
"""Stores whose visits come sealed, with photos, and that get reports; the others' come as lines of JSON."""


@dataclass(frozen=True)
class Company:
    """A chain, the checklist its visits answer, and the ``folder`` everything of it is in."""

    checklist: Checklist
    chain: Chain
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

    def send(self, seed: int) -> None:
        """Write the table of stores, and let shoppers' visits arrive."""
        from cemaudit.simulate import simulate
        from cemaudit.simulate.chain import write_stores
        from cemaudit.simulate.inbox import fill_inbox

        write_stores(self.folder / "stores.csv", self.chain, self.checklist.sector)
        visits = simulate(self.checklist, len(self.chain.stores), VISITS, seed)
        fill_inbox(self.inbox, self.checklist, visits, self.reported)

    def collect(self, engine: Engine, told: Callable[[str], None]) -> Summary:
        """Import the stores, and collect what is in the inbox; ``told`` is why a visit is not taken."""
        from cemaudit.ledger import opened
        from cemaudit.ledger.collecting import Collector, Workers, rules_of
        from cemaudit.ledger.sources import Inbox, sources_in
        from cemaudit.ledger.store_registry import import_stores, read_stores, store_ids

        checklists = engine.library.all_checklists()
        with opened(str(self.ledger), make=True) as ledger:
            import_stores(ledger, read_stores(self.folder / "stores.csv").stores)
            workers = Workers(rules_of(ledger, checklists), 1)
            collector = Collector(ledger, workers, checklists, told)
            collector.collect(sources_in(Inbox(self.inbox)), store_ids(ledger))
        return collector.summary

    def snapshot(self, engine: Engine, blocked: tuple[str, ...]) -> None:
        """Bring the snapshot up to the ledger; needs the extra ``hq``."""
        from cemaudit.ledger import opened
        from cemaudit.ledger.snapshot.taking import take_snapshot

        with opened(str(self.ledger)) as ledger:
            take_snapshot(ledger, engine, self._snapshot, blocked=blocked)

    def asked(self, view: str, *by: str) -> Shown:
        """What a view of the snapshot shows."""
        from cemaudit.ledger.query.question import Question
        from cemaudit.ledger.query.reading import reading
        from cemaudit.ledger.query.views import show

        with reading(self._snapshot) as found:
            return show(found, view, Question(by))

    def latest(self, engine: Engine) -> list[Context]:
        """The latest visit or episode of each store that gets a report, as the ledger has it."""
        from cemaudit.ledger import opened
        from cemaudit.scoring.engine import contexts

        with opened(str(self.ledger)) as ledger:
            visits = [held.visit for held in ledger.visits() if held.store in self.reported]
        return list({context.audits[0].visit.store: context for context in contexts(engine, visits)}.values())

    @property
    def media(self) -> Path:
        """The folder that evidence lies in, as the ledger keeps it."""
        return self.folder / "hq-media"

    @property
    def _snapshot(self) -> Path:
        return self.folder / "hq-snapshot"

    def _refuse_real_visits(self) -> None:
        from cemaudit.ledger import opened
        from cemaudit.ledger.states import State

        with opened(str(self.ledger)) as ledger:
            every = ledger.visits(states=tuple(State), superseded=True)
            if any(held.visit.origin != "simulated" for held in every):
                what = message("it holds visits that are not simulated")
                raise BadInput(Problem(what, str(self.ledger), message("name another folder")))

    def _written(self) -> Iterator[Path]:
        """What an earlier run put into the inbox, wherever it is in there now, and its reports."""
        sector = self.checklist.sector
        for folder in (self.inbox, self.inbox / "done"):
            yield from folder.glob(f"{sector}-[0-9]*.cemaudit")
            yield from folder.glob("20[0-9][0-9]-[0-9].jsonl")
        yield from self.reports.glob(f"{sector}-[0-9]*.pdf")
