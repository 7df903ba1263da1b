"""Photos, three in a row, each with its caption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from cemaudit.errors import Sayable
from cemaudit.language import message
from cemaudit.model.blocks import Photo, Photos
from cemaudit.report.kit.image import load, place
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.picture import BadPicture
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import GROUND, QUIET, TINY
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["draw_photos", "picture_faults"]

IN_A_ROW, GAP = 3, 12.0
LONGEST_CAPTION = 6

_FAULTS: ContextVar[dict[str, Sayable] | None] = ContextVar("_FAULTS", default=None)


@contextmanager
def picture_faults() -> Iterator[dict[str, Sayable]]:
    """Yield a dict that gets, for each path of a photo drawn in the block, why it is not shown, or only in part."""
    faults: dict[str, Sayable] = {}
    token = _FAULTS.set(faults)
    try:
        yield faults
    finally:
        _FAULTS.reset(token)


def _note_fault(path: str, why: Sayable) -> None:
    if (faults := _FAULTS.get()) is not None:
        faults[path] = why


class _PhotoRow(Slice):
    """Up to three photos."""

    def __init__(self, photos: Sequence[Photo], width: float) -> None:
        self.each = (width - GAP * (IN_A_ROW - 1)) / IN_A_ROW
        self.photos = photos
        self.captions = [shorten(wrap(photo.caption, TINY, self.each), LONGEST_CAPTION) for photo in photos]
        self.high = self.each * 3 / 4
        super().__init__(self.high + 4 + max(map(len, self.captions)) * TINY.leading + GAP)

    def paint(self, pen: Pen) -> None:
        for number, (photo, caption) in enumerate(zip(self.photos, self.captions, strict=True)):
            there = pen.at(number * (self.each + GAP), 0)
            self._picture(there, photo)
            there.at(0, self.high + 4).lines(caption, TINY, QUIET)

    def _picture(self, pen: Pen, photo: Photo) -> None:
        pen.box(self.each, self.high, GROUND)
        try:
            picture = load(photo.path)
            place(pen, picture, self.each, self.high)
            if picture.fault:
                _note_fault(photo.path, picture.fault)
        except BadPicture as error:
            _note_fault(photo.path, error.why)
            lines = wrap(str(message("This picture cannot be shown.")), TINY, self.each - 20)
            pen.at(10, (self.high - len(lines) * TINY.leading) / 2).lines(lines, TINY, QUIET, "center", self.each - 20)


def draw_photos(block: Photos, width: float) -> list[Stack]:
    """All photos, three in a row."""
    starts = range(0, len(block.photos), IN_A_ROW)
    return [Stack([_PhotoRow(block.photos[start : start + IN_A_ROW], width) for start in starts], space=(4, 6))]
