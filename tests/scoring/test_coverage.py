from __future__ import annotations

from helpers import samples, strategies
from hypothesis import given

from cemaudit.model import Channel, Checklist, Element
from cemaudit.scoring import cover

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


@given(strategies.checklists())
def test_every_item_lies_in_one_cell(checklist: Checklist) -> None:
    coverage = cover(checklist)
    assert sum(coverage.items.values()) == len(checklist.items)
    assert len(coverage.items) == 3 * len(checklist.path.stages) * 4
