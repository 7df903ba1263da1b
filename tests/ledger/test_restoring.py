"""A copy of a ledger comes back whole, or it is said what is missing; an older one is brought up to date openly."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from helpers import program
from PIL import Image

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.action_updates import ActionChange, ActionStatus, update_action
from cemaudit.ledger.actions import current_actions
from cemaudit.ledger.appeals import NewAppeal, open_appeal
from cemaudit.ledger.maintenance import backup, check
from cemaudit.ledger.person_export import export_person
from cemaudit.ledger.purging import evidence_names
from cemaudit.ledger.restoring import restore
from cemaudit.ledger.schema import latest_version
from cemaudit.ledger.sqlite import Sqlite, media_folder_of, people_file
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.upgrading import planned_upgrade, upgrade


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A ledger of abcc385 with identities and evidence, which may be changed."""
    return program.copied(tmp_path / "abcc385") / "ledger" / "hq.db"


def bytes_of(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def test_a_copy_comes_back_whole(old: Path, tmp_path: Path) -> None:
    with open_ledger(str(old)) as ledger:
        backup(ledger, tmp_path / "copies" / "hq.db")
        head = ledger.trail.head()
    copies = bytes_of(tmp_path / "copies")
    restored = restore(tmp_path / "copies" / "hq.db", tmp_path / "new", media_folder_of(old))
    assert restored.wrong == ()
    assert (restored.line, restored.hash) == head
    assert restored.evidence == sum(path.is_file() for path in media_folder_of(old).rglob("*")) > 0
    assert restored.files == tuple(tmp_path / "new" / name for name in ("hq.db", "hq.people.db", "hq-media"))
    assert bytes_of(tmp_path / "copies") == copies
    with open_ledger(str(tmp_path / "new" / "hq.db")) as ledger, open_ledger(str(old)) as before:
        assert list(check(ledger)) == []
        everything = {"states": list(VisitState), "superseded": True}
        assert list(ledger.visits(**everything)) == list(before.visits(**everything))  # type: ignore[arg-type]
        assert ledger.people.pseudonyms.mark() == before.people.pseudonyms.mark()
    assert (tmp_path / "new" / "hq.people.db").stat().st_mode & 0o077 == 0


def test_what_stores_and_actions_show_comes_back_too(old: Path, tmp_path: Path) -> None:
    photo = tmp_path / "mended.jpg"
    Image.effect_noise((64, 64), 90).convert("RGB").save(photo)
    with open_ledger(str(old)) as ledger:
        before = set(evidence_names(ledger))
        held = next(held for held in ledger.visits() if held.visit.answers)
        appeal = NewAppeal(held.id, next(iter(held.visit.answers)), "see the photo", photo)
        today = dt.datetime.fromisoformat(next(iter(ledger.trail.lines())).at).date()
        open_appeal(ledger, appeal, media_folder_of(old), today)
        done = ActionChange(dt.date(2026, 1, 2), ActionStatus.DOING)
        update_action(ledger, next(iter(current_actions(ledger))), done, photo=photo, media=media_folder_of(old))
        [added] = set(evidence_names(ledger)) - before
    assert (restore(old, tmp_path / "new").files[-1] / added).is_file()
    (media_folder_of(old) / added).unlink()
    [problem] = restore(old, tmp_path / "other").wrong
    assert str(problem).startswith("action ")


def lose_evidence(old: Path) -> None:
    next(path for path in media_folder_of(old).rglob("*") if path.is_file()).unlink()


def change_evidence(old: Path) -> None:
    next(path for path in media_folder_of(old).rglob("*") if path.is_file()).write_bytes(b"other")


def lose_identities(old: Path) -> None:
    people_file(old).unlink()


def change_a_row(old: Path) -> None:
    with closing(sqlite3.connect(old)) as link, link:
        link.execute("update visit set store = 'other' where number = 1")


@pytest.mark.parametrize(("damage", "said"), [
    (lose_evidence, "its evidence is missing: media/"),
    (change_evidence, "its evidence is not what was stored: media/"),
    (change_a_row, "visit: the rows that line"),
])  # fmt: skip
def test_what_is_missing_or_changed_is_told(
    old: Path, tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(old)
    restored = restore(old, tmp_path / "new")
    assert restored.wrong
    assert any(said in str(problem) for problem in restored.wrong)


def test_a_ledger_without_its_identities_comes_back_without_them(old: Path, tmp_path: Path) -> None:
    lose_identities(old)
    restored = restore(old, tmp_path / "new")
    assert [path.name for path in restored.files] == ["hq.db", "hq-media"]


@pytest.mark.parametrize("way", ["hq.db", "hq.people.db", "hq-media"])
def test_nothing_is_overwritten(old: Path, tmp_path: Path, way: str) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / way).write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="nothing is overwritten"):
        restore(old, tmp_path / "new")
    assert bytes_of(tmp_path / "new") == {way: b"mine"}


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no ledger at all, and long enough to be one", encoding="utf-8")
    for name, error in (("x.db", (BadInput, BadEnvironment)), ("none.db", BadInput)):
        with pytest.raises(error):
            restore(tmp_path / name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_older_ledger_is_brought_up_to_date_after_a_copy(old: Path) -> None:
    before = old.read_bytes()
    planned = planned_upgrade(str(old))
    assert old.read_bytes() == before
    assert (planned.version, planned.to) == (3, latest_version())
    assert "create table mark" in planned.changes
    assert "create table visit" not in planned.changes
    done, files = upgrade(str(old))
    assert done == planned
    assert [path.name for path in files] == ["hq-version-3.db", "hq-version-3.people.db"]
    with closing(Sqlite(files[0])) as copy:
        assert copy.version() == 3
    with open_ledger(str(old)) as ledger:
        assert ledger.database.version() == latest_version()
        assert list(check(ledger)) == []
    assert upgrade(str(old)) == (planned_upgrade(str(old)), [])


def test_a_copy_that_is_in_the_way_stops_the_upgrade(old: Path) -> None:
    old.with_name("hq-version-3.db").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="nothing is overwritten"):
        upgrade(str(old))
    with closing(Sqlite(old)) as database:
        assert database.version() == 3


def test_everything_of_one_person(old: Path, tmp_path: Path) -> None:
    with open_ledger(str(old)) as ledger:
        pseudonym, code = next(
            (held.shopper, ledger.people.code(held.shopper))
            for held in ledger.visits()
            if held.shopper and b'"media/' in held.line
        )
        written = export_person(ledger, pseudonym, tmp_path / "out", "she asked", media_folder_of(old))
        own = [held for held in ledger.visits(states=list(VisitState), superseded=True) if held.shopper == pseudonym]
        last = list(ledger.trail.lines())[-1]
    lines = (tmp_path / "out" / "visits.jsonl").read_text(encoding="utf-8").splitlines()
    visits = [json.loads(line) for line in lines]
    assert [visit["id"] for visit in visits] == [held.id for held in own]
    assert {visit["shopper"] for visit in visits} == {code}
    person = json.loads((tmp_path / "out" / "person.json").read_text(encoding="utf-8"))
    assert person == {"pseudonym": pseudonym, "kind": "shopper", "code": code}
    assert written.visits == len(own) > 0
    assert written.evidence == len([path for path in (tmp_path / "out" / "media").iterdir() if path.is_file()]) > 0
    assert last.said["reason"] == "she asked"
    assert str(code) not in last.document


def test_of_a_key_the_shoppers_stay_pseudonyms(old: Path, tmp_path: Path) -> None:
    with open_ledger(str(old)) as ledger:
        signers = ledger.database.run("select signer, shopper from visit where signer is not null order by number")
        signer, shopper = signers[0]
        export_person(ledger, signer, tmp_path / "out", "whose key", None)
    first = json.loads((tmp_path / "out" / "visits.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["shopper"] == shopper
    assert json.loads((tmp_path / "out" / "person.json").read_text(encoding="utf-8"))["kind"] == "key"


def test_a_person_nobody_knows_and_a_folder_in_use(old: Path, tmp_path: Path) -> None:
    with open_ledger(str(old)) as ledger:
        with pytest.raises(BadInput, match="no such pseudonym: p-0"):
            export_person(ledger, "p-0", tmp_path / "out", "why", None)
        assert not (tmp_path / "out").exists()
        shutil.copytree(tmp_path / "abcc385" / "outbox", tmp_path / "full")
        with pytest.raises(BadInput, match="nothing is overwritten"):
            export_person(ledger, "p-0", tmp_path / "full", "why", None)


def test_the_commands(old: Path, tmp_path: Path) -> None:
    folder = old.parent
    dry = program.call(folder, "ledger", "upgrade", "--ledger", "hq.db", "--dry-run", "--lang", "en")
    assert dry.out.startswith(f"version 3 to {latest_version()}:\n  create table mark\n")
    done = program.call(folder, "ledger", "upgrade", "--ledger", "hq.db", "--lang", "en")
    assert "copied as it was: hq-version-3.db\n" in done.out
    again = program.call(folder, "ledger", "upgrade", "--ledger", "hq.db", "--lang", "ko")
    assert again.out == f"버전 {latest_version()}: 최신\n"
    whole = program.call(folder, "ledger", "restore", "hq.db", "--to", str(tmp_path / "new"), "--lang", "en")
    assert whole.code == 0
    assert whole.out.splitlines()[-1].startswith("intact; line ")
    lose_evidence(old)
    broken = program.call(folder, "ledger", "restore", "hq.db", "--to", str(tmp_path / "other"), "--lang", "en")
    assert broken.code == 1
    assert "its evidence is missing" in broken.err
    refused = program.call(folder, "people", "export", "p-0", "--ledger", "hq.db", "--out", "x", "--reason", " ")
    assert refused.code == 2
