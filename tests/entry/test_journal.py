from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from helpers import samples, strategies
from hypothesis import given

from cemaudit.entry.journal import Journal
from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.model import Checklist
from cemaudit.scoring import Engine

CHECKLIST = samples.items_only(samples.item("a"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "drafts.db"


def test_what_was_written_is_there_for_the_next_process(path: Path) -> None:
    first = Journal(path)
    header = first.begin(CHECKLIST, {"store": "s1"})
    first.write(header.number, 1, {"answers.a": True, "skipped.a": None})
    first.write(header.number, 2, {"notes.a": "한글 \n \" ' --"})
    first.close()
    again = Journal(path)
    assert again.headers() == [header]
    assert again.checklist(header.number) == CHECKLIST
    assert [(event.step, event.name, event.value) for event in again.events(header.number)] == [
        (0, "store", "s1"),
        (1, "answers.a", True),
        (1, "skipped.a", None),
        (2, "notes.a", "한글 \n \" ' --"),
    ]


def test_it_is_durable_on_every_commit(path: Path) -> None:
    journal = Journal(path)
    assert journal._file.execute("pragma synchronous").fetchone() == (2,)
    assert journal._file.execute("pragma journal_mode").fetchone() == ("truncate",)


def test_drafts_are_numbered_and_their_ids_differ(path: Path) -> None:
    journal = Journal(path)
    headers = [journal.begin(CHECKLIST, {"store": "s1"}) for _ in range(3)]
    assert [header.number for header in headers] == [1, 2, 3]
    assert len({header.id for header in headers}) == 3


@pytest.fixture(scope="module")
def journal_of_many(tmp_path_factory: pytest.TempPathFactory) -> Journal:
    return Journal(tmp_path_factory.mktemp("many") / "drafts.db")


@given(strategies.checklists())
def test_a_draft_keeps_its_checklist_whole(journal_of_many: Journal, of: Checklist) -> None:
    journal = journal_of_many
    assert journal.checklist(journal.begin(of, {}).number) == of


def test_it_keeps_every_shipped_checklist_whole(engine: Engine, path: Path) -> None:
    journal = Journal(path)
    for of in engine.library.checklists.values():
        assert journal.checklist(journal.begin(of, {}).number) == of


def test_changes_are_written_all_or_none(path: Path) -> None:
    journal = Journal(path)
    header = journal.begin(CHECKLIST, {})
    with pytest.raises(TypeError):
        journal.write(header.number, 1, {"answers.a": True, "notes.a": object()})
    assert journal.events(header.number) == []
    journal.write(header.number, 1, {"answers.a": True})
    assert len(journal.events(header.number)) == 1


def test_a_full_disk_is_told_and_nothing_is_half_written(path: Path) -> None:
    journal = Journal(path)
    header = journal.begin(CHECKLIST, {})
    journal.write(header.number, 1, {"answers.a": True})
    pages = journal._file.execute("pragma page_count").fetchone()[0]
    journal._file.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(BadEnvironment, match=r"not saved: database or disk is full .*cemaudit resume"):
        journal.write(header.number, 2, {"notes.a": "x" * 100_000})
    assert [event.name for event in Journal(path).events(header.number)] == ["answers.a"]


def test_several_windows_write_at_once(path: Path) -> None:
    header = Journal(path).begin(CHECKLIST, {})

    def write(window: int) -> None:
        journal = Journal(path)
        for number in range(10):
            journal.write(header.number, number, {f"notes.{window}": number})
        journal.close()

    windows = [threading.Thread(target=write, args=(window,)) for window in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert len(Journal(path).events(header.number)) == 40


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to look like one" * 4, b"PK\x03\x04" * 50]
)
def test_another_kind_of_file_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"drafts\.db"):
        Journal(path)
    assert path.read_bytes() == content


def test_another_tools_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("create table theirs (x)")
    other.close()
    with pytest.raises(BadInput, match="not a file of drafts of cemaudit"):
        Journal(path)


def test_a_newer_file_is_refused(path: Path) -> None:
    journal = Journal(path)
    journal._file.execute("pragma user_version = 99")
    journal.close()
    with pytest.raises(BadEnvironment, match="written by a newer cemaudit"):
        Journal(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(BadEnvironment, match="not saved"):
        Journal(tmp_path / "home" / "drafts.db")
