"""The columns of an export, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cemaudit.ledger.query.keys import COMPLETE, FACETS, STATE, expression
from cemaudit.ledger.query.measured import Facets, facets_of_item, facets_of_touchpoint
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.relations import word_of
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.ledger.snapshot.answer_columns import points_units
from cemaudit.ledger.snapshot.folder import STORE_COLUMNS
from cemaudit.ledger.snapshot.names import ColumnNames, ScoreColumn, quoted
from cemaudit.ledger.snapshot.skipped_feelings import FEELING_STATES
from cemaudit.model import Checklist, ClaimState
from cemaudit.model.answers import TextAnswer

__all__ = ["ExportColumn", "ExportRequest", "Kind", "answer_columns", "long_columns", "scored_columns", "visit_columns"]


@dataclass(frozen=True)
class ExportRequest:
    """Which visits, under the schemes in force or ``scheme``, and how.

    ``wide``: a row for each visit, else one for each thing noted or scored. ``words``: notes, words answered, and those
    of claims and blames too; ``shoppers``: their pseudonyms too; ``with_owners``: whose the stores are;
    ``claim_states``: what became of claims; ``skipped_feelings``: which feelings and expectations were left out, in a
    wide export (a long one says it always); ``completeness``: whether each visit is complete; ``states``: the
    state each is in. None of them is given unless asked for.
    """

    which: Filter = EVERYTHING
    scheme: str | None = None
    wide: bool = True
    words: bool = False
    shoppers: bool = False
    with_owners: bool = False
    claim_states: bool = False
    skipped_feelings: bool = False
    completeness: bool = False
    states: bool = False

    @property
    def question(self) -> LedgerQuery:
        """Return the visits, as questions name them."""
        return LedgerQuery(by=("checklist",), which=self.which, scheme=self.scheme)

    def keeps(self, facets: Facets) -> bool:
        """Whether something of these facets is wanted: nothing that was said of such facets is against it."""
        return all(
            set(condition.values) & set(facets[condition.key])
            for condition in self.which.conditions
            if condition.key in FACETS and condition.key in facets
        )


Kind = Literal["text", "whole", "number", "score", "flag", "date"]

_KINDS_OF_ANSWERS: dict[str, Kind] = {
    "yes-no": "flag",
    "scale": "whole",
    "nps": "whole",
    "date": "date",
    "choice": "text",
    "choices": "text",
    "time": "text",
}
"""By type of answer; all others are numbers."""


class ExportColumn(NamedTuple):
    """A column: its name, the SQL that makes it, what is in it; the ``word`` it holds, if it does."""

    name: str
    sql: str
    kind: Kind = "text"
    word: str = ""


def visit_columns(request: ExportRequest) -> Iterator[ExportColumn]:
    """Yield what every row says of its visit."""
    yield ExportColumn("visit", "visits.visit")
    yield ExportColumn("revision", "visits.revision", "whole")
    yield ExportColumn("store", "visits.store")
    about_stores = [name for name in STORE_COLUMNS if name != "owner" or request.with_owners]
    yield from (ExportColumn(f"store_{name}", f"stores.{name}") for name in about_stores)
    yield ExportColumn("wave", "visits.wave")
    yield ExportColumn("day", "visits.day", "date")
    yield from (ExportColumn(name, f"visits.{name}") for name in ("step", "scenario", "origin"))
    if request.shoppers:
        yield ExportColumn("shopper", "visits.shopper")
    yield from (ExportColumn(name, f"visits.{name}") for name in ("checklist", "scheme", "band"))
    if request.completeness:
        yield ExportColumn(COMPLETE, expression(COMPLETE))
    if request.states:
        yield ExportColumn(STATE, expression(STATE))


def scored_columns(scores: Sequence[ScoreColumn]) -> Iterator[ExportColumn]:
    """Yield the columns of scores, in points."""
    # A snapshot has them in hundredths, whole numbers.
    yield from (ExportColumn(score.score, f"visits.{quoted(score.score)} / 100.0", "score") for score in scores)


def answer_columns(checklist: Checklist, request: ExportRequest) -> Iterator[ExportColumn]:
    """Yield the columns of items with their points and states, then feelings and complaints.

    Words where they are asked for.
    """
    units = points_units(checklist)
    for name in checklist.items:
        if request.keeps(facets_of_item(checklist, name)):
            yield from _of_item(checklist, name, units.get(name), words=request.words)
    for touchpoint in checklist.touchpoints:
        if request.keeps(facets_of_touchpoint(touchpoint)):
            for kind in ("emotion", "expectation", "claims", "blames"):
                column = ColumnNames(checklist).touchpoint(kind, touchpoint.id)
                yield ExportColumn(column, f"visits.{quoted(column)}", "whole")
            for state in ClaimState if request.claim_states else ():
                column = ColumnNames(checklist).touchpoint(state.value, touchpoint.id)
                yield ExportColumn(column, f"claim_states.{quoted(column)}", "whole")
            for kind in FEELING_STATES.values() if request.skipped_feelings else ():
                column = ColumnNames(checklist).touchpoint(kind, touchpoint.id)
                yield ExportColumn(column, word_of(f"skipped_feelings.{quoted(column)}"))
            if request.words:
                yield from (_word(kind, touchpoint.id) for kind in ("claim", "blame"))


def _of_item(checklist: Checklist, name: str, unit: int | None, *, words: bool) -> Iterator[ExportColumn]:
    answer, names = checklist.items[name].answer, ColumnNames(checklist)
    column = names.item("answer", name)
    if not isinstance(answer, TextAnswer):
        yield ExportColumn(column, f"visits.{quoted(column)}", _KINDS_OF_ANSWERS.get(answer.type, "number"))
    elif words:  # no snapshot holds words: they come from the ledger
        yield _word("text", name)
    if unit:
        column = names.item("points", name)
        yield ExportColumn(column, f"visits.{quoted(column)} / {unit}.0", "number")
    column = names.item("state", name)
    yield ExportColumn(column, word_of(f"visits.{quoted(column)}"))
    if words:
        yield _word("note", name)


def _word(kind: str, name: str) -> ExportColumn:
    word = f"{kind}:{name}"
    return ExportColumn(word, f"cast(words.{quoted(word)} as varchar)", word=word)


def long_columns(request: ExportRequest) -> Iterator[ExportColumn]:
    """Yield the columns of rows for single things: ``what`` it is, its name and key, the number or text, its points."""
    yield from visit_columns(request)
    yield from (ExportColumn(name, f"long.{name}") for name in ("what", "name", "key"))
    yield ExportColumn("number", "long.number_", "number")
    yield ExportColumn("text", "long.text_")
    yield from (ExportColumn(name, f"long.{name}", "number") for name in ("points", "possible"))
    yield ExportColumn("reason", "long.reason")
