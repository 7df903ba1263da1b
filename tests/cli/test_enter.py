"""Entering, keeping and handing over a visit, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.program import Outcome
from helpers.shop import SHOP, Cemaudit, cemaudit_in_shop

from cemaudit.exchange.sealed import read_sealed

OPENING = ["y", "yesterday", "14:05", "14:40"]


@pytest.fixture
def cemaudit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cemaudit:
    return cemaudit_in_shop(tmp_path, monkeypatch, capsys)


def begin(cemaudit: Cemaudit, *typed: str, store: str = "s1") -> Outcome:
    return cemaudit("enter", "shop.toml", "--store", store, "--shopper", "s-12", typed=[*OPENING, *typed])


def test_a_visit_from_the_first_question_to_the_sealed_file(cemaudit: Cemaudit, tmp_path: Path) -> None:
    done = begin(cemaudit, "y", "5", "2")
    assert (done.code, done.err) == (0, "")
    assert "cemaudit seal 1" in done.out
    sealed = cemaudit("seal", "1", "--out", "out", typed=["s-12"])
    assert sealed.code == 0
    assert "I was in this store myself" in sealed.out
    (path,) = (tmp_path / "out").iterdir()
    visit = read_sealed(path).visit
    assert visit.answers == {"A1": True, "A2": 5}
    assert (visit.shopper, visit.store, visit.emotions) == ("s-12", "s1", {"door": 2})
    scored = cemaudit("score", "out", "--checklist", "shop.toml")
    assert scored.code == 0
    assert visit.id in cemaudit("verify", "out").out


def test_circumstances_are_noted_and_piped_lines_are_not_timed(cemaudit: Cemaudit, tmp_path: Path) -> None:
    where = ["--persona", "parent", "--occasion", "gift", "--place", "Mapo"]
    done = cemaudit(
        "enter", "shop.toml", "--store", "s1", "--shopper", "s-12", *where, typed=[*OPENING, "y", "t", "5", "2"]
    )
    assert done.code == 0
    assert "stopwatch" not in done.out
    assert cemaudit("seal", "1", "--out", "out", typed=["s-12"]).code == 0
    (path,) = (tmp_path / "out").iterdir()
    visit = read_sealed(path).visit
    assert (visit.persona, visit.occasion, visit.place) == ("parent", "gift", "Mapo")
    assert visit.answers["A2"] == 5


def test_input_that_ends_too_early_is_kept(cemaudit: Cemaudit) -> None:
    done = begin(cemaudit, "y")
    assert done.code == 3
    assert "the input ended; everything is kept, go on with: cemaudit resume 1" in done.err
    again = cemaudit("resume", "1", typed=["5", "2"])
    assert again.code == 0
    assert "You were greeted" not in again.out


def test_ctrl_c_keeps_everything(cemaudit: Cemaudit, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter([*OPENING, "y"])

    def typed(_prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("builtins.input", typed)
    done = cemaudit("enter", "shop.toml", "--store", "s1")
    assert done.code == 130
    assert "interrupted; everything is kept, go on with: cemaudit resume 1" in done.err
    assert json.loads(cemaudit("show", "1", "--json").out)["answers"] == {"A1": True}


def test_drafts_show_discard_and_restore(cemaudit: Cemaudit) -> None:
    begin(cemaudit, "y")
    assert "1/3" in cemaudit("drafts").out
    assert "(open)" in cemaudit("show", "1").out
    assert cemaudit("discard", "1").code == 0
    assert "no drafts" in cemaudit("drafts").out
    refused = cemaudit("resume", "1")
    assert (refused.code, refused.err) == (
        3,
        "cemaudit: draft 1 is in the bin (take it out with 'cemaudit discard --restore 1')\n",
    )
    assert cemaudit("discard", "1", "--restore").code == 0
    (record,) = json.loads(cemaudit("drafts", "--json").out)
    assert (record["draft"], record["state"], record["answered"], record["asked"]) == (1, "open", 1, 3)


def test_what_is_open_is_not_sealed_and_listed(cemaudit: Cemaudit, tmp_path: Path) -> None:
    begin(cemaudit, "y")
    done = cemaudit("seal", "1", "--sign", "s-12", "--out", "out")
    assert done.code == 1
    assert "A2" in done.err
    assert not (tmp_path / "out").exists()


def test_only_the_shoppers_own_code_signs(cemaudit: Cemaudit, tmp_path: Path) -> None:
    begin(cemaudit, "y", "5", "2")
    done = cemaudit("seal", "1", "--out", "out", typed=["somebody"])
    assert (done.code, "not signed; the draft is kept as it is" in done.err) == (3, True)
    assert not (tmp_path / "out").exists()
    assert cemaudit("seal", "1", "--out", "out", "--sign", "s-12").code == 0


def test_a_signed_file_is_verified_with_its_key(cemaudit: Cemaudit) -> None:
    begin(cemaudit, "y", "5", "2")
    assert cemaudit("key", "new", "--out", "mine.pem").code == 0
    assert "signed with the key" in cemaudit("seal", "1", "--sign", "s-12", "--key", "mine.pem", "--out", "out").out
    assert cemaudit("verify", "out", "--key", "mine.pub").code == 0


def test_the_key_at_home_signs_without_being_named(cemaudit: Cemaudit) -> None:
    begin(cemaudit, "y", "5", "2")
    begin(cemaudit, "y", "5", "2")
    assert cemaudit("key", "new").code == 0
    assert "signed with the key" in cemaudit("seal", "1", "--sign", "s-12", "--out", "out").out
    assert "signed with the key" not in cemaudit("seal", "2", "--sign", "s-12", "--unsigned", "--out", "out").out
    both = cemaudit("seal", "2", "--sign", "s-12", "--unsigned", "--key", "mine.pem")
    assert (both.code, "--unsigned" in both.err) == (2, True)


def test_an_amendment_shows_what_it_changes(cemaudit: Cemaudit, tmp_path: Path) -> None:
    begin(cemaudit, "y", "5", "2")
    cemaudit("seal", "1", "--sign", "s-12", "--out", "out")
    (path,) = (tmp_path / "out").iterdir()
    asked = cemaudit(
        "amend", str(path), "--checklist", "shop.toml", "--reason", "looked again", "--at", "A2", typed=["7"]
    )
    assert asked.code == 0
    assert "Draft 2 is revision 2 of it." in asked.out
    sealed = cemaudit("seal", "2", "--sign", "s-12", "--out", "out")
    assert "answers.A2: 5 -> 7" in sealed.out
    assert len(list((tmp_path / "out").iterdir())) == 2
    verified = cemaudit("verify", "out")
    assert verified.code == 0
    scored = cemaudit("score", "out", "--checklist", "shop.toml", "--json")
    assert len(scored.out.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["enter", "retail.green-smil", "--store", "s1"], 3, "did you mean retail.green-smile?"),
        (["enter", "retail.green-smile@9", "--store", "s1"], 3, "retail.green-smile@9"),
        (["enter", "nowhere.toml", "--store", "s1"], 3, "no such file"),
        (["enter", "shop.toml", "--store", "s1", "--stores", "stores.csv"], 3, "no such store: s1"),
        (["enter", "shop.toml", "--store", "s1", "--scenario", "other"], 3, "no such scenario: other"),
        (["enter", "shop.toml", "--store", "a\nb"], 3, "store"),
        (["enter", "shop.toml"], 2, "--store"),
        (["resume", "7"], 3, "no such draft: 7"),
        (["show", "7"], 3, "no such draft: 7"),
        (["seal", "7"], 3, "no such draft: 7"),
        (["seal", "1", "--out", "shop.toml"], 3, "expected a folder, found a file"),
        (["amend", "shop.toml"], 3, "not a sealed visit file"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    cemaudit: Cemaudit, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "stores.csv").write_text("id,name\ns01,Gangnam\n", encoding="utf-8")
    done = cemaudit(*arguments)
    assert (done.code, said in done.err) == (code, True), done.err
    assert done.err.count("\n") == 1


def test_a_table_of_stores_gives_the_name(cemaudit: Cemaudit, tmp_path: Path) -> None:
    (tmp_path / "stores.csv").write_text("id,name\ns1,강남점\n", encoding="utf-8")
    done = cemaudit("enter", "shop.toml", "--store", "s1", "--stores", "stores.csv", typed=OPENING)
    assert "[s1 강남점 · " in done.out


def test_a_draft_of_an_older_version_goes_on_as_it_was_begun(cemaudit: Cemaudit, tmp_path: Path) -> None:
    begin(cemaudit, "y")
    newer = SHOP.replace('version = "1"', 'version = "2"').replace("You were greeted", "Somebody greeted you")
    (tmp_path / "newer.toml").write_text(newer, encoding="utf-8")
    done = cemaudit("resume", "1", "--checklist", "newer.toml", typed=["5", "2"])
    assert "this draft answers shop@1, as it was begun; shop@2 is newer" in done.err
    assert done.code == 0


def test_a_second_draft_of_the_same_store_is_pointed_out(cemaudit: Cemaudit) -> None:
    begin(cemaudit, "y")
    assert "there is an open draft of this store already: cemaudit resume 1" in begin(cemaudit).err
    assert "already" not in begin(cemaudit, store="s2").err


def test_a_draft_open_elsewhere_is_refused(cemaudit: Cemaudit, tmp_path: Path) -> None:
    from cemaudit.entry.desk import Desk
    from cemaudit.scoring import Engine

    begin(cemaudit, "y")
    desk = Desk(tmp_path / "home")
    with desk.opened(desk.find("1"), Engine()):
        done = cemaudit("resume", "1", typed=["5", "2"])
    assert (done.code, "draft 1 is open in another window" in done.err) == (4, True)
    assert cemaudit("resume", "1", typed=["5", "2"]).code == 0
