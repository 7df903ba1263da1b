"""The directories of an EXIF block (TIFF).

Read here and not by an imaging library, because only the entries asked for are touched: a stranger's block with
thousands of long entries costs nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

__all__ = ["Directory", "first_directory"]

_LONGEST = 200
_TEXT = {2: "c"}
_WHOLE = {1: "B", 3: "H", 4: "I"}
_FRACTION = {5: "II", 10: "ii"}
_MARK = b"Exif\0\0"


class Directory:
    """Entries by tag; an entry that is unsound, or of another type than asked for, counts as absent."""

    def __init__(self, data: bytes, order: str, start: int) -> None:
        self._data, self._order = data, order
        self._entries: dict[int, tuple[int, int, int, int]] = {}
        for number in range(sum(self._read("H", start)) if start else 0):
            place = start + 2 + 12 * number
            entry = self._read("HHII", place)
            if not entry:
                break
            tag, kind, count, offset = entry
            self._entries.setdefault(tag, (kind, count, place + 8, offset))

    def text(self, tag: int) -> str:
        """Words on one line, at most 200 bytes of them; empty where there are none."""
        words = b"".join(self._members(tag, _TEXT, _LONGEST)).split(b"\0")[0].decode("utf-8", "replace")
        return " ".join("".join(char if char.isprintable() else " " for char in words).split())

    def whole(self, tag: int) -> int:
        """A whole number; 0 where there is none."""
        return sum(self._members(tag, _WHOLE, 1))

    def fractions(self, tag: int) -> list[float]:
        """At most three numbers; none where there are none, or where one is divided by nothing."""
        parts = self._members(tag, _FRACTION, 3)
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        return [above / below for above, below in pairs] if all(below for _, below in pairs) else []

    def inner(self, tag: int) -> Directory:
        """The directory an entry points to; an empty one where it points nowhere."""
        return Directory(self._data, self._order, self.whole(tag))

    def _members(self, tag: int, forms: Mapping[int, str], most: int) -> tuple[Any, ...]:
        kind, count, place, offset = self._entries.get(tag, (0, 0, 0, 0))
        form = forms.get(kind, "")
        fits = count * struct.calcsize(f"={form}") <= 4
        return self._read(form * min(count, most), place if fits else offset)

    def _read(self, form: str, place: int) -> tuple[Any, ...]:
        """The values at ``place``; none at all where the block is too short."""
        try:
            return struct.unpack_from(f"{self._order}{form}", self._data, place)
        except struct.error:
            return ()


def first_directory(block: bytes) -> Directory:
    """The first directory of an EXIF block, with or without its ``Exif`` mark; an empty one where it is unsound."""
    data = block.removeprefix(_MARK)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4], "")
    if not order or len(data) < 8:
        return Directory(b"", "<", 0)
    return Directory(data, order, struct.unpack_from(f"{order}I", data, 4)[0])
