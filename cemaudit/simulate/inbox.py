"""The inbox of a simulated company: sealed visits with pictures, and lines of JSON."""

from __future__ import annotations

import io
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from cemaudit.entry import statement_words
from cemaudit.exchange import Statement, sealed_name, write_sealed, write_visits
from cemaudit.files import replaced
from cemaudit.language import use
from cemaudit.model import Channel, Checklist, Element, Evidence, Touchpoint, Visit

__all__ = ["draw_photos", "fill_inbox", "jpeg"]

SIZE = WIDTH, HEIGHT = 480, 360
QUALITY = 72
INK, PAPER, SHADE = "#39424e", "#fbfaf7", "#d9d6cf"
WALLS = ("#e9e4d8", "#dfe7e4", "#e6e0ea", "#e3e8ee", "#efe6dd")
COLOURS = ("#6b8f71", "#c97b63", "#5c7ea8", "#d1a54b", "#8a6d93", "#4f8f93")
Pen = ImageDraw.ImageDraw
Scene = Callable[[Pen, Random], None]


def draw_photos(visit: Visit, checklist: Checklist, folder: Path) -> int:
    """Draw every picture the visit names, below ``folder``, and return how many. ``BadEnvironment`` if not writable."""
    count = 0
    for item, pieces in visit.evidence.items():
        for piece in pieces:
            with replaced(folder / piece.file) as file:
                file.write(jpeg(piece, checklist.touchpoint_of[item]))
            count += 1
    return count


def jpeg(evidence: Evidence, touchpoint: Touchpoint) -> bytes:
    """Return the picture as JPEG bytes; its file name alone decides the details."""
    rng = Random(evidence.file)  # noqa: S311 (a drawing, no secret)
    image = Image.new("RGB", SIZE, rng.choice(WALLS))
    pen = ImageDraw.Draw(image)
    _choose_scene(evidence, touchpoint)(pen, rng)
    # No picture of ours can be taken for one of a shopper's.
    pen.rectangle((0, 316, WIDTH, HEIGHT), fill=INK)
    pen.text((WIDTH // 2, 338), "SIMULATED", fill=PAPER, font=ImageFont.load_default(30), anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _choose_scene(evidence: Evidence, touchpoint: Touchpoint) -> Scene:
    if evidence.kind == "receipt":
        return _receipt
    if touchpoint.channel is not Channel.FACE_TO_FACE:
        return _screen
    if touchpoint.element is Element.LOOK_AND_FEEL and touchpoint.stage == "delivery":
        return _parcel
    return _storefront if touchpoint.element is Element.LOOK_AND_FEEL else _papers


def _storefront(pen: Pen, rng: Random) -> None:
    pen.rectangle((0, 285, WIDTH, HEIGHT), fill=SHADE)
    pen.rectangle((50, 95, 430, 285), fill=PAPER, outline=INK, width=3)
    pen.rectangle((50, 60, 430, 100), fill=rng.choice(COLOURS))
    pen.rectangle((330, 140, 400, 285), fill="#b9c7cf", outline=INK, width=3)
    pen.ellipse((384, 210, 393, 219), fill=INK)
    pen.rectangle((80, 130, 300, 250), fill="#dbe6ea", outline=INK, width=3)
    for left in range(95, 275, 45):
        height = rng.randint(40, 95)
        pen.rectangle((left, 246 - height, left + 30, 246), fill=rng.choice(COLOURS))


def _parcel(pen: Pen, rng: Random) -> None:
    pen.rectangle((0, 270, WIDTH, HEIGHT), fill=SHADE)
    lean = rng.randint(-18, 18)
    pen.polygon([(110, 130), (350 + lean, 120), (360, 300), (120, 310)], fill="#c49a6c", outline=INK)
    pen.polygon([(110, 130), (160, 90), (400 + lean, 82), (350 + lean, 120)], fill="#d8b58a", outline=INK)
    pen.polygon([(350 + lean, 120), (400 + lean, 82), (408, 258), (360, 300)], fill="#a97f53", outline=INK)
    pen.polygon([(215, 126), (250, 125), (258, 304), (225, 306)], fill="#e8d9b5")
    pen.rectangle((135, 225, 205, 275), fill=PAPER, outline=INK, width=2)


def _screen(pen: Pen, rng: Random) -> None:
    pen.rounded_rectangle((60, 40, 420, 310), 14, fill=PAPER, outline=INK, width=4)
    pen.rectangle((62, 70, 418, 100), fill=rng.choice(COLOURS))
    for row, top in enumerate(range(120, 290, 58)):
        pen.rectangle((85, top, 135, top + 42), fill=COLOURS[(row + rng.randrange(6)) % 6])
        _lines(pen, (150, top + 4), rng.randint(2, 3), rng)


def _receipt(pen: Pen, rng: Random) -> None:
    pen.polygon([(150, 20), (330, 28), (338, 340), (142, 332)], fill=PAPER, outline=SHADE)
    pen.rectangle((200, 45, 280, 62), fill=INK)
    for top in range(85, 260, 24):
        pen.rectangle((168, top, 168 + rng.randint(45, 90), top + 7), fill=SHADE)
        pen.rectangle((315 - rng.randint(20, 45), top, 315, top + 7), fill=SHADE)
    pen.rectangle((168, 275, 315, 278), fill=INK)
    pen.rectangle((250, 290, 315, 304), fill=INK)


def _papers(pen: Pen, rng: Random) -> None:
    pen.rectangle((0, 250, WIDTH, HEIGHT), fill="#c9b79c")
    for left, top in ((85, 70), (235, 55)):
        pen.rectangle((left, top, left + 150, top + 210), fill=PAPER, outline=SHADE, width=2)
        pen.rectangle((left + 16, top + 18, left + 90, top + 30), fill=rng.choice(COLOURS))
        for line in range(4):
            _lines(pen, (left + 16, top + 50 + line * 38), 2, rng, most=118)


def _lines(pen: Pen, at: tuple[int, int], count: int, rng: Random, most: int = 235) -> None:
    left, top = at
    for line in range(count):
        pen.rectangle((left, top + line * 15, left + rng.randint(most // 2, most), top + line * 15 + 6), fill=SHADE)


def fill_inbox(inbox: Path, checklist: Checklist, visits: Iterable[Visit], sealing: Collection[str]) -> None:
    """Put visits into the folder ``inbox``: those of the stores ``sealing`` each as a sealed file with its photos.

    The others come as lines of JSON, without photos, in a file for each wave. The same visits make the same bytes.
    ``BadInput`` where another file of such a name is there, ``BadEnvironment`` where the disk does not take them.
    """
    waves: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.store in sealing:
            with tempfile.TemporaryDirectory(prefix="cemaudit-") as folder:
                draw_photos(visit, checklist, Path(folder))
                write_sealed(inbox / sealed_name(visit), visit, _statement(visit, checklist), Path(folder))
        else:
            waves[visit.wave or ""].append(visit.model_copy(update={"evidence": {}}))
    for wave, wave_visits in waves.items():
        write_visits(inbox / f"{wave}.jsonl", wave_visits)


def _statement(visit: Visit, checklist: Checklist) -> Statement:
    with use("ko"):
        words = statement_words(checklist.words_at(visit.step, visit.scenario))
    return Statement.model_validate(
        {"words": words, "language": "ko", "name": visit.shopper or visit.id, "at": visit.entered}
    )
