"""The folder of a snapshot and the ledger's rows about it: files get their names, and the ledger vouches for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.snapshot.manifest import Manifest, Part, current_parts, read_manifest
from cemaudit.ledger.snapshot.parquet import Written, name_durably
from cemaudit.ledger.trail import Entry
from cemaudit.model import Scheme

__all__ = ["KIND", "New", "Reached", "Store"]

KIND = "snapshot"
"""What the trail's lines about new visits in a snapshot are called."""
_SHORT = 16


class New(NamedTuple):
    """A file that was written, and what it is to be: it lies in ``folder`` of the snapshot."""

    folder: str
    checklist: str
    scheme: str
    first: int
    last: int
    written: Written

    @property
    def part(self) -> Part:
        """The row of the ledger, but for the time."""
        name = f"{self.first:010}-{self.last:010}-{self.written.sha256[:_SHORT]}.parquet"
        file = f"{self.folder}/{name}"
        rows, sha256 = self.written.rows, self.written.sha256
        return Part(file, self.checklist, self.scheme, rows, self.first, self.last, sha256, "")


class Reached(NamedTuple):
    """How far the files go: to the visit of number ``covered``.

    Of the trail's lines, what those up to ``seen`` changed in earlier visits is in the files. ``whole``: which visits
    count and what is known of the stores is written too, and nothing happened in the ledger since ``seen``.
    """

    covered: int
    seen: int
    whole: bool = False


class Store:
    """A snapshot of ``ledger`` in ``folder``; ``BadInput`` where that of another ledger lies there."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger, self.folder = ledger, folder
        manifest = _manifest(folder)
        if manifest:
            self._refuse_anothers(manifest)
        self._sizes = dict(manifest.sizes) if manifest else {}

    def _refuse_anothers(self, manifest: Manifest) -> None:
        number, last = manifest.trail
        if self.ledger.database.run("select hash from trail where number = ?", (number,)) != [(last,)]:
            hint = message("name another folder with --snapshot, or remove this one")
            raise BadInput(Problem(message("the snapshot there is of another ledger"), str(self.folder), hint))

    @property
    def parts(self) -> Mapping[tuple[str, str, str, int], Part]:
        """The files that count, by their place."""
        return current_parts(self.ledger.database)

    def reached(self) -> Reached:
        """How far the files go."""
        said = self._said_last()
        if not said:
            return Reached(0, 0, whole=True)
        query = "select 1 from trail where number > ? and kind <> ? limit 1"
        has_changed = bool(self.ledger.database.run(query, (said["seen"], KIND)))
        return Reached(said["covered"], said["seen"], said["whole"] and not has_changed)

    @property
    def is_finished(self) -> bool:
        """Whether the last run came to its end: which visits count is written of all that are in the files."""
        said = self._said_last()
        return not said or bool(said["whole"])

    def _said_last(self) -> Mapping[str, Any]:
        """What the trail's last line about new visits says."""
        query = "select document from trail where kind = ? order by number desc limit 1"
        rows = self.ledger.database.run(query, (KIND,))
        said: Mapping[str, Any] = json.loads(rows[0][0]) if rows else {}
        return said

    def is_whole(self, part: Part) -> bool:
        """Whether the file is there, of the size it had."""
        path = self.folder / part.file
        return path.is_file() and path.stat().st_size == self._sizes.get(part.file, path.stat().st_size)

    def commit(self, new: Sequence[New], kind: str, subject: str, schemes: Iterable[Scheme] = (), **notes: Any) -> None:
        """Name the files, and let the ledger vouch for them, in a line of that ``kind``; only then they count."""
        known = self.files_ever()
        before = self.parts
        named = [(one, _named(one.part, known, before)) for one in new]
        for one, part in named:
            name_durably(one.written.path, Path(part.file).name)
            self._sizes[part.file] = one.written.size

        def work(entry: Entry) -> None:
            self.ledger.shelf.put(entry, schemes)
            ever = self.files_ever()  # another run may have made the same meanwhile
            entry.add("snapshot", [part._replace(made=entry.at) for _, part in named if part.file not in ever])
            entry.subject = subject
            entry.note(**notes)

        self.ledger.write(kind, work)

    def files_ever(self) -> set[str]:
        """Every file there ever was."""
        return {file for (file,) in self.ledger.database.run("select file from snapshot")}


def _named(part: Part, known: set[str], before: Mapping[tuple[str, str, str, int], Part]) -> Part:
    """The part under a name of its own, where what it holds was in the snapshot once, and something else since."""
    if part.file in known and before[part.place].file != part.file:
        return part._replace(file=f"{part.file.removesuffix('.parquet')}-{len(known)}.parquet")
    return part


def _manifest(folder: Path) -> Manifest | None:
    """The manifest, where there is one that can be read."""
    try:
        return read_manifest(folder)
    except BadInput:
        return None
