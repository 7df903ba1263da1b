"""Telling everybody what a snapshot is now, and sweeping away what it no longer is."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress

from cemaudit.ledger.shelf import as_text
from cemaudit.ledger.snapshot.manifest import Manifest, write_manifest
from cemaudit.ledger.snapshot.parquet import said_by
from cemaudit.ledger.snapshot.store import Store

__all__ = ["publish"]

_A_DAY = 86_400
_OURS = re.compile(r"\d{10,}-\d{10,}-[0-9a-f]+(-\d+)?\.parquet|\.[0-9a-f]+\.parquet\.tmp")
"""What files of snapshots are called, with a name that counts and without."""


def publish(store: Store, covered: int) -> Manifest:
    """Write ``snapshot.json`` of all whole files that count, then sweep the folder."""
    parts = [part for _, part in sorted(store.parts.items()) if store.is_whole(part)]
    of_scores = [part.file for part in parts if part.kind in {"scores", "rescored"}]
    said = dict(zip(of_scores, said_by([store.folder / file for file in of_scores]), strict=True))
    layouts = [{"schemes": one["schemes"], "scores": one["scores"]} for one in said.values()]
    layouts = [one for place, one in enumerate(layouts) if one not in layouts[:place]]
    shelf = store.ledger.shelf
    checklists = shelf.checklists(sorted({part.checklist for part in parts if part.checklist}))
    schemes = shelf.schemes(sorted({ref for one in said.values() for ref in one["schemes"]}))
    manifest = Manifest(
        covered=covered,
        made=max((part.made for part in parts), default=""),
        trail=store.ledger.trail.head(),
        parts=tuple(parts),
        checklists={ref: json.loads(as_text(one)) for ref, one in checklists.items()},
        schemes={ref: json.loads(as_text(one)) for ref, one in schemes.items()},
        layouts=tuple(layouts),
        layout_of={file: layouts.index({name: one[name] for name in layouts[0]}) for file, one in said.items()},
        sizes={part.file: (store.folder / part.file).stat().st_size for part in parts},
    )
    write_manifest(store.folder, manifest)
    _sweep(store, {part.file for part in parts})
    return manifest


def _sweep(store: Store, kept: set[str]) -> None:
    """Take away files that were replaced, and what never came to count, once nobody can be writing it any more.

    What is called otherwise than files of snapshots are is somebody else's, and stays.
    """
    ever = store.files_ever()
    for path in store.folder.rglob("*.parquet*"):
        file = path.relative_to(store.folder).as_posix()
        with suppress(OSError):  # another run may sweep, too
            is_old = path.stat().st_mtime < time.time() - _A_DAY
            if file not in kept and (file in ever or (is_old and _OURS.fullmatch(path.name))):
                path.unlink()
