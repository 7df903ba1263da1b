"""Folders of strangers' files: no way out of them, and nothing but regular files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cemaudit.errors import BadInput
from cemaudit.exchange.submissions import archive
from cemaudit.exchange.submissions.archive import open_folder


def test_regular_files_below_by_name(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "photo.jpg").write_bytes(b"xx")
    (tmp_path / "\u1112\u1161\u11ab.csv").write_bytes(b"")
    entries = open_folder(tmp_path).entries
    assert [(one.name, one.size) for one in entries] == [("b/photo.jpg", 2), ("한.csv", 0)]
    assert entries[0].read(10) == b"xx"
    assert [one.name for one in open_folder(tmp_path, deep=False).entries] == ["한.csv"]


def test_links_and_devices_are_not_there(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"s")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.jpg").symlink_to(outside / "secret.jpg")
    (inside / "around").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "pipe.jpg")
    assert open_folder(inside).entries == ()


def test_what_takes_the_place_of_a_file_is_not_opened(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (inside / name).write_bytes(b"mine")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    contents = open_folder(inside)
    (inside / "a.jpg").unlink()
    (inside / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    (inside / "b.jpg").unlink()
    os.mkfifo(inside / "b.jpg")
    for entry in contents.entries:
        with pytest.raises(BadInput, match=r"[ab]\.jpg"):
            entry.read(100)


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 3)
    for number in range(4):
        (tmp_path / f"{number}.xml").touch()
    with pytest.raises(BadInput, match="more than 3 files"):
        open_folder(tmp_path)


def test_depth_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "DEEPEST", 2)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "seen.xml").touch()
    (tmp_path / "a" / "b" / "unseen.xml").touch()
    assert [one.name for one in open_folder(tmp_path).entries] == ["a/seen.xml"]


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        open_folder(tmp_path / "missing")
