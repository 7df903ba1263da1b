"""Ids of visits: time-ordered when made on the spot, derived where the same record may come again."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid

__all__ = ["derived_id", "new_id"]

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
