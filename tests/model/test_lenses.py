from __future__ import annotations

from typing import Any

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.model import JOURNEYS, Journey
from cemaudit.model.lenses import OUTSIDE, JourneyView, lenses, mapping_problems, view_of

SHIPPED = [(lens, journey) for lens, record in lenses().items() for journey in record.journeys]
SECTORS = ("store-path", "treatment", "order", "store-path-2", "treatment-2", "order-2")
STAY = Journey.model_validate(
    {
        "id": "hotel.stay",
        "title": samples.text("Stay"),
        "stages": [{"id": one, "title": samples.text(one)} for one in ("book", "arrive", "night", "leave")],
    }
)
BEFORE_ON_AFTER = JOURNEYS["before-on-after"]


def complaints(**mapping: Any) -> list[str]:
    mapping = {name: tuple(stages) for name, stages in mapping.items()}
    with use("en"):
        return [str(problem) for problem in mapping_problems(STAY, BEFORE_ON_AFTER, mapping)]


@pytest.mark.parametrize(("lens", "journey"), SHIPPED)
def test_every_shipped_mapping_gives_each_stage_one_place(lens: str, journey: str) -> None:
    mapping = lenses()[lens].journeys[journey]
    assert list(mapping_problems(JOURNEYS[journey], JOURNEYS[lens], mapping)) == []
    assert [*mapping][: len(JOURNEYS[lens].stages)] == [stage.id for stage in JOURNEYS[lens].stages]


@pytest.mark.parametrize("journey", SECTORS)
def test_every_sector_is_seen_through_every_lens(journey: str) -> None:
    assert {lens for lens, mapped in SHIPPED if mapped == journey} == {
        "six-stage", "aida", "aidma", "aisas", "acass", "before-on-after", "mot",
    }  # fmt: skip


def test_acass_is_as_the_article_has_it() -> None:
    with use("ko"):
        assert [str(stage.title) for stage in JOURNEYS["acass"].stages] == [
            "인지",
            "고려",
            "획득",
            "서비스",
            "네트워크",
        ]
        assert [str(stage.title) for stage in BEFORE_ON_AFTER.stages] == ["구매 전", "구매 순간", "구매 후"]
        assert str(JOURNEYS["six-stage"].stage("advocacy").title) == "지지"


def seen(journey: str, lens: str) -> JourneyView:
    return view_of(JOURNEYS[journey], JOURNEYS[lens], lenses()[lens].journeys[journey])


def test_holes_of_an_order() -> None:
    """An order of the first edition begins where the customer looks around and ends without word of mouth."""
    view = seen("order", "acass")
    holes = [stage.id for stage in view.lens.stages if not view.stages_in(stage.id)]
    assert holes == ["awareness", "network"]
    assert [stage.id for stage in view.stages_in("service")] == ["use", "return", "support", "after"]
    later = seen("order-2", "acass")
    assert all(later.stages_in(stage.id) for stage in later.lens.stages)


def test_what_lies_outside() -> None:
    view = seen("store-path", "aida")
    assert [stage.id for stage in view.outside] == ["after"]
    bag = samples.checklist(samples.touchpoint("bag", samples.item("A"), stage="after")).touchpoints[0]
    assert view.stage_of(bag) is None


def test_a_touchpoint_lies_at_the_moment_of_truth_it_declares() -> None:
    of = samples.checklist(
        samples.touchpoint("stock", samples.item("A"), stage="approach", moment="zmot"),
        samples.touchpoint("window", samples.item("B"), stage="approach"),
        samples.touchpoint("older", samples.item("C"), stage="pay", moment="buy"),
    )
    assert [seen("store-path", "mot").stage_of(one) for one in of.touchpoints] == ["zmot", "stimulus", "fmot"]
    assert [seen("store-path", "acass").stage_of(one) for one in of.touchpoints] == [
        "awareness", "awareness", "acquisition",
    ]  # fmt: skip


def test_a_journey_is_its_own_lens_also_under_earlier_ids() -> None:
    door = samples.touchpoint("door", samples.item("A"), stage="sharing")
    path = samples.checklist(door, journey="acass").path
    view = view_of(path, JOURNEYS["acass"], None)
    assert view.place["sharing"] == "network"
    through = view_of(path, BEFORE_ON_AFTER, lenses()["before-on-after"].journeys["acass"])
    assert through.place["sharing"] == "after"


def test_everything_wrong_with_a_lens_at_once() -> None:
    assert complaints(before=["book", "arrvie"], on=["night", "book"], afterwards=["leave"]) == [
        "journeys.hotel.stay.before: no such stage in journey hotel.stay: arrvie (did you mean arrive?)",
        "journeys.hotel.stay.afterwards: no such stage in journey before-on-after: afterwards (did you mean after?)",
        "journeys.hotel.stay: stage book is mapped twice: before, on (a stage has one place in a lens)",
        ("journeys.hotel.stay: stages that are mapped nowhere: arrive "
        "(what lies in no stage of the lens is listed under 'outside')"),
    ]  # fmt: skip
    assert complaints(before=["book"], on=["arrive", "night"], after=["leave"]) == []


def test_a_journey_no_lens_speaks_of() -> None:
    with use("en"), pytest.raises(BadInput, match=r"lens before-on-after says nothing of journey hotel\.stay"):
        view_of(STAY, BEFORE_ON_AFTER, None)
    with use("en"), pytest.raises(BadInput, match="mapped nowhere: night, leave"):
        view_of(STAY, BEFORE_ON_AFTER, {"before": ("book", "arrive")})


@given(st.dictionaries(st.sampled_from(["before", "on", "after", OUTSIDE]), st.lists(st.sampled_from("abcd"))))
def test_a_mapping_is_whole_or_says_what_is_wrong(mapping: dict[str, list[str]]) -> None:
    """Without a complaint every stage has exactly one place; with every stage in one place there is no complaint."""
    journey = STAY.model_copy(update={"stages": tuple(STAY.stages[0].model_copy(update={"id": one}) for one in "abcd")})
    named = [name for names in mapping.values() for name in names]
    is_whole = sorted(named) == list("abcd")
    tuples = {stage: tuple(names) for stage, names in mapping.items()}
    assert (not list(mapping_problems(journey, BEFORE_ON_AFTER, tuples))) == is_whole
    if is_whole:
        view = view_of(journey, BEFORE_ON_AFTER, tuples)
        parts = [*view.outside, *(stage for one in BEFORE_ON_AFTER.stages for stage in view.stages_in(one.id))]
        assert sorted(stage.id for stage in parts) == list("abcd")
