"""The folder of a snapshot and the ledger's rows about it: files get their names, and the ledger vouches for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cemaudit.errors import BadInput
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.snapshot.manifest import Part, current_parts, read_manifest
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

    Of the trail's lines, what those up to ``seen`` changed in earlier visits is in the files. ``whole``: all of the
    ledger is, and which visits count and what is known of the stores is written too.
    """

    covered: int
    seen: int
    whole: bool = False


class Store:
    """A snapshot of ``ledger`` in ``folder``."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger, self.folder = ledger, folder
        self._sizes = dict(_sizes_told(folder))

    @property
    def parts(self) -> Mapping[tuple[str, str, str, int], Part]:
        """The files that count, by their place."""
        return current_parts(self.ledger.database)

    def reached(self) -> Reached:
        """How far the files go."""
        query = "select number, document from trail where kind = ? order by number desc limit 1"
        for number, document in self.ledger.database.run(query, (KIND,)):
            said = json.loads(document)
            return Reached(said["covered"], said["seen"], said["whole"] and number == self.ledger.trail.head()[0])
        return Reached(0, 0, whole=True)

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
            entry.add("snapshot", [part._replace(made=entry.at) for _, part in named if part.file not in known])
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


def _sizes_told(folder: Path) -> Mapping[str, int]:
    try:
        return read_manifest(folder).sizes
    except BadInput:
        return {}
