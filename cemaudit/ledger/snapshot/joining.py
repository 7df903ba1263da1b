"""Columns put one below the other, and some of their rows taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.model.answers import AnswerValue
from cemaudit.scoring.kernel import Column, Columns

__all__ = ["joined", "some_of"]

Array = NDArray[Any]


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of all parts, which are of one checklist, as one."""
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(part.rows for part in parts)]).tolist()
    kept = {start + row: visit for start, part in zip(starts, parts, strict=False) for row, visit in part.kept.items()}
    return replace(
        parts[0],
        rows=starts[-1],
        items={name: _column([part.items[name] for part in parts]) for name in parts[0].items},
        emotions=_arrays([part.emotions for part in parts]),
        expectations=_arrays([part.expectations for part in parts]),
        claims=_arrays([part.claims for part in parts]),
        blames=_arrays([part.blames for part in parts]),
        steps=np.concatenate([part.steps for part in parts if part.steps is not None]),
        kept=kept,
    )


def _arrays(parts: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _column(parts: Sequence[Column]) -> Column:
    """One column; where the parts list other answers, codes are given anew."""
    numbers = [part.numbers for part in parts if part.numbers is not None]
    if numbers or len({part.levels for part in parts}) == 1:
        codes = np.concatenate([part.codes for part in parts])
        return Column(codes, parts[0].levels, np.concatenate(numbers) if numbers else None)
    places: dict[AnswerValue, int] = {}
    recoded = []
    for part in parts:
        new = [places.setdefault(level, len(places)) for level in part.levels]
        table = np.array([*new, 0], np.int32)
        recoded.append(np.where(part.codes < 0, part.codes, np.take(table, np.maximum(part.codes, -1))))
    return Column(np.concatenate(recoded), tuple(places))


def some_of(columns: Columns, rows: Array) -> Columns:
    """The ``rows`` of columns, in that order."""
    whole = {int(row): place for place, row in enumerate(rows.tolist())} if columns.kept else {}

    def of(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {name: codes[rows] for name, codes in arrays.items()}

    return replace(
        columns,
        rows=len(rows),
        items={
            name: Column(one.codes[rows], one.levels, None if one.numbers is None else one.numbers[rows])
            for name, one in columns.items.items()
        },
        emotions=of(columns.emotions),
        expectations=of(columns.expectations),
        claims=of(columns.claims),
        blames=of(columns.blames),
        steps=None if columns.steps is None else columns.steps[rows],
        kept={whole[row]: visit for row, visit in columns.kept.items() if row in whole},
    )
