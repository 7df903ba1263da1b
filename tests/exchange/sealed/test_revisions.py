"""Several sealed files: the latest revision stands, and what does not fit together is said."""

from __future__ import annotations

import shutil
from itertools import permutations
from pathlib import Path

import pytest
from helpers import sealed_visits

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.exchange.sealed import Sealed, sealed_name, write_sealed
from cemaudit.exchange.sealed.keys import SigningKey, new_key
from cemaudit.exchange.sealed.reading import standings
from cemaudit.exchange.visits import read_visits


@pytest.fixture
def three(tmp_path: Path) -> list[Sealed]:
    """Three revisions of one visit."""
    first = sealed_visits.seal(tmp_path)
    second = sealed_visits.revise(tmp_path, first)
    return [first, second, sealed_visits.revise(tmp_path, second)]


def copied(sealed: Sealed, path: Path) -> Path:
    return Path(shutil.copy(sealed.path, path))


def ways(sealed: list[Sealed]) -> list[list[Path]]:
    return [[one.path for one in order] for order in permutations(sealed)]


def read(*sources: Path) -> tuple[list[tuple[str, int]], list[str]]:
    """Place and revision of every visit found, and what was said."""
    problems: list[Problem] = []
    found = [(each.place, each.visit.revision) for each in read_visits(sources, problems)]
    return found, list(map(str, problems))


def test_the_latest_revision_stands_whatever_the_order(three: list[Sealed]) -> None:
    first, second, third = three
    for paths in ways(three):
        found = standings(paths)
        assert list(found) == paths
        assert found[third.path].gives_way_to is None
        assert found[first.path].gives_way_to == found[second.path].gives_way_to == third
        assert read(*paths) == ([(third.path.name, 3)], [])


def test_a_revision_in_between_need_not_be_there(three: list[Sealed]) -> None:
    assert read(three[2].path, three[0].path) == ([("v1.r3.cemaudit", 3)], [])


def test_a_revision_of_another_visit_does_not_fit(three: list[Sealed], tmp_path: Path) -> None:
    first, second, _ = three
    stranger = sealed_visits.revise(tmp_path / "other", first, supersedes="0" * 64)
    for paths in ways([first, stranger]):
        found, said = read(*paths)
        assert found == [("v1.cemaudit", 1)]
        assert said == ["v1.r2.cemaudit: not made of the visit in v1.cemaudit, whose place it takes"]
    assert [number for _, number in read(stranger.path)[0]] == [2]
    assert second.visit.supersedes == first.digest


def test_two_different_visits_of_one_id_and_revision_do_not_fit(tmp_path: Path) -> None:
    first = sealed_visits.seal(tmp_path / "a")
    other = sealed_visits.seal(tmp_path / "b", store="s2")
    found, said = read(first.path, other.path)
    assert found == [("v1.cemaudit", 1)]
    assert said == ["v1.cemaudit: visit id v1 is taken by v1.cemaudit"]


def test_the_same_visit_may_come_again(sealed: Sealed, tmp_path: Path, key: SigningKey) -> None:
    again = copied(sealed, tmp_path / "v1 (1).cemaudit")
    signed = sealed_visits.seal(tmp_path / "signed", key)
    assert read(sealed.path, again, sealed.path, tmp_path, signed.path) == ([("v1.cemaudit", 1)], [])


def test_a_damaged_revision_does_not_take_a_place(three: list[Sealed]) -> None:
    third = three[2].path
    third.write_bytes(third.read_bytes()[:-1])
    found, said = read(*(one.path for one in three))
    assert found == [("v1.r2.cemaudit", 2)]
    assert said == ["v1.r3.cemaudit: the file is cut short (ask for the file again)"]


def test_a_folder_may_hold_all_kinds(three: list[Sealed], tmp_path: Path) -> None:
    write_visits(tmp_path / "more.jsonl", [three[0].visit.model_copy(update={"id": "v2"})])
    (tmp_path / ".v1.cemaudit.tmp").write_text("half")
    (tmp_path / ".hidden.cemaudit").write_text("half")
    shutil.copy(three[2].path, tmp_path / "A.CEMAUDIT")
    assert read(tmp_path) == ([("A.CEMAUDIT", 3), ("more.jsonl: line 1", 1)], [])


def test_an_id_is_taken_also_between_sealed_and_plain_files(sealed: Sealed, tmp_path: Path) -> None:
    write_visits(tmp_path / "a.jsonl", [sealed.visit])
    found, said = read(tmp_path)
    assert found == [("a.jsonl: line 1", 1)]
    assert said == ["v1.cemaudit: visit id v1 is taken by a.jsonl: line 1"]


def test_what_is_found_leads_to_its_evidence(sealed: Sealed, tmp_path: Path) -> None:
    (found,) = read_visits([sealed.path])
    assert (found.folder, found.sealed) == (None, sealed)


def test_without_a_list_what_is_wrong_is_raised(sealed: Sealed) -> None:
    sealed.path.write_bytes(b"")
    with pytest.raises(BadInput, match="not a sealed visit file"):
        list(read_visits([sealed.path]))


def test_many_visits_keep_their_order(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        sealed_visits.seal(tmp_path, id=f"v{number}")
    assert [place for place, _ in read(tmp_path)[0]] == ["v1.cemaudit", "v2.cemaudit", "v3.cemaudit"]
    missing = sealed_name(sealed_visits.seal(tmp_path / "x").visit)
    assert "no such file" in read(tmp_path / "y" / missing)[1][0]


def test_an_amended_visit_says_so_in_its_name(three: list[Sealed], tmp_path: Path) -> None:
    assert [one.path.name for one in three] == ["v1.cemaudit", "v1.r2.cemaudit", "v1.r3.cemaudit"]
    visit = three[2].visit.model_copy(update={"id": "강남/점"})
    sealed = write_sealed(tmp_path / sealed_name(visit), visit, sealed_visits.STATEMENT, tmp_path)
    assert sealed.path.name.endswith(".r3.cemaudit")


@pytest.fixture(scope="session")
def other_key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return new_key(tmp_path_factory.mktemp("keys") / "other.pem", "s-99")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("key", None, "was signed with {key}, this one is not signed"),
        ("key", "other", "was signed with {key}, this one with {other}"),
        (None, "key", "was not signed, this one is signed with {key}"),
        ("key", "key", None),
        (None, None, None),
    ],
)
def test_whoever_signs_otherwise_is_told(
    tmp_path: Path,
    key: SigningKey,
    other_key: SigningKey,
    before: str | None,
    after: str | None,
    words: str | None,
) -> None:
    keys = {"key": key, "other": other_key, None: None}
    first = sealed_visits.seal(tmp_path, keys[before])
    second = sealed_visits.revise(tmp_path, first, keys[after])
    for paths in ways([first, second]):
        statuses = standings(paths)
        assert statuses[first.path].signer_changes == ()
        told = [str(change) for change in statuses[second.path].signer_changes]
        fingerprints = {"key": key.public.fingerprint, "other": other_key.public.fingerprint}
        assert told == ([f"revision 1 {words.format(**fingerprints)}"] if words else [])


def test_a_revision_is_held_to_the_nearest_one_there_is(tmp_path: Path, key: SigningKey) -> None:
    first = sealed_visits.seal(tmp_path, key)
    second = sealed_visits.revise(tmp_path, first)
    third = sealed_visits.revise(tmp_path, second, key)
    assert len(standings([first.path, second.path, third.path])[third.path].signer_changes) == 1
    assert standings([first.path, third.path])[third.path].signer_changes == ()


def test_another_name_below_the_statement_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sealed_visits.seal(tmp_path)
    name = sealed_visits.STATEMENT.name
    monkeypatch.setattr(sealed_visits, "STATEMENT", sealed_visits.STATEMENT.model_copy(update={"name": "SH-9"}))
    second = sealed_visits.revise(tmp_path, first)
    (told,) = standings([first.path, second.path])[second.path].signer_changes
    assert str(told) == f"revision 1 carries the statement of {name}, this one that of SH-9"
