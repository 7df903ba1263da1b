"""Files of strangers: whatever was done to them, one clear line, and nothing is believed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import sealed_visits
from helpers.sealed_visits import APART_NAME, PHOTO, PHOTO_NAME, Parts, canonical, changed, packed, patched, relisted
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.sealed import Sealed, read_sealed
from cemaudit.exchange.sealed.archive import ZipEntry, directory, entries_of, laid_out

Attack = Callable[[Parts], bytes]
Places = Callable[[bytes], dict[str, int]]
MEGABYTE = 1 << 20


def headers(file: bytes) -> dict[str, int]:
    """Where the header of each entry begins."""
    return {entry.name: entry.start for entry in entries_of(io.BytesIO(file))}


def listings(file: bytes) -> dict[str, int]:
    """Where the line of each entry begins in the directory."""
    places, place = {}, 0
    for entry in (entries := list(entries_of(io.BytesIO(file)))):
        places[entry.name] = entries[-1].end + place
        place += len(entry.listing)
    return places


def number(name: str, where: Places, offset: int, form: str, value: int) -> Attack:
    """A number written over in the header or the listing of an entry."""
    return lambda parts: patched(packed(parts), where(packed(parts))[name] + offset, form, value)


def both_sums(parts: Parts) -> bytes:
    """A wrong CRC-32 of the photo, the same in header and directory."""
    entries = (ZipEntry(n, len(data), zlib.crc32(data) ^ (n == PHOTO_NAME)) for n, data in parts.items())
    placed = laid_out(entries)
    return b"".join(one.header + parts[one.name] for one in placed) + directory(placed)


def zipped(method: int) -> Attack:
    """The parts as any zip program packs them."""

    def attack(parts: Parts) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return out.getvalue()

    return attack


def entry(name: str, data: bytes = b"x") -> Attack:
    """One entry more."""
    return lambda parts: packed([*parts.items(), (name, data)])


def listed(name: str, data: bytes = b"{}") -> Attack:
    """One entry more, that the manifest knows of."""
    return lambda parts: packed(relisted(parts | {name: data}))


def without(name: str) -> Attack:
    return lambda parts: packed({one: data for one, data in parts.items() if one != name})


def unlisted(name: str) -> Attack:
    """Without an entry, and the manifest knows nothing of it."""
    return lambda parts: packed(relisted({one: data for one, data in parts.items() if one != name}))


def instead(name: str, new: Callable[[bytes], bytes]) -> Attack:
    """Another content, with sound sums of the zip, under the old manifest."""
    return lambda parts: packed(parts | {name: new(parts[name])})


def fitting(name: str, new: Callable[[bytes], bytes]) -> Attack:
    """Another content, and a manifest that fits it."""
    return lambda parts: packed(relisted(parts | {name: new(parts[name])}))


def head(**members: object) -> Attack:
    """Another manifest."""
    return lambda parts: packed(relisted(parts, **members))


def flipped(name: str) -> Attack:
    """One bit of an entry's content, in the file as it lies on the disk."""

    def attack(parts: Parts) -> bytes:
        place = packed(parts).index(parts[name]) + len(parts[name]) // 2
        return patched(packed(parts), place, "B", packed(parts)[place] ^ 1)

    return attack


def share(part: float) -> Attack:
    return lambda parts: packed(parts)[: int(len(packed(parts)) * part)]


def turned(parts: Parts) -> bytes:
    return packed(dict(reversed(parts.items())))


def files_of(change: Callable[[list[dict[str, object]]], list[dict[str, object]]]) -> Attack:
    """Another list of files in the manifest."""

    def attack(parts: Parts) -> bytes:
        manifest = json.loads(parts["manifest.json"])
        return packed(parts | {"manifest.json": canonical(manifest | {"files": change(manifest["files"])})})

    return attack


def evidence(**members: object) -> Callable[[bytes], bytes]:
    """The visit's one piece of evidence with other members."""

    def change(data: bytes) -> bytes:
        visit = json.loads(data)
        visit["evidence"]["I1"][0] |= members
        return canonical(visit)

    return change


OTHER = hashlib.sha256(b"other").hexdigest()
DEEP = b"[" * 5_000 + b"]" * 5_000
TWICE = b'{"id":"v1","id":"v1"}'
AS_IT_WAS = "(ask for the file again)"
AS_SEALED = "not unpacked and packed again"

ATTACKS: dict[str, tuple[Attack, str, str]] = {
    # no sealed file at all
    "nothing": (lambda _: b"", "not a sealed visit file", AS_IT_WAS),
    "a page": (lambda _: b"<html>", "not a sealed visit file", AS_IT_WAS),
    "an empty zip": (lambda _: b"PK\x05\x06" + bytes(18), "not a sealed visit file", AS_IT_WAS),
    "another zip": (lambda _: packed({"visit.json": b"{}"}), "not a sealed visit file", AS_IT_WAS),
    "a document": (lambda _: packed({"[Content_Types].xml": b"x"}), "an entry no sealed file has", AS_IT_WAS),
    "a program before it": (lambda parts: b"MZ" + packed(parts), "not a sealed visit file", AS_IT_WAS),
    # not all of it, or more
    "half": (share(0.5), "the file is cut short", AS_IT_WAS),
    "most": (share(0.97), "the file is cut short", AS_IT_WAS),
    "all but a byte": (lambda parts: packed(parts)[:-1], "the file is cut short", AS_IT_WAS),
    "its first bytes": (lambda parts: packed(parts)[:17], "the file is cut short", AS_IT_WAS),
    "a byte more": (lambda parts: packed(parts) + b"x", "the directory of the file is damaged", AS_SEALED),
    "a comment": (lambda parts: packed(parts)[:-2] + b"\x01\x00x", "the directory of the file is damaged", AS_SEALED),
    "twice": (lambda parts: packed(parts) * 2, "the directory of the file is damaged", AS_SEALED),
    # tampered with
    "visit": (flipped("visit.json"), "visit.json is not what was sealed", AS_IT_WAS),
    "photo": (flipped(PHOTO_NAME), f"{PHOTO_NAME} is not what was sealed", AS_IT_WAS),
    "statement": (flipped("statement.json"), "statement.json is not what was sealed", AS_IT_WAS),
    "details": (flipped(APART_NAME), f"{APART_NAME} is not what was sealed", AS_IT_WAS),
    "manifest": (flipped("manifest.json"), "manifest.json is not what was sealed", AS_IT_WAS),
    "visit and sum": (instead("visit.json", bytes.upper), "visit.json is not what was sealed", AS_IT_WAS),
    "photo and sum": (instead(PHOTO_NAME, bytes.lower), f"{PHOTO_NAME} is not what was sealed", AS_IT_WAS),
    "another size": (instead("visit.json", lambda data: data + b" "), "visit.json is not what was sealed", AS_IT_WAS),
    "wrong sums": (both_sums, f"{PHOTO_NAME} is not what was sealed", AS_IT_WAS),
    # parts
    "no visit": (without("visit.json"), "visit.json is missing", AS_IT_WAS),
    "no statement": (without("statement.json"), "statement.json is missing", AS_IT_WAS),
    "no photo": (without(PHOTO_NAME), f"{PHOTO_NAME} is missing", AS_IT_WAS),
    "no manifest": (without("manifest.json"), "not a sealed visit file", AS_IT_WAS),
    "only a manifest": (lambda parts: packed({"manifest.json": parts["manifest.json"]}), "is missing", AS_IT_WAS),
    "never a visit": (unlisted("visit.json"), "visit.json is missing", AS_IT_WAS),
    "never a statement": (unlisted("statement.json"), "statement.json is missing", AS_IT_WAS),
    "never a photo": (unlisted(PHOTO_NAME), f"evidence.I1: {PHOTO_NAME} is missing", AS_IT_WAS),
    "a further photo": (entry(f"media/{OTHER}.jpg"), "is not in the manifest", AS_IT_WAS),
    "a photo of no answer": (listed(f"media/{OTHER}.jpg", b"other"), "belongs to no answer", AS_IT_WAS),
    "details of no photo": (listed(f"apart/{OTHER}.json"), "belongs to no answer", AS_IT_WAS),
    "a photo under another's name": (instead(PHOTO_NAME, lambda _: PHOTO[::-1]), "not what was sealed", AS_IT_WAS),
    "another photo, listed": (fitting(PHOTO_NAME, lambda _: b"other"), f"{PHOTO_NAME} is missing", AS_IT_WAS),
    "two visits": (entry("visit.json", b"{}"), "visit.json comes twice", AS_IT_WAS),
    "another order": (turned, "not a sealed visit file", AS_IT_WAS),
    "files turned": (files_of(lambda files: files[::-1]), "manifest.json: not written as", AS_IT_WAS),
    "a file listed twice": (files_of(lambda files: [*files, files[-1]]), "manifest.json: not written as", AS_IT_WAS),
    "the manifest in itself": (files_of(lambda files: [{**files[0], "name": "manifest.json"}]), "missing", AS_IT_WAS),
    "a false size": (files_of(lambda f: [*f[:-1], {**f[-1], "size": 7}]), "visit.json is not what", AS_IT_WAS),
    "a false digest": (files_of(lambda f: [*f[:-1], {**f[-1], "sha256": OTHER}]), "visit.json is not what", AS_IT_WAS),
    # names
    **{
        f"name {name!r}": (entry(name), "an entry no sealed file has", AS_IT_WAS)
        for name in (
            "../../etc/cron.d/x", "/etc/passwd", "media\\..\\x.jpg", "C:/x.jpg", "visit.json\0.jpg", "VISIT.JSON", "",
            f"media/{OTHER.upper()}.jpg", f"media/{OTHER}.exe", f"media/{OTHER}.zip", f"media/../media/{OTHER}.jpg",
            "media/", "a" * 60_000, "visit.json ", "\r\nvisit.json", "visit．json",
        )
    },
    # the zip itself
    "compressed": (zipped(zipfile.ZIP_DEFLATED), "manifest.json is compressed", AS_SEALED),
    "compressed otherwise": (zipped(zipfile.ZIP_BZIP2), "manifest.json is compressed", AS_SEALED),
    "stored by another program": (zipped(zipfile.ZIP_STORED), "the header of manifest.json is damaged", AS_SEALED),
    "unknown compression": (number("visit.json", headers, 8, "<H", 99), "visit.json is compressed", AS_SEALED),
    "encrypted": (number("visit.json", headers, 6, "<H", 1), "visit.json is encrypted", AS_SEALED),
    "sizes after the data": (number("visit.json", headers, 6, "<H", 8), "header of visit.json is damaged", AS_SEALED),
    "another time": (number("visit.json", headers, 10, "<H", 1), "header of visit.json is damaged", AS_SEALED),
    "a false packed size": (number("visit.json", headers, 18, "<I", 1), "header of visit.json is damaged", AS_SEALED),
    "a size too large": (number("visit.json", headers, 22, "<I", 1 << 31), "visit.json is too large", AS_IT_WAS),
    "a longer name": (number("visit.json", headers, 26, "<H", 11), "an entry no sealed file has", AS_IT_WAS),
    "a further field": (number("visit.json", headers, 28, "<H", 4), "header of visit.json is damaged", AS_SEALED),
    "a link": (number("visit.json", listings, 38, "<I", (stat.S_IFLNK | 0o777) << 16), "directory of the", AS_SEALED),
    "overlapping": (number("visit.json", listings, 42, "<I", 0), "directory of the file is damaged", AS_SEALED),
    "compressed in the directory": (number("visit.json", listings, 10, "<H", 8), "directory of the", AS_SEALED),
    "encrypted in the directory": (number("visit.json", listings, 8, "<H", 1), "directory of the", AS_SEALED),
    "another size in the directory": (number("visit.json", listings, 24, "<I", 7), "directory of the", AS_SEALED),
    "5,000 entries": (
        lambda parts: packed([*parts.items(), *((f"media/{number:064x}.jpg", b"") for number in range(5_000))]),
        "more than 1000 entries",
        AS_IT_WAS,
    ),
    # what the parts say
    "another format": (head(format="else"), "manifest.json: format: expected 'cemaudit-visit/1'", AS_IT_WAS),
    "a newer format": (head(format="cemaudit-visit/2"), "written by a newer cemaudit (cemaudit-visit/2)", "(update"),
    "another id": (head(visit="v9"), "visit.json: another visit than the manifest names", AS_IT_WAS),
    "another revision": (head(revision=2), "visit.json: another visit than the manifest names", AS_IT_WAS),
    "another checklist": (head(checklist="other.shop@1"), "visit.json: another visit than", AS_IT_WAS),
    "more in the manifest": (head(extra=1), "manifest.json: extra: unknown key", AS_IT_WAS),
    "no manifest in it": (instead("manifest.json", lambda _: b"[]"), "manifest.json: expected a mapping", AS_IT_WAS),
    "spaces": (fitting("visit.json", lambda data: data + b"\n"), "visit.json: not written as", AS_IT_WAS),
    "keys turned": (
        fitting("visit.json", lambda data: json.dumps(dict(reversed(json.loads(data).items()))).encode()),
        "visit.json: not written as",
        AS_IT_WAS,
    ),
    "a default written out": (fitting("visit.json", lambda d: changed(d, revision=1)), "not written as", AS_IT_WAS),
    "an unknown key": (fitting("visit.json", lambda d: changed(d, hidden=1)), "hidden: unknown key", AS_IT_WAS),
    "two things wrong": (fitting("visit.json", lambda d: changed(d, a=1, b=2)), "unknown key", AS_IT_WAS),
    "no visit in it": (fitting("visit.json", lambda _: b"[1]"), "visit.json: expected a mapping", AS_IT_WAS),
    "no JSON": (fitting("visit.json", lambda _: b"{"), "visit.json: not JSON", AS_IT_WAS),
    "no text": (fitting("visit.json", lambda _: b"\xff"), "visit.json: not UTF-8 text", AS_IT_WAS),
    "a key twice": (fitting("visit.json", lambda _: TWICE), "key id comes twice", AS_IT_WAS),
    "deep": (fitting("visit.json", lambda _: DEEP), "nested too deeply", AS_IT_WAS),
    "deep details": (fitting(APART_NAME, lambda _: DEEP), "nested too deeply", AS_IT_WAS),
    "details of another kind": (fitting(APART_NAME, lambda _: b"[]"), f"{APART_NAME}: not written as", AS_IT_WAS),
    "endless details": (fitting(APART_NAME, lambda _: b'{"a":1e999}'), f"{APART_NAME}: not written as", AS_IT_WAS),
    "torn letters": (fitting(APART_NAME, lambda _: b'{"a":"\\ud800"}'), f"{APART_NAME}: not written", AS_IT_WAS),
    "too many details": (fitting(APART_NAME, lambda _: b" " * 70_000), f"{APART_NAME} is too large", AS_IT_WAS),
    "no words": (fitting("statement.json", lambda d: changed(d, words="")), "statement.json: words", AS_IT_WAS),
    "no zone": (fitting("statement.json", lambda d: changed(d, at="2026-11-21T10:00:00")), "at: exp", AS_IT_WAS),
    "evidence without a digest": (
        fitting("visit.json", evidence(sha256=None)), "visit.json: not written as", AS_IT_WAS,
    ),
    "evidence of another digest": (fitting("visit.json", evidence(sha256=OTHER)), "evidence.I1: media/", AS_IT_WAS),
    "evidence elsewhere": (fitting("visit.json", evidence(file="/etc/passwd")), "/etc/passwd is missing", AS_IT_WAS),
}  # fmt: skip


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return sealed_visits.parts_of(sealed_visits.seal(tmp_path_factory.mktemp("sealed")).path)


def refused(path: Path) -> str:
    """The one line said of a file; it comes at once, and takes little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(BadInput) as refusal:
            read_sealed(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * MEGABYTE
    assert refusal.value.exit_code == 3
    (line,) = str(refusal.value).splitlines()
    assert line.startswith("visit.cemaudit: ")
    assert len(line) < 600
    return line


def test_the_file_put_together_by_hand_is_good(parts: Parts, tmp_path: Path) -> None:
    """So that each attack is refused for what it changes."""
    path = tmp_path / "visit.cemaudit"
    for file in (packed(parts), packed(relisted(parts))):
        path.write_bytes(file)
        assert read_sealed(path).visit.id == "v1"


@pytest.mark.parametrize("name", ATTACKS)
def test_one_line_for_every_attack(name: str, parts: Parts, tmp_path: Path) -> None:
    attack, words, hint = ATTACKS[name]
    path = tmp_path / "visit.cemaudit"
    path.write_bytes(attack(parts))
    line = refused(path)
    assert words in line
    assert hint in line


def bomb(name: str) -> bytes:
    """300 megabytes of zeros, compressed to little."""
    out = io.BytesIO()
    archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open(name, "w") as content:
        for _ in range(300):
            content.write(bytes(MEGABYTE))
    return out.getvalue()


@pytest.mark.parametrize("name", ["manifest.json", "visit.json", PHOTO_NAME])
def test_zip_bombs_are_never_unpacked(name: str, tmp_path: Path) -> None:
    path = tmp_path / "visit.cemaudit"
    path.write_bytes(bomb(name))
    assert f"{name} is compressed" in refused(path)
    path.write_bytes(patched(path.read_bytes(), 22, "<I", 100))
    assert f"{name} is compressed" in refused(path)


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("visit.json", 300 * MEGABYTE, "visit.json is too large"),
        (PHOTO_NAME, 300 * MEGABYTE, f"{PHOTO_NAME} is not what was sealed"),
        (PHOTO_NAME, 600 * MEGABYTE, f"{PHOTO_NAME} is too large"),
        (None, 2_100 * MEGABYTE, "larger than 2000 MB"),
    ],
)
def test_what_is_too_large_is_not_read(name: str | None, size: int, words: str, parts: Parts, tmp_path: Path) -> None:
    path = tmp_path / "visit.cemaudit"
    before = laid_out(ZipEntry(n, len(data), zlib.crc32(data)) for n, data in parts.items() if n != name)
    with path.open("wb") as file:
        for one in before:
            file.write(one.header + parts[one.name])
        huge = [ZipEntry(name, size, 0, before[-1].end)] if name else []
        file.write(b"".join(one.header for one in huge))
        file.seek(size, io.SEEK_CUR)
        file.write(directory([*before, *huge]))
    assert words in refused(path)


def test_every_cut_is_noticed(parts: Parts, tmp_path: Path) -> None:
    file, path = packed(parts), tmp_path / "visit.cemaudit"
    for length in range(len(file)):
        path.write_bytes(file[:length])
        with pytest.raises(BadInput):
            read_sealed(path)


def test_every_changed_byte_is_noticed(parts: Parts, tmp_path: Path) -> None:
    file, path = packed(parts), tmp_path / "visit.cemaudit"
    for place in range(len(file)):
        path.write_bytes(patched(file, place, "B", file[place] ^ (1 << place % 8)))
        with pytest.raises(BadInput):
            read_sealed(path)


CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=6)


@given(CHANGES)
def test_any_damage_is_noticed(parts: Parts, tmp_path: Path, changes: list[tuple[int, bytes, int]]) -> None:
    """Bytes written over, put in and taken out, anywhere."""
    good = damaged = packed(parts)
    for place, new, taken in changes:
        at = place % len(damaged) if damaged else 0
        damaged = damaged[:at] + new + damaged[at + taken :]
    path = tmp_path / "visit.cemaudit"
    path.write_bytes(damaged)
    if damaged == good:
        read_sealed(path)
    else:
        assert refused(path)


@given(st.binary(max_size=300))
def test_anything_can_be_said_in_the_parts(parts: Parts, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "visit.cemaudit"
    for name in ("visit.json", "statement.json"):
        path.write_bytes(packed(relisted(parts | {name: data})))
        refused(path)
    path.write_bytes(packed(parts | {"manifest.json": data}))
    refused(path)


def test_what_changes_after_reading_is_not_unpacked(sealed: Sealed, tmp_path: Path) -> None:
    data = sealed.path.read_bytes()
    place = data.index(PHOTO)
    sealed.path.write_bytes(patched(data, place, "B", 0))
    with pytest.raises(BadInput, match="is not what was sealed"):
        sealed.media_to(tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["folder", "pipe", "missing"])
def test_what_is_no_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "visit.cemaudit"
    {"folder": Path.mkdir, "pipe": os.mkfifo, "missing": str}[kind](path)
    with pytest.raises(BadInput) as refusal:
        read_sealed(path)
    assert len(str(refusal.value).splitlines()) == 1
