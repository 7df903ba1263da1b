"""What holds submissions, told by its content; what does not is refused in one line."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from helpers import exports

from cemaudit.errors import BadInput
from cemaudit.exchange.submissions import export, holds_submissions, read_submissions
from cemaudit.exchange.submissions.submission import Submission

Sending = Callable[..., exports.Sent]


def rows(path: Path, media: Path | None = None) -> tuple[Submission, ...]:
    with read_submissions(path, media) as found:
        return found.all


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_submissions(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def made(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.fixture
def central(tmp_path: Path, send: Sending) -> Path:
    path = tmp_path / "central.csv"
    path.write_bytes(exports.central_csv([send("i1", edits=2), send("i2", state="rejected")]))
    return path


def test_central_tells_who_is_who(central: Path) -> None:
    first, second = rows(central)
    assert (first.identity.own, first.identity.first, first.identity.edits) == ("i1", "i1", 2)
    assert first.identity.received
    assert first.place == "central.csv: row 2"
    assert first.value("visit__checklist") == "test.shop@1.0.0"
    assert (first.rejected, second.rejected) == (False, True)
    assert not {"KEY", "SubmitterName", "meta-instanceID"} & first.values.keys()


def test_kobo_tells_who_is_who(tmp_path: Path, send: Sending) -> None:
    path = tmp_path / "kobo.csv"
    path.write_bytes(exports.kobo_csv([send("i1", own="i9", state="validation_status_not_approved"), send("i2")]))
    first, second = rows(path)
    assert (first.identity.own, first.identity.first) == ("i9", "i1")
    assert first.identity.received
    assert first.identity.received.isoformat() == "2026-11-21T12:10:00+00:00"
    assert (first.rejected, second.rejected) == (True, False)


def test_kobo_workbooks(tmp_path: Path, send: Sending) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    for row in exports.kobo_rows([send("i1")]):
        sheet.append(row)
    book.save(tmp_path / "kobo.xlsx")
    assert [one.value("A3") for one in rows(tmp_path / "kobo.xlsx")] == ["가나다"]
    assert holds_submissions(tmp_path / "kobo.xlsx")


def test_a_folder_or_zip_with_a_table_reads_it_and_leaves_repeats(tmp_path: Path, send: Sending) -> None:
    repeats = {"shop-row.csv": b"A9,PARENT_KEY,KEY\n1,uuid:i1,uuid:i1/row[1]\n"}
    path = exports.central_zip(tmp_path / "c.zip", [send("i1")], repeats)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "folder")
    for holder in (path, tmp_path / "folder"):
        with read_submissions(holder) as found:
            assert [one.place for one in found.all] == ["shop.csv: row 2"]
            assert [str(one) for one in found.notices] == ["shop-row.csv: the table of a repeat, which is left out"]


def test_instances_in_folders_zips_and_alone(tmp_path: Path, send: Sending) -> None:
    folder = exports.collect_folder(tmp_path / "folder", [send("i1"), send("i2")])
    (folder / "form.xml").write_text('<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:head/></h:html>')
    for path in (folder, exports.zipped(tmp_path / "a.zip", folder)):
        with read_submissions(path) as found:
            assert [one.identity.own for one in found.all] == ["i1", "i2"]
            assert [str(one) for one in found.notices] == ["form.xml: left aside: an XML file, but no submission"]
    (alone,) = rows(folder / "Shop_i1" / "Shop_i1.xml")
    assert (alone.identity.own, alone.form) == ("i1", "test.shop@1.0.0")


def test_one_that_cannot_be_read_comes_with_its_problem(tmp_path: Path, send: Sending) -> None:
    folder = exports.collect_folder(tmp_path / "folder", [send("i1"), send("i2")])
    (folder / "Shop_i1" / "Shop_i1.xml").write_text("<data>")
    first, second = rows(folder)
    assert "not well-formed XML" in str(first.problem)
    assert second.problem is None


def test_encrypted_ones_come_with_their_problem(tmp_path: Path, central: Path) -> None:
    locked = central.read_text("utf-8").replace("uuid:i1,21,s-12,0,0,,", "uuid:i1,21,s-12,0,0,not decrypted,")
    central.write_text(locked, "utf-8")
    assert "not decrypted on the server" in str(rows(central)[0].problem)
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "submission.xml.enc").write_bytes(b"?")
    assert "encrypted files only" in refusal(folder)
    assert "an encrypted file" in refusal(folder / "submission.xml.enc")
    meta = "<meta><instanceID>uuid:i1</instanceID></meta>"
    (folder / "submission.xml").write_text(f'<data id="f" encrypted="yes">{meta}</data>')
    assert "an encrypted submission" in str(rows(folder)[0].problem)


def test_headers_of_labels(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("Which shop?;_id;_uuid;_submission_time\ns1;1;i1;2026-11-21T05:00:00\n", "utf-8")
    assert "export with 'XML values and headers'" in refusal(path)
    assert holds_submissions(path)
    # What has no label keeps its name among the labels.
    path.write_text(
        "visit__checklist;Store code;_id;_uuid;_submission_time\ntest.shop@1;s1;1;i1;2026-11-21T05:00:00\n", "utf-8"
    )
    assert "no column visit__store (export with 'XML values and headers')" in refusal(path)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([], "no files in it"),
        ([("inner.zip", b"PK")], "inner.zip: a zip file within, which is not opened"),
        ([("submission.xml.enc", b"?")], "encrypted files only"),
        ([("visit.json", b"{}"), ("manifest.json", b"{}")], "a sealed visit"),
        ([("readme.txt", b"x")], "no submissions in it"),
        ([("form.xml", b"<html/>")], "an XML file, but no submission"),
        ([("other.csv", b"a,b\n1,2\n")], "no column visit__checklist"),
        ([("rows.csv", b"a,PARENT_KEY\n1,2\n")], "the table of a repeat"),
        ([("broken.csv", b'a,visit__checklist\n"1,2\n')], "quotation mark"),
        ([("empty.csv", b"")], "an empty table"),
        ([("../a.xml", b"<data/>")], "leads out"),
    ],
)
def test_what_holds_none(members: list[tuple[str, bytes]], said: str, tmp_path: Path) -> None:
    path = made(tmp_path / "export.zip", *members)
    assert said in refusal(path)
    assert refusal(path).startswith("export.zip: ")


def test_zips_within_are_not_opened_and_told(tmp_path: Path, send: Sending) -> None:
    folder = exports.collect_folder(tmp_path / "folder", [send("i1")])
    (folder / "media.zip").write_bytes(b"PK")
    with read_submissions(folder) as found:
        assert len(found.all) == 1
        assert "media.zip: a zip file within" in str(found.notices[0])


def test_the_same_table_twice_in_a_zip(tmp_path: Path, send: Sending) -> None:
    content = exports.central_csv([send("i1")])
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = made(tmp_path / "a.zip", ("a.csv", content), ("a.csv", content))
    assert "a.csv: comes twice" in refusal(path)


def test_other_files(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "missing.csv")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "cannot be read as an XLS workbook" in refusal(tmp_path / "old.xls")
    (tmp_path / "form.xml").write_bytes(b"\xef\xbb\xbf <html/>")
    assert "an XML file, but no submission" in refusal(tmp_path / "form.xml")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    assert "a broken zip file" in refusal(tmp_path / "broken.zip")


def test_bounds(tmp_path: Path, send: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    path = exports.central_zip(tmp_path / "a.zip", [send("i1"), send("i2")])
    monkeypatch.setattr(export, "MOST_SUBMISSIONS", 1)
    assert "more than 1 submissions" in refusal(path)
    monkeypatch.setattr(export, "LARGEST_TABLE", 10)
    assert "larger than" in refusal(path)


def test_media_given_apart(tmp_path: Path, send: Sending) -> None:
    sent = send("i1", {"A3__photo_1": "p.jpg"}, files={"p.jpg": b"picture"})
    path = tmp_path / "kobo.csv"
    path.write_bytes(exports.kobo_csv([sent]))
    with read_submissions(path, exports.kobo_media(tmp_path / "media.zip", [sent])) as found:
        assert found.all[0].files.find("p.jpg").read(100) == b"picture"
    with pytest.raises(BadInput, match=r"kobo\.csv: expected a folder or a zip file"):
        read_submissions(path, path)


def test_media_beside_a_table_and_beside_an_instance(tmp_path: Path, send: Sending) -> None:
    sent = send("i1", {"A3__photo_1": "p.jpg"}, files={"p.jpg": b"picture"})
    with zipfile.ZipFile(exports.central_zip(tmp_path / "a.zip", [sent])) as archive:
        archive.extractall(tmp_path / "a")
    exports.collect_folder(tmp_path / "b", [sent])
    for path in (tmp_path / "a" / "shop.csv", tmp_path / "b" / "Shop_i1" / "Shop_i1.xml"):
        assert rows(path)[0].files.find("p.jpg").read(100) == b"picture"


def test_which_files_look_like_submissions(tmp_path: Path, central: Path, send: Sending) -> None:
    (tmp_path / "template.csv").write_text("visit__checklist,visit__store,A1\n", "utf-8")
    (tmp_path / "results.xml").write_text("<Benchmark/>", "utf-8")
    (tmp_path / "broken.xml").write_text("<data", "utf-8")
    (tmp_path / "one.xml").write_bytes(exports.instance_xml(send("i1")))
    (tmp_path / "empty.csv").touch()
    holding = ["central.csv", "one.xml"]
    assert holds_submissions(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if holds_submissions(path)) == holding
    with pytest.raises(BadInput, match="no such file"):
        holds_submissions(tmp_path / "missing")
