"""The rows of an export, wide or long, in stretches that fit in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange import read_line
from cemaudit.language import message
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.export.columns import (
    ExportColumn,
    ExportRequest,
    answer_columns,
    long_columns,
    scored_columns,
    visit_columns,
)
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.query.answers import CLAIM_STATES_JOIN
from cemaudit.ledger.query.keys import INCOMPLETE_NUMBERS, STATE_NUMBERS
from cemaudit.ledger.query.measured import facets_of_item, facets_of_touchpoint, measured_scores
from cemaudit.ledger.query.question import checklists_asked
from cemaudit.ledger.query.reading import Answers, Local, ScoreTable
from cemaudit.ledger.query.relations import claims_sql, relations, word_of
from cemaudit.ledger.query.statement import SqlStatement, conditions_of, joined_tables
from cemaudit.ledger.snapshot.manifest import SnapshotFile
from cemaudit.ledger.snapshot.names import ColumnNames, ScoreColumn, quoted
from cemaudit.ledger.snapshot.parquet import sql_text
from cemaudit.model import Checklist, ClaimState, Visit
from cemaudit.model.answers import TextAnswer

__all__ = ["ExportBatches", "ShopperText", "long_rows", "make_long_views", "shopper_texts", "texts_long", "texts_wide"]

_AT_ONCE = 2_000


class ShopperText(NamedTuple):
    """What the visit of that number says: ``what`` is ``note``, ``text`` (an answer), ``claim`` or ``blame``."""

    number: int
    what: str
    name: str
    text: str


def shopper_texts(ledger: Ledger, checklist: Checklist, file: SnapshotFile) -> Iterator[ShopperText]:
    """Yield all words of the visits of a file of answers, in the order of numbers."""
    text_items = [item.id for item in checklist.items.values() if isinstance(item.answer, TextAnswer)]
    query = (
        "select number, document from visit where checklist = ? and number >= ? and number <= ? order by number limit ?"
    )
    first = file.first
    while rows := ledger.database.run(query, (file.checklist, first, file.last, _AT_ONCE)):
        for number, document in rows:
            yield from _words(number, read_line(decompress(document))[0], text_items)
        first = rows[-1][0] + 1


def _words(number: int, visit: Visit, text_items: Sequence[str]) -> Iterator[ShopperText]:
    yield from (ShopperText(number, "note", item, text) for item, text in visit.notes.items() if text)
    answers = ((item, visit.answers.get(item)) for item in text_items)
    yield from (ShopperText(number, "text", item, str(text)) for item, text in answers if text)
    for text_kinds, complaints in (("claim", visit.claims), ("blame", visit.blames)):
        texts: dict[str, list[str]] = defaultdict(list)
        for complaint in complaints:
            texts[complaint.touchpoint].append(complaint.text)
        yield from (
            ShopperText(number, text_kinds, name, "\n".join(filter(None, some)))
            for name, some in texts.items()
            if any(some)
        )


def texts_wide(words: Iterable[ShopperText], names: Sequence[str]) -> dict[str, Any]:
    """Return arrays of a row for each visit, with a column for each of ``names`` (``what:name``)."""
    rows: dict[int, dict[str, str]] = defaultdict(dict)
    for text in words:
        rows[text.number][f"{text.what}:{text.name}"] = text.text
    columns = {name: _texts([row.get(name) for row in rows.values()]) for name in names}
    return {"number": np.array(list(rows), np.int64), **columns}


def texts_long(words: Iterable[ShopperText]) -> dict[str, Any]:
    """Return arrays of a row for each word."""
    found = list(words)
    texts = {name: _texts([getattr(word, name) for word in found]) for name in ("what", "name", "text")}
    return {"number": np.array([word.number for word in found], np.int64), **texts}


def _texts(values: Sequence[str | None]) -> Any:
    return np.array(values, object)


_ALL = "true"
_SKIPPED_FEELINGS_JOIN = " left join skipped_feelings on skipped_feelings.number = visits.number"


def make_long_views(reading: Local, answers: Answers, scores: ScoreTable) -> None:
    """Define the views ``scores``, ``items``, ``feelings`` of the stretch in ``wide_answers`` and ``wide_scores_1``."""
    for name, sql in relations(answers, [scores], _ALL):
        if name != "visits" and sql:
            reading.define(name, sql)


def long_rows(checklist: Checklist, request: ExportRequest, *, with_skipped_feelings: bool = False) -> str:
    """Return the SQL that puts them one below the other, ranked in the order they are to have.

    ``with_skipped_feelings``: with the feelings left out, from the view ``skipped_feelings``.
    """
    items = [name for name in checklist.items if request.keeps(facets_of_item(checklist, name))]
    touchpoints = [
        touchpoint.id for touchpoint in checklist.touchpoints if request.keeps(facets_of_touchpoint(touchpoint))
    ]
    scores = (
        "select number, 'score' as what, measure as name, key, hundredths / 100.0 as number_, "
        "cast(null as varchar) as text_, cast(null as double) as points, cast(null as double) as possible, reason, "
        "1 as rank_, place from scores"
    )
    answers = (
        "select number, 'answer', item, null, value, case when value is null then answer end, "
        f"cast(points as double) / points_unit, possible, state, 2, place from items where item in {_listed(items)}"
    )
    selects = [scores, answers]
    for rank, (kind, least) in enumerate((("emotion", -3), ("expectation", 1), ("claims", 1), ("blames", 1)), 3):
        selects.append(
            f"select number, '{kind}', touchpoint, null, {kind}, null, null, null, null, {rank}, place from feelings "
            f"where {kind} >= {least} and touchpoint in {_listed(touchpoints)}"
        )
    if request.claim_states:
        selects += [
            f"select number, 'claim-state', touchpoint, '{state.value}', {state.value}, null, null, null, null, 7, "
            f"place from claims where {state.value} > 0 and touchpoint in {_listed(touchpoints)}"
            for state in ClaimState
        ]
    if with_skipped_feelings:
        selects += _skipped_feelings(checklist, touchpoints)
    if request.words:
        selects.append("select number, what, name, null, null, text, null, null, null, 9, 0 from words")
    return " union all ".join(selects)


def _skipped_feelings(checklist: Checklist, touchpoints: Sequence[str]) -> Iterator[str]:
    """The SQL of a row for each feeling left out: no number, and the reason, as of an item that was skipped."""
    names = ColumnNames(checklist)
    for place, touchpoint in enumerate(checklist.touchpoint, 1):
        for rank, kind in ((3, "emotion"), (4, "expectation"), (8, "perceived")):
            code = quoted(names.touchpoint(f"{kind}-state", touchpoint))
            if touchpoint in touchpoints:
                yield (
                    f"select number, '{kind}', {sql_text(touchpoint)}, null, null, null, null, null, {word_of(code)}, "
                    f"{rank}, {place} from skipped_feelings where {code} is not null"
                )


def _listed(names: list[str]) -> str:
    return f"({', '.join(map(sql_text, names)) or 'null'})"


class _FilePair(NamedTuple):
    """A file of answers, and one of the same visits' scores."""

    answers: SnapshotFile
    table: ScoreTable
    scores: SnapshotFile


class ExportBatches:
    """The stretches of ``reading`` that a request is about; iterating makes one current, and gives its rows as SQL.

    ``BadInput`` where a wide one is of several checklists. ``ledger`` is needed for words alone.
    """

    def __init__(self, reading: Local, request: ExportRequest, ledger: Ledger | None = None) -> None:
        self.reading, self.request, self._ledger = reading, request, ledger
        if request.completeness:
            reading.refuse_unknown(INCOMPLETE_NUMBERS)
        if request.states:
            reading.refuse_unknown(STATE_NUMBERS)
        refs = checklists_asked(reading, request.question, one=False)
        if request.wide and len(refs) > 1:
            text = message("visits of several checklists are there: {names}", names=", ".join(refs))
            raise BadInput(Problem(text, "", message("choose one with --where checklist=ID@VERSION, or take --tidy")))
        self._tables = {ref: reading.scores(ref, request.scheme) for ref in refs}
        self._scores = {ref: self._wanted(tables) for ref, tables in self._tables.items()}
        self.columns = list(self._wide(refs[0]) if request.wide else long_columns(request))

    @property
    def tables(self) -> list[ScoreTable]:
        """Return the tables of scores."""
        return [table for tables in self._tables.values() for table in tables]

    def _wanted(self, tables: list[ScoreTable]) -> list[ScoreColumn]:
        """The scores that are wanted, each once."""
        score_columns = [
            measured for table in tables for measured in measured_scores(table.checklist, table.schemes, table.scores)
        ]
        return list({score.written: score for score, facets in score_columns if self.request.keeps(facets)}.values())

    def _wide(self, ref: str) -> Iterator[ExportColumn]:
        yield from visit_columns(self.request)
        yield from scored_columns(self._scores[ref])
        yield from answer_columns(self.reading.checklist(ref), self.request)

    def __iter__(self) -> Iterator[SqlStatement]:
        for ref in self._tables:
            for pair in self._pairs(ref):
                self._make_views(ref, pair)
                yield self._rows()

    def _pairs(self, ref: str) -> Iterator[_FilePair]:
        scored = {file.place[-1]: (table, file) for table in self._tables[ref] for file in table.parts}
        for file in self.reading.answers(ref).parts:
            # Visits that came after a rescore have no scores under that scheme yet; they are left out.
            if file.place[-1] in scored:
                yield _FilePair(file, *scored[file.place[-1]])

    def _make_views(self, ref: str, pair: _FilePair) -> None:
        """Make the views about a stretch."""
        self.reading.joins(ref, self.request.question.in_sql)
        if self.request.claim_states:
            self.reading.view_claim_states(ref)
        if self.request.wide and self.request.skipped_feelings:
            self.reading.view_skipped_feelings(ref)
        self.reading.view("wide_answers", [pair.answers])
        self.reading.view("wide_scores_1", [pair.scores])
        named = ["answered.*", f"{sql_text(ref)} as checklist", "scored.scheme", "scored.band"]
        columns = ", ".join([*named, *self._there(ref, pair)])
        joined = "wide_answers as answered join wide_scores_1 as scored on scored.number = answered.number"
        self.reading.define("visits", f"select {columns} from {joined}")
        checklist = self.reading.checklist(ref)
        # Words are in no file of a snapshot: those of the batch's visits are read from the ledger.
        if self.request.words and self._ledger:
            texts = shopper_texts(self._ledger, checklist, pair.answers)
            names = [column.word for column in self.columns if column.word]
            self.reading.link.register("words", texts_wide(texts, names) if self.request.wide else texts_long(texts))
        if not self.request.wide:
            table = pair.table._replace(
                scores=tuple(column for column in pair.table.scores if column in self._scores[ref])
            )
            make_long_views(self.reading, Answers((pair.answers,), checklist), table)
            if self.request.claim_states:
                self.reading.define("claims", claims_sql(checklist, _ALL))
            kept = self.reading.has_skipped_feelings(ref)
            if kept:
                self.reading.view_skipped_feelings(ref)
            self.reading.define("long", long_rows(checklist, self.request, with_skipped_feelings=kept))

    def _there(self, ref: str, pair: _FilePair) -> Iterator[str]:
        """The scores of a stretch; nothing for those its visits have not."""
        for column in self._scores[ref] if self.request.wide else ():
            column_sql = f"scored.{quoted(column.score)}" if column in pair.table.scores else "cast(null as bigint)"
            yield f"{column_sql} as {quoted(column.score)}"

    def _rows(self) -> SqlStatement:
        where, values = conditions_of(self.request.question.in_sql)
        column_list = ", ".join(f"{column.sql} as {quoted(column.name)}" for column in self.columns)
        tables = f"visits {joined_tables(self.request.question.in_sql)}"
        order = "visits.day nulls first, visits.number"
        if not self.request.wide:
            tables += " join long on long.number = visits.number"
            order += ", long.rank_, long.place, long.name, long.what"
        else:
            tables += CLAIM_STATES_JOIN if self.request.claim_states else ""
            tables += _SKIPPED_FEELINGS_JOIN if self.request.skipped_feelings else ""
            tables += " left join words on words.number = visits.number" if self.request.words else ""
        return SqlStatement(f"select {column_list} from {tables} where {' and '.join(where)} order by {order}", values)
