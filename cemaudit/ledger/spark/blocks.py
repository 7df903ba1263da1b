"""On a worker: answers come in as batches of columns, scores go out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.ledger.rescoring.restored_columns import required_columns, restore_columns
from cemaudit.ledger.snapshot.answer_columns import VISIT_COLUMNS
from cemaudit.ledger.snapshot.block import hundredths_scorer
from cemaudit.ledger.snapshot.names import TOO_LARGE, code_of, score_columns
from cemaudit.ledger.snapshot.score_columns import NO_SCORE, HundredthsScorer, ScoreHundredths
from cemaudit.model import Visit
from cemaudit.scoring.kernel import ScoredVisits, VisitColumns

if TYPE_CHECKING:
    from pyarrow import RecordBatch

__all__ = ["WorkerTask", "batch_scorer"]

Array = NDArray[Any]


class WorkerTask(NamedTuple):
    """What is scored and how: ``checklist`` and ``scheme`` as JSON, the plugins not to be loaded."""

    checklist: str
    scheme: str
    blocked: tuple[str, ...] = ()

    @property
    def scorer(self) -> HundredthsScorer:
        """What gives the scores; compiled once in a process."""
        return hundredths_scorer(*self)


def batch_scorer(under: WorkerTask) -> Callable[[Iterator[RecordBatch]], Iterator[RecordBatch]]:
    """What makes batches of scores (``VISIT_COLUMNS``, scheme, band, each score and its reason) of batches of answers.

    Those hold ``VISIT_COLUMNS``, then the columns that ``required_columns`` names. Numbers that no column can hold
    stand in the ledger alone: visits with one have no scores here, and the reason says so.
    """

    def score(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        for batch in batches:
            yield _scores(under.scorer, batch)

    return score


def _scores(marks: HundredthsScorer, batch: RecordBatch) -> RecordBatch:
    import pyarrow as pa  # noqa: PLC0415 an extra

    checklist, scheme = marks.plan.checklist, marks.plan.scheme
    columns = zip(required_columns(checklist), batch.columns[len(VISIT_COLUMNS) :], strict=True)
    arrays = {required.name: column.to_numpy(zero_copy_only=False) for required, column in columns}
    rows = np.flatnonzero(~_too_large(arrays))
    hundredths, scored = marks.run(_restored(marks, {name: array[rows] for name, array in arrays.items()}))
    named = {name: batch.columns[index] for index, name in enumerate(VISIT_COLUMNS)}
    named["scheme"] = pa.array([scheme.ref] * batch.num_rows, pa.string())
    named["band"] = pa.array(_bands(scored, rows, batch.num_rows), pa.string())
    for column in score_columns(marks.plan):
        marked = _of_all(hundredths[column.name], rows, batch.num_rows)
        named[column.score] = pa.array(marked.hundredths, mask=marked.hundredths == NO_SCORE)
        named[column.reason] = pa.array(marked.reasons, mask=marked.reasons == 0)
    return pa.RecordBatch.from_arrays(list(named.values()), names=list(named))


def _too_large(arrays: Mapping[str, Array]) -> Array:
    """Where a number was answered that the snapshot does not hold."""
    is_too_large = np.zeros(len(arrays["step"]), np.bool_)
    for name, array in arrays.items():
        if name.startswith("code:"):
            is_too_large |= array == -code_of(TOO_LARGE)
    return is_too_large


def _restored(marks: HundredthsScorer, arrays: Mapping[str, Array]) -> VisitColumns:
    """Columns whose visits are made of themselves, as there is no ledger to ask."""
    columns = restore_columns(marks.plan.checklist, arrays, _unasked)
    return replace(columns, whole=partial(VisitColumns.visit, columns))


def _unasked(row: int) -> Visit:
    raise AssertionError(row)


def _of_all(marked: ScoreHundredths, rows: Array, count: int) -> ScoreHundredths:
    """The scores of some rows among all; the others have none."""
    if len(rows) == count:
        return marked
    all_scores = ScoreHundredths(np.full(count, NO_SCORE), np.full(count, code_of(TOO_LARGE), np.int8))
    all_scores.hundredths[rows] = marked.hundredths
    all_scores.reasons[rows] = marked.reasons
    return all_scores


def _bands(scored: ScoredVisits, rows: Array, count: int) -> list[str | None]:
    labels = [*(band.label for band in scored.scheme_bands), None]
    bands: list[str | None] = [None] * count
    for row, band in zip(rows.tolist(), scored.bands.tolist(), strict=True):
        bands[row] = labels[band]
    return bands
