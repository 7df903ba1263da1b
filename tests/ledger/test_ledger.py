"""What a ledger promises: everything once, nothing overwritten, and what it knows is what came in."""

from __future__ import annotations

import hashlib
import threading
from itertools import permutations

import pytest
from helpers import ledgers, samples, strategies
from helpers.ledgers import amended, digest, held, said, take, visit
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.canonical_json import line_of
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.documents import document_of
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.identities import Pseudonyms
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.states import VisitState
from cemaudit.model import Checklist, Visit


def test_what_came_in_is_what_is_read(ledger: Ledger) -> None:
    came = visit(notes={"I1": "한글 \" ' \n"}, wave="2026-4", answers={"I1": True, "I2": "말"})
    assert take(ledger, came) == ["collected"]
    (found,) = ledger.visits()
    assert found[:5] == (1, "v1", 1, "test.shop@1", "s1")
    assert (found.wave, found.day, found.state) == ("2026-4", "2026-11-21", "received")
    assert found.visit == came.model_copy(update={"shopper": found.shopper})
    assert ledger.shelf.checklists() == ledgers.ALL


def test_the_same_visit_is_there_once(ledger: Ledger, url: str) -> None:
    assert take(ledger, visit("v1"), visit("v2"), visit("v1")) == ["collected", "collected", "again"]
    assert take(ledger, visit("v2"), visit("v3")) == ["again", "collected"]
    with open_ledger(url) as other:
        assert take(other, visit("v1")) == ["again"]
        assert held(other) == [("v1", 1), ("v2", 1), ("v3", 1)]
        assert [one.number for one in other.visits()] == [1, 2, 3]


def test_another_content_is_a_conflict(ledger: Ledger) -> None:
    take(ledger, visit("v1"))
    other = visit("v1", answers={"I1": False})
    (why,) = said(ledger, other)
    assert why.startswith("another content than revision 1 of visit v1 collected at 20")
    assert take(ledger, visit("v2"), visit("v2", store="s2")) == ["collected", "conflict"]
    assert [one.visit.answers["I1"] for one in ledger.visits()] == [True, True]


def chain(length: int = 3) -> list[Visit]:
    made = [visit()]
    while len(made) < length:
        made.append(amended(made[-1], store=f"s{len(made) + 1}"))
    return made


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_revisions_come_in_any_order(ledger: Ledger, order: tuple[int, ...]) -> None:
    revisions = chain()
    for place in order:
        assert take(ledger, revisions[place]) == ["collected"]
        there = set(order[: order.index(place) + 1])
        assert ledger.waiting() == [("v1", one + 1) for one in sorted(there) if one and one - 1 not in there]
    assert held(ledger) == [("v1", 3)]
    assert sorted(held(ledger, superseded=True)) == [("v1", 1), ("v1", 2), ("v1", 3)]
    assert ledger.waiting() == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_revisions_in_one_batch(ledger: Ledger, order: tuple[int, ...]) -> None:
    revisions = chain()
    assert take(ledger, *(revisions[place] for place in order)) == ["collected"] * 3
    assert held(ledger) == [("v1", 3)]


def test_a_revision_of_something_else_is_a_conflict_whichever_comes_first(ledger: Ledger) -> None:
    strange = amended(visit("v1", store="s9"))
    assert take(ledger, visit("v1")) == ["collected"]
    assert said(ledger, strange) == [
        "not made of revision 1 of visit v1 in the ledger, whose place it takes (ask the shopper which one is right)"
    ]
    later = amended(visit("v2", store="s9"))
    assert take(ledger, later) == ["collected"]
    assert said(ledger, visit("v2")) == [
        "revision 2 of visit v2 in the ledger was made of another content (ask the shopper which one is right)"
    ]
    assert held(ledger, superseded=True) == [("v1", 1), ("v2", 2)]


def test_a_checklist_keeps_its_content_for_good(ledger: Ledger, url: str) -> None:
    take(ledger, visit("v1"))
    other = samples.items_only(samples.item("I1"), samples.item("I2"))
    with open_ledger(url) as elsewhere:
        document = ledgers.document(visit("v2"), elsewhere)
        (outcome,) = elsewhere.collect([document], {other.ref: other})
    assert outcome.fate.value == "refused"
    assert str(outcome.problems[0]).startswith("test.shop@1 here (")
    assert "is not the one in the ledger (" in str(outcome.problems[0])
    assert held(ledger) == [("v1", 1)]


@given(strategies.checklists())
def test_checklists_are_kept_whole(of: Checklist) -> None:
    from cemaudit.ledger.definitions import as_text

    assert Checklist.model_validate_json(as_text(of)) == of


def test_shoppers_are_not_in_the_ledger(ledger: Ledger) -> None:
    came = visit("v1", shopper="s-secret")
    take(ledger, came, amended(came), visit("v2", shopper="s-secret"), visit("v3", shopper="s-other"))
    everything = b"".join(one.line for one in ledger.visits(superseded=True))
    everything += str(ledger.database.run("select id, shopper, digest, supersedes, stored, signer from visit")).encode()
    everything += str(list(ledger.trail.lines())).encode()
    assert b"s-secret" not in everything
    assert digest(came).encode() not in everything  # one could try codes until it fits
    one, two, three = (found.shopper for found in ledger.visits())
    assert one == two != three
    assert ledger.people.code(str(one)) == "s-secret"


@given(strategies.checklists_and_visits(), st.text(min_size=1, max_size=20), st.booleans())
def test_a_pseudonym_takes_the_place_of_the_code_and_of_nothing_else(both: tuple, code: str, twice: bool) -> None:
    pseudonyms = Pseudonyms(b"secret")
    _, made = both
    try:
        came = Visit.model_validate({**made.model_dump(), "shopper": code})
    except ValueError:
        return
    if twice:  # an item called as the field is
        came = came.model_copy(update={"answers": {"shopper": came.shopper}})
    kept = document_of(came, line_of(came), pseudonyms)
    from cemaudit.ledger.documents import decompress

    line = line_of(came.model_copy(update={"shopper": kept.shopper}))
    assert decompress(kept.document) == line
    assert kept.stored == hashlib.sha256(line).hexdigest()


def test_states(ledger: Ledger) -> None:
    first = visit("v1")
    take(ledger, first, visit("v2"), visit("v3"))
    review_visits(ledger, ["v1", "v2", "v1"], VisitState.EXCLUDED, "closed that day")
    review_visits(ledger, ["v2"], VisitState.ACCEPTED, "")
    assert [one.state for one in ledger.visits(states=list(VisitState))] == ["excluded", "accepted", "received"]
    assert held(ledger) == [("v2", 1), ("v3", 1)]
    assert held(ledger, states=[VisitState.EXCLUDED]) == [("v1", 1)]
    take(ledger, amended(first))
    assert held(ledger, states=[VisitState.RECEIVED]) == [("v3", 1), ("v1", 2)]
    review_visits(ledger, ["v1"], VisitState.RETURNED, "why?", revision=1)
    assert [one.state for one in ledger.visits(states=list(VisitState), superseded=True)] == [
        "returned", "accepted", "received", "received",
    ]  # fmt: skip
    assert list(check(ledger)) == []


@pytest.mark.parametrize(
    ("visits", "reason", "revision", "words"),
    [
        (["v1"], "", None, "a visit is excluded only with a reason"),
        (["v1", "v9"], "x", None, "no such visit: v9"),
        (["v1"], "x", 2, "visit v1 has no revision 2"),
    ],
)
def test_states_that_cannot_be(
    ledger: Ledger, visits: list[str], reason: str, revision: int | None, words: str
) -> None:
    take(ledger, visit("v1"))
    with pytest.raises(BadInput, match=words):
        review_visits(ledger, visits, VisitState.EXCLUDED, reason, revision)
    assert held(ledger) == [("v1", 1)]
    assert [line.kind for line in ledger.trail.lines()] == ["made", "collected"]


def test_visits_are_read_on_from_a_number_and_by_checklist(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cemaudit.ledger.ledger._AT_ONCE", 2)
    other = samples.items_only(samples.item("I1"), version="2")
    take(ledger, *(visit(f"v{number}") for number in range(5)))
    take(ledger, visit("w", checklist=other.ref), checklist=other)
    assert [one.number for one in ledger.visits(2)] == [3, 4, 5, 6]
    assert held(ledger, checklist=other.ref) == [("w", 1)]
    assert ledger.last() == 6


def test_many_windows_at_once(url: str) -> None:
    """Batches that overlap, from four connections: each visit once, numbers without a gap."""
    fates: list[str] = []

    def work(window: int) -> None:
        with open_ledger(url, make=True) as ledger:
            for number in range(5):
                fates.extend(take(ledger, visit("shared"), visit(f"v{number}"), visit(f"w{window}-{number}")))

    windows = [threading.Thread(target=work, args=(window,)) for window in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    with open_ledger(url) as ledger:
        assert [one.number for one in ledger.visits()] == list(range(1, 27))
        assert fates.count("collected") == 26
        assert fates.count("again") == 60 - 26
        assert list(check(ledger)) == []


def test_nothing_of_a_batch_that_fails_stays(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    take(ledger, visit("v1"))
    before = list(ledger.trail.lines())
    monkeypatch.setattr(type(ledger.people), "add", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take(ledger, visit("v2"))
    assert list(ledger.trail.lines()) == before
    assert held(ledger) == [("v1", 1)]
    monkeypatch.undo()
    assert take(ledger, visit("v2")) == ["collected"]
    assert list(check(ledger)) == []
