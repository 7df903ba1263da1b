"""Promises kept in visits at hand, each looked at exactly; the definition of what the columns of a snapshot count."""

from __future__ import annotations

from collections.abc import Iterable

from cemaudit.compare.promises import (
    NO_ANSWERS,
    KeptTotals,
    PromiseCell,
    PromiseSummary,
    nothing_proved,
    promise_summary,
    totals_of_visit,
)
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.model import Checklist, Visit
from cemaudit.model.base import version_order
from cemaudit.model.platform import Platform, proof_items
from cemaudit.scoring.promises import PromiseAnswers, promise_answers

__all__ = ["promises_of_visits"]


def promises_of_visits(
    visits: Iterable[tuple[Visit, Checklist]], platform: Platform, level: float = DEFAULT_RULES.level
) -> PromiseSummary:
    """Return how far the promises of a platform are kept in visits, each with the checklist it answers.

    ``BadInput`` where no item of these checklists proves any of them.
    """
    proofs: dict[str, dict[str, tuple[str, ...]]] = {}
    totals: dict[str, dict[PromiseCell, KeptTotals]] = {}
    for visit, checklist in visits:
        if checklist.ref not in proofs:
            proofs[checklist.ref] = proof_items(platform, checklist)
        of_store = totals.setdefault(visit.store, {})
        for promise, answers in promise_answers(visit, checklist, platform).items():
            for cell, cell_totals in _cells(promise, answers, checklist).items():
                of_store[cell] = of_store.get(cell, NO_ANSWERS).and_also(cell_totals)
    if not any(proofs.values()):
        raise nothing_proved(platform, sorted(proofs, key=version_order))
    proving = {ref: proofs[ref] for ref in sorted(proofs, key=version_order) if proofs[ref]}
    return promise_summary(platform, proving, totals, level)


def _cells(promise: str, answers: PromiseAnswers, checklist: Checklist) -> dict[PromiseCell, KeptTotals]:
    channels = {name: checklist.touchpoint_of[name].channel.value for name in answers.answered}
    cells = {PromiseCell(promise): totals_of_visit(len(answers.answered), len(answers.answered) - len(answers.failed))}
    for channel in dict.fromkeys(channels.values()):
        answered = sum(channels[name] == channel for name in answers.answered)
        failed = sum(channels[name] == channel for name in answers.failed)
        cells[PromiseCell(promise, channel)] = totals_of_visit(answered, answered - failed)
    return cells
