"""Every command that takes visits takes sealed ones, and says the same of them as of plain files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from helpers import sealed_visits

from cemaudit.cli.app import run
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.exchange.sealed import Sealed, sealed_name, write_sealed
from cemaudit.exchange.sealed.keys import new_key
from cemaudit.model import Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate
from cemaudit.simulate.inbox import draw_photos

CHECKLIST = "retail.green-smile@1.0.0"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def visits(tmp_path: Path, engine: Engine) -> list[Visit]:
    """Visits with drawn photos, in a plain file."""
    checklist = engine.library.checklist(CHECKLIST)
    made = list(simulate(checklist, stores=1, visits=2, seed=3))
    write_visits(tmp_path / "plain" / "visits.jsonl", made)
    assert sum(draw_photos(visit, checklist, tmp_path / "plain") for visit in made) > 2
    return made


@pytest.fixture
def sealed(visits: list[Visit], tmp_path: Path) -> list[Sealed]:
    """The same, sealed."""
    folder = tmp_path / "sealed"
    return [
        write_sealed(folder / sealed_name(visit), visit, sealed_visits.STATEMENT, tmp_path / "plain")
        for visit in visits
    ]


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    def answer(*arguments: str | Path) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return answer


@pytest.mark.parametrize(
    "command", [["score"], ["score", "--json"], ["lint"], ["score", "--before", "cem.performance@1"]]
)
def test_all_is_said_as_of_plain_files(command, sealed, tmp_path, answer):
    plain, kept = answer(*command, tmp_path / "plain"), answer(*command, tmp_path / "sealed")
    names = {f"visits.jsonl: line {number}": one.path.name for number, one in enumerate(sealed, 1)}
    said = plain[1]
    for place, name in names.items():
        said = said.replace(place, name)
    assert kept == (plain[0], said, plain[2])
    assert kept[0] == (1 if command == ["lint"] else 0), "one of them lacks a feeling"


@pytest.mark.parametrize("command", [["explain"], ["whatif", "--at", "100"]])
def test_one_of_them_is_explained(command, sealed, tmp_path, answer):
    chosen = ["--id", sealed[0].visit.id]
    plain = answer(*command, tmp_path / "plain", *chosen)
    assert plain[0] in {0, 1}
    assert answer(*command, tmp_path / "sealed", *chosen) == answer(*command, sealed[0].path) == plain


def test_reports_show_the_photos(sealed, tmp_path, answer, monkeypatch):
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    for kind in ("plain", "sealed"):
        assert answer("report", tmp_path / kind, "--out", tmp_path / "reports" / kind)[0] == 0
    plain = sorted((tmp_path / "reports" / "plain").iterdir())
    assert len(plain) == 2
    for path in plain:
        assert b"DCTDecode" in path.read_bytes()
        assert (tmp_path / "reports" / "sealed" / path.name).read_bytes() == path.read_bytes()
    assert list(room.iterdir()) == []


def test_no_room_for_photos(sealed, tmp_path, answer, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    code, _, said = answer("report", tmp_path / "sealed", "--out", tmp_path / "reports")
    assert code == 4
    assert "cannot be written" in said


def test_a_damaged_file_is_named_and_the_others_are_scored(sealed, tmp_path, answer):
    sealed[0].path.write_bytes(sealed[0].path.read_bytes()[:-100])
    code, out, said = answer("score", tmp_path / "sealed")
    assert code == 3
    assert said.splitlines()[-1] == f"cemaudit: {sealed[0].path.name}: the file is cut short (ask for the file again)"
    assert sealed[1].visit.id in out


def test_whose_revision_is_scored_is_told(sealed, tmp_path, answer):
    key = new_key(tmp_path / "key.pem")
    sealed_visits.revise(tmp_path / "sealed", sealed[0], key)
    code, out, err = answer("score", tmp_path / "sealed", "--json")
    assert (code, out.count(sealed[0].visit.id)) == (0, 1)
    (told,) = [line for line in err.splitlines() if "incomplete" not in line]
    assert told.endswith(f"revision 1 was not signed, this one is signed with {key.public.fingerprint}")


def test_an_amended_visit_is_scored_once(sealed, tmp_path, answer):
    changes = {"answers": {**sealed[0].visit.answers, "GS02": 3}}
    second = sealed_visits.revise(tmp_path / "sealed", sealed[0], **changes)
    assert answer("score", tmp_path / "sealed", "--json")[1].count(sealed[0].visit.id) == 1
    assert answer("explain", tmp_path / "sealed", "--id", sealed[0].visit.id) == answer("explain", second.path)
