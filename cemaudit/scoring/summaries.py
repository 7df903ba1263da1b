"""Numbers over many visits, each by a stated definition: pooled answers, mean of scores, share of bands."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cemaudit.model import Audit, Reason, Score, Summary
from cemaudit.scoring.exact import evaluate_pooled
from cemaudit.scoring.plan import Plan

__all__ = ["summarise"]


def summarise(plan: Plan, audits: Sequence[Audit]) -> dict[str, Score]:
    """Every summary of the plan's scheme over audits under that plan, by id; not scored where there is nothing."""
    return {summary.id: _summary(summary, plan, audits) for summary in plan.scheme.summaries}


def _summary(summary: Summary, plan: Plan, audits: Sequence[Audit]) -> Score:
    if not audits:
        return Score(reason=Reason.NOTHING_TO_SCORE)
    if summary.how == "share-of-band":
        return _share_of_band(summary, plan, audits)
    measure = str(summary.of)
    if summary.how == "pooled":
        return evaluate_pooled(plan, [audit.visit for audit in audits]).reckonings[measure].score
    values = [value for audit in audits if (value := audit.score(measure).value) is not None]
    if not values:
        return Score(reason=Reason.NOTHING_TO_SCORE, asked=len(audits))
    return Score(value=sum(values, Fraction(0)) / len(values), used=len(values), asked=len(audits))


def _share_of_band(summary: Summary, plan: Plan, audits: Sequence[Audit]) -> Score:
    labels = [band.label for band in plan.scheme.bands]
    worst = set(labels[labels.index(str(summary.band)) :])
    graded = [audit.band.label for audit in audits if audit.band]
    if not graded:
        return Score(reason=Reason.NOTHING_TO_SCORE, asked=len(audits))
    share = Fraction(100 * sum(label in worst for label in graded), len(graded))
    return Score(value=share, used=len(graded), asked=len(audits))
