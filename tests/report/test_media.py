"""Evidence files stay within their folder."""

from __future__ import annotations

from cemaudit.report.media import inside


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
