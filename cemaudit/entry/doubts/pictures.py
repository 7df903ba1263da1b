"""Doubts about evidence: blurred, small, dark, of another day, of another visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.entry.doubts.earlier import Earlier, PriorVisit
from cemaudit.entry.evidence import KeptEvidence
from cemaudit.errors import Problem, Sayable
from cemaudit.language import N_, message
from cemaudit.media import PictureQuality
from cemaudit.model import Visit

__all__ = ["picture_doubts"]

LEAST_SHARP = 40.0
"""Measured on drawn storefronts, parcels, screens, papers, shelves, walls with a sign, printed receipts and textures,
as a phone takes them: soft lens, noise of 2 to 6 greys, half the light, JPEG. Sharp ones came to 42 (pale papers) to
2900, mostly above 100; blurred by a Gaussian of 15 pixels in 4000, which no small print survives, to 3 to 45 (67 for a
fine texture), by 20 pixels to 2 to 30 (46). A texture in bad light may pass though blurred; a sharp one is not doubted.
"""

LEAST_LONG, LEAST_SHORT = 640, 480
"""Pixels: on less, no receipt can be read."""
LEAST_BRIGHT = 0.1

_TAKE_AGAIN = N_("add a better one, if you can still take it")


def picture_doubts(visit: Visit, taken: Mapping[str, KeptEvidence], earlier: Earlier) -> Iterator[Doubt]:
    """Doubts about every piece of evidence of ``visit``; ``taken`` by SHA-256, others are not looked at."""
    for item, pieces in visit.evidence.items():
        for piece in pieces:
            kept = taken.get(piece.sha256 or "")
            if kept:
                yield from _doubts(f"evidence.{item}", kept, visit, earlier)


def _doubts(place: str, kept: KeptEvidence, visit: Visit, earlier: Earlier) -> Iterator[Doubt]:
    if kept.look:
        for check, cause in _looks(kept.look, kept.name):
            yield Doubt(check, Problem(cause, place, message(_TAKE_AGAIN)))
    day = _day_of(kept, visit)
    if day and not _within(day, visit):
        cause = message("{name} was taken on {day}, the visit was on {other}", name=kept.name, day=day, other=visit.day)
        yield Doubt("photo.day", Problem(cause, place, message("is it the right picture, and the right day?")))
    prior = earlier.file(visit.id, kept.sha256, kept.original)
    if prior:
        yield Doubt(
            "photo.again", Problem(_elsewhere(kept.name, prior), place, message("take a picture of this visit"))
        )


def _looks(look: PictureQuality, name: str) -> Iterator[tuple[str, Sayable]]:
    long, short = max(look.width, look.height), min(look.width, look.height)
    if long < LEAST_LONG or short < LEAST_SHORT:
        size = f"{look.width} x {look.height}"
        yield "photo.small", message("{name} is small: {size} pixels", name=name, size=size)
    if look.brightness < LEAST_BRIGHT:
        yield "photo.dark", message("{name} is very dark", name=name)
    elif look.sharpness < LEAST_SHARP:
        yield "photo.blurred", message("{name} seems blurred", name=name)


def _day_of(kept: KeptEvidence, visit: Visit) -> dt.date | None:
    """The day a picture was taken, on the visit's clock where the camera names its zone."""
    moment = kept.details.taken
    if moment and moment.tzinfo and visit.started:
        moment = moment.astimezone(visit.started.tzinfo)
    return moment.date() if moment else None


def _within(day: dt.date, visit: Visit) -> bool:
    first, last = visit.day, visit.last_day
    return not first or not last or first <= day <= last


def _elsewhere(name: str, prior: PriorVisit) -> Sayable:
    return message(
        "{name} is in another visit already: store {store}, {day} ({visit})",
        name=name,
        store=prior.store,
        day=prior.day or "-",
        visit=prior.visit,
    )
