"""Everything noted and scored in visits as rows of one form."""

from __future__ import annotations

from cemaudit.ledger.export.request import Request
from cemaudit.ledger.query.measured import facets_of_item, facets_of_touchpoint
from cemaudit.ledger.query.reading import Answers, Local, Scores
from cemaudit.ledger.query.relations import relations
from cemaudit.ledger.snapshot.parquet import text_of
from cemaudit.model import Checklist

__all__ = ["long_rows", "make_long_views"]

_ALL = "true"


def make_long_views(reading: Local, answers: Answers, scores: Scores) -> None:
    """The views ``scores``, ``items`` and ``feelings``, of a stretch that is ``wide_answers`` and ``wide_scores_1``."""
    for name, sql in relations(answers, [scores], _ALL):
        if name != "visits" and sql:
            reading.define(name, sql)


def long_rows(checklist: Checklist, request: Request) -> str:
    """SQL that puts them one below the other, ranked in the order they are to have."""
    items = [name for name in checklist.items if request.keeps(facets_of_item(checklist, name))]
    touchpoints = [one.id for one in checklist.touchpoints if request.keeps(facets_of_touchpoint(one))]
    scores = (
        "select number, 'score' as what, measure as name, key, hundredths / 100.0 as number_, "
        "cast(null as varchar) as text_, cast(null as double) as points, cast(null as double) as possible, reason, "
        "1 as rank_, place from scores"
    )
    answers = (
        "select number, 'answer', item, null, value, case when value is null then answer end, "
        f"cast(points as double) / points_unit, possible, state, 2, place from items where item in {_listed(items)}"
    )
    parts = [scores, answers]
    for rank, (kind, least) in enumerate((("emotion", -3), ("expectation", 1), ("claims", 1), ("blames", 1)), 3):
        parts.append(
            f"select number, '{kind}', touchpoint, null, {kind}, null, null, null, null, {rank}, place from feelings "
            f"where {kind} >= {least} and touchpoint in {_listed(touchpoints)}"
        )
    if request.words:
        parts.append("select number, what, name, null, null, text, null, null, null, 9, 0 from words")
    return " union all ".join(parts)


def _listed(names: list[str]) -> str:
    return f"({', '.join(map(text_of, names)) or 'null'})"
