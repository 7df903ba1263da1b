"""The rows of an export, one stretch of the ledger after the other, so that any number of visits fits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.export.columns import OutColumn, heads, scored_columns, tidy_columns, written_columns
from cemaudit.ledger.export.long import long_rows, make_long_views
from cemaudit.ledger.export.request import Request
from cemaudit.ledger.export.words import across, down, words_of
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.query.measured import measured_scores
from cemaudit.ledger.query.question import checklists_asked
from cemaudit.ledger.query.reading import Answers, Local, Scores
from cemaudit.ledger.query.statement import Statement, conditions_of
from cemaudit.ledger.snapshot.manifest import Part
from cemaudit.ledger.snapshot.names import ScoreColumn, quoted
from cemaudit.ledger.snapshot.parquet import text_of

__all__ = ["Stretches"]


class _Pair(NamedTuple):
    """A file of answers, and one of the same visits' scores."""

    answers: Part
    table: Scores
    scores: Part


class Stretches:
    """The stretches of ``reading`` that a request is about; iterating makes one current, and gives its rows as SQL.

    ``BadInput`` where a wide one is of several checklists. ``ledger`` is needed for words alone.
    """

    def __init__(self, reading: Local, request: Request, ledger: Ledger | None = None) -> None:
        self.reading, self.request, self._ledger = reading, request, ledger
        refs = checklists_asked(reading, request.question, one=False)
        if request.wide and len(refs) > 1:
            what = message("visits of several checklists are there: {names}", names=", ".join(refs))
            raise BadInput(Problem(what, "", message("choose one with --where checklist=ID@VERSION, or take --tidy")))
        self._tables = {ref: reading.scores(ref, request.scheme) for ref in refs}
        self._scores = {ref: self._wanted(tables) for ref, tables in self._tables.items()}
        self.columns = list(self._wide(refs[0]) if request.wide else tidy_columns(request))

    @property
    def tables(self) -> list[Scores]:
        """The tables of scores."""
        return [table for tables in self._tables.values() for table in tables]

    def _wanted(self, tables: list[Scores]) -> list[ScoreColumn]:
        """The scores that are wanted, each once."""
        known = [each for one in tables for each in measured_scores(one.checklist, one.schemes, one.scores)]
        return list({score.written: score for score, facets in known if self.request.keeps(facets)}.values())

    def _wide(self, ref: str) -> Iterator[OutColumn]:
        yield from heads(self.request)
        yield from scored_columns(self._scores[ref])
        yield from written_columns(self.reading.checklist(ref), self.request)

    def __iter__(self) -> Iterator[Statement]:
        for ref in self._tables:
            for pair in self._pairs(ref):
                self._make_current(ref, pair)
                yield self._rows()

    def _pairs(self, ref: str) -> Iterator[_Pair]:
        scored = {part.place[-1]: (table, part) for table in self._tables[ref] for part in table.parts}
        for part in self.reading.answers(ref).parts:
            if part.place[-1] in scored:
                yield _Pair(part, *scored[part.place[-1]])

    def _make_current(self, ref: str, pair: _Pair) -> None:
        """Make the views about a stretch."""
        self.reading.view("wide_answers", [pair.answers])
        self.reading.view("wide_scores_1", [pair.scores])
        columns = [
            "answered.*",
            f"{text_of(ref)} as checklist",
            "scored.scheme",
            "scored.band",
            *self._there(ref, pair),
        ]
        joined = "wide_answers as answered join wide_scores_1 as scored on scored.number = answered.number"
        self.reading.define("visits", f"select {', '.join([*columns, *self._there(ref, pair)])} from {joined}")
        checklist = self.reading.checklist(ref)
        if self.request.words and self._ledger:
            found = words_of(self._ledger, checklist, pair.answers)
            names = [one.word for one in self.columns if one.word]
            self.reading.link.register("words", across(found, names) if self.request.wide else down(found))
        if not self.request.wide:
            some = pair.table._replace(scores=tuple(one for one in pair.table.scores if one in self._scores[ref]))
            make_long_views(self.reading, Answers((pair.answers,), checklist), some)
            self.reading.define("long", long_rows(checklist, self.request))

    def _there(self, ref: str, pair: _Pair) -> Iterator[str]:
        """The scores of a stretch; nothing for those its visits have not."""
        for one in self._scores[ref] if self.request.wide else ():
            there = f"scored.{quoted(one.score)}" if one in pair.table.scores else "cast(null as bigint)"
            yield f"{there} as {quoted(one.score)}"

    def _rows(self) -> Statement:
        where, values = conditions_of(self.request.question.in_sql)
        asked = ", ".join(f"{one.sql} as {quoted(one.name)}" for one in self.columns)
        tables = "visits left join stores on stores.store = visits.store"
        order = "visits.day nulls first, visits.number"
        if not self.request.wide:
            tables += " join long on long.number = visits.number"
            order += ", long.rank_, long.place, long.name, long.what"
        elif self.request.words:
            tables += " left join words on words.number = visits.number"
        return Statement(f"select {asked} from {tables} where {' and '.join(where)} order by {order}", values)
