"""Evidence is copied, cleaned, durable and read again, or refused in one line with nothing left behind."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import media_files

from cemaudit.entry import evidence as given
from cemaudit.entry.evidence import KeptEvidence, take_in
from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.media.exif import ExifDetails

ORIGINAL = media_files.jpeg()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG 0001.jpg"
    path.write_bytes(ORIGINAL)
    return path


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    folder = tmp_path / "draft"
    folder.mkdir()
    return folder


def is_kept(taken: KeptEvidence, folder: Path) -> bool:
    """Whether the copy is on the disk as it was taken in."""
    return hashlib.sha256((folder / taken.file).read_bytes()).hexdigest() == taken.sha256


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", media_files.ALL)
def test_every_kind_is_copied_cleaned_and_named_by_its_content(kind: str, tmp_path: Path, draft: Path) -> None:
    source = tmp_path / "given"
    source.write_bytes(media_files.ALL[kind]())
    taken = take_in(source, draft)
    kept = (draft / taken.file).read_bytes()
    assert taken.kind == kind
    assert taken.file == f"media/{hashlib.sha256(kept).hexdigest()}{taken.kind.suffix}"
    assert (taken.sha256, taken.size) == (hashlib.sha256(kept).hexdigest(), len(kept))
    assert taken.original == hashlib.sha256(source.read_bytes()).hexdigest()
    assert media_files.SECRET not in kept
    assert files(draft) == [draft / taken.file]


def test_taken_twice_it_is_there_once(photo: Path, draft: Path) -> None:
    assert take_in(photo, draft) == take_in(photo, draft)
    assert len(files(draft)) == 1


def test_taken_survives_being_kept_as_json(photo: Path, draft: Path) -> None:
    taken = take_in(photo, draft)
    assert taken.details.latitude
    assert taken.look
    assert KeptEvidence.model_validate(json.loads(json.dumps(taken.model_dump(mode="json")))) == taken


def test_the_given_file_is_left_as_it_is(photo: Path, draft: Path) -> None:
    take_in(photo, draft)
    assert photo.read_bytes() == ORIGINAL


def test_a_damaged_copy_is_written_anew(photo: Path, draft: Path) -> None:
    taken = take_in(photo, draft)
    (draft / taken.file).write_bytes(b"damaged")
    assert is_kept(take_in(photo, draft), draft)


@pytest.mark.parametrize(
    "name", ["사진 1.jpg", "a;rm -rf ~.jpg", "=cmd()|x.jpg", "line\nbreak.jpg", "<b>&'\".jpg", "x" * 250]
)
def test_names_never_become_paths(name: str, tmp_path: Path, draft: Path) -> None:
    source = tmp_path / name
    source.write_bytes(ORIGINAL)
    taken = take_in(source, draft)
    assert files(draft) == [draft / taken.file]
    assert "\n" not in taken.name
    assert len(taken.name) <= 120


def test_a_name_that_leads_elsewhere_only_names_the_source(photo: Path, draft: Path) -> None:
    taken = take_in(draft / ".." / "draft" / ".." / photo.name, draft)
    assert taken.name == photo.name
    assert files(draft) == [draft / taken.file]


def linked(folder: Path) -> Path:
    (folder / "real.jpg").write_bytes(ORIGINAL)
    (folder / "link.jpg").symlink_to(folder / "real.jpg")
    return folder / "link.jpg"


def piped(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.jpg")
    return folder / "pipe.jpg"


def listening(folder: Path) -> Path:
    with tempfile.TemporaryDirectory() as short:  # names of sockets may not be long
        server = socket.socket(socket.AF_UNIX)
        server.bind(f"{short}/s")
        Path(f"{short}/s").rename(folder / "socket.jpg")
        server.close()
    return folder / "socket.jpg"


def sparse(size: int, start: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "large.jpg"
        path.write_bytes(start)
        os.truncate(path, size)
        return path

    return make


def written(data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "given.jpg").write_bytes(data)
        return folder / "given.jpg"

    return make


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "link": (linked, "a link to another file"),
    "folder": (lambda folder: folder, "found a folder"),
    "device": (lambda _: Path("/dev/zero"), "not a regular file"),
    "pipe": (piped, "not a regular file"),
    "socket": (listening, "not a regular file"),
    "missing": (lambda folder: folder / "missing.jpg", "no such file"),
    "below a file": (lambda folder: written(b"x")(folder) / "x.jpg", "cannot be read"),
    "NUL": (lambda folder: folder / "a\0b.jpg", "cannot be read"),
    "long name": (lambda folder: folder / ("x" * 5000), "cannot be read"),
    "empty": (written(b""), "is empty"),
    "words": (written(b"words"), "neither a picture"),
    "zip": (written(b"PK\x03\x04 and so on"), "ZIP"),
    "web page": (written(b"<!doctype html>"), "HTML"),
    "truncated": (written(media_files.jpeg()[:-200]), "ends before"),
    "1 GB photo": (sparse(10**9, ORIGINAL), "larger than 200 MB"),
    "60 MB photo": (sparse(60_000_000, ORIGINAL), "larger than 50 MB"),
    "300 MB recording": (sparse(300_000_000, media_files.wav()), "larger than 200 MB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_evidence_is_refused_in_one_line(case: str, tmp_path: Path, draft: Path) -> None:
    make, why = REFUSED[case]
    folder = tmp_path / "given"
    folder.mkdir()
    with pytest.raises(BadInput, match=why) as caught:
        take_in(make(folder), draft)
    assert len(str(caught.value).splitlines()) == 1
    assert files(draft) == []


def test_a_large_file_is_refused_unread(tmp_path: Path, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sparse(10**9, ORIGINAL)(tmp_path)
    read: list[bytes] = []
    monkeypatch.setattr(given, "media_type_of", read.append)
    with pytest.raises(BadInput):
        take_in(path, draft)
    assert read == []


@pytest.mark.parametrize("by", [-1, 1, 10_000_000])
def test_a_file_that_changes_while_it_is_read_is_refused(
    by: int, photo: Path, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = os.fstat

    def older(handle: int) -> os.stat_result:
        real = seen(handle)
        return os.stat_result((*real[:6], max(real.st_size - by, 0), *real[7:10]))

    with monkeypatch.context() as patch:
        patch.setattr("cemaudit.entry.evidence.os.fstat", older)
        with pytest.raises(BadInput, match="changed while it was read"):
            take_in(photo, draft)
    assert files(draft) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(photo: Path, draft: Path) -> None:
    photo.chmod(0)
    with pytest.raises(BadInput, match="cannot be read"):
        take_in(photo, draft)


def failing(number: int) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("cemaudit.files.os.fsync", errno.ENOSPC),
        ("cemaudit.files.tempfile.mkstemp", errno.EROFS),
        ("cemaudit.files.tempfile.mkstemp", errno.EACCES),
        ("pathlib.Path.mkdir", errno.EROFS),
        ("pathlib.Path.replace", errno.EDQUOT),
        ("cemaudit.entry.evidence._settle", errno.EIO),
    ],
)
def test_where_it_cannot_be_kept_nothing_is_left(
    call: str, number: int, photo: Path, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(call, failing(number))
        with pytest.raises(BadEnvironment, match="cannot be written") as caught:
            take_in(photo, draft)
    assert len(str(caught.value).splitlines()) == 1
    assert files(draft) == []


def test_a_disk_that_runs_full_leaves_nothing(tmp_path: Path, draft: Path) -> None:
    source = tmp_path / "big.jpg"
    source.write_bytes(media_files.jpeg(size=(640, 480), quality=95))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(BadEnvironment, match="cannot be written"):
            take_in(source, draft)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(draft) == []
    assert is_kept(take_in(source, draft), draft)


def test_a_good_copy_outlives_a_failing_disk(photo: Path, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = take_in(photo, draft)
    with monkeypatch.context() as patch:
        patch.setattr("cemaudit.entry.evidence._settle", failing(errno.EIO))
        with pytest.raises(BadEnvironment):
            take_in(photo, draft)
    assert is_kept(taken, draft)


def test_what_reads_back_differently_is_not_kept(photo: Path, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(folder: Path) -> None:
        for path in files(folder):
            path.write_bytes(path.read_bytes()[:-1])

    with monkeypatch.context() as patch:
        patch.setattr("cemaudit.entry.evidence._settle", spoil)
        with pytest.raises(BadEnvironment, match="reads back"):
            take_in(photo, draft)
    assert files(draft) == []


def test_what_was_taken_names_no_place_outside_its_folder() -> None:
    digest = "0" * 64
    with pytest.raises(ValueError, match="file"):
        KeptEvidence.model_validate(
            {"file": "../x.jpg", "sha256": digest, "size": 1, "kind": "jpeg", "original": digest}
        )


def test_recordings_and_documents_have_no_look(tmp_path: Path, draft: Path) -> None:
    for kind in ("m4a", "mp3", "wav", "pdf"):
        source = tmp_path / kind
        source.write_bytes(media_files.ALL[kind]())
        taken = take_in(source, draft)
        assert (taken.look, taken.details) == (None, ExifDetails())
