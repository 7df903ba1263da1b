"""Scores as the columns of a snapshot: hundredths of a point, and why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.language import Message, message
from cemaudit.ledger.snapshot.names import TOO_LARGE, ScoreColumn, code_of, finding_columns
from cemaudit.ledger.snapshot.parquet import SnapshotColumn, integer_column
from cemaudit.model import Checklist, Reason
from cemaudit.model.measures import Rounding
from cemaudit.plugins import Plugins
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.finding_columns import FindingCounts
from cemaudit.scoring.kernel import ScoredVisits, VisitColumns, compile_plan
from cemaudit.scoring.kernel.block import reason_code
from cemaudit.scoring.plan import Plan
from cemaudit.scoring.rounding import round_exactly

__all__ = ["LARGEST", "NO_SCORE", "HundredthsScorer", "ScoreHundredths", "finding_fields", "hundredths", "score_fields"]

LARGEST = 3_000_000_000
"""The most hundredths a column holds: their square is still a whole number of 64 bits."""

NO_SCORE = int(np.iinfo(np.int64).min)
_UNSURE = 1e-6
_HUNDREDTHS = Rounding(digits=2)
Wholes = NDArray[np.int64]


def hundredths(value: Fraction) -> int:
    """Return a score in hundredths of a point, rounded to the nearest, halves away from zero."""
    return int(round_exactly(value, _HUNDREDTHS) * 100)


class ScoreHundredths(NamedTuple):
    """One score of many visits: ``hundredths`` (``NO_SCORE`` where there is none), codes of ``reasons`` (0: none)."""

    hundredths: Wholes
    reasons: NDArray[np.int8]


class HundredthsScorer:
    """The scores of visits under a plan, to be taken again and again for other visits.

    ``fallbacks``: the measures that are scored visit by visit, and why. ``plugins``: those whose aggregators it calls;
    ``absent``: aggregators whose plugin is not there.
    """

    def __init__(self, plan: Plan, plugins: Plugins | None = None, absent: Sequence[str] = ()) -> None:
        self.plan, self._plugins, self._absent = plan, plugins, absent
        self._kernel = compile_plan(plan)
        self._parts: dict[str, Plan] = {}
        self.fallbacks: Mapping[str, Message] = self._kernel.fallbacks

    def run(
        self, columns: VisitColumns, *, with_findings: bool = False
    ) -> tuple[dict[str, ScoreHundredths], ScoredVisits]:
        """Return every score of all visits of ``columns``, by name, and what the kernel said of bands and findings."""
        scored = self._kernel.run(columns, with_findings=with_findings)
        marked = {name: _marked(scored.values[name], scored.reasons[name]) for name in scored.values}
        # Floats are quick and nearly always sure of the hundredth; where they are not, exact fractions decide.
        for name, rows in self._undecided_rows(scored):
            self._decide(name, rows, columns, marked[name])
        return marked, scored

    def failures(self, scored: ScoredVisits) -> dict[str, int]:
        """Return how many of the visits have no score because code of a plugin failed, by what it did."""
        failed = int(np.count_nonzero(scored.reasons[self.plan.scheme.leading] == reason_code(Reason.FAILED)))
        if not failed:
            return {}
        problems = [str(message("no such aggregator: {name}", name=name)) for name in self._absent]
        problems += map(str, self._plugins.problems if self._plugins else ())
        return {problems[0] if problems else "": failed}

    def _undecided_rows(self, scored: ScoredVisits) -> Iterator[tuple[str, NDArray[np.intp]]]:
        """The rows of each score in which a float does not say which hundredth is the nearest."""
        for name, values in scored.values.items():
            size = np.abs(values) * 100
            with np.errstate(invalid="ignore"):
                rows = np.flatnonzero(np.abs(size - np.floor(size) - 0.5) < _UNSURE)
            if len(rows):
                yield name, rows

    def _decide(self, name: str, rows: NDArray[np.intp], columns: VisitColumns, marked: ScoreHundredths) -> None:
        # Of the plan only what this score needs.
        restricted_plan = self._parts.setdefault(name, self.plan.part([name]))
        for row in rows.tolist():
            score = evaluate(restricted_plan, columns.visit(row)).scores[name]
            if score.value is not None and abs(score.value) * 100 < LARGEST + 1:
                marked.hundredths[row] = hundredths(score.value)


def _marked(values: NDArray[np.float64], reasons: NDArray[np.int8]) -> ScoreHundredths:
    fits = np.abs(values) * 100 < LARGEST + 1  # neither nothing nor too large
    plain = np.where(fits, values, 0.0)
    hundredths = (np.floor(np.abs(plain) * 100 + 0.5) * np.sign(plain)).astype(np.int64)
    too_large = ~fits & (reasons == 0)
    return ScoreHundredths(
        np.where(fits, hundredths, NO_SCORE), np.where(too_large, code_of(TOO_LARGE), reasons).astype(np.int8)
    )


def score_fields(scores: Mapping[str, ScoreHundredths], columns: list[ScoreColumn]) -> Iterator[SnapshotColumn]:
    """Yield the columns of scores by name, each with its reasons."""
    for column in columns:
        marked = scores[column.name]
        yield integer_column(column.score, marked.hundredths)
        yield integer_column(column.reason, np.where(marked.reasons == 0, np.int8(-128), marked.reasons), "tinyint")


def finding_fields(counts: FindingCounts, checklist: Checklist) -> Iterator[SnapshotColumn]:
    """Yield the columns of findings."""
    for column in finding_columns(checklist):
        yield SnapshotColumn(column.name, counts[column.place])
