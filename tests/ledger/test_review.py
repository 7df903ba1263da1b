"""Reviews: what waits and why, many visits at once, and visits sent back to their shoppers with the editor's words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from helpers import ledgers, sealed_visits
from helpers.ledgers import amended, collect, take, visit

from cemaudit.errors import BadInput
from cemaudit.exchange.sealed import read_sealed
from cemaudit.ledger import Ledger, VisitState, open_ledger, review_visits, visit_history
from cemaudit.ledger.history import ReviewedVisits
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.purging import purge, visits_to_purge
from cemaudit.ledger.returning import export_returned, original_visit, returned_visits
from cemaudit.ledger.review_queue import waiting_visits
from cemaudit.ledger.screening_remarks import ScreeningRemark, save_remarks
from cemaudit.ledger.selecting import VisitSelection, select_visits, selection_of
from cemaudit.ledger.store_registry import Store, import_stores

DOUBT = {"check": "pace", "place": "", "said": "40 answers in two minutes", "reason": "I had noted them on paper"}


def chosen(ledger: Ledger, *where: str, **days: dt.date) -> list[str]:
    return [held.id for held in select_visits(ledger, selection_of(where, **days), VisitState)]


def waits(ledger: Ledger, *where: str) -> dict[str, list[str]]:
    return {each.held.id: [str(why) for why in each.reasons] for each in waiting_visits(ledger, selection_of(where))}


def test_visits_are_chosen_by_what_the_ledger_knows(ledger: Ledger) -> None:
    import_stores(ledger, [Store(id="s1", owner="Kim"), Store(id="s2", owner="Lee")])
    take(
        ledger,
        visit("v1", wave="2026-4"),
        visit("v2", store="s2", wave="2026-4", date="2026-12-01"),
        visit("v3", store="s3", date="2027-01-02", origin="simulated"),
    )
    review_visits(ledger, ["v2"], VisitState.ACCEPTED, "")
    assert chosen(ledger) == ["v1", "v2", "v3"]
    assert chosen(ledger, "wave=2026-4", "owner=Lee") == ["v2"]
    assert chosen(ledger, "owner=Kim", "owner=Lee") == ["v1", "v2"]
    assert chosen(ledger, "owner=") == ["v3"]
    assert chosen(ledger, "state=received", "origin=shopper") == ["v1"]
    assert chosen(ledger, "quarter=2026-Q4") == ["v1", "v2"]
    assert chosen(ledger, "month=2027-01") == chosen(ledger, "year=2027") == ["v3"]
    assert chosen(ledger, "checklist=test.shop") == chosen(ledger, "checklist=test.shop@1") == ["v1", "v2", "v3"]
    assert chosen(ledger, "complete=no") == []
    assert chosen(ledger, since=dt.date(2026, 12, 1), until=dt.date(2026, 12, 31)) == ["v2"]
    both = selection_of(["store=s1"]).limited_to("store", ["s2"])
    assert list(select_visits(ledger, both, VisitState)) == []


@pytest.mark.parametrize("where", ["waves=1", "state=acepted", "complete=maybe", "wave"])
def test_a_condition_that_means_nothing_is_refused(where: str) -> None:
    with pytest.raises(BadInput):
        selection_of([where])


def test_the_queue_is_oldest_first_and_says_why(ledger: Ledger) -> None:
    take(ledger, visit("v1", overrides=[DOUBT]), visit("v2"))
    take(ledger, visit("v3"))
    review_visits(ledger, ["v3"], VisitState.RETURNED, "which till was it?")
    assert list(waits(ledger)) == ["v1", "v2"]
    assert waits(ledger)["v1"][1:] == [
        "let stand by the shopper: 40 answers in two minutes (I had noted them on paper)"
    ]
    review_visits(ledger, ["v1"], VisitState.ACCEPTED, "")
    take(ledger, amended(visit("v3")))
    assert list(waits(ledger)) == ["v2", "v3"]
    assert waits(ledger)["v3"][:1] == ["revision 2 of a visit that was returned: which till was it?"]
    save_remarks(ledger, [ScreeningRemark(2, "texts", "notes.I1", 1, "1.00")])
    [two] = waiting_visits(ledger, selection_of(["store=s1"]))[:1]
    assert two.as_json()["reasons"][0] == "nearly the same text as in another visit: visit v1, store s1"
    assert (two.as_json()["visit"], two.as_json()["state"]) == ("v2", "received")


def test_missing_proof_is_a_reason_to_look(ledger: Ledger, tmp_path: Path) -> None:
    shop = ledgers.samples.items_only(ledgers.samples.item("I1", evidence="required"))
    path = ledgers.lines(tmp_path / "v.jsonl", [visit("v1")])
    collect(ledger, path, any_store=True, checklists=[shop])
    assert waits(ledger) == {"v1": ["evidence missing: I1"]}


def test_many_visits_get_a_state_at_once_or_none(ledger: Ledger) -> None:
    take(ledger, *(visit(f"v{number}", wave="a" if number < 3 else "b") for number in range(5)))
    reviewed = review_visits(ledger, selection_of(["wave=a"]), VisitState.ACCEPTED, "")
    assert reviewed == ReviewedVisits((1, 2, 3), 0)
    entries = ledger.trail.head()
    # Stopped after it was written, it is run again and changes nothing.
    assert review_visits(ledger, selection_of(["wave=a"]), VisitState.ACCEPTED, "").unchanged == 3
    assert ledger.trail.head() == entries
    with pytest.raises(BadInput, match="no such visit: v9"):
        review_visits(ledger, ["v3", "v9"], VisitState.ACCEPTED, "")
    assert list(waits(ledger)) == ["v3", "v4"]
    with pytest.raises(BadInput, match="only with a reason"):
        review_visits(ledger, selection_of(["wave=b"]), VisitState.EXCLUDED, "  ")
    assert list(check(ledger)) == []


def test_another_person_or_reason_is_another_review(ledger: Ledger, url: str) -> None:
    take(ledger, visit("v1"))
    for reason in ("no receipt", "no receipt", "still no receipt"):
        review_visits(ledger, ["v1"], VisitState.RETURNED, reason)
    with open_ledger(url, who="lee") as other:
        review_visits(other, ["v1"], VisitState.RETURNED, "still no receipt")
    [revision] = visit_history(ledger, "v1")
    assert [(review.reason, review.who) for review in revision.reviews] == [
        ("no receipt", "hq"), ("still no receipt", "hq"), ("still no receipt", "lee"),
    ]  # fmt: skip


def returned(ledger: Ledger, tmp_path: Path, name: str = "v1") -> Path:
    """The file of a returned visit."""
    [held] = returned_visits(ledger, (1, 2)[:1])
    assert held.id == name
    return export_returned(ledger, held, tmp_path / "media", tmp_path / "back").path


def test_a_returned_visit_goes_back_as_it_came_with_the_editors_words(ledger: Ledger, tmp_path: Path) -> None:
    sealed = sealed_visits.seal(tmp_path / "in", id="v1", shopper="s-12", checklist=ledgers.SHOP.ref)
    collect(ledger, sealed.path, media=tmp_path / "media")
    review_visits(ledger, ["v1"], VisitState.RETURNED, "The receipt is of\nanother day.")
    back = read_sealed(returned(ledger, tmp_path))
    assert back.review
    assert (back.review.reason, back.review.by) == ("The receipt is of\nanother day.", "hq")
    assert (back.visit, back.digest, back.statement) == (sealed.visit, sealed.digest, sealed.statement)
    assert [part.name for part in back.media] == [part.name for part in sealed.media]
    # Written again after a stop, it is the same file; collected again, it changes nothing.
    assert returned(ledger, tmp_path) == back.path
    assert ledgers.counts(collect(ledger, back.path, media=tmp_path / "media")) == (0, 1, 0, 0)
    revised = sealed_visits.revise(tmp_path / "in", back, notes={"I1": "the right one"})
    assert ledgers.counts(collect(ledger, revised.path, media=tmp_path / "media")) == (1, 0, 0, 0)


def test_a_visit_returned_again_is_another_file(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, visit("v1"))
    review_visits(ledger, ["v1"], VisitState.RETURNED, "first")
    path = returned(ledger, tmp_path)
    assert read_sealed(path).statement.words.startswith("Sent back by headquarters")
    review_visits(ledger, ["v1"], VisitState.RETURNED, "second")
    with pytest.raises(BadInput, match="nothing is overwritten"):
        returned(ledger, tmp_path)


def test_revisions_are_put_together_one_on_the_other(ledger: Ledger) -> None:
    first = visit("v1")
    second = amended(first)
    third = amended(second)
    take(ledger, first, second, third)
    assert [original_visit(ledger, "v1", number) for number in (1, 2, 3)] == [first, second, third]
    take(ledger, amended(visit("v2")))
    assert original_visit(ledger, "v2", 2) is None


def test_what_was_purged_or_is_not_returned_does_not_go_back(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, visit("v1"))
    [held] = list(ledger.visits())
    with pytest.raises(BadInput, match="not returned"):
        export_returned(ledger, held, None, tmp_path)
    review_visits(ledger, ["v1"], VisitState.RETURNED, "why?")
    purge(ledger, visits_to_purge(ledger, shopper="s-12"), "asked for", None)
    # What the editor wrote to the shopper goes with the visit's own words.
    assert [review[:2] for review in visit_history(ledger, "v1")[0].reviews] == [("returned", "")]
    assert list(check(ledger)) == []
    with pytest.raises(BadInput, match="personal data was removed"):
        returned(ledger, tmp_path)
    assert not (tmp_path / "back").exists()


def test_evidence_that_is_gone_is_named(ledger: Ledger, tmp_path: Path) -> None:
    sealed = sealed_visits.seal(tmp_path / "in", id="v1", checklist=ledgers.SHOP.ref)
    collect(ledger, sealed.path, media=tmp_path / "elsewhere")
    review_visits(ledger, ["v1"], VisitState.RETURNED, "why?")
    with pytest.raises(BadInput, match="evidence is gone"):
        returned(ledger, tmp_path)


def test_a_selection_holds_nothing_it_does_not_say() -> None:
    assert VisitSelection() == selection_of([])
