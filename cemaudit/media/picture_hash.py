"""A short number for how a picture looks, by which a picture is known that was saved again, smaller or coarser.

    bit = 1 where a cell of the picture, made 17 by 16 grey cells, is brighter than the one to its left by more than 5

Difference hash (Krawetz 2013, "Kind of like that"), with 256 bits and not 64, for forms and receipts are laid out
alike; and with a margin, for what is evenly grey is made uneven by every saving. How unlike two pictures are is the
share of the bits set in either that are not set in both.
"""

from __future__ import annotations

from PIL import Image

from cemaudit.errors import BadInput
from cemaudit.media.file_types import HEAD, media_type_of
from cemaudit.media.picture_quality import grey_picture

__all__ = ["BITS", "difference_hash"]

CELLS = 16
BITS = CELLS * CELLS
_MARGIN = 5
_LEAST_SET = 24
"""A picture with fewer bits set shows too little to know it by."""


def difference_hash(data: bytes) -> int | None:
    """Return the hash of a picture (``BITS`` bits); ``None`` where it is none, shows too little, or cannot be decoded.

    HEIC needs the extra ``heic``.
    """
    try:
        grey = grey_picture(data, media_type_of(data[:HEAD]))
    except BadInput:
        return None
    if grey is None:
        return None
    cells = grey.resize((CELLS + 1, CELLS), Image.Resampling.BOX)
    values = list(cells.tobytes())
    bits = 0
    for row in range(CELLS):
        start = row * (CELLS + 1)
        for column in range(start, start + CELLS):
            bits = bits << 1 | (values[column + 1] - values[column] > _MARGIN)
    return bits if bits.bit_count() >= _LEAST_SET else None
