from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.files import (
    find_full_disk,
    make_private_file,
    make_private_folder,
    read_text,
    refuse_unreadable,
    replaced,
)
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


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    make_private_folder(tmp_path / "a" / "b")
    make_private_file(tmp_path / "a" / "b" / "file")
    with replaced(tmp_path / "c" / "d" / "file", private=True) as file:
        file.write(b"x")
    folders = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "c", tmp_path / "c" / "d"]
    assert {rights(folder) for folder in folders} == {0o700}
    assert {rights(path) for path in tmp_path.rglob("file")} == {0o600}
    with replaced(tmp_path / "e" / "file") as file:
        file.write(b"x")
    assert rights(tmp_path / "e" / "file") == 0o666 & ~umask


def test_what_is_there_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o644)
    make_private_folder(tmp_path / "open")
    make_private_file(tmp_path / "file")
    assert (rights(tmp_path / "open"), rights(tmp_path / "file")) == (0o755, 0o644)


class SerialisationError(Exception):
    """As lxml's, which is no ``OSError``."""


SerialisationError.__module__ = "lxml.etree"


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "full"), True),
        (OSError(errno.EFBIG, "large"), True),
        (OSError(errno.EACCES, "shut"), False),
        (SerialisationError("IO_ENOSPC"), True),
        (SerialisationError("XML_ERR"), False),
        (ValueError("No space left on device"), False),
    ],
)
def test_a_full_disk_is_known_whoever_met_it(tmp_path: Path, error: Exception, is_full: bool) -> None:
    wrapped = RuntimeError("cannot save")
    wrapped.__cause__ = error
    assert [find_full_disk(error) is not None, find_full_disk(wrapped) is not None] == [is_full, is_full]
    with pytest.raises(BadEnvironment if is_full else RuntimeError), replaced(tmp_path / "a.xlsx"):
        raise wrapped
    assert list(tmp_path.iterdir()) == []
