"""What is sealed reads back as it was; the same things make the same bytes."""

from __future__ import annotations

import hashlib
import tracemalloc
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from helpers import samples, sealed_visits, strategies
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.exchange.canonical_json import line_of
from cemaudit.exchange.sealed import Sealed, Statement, read_sealed, sealed_name, write_sealed
from cemaudit.model import Visit
from cemaudit.model.base import clean

MEGABYTE = 1 << 20


def test_what_is_written_is_what_is_read(sealed: Sealed) -> None:
    assert read_sealed(sealed.path) == sealed
    assert sealed.statement == sealed_visits.STATEMENT
    assert sealed.apart == {sealed_visits.PHOTO_SHA: {"device": "카메라"}}
    assert sealed.signer is None
    assert sealed.sha256 == hashlib.sha256(sealed.path.read_bytes()).hexdigest()
    assert sealed.digest == hashlib.sha256(line_of(sealed.visit)).hexdigest()


def test_evidence_is_named_by_its_content(sealed: Sealed, tmp_path: Path) -> None:
    (piece,) = sealed.visit.evidence["I1"]
    assert (piece.file, piece.sha256, piece.caption) == (sealed_visits.PHOTO_NAME, sealed_visits.PHOTO_SHA, "영수증")
    assert [part.name for part in sealed.media] == [piece.file]
    sealed.media_to(tmp_path / "out")
    assert (tmp_path / "out" / piece.file).read_bytes() == sealed_visits.PHOTO


def test_only_what_is_wanted_is_unpacked(sealed: Sealed, tmp_path: Path) -> None:
    sealed.media_to(tmp_path / "out", names=["media/other.jpg"])
    assert not (tmp_path / "out").exists()


def test_any_zip_program_can_open_it(sealed: Sealed) -> None:
    with zipfile.ZipFile(sealed.path) as archive:
        assert archive.testzip() is None
        assert archive.read("visit.json") == line_of(sealed.visit)


def test_the_same_things_make_the_same_bytes(sealed: Sealed, tmp_path: Path) -> None:
    again = sealed_visits.seal(tmp_path / "elsewhere")
    assert again.path.read_bytes() == sealed.path.read_bytes()


def test_the_same_file_used_twice_is_kept_once(tmp_path: Path) -> None:
    twice = {"I1": [*sealed_visits.EVIDENCE["I1"], {"file": "photos/receipt.JPG"}], "I2": sealed_visits.EVIDENCE["I1"]}
    sealed = sealed_visits.seal(tmp_path, evidence=twice)
    assert len(sealed.media) == 1
    assert [len(pieces) for pieces in sealed.visit.evidence.values()] == [2, 1]


def test_a_file_of_an_unknown_kind_gets_a_harmless_name(tmp_path: Path) -> None:
    (tmp_path / "run.exe").write_bytes(b"MZ")
    sealed = sealed_visits.seal(tmp_path, evidence={"I1": [{"file": "run.exe", "kind": "document"}]}, id="v2")
    assert [part.name.rpartition(".")[2] for part in sealed.media] == ["bin"]


def test_a_revision_is_sealed_from_what_was_unpacked(sealed: Sealed, tmp_path: Path) -> None:
    second = sealed_visits.revise(tmp_path, sealed)
    assert second.path.name == "v1.r2.cemaudit"
    assert second.visit.supersedes == sealed.digest
    assert second.media == sealed.media


SAMPLES = strategies.checklists_and_visits().map(lambda pair: pair[1])
FILES = st.dictionaries(
    st.from_regex(r"[a-zA-Z0-9 _가-힣-]{1,12}\.[A-Za-z0-9]{1,5}", fullmatch=True), st.binary(max_size=40), max_size=3
)
WORDS = strategies.words.filter(lambda text: bool(" ".join(clean(text).split())))


@given(visit=SAMPLES, files=FILES, words=WORDS, name=WORDS, moment=st.datetimes())
def test_every_visit_survives(visit: Visit, files: dict[str, bytes], words: str, name: str, moment: object) -> None:
    item = next(iter(visit.answers), "I0a")
    evidence = {"evidence": {item: [{"file": file} for file in files]}} if files else {}
    given_visit = Visit.model_validate(visit.model_dump() | evidence)
    statement = Statement.model_validate({"words": words, "language": "en", "name": name, "at": f"{moment}Z"})
    with TemporaryDirectory() as folder:
        for file, data in files.items():
            Path(folder, file).write_bytes(data)
        path = Path(folder, sealed_name(given_visit))
        sealed = write_sealed(path, given_visit, statement, Path(folder))
        assert read_sealed(path) == sealed
    assert sealed.statement == statement
    assert sealed.visit.model_copy(update={"evidence": given_visit.evidence}) == given_visit


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """60 megabytes of silence."""
    path = tmp_path / "silence.m4a"
    with path.open("wb") as file:
        file.truncate(60 * MEGABYTE)
    return path


def test_large_recordings_are_never_held_in_memory(recording: Path, tmp_path: Path) -> None:
    visit = samples.visit(evidence={"I1": [{"file": recording.name, "kind": "audio"}]})
    tracemalloc.start()
    try:
        sealed = write_sealed(tmp_path / "v.cemaudit", visit, sealed_visits.STATEMENT, recording.parent)
        read_sealed(sealed.path).media_to(tmp_path / "out")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "out" / sealed.media[0].name).stat().st_size == 60 * MEGABYTE
    assert peak < 10 * MEGABYTE


@pytest.mark.parametrize(
    ("visit_id", "name"),
    [
        ("0193b2c4-7a10-7c3e-9d2f-1b2c3d4e5f60", "0193b2c4-7a10-7c3e-9d2f-1b2c3d4e5f60.cemaudit"),
        ("2026-11-21-seoul-07", "2026-11-21-seoul-07.cemaudit"),
    ],
)
def test_plain_ids_are_the_names(visit_id: str, name: str) -> None:
    assert sealed_name(samples.visit(id=visit_id)) == name


STRANGE = [
    "../../etc/passwd",
    "/abs",
    "C:\\x",
    "con",
    "lpt1",
    "A",
    "a.b",
    ".hidden",
    "강남점",
    "a b",
    "x" * 120,
    "-rf",
    "*?<>|",
]


@pytest.mark.parametrize("visit_id", STRANGE)
def test_strange_ids_make_safe_names(visit_id: str) -> None:
    name = sealed_name(samples.visit(id=visit_id)).removesuffix(".cemaudit")
    assert name != visit_id
    assert len(name) < 60
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name[0].isalnum()


@given(st.lists(st.text("aA.-é/ 강b", min_size=1, max_size=8).filter(str.strip), min_size=2, max_size=8, unique=True))
def test_different_ids_never_share_a_name(ids: list[str]) -> None:
    visits = {samples.visit(id=one).id: samples.visit(id=one) for one in ids}
    assert len({sealed_name(visit).casefold() for visit in visits.values()}) == len(visits)
