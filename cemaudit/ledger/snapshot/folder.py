"""The folder of a snapshot: its files, what goes, and how it is published whole or not at all."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.marks import incomplete_visits
from cemaudit.ledger.settings import INCOMPLETE as INCOMPLETE_SETTING
from cemaudit.ledger.settings import LEAVE_OUT, counted_states, setting_values, settings_in_force
from cemaudit.ledger.snapshot.manifest import (
    SnapshotFile,
    SnapshotManifest,
    current_files,
    read_manifest,
    write_manifest,
)
from cemaudit.ledger.snapshot.parquet import (
    SnapshotColumn,
    SnapshotTable,
    WrittenFile,
    commit_file,
    date_column,
    integer_column,
    read_metadata,
    text_column,
    write,
)
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import registered_stores
from cemaudit.model import Scheme

__all__ = [
    "EPISODES",
    "EXCLUDED",
    "INCOMPLETE",
    "KIND",
    "SETTINGS_FILE",
    "STATES",
    "STORE_COLUMNS",
    "SUPERSEDED",
    "NewFile",
    "SnapshotFolder",
    "SnapshotProgress",
    "excluded_visits",
    "is_replaced_by_blocks",
    "progress_to_dict",
    "publish_manifest",
    "uncounted_by_state",
    "uncounted_visits",
    "write_incomplete_visits",
    "write_settings",
    "write_states",
    "write_stores",
    "write_uncounted_visits",
]

EPISODES = "episodes"
"""The kind of the files of episodes, and the folder they lie in."""

INCOMPLETE = "incomplete"
"""The kind of the file of incomplete visits, and why such a visit does not count where the ledger leaves them out."""

STATES, SETTINGS_FILE = "states", "settings"
"""The kinds of the files of states and of the ledger's settings."""

KIND = "snapshot"
"""What the trail's lines about new visits in a snapshot are called."""

_SHORT = 16


class NewFile(NamedTuple):
    """A file that was written, and what it is to be: it lies in ``folder`` of the snapshot."""

    folder: str
    checklist: str
    scheme: str
    first: int
    last: int
    written: WrittenFile

    @property
    def part(self) -> SnapshotFile:
        """Return the row of the ledger, but for the time."""
        # With its hash in the name no file is ever overwritten by another content.
        name = f"{self.first:010}-{self.last:010}-{self.written.sha256[:_SHORT]}.parquet"
        file = f"{self.folder}/{name}"
        rows, sha256 = self.written.rows, self.written.sha256
        return SnapshotFile(file, self.checklist, self.scheme, rows, self.first, self.last, sha256, "")


class SnapshotProgress(NamedTuple):
    """How far the files go: to the visit of number ``covered``.

    Of the trail's lines, what those up to ``seen`` changed in earlier visits is in the files. ``whole``: which visits
    count and what is known of the stores is written too, and nothing happened in the ledger since ``seen``.
    """

    covered: int
    seen: int
    whole: bool = False


def progress_to_dict(progress: SnapshotProgress) -> dict[str, Any]:
    """Return the progress as a line of the trail holds it."""
    return {"covered": progress.covered, "seen": progress.seen, "whole": progress.whole}


class SnapshotFolder:
    """A snapshot of ``ledger`` in ``folder``; ``BadInput`` where that of another ledger lies there."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger, self.folder = ledger, folder
        try:
            manifest: SnapshotManifest | None = read_manifest(folder)
        except BadInput:  # none, or a damaged one: it will be written anew
            manifest = None
        if manifest:
            self._refuse_anothers(manifest)
        self._sizes = dict(manifest.sizes) if manifest else {}

    def _refuse_anothers(self, manifest: SnapshotManifest) -> None:
        number, last = manifest.trail
        if self.ledger.database.run("select hash from trail where number = ?", (number,)) != [(last,)]:
            hint = message("name another folder with --snapshot, or remove this one")
            raise BadInput(Problem(message("the snapshot there is of another ledger"), str(self.folder), hint))

    @property
    def parts(self) -> Mapping[tuple[str, str, str, int], SnapshotFile]:
        """Return the files that count, by their place."""
        return current_files(self.ledger.database)

    def reached(self) -> SnapshotProgress:
        """Return how far the files go."""
        last_note = self._last_note()
        if not last_note:
            return SnapshotProgress(0, 0, whole=True)
        # Lines about snapshots change nothing that is in one.
        query = "select 1 from trail where number > ? and kind <> ? limit 1"
        has_changed = bool(self.ledger.database.run(query, (last_note["seen"], KIND)))
        return SnapshotProgress(last_note["covered"], last_note["seen"], last_note["whole"] and not has_changed)

    @property
    def is_finished(self) -> bool:
        """Whether the last run came to its end: which visits count is written of all that are in the files."""
        last_note = self._last_note()
        return not last_note or bool(last_note["whole"])

    def _last_note(self) -> Mapping[str, Any]:
        """What the trail's last line about new visits says."""
        query = "select document from trail where kind = ? order by number desc limit 1"
        rows = self.ledger.database.run(query, (KIND,))
        content: Mapping[str, Any] = json.loads(rows[0][0]) if rows else {}
        return content

    def is_whole(self, file: SnapshotFile) -> bool:
        """Whether the file is there, of the size it had."""
        # Its size alone is asked: the hash would mean to read the whole snapshot at each run.
        path = self.folder / file.file
        return path.is_file() and path.stat().st_size == self._sizes.get(file.file, path.stat().st_size)

    def commit(
        self, new: Sequence[NewFile], kind: str, subject: str, schemes: Iterable[Scheme] = (), **notes: Any
    ) -> None:
        """Name the files, and let the ledger vouch for them, in a line of that ``kind``; only then they count."""
        existing_names = self.all_file_names()
        before = self.parts
        named = [(new_file, _named(new_file.part, existing_names, before)) for new_file in new]
        # Names first: the ledger never vouches for a file that is not there; one it does not vouch for is swept.
        for new_file, file in named:
            commit_file(new_file.written.path, Path(file.file).name)
            self._sizes[file.file] = new_file.written.size

        def work(entry: TrailEntry) -> None:
            self.ledger.shelf.put(entry, schemes)
            ever = self.all_file_names()  # another run may have made the same meanwhile
            entry.add("snapshot", [file._replace(made=entry.at) for _, file in named if file.file not in ever])
            entry.subject = subject
            entry.note(**notes)

        self.ledger.write(kind, work)

    def all_file_names(self) -> set[str]:
        """Return the name of every file there ever was."""
        return {file for (file,) in self.ledger.database.run("select file from snapshot")}


def _named(
    file: SnapshotFile, existing_names: set[str], before: Mapping[tuple[str, str, str, int], SnapshotFile]
) -> SnapshotFile:
    """The part under a name of its own, where what it holds was in the snapshot once, and something else since."""
    if file.file in existing_names and before[file.place].file != file.file:
        return file._replace(file=f"{file.file.removesuffix('.parquet')}-{len(existing_names)}.parquet")
    return file


SUPERSEDED, EXCLUDED = "superseded", "excluded"
"""Why a visit does not count: a later revision takes its place, or headquarters excluded it.

Beside ``INCOMPLETE``, and the states that do not count as the ledger is set.
"""

STORE_COLUMNS = ("name", "region", "format", "brand", "owner", "pool")
"""What is known of stores, as far as visits are grouped by it; ``opened`` is a date."""

_SUPERSEDED = (
    "select distinct visit.number from visit join visit later on later.id = visit.id "
    "where later.revision > 1 and later.revision > visit.revision and visit.number <= ? and later.number <= ?"
)

_EXCLUDED = (
    "select state.visit from state where state.state = 'excluded' and state.visit <= ? and not exists "
    "(select 1 from state later where later.visit = state.visit and later.number > state.number)"
)


_STATES = (
    "select visit, state from state where visit <= ? and not exists "
    "(select 1 from state later where later.visit = state.visit and later.number > state.number)"
)


def excluded_visits(ledger: Ledger, covered: int) -> set[int]:
    """Return the numbers up to ``covered`` of the visits that headquarters excluded."""
    return {number for (number,) in ledger.database.run(_EXCLUDED, (covered,))}


def visit_states(ledger: Ledger, covered: int) -> dict[int, VisitState]:
    """Return the states of the visits up to ``covered`` that were given one, by number; all others are received."""
    return {number: VisitState(state) for number, state in ledger.database.run(_STATES, (covered,))}


def uncounted_by_state(ledger: Ledger, covered: int) -> dict[int, str]:
    """Return the states of the visits up to ``covered`` whose state does not count as the ledger is set, by number."""
    counted = counted_states(ledger.database)
    states = visit_states(ledger, covered)
    if VisitState.RECEIVED not in counted:
        every = ledger.database.run("select number from visit where number <= ?", (covered,))
        states = {number: VisitState.RECEIVED for (number,) in every} | states
    return {number: state.value for number, state in states.items() if state not in counted}


def uncounted_visits(ledger: Ledger, covered: int) -> dict[int, str]:
    """Return the numbers up to ``covered`` of the visits that do not count, and why."""
    leaves_out = settings_in_force(ledger.database)[INCOMPLETE_SETTING] == LEAVE_OUT
    why = uncounted_by_state(ledger, covered)
    why |= dict.fromkeys(incomplete_visits(ledger, covered) if leaves_out else (), INCOMPLETE)
    why |= dict.fromkeys(excluded_visits(ledger, covered), EXCLUDED)
    return why | {number: SUPERSEDED for (number,) in ledger.database.run(_SUPERSEDED, (covered, covered))}


def write_uncounted_visits(ledger: Ledger, folder: Path, covered: int) -> NewFile:
    """Write the table ``gone``: the ``number`` of each visit up to ``covered`` that does not count, and ``why``."""
    rows = sorted(uncounted_visits(ledger, covered).items())
    numbers = integer_column("number", np.array([number for number, _ in rows], np.int64))
    fields = [numbers, text_column("why", [row for _, row in rows])]
    return NewFile("gone", "", "", 0, covered, write(SnapshotTable(len(rows), fields), folder / "gone"))


def write_incomplete_visits(ledger: Ledger, folder: Path, covered: int) -> NewFile:
    """Write the table ``incomplete``: the ``number`` of each visit up to ``covered`` that lacks something, and what."""
    rows = sorted(incomplete_visits(ledger, covered).items())
    numbers = integer_column("number", np.array([number for number, _ in rows], np.int64))
    fields = [numbers, text_column("missing", [missing for _, missing in rows])]
    return NewFile(INCOMPLETE, "", "", 0, covered, write(SnapshotTable(len(rows), fields), folder / INCOMPLETE))


def write_states(ledger: Ledger, folder: Path, covered: int) -> NewFile:
    """Write the table ``states``: the ``number`` and ``state`` of each visit up to ``covered`` that was given one."""
    rows = sorted(visit_states(ledger, covered).items())
    numbers = integer_column("number", np.array([number for number, _ in rows], np.int64))
    fields = [numbers, text_column("state", [state.value for _, state in rows])]
    return NewFile(STATES, "", "", 0, covered, write(SnapshotTable(len(rows), fields), folder / STATES))


def write_settings(ledger: Ledger, folder: Path, covered: int) -> NewFile:
    """Write the table ``settings``: ``name`` and ``value`` of each setting of the ledger in force."""
    values = setting_values(ledger.database)
    fields = [
        text_column("name", [setting.name for setting in values]),
        text_column("value", [setting.value for setting in values]),
    ]
    table = SnapshotTable(len(values), fields)
    return NewFile(SETTINGS_FILE, "", "", 0, covered, write(table, folder / SETTINGS_FILE))


def write_stores(ledger: Ledger, folder: Path, covered: int) -> NewFile:
    """Write the table ``stores``: what the registry knows of each ``store``."""
    stores = registered_stores(ledger)

    def fields() -> Iterator[SnapshotColumn]:
        yield text_column("store", list(stores))
        for name in STORE_COLUMNS:
            yield text_column(name, [getattr(store, name) or None for store in stores.values()])
        yield date_column("opened", [store.opened.isoformat() if store.opened else None for store in stores.values()])

    return NewFile("stores", "", "", 0, covered, write(SnapshotTable(len(stores), list(fields())), folder / "stores"))


def is_replaced_by_blocks(file: SnapshotFile, parts: Mapping[tuple[str, str, str, int], SnapshotFile]) -> bool:
    """Whether a file holds all episodes at once, as snapshots once did, and files of blocks took its place."""
    return file.kind == EPISODES and file.first == 0 and (EPISODES, "", "", 0) in parts


_A_DAY = 86_400

_OURS = re.compile(r"\d{10,}-\d{10,}-[0-9a-f]+(-\d+)?\.parquet|\.[0-9a-f]+\.parquet\.tmp")
"""What files of snapshots are called, with a name that counts and without."""


def publish_manifest(store: SnapshotFolder, covered: int) -> SnapshotManifest:
    """Write ``snapshot.json`` of all whole files that count, then sweep the folder."""
    parts = store.parts
    files = [
        part for _, part in sorted(parts.items()) if store.is_whole(part) and not is_replaced_by_blocks(part, parts)
    ]
    of_scores = [part.file for part in files if part.kind in {"scores", "rescored"}]
    revisions = dict(zip(of_scores, read_metadata([store.folder / file for file in of_scores]), strict=True))
    layouts = [{"schemes": metadata["schemes"], "scores": metadata["scores"]} for metadata in revisions.values()]
    layouts = [metadata for index, metadata in enumerate(layouts) if metadata not in layouts[:index]]
    shelf = store.ledger.shelf
    checklists = shelf.checklists(sorted({part.checklist for part in files if part.checklist}))
    schemes = shelf.schemes(sorted({ref for metadata in revisions.values() for ref in metadata["schemes"]}))
    manifest = SnapshotManifest(
        covered=covered,
        made=max((part.made for part in files), default=""),
        trail=store.ledger.trail.head(),
        parts=tuple(files),
        checklists={ref: json.loads(as_text(metadata)) for ref, metadata in checklists.items()},
        schemes={ref: json.loads(as_text(metadata)) for ref, metadata in schemes.items()},
        layouts=tuple(layouts),
        layout_of={
            file: layouts.index({name: metadata[name] for name in layouts[0]}) for file, metadata in revisions.items()
        },
        sizes={part.file: (store.folder / part.file).stat().st_size for part in files},
    )
    write_manifest(store.folder, manifest)
    # Only now: until the manifest was replaced, readers needed the files of the one before.
    _sweep(store, {part.file for part in files})
    return manifest


def _sweep(store: SnapshotFolder, kept: set[str]) -> None:
    """Take away files that were replaced, and what never came to count, once nobody can be writing it any more.

    What is called otherwise than files of snapshots are is somebody else's, and stays.
    """
    ever = store.all_file_names()
    for path in list(store.folder.rglob("*.parquet*")):
        file = path.relative_to(store.folder).as_posix()
        with suppress(OSError):  # another run may sweep, too
            is_old = path.stat().st_mtime < time.time() - _A_DAY
            if file not in kept and (file in ever or (is_old and _OURS.fullmatch(path.name))):
                path.unlink()
