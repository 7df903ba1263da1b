"""Blocks of visits: scored and written by worker processes, and joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.exchange import read_line
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.snapshot.answer_columns import (
    LedgerRow,
    VisitSetting,
    answer_fields,
    points_units,
    read_recorded_visit,
    visit_identity_columns,
    visit_setting_columns,
)
from cemaudit.ledger.snapshot.circumstances import CIRCUMSTANCES, VisitCircumstances, circumstance_columns
from cemaudit.ledger.snapshot.claim_states import CLAIM_STATES, NotedClaim, claim_state_columns
from cemaudit.ledger.snapshot.manifest import FORMAT
from cemaudit.ledger.snapshot.names import code_of, score_columns
from cemaudit.ledger.snapshot.parquet import SnapshotColumn, SnapshotTable, WrittenFile, text_column, write
from cemaudit.ledger.snapshot.score_columns import (
    NO_SCORE,
    HundredthsScorer,
    ScoreHundredths,
    finding_fields,
    score_fields,
)
from cemaudit.ledger.snapshot.skipped_feelings import SKIPPED_FEELINGS, skipped_feeling_columns
from cemaudit.model import Checklist, Reason, Scheme, Visit
from cemaudit.model.answers import AnswerValue
from cemaudit.scoring import Engine
from cemaudit.scoring.aggregators import BUILT_IN
from cemaudit.scoring.finding_columns import no_findings
from cemaudit.scoring.findings import CORE_RULES
from cemaudit.scoring.kernel import AnswerColumn, VisitColumns
from cemaudit.scoring.kernel.columns import columns_of_content
from cemaudit.scoring.plan import absent_aggregators, make_plan_of_kept

__all__ = [
    "BLOCK_KINDS",
    "BlockFiles",
    "BlockJob",
    "answers_metadata",
    "concatenate_columns",
    "findings_metadata",
    "hundredths_scorer",
    "make_files",
    "scores_metadata",
    "select_rows",
]

Array = NDArray[Any]


def concatenate_columns(columns: Sequence[VisitColumns]) -> VisitColumns:
    """Return the rows of all parts, which are of one checklist, as one."""
    if len(columns) == 1:
        return columns[0]
    starts = np.cumsum([0, *(part.rows for part in columns)]).tolist()
    kept = {
        start + row: visit for start, part in zip(starts, columns, strict=False) for row, visit in part.kept.items()
    }
    return replace(
        columns[0],
        rows=starts[-1],
        items={name: _column([part.items[name] for part in columns]) for name in columns[0].items},
        emotions=_arrays([part.emotions for part in columns]),
        expectations=_arrays([part.expectations for part in columns]),
        expected=_arrays([part.expected for part in columns]),
        perceived=_arrays([part.perceived for part in columns]),
        claims=_arrays([part.claims for part in columns]),
        blames=_arrays([part.blames for part in columns]),
        steps=np.concatenate([part.steps for part in columns if part.steps is not None]),
        kept=kept,
    )


def _arrays(arrays: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([arrays_of_file[name] for arrays_of_file in arrays]) for name in arrays[0]}


def _column(columns: Sequence[AnswerColumn]) -> AnswerColumn:
    """One column; where the parts list other answers, codes are given anew."""
    numbers = [column.numbers for column in columns if column.numbers is not None]
    if numbers or len({column.levels for column in columns}) == 1:
        codes = np.concatenate([column.codes for column in columns])
        return AnswerColumn(codes, columns[0].levels, np.concatenate(numbers) if numbers else None)
    # The parts list the answers that occur in them, each in an order of its own.
    places: dict[AnswerValue, int] = {}
    recoded = []
    for column in columns:
        new = [places.setdefault(level, len(places)) for level in column.levels]
        table = np.array([*new, 0], np.int32)
        recoded.append(np.where(column.codes < 0, column.codes, np.take(table, np.maximum(column.codes, -1))))
    return AnswerColumn(np.concatenate(recoded), tuple(places))


def select_rows(columns: VisitColumns, rows: Array) -> VisitColumns:
    """Return the ``rows`` of columns, in that order."""
    whole_visits = {int(row): index for index, row in enumerate(rows.tolist())} if columns.kept else {}

    def of(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {name: codes[rows] for name, codes in arrays.items()}

    return replace(
        columns,
        rows=len(rows),
        items={
            name: AnswerColumn(item.codes[rows], item.levels, None if item.numbers is None else item.numbers[rows])
            for name, item in columns.items.items()
        },
        emotions=of(columns.emotions),
        expectations=of(columns.expectations),
        expected=of(columns.expected),
        perceived=of(columns.perceived),
        claims=of(columns.claims),
        blames=of(columns.blames),
        steps=None if columns.steps is None else columns.steps[rows],
        kept={whole_visits[row]: visit for row, visit in columns.kept.items() if row in whole_visits},
    )


_AT_ONCE = 8_192  # visits read before they become columns


BLOCK_KINDS = ("answers", "scores", "findings", CIRCUMSTANCES, CLAIM_STATES, SKIPPED_FEELINGS)
"""The kinds of files that are made of the rows of a block."""


class BlockJob(NamedTuple):
    """What is to be done: ``checklist`` and ``schemes`` as JSON, plugins not to be loaded, the rows of a block.

    ``kinds``: those of ``BLOCK_KINDS`` that are to be written.
    """

    block: int
    folder: Path
    checklist: str
    schemes: tuple[str, ...]
    blocked: tuple[str, ...]
    rows: Sequence[LedgerRow]
    kinds: tuple[str, ...] = BLOCK_KINDS


class BlockFiles(NamedTuple):
    """The files of a job by kind, still without names; ``fallbacks``: what was scored visit by visit, and why.

    ``failed``: how many visits have no score because code of a plugin failed, by what it did.
    """

    block: int
    checklist: str
    first: int
    last: int
    written: Mapping[str, WrittenFile]
    fallbacks: Mapping[str, str]
    failed: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Return how many visits are in each of them."""
        return next(iter(self.written.values())).rows


def make_files(job: BlockJob) -> BlockFiles:
    """Write the files of the rows of a job, by day."""
    # In the order of days the columns of days, months and waves are long runs, which take next to no room.
    rows = sorted(job.rows, key=lambda row: (row.day or "", row.number))
    marks = [hundredths_scorer(job.checklist, scheme, job.blocked) for scheme in job.schemes]
    checklist = marks[0].plan.checklist
    content = _read(rows, checklist)
    columns = content.columns
    heads = list(visit_setting_columns(rows, content.settings))
    about = {"format": FORMAT, "checklist": checklist.ref}
    tables = {
        "answers": ([*heads, *visit_identity_columns(rows), *answer_fields(columns)], answers_metadata(checklist)),
        CIRCUMSTANCES: ([heads[0], *circumstance_columns(content.circumstances)], about),
        CLAIM_STATES: ([heads[0], *claim_state_columns(content.claim_states, checklist)], about),
        SKIPPED_FEELINGS: ([heads[0], *skipped_feeling_columns(content.skipped_feelings, checklist)], about),
    }
    failed: Counter[str] = Counter()
    if {"scores", "findings"} & set(job.kinds):
        scores, findings = _scores(failed, marks, np.array([row.scheme for row in rows]), columns)
        tables["scores"] = ([*heads, *scores], scores_metadata(marks))
        tables["findings"] = ([heads[0], *findings], findings_metadata(marks))
    numbers = [row.number for row in rows]
    return BlockFiles(
        job.block,
        checklist.ref,
        min(numbers),
        max(numbers),
        {kind: write(SnapshotTable(len(rows), *tables[kind]), job.folder / kind / checklist.ref) for kind in job.kinds},
        {name: str(why) for mark in marks for name, why in mark.fallbacks.items()},
        failed,
    )


def answers_metadata(checklist: Checklist) -> dict[str, Any]:
    """Return what a file of answers says of itself."""
    return {"format": FORMAT, "checklist": checklist.ref, "points": points_units(checklist)}


def scores_metadata(marks: Sequence[HundredthsScorer]) -> dict[str, Any]:
    """Return what a file of scores says of itself: ``scores`` as in ``ScoreColumn``."""
    plans = [mark.plan for mark in marks]
    schemes = [plan.scheme.ref for plan in plans]
    return {"format": FORMAT, "checklist": plans[0].checklist.ref, "schemes": schemes, "scores": score_columns(*plans)}


def findings_metadata(marks: Sequence[HundredthsScorer]) -> dict[str, Any]:
    """Return what a file of the core's findings says of itself."""
    plans = [mark.plan for mark in marks]
    schemes = [plan.scheme.ref for plan in plans]
    return {"format": FORMAT, "checklist": plans[0].checklist.ref, "schemes": schemes, "rules": list(CORE_RULES)}


class _Content(NamedTuple):
    """What is in the visits of a block, visit by visit."""

    settings: list[VisitSetting]
    circumstances: list[VisitCircumstances]
    claim_states: list[tuple[NotedClaim, ...]]
    skipped_feelings: list[Mapping[str, int]]
    columns: VisitColumns


def _read(rows: Sequence[LedgerRow], checklist: Checklist) -> _Content:
    """The content of visits, read some at a time: as records they take much room."""
    settings: list[VisitSetting] = []
    circumstances: list[VisitCircumstances] = []
    claim_states: list[tuple[NotedClaim, ...]] = []
    skipped_feelings: list[Mapping[str, int]] = []
    chunks = []
    for start in range(0, len(rows), _AT_ONCE):
        chunk = rows[start : start + _AT_ONCE]
        noted = [read_recorded_visit(decompress(row.document)) for row in chunk]
        chunks.append(columns_of_content(noted, checklist, partial(_read_visit, chunk)))
        settings += [recorded.setting for recorded in noted]
        circumstances += [recorded.circumstances for recorded in noted]
        claim_states += [recorded.claim_states for recorded in noted]
        skipped_feelings += [recorded.skipped_feelings for recorded in noted]
    return _Content(settings, circumstances, claim_states, skipped_feelings, concatenate_columns(chunks))


def _read_visit(rows: Sequence[LedgerRow], row: int) -> Visit:
    return read_line(decompress(rows[row].document))[0]


def _scores(
    failed: Counter[str], marks: Sequence[HundredthsScorer], schemes: NDArray[np.int64], columns: VisitColumns
) -> tuple[list[SnapshotColumn], list[SnapshotColumn]]:
    """Each visit's scores and findings under its scheme, whose place among ``marks`` is in ``schemes``.

    ``failed`` counts those that code of plugins kept from having a score.
    """
    # One table for all schemes of a block; what a visit's own scheme does not have is not asked.
    layout = score_columns(*(mark.plan for mark in marks))
    not_asked = code_of(Reason.NOT_ASKED.value)
    scores_by_column = {
        column.name: ScoreHundredths(np.full(columns.rows, NO_SCORE), np.full(columns.rows, not_asked, np.int8))
        for column in layout
    }
    counts = no_findings(marks[0].plan, columns.rows)
    bands: list[str | None] = [None] * columns.rows
    for index, mark in enumerate(marks):
        rows = np.flatnonzero(schemes == index)
        hundredths, scored = mark.run(
            columns if len(rows) == columns.rows else select_rows(columns, rows), with_findings=True
        )
        failed.update(mark.failures(scored))
        for place, times in scored.findings.items():
            counts[place][rows] = times
        for name, marked in hundredths.items():
            scores_by_column[name].hundredths[rows] = marked.hundredths
            scores_by_column[name].reasons[rows] = marked.reasons
        labels = [*(band.label for band in scored.scheme_bands), None]
        for row, band in zip(rows.tolist(), scored.bands.tolist(), strict=True):
            bands[row] = labels[band]
    refs = [mark.plan.scheme.ref for mark in marks]
    scores = [
        text_column("scheme", [refs[index] for index in schemes.tolist()]),
        text_column("band", bands),
        *score_fields(scores_by_column, layout),
    ]
    return scores, list(finding_fields(counts, columns.checklist))


@cache
def hundredths_scorer(checklist: str, scheme: str, blocked: tuple[str, ...]) -> HundredthsScorer:
    """Return what scores visits of a checklist under a scheme (both JSON), without the plugins ``blocked``."""
    record = Scheme.model_validate_json(scheme)
    # Plugins are loaded only for an aggregator of theirs.
    needs_plugins = any(measure.how not in BUILT_IN for measure in record.measures)
    engine = Engine(blocked) if needs_plugins else None
    aggregators = engine.library.aggregators if engine else {}
    plan = make_plan_of_kept(Checklist.model_validate_json(checklist), record, aggregators)
    return HundredthsScorer(plan, engine.plugins if engine else None, absent_aggregators(record, aggregators))
