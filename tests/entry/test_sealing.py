from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from helpers import samples
from PIL import Image

from cemaudit.entry.amending import amend
from cemaudit.entry.desk import Desk
from cemaudit.entry.draft import DraftState
from cemaudit.entry.sealing import NotReady, seal
from cemaudit.errors import BadInput
from cemaudit.exchange.canonical_json import line_of
from cemaudit.exchange.sealed import read_sealed
from cemaudit.language import use

TWO = samples.item("a", evidence="optional"), samples.item("b", "text")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.effect_noise((1200, 900), 80).convert("RGB").save(path, "JPEG")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def whole(sit: Any, photo: Path, **given: Any) -> Any:
    table = sit(*TWO, **given)
    table.say(f"/photo {photo} | the window", "y", "as it was", "")
    return table


def test_what_is_sealed_is_what_was_said(sit: Any, photo: Path, out: Path) -> None:
    table = whole(sit, photo)
    with table.held() as held:
        sealed = seal(held, out, "s-12")
    again = read_sealed(sealed.path)
    assert line_of(again.visit) == line_of(table.draft.visit)
    assert again.visit.answers == {"a": True, "b": "as it was"}
    assert again.visit.evidence["a"][0].caption == "the window"
    assert (again.statement.name, again.statement.language) == ("s-12", "en")
    assert table.draft.state is DraftState.SEALED


def test_the_statement_is_in_the_shoppers_language(sit: Any, photo: Path, out: Path) -> None:
    table = whole(sit, photo)
    with use("ko"), table.held() as held:
        assert seal(held, out, "s-12").statement.words.startswith("본인은")


def test_what_is_open_or_in_doubt_is_not_sealed(sit: Any, out: Path) -> None:
    table = sit(*TWO)
    table.say("y")
    with table.held() as held, pytest.raises(NotReady, match=r"^b: not answered"):
        seal(held, out, "s-12")
    assert list(out.iterdir()) == []
    assert table.draft.state is DraftState.OPEN


def test_evidence_that_vanished_meanwhile_is_named_and_the_draft_kept(
    sit: Any, photo: Path, out: Path, desk: Desk
) -> None:
    table = whole(sit, photo)
    next((desk.folder(table.draft) / "media").iterdir()).unlink()
    with table.held() as held, pytest.raises((BadInput, NotReady), match=r"evidence\.a"):
        seal(held, out, "s-12")
    assert list(out.iterdir()) == []
    assert table.draft.state is DraftState.OPEN


def test_a_sealed_draft_is_not_sealed_again(sit: Any, photo: Path, out: Path) -> None:
    table = whole(sit, photo)
    with table.held() as held:
        seal(held, out, "s-12")
        with pytest.raises(BadInput, match="sealed already"):
            seal(held, out, "s-12")


def test_sealing_that_was_cut_short_makes_the_same_file_the_second_time(
    sit: Any, photo: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = whole(sit, photo)
    with table.held() as held:
        write = type(held).write

        def dies(self: Any, step: int, changes: Any) -> None:
            if "sealed" in changes:
                raise KeyboardInterrupt
            write(self, step, changes)

        monkeypatch.setattr(type(held), "write", dies)
        with pytest.raises(KeyboardInterrupt):
            seal(held, out, "s-12")
        (path,) = out.iterdir()
        first = path.read_bytes()
        monkeypatch.undo()
        seal(held, out, "s-12")
    assert path.read_bytes() == first


def test_an_amendment_supersedes_says_why_and_what(sit: Any, photo: Path, out: Path, desk: Desk, engine: Any) -> None:
    table = whole(sit, photo)
    with table.held() as held:
        first = seal(held, out, "s-12")
    draft = amend(desk, first, table.draft.checklist, "I mixed up two doors")
    assert line_of(draft.visit.model_copy(update={"revision": 1, "supersedes": None, "amendment": None})) == line_of(
        first.visit.model_copy(update={"entered": draft.visit.entered})
    )
    again = type(table)(desk, draft, engine)
    again.say("/go b", "it was the other door")
    with again.held() as held:
        second = seal(held, out, "s-12")
    visit = second.visit
    assert (visit.id, visit.revision, visit.supersedes) == (first.visit.id, 2, first.digest)
    assert visit.amendment == "I mixed up two doors"
    assert [(one.place, one.before, one.after) for one in visit.changes] == [
        ("answers.b", '"as it was"', '"it was the other door"')
    ]
    assert read_sealed(first.path).visit == first.visit
    assert second.path != first.path


def test_what_became_of_a_claim_is_sealed_and_stays_when_amended(
    sit: Any, photo: Path, out: Path, desk: Desk, engine: Any
) -> None:
    table = whole(sit, photo)
    table.say("/claim", "the door sticks", "", "2", "", start="b")
    with table.held() as held:
        first = seal(held, out, "s-12")
    assert [claim.state for claim in read_sealed(first.path).visit.claims] == ["solved"]
    again = type(table)(desk, amend(desk, first, table.draft.checklist, "I mixed up two doors"), engine)
    assert again.draft.visit.claims == first.visit.claims
    again.say("/go b", "it was the other door")
    with again.held() as held:
        second = seal(held, out, "s-12")
    assert second.visit.claims == first.visit.claims
    assert [change.place for change in second.visit.changes] == ["answers.b"]


def test_a_draft_and_its_amendment_are_the_same_a_year_later(
    sit: Any, photo: Path, out: Path, desk: Desk, engine: Any, evening_of_the_visit: time_machine.Traveller
) -> None:
    table = whole(sit, photo)
    before = table.draft.visit
    evening_of_the_visit.shift(timedelta(days=365))
    assert table.draft.visit == before
    with table.held() as held:
        sealed = seal(held, out, "s-12")
    assert line_of(sealed.visit) == line_of(before)
    assert sealed.statement.at.date() == date(2027, 11, 20)
    revised = type(table)(desk, amend(desk, sealed, table.draft.checklist, "I mixed up two doors"), engine)
    revised.say("/go b", "it was the other door")
    with revised.held() as held:
        assert seal(held, out, "s-12").visit.revision == 2


def test_an_amendment_that_changes_nothing_is_not_sealed(
    sit: Any, photo: Path, out: Path, desk: Desk, engine: Any
) -> None:
    table = whole(sit, photo)
    with table.held() as held:
        first = seal(held, out, "s-12")
    draft = amend(desk, first, table.draft.checklist, "no reason at all")
    with desk.opened(draft, engine) as held, pytest.raises(NotReady, match="nothing was changed"):
        seal(held, out, "s-12")


def test_a_visit_is_amended_once_at_a_time(sit: Any, photo: Path, out: Path, desk: Desk) -> None:
    table = whole(sit, photo)
    with table.held() as held:
        first = seal(held, out, "s-12")
    amend(desk, first, table.draft.checklist, "I mixed up two doors")
    with pytest.raises(BadInput, match=r"being amended already .*cemaudit resume 2"):
        amend(desk, first, table.draft.checklist, "I mixed up two doors")


def test_details_of_pictures_are_kept_apart_only_where_the_programme_asks(sit: Any, tmp_path: Path, out: Path) -> None:
    exif = Image.Exif()
    exif[0x110] = "Telephone 9"
    path = tmp_path / "told.jpg"
    Image.effect_noise((1200, 900), 80).convert("RGB").save(path, "JPEG", exif=exif)
    for keeps, name in (("remove", "one"), ("keep-apart", "two")):
        of = samples.items_only(*TWO, photo_details=keeps)
        table = sit(of=of)
        table.say(f"/photo {path}", "y", f"as it was, {name}", "")
        with table.held() as held:
            for doubt in held.doubts(table.draft):
                override = doubt.let_stand("a picture made for a test").model_dump(mode="json")
                held.write(99, {f"overrides.{doubt.check} {doubt.place}": override})
            sealed = seal(held, out, "s-12")
        assert b"Telephone" not in sealed.path.read_bytes() or keeps == "keep-apart"
        assert [details["device"] for details in sealed.apart.values()] == (["Telephone 9"] if sealed.apart else [])
        assert bool(sealed.apart) is (keeps == "keep-apart")
        kept = (table.desk.home / "drafts.db").read_bytes()
        assert (b"Telephone 9" in kept) is (keeps == "keep-apart")
