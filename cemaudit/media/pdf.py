"""PDF files, which are kept as they are."""

from __future__ import annotations

from cemaudit.media.damage import cut_off

__all__ = ["keep_pdf"]

_TAIL = 2048


def keep_pdf(data: bytes) -> bytes:
    """The same bytes: what a PDF says of its author and program cannot be cut without writing it anew, so it stays.

    ``BadInput`` where the file ends too early.
    """
    if b"%%EOF" not in data[-_TAIL:]:
        raise cut_off()
    return data
