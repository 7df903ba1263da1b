"""Evidence files stay within their folder."""

from __future__ import annotations

from helpers import media_files, samples, sealed_visits

from cemaudit.exchange.visits import LocatedVisit
from cemaudit.report.media import check_pictures, inside, media_of


def test_a_file_inside(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.jpg").write_bytes(b"x")
    assert inside(tmp_path, "deep/a.jpg") == str(tmp_path / "deep" / "a.jpg")


def test_nothing_outside(tmp_path):
    folder = tmp_path / "media"
    folder.mkdir()
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"x")
    (folder / "link.jpg").symlink_to(secret)
    (folder / "out").symlink_to(tmp_path)
    for file in ("../secret.jpg", str(secret), "link.jpg", "out/secret.jpg", ".", "missing.jpg", "a\x00b", "/dev/zero"):
        assert inside(folder, file) == ""


def test_no_folder(tmp_path):
    assert inside(tmp_path / "none", "a.jpg") == ""


def test_pictures_of_sealed_visits_are_there_for_a_while(tmp_path):
    sealed = sealed_visits.seal(tmp_path)
    found = LocatedVisit("v1", sealed.visit, None, sealed)
    plain = LocatedVisit("v2", sealed.visit.model_copy(update={"id": "v2"}), tmp_path)
    with media_of([found, plain]) as folders:
        assert folders["v2"] == tmp_path
        assert inside(folders["v1"], sealed_visits.PHOTO_NAME)
        kept = folders["v1"]
    assert not kept.exists()


def test_only_pictures_are_unpacked(tmp_path):
    recording = {"I1": [{"file": "photos/receipt.JPG", "kind": "audio"}]}
    sealed = sealed_visits.seal(tmp_path, evidence=recording)
    with media_of([LocatedVisit("v1", sealed.visit, None, sealed)]) as folders:
        assert inside(folders["v1"], sealed_visits.PHOTO_NAME) == ""


def test_pictures_that_reports_cannot_show_are_told_with_item_and_file(tmp_path):
    (tmp_path / "a.gif").write_bytes(b"GIF89a" + bytes(20))
    (tmp_path / "b.webp").write_bytes(media_files.webp())
    pieces = [{"file": name, "kind": "photo"} for name in ("a.gif", "b.webp", "gone.jpg")]
    recording = {"file": "c.mp3", "kind": "audio"}
    visit = samples.visit(answers={"I1": True}, evidence={"I1": [*pieces, recording]})
    found = list(map(str, check_pictures(LocatedVisit("v1", visit, tmp_path))))
    assert [line.split(":")[0] for line in found] == ["evidence.I1", "evidence.I1"]
    assert "a.gif, or not whole: a file of the kind GIF" in found[0]
    assert "gone.jpg, or not whole: no such file" in found[1]
    assert not list(check_pictures(LocatedVisit("v1", visit, None)))
