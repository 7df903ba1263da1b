"""Appeals: opened within bounds, decided once, nothing of the shopper's overwritten, the store's words purged."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from helpers import samples
from helpers.ledgers import amended, held, take, visit

from cemaudit.errors import BadInput
from cemaudit.exchange.sealed.keys import new_key
from cemaudit.ledger import Ledger, VisitState, open_ledger, review_visits, visit_history
from cemaudit.ledger.appeal_decisions import REFUSED, UPHELD, NewDecision, decide_appeal, signature_of
from cemaudit.ledger.appeals import Appeal, NewAppeal, appeals, deadline_of, find_appeal, latest_revision, open_appeal
from cemaudit.ledger.maintenance import check, info
from cemaudit.ledger.purging import purge, visits_to_purge
from cemaudit.ledger.returning import original_visit, visit_numbered
from cemaudit.ledger.review_queue import waiting_visits
from cemaudit.ledger.settings import change_setting

SHOP = samples.items_only(samples.item("I1"), samples.item("I2", "text"), samples.item("I3", na="refuse"))
WORDS = "Mr. Kim was at the till all day"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060606000000005000"
    "1a5f645400000000049454e44ae426082"
)


def shop_visit(name: str = "v1", **changes: Any) -> Any:
    return visit(name, **{"answers": {"I1": False, "I2": "slow"}, "notes": {"I1": "nobody came"}, **changes})


@pytest.fixture
def shop(ledger: Ledger) -> Ledger:
    """A ledger with two visits."""
    take(ledger, shop_visit(), shop_visit("v2"), checklist=SHOP)
    return ledger


def contest(ledger: Ledger, name: str = "v1", item: str = "I1", **more: Any) -> Appeal:
    days = {"today": more.pop("today", None)}
    media = more.pop("media", None)
    return open_appeal(ledger, NewAppeal(name, item, more.pop("reason", WORDS), **more), media, **days)


def state(ledger: Ledger, name: str = "v1") -> str:
    return latest_revision(ledger.database, name).state


def test_an_appeal_makes_its_visit_contested(shop: Ledger) -> None:
    opened = contest(shop)
    assert (opened.name, opened.state, opened.visit, opened.item, opened.reason) == ("A1", "open", "v1", "I1", WORDS)
    assert (state(shop), state(shop, "v2")) == ("contested", "received")
    [waiting] = [each for each in waiting_visits(shop) if each.held.id == "v1"]
    assert str(waiting.reasons[0]) == f"A1 contests I1: {WORDS}"
    assert info(shop)["states"]["contested"] == 1
    assert appeals(shop.database) == [opened] == [find_appeal(shop.database, "a1")]
    assert opened.as_json()["decision"] is None
    assert list(check(shop)) == []


def test_a_refusal_leaves_the_visit_as_it_was(shop: Ledger) -> None:
    review_visits(shop, ["v1"], VisitState.ACCEPTED, "")
    contest(shop)
    contest(shop, item="I2")
    decided = decide_appeal(shop, "A1", NewDecision(REFUSED, "the photo shows it"))
    assert decided.decision
    assert (decided.state, decided.decision.reason, decided.decision.revision) == (
        "refused",
        "the photo shows it",
        None,
    )
    assert state(shop) == "contested"  # the other one is open
    decide_appeal(shop, "2", NewDecision(REFUSED, "as well"))
    assert state(shop) == "accepted"
    assert held(shop) == [("v1", 1), ("v2", 1)]
    assert list(check(shop)) == []


def test_upholding_makes_a_revision_by_headquarters_and_keeps_the_shoppers(shop: Ledger) -> None:
    contest(shop)
    decided = decide_appeal(shop, "A1", NewDecision(UPHELD, "they were right", ("I1=yes",)))
    assert decided.decision
    assert decided.decision.revision == 3
    first, second = visit_history(shop, "v1")
    assert (first.held.visit.answers["I1"], second.held.visit.answers["I1"]) == (False, True)
    assert first.held.visit.revision == 1
    assert second.held.visit.notes == first.held.visit.notes
    assert (first.appeal, second.appeal, second.held.state, second.signed) == (None, "A1", "accepted", False)
    assert second.as_json()["made_by_headquarters_on"] == "A1"
    [change] = second.changes
    assert (change.place, change.before, change.after) == ("answers.I1", "false", "true")
    assert second.amendment == "A1: they were right"
    # It could have come in: a revision the shopper makes of it fits.
    made = original_visit(shop, "v1", 2)
    assert made
    assert take(shop, amended(made, answers={"I1": True, "I2": "slower"}), checklist=SHOP) == ["collected"]
    assert list(check(shop)) == []


def test_without_an_answer_the_item_counts_as_not_observed(shop: Ledger) -> None:
    contest(shop)
    decide_appeal(shop, "A1", NewDecision(UPHELD, "nobody can tell any more"))
    visit_now = latest_revision(shop.database, "v1").visit
    assert "I1" not in visit_now.answers
    assert visit_now.skipped["I1"].state == "not-observed"
    places = {change.place: (change.before, change.after) for change in visit_now.changes}
    assert places == {"answers.I1": ("false", None), "skipped.I1": (None, '{"state": "not-observed"}')}


def test_two_appeals_upheld_are_two_revisions(shop: Ledger) -> None:
    contest(shop)
    contest(shop, item="I2")
    decide_appeal(shop, "A1", NewDecision(UPHELD, "right", ("I1=yes",)))
    assert state(shop) == "contested"
    decide_appeal(shop, "A2", NewDecision(UPHELD, "right", ("I2=quick",)))
    assert state(shop) == "accepted"
    assert latest_revision(shop.database, "v1").visit.answers == {"I1": True, "I2": "quick"}
    assert latest_revision(shop.database, "v1").revision == 3


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewAppeal("v9", "I1", "x"), "no such visit: v9"),
        (NewAppeal("v1", "I9", "x"), "no such item: I9"),
        (NewAppeal("v1", "I3", "x"), "nothing was noted of I3"),
        (NewAppeal("v1", "I1", " \n"), "a reason is needed"),
        (NewAppeal("v1", "I1", "x" * 20_001), "longer than 20,000"),
        (NewAppeal("v1", "I1", "x", None, 2), "has no revision 2"),
        (NewAppeal("v1", "I1", "x", Path("gone.png")), "no such file"),
    ],
)
def test_what_cannot_be_contested_is_refused_in_one_line(
    shop: Ledger, tmp_path: Path, new: NewAppeal, why: str
) -> None:
    with pytest.raises(BadInput, match=why) as refusal:
        open_appeal(shop, new, tmp_path / "media")
    assert len(str(refusal.value).splitlines()) == 1
    assert appeals(shop.database) == []
    assert state(shop) == "received"


def test_a_superseded_excluded_or_returned_revision_is_not_contested(shop: Ledger) -> None:
    take(shop, amended(shop_visit()), checklist=SHOP)
    with pytest.raises(BadInput, match="revision 1 was superseded by revision 2"):
        contest(shop, revision=1)
    for given, why in ((VisitState.EXCLUDED, "is excluded"), (VisitState.RETURNED, "is returned")):
        review_visits(shop, ["v1"], given, "closed")
        with pytest.raises(BadInput, match=why):
            contest(shop)
    review_visits(shop, ["v1"], VisitState.ACCEPTED, "")
    assert contest(shop, revision=2).revision == 2


def test_an_item_is_contested_once(shop: Ledger) -> None:
    contest(shop)
    with pytest.raises(BadInput, match=r"contested already: A1 \(undecided\)"):
        contest(shop)
    decide_appeal(shop, "A1", NewDecision(UPHELD, "right", ("I1=yes",)))
    with pytest.raises(BadInput, match=r"contested already: A1 \(upheld\)"):
        contest(shop)
    assert contest(shop, item="I2").name == "A2"


def test_the_deadline_is_a_setting_counted_from_the_acceptance(shop: Ledger) -> None:
    today = dt.datetime.now(dt.UTC).date()
    last = deadline_of(shop.database, latest_revision(shop.database, "v1"))
    assert last == today + dt.timedelta(30)
    with pytest.raises(BadInput, match="the last day to contest it was"):
        contest(shop, today=last + dt.timedelta(1))
    assert contest(shop, today=last).state == "open"
    change_setting(shop, "appeal-days", "7")
    review_visits(shop, ["v2"], VisitState.ACCEPTED, "")
    assert deadline_of(shop.database, latest_revision(shop.database, "v2")) == today + dt.timedelta(7)
    with pytest.raises(BadInput, match="7 days"):
        contest(shop, "v2", today=today + dt.timedelta(8))
    for days in ("0", "-1", "thirty", "99999", "7.5"):
        with pytest.raises(BadInput, match="number of days"):
            change_setting(shop, "appeal-days", days)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewDecision(UPHELD, "  "), "a reason is needed"),
        (NewDecision(REFUSED, ""), "a reason is needed"),
        (NewDecision(REFUSED, "no", ("I1=yes",)), "only where an appeal is upheld"),
        (NewDecision(UPHELD, "yes", ("I1",)), "ITEM=VALUE"),
        (NewDecision(UPHELD, "yes", ("I9=1",)), "no such item: I9"),
        (NewDecision(UPHELD, "yes", ("I1=perhaps",)), "--answer I1"),
        (NewDecision(UPHELD, "yes", ("I1=no",)), "says already"),
        (NewDecision(UPHELD, "yes", ("I3=not-applicable",)), "must be answered"),
    ],
)
def test_a_decision_that_does_not_fit_decides_nothing(shop: Ledger, new: NewDecision, why: str) -> None:
    contest(shop)
    with pytest.raises(BadInput, match=why):
        decide_appeal(shop, "A1", new)
    assert find_appeal(shop.database, "A1").decision is None
    assert held(shop) == [("v1", 1), ("v2", 1)]
    with pytest.raises(BadInput, match="no such appeal"):
        decide_appeal(shop, "A7", NewDecision(REFUSED, "x"))


def test_what_was_excluded_meanwhile_is_not_put_right(shop: Ledger) -> None:
    contest(shop)
    for given in (VisitState.ACCEPTED, VisitState.RETURNED):
        with pytest.raises(BadInput, match="contested by their stores: v1"):
            review_visits(shop, ["v1"], given, "why")
    review_visits(shop, ["v1"], VisitState.EXCLUDED, "the store was closed")
    with pytest.raises(BadInput, match="excluded meanwhile"):
        decide_appeal(shop, "A1", NewDecision(UPHELD, "right", ("I1=yes",)))
    decide_appeal(shop, "A1", NewDecision(REFUSED, "it is excluded anyway"))
    assert state(shop) == "excluded"


def test_two_people_who_decide_at_once_decide_once(shop: Ledger, url: str) -> None:
    contest(shop)
    outcomes: list[str] = []

    def decide(who: str, outcome: str) -> None:
        with open_ledger(url, who=who) as ledger:
            try:
                decide_appeal(ledger, "A1", NewDecision(outcome, f"said {who}"))
                outcomes.append(outcome)
            except BadInput as error:
                outcomes.append(str(error))

    people = [threading.Thread(target=decide, args=each) for each in (("kim", UPHELD), ("lee", REFUSED))]
    for person in people:
        person.start()
    for person in people:
        person.join()
    won = find_appeal(shop.database, "A1").decision
    assert won
    assert sorted(outcome.startswith("A1 was decided already") for outcome in outcomes) == [False, True]
    assert f"by {won.who} on" in next(text for text in outcomes if text.startswith("A1 was"))
    assert len(visit_history(shop, "v1")) == (2 if won.outcome == UPHELD else 1)
    assert list(check(shop)) == []


def test_stopped_between_two_steps_nothing_is_half_done(shop: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    contest(shop)
    with monkeypatch.context() as broken:
        broken.setattr("cemaudit.ledger.appeal_decisions.add_marks", stop)
        with pytest.raises(KeyboardInterrupt):
            decide_appeal(shop, "A1", NewDecision(UPHELD, "right", ("I1=yes",)))
    assert find_appeal(shop.database, "A1").decision is None
    assert (state(shop), held(shop)) == ("contested", [("v1", 1), ("v2", 1)])
    with monkeypatch.context() as broken:
        broken.setattr("cemaudit.ledger.appeals.add_states", stop)
        with pytest.raises(KeyboardInterrupt):
            contest(shop, "v2")
    assert (len(appeals(shop.database)), state(shop, "v2")) == (1, "received")
    assert list(check(shop)) == []


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_revision_is_signed_as_headquarters_own(shop: Ledger, tmp_path: Path) -> None:
    key = new_key(tmp_path / "hq.pem", "hq")
    contest(shop)
    decided = decide_appeal(shop, "A1", NewDecision(UPHELD, "right", ("I1=yes",)), key)
    signature = signature_of(shop.database, decided)
    assert signature == (key.public.fingerprint, True)
    second = visit_history(shop, "v1")[-1]
    assert (second.signed, second.appeal) == (False, "A1")  # no shopper's signature
    shop.database.run("update visit set digest = ? where number = 3", ("0" * 64,))
    assert signature_of(shop.database, decided) == (key.public.fingerprint, False)
    assert list(check(shop)) != []


def test_a_changed_appeal_is_found(shop: Ledger) -> None:
    contest(shop)
    shop.database.run("update appeal set reason = 'something else'")
    assert any("appeal" in str(problem) for problem in check(shop))


def test_the_stores_words_and_file_leave_with_a_purge(shop: Ledger, tmp_path: Path) -> None:
    (tmp_path / "till.png").write_bytes(PNG)
    media = tmp_path / "media"
    opened = contest(shop, evidence=tmp_path / "till.png", media=media)
    assert opened.evidence
    assert (media / opened.evidence).exists()
    decide_appeal(shop, "A1", NewDecision(UPHELD, "Mr. Kim was right", ("I1=yes",)))
    contest(shop, "v2")
    numbers = visits_to_purge(shop, shopper="s-12")
    assert numbers == [1, 2, 3]
    purge(shop, numbers, "asked for", media)
    first, second = appeals(shop.database)
    assert (first.reason, first.evidence, second.reason) == ("", None, "")
    assert first.decision
    assert (first.decision.reason, first.decision.outcome, first.item) == ("", "upheld", "I1")
    assert not (media / opened.evidence).exists()
    assert visit_numbered(shop, 3).amendment == "-"
    assert visit_numbered(shop, 3).answers["I1"] is True
    assert list(check(shop)) == []
    # Decided after the purge: the revision is made of what is left, and the words go with the next purge.
    decide_appeal(shop, "A2", NewDecision(UPHELD, "Ms. Lee said so", ("I1=yes",)))
    assert latest_revision(shop.database, "v2").revision == 2
    purge(shop, visits_to_purge(shop, before=dt.date(2027, 1, 1)), "asked for", media)
    assert all(each.decision and not each.decision.reason for each in appeals(shop.database))
    assert "Lee" not in (latest_revision(shop.database, "v2").visit.amendment or "")
    assert list(check(shop)) == []


def test_evidence_needs_a_place(shop: Ledger, tmp_path: Path) -> None:
    (tmp_path / "till.png").write_bytes(PNG)
    with pytest.raises(BadInput, match="--media"):
        contest(shop, evidence=tmp_path / "till.png")


def test_a_revision_that_comes_while_an_appeal_is_open_is_contested_too(shop: Ledger) -> None:
    contest(shop)
    take(shop, amended(shop_visit()), amended(shop_visit("v2")), checklist=SHOP)
    assert (state(shop), state(shop, "v2")) == ("contested", "received")
    # What is upheld is put right in the latest one, and what is refused gives that one back.
    decide_appeal(shop, "A1", NewDecision(REFUSED, "seen"))
    assert (state(shop), latest_revision(shop.database, "v1").revision) == ("received", 2)
    assert list(check(shop)) == []


KILLED = """
import os, sys
from cemaudit.ledger import appeal_decisions, appeals, open_ledger
module, name = (appeal_decisions, "add_marks") if sys.argv[2] == "decide" else (appeals, "add_states")
setattr(module, name, lambda *_: os.kill(os.getpid(), 9))
with open_ledger(sys.argv[1]) as ledger:
    if sys.argv[2] == "decide":
        appeal_decisions.decide_appeal(ledger, "A1", appeal_decisions.NewDecision("upheld", "right", ("I1=yes",)))
    else:
        appeals.open_appeal(ledger, appeals.NewAppeal("v2", "I1", "no"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["decide", "open"])
def test_killed_between_two_steps_it_is_as_if_nothing_was_begun(shop: Ledger, url: str, step: str) -> None:
    contest(shop)
    ended = subprocess.run([sys.executable, "-c", KILLED, url, step], check=False)
    assert ended.returncode == -9
    assert find_appeal(shop.database, "A1").decision is None
    assert (len(appeals(shop.database)), held(shop)) == (1, [("v1", 1), ("v2", 1)])
    decide_appeal(shop, "A1", NewDecision(UPHELD, "right", ("I1=yes",)))
    assert contest(shop, "v2").name == "A2"
    assert list(check(shop)) == []
