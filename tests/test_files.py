from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.files import read_text, refuse_unreadable, replaced
from cemaudit.language import use


def test_text_without_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("매장".encode("utf-8-sig"))
    assert read_text(path) == "매장"


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 11)
    assert len(read_text(path, most=11)) == 11
    with pytest.raises(BadInput):
        read_text(path, most=10)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [(Path.mkdir, "expected a file, found a folder"), (os.mkfifo, "not a regular file"), (str, "no such file")],
)
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], object], complaint: str) -> None:
    path = tmp_path / "thing"
    make(path)
    with use("en"), pytest.raises(BadInput, match=complaint):
        refuse_unreadable(path)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with replaced(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert [one.name for one in path.parent.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_file_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyError), replaced(path) as file:
        raise KeyError(file.write(b"half"))
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_the_environments_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with use("en"), pytest.raises(BadEnvironment, match="cannot be written: No space left") as caught, replaced(path):
        raise OSError(28, "No space left on device")
    assert caught.value.exit_code == 4


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(BadEnvironment, match=r"cannot be written"), use("en"), replaced(tmp_path / "a" / "b.txt"):
        pass


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        with replaced(tmp_path / "a.txt"):
            pass
    finally:
        os.umask(mask)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644
