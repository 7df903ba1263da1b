from __future__ import annotations

from fractions import Fraction

import pytest
from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.model import JOURNEYS, Checklist
from cemaudit.model.lenses import lenses, view_of
from cemaudit.scoring import Engine, audit_visit
from cemaudit.scoring.lens_scores import lens_measure, lens_scores, touchpoint_weight

SCHEME = Engine().library.scheme("cem.experience@1")
PATH = JOURNEYS["store-path"]
SHOP = samples.checklist(
    samples.touchpoint("window", samples.item("A"), stage="approach", weight=3, emotion=True),
    samples.touchpoint("shelf", samples.item("B"), stage="browse", mode="active", weight=2, emotion=True),
    samples.touchpoint("advice", samples.item("C"), stage="consult", emotion=True),
    samples.touchpoint("bag", samples.item("D"), stage="after", emotion=True),
    scheme=SCHEME.ref,
)


def through(lens: str, **feelings: int) -> dict[str, tuple[int, int, Fraction | None]]:
    visit = samples.visit(answers=dict.fromkeys("ABCD", True), emotions=feelings)
    view = view_of(SHOP.path, JOURNEYS[lens], lenses()[lens].journeys["store-path"])
    return {score.stage.id: score[1:] for score in lens_scores(audit_visit(visit, SHOP, SCHEME), view)}


def test_a_stage_is_the_weighted_mean_of_its_touchpoints() -> None:
    found = through("acass", window=3, shelf=3, advice=-3)
    assert found == {
        "awareness": (1, 1, 100),
        "consideration": (2, 2, Fraction(100 * 3 - 50, 4)),  # active counts 1.5 times its weight of 2
        "acquisition": (0, 0, None),
        "service": (1, 0, None),
        "network": (0, 0, None),
    }


def test_weights_are_those_of_the_headline_or_as_declared() -> None:
    (window, shelf, *_) = SHOP.touchpoints
    measure = SCHEME.measure["touchpoint.experience"]
    assert (touchpoint_weight(SCHEME, measure, window), touchpoint_weight(SCHEME, measure, shelf)) == (3, 3)
    kept = samples.scheme({"id": "each", "how": "ratio", "for_each": "touchpoint"}, {"id": "all", "how": "ratio"})
    assert lens_measure(kept).id == "each"
    assert touchpoint_weight(kept, kept.measure["each"], shelf) == 2
    with use("en"), pytest.raises(BadInput, match=r"test\.scheme@1 keeps no score by touchpoint"):
        lens_measure(samples.scheme({"id": "all", "how": "ratio"}))


@given(st.data())
def test_along_the_journey_itself_it_is_what_the_scheme_keeps_by_stage(data: st.DataObject) -> None:
    checklist: Checklist = data.draw(strategies.checklists())
    audit = audit_visit(data.draw(strategies.visits(checklist)), checklist, SCHEME)
    view = view_of(checklist.path, PATH, None)
    assert {score.stage.id: score.value for score in lens_scores(audit, view)} == {
        stage.id: audit.score("stage.experience", stage.id).value for stage in PATH.stages
    }
