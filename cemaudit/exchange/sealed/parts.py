"""What a sealed visit file may hold: names, and how large each may be."""

from __future__ import annotations

import re
from pathlib import PurePath

__all__ = [
    "APART", "LARGEST_FILE", "LARGEST_MEDIUM", "MANIFEST", "MEDIA", "MOST_ENTRIES", "SIGNATURE", "STATEMENT", "VISIT",
    "apart_name", "largest", "media_name",
]  # fmt: skip

MANIFEST, SIGNATURE, VISIT, STATEMENT = "manifest.json", "manifest.sig", "visit.json", "statement.json"
MEDIA, APART = "media/", "apart/"

MOST_ENTRIES = 1_000
LARGEST_FILE = 2_000_000_000
LARGEST_MEDIUM = 500_000_000

_SIZES = {
    re.compile(r"manifest\.json"): 1_000_000,
    re.compile(r"manifest\.sig"): 1_000,
    re.compile(r"visit\.json"): 5_000_000,
    re.compile(r"statement\.json"): 100_000,
    re.compile(r"apart/[0-9a-f]{64}\.json"): 64_000,
    re.compile(
        r"media/[0-9a-f]{64}\."
        r"(3gp|aac|amr|avif|bin|bmp|flac|gif|heic|jpg|m4a|mov|mp3|mp4|ogg|opus|pdf|png|tif|txt|wav|webm|webp)"
    ): LARGEST_MEDIUM,
}
_SAME = {".jpeg": ".jpg", ".heif": ".heic", ".tiff": ".tif"}


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
