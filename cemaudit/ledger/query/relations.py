"""The tables of a snapshot as anybody would ask them: long, with words in place of codes, only visits that count.

``visits``, ``scores``, ``items``, ``feelings``, ``stores``; and ``wide_answers`` and ``wide_scores`` as the files are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.ledger.query.measured import facets_of_item, facets_of_touchpoint
from cemaudit.ledger.query.reading import Answers, Scores
from cemaudit.ledger.snapshot.answers import points_units
from cemaudit.ledger.snapshot.names import CODES, Names, ScoreColumn, quoted
from cemaudit.ledger.snapshot.parquet import text_of
from cemaudit.model import Checklist, Item, Touchpoint
from cemaudit.model.answers import TextAnswer

__all__ = ["FACETS", "relations"]

FACETS = ("touchpoint", "channel", "medium", "stage", "element", "mode", "moment")

_HEADS = "number, visit, store, wave, day, month, step, scenario, origin"
_STORES = "name, region, format, brand, owner, pool, opened"


def relations(answers: Answers, scores: Sequence[Scores]) -> Iterator[tuple[str, str]]:
    """The name and the SQL of each view, in an order in which each needs only earlier ones.

    They stand on ``wide_answers``, ``wide_scores_1``, ``wide_scores_2`` ... , ``stores`` and ``gone``.
    """
    tables = [f"wide_scores_{number}" for number in range(1, len(scores) + 1)]
    graded = " union all ".join(f"select number, scheme, band from {table}" for table in tables)
    yield (
        "visits",
        (
            f"select {_HEADS}, revision, shopper, scheme, band, {_STORES} from wide_answers "
            f"join ({graded}) using (number) left join stores using (store) "
            "where number not in (select number from gone)"
        ),
    )
    yield "scores", " union all ".join(_scores(table, some.scores) for table, some in zip(tables, scores, strict=True))
    yield "items", " union all ".join(_items(answers.checklist))
    yield "feelings", " union all ".join(_feelings(answers.checklist))


def _scores(table: str, scores: Sequence[ScoreColumn]) -> str:
    """A row for each score of each visit."""
    said = ([one.name, one.measure, ",".join(one.key)] for one in scores)
    names = ", ".join(f"({', '.join(map(text_of, each))})" for each in said)
    pairs = ", ".join(f"({quoted(one.score)}, {quoted(one.reason)}) as {quoted(one.name)}" for one in scores)
    long = f"from {table} unpivot include nulls ((hundredths, code) for score in ({pairs}))"
    return (
        f"select number, store, wave, day, month, scheme, band, score, measure, key, hundredths, {_words('code')} as "
        f"reason from ({long}) join (values {names}) as named (score, measure, key) using (score) "
        "where number not in (select number from gone)"
    )


def _items(checklist: Checklist) -> Iterator[str]:
    units, names = points_units(checklist), Names(checklist)
    for name, item in checklist.items.items():
        facets = facets_of_item(checklist, name)
        constants = ", ".join(f"{_text(facets[facet])} as {facet}" for facet in FACETS)
        points = quoted(names.item("points", name)) if name in units else "cast(null as bigint)"
        answer = "null" if isinstance(item.answer, TextAnswer) else quoted(names.item("answer", name))
        yield (
            f"select number, store, wave, day, month, {text_of(name)} as item, {constants}, "
            f"cast({answer} as varchar) as answer, {points} as points, cast({units.get(name, 'null')} as bigint) as "
            f"points_unit, {_possible(item)} as possible, {_words(names.item('state', name))} as state "
            "from wide_answers where number not in (select number from gone)"
        )


def _possible(item: Item) -> str:
    """The points possible, as a number."""
    return "cast(null as double)" if item.possible is None else f"cast({float(item.possible)!r} as double)"


def _feelings(checklist: Checklist) -> Iterator[str]:
    names = Names(checklist)
    for touchpoint in checklist.touchpoints:
        kinds = ("emotion", "expectation", "claims", "blames")
        columns = ", ".join(f"{quoted(names.touchpoint(kind, touchpoint.id))} as {kind}" for kind in kinds)
        yield (
            f"select number, store, wave, day, month, {_facets(touchpoint)}, {columns} "
            "from wide_answers where number not in (select number from gone)"
        )


def _facets(touchpoint: Touchpoint) -> str:
    facets = facets_of_touchpoint(touchpoint)
    return ", ".join(f"{_text(facets[facet])} as {facet}" for facet in FACETS)


def _text(values: tuple[str, ...]) -> str:
    return text_of(values[0]) if values else "cast(null as varchar)"


def _words(column: str) -> str:
    """The word a code stands for."""
    cases = " ".join(f"when {code} then {text_of(word)}" for code, word in CODES.items())
    return f"case {quoted(column)} {cases} end"
