"""The tables of a snapshot as anybody would ask them: long, with words in place of codes, only visits that count.

``visits``, ``scores``, ``items``, ``feelings``, ``claims``, ``stores``; and as files are, ``circumstances``,
``claim_states``, ``wide_answers``, ``wide_scores_1`` ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.ledger.query.measured import Facets, facets_of_item, facets_of_touchpoint
from cemaudit.ledger.query.reading import Answers, ScoreTable
from cemaudit.ledger.snapshot.answer_columns import points_units
from cemaudit.ledger.snapshot.names import CODES, ColumnNames, ScoreColumn, quoted
from cemaudit.ledger.snapshot.parquet import sql_text
from cemaudit.model import Checklist, ClaimState, Item
from cemaudit.model.answers import Nps, Quantity, Scale, TextAnswer, YesNo

__all__ = ["claims_sql", "relations", "word_of"]

_FACETS = ("touchpoint", "channel", "medium", "stage", "element", "mode", "moment", "micro-moment")

_HEADS = "number, visit, store, wave, day, month, step, scenario, origin"
_COUNTED = "number not in (select number from gone)"
_STORES = "name, region, format, brand, owner, pool, opened"


def relations(answers: Answers, scores: Sequence[ScoreTable], only: str = _COUNTED) -> Iterator[tuple[str, str]]:
    """The name and the SQL of each view: of the visits for which ``only`` holds.

    They stand on ``wide_answers``, ``wide_scores_1``, ``wide_scores_2`` ... , ``stores`` and ``gone``. ``place`` says
    in which order a scheme has its scores, a checklist its items and touchpoints.
    """
    tables = [f"wide_scores_{number}" for number in range(1, len(scores) + 1)]
    graded = " union all ".join(f"select number, scheme, band from {table}" for table in tables)
    yield (
        "visits",
        (
            f"select {_HEADS}, revision, shopper, scheme, band, {_STORES} from wide_answers "
            f"join ({graded}) using (number) left join stores using (store) where {only}"
        ),
    )
    pairs = zip(tables, scores, strict=True)
    yield "scores", " union all ".join(_scores(table, some.scores, only) for table, some in pairs if some.scores)
    yield "items", " union all ".join(f"{one} where {only}" for one in _items(answers.checklist))
    yield "feelings", " union all ".join(f"{one} where {only}" for one in _feelings(answers.checklist))


def _scores(table: str, scores: Sequence[ScoreColumn], only: str) -> str:
    """A row for each score of each visit."""
    said = [[sql_text(one.name), sql_text(one.measure), sql_text(",".join(one.key))] for one in scores]
    names = ", ".join(f"({', '.join([*each, str(place)])})" for place, each in enumerate(said, 1))
    pairs = ", ".join(f"({quoted(one.score)}, {quoted(one.reason)}) as {quoted(one.name)}" for one in scores)
    long = f"from {table} unpivot include nulls ((hundredths, code) for score in ({pairs}))"
    return (
        "select number, store, wave, day, month, scheme, band, score, measure, key, place, hundredths, "
        f"{word_of('code')} as reason from ({long}) join (values {names}) as named (score, measure, key, place) "
        f"using (score) where {only}"
    )


def _items(checklist: Checklist) -> Iterator[str]:
    """A row for each item of each visit; ``value`` is the answer where it is a number (yes is 1, no is 0)."""
    units, names = points_units(checklist), ColumnNames(checklist)
    for place, (name, item) in enumerate(checklist.items.items(), 1):
        answer = "null" if isinstance(item.answer, TextAnswer) else quoted(names.item("answer", name))
        value = answer if isinstance(item.answer, YesNo | Scale | Nps | Quantity) else "null"
        points = quoted(names.item("points", name)) if name in units else "null"
        yield (
            f"select number, store, wave, day, month, {sql_text(name)} as item, {place} as place, "
            f"{_facets(facets_of_item(checklist, name))}, cast({answer} as varchar) as answer, "
            f"cast({value} as double) as value, cast({points} as bigint) as points, "
            f"cast({units.get(name, 'null')} as bigint) as points_unit, {_possible(item)} as possible, "
            f"{word_of(quoted(names.item('state', name)))} as state from wide_answers"
        )


def _possible(item: Item) -> str:
    """The points possible, as a number."""
    return "cast(null as double)" if item.possible is None else f"cast({float(item.possible)!r} as double)"


def _feelings(checklist: Checklist) -> Iterator[str]:
    """A row for each touchpoint of each visit."""
    names = ColumnNames(checklist)
    for place, touchpoint in enumerate(checklist.touchpoints, 1):
        kinds = ("emotion", "expectation", "claims", "blames")
        columns = ", ".join(f"{quoted(names.touchpoint(kind, touchpoint.id))} as {kind}" for kind in kinds)
        yield (
            f"select number, store, wave, day, month, {place} as place, {_facets(facets_of_touchpoint(touchpoint))}, "
            f"{columns} from wide_answers"
        )


def claims_sql(checklist: Checklist, only: str = _COUNTED) -> str:
    """The SQL of a row for each touchpoint of each visit: its claims, and how many came to which end.

    It stands on ``wide_answers`` and ``claim_states``.
    """
    return " union all ".join(f"{one} where {only}" for one in _claims(checklist))


def _claims(checklist: Checklist) -> Iterator[str]:
    names = ColumnNames(checklist)
    for place, touchpoint in enumerate(checklist.touchpoints, 1):
        kinds = ("claims", *(state.value for state in ClaimState))
        columns = ", ".join(f"{quoted(names.touchpoint(kind, touchpoint.id))} as {kind}" for kind in kinds)
        yield (
            f"select number, store, wave, day, month, {place} as place, {_facets(facets_of_touchpoint(touchpoint))}, "
            f"{columns} from wide_answers join claim_states using (number)"
        )


def _facets(facets: Facets) -> str:
    return ", ".join(f"{_text(facets[facet])} as {facet.replace('-', '_')}" for facet in _FACETS)


def _text(values: tuple[str, ...]) -> str:
    return sql_text(values[0]) if values else "cast(null as varchar)"


def word_of(code: str) -> str:
    """The word a code stands for."""
    return f"case {code} {' '.join(f'when {number} then {sql_text(word)}' for number, word in CODES.items())} end"
