from __future__ import annotations

from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.language import use
from cemaudit.model import JOURNEYS, Channel, Checklist, Element
from cemaudit.model.lenses import JourneyView, lenses, view_of
from cemaudit.scoring import cover
from cemaudit.scoring.lint import lint_checklist

SHOP = samples.checklist(
    samples.touchpoint("door", samples.item("A"), samples.item("B"), element="look-and-feel"),
    samples.touchpoint("site", samples.item("C"), channel="electronic", stage="approach"),
)


def test_items_of_each_cell() -> None:
    coverage = cover(SHOP)
    assert coverage.items[Channel.FACE_TO_FACE, "enter", Element.LOOK_AND_FEEL] == 2
    assert coverage.items[Channel.ELECTRONIC, "approach", Element.PEOPLE] == 1
    assert coverage.items[Channel.ELECTRONIC, "leave", Element.PRODUCT] == 0


def test_what_is_never_looked_at() -> None:
    coverage = cover(SHOP)
    assert coverage.missing(0) == ("personal-distant",)
    assert coverage.missing(1) == ("browse", "consult", "try-on", "pay", "leave", "after")
    assert coverage.missing(2) == ("product", "communication")


def acass(journey: str) -> JourneyView:
    return view_of(JOURNEYS[journey], JOURNEYS["acass"], lenses()["acass"].journeys[journey])


def test_through_a_lens() -> None:
    coverage = cover(SHOP, acass("store-path"))
    assert coverage.items[Channel.FACE_TO_FACE, "consideration", Element.LOOK_AND_FEEL] == 2
    assert coverage.elements(Channel.ELECTRONIC, "awareness") == {Element.PEOPLE: 1}
    assert coverage.missing(1) == ("acquisition", "service", "network")
    aida = view_of(JOURNEYS["store-path"], JOURNEYS["aida"], lenses()["aida"].journeys["store-path"])
    bag = samples.checklist(samples.touchpoint("bag", samples.item("A"), samples.item("B"), stage="after"))
    assert cover(bag, aida).outside == 2
    assert sum(cover(bag, aida).items.values()) == 0


def test_gaps_are_cells_whose_channel_and_stage_are_looked_at_elsewhere() -> None:
    coverage = cover(SHOP)
    assert {channel: [stage.id for stage in stages] for channel, stages in coverage.gaps().items()} == {
        Channel.FACE_TO_FACE: ["approach"],
        Channel.ELECTRONIC: ["enter"],
    }
    assert len(list(coverage.empty_cells())) == 3 * 8 - 2


def test_lint_names_all_gaps_in_one_note() -> None:
    with use("en"):
        texts = [str(remark.problem) for remark in lint_checklist(SHOP)]
    assert [text for text in texts if "cells" in text] == [
        (
            "touchpoints: no item looks at these cells of channel and stage: Face-to-face: Approach; Electronic: Enter "
            "('cemaudit checklists ID --coverage' draws the map)"
        )
    ]


def test_lint_names_channels_and_stages_in_the_readers_language() -> None:
    with use("ko"):
        said = " ".join(str(remark.problem) for remark in lint_checklist(SHOP))
    assert "대면" in said
    assert not [word for word in ("face-to-face", "personal-distant", "approach", "try-on") if word in said]


def test_no_gap_is_cut_where_there_are_many() -> None:
    spots = [
        samples.touchpoint(f"t{number}", samples.item(f"I{number}"), stage=stage.id, channel=channel)
        for number, (stage, channel) in enumerate(zip(JOURNEYS["treatment"].stages, [*Channel] * 4, strict=True))
    ]
    wide = samples.checklist(*spots, journey="treatment")
    with use("en"):
        (note,) = (str(remark.problem) for remark in lint_checklist(wide) if "cells" in str(remark.problem))
        titles = {str(stage.title) for stages in cover(wide).gaps().values() for stage in stages}
    assert all(title in note for title in titles)
    assert "…" not in note


def test_lint_says_where_a_micro_moment_is_written_today() -> None:
    older = samples.checklist(samples.touchpoint("t", samples.item("A"), moment="know"))
    with use("en"):
        assert any("written as micro_moment today: know" in str(one.problem) for one in lint_checklist(older))
    newer = samples.checklist(samples.touchpoint("t", samples.item("A"), moment="zmot", micro_moment="know"))
    assert not any("micro_moment" in str(one.problem) for one in lint_checklist(newer))


@given(strategies.checklists(), st.sampled_from(sorted(lenses())))
def test_a_lens_loses_no_item(checklist: Checklist, lens: str) -> None:
    coverage = cover(checklist, view_of(checklist.path, JOURNEYS[lens], lenses()[lens].journeys["store-path"]))
    assert sum(coverage.items.values()) + coverage.outside == len(checklist.items)


@given(strategies.checklists())
def test_every_item_lies_in_one_cell(checklist: Checklist) -> None:
    coverage = cover(checklist)
    assert sum(coverage.items.values()) == len(checklist.items)
    assert len(coverage.items) == 3 * len(checklist.path.stages) * 4
