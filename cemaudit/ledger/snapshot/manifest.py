"""The manifest of a snapshot, and where it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import canonical
from cemaudit.files import read_text, replaced
from cemaudit.language import message
from cemaudit.ledger.database import Database

__all__ = [
    "BLOCK",
    "FORMAT",
    "MANIFEST_FILE",
    "SnapshotFile",
    "SnapshotManifest",
    "block_bounds",
    "block_of",
    "current_files",
    "read_manifest",
    "snapshot_folder",
    "write_manifest",
]


def snapshot_folder(url: str | None, folder: Path | None = None) -> Path:
    """Return the folder ``folder``, else the one beside the ledger's file: ``hq-snapshot`` for ``hq.db``.

    ``BadInput`` where the ledger is on a server and no folder is given.
    """
    if folder is not None:
        return folder
    if url is None or "://" in url:
        hint = message("say it with --snapshot, or CEMAUDIT_SNAPSHOT")
        raise BadInput(Problem(message("no folder is named for the snapshot"), "--snapshot", hint))
    file = Path(url).expanduser()
    return file.with_name(f"{file.stem}-snapshot")


BLOCK = 65_536
"""Visit numbers that go into one file of each checklist: 1 to 65,536, then the next ones."""


def block_of(number: int) -> int:
    """Return the block, from 0, that the visit of that number is in."""
    return (number - 1) // BLOCK


def block_bounds(block: int, covered: int) -> tuple[int, int]:
    """Return the first and the last number of a block, of the visits up to ``covered``."""
    return block * BLOCK + 1, min((block + 1) * BLOCK, covered)


FORMAT = 1
"""The version of the tables and of the manifest."""

MANIFEST_FILE = "snapshot.json"
_LARGEST = 500_000_000


class SnapshotFile(NamedTuple):
    """A file of a snapshot: a row of the table ``snapshot``.

    ``file`` is its place in the folder; the first name in it says what the file holds: ``answers``, ``scores``,
    ``rescored``, ``findings``, ``circumstances``, ``claim-states``, ``skipped-feelings``, ``stores``, ``gone``,
    ``incomplete``, ``states``, ``settings``, ``episodes``. ``scheme`` is empty but for ``rescored``; ``first`` and
    ``last`` are numbers of visits.
    """

    file: str
    checklist: str
    scheme: str
    visits: int
    first: int
    last: int
    sha256: str
    made: str

    @property
    def kind(self) -> str:
        """Return what it holds."""
        return self.file.partition("/")[0]

    @property
    def place(self) -> tuple[str, str, str, int]:
        """Return what it takes the place of: an earlier file of the same kind, checklist, scheme and block."""
        return self.kind, self.checklist, self.scheme, block_of(self.first)


def current_files(database: Database) -> dict[tuple[str, str, str, int], SnapshotFile]:
    """Return the files that count, by their place: of each place the one written last."""
    # In the order they were written: a later file of a place takes the earlier one's.
    rows = database.run(f"select {', '.join(SnapshotFile._fields)} from snapshot order by batch, file")
    return {file.place: file for file in map(SnapshotFile._make, rows)}


class SnapshotManifest(NamedTuple):
    """What ``snapshot.json`` says.

    ``covered``: the number of the last visit in it; ``trail``: number and hash of the ledger's line it was made at.
    ``checklists`` and ``schemes`` by ``id@version``. ``layouts``: what files of scores hold, their ``schemes`` and
    ``scores`` (as in ``ScoreColumn``), and ``layout_of`` each such file the place of its own. ``sizes`` in bytes.
    """

    covered: int
    made: str
    trail: tuple[int, str]
    parts: tuple[SnapshotFile, ...]
    checklists: Mapping[str, Any]
    schemes: Mapping[str, Any]
    layouts: tuple[Any, ...]
    layout_of: Mapping[str, int]
    sizes: Mapping[str, int]

    @property
    def left_out(self) -> int:
        """Return how many visits up to ``covered`` are in no file: no scheme was known for them."""
        return self.covered - sum(part.visits for part in self.parts if part.kind == "answers")

    def files(self, kind: str, checklist: str = "", scheme: str = "") -> list[SnapshotFile]:
        """Return the parts of a kind, in the order of visit numbers."""
        slot = (kind, checklist, scheme)
        files = [file for file in self.parts if (file.kind, file.checklist, file.scheme) == slot]
        return sorted(files, key=lambda file: file.first)


def write_manifest(folder: Path, manifest: SnapshotManifest) -> None:
    """Write ``snapshot.json``; from then on the snapshot is the new one."""
    # Replaced as a whole: whoever reads meanwhile meets the old one or the new one.
    with replaced(folder / MANIFEST_FILE) as file:
        file.write(canonical(manifest_to_dict(manifest)) + b"\n")


def manifest_to_dict(manifest: SnapshotManifest) -> dict[str, Any]:
    """Return the manifest as ``snapshot.json`` holds it."""
    return {
        "format": FORMAT,
        "covered": manifest.covered,
        "made": manifest.made,
        "trail": manifest.trail,
        "parts": [_file_to_dict(part) for part in manifest.parts],
        "checklists": manifest.checklists,
        "schemes": manifest.schemes,
        "layouts": manifest.layouts,
        "layout_of": manifest.layout_of,
        "sizes": manifest.sizes,
    }


def _file_to_dict(part: SnapshotFile) -> dict[str, Any]:
    return {
        "file": part.file,
        "checklist": part.checklist,
        "scheme": part.scheme,
        "visits": part.visits,
        "first": part.first,
        "last": part.last,
        "sha256": part.sha256,
        "made": part.made,
    }


def read_manifest(folder: Path) -> SnapshotManifest:
    """Return the manifest in a folder; ``BadInput`` where there is none, or one of another version."""
    path = folder / MANIFEST_FILE
    hint = message("make it with 'cemaudit snapshot'")
    if not path.exists():
        raise BadInput(Problem(message("there is no snapshot yet"), str(folder), hint))
    try:
        data = json.loads(read_text(path, _LARGEST))
        version, files = data.pop("format"), tuple(SnapshotFile(**file) for file in data.pop("parts"))
        number, last = data.pop("trail")
        if version != FORMAT:
            raise BadInput(Problem(message("a snapshot of another version of cemaudit"), str(path), hint))
        return SnapshotManifest(**{**data, "parts": files, "trail": (number, last)})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(Problem(message("not the manifest of a snapshot"), str(path), hint)) from error
