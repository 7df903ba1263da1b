"""Numbers composed from several audits; summaries over many visits; consequences of a store's bands."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.model import Audit, Consequence, Reason, Scheme, Score, Summary, Visit
from cemaudit.model.scheme import Composed
from cemaudit.scoring.bands import find_consequences
from cemaudit.scoring.engine import Engine, make_audit
from cemaudit.scoring.exact import evaluate_pooled
from cemaudit.scoring.plan import Plan

__all__ = [
    "ChecklistSummary",
    "compose",
    "compose_by_store",
    "summarise",
    "summarise_by_checklist",
    "with_consequences",
]


def compose_by_store(plan: Plan, audits: Iterable[Audit]) -> Iterator[Audit]:
    """One composed audit for each store that has audits, by store id."""
    by_store: dict[str, list[Audit]] = defaultdict(list)
    for audit in audits:
        by_store[audit.visit.store].append(audit)
    for _, mine in sorted(by_store.items()):
        yield compose(plan, sorted(mine, key=lambda audit: audit.visit.day or dt.date.min))


def compose(plan: Plan, audits: Sequence[Audit]) -> Audit:
    """The audit of one store under a composing scheme, from its other audits, oldest first.

    An input nothing can fill stays unanswered. ``BadInput`` where the scheme composes nothing.
    """
    composition = plan.scheme.composition
    if not composition:
        raise BadInput(Problem(message("the scheme composes nothing"), plan.scheme.ref))
    filled = {item: _value(composed, audits) for item, composed in composition.items()}
    scores = {item: value for item, value in filled.items() if value is not None}
    # The composed audit stands at the date of the latest visit, and so among its store's audits.
    latest = audits[-1].visit
    visit = Visit(
        id=f"{latest.store}/{plan.scheme.ref}"[:120],
        checklist=plan.checklist.ref,
        store=latest.store,
        store_name=latest.store_name,
        wave=latest.wave,
        date=latest.day,
        origin=latest.origin,
    )
    return make_audit(plan, visit, input_scores=scores)


def _value(composed: Composed, audits: Sequence[Audit]) -> Fraction | None:
    scores = [audit.score(composed.measure).value for audit in audits if audit.checklist.id == composed.checklist]
    values = [value for value in scores if value is not None]
    if not values:
        return None
    match composed.how:
        case "mean":
            return sum(values, Fraction(0)) / len(values)
        case "best":
            return max(values)
        case "worst":
            return min(values)
        case _:
            return values[-1]


def summarise(plan: Plan, audits: Sequence[Audit]) -> dict[str, Score]:
    """Every summary of the plan's scheme over audits under that plan, by id; not scored where there is nothing."""
    return {summary.id: _summary(summary, plan, audits) for summary in plan.scheme.summaries}


def _summary(summary: Summary, plan: Plan, audits: Sequence[Audit]) -> Score:
    if not audits:
        return Score(reason=Reason.NOTHING_TO_SCORE)
    if summary.how == "share-of-band":
        labels = [band.label for band in plan.scheme.bands]
        worst = set(labels[labels.index(str(summary.band)) :])
        graded = [audit.band.label for audit in audits if audit.band]
        if not graded:
            return Score(reason=Reason.NOTHING_TO_SCORE, asked=len(audits))
        share = Fraction(100 * sum(label in worst for label in graded), len(graded))
        return Score(value=share, used=len(graded), asked=len(audits))
    measure = str(summary.of)
    if summary.how == "pooled":
        return evaluate_pooled(plan, [audit.visit for audit in audits]).derivations[measure].score
    values = [value for audit in audits if (value := audit.score(measure).value) is not None]
    if not values:
        return Score(reason=Reason.NOTHING_TO_SCORE, asked=len(audits))
    return Score(value=sum(values, Fraction(0)) / len(values), used=len(values), asked=len(audits))


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
