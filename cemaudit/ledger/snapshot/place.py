"""Where the snapshot of a ledger lies."""

from __future__ import annotations

from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

__all__ = ["snapshot_folder"]


def snapshot_folder(url: str | None, given: Path | None = None) -> Path:
    """The folder ``given``, else the one beside the ledger's file: ``hq-snapshot`` for ``hq.db``.

    ``BadInput`` where the ledger is on a server and no folder is given.
    """
    if given is not None:
        return given
    if url is None or "://" in url:
        hint = message("say it with --snapshot, or CEMAUDIT_SNAPSHOT")
        raise BadInput(Problem(message("no folder is named for the snapshot"), "--snapshot", hint))
    file = Path(url).expanduser()
    return file.with_name(f"{file.stem}-snapshot")
