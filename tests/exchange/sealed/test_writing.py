"""Sealing: all of it or nothing, never over another file, and never with evidence that is not what was noted."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from helpers import samples, sealed_visits

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.exchange.sealed import Sealed, read_sealed, write_sealed
from cemaudit.exchange.sealed import writing as module
from cemaudit.exchange.sealed.keys import SigningKey
from cemaudit.model import Visit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "receipt.JPG").write_bytes(sealed_visits.PHOTO)
    return tmp_path


@pytest.fixture
def visit() -> Visit:
    return samples.visit(**sealed_visits.VISIT)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def problem(folder: Path, visit: Visit, kind: type[BadInput | BadEnvironment] = BadInput) -> str:
    """The one thing said when sealing fails; no file is left."""
    before = names(folder)
    with pytest.raises(kind) as refusal:
        write_sealed(folder / "v.cemaudit", visit, sealed_visits.STATEMENT, folder)
    assert names(folder) == before
    (line,) = str(refusal.value).splitlines()
    return line


def with_evidence(**members: object) -> Visit:
    return samples.visit(evidence={"I1": [sealed_visits.EVIDENCE["I1"][0] | members]})


def test_evidence_may_lie_anywhere_when_its_path_is_given(folder: Path, visit: Visit) -> None:
    elsewhere = {"photos/receipt.JPG": folder / "photos" / "receipt.JPG"}
    sealed = write_sealed(folder / "v.cemaudit", visit, sealed_visits.STATEMENT, elsewhere)
    assert [part.sha256 for part in sealed.media] == [sealed_visits.PHOTO_SHA]


def test_evidence_that_is_gone_is_named(folder: Path, visit: Visit) -> None:
    (folder / "photos" / "receipt.JPG").unlink()
    assert problem(folder, visit) == "evidence.I1: this evidence is gone: photos/receipt.JPG (add it again)"


def test_evidence_that_has_changed_is_named(folder: Path) -> None:
    visit = with_evidence(sha256="0" * 64)
    assert problem(folder, visit) == "evidence.I1: this evidence has changed: photos/receipt.JPG (add it again)"


def test_all_that_is_amiss_is_said_at_once(folder: Path) -> None:
    visit = samples.visit(evidence={"I1": [{"file": "a.jpg"}, {"file": "b.jpg"}], "I2": [{"file": "c.jpg"}]})
    with pytest.raises(BadInput) as refusal:
        write_sealed(folder / "v.cemaudit", visit, sealed_visits.STATEMENT, folder)
    assert [one.place for one in refusal.value.problems] == ["evidence.I1", "evidence.I1", "evidence.I2"]


@pytest.mark.parametrize("file", ["../secret.jpg", "/etc/hostname", "link.jpg", "photos", "pipe"])
def test_evidence_outside_its_folder_is_not_there(folder: Path, file: str) -> None:
    inner = folder / "inner"
    (inner / "photos").mkdir(parents=True)
    (folder / "secret.jpg").write_bytes(b"secret")
    (inner / "link.jpg").symlink_to(folder / "secret.jpg")
    os.mkfifo(inner / "pipe")
    assert "this evidence is gone" in problem(inner, with_evidence(file=file))


def test_evidence_that_changes_while_it_is_sealed(folder: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    told = module.laid_out

    def meanwhile(entries: Iterator[object]) -> object:
        placed = told(entries)
        (folder / "photos" / "receipt.JPG").write_bytes(sealed_visits.PHOTO[::-1])
        return placed

    monkeypatch.setattr(module, "laid_out", meanwhile)
    assert "this evidence changed while it was sealed" in problem(folder, visit)


def test_evidence_too_large_is_named(folder: Path) -> None:
    with (folder / "long.wav").open("wb") as file:
        file.truncate(600_000_000)
    assert "evidence.I1: long.wav: larger than 500 MB" in problem(folder, with_evidence(file="long.wav"))


def test_a_visit_that_would_not_read_back_is_refused(folder: Path, visit: Visit) -> None:
    assert "visit.json" in problem(folder, visit.model_copy(update={"revision": 2}))


def test_details_that_json_cannot_hold_are_refused(folder: Path, visit: Visit) -> None:
    with pytest.raises(BadInput, match="details that cannot be kept"):
        write_sealed(
            folder / "v.cemaudit", visit, sealed_visits.STATEMENT, folder, {sealed_visits.PHOTO_SHA: {"at": object()}}
        )


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond ``size`` bytes, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 100, 1000])
def test_a_full_disk_leaves_nothing(folder: Path, visit: Visit, size: int) -> None:
    with room_for(size):
        assert "cannot be written" in problem(folder, visit, BadEnvironment)


def test_a_folder_that_takes_no_files(folder: Path, visit: Visit) -> None:
    (folder / "file").write_text("")
    with pytest.raises(BadEnvironment, match="cannot be written"):
        write_sealed(folder / "file" / "v.cemaudit", visit, sealed_visits.STATEMENT, folder)


def test_a_disk_that_fails_while_settling(folder: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    assert "cannot be written: Input/output error" in problem(folder, visit, BadEnvironment)


def test_a_disk_that_keeps_something_else(folder: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(content: module._Content, file: IO[bytes]) -> None:
        file.write(bytes(content.size))

    monkeypatch.setattr(module, "_copy", forgetful)
    assert "what was written does not read back" in problem(folder, visit, BadEnvironment)


def test_sealing_again_gives_the_file_there_is(sealed: Sealed, tmp_path: Path) -> None:
    before = sealed.path.stat()
    later = sealed_visits.STATEMENT.model_copy(update={"name": "another"})
    again = write_sealed(sealed.path, samples.visit(**sealed_visits.VISIT), later, tmp_path)
    assert again == read_sealed(sealed.path) == sealed
    assert sealed.path.stat() == before


@pytest.mark.parametrize("kind", ["another visit", "another signature", "no sealed file", "a damaged one"])
def test_another_file_is_never_overwritten(sealed: Sealed, tmp_path: Path, kind: str, key: SigningKey) -> None:
    visit = samples.visit(**sealed_visits.VISIT | ({"store": "s2"} if kind == "another visit" else {}))
    if kind == "no sealed file":
        sealed.path.write_text("mine")
    if kind == "a damaged one":
        sealed.path.write_bytes(sealed.path.read_bytes()[:-1])
    before = sealed.path.read_bytes()
    with pytest.raises(BadInput, match="nothing is overwritten"):
        write_sealed(
            sealed.path, visit, sealed_visits.STATEMENT, tmp_path, key=key if kind == "another signature" else None
        )
    assert sealed.path.read_bytes() == before
