"""Over several visits: a scheme's summaries, and the consequences of each store's bands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cemaudit.model import Audit, Consequence, Scheme, Score
from cemaudit.scoring.bands import find_consequences
from cemaudit.scoring.composition import summarise
from cemaudit.scoring.engine import Engine

__all__ = ["ChecklistSummary", "summarise_by_checklist", "with_consequences"]


@dataclass(frozen=True, slots=True)
class ChecklistSummary:
    """The audits of one checklist, summed up by its scheme.

    ``scores``: the value of each of the scheme's summaries, by its id. ``consequences``: what follows from the bands
    of each store, by the store's id, in the order the stores first appear.
    """

    scheme: Scheme
    scores: Mapping[str, Score]
    consequences: Mapping[str, tuple[Consequence, ...]]


def with_consequences(audits: Iterable[Audit]) -> Iterator[tuple[Audit, tuple[Consequence, ...]]]:
    """Each audit with what follows from its band and the earlier ones of its store under the same scheme.

    The audits of a store are expected in the order of their visits.
    """
    labels: dict[tuple[str, str], list[str | None]] = defaultdict(list)
    for audit in audits:
        store_labels = labels[audit.visit.store, audit.scheme.ref]
        store_labels.append(_band_label(audit))
        yield audit, find_consequences(audit.scheme, store_labels)


def summarise_by_checklist(engine: Engine, audits: Iterable[Audit]) -> Iterator[ChecklistSummary]:
    """One summary for each checklist, in the order the checklists first appear.

    The plan is that of the checklist's first visit.
    """
    by_checklist: dict[str, list[Audit]] = defaultdict(list)
    for audit in audits:
        by_checklist[audit.checklist.ref].append(audit)
    for same_checklist in by_checklist.values():
        first = same_checklist[0]
        labels: dict[str, list[str | None]] = defaultdict(list)
        for audit in same_checklist:
            labels[audit.visit.store].append(_band_label(audit))
        yield ChecklistSummary(
            first.scheme,
            summarise(engine.plan(first.visit.checklist, first.visit.day), same_checklist),
            {store: find_consequences(first.scheme, store_labels) for store, store_labels in labels.items()},
        )


def _band_label(audit: Audit) -> str | None:
    return audit.band.label if audit.band else None
