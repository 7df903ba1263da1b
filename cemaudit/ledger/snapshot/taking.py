"""Takes a snapshot of a ledger, under the schemes in force."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from cemaudit.errors import BadInput
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.marks import mark_earlier_visits
from cemaudit.ledger.processes import ignore_progress, run_jobs
from cemaudit.ledger.snapshot.answer_columns import LedgerRow
from cemaudit.ledger.snapshot.block import BLOCK_KINDS, BlockFiles, BlockJob, make_files
from cemaudit.ledger.snapshot.episode_files import EpisodeFiles
from cemaudit.ledger.snapshot.folder import (
    INCOMPLETE,
    KIND,
    SETTINGS_FILE,
    STATES,
    NewFile,
    SnapshotFolder,
    SnapshotProgress,
    progress_to_dict,
    publish_manifest,
    write_incomplete_visits,
    write_settings,
    write_states,
    write_stores,
    write_uncounted_visits,
)
from cemaudit.ledger.snapshot.manifest import BLOCK
from cemaudit.ledger.snapshot.plugin_findings import PLUGIN_FINDINGS, PluginInquiry
from cemaudit.library import scheme_in_force
from cemaudit.model import Checklist, Scheme
from cemaudit.scoring import Engine

__all__ = ["SchemesInForce", "SnapshotUpdate", "update_snapshot"]


class SchemesInForce:
    """The schemes of ``engine``, and those ``ledger`` keeps; where both have one, they must be the same."""

    def __init__(self, ledger: Ledger, engine: Engine) -> None:
        self._ledger, self._engine = ledger, engine
        self._used: dict[str, Scheme] = {}
        self._of: dict[tuple[str, dt.date | None], Scheme] = {}
        self._refusals: dict[tuple[str, dt.date | None], BadInput | None] = {}

    @property
    def used(self) -> Iterator[Scheme]:
        """Return those that were asked for."""
        return iter(self._used.values())

    def __getitem__(self, ref: str) -> Scheme:
        """Return the scheme of that ``id@version``; ``BadInput`` where there is none, or two that differ."""
        if ref not in self._used:
            scheme = self._found(ref)
            problem = self._ledger.shelf.conflict(scheme)
            if problem:
                raise BadInput(problem)
            self._used[ref] = scheme
        return self._used[ref]

    def of(self, checklist: Checklist, day: dt.date | None) -> Scheme:
        """Return the scheme a visit of that day is scored under."""
        if "@" in checklist.scheme:
            return self[checklist.scheme]
        key = checklist.scheme, day
        if key not in self._of:
            self._of[key] = self[self._in_force(checklist.scheme, day).ref]
        return self._of[key]

    def refusal(self, checklist: Checklist, day: dt.date | None) -> BadInput | None:
        """Return why no scheme is known for a visit of that day, here or in the ledger; ``None`` where one is."""
        key = checklist.scheme, day
        if key not in self._refusals:
            self._refusals[key] = None
            try:
                _ = self._found(checklist.scheme) if "@" in checklist.scheme else self._in_force(*key)
            except BadInput as refusal:
                self._refusals[key] = refusal
        return self._refusals[key]

    def _found(self, ref: str) -> Scheme:
        # What is installed no more is taken from the ledger, which keeps each scheme that was used.
        kept = self._ledger.shelf.schemes([ref]).get(ref)
        return kept if kept and ref not in self._engine.library.schemes else self._engine.library.scheme(ref)

    def _in_force(self, scheme_id: str, day: dt.date | None) -> Scheme:
        at_hand = any(scheme.id == scheme_id for scheme in self._engine.library.schemes.values())
        kept = [] if at_hand else [kept for kept in self._ledger.shelf.schemes().values() if kept.id == scheme_id]
        return scheme_in_force(kept, scheme_id, day) if kept else self._engine.library.scheme_on(scheme_id, day)


@dataclass
class SnapshotUpdate:
    """What was done: ``visits`` were written into ``files``; ``covered`` is the number of the last visit there is.

    ``fallbacks``: what was scored visit by visit, and why. ``failed``: how many have no score because code of a plugin
    failed, by what it did. ``left_out``: the visits that no scheme is known for, by why; they are in no file, and the
    next run looks at them again.
    """

    visits: int = 0
    files: int = 0
    covered: int = 0
    fallbacks: dict[str, str] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, list[str]] = field(default_factory=dict)


def update_snapshot(  # noqa: PLR0913 (what a run is made of)
    ledger: Ledger,
    engine: Engine,
    folder: Path,
    *,
    blocked: Iterable[str] = (),
    processes: int = 1,
    report_progress: Callable[[int], None] = ignore_progress,
) -> SnapshotUpdate:
    """Bring the snapshot in ``folder`` up to the ledger.

    Stopped anywhere, the last whole snapshot stays, and the next run goes on. ``engine`` has the schemes;
    ``report_progress`` is called with the visits of each file written. A visit whose scheme is nowhere kept is left
    out; ``BadInput`` where a scheme is not the one used before.
    """
    # Before anything is looked at: what the marks of earlier visits add to the trail belongs to this run.
    mark_earlier_visits(ledger)
    taking = _SnapshotRun(SnapshotFolder(ledger, folder), SchemesInForce(ledger, engine), tuple(blocked))
    results = run_jobs(processes, make_files, taking.jobs())
    # Block by block: one that is stopped half-way does not count, and is made again.
    for block, results_of_block in groupby(results, key=lambda files: files.block):
        made = []
        for files in results_of_block:
            made.append(files)
            report_progress(files.rows)
        taking.commit(block, made)
    # Plugins are asked when all blocks are written, as the history of a visit may lie in any of them.
    inquiry = PluginInquiry(taking.store, engine, taking.schemes.of, taking.last)
    for file in inquiry.new_files():
        taking.commit_plugin_findings(file)
    taking.finish(engine)
    inquiry.report_failures()
    return taking.taken


class _SnapshotRun:
    """One run, up to the visit that is the last one when it begins."""

    def __init__(self, store: SnapshotFolder, schemes: SchemesInForce, blocked: tuple[str, ...]) -> None:
        self.store, self.schemes, self.blocked = store, schemes, blocked
        self.reached = store.reached()
        # The trail before the visits: what happens in between, the next run looks at again.
        self.seen, _ = store.ledger.trail.head()
        self.last = store.ledger.last()
        self.taken = SnapshotUpdate(covered=self.last)

    def jobs(self) -> Iterator[BlockJob]:
        """Yield what must be written, block by block."""
        files = self.store.parts
        changed = self._changed()
        for block in sorted(changed | self._damaged() | self._new() | self._left_out()):
            for ref, all_rows in self._rows(block).items():
                rows = self._scorable(ref, all_rows)
                if not rows:
                    continue
                current = [
                    kind
                    for kind in BLOCK_KINDS
                    if (file := files.get((kind, ref, "", block)))
                    and file.visits == len(rows)
                    and self.store.is_whole(file)
                ]
                if block in changed or not {"answers", "scores"} <= set(current):
                    yield self._job(block, ref, rows)
                elif missing := tuple(kind for kind in BLOCK_KINDS if kind not in current):
                    # A snapshot made before findings, circumstances, states of claims or skipped feelings were kept.
                    yield self._job(block, ref, rows)._replace(kinds=missing)

    def _new(self) -> set[int]:
        """The blocks with visits that are in no file yet."""
        return set(range(self.reached.covered // BLOCK, -(-self.last // BLOCK))) if self.last else set()

    def _left_out(self) -> set[int]:
        """The blocks with visits that an earlier run left out: their scheme may be there by now."""
        taken: Counter[int] = Counter()
        for file in self.store.parts.values():
            if file.kind == "answers":
                taken[file.place[-1]] += file.visits
        whole_blocks = range(self.reached.covered // BLOCK)
        return {block for block in whole_blocks if taken[block] < BLOCK}

    def _scorable(self, ref: str, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
        """The rows for which a scheme is known; the others are noted."""
        checklist = self.store.ledger.shelf.checklists([ref])[ref]
        refusals = {
            day: self.schemes.refusal(checklist, dt.date.fromisoformat(day) if day else None)
            for day in {row.day for row in rows}
        }
        for row in rows:
            if refusal := refusals[row.day]:
                self.taken.left_out.setdefault(str(refusal), []).append(row.id)
        return [row for row in rows if refusals[row.day] is None]

    def _damaged(self) -> set[int]:
        """The blocks whose files are not there, or not as they were."""
        files = self.store.parts
        damaged = {
            file.place[-1]
            for file in files.values()
            if file.kind in BLOCK_KINDS and not file.scheme and not self.store.is_whole(file)
        }
        incomplete = {
            block
            for kind, ref, scheme, block in files
            if kind == "answers" and any((other, ref, scheme, block) not in files for other in BLOCK_KINDS)
        }
        return damaged | incomplete

    def _changed(self) -> set[int]:
        """The blocks of visits from which something was taken away since: a purge."""
        ledger = self.store.ledger
        again = [line.said.get("again", {}).get("visit", {}) for line in ledger.trail.lines(self.reached.seen)]
        batches = {int(batch) for block_number in again for batch in block_number}
        query = "select distinct number from visit where batch = ? and number <= ?"
        numbers = (number for batch in batches for (number,) in ledger.database.run(query, (batch, self.last)))
        return {(number - 1) // BLOCK for number in numbers}

    def _rows(self, block: int) -> dict[str, list[LedgerRow]]:
        """The visits of a block, by checklist, in order."""
        query = (
            "select checklist, number, id, revision, store, shopper, wave, day, document from visit "
            "where number > ? and number <= ? order by number"
        )
        # Visits that come in meanwhile are the next run's.
        bounds = (block * BLOCK, min((block + 1) * BLOCK, self.last))
        rows_by_checklist: dict[str, list[LedgerRow]] = defaultdict(list)
        for ref, *rest in self.store.ledger.database.run(query, bounds):
            rows_by_checklist[ref].append(LedgerRow(*rest))
        return dict(sorted(rows_by_checklist.items()))

    def _job(self, block: int, ref: str, rows: Sequence[LedgerRow]) -> BlockJob:
        checklist = self.store.ledger.shelf.checklists([ref])[ref]
        schemes: dict[str, int] = {}
        scheme_index = []
        for row in rows:
            scheme = self.schemes.of(checklist, dt.date.fromisoformat(row.day) if row.day else None)
            scheme_index.append(row._replace(scheme=schemes.setdefault(scheme.ref, len(schemes))))
        texts = tuple(as_text(self.schemes[name]) for name in schemes)
        return BlockJob(block, self.store.folder, as_text(checklist), texts, self.blocked, scheme_index)

    def commit(self, block: int, made: Sequence[BlockFiles]) -> None:
        """Let the files of a block count."""
        files = [
            NewFile(
                f"{kind}/{block_files.checklist}",
                block_files.checklist,
                "",
                block_files.first,
                block_files.last,
                written,
            )
            for block_files in made
            for kind, written in block_files.written.items()
        ]
        # A block that is written again, after a purge or for a damaged file, does not take back what was reached.
        covered = max(self.reached.covered, min(self.last, (block + 1) * BLOCK))
        self.reached = self.reached._replace(covered=covered, whole=False)
        subject = f"{block * BLOCK + 1}-{covered}"
        self.store.commit(files, KIND, subject, self.schemes.used, **progress_to_dict(self.reached))
        self.taken.files += len(files)
        for block_files in made:
            self.taken.visits += block_files.rows if "answers" in block_files.written else 0
            self.taken.fallbacks |= block_files.fallbacks
            self.taken.failed.update(block_files.failed)

    def commit_plugin_findings(self, file: NewFile) -> None:
        """Let a file of plugins' findings count; until the run is finished, no manifest names it."""
        self.reached = self.reached._replace(whole=False)
        subject = f"{PLUGIN_FINDINGS} {file.first}-{file.last}"
        self.store.commit([file], KIND, subject, self.schemes.used, **progress_to_dict(self.reached))
        self.taken.files += 1

    def finish(self, engine: Engine) -> None:
        """Write which visits count, the stores and the episodes; then tell everybody."""
        ledger, folder = self.store.ledger, self.store.folder
        episode_files = EpisodeFiles(self.store, engine, self.schemes.of, self.last)
        # A snapshot made before episodes were kept in it, by blocks, gets them now.
        is_reached = self.reached.whole and self.reached.covered >= self.last
        if not is_reached or not self._has_tables() or not episode_files.are_whole():
            files = [
                write(ledger, folder, self.last)
                for write in (
                    write_uncounted_visits,
                    write_incomplete_visits,
                    write_states,
                    write_settings,
                    write_stores,
                )
            ]
            files += episode_files.new_files()
            reached = SnapshotProgress(self.last, self.seen, whole=True)
            self.store.commit(files, KIND, "published", self.schemes.used, **progress_to_dict(reached))
        # Last of all: until then the snapshot is the one of the run before.
        publish_manifest(self.store, self.last)

    def _has_tables(self) -> bool:
        kinds_present = {file.kind for file in self.store.parts.values() if self.store.is_whole(file)}
        return {"gone", INCOMPLETE, STATES, SETTINGS_FILE, "stores"} <= kinds_present
