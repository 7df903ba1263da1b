"""Which file a submission means by a name."""

from __future__ import annotations

import io

import pytest
from helpers import exports
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.submissions.archive import SubmittedFile
from cemaudit.exchange.submissions.submission import AttachmentFiles, Attachments


def shelf(*names: str) -> AttachmentFiles:
    return AttachmentFiles(SubmittedFile(name, 0, io.BytesIO) for name in names)


def found(attachments: Attachments, name: str) -> str:
    return attachments.find(name).name


def test_by_the_last_part_of_the_name() -> None:
    files = Attachments(shelf("media/a.jpg", "media/b.jpg"))
    assert found(files, "a.jpg") == "media/a.jpg"
    assert found(files, "elsewhere/a.jpg") == "media/a.jpg"
    assert found(files, "C:\\pictures\\b.jpg") == "media/b.jpg"


def test_composed_or_not() -> None:
    assert found(Attachments(shelf("media/한.jpg")), "\u1112\u1161\u11ab.jpg") == "media/한.jpg"


def test_names_as_servers_keep_them() -> None:
    assert found(Attachments(shelf("o/attachments/f/i/IMG_1_강남.jpg")), "IMG 1 (강남).jpg").endswith("강남.jpg")


def test_only_its_own_folder_where_it_has_one() -> None:
    files = Attachments(shelf("one/a.jpg", "two/a.jpg", "two/b.jpg"), folder="one")
    assert found(files, "a.jpg") == "one/a.jpg"
    with pytest.raises(BadInput, match=r"no such file in the export: b\.jpg"):
        files.find("b.jpg")


def test_its_own_id_before_others() -> None:
    everything = shelf("o/f/i1/a.jpg", "o/f/i2/a.jpg", "o/f/i2/b.jpg", "o/f/older/b.jpg")
    files = Attachments(everything, own=frozenset({"i1", "i0"}), others=frozenset({"i1", "i2"}))
    assert found(files, "a.jpg") == "o/f/i1/a.jpg"
    assert found(files, "b.jpg") == "o/f/older/b.jpg"


def test_another_ones_file_is_not_taken() -> None:
    files = Attachments(shelf("o/f/i2/a.jpg"), own=frozenset({"i1"}), others=frozenset({"i1", "i2"}))
    with pytest.raises(BadInput, match="no such file"):
        files.find("a.jpg")


def test_several_of_one_name() -> None:
    with pytest.raises(BadInput, match="several files are named"):
        Attachments(shelf("media/a.jpg", "media/a.jpg")).find("a.jpg")


@given(st.text(max_size=30).filter(lambda name: "a" not in name))
def test_other_names_are_refused_in_one_line(name: str) -> None:
    assert len(exports.complaints(lambda: Attachments(shelf("media/a.jpg")).find(name))) == 1


@pytest.mark.parametrize("name", ["", ".", "..", "../../etc/passwd", "/", "a.jpg/", "\0"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(BadInput, match="no such file"):
        Attachments(shelf("media/a.jpg")).find(name)
