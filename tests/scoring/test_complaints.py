"""Whether claims became blames at the same touchpoint, at a later visit of an episode."""

from __future__ import annotations

from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model import Visit
from cemaudit.scoring.complaints import claim_outcomes, claims_in_question

PLACES = st.lists(st.sampled_from("abc"), max_size=3)


def visit(claims: str | list[str] = "", blames: str | list[str] = "") -> Visit:
    said = {"claims": claims, "blames": blames}
    return samples.visit(
        **{kind: [{"touchpoint": name, "text": "x"} for name in names] for kind, names in said.items()}
    )


def outcomes(*visits: Visit) -> list[tuple[int, str, int | None]]:
    return [(one.place, one.claim.touchpoint, one.blamed_at) for one in claim_outcomes(visits)]


def test_a_blame_at_the_same_touchpoint_later_is_the_claims_outcome() -> None:
    assert outcomes(visit("a"), visit(), visit(blames="a"), visit(blames="a")) == [(0, "a", 2)]


def test_another_touchpoint_an_earlier_visit_and_the_same_visit_are_none() -> None:
    assert outcomes(visit("a"), visit(blames="b")) == [(0, "a", None)]
    assert outcomes(visit(blames="a"), visit("a")) == [(1, "a", None)]
    assert outcomes(visit("a", "a"), visit()) == [(0, "a", None)]


def test_claims_of_the_last_visit_are_not_in_question() -> None:
    visits = [visit("a"), visit("b")]
    assert [one.claim.touchpoint for one in claims_in_question(claim_outcomes(visits), visits)] == ["a"]


@given(st.lists(st.tuples(PLACES, PLACES), max_size=5))
def test_every_claim_has_one_outcome_and_the_blame_is_there(said: list[tuple[list[str], list[str]]]) -> None:
    visits = [visit(claims, blames) for claims, blames in said]
    found = outcomes(*visits)
    assert len(found) == sum(len(claims) for claims, _ in said)
    for place, touchpoint, blamed_at in found:
        later = [number for number in range(place + 1, len(said)) if touchpoint in said[number][1]]
        assert blamed_at == (later[0] if later else None)
