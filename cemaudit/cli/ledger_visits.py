"""The visits of a ledger that reports are made of: accepted and contested ones, others only where asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

if TYPE_CHECKING:
    from cemaudit.exchange import LocatedVisit
    from cemaudit.ledger import Ledger, VisitState
    from cemaudit.ledger.selecting import VisitSelection
    from cemaudit.programme.appeals import ReportedAppeal
    from cemaudit.scoring import Engine

__all__ = [
    "ALSO",
    "LedgerReportOptions",
    "ReportedVisits",
    "know_definitions",
    "reported_appeals",
    "reported_visits",
    "snapshot_at",
]

ALSO = ("received", "returned")
"""The states of visits that are reported only where they are asked for."""


class LedgerReportOptions(NamedTuple):
    """Which visits of a ledger are reported.

    ``also``: states beside accepted and contested. ``media``: where the evidence lies, beside the ledger's file unless
    said.
    """

    wave: tuple[str, ...]
    store: tuple[str, ...]
    owner: tuple[str, ...]
    where: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    also: tuple[str, ...]
    media: Path | None

    @property
    def selection(self) -> VisitSelection:
        """Return the visits that are meant; ``BadInput`` where a condition means nothing, or asks for excluded ones."""
        from cemaudit.ledger.selecting import selection_of

        chosen = selection_of(self.where, self.since and self.since.date(), self.until and self.until.date())
        if "excluded" in chosen.conditions.get("state", ()):
            raise BadInput(Problem(message("excluded visits are in no report"), "--where state"))
        for key in ("wave", "store", "owner"):
            chosen = chosen.limited_to(key, getattr(self, key))
        return chosen

    def states(self, chosen: VisitSelection) -> set[VisitState]:
        """Return the states of visits that are reported: those a condition names, or the usual ones."""
        from cemaudit.ledger import VisitState

        if "state" in chosen.conditions:
            return set(map(VisitState, chosen.conditions["state"]))
        return {VisitState.ACCEPTED, VisitState.CONTESTED, *map(VisitState, self.also)}


class ReportedVisits(NamedTuple):
    """The ids of the visits to be reported, and all ``visits`` of their stores: what came before is their history."""

    ids: frozenset[str]
    visits: tuple[LocatedVisit, ...]


def reported_visits(ledger: Ledger, options: LedgerReportOptions) -> ReportedVisits:
    """Return the visits that are reported, with the folder of their evidence.

    ``BadInput`` where there are none, with what was left out.
    """
    from cemaudit.exchange import LocatedVisit
    from cemaudit.ledger import VisitState
    from cemaudit.ledger.selecting import VisitSelection, select_visits
    from cemaudit.ledger.store_registry import registered_stores

    media = ledger.media(options.media)
    chosen = options.selection
    states = options.states(chosen)
    stores_by_id = {held.id: held.store for held in select_visits(ledger, chosen, states)}
    if not stores_by_id:
        raise BadInput(_nothing_to_report(ledger, chosen, states))
    names = {store.id: store.name for store in registered_stores(ledger).values() if store.name}
    stores = VisitSelection({"store": tuple(dict.fromkeys(stores_by_id.values()))})
    located = []
    for held in select_visits(ledger, stores, {VisitState.ACCEPTED, VisitState.CONTESTED, *states}):
        visit = held.visit
        # The registry knows what a store is called today; a visit says it only where the shopper wrote it down.
        if not visit.store_name and held.store in names:
            visit = visit.model_copy(update={"store_name": names[held.store]})
        located.append(LocatedVisit(str(message("visit {id}", id=held.id)), visit, media))
    return ReportedVisits(frozenset(stores_by_id), tuple(located))


def _nothing_to_report(ledger: Ledger, chosen: VisitSelection, states: set[VisitState]) -> Problem:
    """What was left out, and how to ask for it."""
    from cemaudit.ledger import VisitState
    from cemaudit.ledger.selecting import select_visits

    others = Counter(held.state for held in select_visits(ledger, chosen, set(VisitState) - states))
    counts = ", ".join(f"{state.words} {others[state]:,}" for state in VisitState if others[state])
    asked = [state for state in ALSO if others[state]]
    text = message("no visits to report; left out: {counts}", counts=counts or message("none"))
    hint = message("ask for them with {options}", options=" ".join(f"--also {state}" for state in asked))
    return Problem(text, ledger.database.place, hint if asked else None)


def reported_appeals(
    ledger: Ledger, engine: Engine, visits: Collection[str], snapshot_folder: Path | None
) -> dict[str, list[ReportedAppeal]]:
    """Return the appeals against some visits with what they changed, by the visit's id.

    ``snapshot_folder``: the snapshot that knows the stores' places.
    """
    from cemaudit.ledger.appeals import appeals
    from cemaudit.programme.appeals import ReportedAppeal, appeal_effect, place_among

    found: dict[str, list[ReportedAppeal]] = defaultdict(list)
    checklists = ledger.shelf.checklists()
    for appeal in appeals(ledger.database):
        if appeal.visit in visits:
            effect = appeal_effect(engine, ledger, appeal)
            found[appeal.visit].append(ReportedAppeal(appeal, checklists[appeal.checklist], effect))
    if snapshot_folder is None or not any(each.effect for listed in found.values() for each in listed):
        return found
    from cemaudit.ledger.query.reading import reading

    with reading(snapshot_folder) as snapshot:
        return {
            visit: [
                each._replace(effect=place_among(snapshot, ledger, each.effect)) if each.effect else each
                for each in listed
            ]
            for visit, listed in found.items()
        }


def snapshot_at(url: str, folder: Path | None) -> Path | None:
    """Return the folder of the snapshot, where there is one and the extra that reads it."""
    from importlib.util import find_spec

    from cemaudit.ledger.snapshot.manifest import MANIFEST_FILE, snapshot_folder

    if not find_spec("duckdb") or (folder is None and "://" in url):
        return None
    named = snapshot_folder(url, folder)
    return named if (named / MANIFEST_FILE).exists() else None


def know_definitions(engine: Engine, ledger: Ledger) -> None:
    """Let the engine know the checklists and schemes of the ledger that are installed no more."""
    for ref, checklist in ledger.shelf.checklists().items():
        engine.library.checklists.setdefault(ref, checklist)
    for ref, scheme in ledger.shelf.schemes().items():
        engine.library.schemes.setdefault(ref, scheme)
