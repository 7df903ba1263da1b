"""The findings of plugins: each visit's are asked for once, when it enters the snapshot, and kept there."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np

from cemaudit.errors import Problem, Sayable
from cemaudit.exchange.canonical_json import read_line
from cemaudit.language import message
from cemaudit.ledger.database import select_in
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.snapshot.folder import NewFile, SnapshotFolder, uncounted_by_state
from cemaudit.ledger.snapshot.manifest import FORMAT, SnapshotFile
from cemaudit.ledger.snapshot.parquet import (
    SnapshotColumn,
    SnapshotTable,
    integer_column,
    parquet_sql,
    read_metadata,
    shared_connection,
    sql_text,
    text_column,
    translate_errors,
    write,
)
from cemaudit.model import Audit, Checklist, Finding, Scheme, Visit
from cemaudit.plugins import Plugin
from cemaudit.scoring import Engine
from cemaudit.scoring.engine import make_audit, visit_order
from cemaudit.scoring.plan import Plan, make_plan_of_kept

__all__ = ["PLUGIN_FINDINGS", "KeptFinding", "PluginInquiry"]

PLUGIN_FINDINGS = "plugin-findings"
"""The kind of the files of plugins' findings."""

_HOOK = "cemaudit_findings"
_STORES_AT_ONCE = 200  # the visits of so many stores are records at the same time


@dataclass(frozen=True)
class KeptFinding:
    """A row: what ``plugin`` found in the visit ``number``, and how many ``times``.

    A visit in which it found nothing has a row without ``rule``, of 0 times; one whose findings are not known, as the
    plugin failed, has ``times`` of ``None``.
    """

    number: int
    plugin: str
    rule: str | None = None
    severity: str | None = None
    touchpoint: str | None = None
    title_ko: str | None = None
    title_en: str | None = None
    times: int | None = 0


class PluginInquiry:
    """Asks the plugins of ``engine`` about the visits of a snapshot they were not asked about before.

    ``scheme_of`` gives the scheme in force for a checklist on a day; ``last`` is the number of the snapshot's last
    visit.
    """

    def __init__(
        self,
        store: SnapshotFolder,
        engine: Engine,
        scheme_of: Callable[[Checklist, dt.date | None], Scheme],
        last: int,
    ) -> None:
        self._store, self._engine, self._scheme_of, self._last = store, engine, scheme_of, last
        self._checklists: dict[str, Checklist] = {}
        self._plans: dict[tuple[str, str], Plan] = {}
        self._failures: Counter[str] = Counter()
        self._first_failures: dict[str, Sayable] = {}

    def new_files(self) -> Iterator[NewFile]:
        """Yield the new file of each block with visits some plugin was not asked about; earlier findings go on."""
        files = self._store.parts
        for (kind, ref, _, block), answers in sorted(files.items()):
            plugins = self._plugins(ref) if kind == "answers" else []
            if plugins:
                yield from self._new_file(answers, files.get((PLUGIN_FINDINGS, ref, "", block)), plugins)

    def report_failures(self) -> None:
        """Report each plugin that failed, once, and for how many visits; in strict mode the run stops there."""
        for name, visits in self._failures.items():
            problem = message(
                "the findings of {visits} visits are not known: {why}",
                visits=f"{visits:,}",
                why=self._first_failures[name],
            )
            self._engine.plugins.report(self._engine.plugins[name], Problem(problem))

    @cached_property
    def _uncounted(self) -> set[int]:
        return set(uncounted_by_state(self._store.ledger, self._last))

    def _plugins(self, ref: str) -> list[Plugin]:
        return self._engine.plugins_finding(self._checklist(ref).sector)

    def _checklist(self, ref: str) -> Checklist:
        if ref not in self._checklists:
            self._checklists |= self._store.ledger.shelf.checklists([ref])
        return self._checklists[ref]

    def _new_file(
        self, answers: SnapshotFile, kept: SnapshotFile | None, plugins: Sequence[Plugin]
    ) -> Iterator[NewFile]:
        """The file of a block, where there is anything to ask."""
        path = self._store.folder / kept.file if kept and self._store.is_whole(kept) else None
        visits_asked = read_metadata([path])[0]["plugins"] if path else {}
        if all(visits_asked.get(plugin.name) == answers.visits for plugin in plugins):
            return
        findings = [KeptFinding(*row) for row in self._rows([path], _COLUMNS)] if path else []
        answered = {(finding.plugin, finding.number) for finding in findings}
        waiting: dict[str, dict[int, list[Plugin]]] = defaultdict(dict)
        for number, store in self._rows([self._store.folder / answers.file], ("number", "store")):
            unasked = [plugin for plugin in plugins if (plugin.name, number) not in answered]
            if unasked:
                waiting[store][number] = unasked
        stores = sorted(waiting)
        for start in range(0, len(stores), _STORES_AT_ONCE):
            chunk = {store: waiting[store] for store in stores[start : start + _STORES_AT_ONCE]}
            findings += self._ask_about(answers.checklist, chunk)
        findings.sort(key=lambda finding: finding.number)
        # How many visits each plugin was asked about: the next run sees from it alone that nothing is missing.
        counts = Counter(name for name, _ in {(finding.plugin, finding.number) for finding in findings})
        about = {"format": FORMAT, "checklist": answers.checklist, "plugins": dict(counts)}
        folder = f"{PLUGIN_FINDINGS}/{answers.checklist}"
        written = write(SnapshotTable(len(findings), _fields(findings), about), self._store.folder / folder)
        yield NewFile(folder, answers.checklist, "", answers.first, answers.last, written)

    def _rows(self, paths: Sequence[Path], columns: Sequence[str], where: str = "true") -> list[tuple[Any, ...]]:
        query = f"select {', '.join(columns)} from {parquet_sql(paths)} where {where} order by number"
        with translate_errors(self._store.folder), shared_connection() as link:
            return link.execute(query).fetchall()

    def _ask_about(self, ref: str, waiting: Mapping[str, Mapping[int, Sequence[Plugin]]]) -> Iterator[KeptFinding]:
        """Ask about the visits of some stores, by number; each with those before it that count, of any version."""
        stores: dict[int, str] = {}
        latest: dict[str, int] = {}
        checklist_id = ref.partition("@")[0]
        files = [
            self._store.folder / part.file
            for part in self._store.parts.values()
            if part.kind == "answers" and part.checklist.partition("@")[0] == checklist_id
        ]
        listed = ", ".join(map(sql_text, waiting))
        for path in files:
            for number, visit_id, store in self._rows([path], ("number", "visit", "store"), f"store in ({listed})"):
                stores[number] = store
                latest[visit_id] = max(number, latest.get(visit_id, 0))
        query = "select number, document from visit where number in ({places})"
        documents = select_in(self._store.ledger.database, query, sorted(stores))
        visits = {number: read_line(decompress(document))[0] for number, document in documents}
        # Of each visit its latest revision, and none whose state does not count: as for everything that compares.
        counting: dict[str, list[Visit]] = defaultdict(list)
        for number in set(latest.values()) - self._uncounted:
            counting[stores[number]].append(visits[number])
        for store, plugins_by_visit in waiting.items():
            history_of_store = AuditHistory(sorted(counting[store], key=visit_order), self._audit)
            counted = {visit.id: visit for visit in counting[store]}
            for number, plugins in plugins_by_visit.items():
                visit = visits[number]
                # An audit takes long: what is asked about is, later, what others look back at.
                audit_of = history_of_store.audit_of if counted.get(visit.id) is visit else self._audit
                audit, history = audit_of(visit), history_of_store.before(visit)
                for plugin in plugins:
                    yield from self._findings(number, plugin, audit, history)

    def _audit(self, visit: Visit) -> Audit:
        checklist = self._checklist(visit.checklist)
        scheme = self._scheme_of(checklist, visit.day)
        key = checklist.ref, scheme.ref
        if key not in self._plans:
            self._plans[key] = make_plan_of_kept(checklist, scheme, self._engine.library.aggregators)
        return make_audit(self._plans[key], visit)

    def _findings(self, number: int, plugin: Plugin, audit: Audit, history: AuditHistory) -> Iterator[KeptFinding]:
        result = self._engine.plugins.ask(plugin, _HOOK, Finding, audit=audit, history=history)
        if not isinstance(result, list):
            self._failures[plugin.name] += 1
            self._first_failures.setdefault(plugin.name, result)
            yield KeptFinding(number, plugin.name, times=None)
            return
        alike = Counter(
            (finding.rule, finding.severity.value, finding.touchpoint, finding.title.ko, finding.title.en)
            for finding in result
        )
        for columns, times in alike.items():
            yield KeptFinding(number, plugin.name, *columns, times=times)
        if not alike:
            yield KeptFinding(number, plugin.name)


class AuditHistory(Sequence[Audit]):
    """The audits of ``visits``, each made when it is first looked at: few hooks look at all, and many at none."""

    def __init__(
        self, visits: Sequence[Visit], audit: Callable[[Visit], Audit], made: dict[str, Audit] | None = None
    ) -> None:
        self._visits, self._audit = visits, audit
        self._made: dict[str, Audit] = {} if made is None else made

    def before(self, visit: Visit) -> AuditHistory:
        """The part of visits before that one, its own other revisions left out."""
        earlier = [other for other in self._visits if visit_order(other) < visit_order(visit) and other.id != visit.id]
        return AuditHistory(earlier, self._audit, self._made)

    def __len__(self) -> int:
        return len(self._visits)

    @overload
    def __getitem__(self, index: int) -> Audit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Audit]: ...
    def __getitem__(self, index: int | slice) -> Audit | Sequence[Audit]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return self.audit_of(self._visits[index])

    def audit_of(self, visit: Visit) -> Audit:
        """Return the audit of one of all these visits, made once."""
        if visit.id not in self._made:
            self._made[visit.id] = self._audit(visit)
        return self._made[visit.id]


_COLUMNS = tuple(field.name for field in fields(KeptFinding))


def _fields(findings: Sequence[KeptFinding]) -> list[SnapshotColumn]:
    number, *words, times = zip(*map(astuple, findings), strict=True)
    none = np.iinfo(np.int32).min
    return [
        integer_column("number", np.array(number, np.int64)),
        *(text_column(name, column) for name, column in zip(_COLUMNS[1:-1], words, strict=True)),
        integer_column("times", np.array([none if count is None else count for count in times], np.int32), "integer"),
    ]
