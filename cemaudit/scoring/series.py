"""Audits in the order things happened: each store's earlier audits are the history of its later ones."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Visit
from cemaudit.scoring.engine import Engine

__all__ = ["contexts"]

_LONG_AGO = dt.date.min


def contexts(engine: Engine, visits: Iterable[Visit]) -> Iterator[Context]:
    """What each report is about: one visit, or all visits of an episode, with the store's earlier audits.

    Stores come in the order of their ids, a store's reports in the order of their last visits. The visits must fit
    their checklists (``BadInput`` otherwise).
    """
    by_store: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_store[visit.store].append(visit)
    for _, mine in sorted(by_store.items()):
        yield from _of_store(engine, sorted(mine, key=_when))


def _of_store(engine: Engine, visits: list[Visit]) -> Iterator[Context]:
    past: list[Audit] = []
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, visit in enumerate(visits):
        past.append(engine.audit(visit, _alike(past, visit)))
        groups[("episode", visit.episode.id) if visit.episode else ("visit", visit.id)].append(number)
    for group in groups.values():
        earlier = [past[number] for number in range(group[0]) if number not in group]
        yield Context(tuple(past[number] for number in group), _alike(earlier, past[group[0]].visit))


def _alike(audits: list[Audit], visit: Visit) -> tuple[Audit, ...]:
    """The audits that answer a version of the same checklist."""
    checklist_id = visit.checklist.partition("@")[0]
    return tuple(audit for audit in audits if audit.checklist.id == checklist_id)


def _when(visit: Visit) -> tuple[dt.date, int, str, str]:
    started = visit.started.isoformat() if visit.started else ""
    return visit.day or _LONG_AGO, visit.episode.number if visit.episode else 0, started, visit.id
