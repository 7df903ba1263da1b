"""Each value of a facet is compared by itself, with the scores kept for it."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.chains import Network

from cemaudit.compare.from_snapshot import read_visit_arrays
from cemaudit.compare.selection import Selection, selected_facet_values
from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import Filter


def test_each_value_has_its_name_and_its_own_question(snapshot: Local) -> None:
    found = selected_facet_values(snapshot, Selection(facet="channel"))
    assert [one.facet_value for one in found] == ["face-to-face", "electronic"]
    assert [str(one.title) for one in found] == ["Face-to-face", "Electronic"]
    assert [one.selection for one in found] == [
        Selection(facet="channel", measure="channel", facet_value=value) for value in ("face-to-face", "electronic")
    ]
    with use("ko"):
        assert str(found[0].title) != "Face-to-face"


def test_a_part_of_the_headline_is_taken_rather_than_another_measure(snapshot: Local) -> None:
    found = selected_facet_values(snapshot, Selection(facet="touchpoint"))
    assert [(one.facet_value, str(one.title), one.selection.measure) for one in found] == [
        (name, name, "each") for name in ("hello", "room", "shop")
    ]


def test_a_value_s_scores_are_those_kept_for_it(snapshot: Local, chain: Network) -> None:
    hello, room, _ = (
        read_visit_arrays(snapshot, one.selection)
        for one in selected_facet_values(snapshot, Selection(facet="touchpoint"))
    )
    assert (hello.facts.value, room.facts.value) == ("hello", "room")
    answered = [one for one in chain.visits if "C" in one.answers and one.id not in chain.excluded]
    assert sorted(room.raw) == sorted(25.0 * (float(str(one.answers["C"])) - 1) for one in answered)
    assert np.array_equal(room.score, room.raw)  # one item: no list is easier than another
    assert not np.array_equal(hello.score, hello.raw)


def test_some_values_alone_can_be_asked_for(snapshot: Local) -> None:
    some = Filter((Condition("channel", ("electronic",)),))
    assert [one.facet_value for one in selected_facet_values(snapshot, Selection(some, facet="channel"))] == [
        "electronic"
    ]


def test_without_scores_kept_for_a_facet_there_is_nothing_to_compare(snapshot: Local) -> None:
    with pytest.raises(BadInput, match="cannot be grouped by stage"):
        selected_facet_values(snapshot, Selection(facet="stage", measure="whole"))
    with pytest.raises(BadInput, match="name the facet that scores are kept for"):
        selected_facet_values(snapshot, Selection())
