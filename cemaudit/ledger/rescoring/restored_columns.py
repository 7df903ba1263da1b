"""Answers in a snapshot's columns, turned back into what the kernel scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.ledger.snapshot.names import TOO_LARGE, ColumnNames, code_of, quoted
from cemaudit.ledger.snapshot.parquet import sql_text
from cemaudit.model import Checklist, Item, Visit
from cemaudit.model.answers import Choice, Choices, Nps, Quantity, Scale, YesNo
from cemaudit.scoring.kernel import AnswerColumn, VisitColumns
from cemaudit.scoring.kernel.columns import NO_FEELING, fixed_levels

__all__ = ["RequiredColumn", "RestoredColumns", "required_columns", "restore_columns"]

Array = NDArray[Any]
_FEELINGS = ("emotion", "expectation")
_COMPARED = ("expected", "perceived")  # only of touchpoints that ask what was perceived
_COUNTED = ("claims", "blames")
_UNANSWERED = -4
_SOME_WORDS = "-"  # what words say decides nothing here: what arises is in the states


class RequiredColumn(NamedTuple):
    """A column the kernel needs: its ``name``, and the SQL that makes it of the table of answers, without nulls."""

    name: str
    sql: str


@dataclass(frozen=True)
class RestoredColumns(VisitColumns):
    """Columns whose visits are asked of ``whole``, by row: the ledger has them as they were."""

    whole: Callable[[int], Visit] = field(kw_only=True)

    def visit(self, row: int) -> Visit:
        return self.whole(row)


def required_columns(checklist: Checklist) -> Iterator[RequiredColumn]:
    """Yield all columns ``restore_columns`` needs, in SQL any engine understands."""
    names = ColumnNames(checklist)
    for name, item in checklist.items.items():
        answer, state = quoted(names.item("answer", name)), quoted(names.item("state", name))
        yield RequiredColumn(f"code:{name}", _code(item, answer, f"-{state}"))
        if isinstance(item.answer, Quantity):
            yield RequiredColumn(f"number:{name}", f"coalesce({answer}, 0)")
        if isinstance(item.answer, Choices):
            yield RequiredColumn(f"text:{name}", f"coalesce({answer}, '')")
    for name, touchpoint in checklist.touchpoint.items():
        for kind in (*_FEELINGS, *(_COMPARED if touchpoint.perceived else ())):
            column = quoted(names.touchpoint(kind, name))
            yield RequiredColumn(f"{kind}:{name}", f"cast(coalesce({column}, {NO_FEELING}) as smallint)")
        for kind in _COUNTED:
            yield RequiredColumn(f"{kind}:{name}", f"coalesce({quoted(names.touchpoint(kind, name))}, 0)")
    steps = " ".join(f"when {sql_text(step.id)} then {number}" for number, step in enumerate(checklist.steps))
    yield RequiredColumn(
        "step", f"cast(case step {steps} else -1 end as smallint)" if steps else "cast(-1 as smallint)"
    )


def _code(item: Item, answer: str, state: str) -> str:
    """The place of the answer among its levels, or the state below 0."""
    match item.answer:
        case YesNo():
            code_sql = f"cast({answer} as smallint)"
        case Choice(options=options):
            cases = " ".join(f"when {sql_text(option.id)} then {index}" for index, option in enumerate(options))
            code_sql = f"case {answer} {cases} end"
        case Scale(lowest=lowest):
            code_sql = f"{answer} - {lowest}"
        case Nps():
            code_sql = answer
        case _:
            return f"cast(coalesce({state}, 0) as smallint)"
    return f"cast(coalesce({code_sql}, {state}) as smallint)"


def restore_columns(
    checklist: Checklist, arrays: Mapping[str, Array], read_visit: Callable[[int], Visit]
) -> RestoredColumns:
    """Return the columns of visits, from arrays of what is ``required_columns``.

    ``read_visit`` gives the visit of a row.
    """
    rows = len(arrays["step"])
    too_large = np.zeros(rows, np.bool_)
    items = {}
    for name, item in checklist.items.items():
        codes = arrays[f"code:{name}"]
        # A number no column could hold: only the ledger has it, so the whole visit is read there.
        too_large |= codes == -code_of(TOO_LARGE)
        items[name] = _column(item, np.where(codes == -code_of(TOO_LARGE), _UNANSWERED, codes), arrays)
    kinds = {
        kind: {name: arrays[f"{kind}:{name}"] for name in checklist.touchpoint if f"{kind}:{name}" in arrays}
        for kind in (*_FEELINGS, *_COMPARED, *_COUNTED)
    }
    return RestoredColumns(
        checklist=checklist,
        rows=rows,
        items=items,
        emotions=kinds["emotion"],
        expectations=kinds["expectation"],
        expected=kinds["expected"],
        perceived=kinds["perceived"],
        claims=kinds["claims"],
        blames=kinds["blames"],
        steps=arrays["step"],
        kept={int(row): read_visit(int(row)) for row in np.flatnonzero(too_large)},
        whole=read_visit,
    )


def _column(item: Item, codes: Array, arrays: Mapping[str, Array]) -> AnswerColumn:
    if isinstance(item.answer, Quantity):
        return AnswerColumn(codes, (), arrays[f"number:{item.id}"].astype(np.float64))
    item_levels = fixed_levels(item)
    if item_levels is not None:
        return AnswerColumn(codes, item_levels)
    if isinstance(item.answer, Choices):
        # Several options are one text, with commas between them; each text that occurs is a level.
        places: dict[str, int] = {}
        level_places = [places.setdefault(text, len(places)) for text in arrays[f"text:{item.id}"].tolist()]
        levels = tuple(tuple(text.split(",")) if text else () for text in places)
        return AnswerColumn(np.where(codes < 0, codes, np.array(level_places, np.int32)), levels)
    return AnswerColumn(codes, (_SOME_WORDS,))
