"""A snapshot opened for questions: its files as tables of DuckDB in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.query.keys import INCOMPLETE_NUMBERS, STATE, STATE_NUMBERS
from cemaudit.ledger.query.statement import CIRCUMSTANCES_JOIN, Filter, SqlStatement, joined_tables
from cemaudit.ledger.settings import COUNTS, states_in
from cemaudit.ledger.snapshot.circumstances import CIRCUMSTANCES
from cemaudit.ledger.snapshot.claim_states import CLAIM_STATES
from cemaudit.ledger.snapshot.folder import INCOMPLETE, SETTINGS_FILE, STATES
from cemaudit.ledger.snapshot.manifest import SnapshotFile, SnapshotManifest, read_manifest
from cemaudit.ledger.snapshot.names import ScoreColumn
from cemaudit.ledger.snapshot.parquet import connected, missing, parquet_sql, translate_errors
from cemaudit.ledger.snapshot.skipped_feelings import SKIPPED_FEELINGS
from cemaudit.ledger.states import VisitState
from cemaudit.model import Checklist, Scheme
from cemaudit.model.base import version_order

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Answers", "Local", "Reading", "ScoreTable", "reading"]

_TRIALS = 3


class ScoreTable(NamedTuple):
    """Files of scores with the same columns, as the table ``visits``; ``schemes``: those of their visits."""

    parts: tuple[SnapshotFile, ...]
    checklist: Checklist
    schemes: tuple[Scheme, ...]
    scores: tuple[ScoreColumn, ...]


class Answers(NamedTuple):
    """The files of answers to a checklist, as the table ``visits``."""

    parts: tuple[SnapshotFile, ...]
    checklist: Checklist


class Reading(ABC):
    """A snapshot, and an engine that reads it."""

    def __init__(self, manifest: SnapshotManifest) -> None:
        self.manifest = manifest
        self._checklists: dict[str, Checklist] = {}
        self._schemes: dict[str, Scheme] = {}
        for name in ("stores", "gone"):
            self.view(name, manifest.files(name))
        for name in (INCOMPLETE, STATES, SETTINGS_FILE):
            if manifest.files(name):
                self.view(name, manifest.files(name))

    @abstractmethod
    def view(self, name: str, parts: Sequence[SnapshotFile]) -> None:
        """Let ``name`` be the table of these files."""

    @abstractmethod
    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What SQL returns of the tables there are."""

    @property
    def refs(self) -> list[str]:
        """The checklists there are visits of, by ``id@version``."""
        return sorted({part.checklist for part in self.manifest.parts if part.checklist}, key=version_order)

    def checklist(self, ref: str) -> Checklist:
        """A checklist as it was used."""
        if ref not in self._checklists:
            self._checklists[ref] = Checklist.model_validate(self.manifest.checklists[ref])
        return self._checklists[ref]

    def scheme(self, ref: str) -> Scheme:
        """A scheme as it was used."""
        if ref not in self._schemes:
            self._schemes[ref] = Scheme.model_validate(self.manifest.schemes[ref])
        return self._schemes[ref]

    def answers(self, ref: str) -> Answers:
        """The answers to a checklist."""
        return Answers(tuple(self.manifest.files("answers", ref)), self.checklist(ref))

    def scores(self, ref: str, scheme: str | None = None) -> list[ScoreTable]:
        """The scores of a checklist's visits under the schemes in force on their days, or all under ``scheme``.

        ``BadInput`` where they were not scored under it.
        """
        parts = self.manifest.files("scores", ref)
        if scheme is not None and {scheme} != self._used(parts):
            return self.again(ref, scheme)
        return self._by_layout(ref, parts)

    def again(self, ref: str, scheme: str) -> list[ScoreTable]:
        """The scores of a checklist's visits that were scored again, under ``scheme``; ``BadInput`` where none were."""
        parts = self.manifest.files("rescored", ref, scheme)
        if not parts:
            raise BadInput(self._not_scored(ref, scheme))
        return self._by_layout(ref, parts)

    def _by_layout(self, ref: str, parts: Sequence[SnapshotFile]) -> list[ScoreTable]:
        by_layout: dict[int, list[SnapshotFile]] = defaultdict(list)
        for part in parts:
            by_layout[self.manifest.layout_of[part.file]].append(part)
        return [self._scores(ref, layout, some) for layout, some in sorted(by_layout.items())]

    def _used(self, parts: Sequence[SnapshotFile]) -> set[str]:
        layouts = {self.manifest.layout_of[part.file] for part in parts}
        return {ref for layout in layouts for ref in self.manifest.layouts[layout]["schemes"]}

    def _not_scored(self, ref: str, scheme: str) -> Problem:
        there = {part.scheme for part in self.manifest.parts if part.checklist == ref and part.scheme}
        there |= self._used(self.manifest.files("scores", ref))
        hint = nearest(scheme, there, listing=False) or message(
            "score them with 'cemaudit rescore --scheme {ref}'", ref=scheme
        )
        return Problem(
            message("the visits of {ref} are not scored under {scheme}", ref=ref, scheme=scheme), "--scheme", hint
        )

    def _scores(self, ref: str, layout: int, parts: Sequence[SnapshotFile]) -> ScoreTable:
        said = self.manifest.layouts[layout]
        columns = tuple(
            ScoreColumn(name, measure, tuple(key), written) for name, measure, key, written in said["scores"]
        )
        return ScoreTable(tuple(parts), self.checklist(ref), tuple(map(self.scheme, said["schemes"])), columns)

    @property
    def knows_completeness(self) -> bool:
        """Whether it is kept which visits are incomplete; a snapshot from before then does not say it."""
        return bool(self.manifest.files(INCOMPLETE))

    @property
    def has_incomplete(self) -> bool:
        """Whether any visit is known to be incomplete."""
        return any(file.visits for file in self.manifest.files(INCOMPLETE))

    @property
    def knows_states(self) -> bool:
        """Whether it is kept in which state visits are; a snapshot from before then does not say it."""
        return bool(self.manifest.files(STATES))

    @property
    def has_states(self) -> bool:
        """Whether any visit is known to be in another state than received."""
        return any(file.visits for file in self.manifest.files(STATES))

    @property
    def counted_states(self) -> tuple[VisitState, ...] | None:
        """The states whose visits count, as the ledger was set; ``None`` of a snapshot from before that was kept."""
        if not self.manifest.files(SETTINGS_FILE):
            return None
        ((value,),) = self.ask(f"select value from {SETTINGS_FILE} where name = '{COUNTS}'")
        return states_in(value)

    def refuse_unknown(self, sql: str) -> None:
        """``BadInput`` where SQL asks which visits are incomplete, or of which state, and no file of it says that."""
        if STATE_NUMBERS in sql and not self.knows_states:
            hint = message("not known; make the snapshot again with 'cemaudit snapshot'")
            raise BadInput(Problem(message("this snapshot does not say in which state visits are"), STATE, hint))
        if INCOMPLETE_NUMBERS in sql and not self.knows_completeness:
            hint = message("not known; make the snapshot again with 'cemaudit snapshot'")
            raise BadInput(Problem(message("this snapshot does not say which visits are complete"), "complete", hint))

    def store_names(self) -> dict[str | None, str]:
        """What stores are called, by id."""
        return dict(self.ask("select store, name from stores where name is not null"))

    def has_circumstances(self, ref: str) -> bool:
        """Whether the circumstances of all visits of a checklist are kept; a snapshot from before then has none."""
        return self._has_all(CIRCUMSTANCES, ref)

    def _has_all(self, kind: str, ref: str) -> bool:
        """Whether there are files of a kind with all visits of a checklist."""
        files = self.manifest.files(kind, ref)
        return sum(file.visits for file in files) == sum(file.visits for file in self.answers(ref).parts)

    def has_claim_states(self, ref: str) -> bool:
        """Whether it is kept what became of claims; a snapshot from before then does not say it."""
        return self._has_all(CLAIM_STATES, ref)

    def view_claim_states(self, ref: str, name: str = "claim_states") -> None:
        """Let ``name`` be the table of what became of claims in a checklist's visits; ``BadInput`` without one."""
        if not self.has_claim_states(ref):
            hint = message("not known; make the snapshot again with 'cemaudit snapshot'")
            raise BadInput(Problem(message("this snapshot does not say what became of claims"), ref, hint))
        self.view(name, self.manifest.files(CLAIM_STATES, ref))

    def has_skipped_feelings(self, ref: str) -> bool:
        """Whether it is kept which feelings were left out; a snapshot from before then does not say it."""
        return self._has_all(SKIPPED_FEELINGS, ref)

    def view_skipped_feelings(self, ref: str) -> None:
        """Let ``skipped_feelings`` be the table of feelings left out in a checklist's visits; ``BadInput`` without."""
        if not self.has_skipped_feelings(ref):
            hint = message("not known; make the snapshot again with 'cemaudit snapshot'")
            raise BadInput(Problem(message("this snapshot does not say which feelings were left out"), ref, hint))
        self.view("skipped_feelings", self.manifest.files(SKIPPED_FEELINGS, ref))

    def finding_files(self, table: ScoreTable) -> list[SnapshotFile] | None:
        """The files of the core's findings beside those of scores; ``None`` where one is missing or of other visits."""
        by_place = {file.place: file for file in self.manifest.parts}
        files = []
        for scores in table.parts:
            file = by_place.get(("findings", *scores.place[1:]))
            if file is None or (file.visits, file.last) != (scores.visits, scores.last):
                return None
            files.append(file)
        return files

    def view_circumstances(self, ref: str, name: str = CIRCUMSTANCES) -> None:
        """Let ``name`` be the table of circumstances of a checklist's visits; ``BadInput`` where they are not kept."""
        if not self.has_circumstances(ref):
            hint = message("make it again with 'cemaudit snapshot'")
            text = message("weekday, hour, occasion, place and persona are not known: this snapshot does not hold them")
            raise BadInput(Problem(text, ref, hint))
        self.view(name, self.manifest.files(CIRCUMSTANCES, ref))

    def joins(self, ref: str, which: Filter, name: str = CIRCUMSTANCES) -> str:
        """What is joined to the table ``visits`` of a checklist for some conditions; circumstances as ``name``."""
        sql = joined_tables(which, name)
        if CIRCUMSTANCES_JOIN in sql:
            self.view_circumstances(ref, name)
        return sql

    def rows(self, table: Answers | ScoreTable, statement: SqlStatement) -> list[tuple[Any, ...]]:
        """What SQL returns of a table."""
        self.view("visits", table.parts)
        if CIRCUMSTANCES_JOIN in statement.text:
            self.view_circumstances(table.checklist.ref)
        return self.ask(statement.text, statement.values)


class Local(Reading):
    """The snapshot in ``folder``, and a DuckDB in memory that reads it."""

    def __init__(self, folder: Path, link: DuckDBPyConnection) -> None:
        self.folder, self.link = folder, link
        super().__init__(_whole_manifest(folder))

    def view(self, name: str, parts: Sequence[SnapshotFile]) -> None:
        self.define(name, f"select * from {parquet_sql([self.folder / part.file for part in parts])}")

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.refuse_unknown(sql)
        with translate_errors(self.folder):
            return self.link.execute(sql, values).fetchall()

    def define(self, name: str, sql: str) -> None:
        """Let ``name`` be the table SQL returns."""
        with translate_errors(self.folder):
            self.link.execute(f"create or replace view {name} as {sql}")


def _whole_manifest(folder: Path) -> SnapshotManifest:
    """The manifest; ``BadInput`` where files of it are missing or damaged, and a new one does not take its place."""
    for _ in range(_TRIALS):
        manifest = read_manifest(folder)
        damaged = [part.file for part in manifest.parts if not _is_whole(folder / part.file, manifest.sizes[part.file])]
        if not damaged:
            return manifest
    raise BadInput(missing(folder / damaged[0]))


def _is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


@contextmanager
def reading(folder: Path) -> Iterator[Local]:
    """The snapshot in ``folder``, opened; ``BadInput`` where there is none, or files of it are missing."""
    with connected() as link:
        yield Local(folder, link)
