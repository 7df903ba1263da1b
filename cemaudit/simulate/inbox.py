"""Simulated visits as they reach headquarters: sealed files with photos, and lines of JSON, one file a wave."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from cemaudit.entry.briefing import STATEMENT
from cemaudit.exchange.sealed import Statement, sealed_name, write_sealed
from cemaudit.exchange.written import write_visits
from cemaudit.language import translate, use
from cemaudit.model import Checklist, Visit
from cemaudit.simulate.pictures import draw_photos

__all__ = ["fill_inbox"]


def fill_inbox(inbox: Path, checklist: Checklist, visits: Iterable[Visit], sealing: Collection[str]) -> None:
    """Put visits into the folder ``inbox``: those of the stores ``sealing`` each as a sealed file with its photos.

    The others come as lines of JSON, without photos, in a file for each wave. The same visits make the same bytes.
    ``BadInput`` where another file of such a name is there, ``BadEnvironment`` where the disk does not take them.
    """
    waves: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.store in sealing:
            _seal(inbox, checklist, visit)
        else:
            waves[visit.wave or ""].append(visit.model_copy(update={"evidence": {}}))
    for wave, some in waves.items():
        write_visits(inbox / f"{wave}.jsonl", some)


def _seal(inbox: Path, checklist: Checklist, visit: Visit) -> None:
    with tempfile.TemporaryDirectory(prefix="cemaudit-") as folder:
        draw_photos(visit, checklist, Path(folder))
        write_sealed(inbox / sealed_name(visit), visit, _statement(visit), Path(folder))


def _statement(visit: Visit) -> Statement:
    with use("ko"):
        words = translate(STATEMENT)
    return Statement.model_validate(
        {"words": words, "language": "ko", "name": visit.shopper or visit.id, "at": visit.entered}
    )
