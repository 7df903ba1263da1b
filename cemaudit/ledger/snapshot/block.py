"""The visits of one checklist in one stretch of the ledger, made into files; in whatever process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.exchange.lines import read_line
from cemaudit.ledger.documents import unpacked
from cemaudit.ledger.snapshot.answers import answer_fields, points_units
from cemaudit.ledger.snapshot.heads import Row, head_fields, visit_fields
from cemaudit.ledger.snapshot.joining import joined, some_of
from cemaudit.ledger.snapshot.manifest import FORMAT
from cemaudit.ledger.snapshot.names import code_of, score_columns
from cemaudit.ledger.snapshot.noted import Setting, read_noted
from cemaudit.ledger.snapshot.parquet import Written, write
from cemaudit.ledger.snapshot.scores import NO_SCORE, Marked, Marks, score_fields
from cemaudit.ledger.snapshot.table import Field, Table, texts
from cemaudit.model import Checklist, Reason, Scheme, Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.aggregators import BUILT_IN
from cemaudit.scoring.kernel import Columns
from cemaudit.scoring.kernel.columns import columns_from
from cemaudit.scoring.plan import make_plan

__all__ = ["Job", "Made", "about_answers", "about_scores", "make_files", "marks_of"]

_AT_ONCE = 8_192  # visits read before they become columns


class Job(NamedTuple):
    """What is to be done: ``checklist`` and ``schemes`` as JSON, plugins not to be loaded, the rows of a block."""

    block: int
    folder: Path
    checklist: str
    schemes: tuple[str, ...]
    blocked: tuple[str, ...]
    rows: Sequence[Row]


class Made(NamedTuple):
    """The files of a job, still without names; ``fallbacks``: what was scored visit by visit, and why."""

    block: int
    checklist: str
    first: int
    last: int
    answers: Written
    scores: Written
    fallbacks: Mapping[str, str]


def make_files(job: Job) -> Made:
    """Write the answers and the scores of the rows of a job, by day."""
    rows = sorted(job.rows, key=lambda row: (row.day or "", row.number))
    marks = [marks_of(job.checklist, scheme, job.blocked) for scheme in job.schemes]
    checklist = marks[0].plan.checklist
    settings, columns = _read(rows, checklist)
    heads = list(head_fields(rows, settings))
    answers = [*heads, *visit_fields(rows), *answer_fields(columns)]
    scores = [*heads, *_scores(marks, np.array([row.scheme for row in rows]), columns)]
    numbers = [row.number for row in rows]
    return Made(
        job.block,
        checklist.ref,
        min(numbers),
        max(numbers),
        write(Table(len(rows), answers, about_answers(checklist)), job.folder / "answers" / checklist.ref),
        write(Table(len(rows), scores, about_scores(marks)), job.folder / "scores" / checklist.ref),
        {name: str(why) for one in marks for name, why in one.fallbacks.items()},
    )


def about_answers(checklist: Checklist) -> dict[str, Any]:
    """What a file of answers says of itself."""
    return {"format": FORMAT, "checklist": checklist.ref, "points": points_units(checklist)}


def about_scores(marks: Sequence[Marks]) -> dict[str, Any]:
    """What a file of scores says of itself: ``scores`` as in ``ScoreColumn``."""
    plans = [one.plan for one in marks]
    schemes = [plan.scheme.ref for plan in plans]
    return {"format": FORMAT, "checklist": plans[0].checklist.ref, "schemes": schemes, "scores": score_columns(*plans)}


def _read(rows: Sequence[Row], checklist: Checklist) -> tuple[list[Setting], Columns]:
    """The settings and the columns of visits, read some at a time: as records they take much room."""
    settings: list[Setting] = []
    parts = []
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        noted = [read_noted(unpacked(row.document)) for row in some]
        parts.append(columns_from(noted, checklist, _visits(some)))
        settings += [one.setting for one in noted]
    return settings, joined(parts)


def _visits(rows: Sequence[Row]) -> Callable[[int], Visit]:
    """The whole visit of each row."""
    return lambda row: read_line(unpacked(rows[row].document))[0]


def _scores(marks: Sequence[Marks], schemes: NDArray[np.int64], columns: Columns) -> Iterator[Field]:
    """Each visit's scores under its scheme, whose place among ``marks`` is in ``schemes``."""
    shown = score_columns(*(one.plan for one in marks))
    whole = {column.name: _not_asked(columns.rows) for column in shown}
    bands: list[str | None] = [None] * columns.rows
    for place, one in enumerate(marks):
        rows = np.flatnonzero(schemes == place)
        found, scored = one.run(columns if len(rows) == columns.rows else some_of(columns, rows))
        for name, marked in found.items():
            whole[name].hundredths[rows] = marked.hundredths
            whole[name].reasons[rows] = marked.reasons
        labels = [*(band.label for band in scored.scheme_bands), None]
        for row, band in zip(rows.tolist(), scored.bands.tolist(), strict=True):
            bands[row] = labels[band]
    refs = [one.plan.scheme.ref for one in marks]
    yield texts("scheme", [refs[place] for place in schemes.tolist()])
    yield texts("band", bands)
    yield from score_fields(whole, shown)


def _not_asked(rows: int) -> Marked:
    return Marked(np.full(rows, NO_SCORE), np.full(rows, code_of(Reason.NOT_ASKED.value), np.int8))


@cache
def marks_of(checklist: str, scheme: str, blocked: tuple[str, ...]) -> Marks:
    """What scores visits of a checklist under a scheme (both JSON), without the plugins ``blocked``."""
    record = Scheme.model_validate_json(scheme)
    needs_plugins = any(measure.how not in BUILT_IN for measure in record.measures)
    aggregators = Engine(blocked).library.aggregators if needs_plugins else {}
    return Marks(make_plan(Checklist.model_validate_json(checklist), record, aggregators))
