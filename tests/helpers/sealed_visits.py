"""Sealed visits for tests: good ones, and files put together by hand as a stranger might."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cemaudit.exchange.sealed import Sealed, Statement, sealed_name, write_sealed
from cemaudit.exchange.sealed.archive import ZipEntry, directory, laid_out
from cemaudit.exchange.sealed.keys import SigningKey
from helpers import samples

STATEMENT = Statement(
    words="직접 방문하고 본 대로 적었습니다.",
    language="ko",
    name="s-12",
    at=dt.datetime(2026, 11, 21, 22, 10, tzinfo=dt.timezone(dt.timedelta(hours=9))),
)
PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 3
PHOTO_SHA = hashlib.sha256(PHOTO).hexdigest()
PHOTO_NAME = f"media/{PHOTO_SHA}.jpg"
APART_NAME = f"apart/{PHOTO_SHA}.json"
EVIDENCE = {"I1": [{"file": "photos/receipt.JPG", "kind": "receipt", "caption": "영수증"}]}
VISIT = {
    "started": "2026-11-21T14:05:00+09:00",
    "answers": {"I1": True},
    "notes": {"I1": "영수증을 주셨다."},
    "evidence": EVIDENCE,
}

Parts = dict[str, bytes]


def seal(folder: Path, key: SigningKey | None = None, **visit: Any) -> Sealed:
    """A sealed visit in ``folder``, with a photo and its details."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    (folder / "photos" / "receipt.JPG").write_bytes(PHOTO)
    made = samples.visit(**{**VISIT, **visit})
    details = {PHOTO_SHA: {"device": "카메라"}, "0" * 64: {"device": "of a photo that was taken out again"}}
    return write_sealed(folder / sealed_name(made), made, STATEMENT, folder, details, key)


def revise(folder: Path, sealed: Sealed, key: SigningKey | None = None, **changes: Any) -> Sealed:
    """The next revision of a sealed visit."""
    new = {"revision": sealed.visit.revision + 1, "supersedes": sealed.digest, "amendment": "A wrong price."} | changes
    visit = sealed.visit.model_copy(update=new)
    sealed.media_to(folder)
    return write_sealed(folder / sealed_name(visit), visit, STATEMENT, folder, sealed.apart, key)


def parts_of(path: Path) -> Parts:
    """The entries of a sealed file, as any zip program reads them."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """A zip as sealed files are, of any entries."""
    pairs = list(parts.items()) if isinstance(parts, Mapping) else parts
    entries = laid_out(ZipEntry(name, len(data), zlib.crc32(data)) for name, data in pairs)
    bodies = (entry.header + data for entry, (_, data) in zip(entries, pairs, strict=True))
    return b"".join(bodies) + directory(entries)


def relisted(parts: Mapping[str, bytes], **head: Any) -> Parts:
    """The parts, in order, with a manifest that fits them: what somebody would make who knows the format."""
    kept = {name: parts[name] for name in sorted(parts) if not name.startswith("manifest")}
    files = [{"name": n, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for n, data in kept.items()]
    manifest = json.loads(parts["manifest.json"]) | {"files": files} | head
    return {"manifest.json": canonical(manifest)} | kept


def canonical(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def changed(data: bytes, **members: Any) -> bytes:
    """A JSON object with other members, canonical."""
    return canonical(json.loads(data) | members)


def patched(data: bytes, offset: int, form: str, value: int) -> bytes:
    """``data`` with a number written over."""
    size = struct.calcsize(form)
    return data[:offset] + struct.pack(form, value) + data[offset + size :]
