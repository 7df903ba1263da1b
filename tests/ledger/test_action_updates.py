"""What becomes of actions: further records, never changed; steps that cannot be are refused, with nothing written."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from helpers import media_files
from helpers.ledgers import ALL, SHOP, document, take, visit

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.ledger import Ledger
from cemaudit.ledger.action_updates import (
    ActionChange,
    ActionHistory,
    ActionStatus,
    action_histories,
    find_history,
    update_action,
)
from cemaudit.ledger.actions import Action, ActionReason, current_actions, read_actions, save_actions
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.purging import purge, updates_to_purge

BEGUN = dt.date(2026, 7, 1)
DAY = dt.timedelta(days=1)
GREET = Action(
    id="greet",
    kind="raise",
    what="greet sooner",
    since=BEGUN,
    stores=("s1", "s2"),
    due=dt.date(2026, 7, 31),
    gain="2.5",
)


def change(status: str | None = None, day: dt.date = BEGUN, comment: str = "", **plan: object) -> ActionChange:
    return ActionChange(day, ActionStatus(status) if status else None, comment, plan)


def noted(ledger: Ledger, *steps: ActionChange) -> ActionHistory:
    save_actions(ledger, [GREET])
    for step in steps:
        update_action(ledger, "greet", step)
    return find_history(ledger, "greet")


def test_an_action_is_open_until_something_is_said(ledger: Ledger) -> None:
    history = noted(ledger)
    assert (history.status, history.status_day, history.done_on) == (ActionStatus.OPEN, None, None)
    assert (history.plans[0].who, history.action) == ("hq", GREET)


def test_every_update_is_a_further_record(ledger: Ledger) -> None:
    history = noted(ledger, change("doing"), change(comment="half of it"), change("done", BEGUN + 9 * DAY))
    assert [update.status.value for update in history.updates] == ["doing", "doing", "done"]
    assert [update.day for update in history.updates] == [BEGUN, None, BEGUN + 9 * DAY]
    assert (history.status, history.done_on) == (ActionStatus.DONE, BEGUN + 9 * DAY)
    assert {update.who for update in history.updates} == {"hq"}
    assert current_actions(ledger) == {"greet": GREET}
    assert list(check(ledger)) == []


def test_a_corrected_day_holds_and_what_came_back_is_not_done(ledger: Ledger) -> None:
    corrected = noted(ledger, change("done", BEGUN + 2 * DAY), change("done", BEGUN + 3 * DAY), change(comment="x"))
    assert corrected.done_on == BEGUN + 3 * DAY
    assert noted(ledger, change("verified", BEGUN + 30 * DAY)).done_on == BEGUN + 3 * DAY
    assert noted(ledger, change("open", BEGUN + 40 * DAY)).done_on is None


def test_the_same_said_twice_adds_nothing(ledger: Ledger) -> None:
    save_actions(ledger, [GREET])
    said = change("done", comment="finished")
    assert [update_action(ledger, "greet", said) for _ in range(2)] == [True, False]
    assert ledger.database.run("select count(*) from action_update") == [(1,)]
    assert update_action(ledger, "greet", change("done", comment="finished, really"))


def test_a_plan_is_changed_by_a_further_row(ledger: Ledger) -> None:
    history = noted(ledger, change(owner="kim", due=dt.date(2026, 8, 31)), change(owner="kim"))
    assert [plan.action.owner for plan in history.plans] == ["", "kim"]
    assert history.action.due == dt.date(2026, 8, 31)
    assert history.updates == ()


ALLOWED = {
    ("open", "doing"), ("open", "done"), ("open", "dropped"), ("doing", "open"), ("doing", "done"),
    ("doing", "dropped"), ("done", "verified"), ("done", "open"), ("done", "doing"), ("done", "dropped"),
    ("verified", "open"), ("verified", "doing"), ("dropped", "open"), ("dropped", "doing"),
}  # fmt: skip
WAY = {"open": (), "doing": ("doing",), "done": ("done",), "verified": ("done", "verified"), "dropped": ("dropped",)}


def words(status: str) -> str:
    return "waiting" if status == "open" else status


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(WAY, 2)))
def test_which_status_may_follow_which(before: str, after: str, tmp_path: Path) -> None:
    from cemaudit.ledger import open_ledger

    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        noted(ledger, *map(change, WAY[before]))
        if (before, after) in ALLOWED:
            update_action(ledger, "greet", change(after))
            assert find_history(ledger, "greet").status == after
        else:
            with pytest.raises(
                BadInput, match=f"greet: the action is {words(before)} and cannot become {words(after)} "
            ):
                update_action(ledger, "greet", change(after))
            assert find_history(ledger, "greet").status == before


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (change("done", BEGUN - DAY), "greet: done on 2026-06-30, before the action begins"),
        (change("doing", BEGUN - DAY), "greet: doing on 2026-06-30, before the action begins"),
        (change("done", dt.date(2100, 1, 1)), "greet: the day 2100-01-01 is yet to come"),
        (change(due=BEGUN - DAY), r"greet: expected due not before the action begins \(2026-07-01\)"),
        (change(reason=ActionReason(visits=("v9",))), "greet: reason.visits: no such visit: v9"),
        (change(reason=ActionReason(item="I3")), "greet: reason.item: no such item: I3"),
        (change(reason=ActionReason(checklist="nowhere")), "greet: reason.checklist: no such checklist: nowhere"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(ledger: Ledger, said: ActionChange, why: str) -> None:
    take(ledger, visit("v1"))
    before = noted(ledger), ledger.trail.head()
    with pytest.raises(BadInput, match=why):
        update_action(ledger, "greet", said)
    assert (find_history(ledger, "greet"), ledger.trail.head()) == before


def test_nothing_is_done_before_it_was_begun(ledger: Ledger) -> None:
    noted(ledger, change("doing", BEGUN + 5 * DAY))
    with pytest.raises(BadInput, match="done on 2026-07-02, before it was doing"):
        update_action(ledger, "greet", change("done", BEGUN + DAY))


def test_an_unknown_action_is_refused(ledger: Ledger) -> None:
    noted(ledger)
    with pytest.raises(BadInput, match=r"no such action: great .did you mean greet"):
        update_action(ledger, "great", change("done"))


def test_two_who_decide_at_once_see_each_other(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    noted(ledger)
    from cemaudit.ledger import action_updates

    looked_at = action_updates._changed_plan

    def while_another_drops_it(*values: object) -> object:
        result = looked_at(*values)
        monkeypatch.setattr(action_updates, "_changed_plan", looked_at)
        update_action(ledger, "greet", change("dropped"))
        return result

    monkeypatch.setattr(action_updates, "_changed_plan", while_another_drops_it)
    with pytest.raises(BadInput, match="the action is dropped and cannot become done"):
        update_action(ledger, "greet", change("done"))
    assert [update.status.value for update in find_history(ledger, "greet").updates] == ["dropped"]


def test_a_photo_is_cleaned_hashed_and_kept_once(ledger: Ledger, tmp_path: Path) -> None:
    noted(ledger)
    (tmp_path / "fix.jpg").write_bytes(media_files.jpeg())
    for comment in ("before", "after"):
        update_action(ledger, "greet", change(comment=comment), photo=tmp_path / "fix.jpg", media=tmp_path / "kept")
    photos = {update.photo for update in find_history(ledger, "greet").updates}
    (kept,) = (tmp_path / "kept" / "media").iterdir()
    assert photos == {f"media/{kept.name}"}
    assert b"Exif" not in kept.read_bytes()


def test_what_is_refused_leaves_no_photo(ledger: Ledger, tmp_path: Path) -> None:
    noted(ledger)
    (tmp_path / "fix.jpg").write_bytes(media_files.jpeg())
    with pytest.raises(BadInput, match="cannot become verified"):
        update_action(ledger, "greet", change("verified"), photo=tmp_path / "fix.jpg", media=tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    with pytest.raises(BadEnvironment, match="no folder is named for photos"):
        update_action(ledger, "greet", change("done"), photo=tmp_path / "fix.jpg")
    (tmp_path / "fix.jpg").write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"fix\.jpg"):
        update_action(ledger, "greet", change("done"), photo=tmp_path / "fix.jpg", media=tmp_path / "kept")
    assert find_history(ledger, "greet").updates == ()


def test_what_is_overdue(ledger: Ledger) -> None:
    due = GREET.due or BEGUN
    assert [noted(ledger).is_overdue(day) for day in (due, due + DAY)] == [False, True]
    assert not noted(ledger, change("done")).is_overdue(due + DAY)
    assert not ActionHistory(
        (noted(ledger).plans[0]._replace(action=GREET.model_copy(update={"due": None})),)
    ).is_overdue(dt.date.max)


def test_a_changed_update_is_found(ledger: Ledger) -> None:
    noted(ledger, change("done"))
    ledger.database.run("update action_update set day = '2020-01-01'")
    assert [problem for problem in check(ledger) if "action_update" in str(problem)]


def test_a_purge_takes_words_and_photos(ledger: Ledger, tmp_path: Path) -> None:
    noted(ledger)
    (tmp_path / "fix.jpg").write_bytes(media_files.jpeg())
    said = change("done", comment="Kim forgot the sign")
    update_action(ledger, "greet", said, photo=tmp_path / "fix.jpg", media=tmp_path)
    tomorrow = dt.datetime.now(dt.UTC).date() + DAY
    assert (updates_to_purge(ledger, tomorrow - 2 * DAY), updates_to_purge(ledger, tomorrow)) == (0, 1)
    assert updates_to_purge(ledger, None) == 0
    removed = purge(ledger, [], "retention", tmp_path, tomorrow)
    assert (removed.updates, removed.files) == (1, 1)
    (update,) = find_history(ledger, "greet").updates
    assert (update.status, update.day, update.comment, update.photo) == (ActionStatus.DONE, BEGUN, "", None)
    assert list((tmp_path / "media").iterdir()) == []
    assert list(check(ledger)) == []
    assert purge(ledger, [], "retention", tmp_path, tomorrow).updates == 0


def test_a_photo_of_an_action_outlives_the_purge_of_a_visit(ledger: Ledger, tmp_path: Path) -> None:
    """The same picture may be evidence of a visit and proof of a fix."""
    (tmp_path / "fix.jpg").write_bytes(media_files.jpeg())
    noted(ledger)
    update_action(ledger, "greet", change(comment="see"), photo=tmp_path / "fix.jpg", media=tmp_path)
    name = find_history(ledger, "greet").updates[0].photo or ""
    ledger.collect([document(visit("v1", evidence={"I1": [{"file": name, "kind": "photo"}]}), ledger)], ALL)
    purge(ledger, [1], "retention", tmp_path)
    assert (tmp_path / name).exists()


def test_a_table_holds_all_of_a_plan(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, visit("v1"), visit("v2"))
    (tmp_path / "a.csv").write_text(
        "id,kind,what,since,due,gain,finding,checklist,touchpoint,item,visits,store\n"
        f"a,raise,x,2026-07-01,2026-08-01,1.25,core.critical,{SHOP.id},t,I1,v1 v2 v1,s1\n"
        f"a,raise,x,2026-07-01,2026-08-01,1.25,core.critical,{SHOP.id},t,I1,v1 v2 v1,s2\n"
        "b,raise,y,2026-07-01,,,,,,,,s1\n"
    )
    whole, plain = read_actions(tmp_path / "a.csv")
    reason = ActionReason(finding="core.critical", checklist=SHOP.id, touchpoint="t", item="I1", visits=("v1", "v2"))
    assert (whole.due, float(whole.gain or 0), whole.reason) == (dt.date(2026, 8, 1), 1.25, reason)
    assert (plain.due, plain.gain, plain.reason) == (None, None, ActionReason())
    assert [save_actions(ledger, [whole, plain]) for _ in range(2)] == [2, 0]
    assert list(action_histories(ledger)) == ["a", "b"]


def test_an_action_that_says_no_more_keeps_its_bytes(ledger: Ledger) -> None:
    save_actions(ledger, [GREET.model_copy(update={"due": None, "gain": None})])
    ((text,),) = ledger.database.run("select document from action")
    assert text == (
        '{"id":"greet","kind":"raise","owner":"","since":"2026-07-01","stores":["s1","s2"],"what":"greet sooner"}'
    )
