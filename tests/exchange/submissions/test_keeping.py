"""Evidence of submissions: found, cleaned of place and device, kept under its hash; or named with its field."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import exports
from PIL import Image

from cemaudit.errors import BadEnvironment
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.exchange.submissions import importing
from cemaudit.exchange.submissions.importing import SubmissionImport, media_folder
from cemaudit.exchange.visits import inside, read_visits

Sending = Callable[..., exports.Sent]
Importing = Callable[..., SubmissionImport]


def photo(colour: str = "navy", place: bool = True) -> bytes:
    """A JPEG that says where it was taken."""
    held = io.BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x010F] = "PhoneMaker"
        exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 30.0, 0.0), 3: "E", 4: (127.0, 2.0, 0.0)})
    Image.new("RGB", (64, 48), colour).save(held, "JPEG", exif=exif)
    return held.getvalue()


@pytest.fixture
def sent(send: Sending) -> exports.Sent:
    return send("i1", {"A3__photo_1": "p.jpg", "A3__photo_1_caption": "간판"}, files={"p.jpg": photo()})


WAYS: dict[str, Callable[[Path, list[exports.Sent]], tuple[Path, Path | None]]] = {
    "central zip": lambda path, sent: (exports.central_zip(path / "a.zip", sent), None),
    "instances": lambda path, sent: (exports.collect_folder(path / "a", sent), None),
    "zipped instances": lambda path, sent: (
        exports.zipped(path / "a.zip", exports.collect_folder(path / "a", sent)), None,
    ),
    "kobo and its media": lambda path, sent: (
        exports.written(path / "a.csv", exports.kobo_csv(sent)), exports.kobo_media(path / "media.zip", sent),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_kept_clean_and_hashed_beside_the_visits(
    way: str, tmp_path: Path, send: Sending, sent: exports.Sent, take: Importing
) -> None:
    other = send("i2", {"A3__photo_1": "q.jpg"}, files={"q.jpg": photo("red")})
    assert write_visits(tmp_path / "out.jsonl", take(*WAYS[way](tmp_path, [sent, other]))) == 2
    first, second = read_visits([tmp_path / "out.jsonl"])
    (piece,) = first.visit.evidence["A3"]
    assert (piece.kind, piece.caption) == ("photo", "간판")
    assert piece.file == f"out-media/{piece.sha256}.jpg"
    assert first.folder
    kept = Path(inside(first.folder, piece.file)).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == piece.sha256
    assert b"PhoneMaker" in sent.files["p.jpg"]
    assert b"PhoneMaker" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif().get_ifd(0x8825)
        assert picture.getpixel((5, 5)) == Image.open(io.BytesIO(photo(place=False))).getpixel((5, 5))
    assert second.visit.evidence["A3"][0].sha256 != piece.sha256


def test_the_same_import_again_writes_nothing_new(tmp_path: Path, sent: exports.Sent, take: Importing) -> None:
    path = exports.central_zip(tmp_path / "a.zip", [sent])
    first = list(take(path))
    (kept,) = (tmp_path / "out-media").iterdir()
    before = kept.stat().st_mtime_ns
    assert list(take(path)) == first
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"damaged")
    assert list(take(path)) == first
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == kept.stem


def test_what_is_wrong_is_named_with_field_and_file_and_nothing_is_kept(
    tmp_path: Path, send: Sending, take: Importing
) -> None:
    files = {"p.jpg": photo(), "q.jpg": b"GIF89a", "r.jpg": photo()[:200]}
    named = {"A3__photo_1": "p.jpg", "A3__photo_2": "q.jpg", "A3__photo_3": "r.jpg", "A3__receipt_1": "lost.jpg"}
    sent = send("i1", {**named, "A3__audio_1": "p.jpg"}, files=files)
    found = take(exports.central_zip(tmp_path / "a.zip", [sent]))
    assert list(found) == []
    said = [str(problem) for problem in found.problems]
    assert [line.split(": ")[2:4] for line in said] == [
        ["a__group-A3__photo_2", "media/q.jpg"],
        ["a__group-A3__photo_3", "media/r.jpg"],
        ["a__group-A3__receipt_1", "no such file in the export"],
        ["a__group-A3__audio_1", "media/p.jpg"],
    ]
    assert list((tmp_path / "out-media").iterdir()) == []
    assert found.counts.bad == 1


def test_what_another_visit_keeps_stays(tmp_path: Path, send: Sending, sent: exports.Sent, take: Importing) -> None:
    bad = send("i2", {"A3__photo_1": "p.jpg", "A3__audio_1": "lost.m4a"})
    found = take(exports.central_zip(tmp_path / "a.zip", [sent, bad]))
    assert [visit.id for visit in found] == ["i1"]
    assert len(list((tmp_path / "out-media").iterdir())) == 1


def test_files_of_one_name_in_central_cannot_be_told_apart(
    tmp_path: Path, send: Sending, sent: exports.Sent, take: Importing
) -> None:
    other = send("i2", {"A3__photo_1": "p.jpg"}, files={"p.jpg": photo("red")})
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = exports.central_zip(tmp_path / "a.zip", [sent, other])
    found = take(path)
    assert list(found) == []
    assert all("several files are named p.jpg" in str(problem) for problem in found.problems)


def test_files_too_large_for_their_kind(
    tmp_path: Path, sent: exports.Sent, take: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGEST", 100)
    found = take(exports.central_zip(tmp_path / "a.zip", [sent]))
    assert list(found) == []
    assert "media/p.jpg: larger than" in str(found.problems[0])


def test_a_disk_that_does_not_keep_what_is_written(
    tmp_path: Path, sent: exports.Sent, take: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_digest", lambda _: "")
    with pytest.raises(BadEnvironment, match="was not written as it should be"):
        list(take(exports.central_zip(tmp_path / "a.zip", [sent])))


def test_a_folder_that_cannot_be_written(tmp_path: Path, sent: exports.Sent, take: Importing) -> None:
    (tmp_path / "out-media").write_text("a file in its place")
    with pytest.raises(BadEnvironment, match="cannot be written"):
        list(take(exports.central_zip(tmp_path / "a.zip", [sent])))


def test_the_folder_is_named_after_the_visits() -> None:
    assert media_folder(Path("x/shops.jsonl")) == Path("x/shops-media")
    assert media_folder(Path("매장\x1b 방문.jsonl")) == Path("매장_ 방문-media")
    assert len(media_folder(Path("n" * 200)).name) + len("/.heic") + 64 <= 120
