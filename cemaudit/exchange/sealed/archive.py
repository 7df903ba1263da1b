"""The zip of a sealed visit file: its name, what it may hold, and how it is laid out.

Stored, dateless, in order, so that the same contents are the same bytes anywhere. What is read must be, byte for byte,
what would be written here. A stranger has no room left: nothing is compressed or encrypted, nothing overlaps, nothing
lies between entries, nothing is a link. Other zip programs read it as usual.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import IO, NamedTuple

from cemaudit.errors import BadInput, Problem, Sayable
from cemaudit.language import N_, message
from cemaudit.model import Visit

__all__ = [
    "APART",
    "CHUNK",
    "LARGEST_FILE",
    "LARGEST_MEDIUM",
    "MANIFEST",
    "MEDIA",
    "MOST_ENTRIES",
    "REVIEW",
    "SIGNATURE",
    "STATEMENT",
    "SUFFIX",
    "VISIT",
    "ZipEntry",
    "apart_name",
    "chunks",
    "directory",
    "entries_of",
    "is_sealed",
    "laid_out",
    "largest",
    "media_name",
    "refusal",
    "sealed_name",
]

MANIFEST, SIGNATURE, VISIT, STATEMENT = "manifest.json", "manifest.sig", "visit.json", "statement.json"
REVIEW = "review.json"
"""What the editor wrote about a visit that goes back to its shopper."""

MEDIA, APART = "media/", "apart/"
MOST_ENTRIES = 1_000
LARGEST_FILE = 2_000_000_000
LARGEST_MEDIUM = 500_000_000
_SIZES = {
    re.compile(r"manifest\.json"): 1_000_000,
    re.compile(r"manifest\.sig"): 1_000,
    re.compile(r"visit\.json"): 5_000_000,
    re.compile(r"statement\.json"): 100_000,
    re.compile(r"review\.json"): 100_000,
    re.compile(r"apart/[0-9a-f]{64}\.json"): 64_000,
    re.compile(
        r"media/[0-9a-f]{64}\."
        r"(3gp|aac|amr|avif|bin|bmp|flac|gif|heic|jpg|m4a|mov|mp3|mp4|ogg|opus|pdf|png|tif|txt|wav|webm|webp)"
    ): LARGEST_MEDIUM,
}
_SAME = {".jpeg": ".jpg", ".heif": ".heic", ".tiff": ".tif"}
CHUNK = 1 << 20
_LOCAL, _LISTED, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_STORED, _ZIP_1, _ON_UNIX = 0, 10, 3 << 8 | 20
_MIDNIGHT, _FIRST_DAY = 0, 1 << 5 | 1  # of 1980, where zip's calendar begins
_PLAIN_FILE = 0o100644 << 16
_ENCRYPTED = 1
_AGAIN = N_("ask for the file again")
_REPACKED = N_("ask for the file as it was sealed, not unpacked and packed again")
SUFFIX = ".cemaudit"
LONGEST = 80
_PLAIN = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{LONGEST - 1}}}")
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")


def largest(name: str) -> int | None:
    """The most bytes an entry of that name may have; ``None`` where no sealed file has such an entry."""
    return next((size for pattern, size in _SIZES.items() if pattern.fullmatch(name)), None)


def media_name(sha256: str, file: str) -> str:
    """The entry of a piece of evidence: its digest, and the ending of its ``file`` where that is a harmless one."""
    ending = PurePath(file.lower()).suffix
    name = f"{MEDIA}{sha256}{_SAME.get(ending, ending)}"
    return name if largest(name) else f"{MEDIA}{sha256}.bin"


def apart_name(sha256: str) -> str:
    """The entry of the details kept apart from the picture of that digest."""
    return f"{APART}{sha256}.json"


def refusal(cause: Sayable, place: str = "", hint: str = _AGAIN) -> BadInput:
    """The error of a sealed file that is not as it was written."""
    return BadInput(Problem(cause, place, message(hint)))


class ZipEntry(NamedTuple):
    """One file in the zip; ``start`` is where its header begins, ``crc`` its CRC-32."""

    name: str
    size: int
    crc: int
    start: int = 0

    @property
    def header(self) -> bytes:
        """What stands before the content."""
        name = self.name.encode()
        made = (_ZIP_1, 0, _STORED, _MIDNIGHT, _FIRST_DAY)
        return _LOCAL.pack(b"PK\x03\x04", *made, self.crc, self.size, self.size, len(name), 0) + name

    @property
    def listing(self) -> bytes:
        """Its line in the directory."""
        name = self.name.encode()
        made = (_ON_UNIX, _ZIP_1, 0, _STORED, _MIDNIGHT, _FIRST_DAY)
        rest = (len(name), 0, 0, 0, 0, _PLAIN_FILE, self.start)
        return _LISTED.pack(b"PK\x01\x02", *made, self.crc, self.size, self.size, *rest) + name

    @property
    def content(self) -> int:
        """Where the content begins."""
        return self.start + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where the next entry begins."""
        return self.content + self.size


def laid_out(entries: Iterable[ZipEntry]) -> list[ZipEntry]:
    """The entries one after the other."""
    entries_in_place: list[ZipEntry] = []
    for entry in entries:
        entries_in_place.append(entry._replace(start=entries_in_place[-1].end if entries_in_place else 0))
    return entries_in_place


def directory(entries: Sequence[ZipEntry]) -> bytes:
    """What follows the last entry."""
    listings = b"".join(entry.listing for entry in entries)
    start = entries[-1].end if entries else 0
    return listings + _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(listings), start, 0)


def entries_of(file: IO[bytes]) -> Iterator[ZipEntry]:
    """The entries in the order they lie in, without their contents; after the last one the directory is compared.

    ``BadInput`` at the first that is not as it would be written here, has no name or size of a sealed file's, or comes
    twice.
    """
    entries: dict[str, ZipEntry] = {}
    start = 0
    while entry := _entry_at(file, start):
        if entry.name in entries:
            raise refusal(message("{name} comes twice", name=entry.name))
        if len(entries) == MOST_ENTRIES:
            raise refusal(message("more than {most} entries", most=MOST_ENTRIES))
        entries[entry.name] = entry
        yield entry
        start = entry.end
    _check_directory(file, start, directory(list(entries.values())))


def _entry_at(file: IO[bytes], start: int) -> ZipEntry | None:
    """The entry that begins at ``start``; ``None`` where none does."""
    file.seek(start)
    head = file.read(_LOCAL.size)
    if not head.startswith(b"PK\x03\x04"):
        if start == 0:
            raise refusal(message("not a sealed visit file"))
        return None
    if len(head) < _LOCAL.size:
        raise _cut_short()
    _, _, flags, method, _, _, crc, _, size, length, _ = _LOCAL.unpack(head)
    written = file.read(length)
    entry = ZipEntry(_allowed(written), size, crc, start)
    if flags & _ENCRYPTED:
        raise refusal(message("{name} is encrypted", name=entry.name), hint=_REPACKED)
    if method != _STORED:
        raise refusal(message("{name} is compressed", name=entry.name), hint=_REPACKED)
    if size > (largest(entry.name) or 0):
        raise refusal(message("{name} is too large ({size} bytes)", name=entry.name, size=size))
    if head + written != entry.header:
        raise refusal(message("the header of {name} is damaged", name=entry.name), hint=_REPACKED)
    return entry


def _allowed(written: bytes) -> str:
    name = written.decode("ascii", "replace")
    if largest(name) is None:
        raise refusal(message("an entry no sealed file has: {name}", name=name))
    return name


def _check_directory(file: IO[bytes], start: int, expected: bytes) -> None:
    file.seek(start)
    rest = file.read(len(expected) + 1)
    if rest == expected:
        return
    if expected.startswith(rest):
        raise _cut_short()
    raise refusal(message("the directory of the file is damaged"), hint=_REPACKED)


def _cut_short() -> BadInput:
    return refusal(message("the file is cut short"))


def chunks(file: IO[bytes], entry: ZipEntry) -> Iterator[bytes]:
    """The content of an entry, a megabyte at a time; ``BadInput`` where it ends early or is not what was written."""
    file.seek(entry.content)
    left, crc = entry.size, 0
    while left:
        chunk = file.read(min(left, CHUNK))
        if not chunk:
            raise _cut_short()
        left -= len(chunk)
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if crc != entry.crc:
        raise refusal(message("{name} is not what was sealed", name=entry.name))


def is_sealed(path: Path) -> bool:
    """Whether a file is called like a sealed visit."""
    return path.suffix.lower() == SUFFIX


def sealed_name(visit: Visit) -> str:
    """``<id>.cemaudit``, a revision ``<id>.r2.cemaudit``; a name any disk takes, also where the id is none."""
    revision = f".r{visit.revision}" if visit.revision > 1 else ""
    return f"{_safe(visit.id)}{revision}{SUFFIX}"


def _safe(visit_id: str) -> str:
    """The id itself where it is of small letters, digits, ``-`` and ``_``; else what is left of it, and a digest."""
    if _PLAIN.fullmatch(visit_id) and not _DEVICES.fullmatch(visit_id):
        return visit_id
    letters = unicodedata.normalize("NFKD", visit_id).encode("ascii", "ignore").decode().lower()
    left = re.sub(r"[^a-z0-9]+", "-", letters)[: LONGEST // 2].strip("-") or "visit"
    return f"{left}-{hashlib.sha256(visit_id.encode('utf-8', 'replace')).hexdigest()[:10]}"
