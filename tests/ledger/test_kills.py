"""Killed at any step and run again: nothing lost, nothing twice, every file where it belongs."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from helpers import ledgers, media_files, sealed_visits
from helpers.ledgers import amended, collect, counts, held, lines, visit

from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.action_updates import ActionChange, ActionStatus, find_history, update_action
from cemaudit.ledger.actions import Action, save_actions
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.postgres import Postgres
from cemaudit.ledger.sqlite import Sqlite

pytestmark = pytest.mark.slow

SEALED = {"checklist": ledgers.SHOP.ref, "shopper": "s-12"}
STEPS: list[tuple[type, str]] = [
    (Sqlite, "run"), (Sqlite, "many"), (Postgres, "run"), (Postgres, "many"),
    (Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (Path, "chmod"),
]  # fmt: skip


class Killed(BaseException):
    """The process is no more; nothing it does has any effect."""


@contextmanager
def killed_at(number: int) -> Iterator[Callable[[], int]]:
    """From step ``number`` on whatever is written raises; gives how many steps there were."""
    steps = 0
    undo = [(kind, name, getattr(kind, name)) for kind, name in STEPS]

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def do(*values: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps >= number:
                raise Killed
            return step(*values, **options)

        return do

    for kind, name, step in undo:
        setattr(kind, name, counted(step))
    try:
        with suppress(Killed):
            yield lambda: steps
    finally:
        for kind, name, step in undo:
            setattr(kind, name, step)


def filled(inbox: Path) -> Path:
    """An inbox with something of everything."""
    shutil.rmtree(inbox, ignore_errors=True)
    first, second = visit("v1"), visit("v2")
    lines(inbox / "a.jsonl", [first, b"{", second, amended(first), visit("v2", store="s9"), visit("v3")])
    lines(inbox / "b.jsonl", [visit("v4"), visit("v1"), visit("v5"), visit("v6")])
    sealed = sealed_visits.seal(inbox, id="w1", **SEALED)
    sealed_visits.revise(inbox, sealed, notes={"I1": "x"})
    (inbox / "broken.cemaudit").write_bytes(b"PK")
    for folder in ("photos", "media"):
        shutil.rmtree(inbox / folder)
    return inbox


def run(url: str, inbox: Path, media: Path) -> tuple[int, ...]:
    with open_ledger(url, make=True) as ledger:
        return counts(collect(ledger, inbox, media=media))


def is_whole(ledger: Ledger, inbox: Path, media: Path) -> None:
    """Everything is where it belongs."""
    assert sorted(held(ledger, superseded=True)) == [
        ("v1", 1), ("v1", 2), ("v2", 1), ("v3", 1), ("v4", 1), ("v5", 1), ("v6", 1), ("w1", 1), ("w1", 2),
    ]  # fmt: skip
    assert [one.number for one in ledger.visits(superseded=True)] == list(range(1, 10))
    assert list(check(ledger)) == []
    assert [one.name for one in ledger.people.sealed_papers("w1")] == [sealed_visits.APART_NAME, "statement.json"] * 2
    assert (media / sealed_visits.PHOTO_NAME).read_bytes() == sealed_visits.PHOTO
    files = {str(path.relative_to(inbox)) for path in inbox.rglob("[!.]*") if path.is_file()}
    assert files == {
        "done/a.jsonl", "done/b.jsonl", "done/w1.cemaudit", "done/w1.r2.cemaudit", "rejected/a.jsonl",
        "rejected/a.jsonl.txt", "rejected/broken.cemaudit", "rejected/broken.cemaudit.txt",
    }  # fmt: skip
    bad = (inbox / "rejected" / "a.jsonl").read_bytes().splitlines()
    reasons = (inbox / "rejected" / "a.jsonl.txt").read_text().splitlines()
    assert [bad[0], len(bad)] == [b"{", 2]
    assert [reason.split(":")[0] for reason in reasons] == ["line 2", "line 5"]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.setattr("cemaudit.ledger.collecting.BATCH", 3)
    monkeypatch.setattr("cemaudit.ledger.sources._AT_ONCE", 2)
    return tmp_path / "inbox", tmp_path / "media"


def test_without_a_kill(url: str, places: tuple[Path, Path]) -> None:
    inbox, media = places
    with killed_at(10_000) as steps:
        assert run(url, filled(inbox), media) == (9, 1, 1, 2)
    assert steps() > 100
    with open_ledger(url) as ledger:
        is_whole(ledger, inbox, media)


def again(request: pytest.FixtureRequest, url: str) -> None:
    """Make the place of the ledger new."""
    if "://" in url:
        request.getfixturevalue("server").fresh()
    else:
        for path in Path(url).parent.glob("hq*.db*"):
            path.unlink()


def test_killed_at_any_step(url: str, places: tuple[Path, Path], request: pytest.FixtureRequest) -> None:
    """A second kill follows the first; a server is slower, and killed at fewer steps."""
    inbox, media = places
    at, stride, ended = 1, (13 if "://" in url else 2), False
    while not ended:
        again(request, url)
        shutil.rmtree(media, ignore_errors=True)
        filled(inbox)
        ended = True
        for number in (at, 1 + at // 3):
            with killed_at(number):
                run(url, inbox, media)
                break
            ended = False
        collected, seen_again, *_ = run(url, inbox, media)
        assert collected + seen_again <= 10
        with open_ledger(url) as ledger:
            is_whole(ledger, inbox, media)
        at += stride


def test_an_action_is_updated_whole_or_not_at_all(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Killed at any step and said again: one record, its photo in place; what was noted before is untouched."""
    action = Action(id="a", kind="raise", what="x", since=dt.date(2026, 1, 1), stores=("s1",))
    said = ActionChange(dt.date(2026, 2, 1), ActionStatus.DONE, "finished", {"owner": "kim"})
    (tmp_path / "fix.jpg").write_bytes(media_files.jpeg())
    at, ended = 1, False
    while not ended:
        again(request, url)
        shutil.rmtree(tmp_path / "media", ignore_errors=True)
        with open_ledger(url, make=True, who="hq") as ledger:
            save_actions(ledger, [action])
        with killed_at(at), open_ledger(url, who="hq") as ledger:
            update_action(ledger, "a", said, photo=tmp_path / "fix.jpg", media=tmp_path)
            ended = True
        if not ended:
            with open_ledger(url, who="hq") as ledger:
                assert find_history(ledger, "a").plans[0].action == action
                update_action(ledger, "a", said, photo=tmp_path / "fix.jpg", media=tmp_path)
        with open_ledger(url) as ledger:
            history = find_history(ledger, "a")
            assert [(update.status, update.comment) for update in history.updates] == [("done", "finished")]
            assert [plan.action.owner for plan in history.plans] == ["", "kim"]
            assert (tmp_path / (history.updates[0].photo or "")).is_file()
            assert list(check(ledger)) == []
        at += 7 if "://" in url else 1
