"""Critical failures: which stores failed a critical item, in which visits, from the findings of the snapshot."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.query.keys import refuse_keys
from cemaudit.ledger.query.measured import facets_of_item
from cemaudit.ledger.query.question import (
    Group,
    Grouping,
    LedgerQuery,
    checklists_asked,
    is_asked,
    key_columns,
    seen_through,
)
from cemaudit.ledger.query.reading import Reading, ScoreTable
from cemaudit.ledger.query.statement import listed
from cemaudit.ledger.snapshot.names import finding_columns, quoted
from cemaudit.model import Checklist, Text

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["CRITICAL_RULE", "CriticalFailure", "critical_failures", "failure_words", "grouped_failures"]

CRITICAL_RULE = "core.critical"


class CriticalFailure(NamedTuple):
    """A critical item that a visit found not met.

    ``number``: that of the visit in the ledger; ``place``: that of the item among the critical ones of its checklist.
    """

    store: str
    day: dt.date | None
    wave: str | None
    visit: str
    number: int
    checklist: Checklist
    item: str
    place: int

    @property
    def ask(self) -> Text:
        """What was asked for, and not met."""
        return self.checklist.items[self.item].ask

    def to_row(self, store_names: Mapping[str | None, str]) -> dict[str, Any]:
        """The failure as plain values, with the titles in the language in force."""
        touchpoint = self.checklist.touchpoint_of[self.item]
        return {
            "day": self.day,
            "store": self.store,
            "name": store_names.get(self.store),
            "item": self.item,
            "title": str(self.ask),
            "touchpoint": touchpoint.id,
            "touchpoint_title": str(touchpoint.title),
            "visit": self.visit,
            "wave": self.wave,
            "checklist": self.checklist.ref,
            "number": self.number,
        }


def critical_failures(reading: Reading, question: LedgerQuery) -> list[tuple[Group, CriticalFailure]]:
    """The critical failures of the visits asked about, each with the group it falls into: the latest day first.

    ``BadInput`` where the snapshot was made before it held findings, and where no figure may rest on a single sheet.
    """
    refuse_keys(question.by, question.which.conditions, lambda key: key in {"measure", "key"})
    failures = [
        pair
        for ref in checklists_asked(reading, question, one=False)
        for table in reading.scores(ref, question.scheme)
        for pair in _failures(reading, table, question)
    ]
    return sorted(failures, key=lambda pair: _newest_first(pair[1]))


def _newest_first(failure: CriticalFailure) -> tuple[Any, ...]:
    """A key to sort by; failures of a day by store, visit and the order of the checklist."""
    day = -failure.day.toordinal() if failure.day else 0
    return day, failure.store, failure.visit, failure.checklist.ref, failure.place


def _failures(reading: Reading, table: ScoreTable, question: LedgerQuery) -> Iterator[tuple[Group, CriticalFailure]]:
    checklist, keys = table.checklist, question.visit_keys
    places = [
        (column, column.place.item) for column in finding_columns(checklist) if column.place.rule == CRITICAL_RULE
    ]
    known = [facets_of_item(checklist, item) for _, item in places if item]
    groups_of = {
        item: (column, Grouping(question, checklist.ref, facets))
        for (column, item), facets in zip(places, seen_through(question, checklist, known), strict=True)
        if item and is_asked(question, facets)
    }
    if not groups_of:
        return
    _refuse_single_sheets(checklist)
    _view_findings(reading, table, question.scheme)
    columns = [f"findings.{quoted(column.name)}" for column, _ in groups_of.values()]
    statement = listed(
        keys,
        ["visits.store", "visits.day", "visits.wave", "wide_answers.visit", "visits.number", *columns],
        question.in_sql,
        " join findings on findings.number = visits.number join wide_answers on wide_answers.number = visits.number",
        f"({' or '.join(f'{column} > 0' for column in columns)})",
    )
    for row in reading.rows(table, statement):
        store, day, wave, visit, number, *failed = row[len(keys) :]
        for place, ((item, (_, grouping)), times) in enumerate(zip(groups_of.items(), failed, strict=True)):
            if times:
                failure = CriticalFailure(store, day, wave, visit, int(number), checklist, item, place)
                for groups in grouping.of(key_columns(question, [row]), 1):
                    yield from ((group, failure) for group in groups)


def _refuse_single_sheets(checklist: Checklist) -> None:
    if checklist.least_sheets > 1:
        what = message(
            "single visits are not shown: figures of {ref} rest on at least {least} sheets",
            ref=checklist.ref,
            least=checklist.least_sheets,
        )
        raise BadInput(Problem(what, checklist.ref, message("choose another with --where checklist=ID")))


def _view_findings(reading: Reading, table: ScoreTable, scheme: str | None) -> None:
    """Let ``findings`` and ``wide_answers`` be those of a table of scores (under a scheme, if asked for)."""
    files, ref = reading.finding_files(table), table.checklist.ref
    if files is None:
        hint = message("not known; make the snapshot again with 'cemaudit snapshot'")
        if scheme:
            hint = message("not known; score them again with 'cemaudit rescore --scheme {ref}'", ref=scheme)
        raise BadInput(Problem(message("this snapshot does not say which critical items failed"), ref, hint))
    reading.view("findings", files)
    reading.view("wide_answers", reading.answers(ref).parts)


def grouped_failures(failures: Iterable[tuple[Group, CriticalFailure]]) -> dict[Group, dict[str, Any]]:
    """Of each group its failures, the visits and stores that have any, and the last day."""
    by_group: dict[Group, list[CriticalFailure]] = defaultdict(list)
    for group, failure in failures:
        by_group[group].append(failure)
    return {
        group: {
            "failures": len(found),
            "failed_visits": len({failure.number for failure in found}),
            "failed_stores": len({failure.store for failure in found}),
            "last_day": max((failure.day for failure in found if failure.day), default=None),
        }
        for group, found in by_group.items()
    }


def failure_words(ledger: Ledger, rows: Sequence[Mapping[str, Any]]) -> Iterator[str | None]:
    """Yield what the shopper wrote about each failure: the note on the item, claims and blames at its touchpoint."""
    from cemaudit.exchange import read_line  # noqa: PLC0415 (a snapshot alone needs no visits)
    from cemaudit.ledger.documents import decompress  # noqa: PLC0415

    for row in rows:
        documents = ledger.database.run("select document from visit where number = ?", (row["number"],))
        texts: list[str | None] = []
        for (document,) in documents:
            visit, touchpoint = read_line(decompress(document))[0], row["touchpoint"]
            complaints = [one.text for one in (*visit.claims, *visit.blames) if one.touchpoint == touchpoint]
            texts += [visit.notes.get(row["item"]), *complaints]
        yield "\n".join(dict.fromkeys(filter(None, texts))) or None
