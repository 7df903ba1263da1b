"""Ids of visits (time-ordered when made on the spot, derived where a record may come again), and names given once."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Iterable

__all__ = ["Numbered", "derived_id", "new_id"]

_VERSION, _VARIANT = 7 << 76, 2 << 62


def new_id() -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, the rest random, so that ids sort by time."""
    milliseconds = time.time_ns() // 1_000_000
    high, low = secrets.randbits(12), secrets.randbits(62)
    return str(uuid.UUID(int=(milliseconds & (1 << 48) - 1) << 80 | _VERSION | high << 64 | _VARIANT | low))


def derived_id(*parts: str) -> str:
    """A UUID of version 8 made of ``parts`` alone: the same parts give the same id."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    number = int.from_bytes(digest[:16], "big")
    number &= ~(0xF << 76) & ~(0x3 << 62)
    return str(uuid.UUID(int=number | 8 << 76 | _VARIANT))


class Numbered:
    """Names given once: a name asked for again gets a number."""

    def __init__(self, used: Iterable[str] = ()) -> None:
        self._taken = set(used)
        self._last: dict[str, int] = {}

    def take(self, wished: str) -> str:
        """``wished``, or ``wished-2`` and so on where that is taken."""
        name = wished
        while name in self._taken:
            number = self._last.get(wished, 1) + 1
            self._last[wished] = number
            name = f"{wished}-{number}"
        self._taken.add(name)
        return name
