"""Pictures put into a PDF: JPEG as it is, PNG and WebP on white, photos in WebP and HEIC made into JPEG."""

from __future__ import annotations

import hashlib
import stat
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDocument, PDFName, PDFObject, PDFStream

from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.media.file_types import HEAD, MediaType, media_type_of
from cemaudit.media.webp import is_webp, read_webp
from cemaudit.report.kit.heic import encode_jpeg, jpeg_of_heic
from cemaudit.report.kit.jpeg import read_jpeg
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.picture import BadPicture, png_size

__all__ = ["Picture", "load", "place"]

MOST_BYTES = 50_000_000
LONGEST_SIDE = 1600
COLOURS = {1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}
UPRIGHT = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""The matrix that puts a picture of each EXIF orientation upright in the unit square."""


@dataclass(frozen=True)
class Picture:
    """A picture ready to be embedded; ``width`` and ``height`` in pixels before turning."""

    data: bytes
    codec: str
    width: int
    height: int
    components: int = 3
    orientation: int = 1
    is_complete: bool = True
    """Whether the file held all of it; what is missing of a JPEG is drawn grey."""

    @property
    def fault(self) -> Message | None:
        """Why only part of it is drawn; ``None`` where all of it is."""
        return None if self.is_complete else message("the file ends before it is complete")

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height once it stands upright."""
        return (self.height, self.width) if self.orientation > 4 else (self.width, self.height)


def load(path: str) -> Picture:
    """The picture in a file; ``BadPicture`` where there is none that can be shown."""
    data = _bytes_of(path)
    if data[4:8] == b"ftyp":
        data = jpeg_of_heic(data, LONGEST_SIDE)
    if data.startswith(b"\xff\xd8"):
        jpeg = read_jpeg(data)
        sizes = jpeg.width, jpeg.height, jpeg.components
        return Picture(jpeg.data, "DCTDecode", *sizes, jpeg.orientation, jpeg.is_complete)
    if is_webp(data):
        return _webp(data)
    _refuse_other_kinds(data)
    png_size(data)
    return _flat_picture(_on_white(data, "PNG"))


def _bytes_of(path: str) -> bytes:
    try:
        file = Path(path)
        seen = file.stat()
        if not path or not stat.S_ISREG(seen.st_mode):
            raise BadPicture(message("no such file"))
        if seen.st_size > MOST_BYTES:
            raise BadPicture(message("larger than {most} MB", most=MOST_BYTES // 1_000_000))
        return file.read_bytes()
    except FileNotFoundError as error:
        raise BadPicture(message("no such file")) from error
    except (OSError, ValueError) as error:
        raise BadPicture(message("cannot be read: {why}", why=error)) from error


def _refuse_other_kinds(data: bytes) -> None:
    """Name what is no picture, or one of a kind that is not shown."""
    try:
        kind = media_type_of(data[:HEAD])
    except BadInput as error:
        raise BadPicture(error.problems[0].what) from error
    if kind is not MediaType.PNG:
        raise BadPicture(message("a file of the kind {name}, which is no picture", name=kind.upper()))


def _webp(data: bytes) -> Picture:
    """A photo in WebP as JPEG, a drawing to the bit."""
    try:
        webp = read_webp(data)
    except BadInput as error:
        raise BadPicture(error.problems[0].what) from error
    picture = _on_white(data, "WEBP")
    if webp.is_lossless:
        return _flat_picture(picture)
    return Picture(encode_jpeg(picture, LONGEST_SIDE), "DCTDecode", *picture.size)


def _on_white(data: bytes, format: str) -> Image.Image:  # noqa: A002
    """The picture upright, its longer side at most 1,600 pixels, white where it is transparent."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = _eight_bit(ImageOps.exif_transpose(Image.open(BytesIO(data), formats=[format]))).convert("RGBA")
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise BadPicture(message("the picture cannot be decoded: {why}", why=error)) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _flat_picture(picture: Image.Image) -> Picture:
    return Picture(zlib.compress(picture.tobytes()), "FlateDecode", *picture.size)


def _eight_bit(picture: Image.Image) -> Image.Image:
    """A picture whose greys have 16 bits in 8: Pillow would cut off all that is brighter than 255 of 65,535."""
    return picture.point(lambda grey: grey * (1 / 256)).convert("L") if picture.mode.startswith("I") else picture


class _Embedded(PDFObject):
    """The picture as an object of the PDF."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture

    def format(self, document: PDFDocument) -> bytes:
        picture = self.picture
        stream = PDFStream(content=picture.data)
        entries = stream.dictionary
        entries["Type"], entries["Subtype"] = PDFName("XObject"), PDFName("Image")
        entries["Width"], entries["Height"], entries["BitsPerComponent"] = picture.width, picture.height, 8
        entries["ColorSpace"] = PDFName(COLOURS[picture.components])
        entries["Filter"] = PDFName(picture.codec)
        if picture.components == 4:
            entries["Decode"] = PDFArray([1, 0] * 4)
        formatted: bytes = stream.format(document)
        return formatted


def place(pen: Pen, picture: Picture, width: float, height: float) -> None:
    """Draws the picture as large as fits in a rectangle below the pen, in its middle."""
    canvas: Any = pen.canvas
    key = f"picture-{hashlib.sha256(picture.data).hexdigest()[:24]}"
    document = canvas._doc  # noqa: SLF001 - reportlab offers no other way to embed bytes as they are
    if not canvas.hasForm(key):
        document.addForm(key, _Embedded(picture))
    scale = min(width / picture.upright[0], height / picture.upright[1])
    wide, high = (side * scale for side in picture.upright)
    canvas.saveState()
    canvas.transform(wide, 0, 0, high, pen.x + (width - wide) / 2, pen.top - (height + high) / 2)
    canvas.transform(*UPRIGHT[picture.orientation])
    canvas.doForm(key)
    canvas.restoreState()
