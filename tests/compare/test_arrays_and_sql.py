"""Which modules of the room ask the engine: SQL yields arrays in ``queries``, and everything else computes on them."""

from __future__ import annotations

import re
from pathlib import Path

import cemaudit.compare

ROOM = Path(cemaudit.compare.__file__).parent
ASKS = re.compile(r"\.(?:ask|execute|fetchnumpy)\(|\.rows\(\s*\w*table|\bSqlStatement\b")


def test_only_queries_ask_the_engine() -> None:
    asking = {
        path.relative_to(ROOM).as_posix()
        for path in ROOM.rglob("*.py")
        if path.parent.name != "queries" and ASKS.search(path.read_text(encoding="utf-8"))
    }
    assert asking == set()


def test_the_queries_are_seen_to_ask() -> None:
    for name in ("visits", "drivers", "items", "findings"):
        assert ASKS.search((ROOM / "queries" / f"{name}.py").read_text(encoding="utf-8"))
