"""Zip files of strangers: what is read of them, and what is refused in one line."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
from helpers import exports
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.submissions import archive
from cemaudit.exchange.submissions.archive import open_archive


def packed(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes], **style: int) -> Path:
    with zipfile.ZipFile(path, "w", **style) as made, warnings.catch_warnings(action="ignore"):
        for name, content in members:
            made.writestr(name, content)
    return path


def read_all(path: Path) -> None:
    with open_archive(path) as contents:
        for entry in contents.entries:
            entry.read(10_000)


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_all(path)
    assert len(caught.value.problems) == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_files_by_name_folders_left_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("media/", b""), ("media/b.jpg", b"bb"), ("a.csv", b"a"))
    with open_archive(path) as contents:
        assert [(one.name, one.base, one.folder, one.suffix, one.size) for one in contents.entries] == [
            ("a.csv", "a.csv", "", ".csv", 1),
            ("media/b.jpg", "b.jpg", "media", ".jpg", 2),
        ]
        assert contents.entries[1].read(2) == b"bb"
        with pytest.raises(BadInput, match=r"media/b\.jpg: larger than"):
            contents.entries[1].read(1)


@pytest.mark.parametrize(
    "name", ["../up.csv", "a/../../up.csv", "/etc/passwd", "\\\\server\\x.csv", "C:\\x.csv", "..\\up.csv"]
)
def test_names_that_lead_out(name: str, tmp_path: Path) -> None:
    assert "leads out of the zip file" in refusal(packed(tmp_path / "a.zip", (name, b"x")))


def test_links_and_devices(tmp_path: Path) -> None:
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO):
        member = zipfile.ZipInfo("photo.jpg")
        member.external_attr = (kind | 0o777) << 16
        member.create_system = 3
        assert "not a file" in refusal(packed(tmp_path / "a.zip", (member, b"/etc/passwd")))


def test_locked_files(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.csv", b"x"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "locked with a password" in refusal(path)


def test_other_ways_of_packing(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.csv", b"x" * 100), compression=zipfile.ZIP_BZIP2)
    assert "packed in a way" in refusal(path)


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.zip", ("a.csv", b"0" * 3_000_000), compression=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(archive, "SMALL", 1_000_000)
    assert "unpacks to 3 MB" in refusal(path)


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.csv", b"0" * 5000), compression=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(data)
    assert "a.csv: cannot be read" in refusal(path)


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 20)
    path = packed(tmp_path / "a.zip", *((f"{number}.xml", b"") for number in range(21)))
    assert "more than 20 files" in refusal(path)


@pytest.mark.parametrize("is_large", [False, True])
def test_a_table_of_contents_without_end(is_large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_DIRECTORY", 1000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 10 if is_large else 1 << 16)
    path = packed(tmp_path / "a.zip", *((f"{number:04}.xml", b"") for number in range(30)))
    assert (b"PK\x06\x06" in path.read_bytes()) is is_large
    if is_large:  # as the end of a really large one says: look at the other end
        data = bytearray(path.read_bytes())
        struct.pack_into("<L", data, data.rindex(b"PK\x05\x06") + 12, 0xFFFFFFFF)
        path.write_bytes(data)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "more than" in refusal(path)


def test_no_zip_file_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    assert "a broken zip file" in refusal(path)


@given(data=st.data())
def test_damage_is_one_line_or_harmless(data: st.DataObject, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.csv", b"a,b\n1,2\n" * 20), ("media/한글.jpg", b"x" * 50), compression=8)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    assert len(exports.complaints(lambda: read_all(path))) <= 1


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_korean_names_whatever_wrote_them(encoding: str, tmp_path: Path) -> None:
    name = "강남점 영수증.jpg"
    stand_in = "x" * len(name.encode(encoding))
    raw = packed(tmp_path / "a.zip", (stand_in, b"x")).read_bytes()
    (tmp_path / "a.zip").write_bytes(raw.replace(stand_in.encode(), name.encode(encoding)))
    with open_archive(tmp_path / "a.zip") as contents:
        assert [(one.name, one.read(9)) for one in contents.entries] == [(name, b"x")]


def test_names_are_composed(tmp_path: Path) -> None:
    with open_archive(packed(tmp_path / "a.zip", ("\u1112\u1161\u11ab.jpg", b""))) as contents:
        assert contents.entries[0].name == "한.jpg"


def test_system_files_are_junk(tmp_path: Path) -> None:
    names = ("__MACOSX/._a.csv", ".DS_Store", "a/.hidden/b.xml", "a.csv")
    with open_archive(packed(tmp_path / "a.zip", *((name, b"") for name in names))) as contents:
        assert [one.name for one in contents.entries if not one.is_junk] == ["a.csv"]


def test_files_within_files_are_bytes_only(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("../../up.csv", b"x")
    with open_archive(packed(tmp_path / "a.zip", ("inner.zip", inner.getvalue()))) as contents:
        assert contents.entries[0].read(1000) == inner.getvalue()
