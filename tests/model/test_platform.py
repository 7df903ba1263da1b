"""A company's platform: which items prove its promises, by either file, and what does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cemaudit.model import Checklist
from cemaudit.model.platform import Platform, is_named_by, item_promise_problems, proof_items, proof_problems


def platform(*promises: str, **keys: Any) -> Platform:
    texts = {name: samples.text(name) for name in ("title", "positioning", "theme")}
    listed = [{"id": name, "title": samples.text(name)} for name in promises or ("quick", "warm")]
    return Platform.model_validate({"id": "test.platform", "version": "1.0", **texts, "promises": listed, **keys})


def shop(**keys: Any) -> Checklist:
    return samples.checklist(
        samples.touchpoint(
            "t",
            samples.item("A", promises=["quick"]),
            samples.item("B", promises=["warm", "quick"]),
            samples.item("C"),
            samples.item("words", "text"),
        ),
        **keys,
    )


def test_items_name_their_promises_where_the_checklist_names_the_platform() -> None:
    both = {"quick": ("A", "B"), "warm": ("B",)}
    assert proof_items(platform(), shop(platform="test.platform@1.0")) == both
    assert proof_items(platform(), shop(platform="test.platform")) == both, "the id alone means any version"
    assert proof_items(platform(version="2"), shop(platform="test.platform@1.0")) == {}
    assert proof_items(platform(), shop(platform="another")) == {}
    assert not is_named_by(platform(), samples.items_only(samples.item("A")))


def test_the_platform_tells_of_checklists_it_does_not_own() -> None:
    own = {"test.shop@1": {"warm": ["C"]}}
    assert proof_items(platform(proofs=own), shop()) == {"warm": ("C",)}
    assert proof_items(platform(proofs={"test.shop": {"warm": ["C", "A"]}}), shop()) == {"warm": ("A", "C")}
    assert proof_items(platform(proofs={"test.shop@2": {"warm": ["C"]}}), shop()) == {}
    together = proof_items(platform(proofs=own), shop(platform="test.platform"))
    assert together == {"quick": ("A", "B"), "warm": ("B", "C")}


@given(st.permutations(["A", "B", "C"]), st.sets(st.sampled_from(["A", "B", "C"]), min_size=1))
def test_both_ways_give_one_mapping(order: list[str], chosen: set[str]) -> None:
    listed = [name for name in order if name in chosen]
    asked = [samples.item(name, promises=["warm"] if name in chosen else []) for name in "ABC"]
    named = samples.items_only(*asked, platform="test.platform@1.0")
    plain = samples.items_only(*(samples.item(name) for name in "ABC"))
    assert proof_items(platform(), named) == proof_items(platform(proofs={plain.ref: {"warm": listed}}), plain)


def test_what_is_not_there_or_carries_no_points_proves_nothing_and_is_told() -> None:
    stated = platform(proofs={"test.shop@1": {"warm": ["CC", "words", "C"]}, "gone@1": {"warm": ["X"]}})
    assert proof_items(stated, shop()) == {"warm": ("C",)}
    said = [str(problem) for problem in proof_problems(stated, {"test.shop@1": shop()})]
    assert len(said) == 2
    assert "proofs.test.shop@1.warm" in said[0]
    assert "CC" in said[0]
    assert "did you mean C?" in said[0]
    assert "words carries no points" in said[1]


def test_promises_nobody_makes_are_told_at_their_items() -> None:
    said = [
        str(problem) for problem in item_promise_problems(platform("quick", "worm"), shop(platform="test.platform"))
    ]
    assert len(said) == 1
    assert said[0].startswith("touchpoints.t.items.B.promises: ")
    assert "did you mean worm?" in said[0]


def test_an_older_version_may_lack_what_a_newer_one_has() -> None:
    older, newer = samples.items_only(samples.item("A")), shop(version="2")
    stated = platform(proofs={"test.shop": {"quick": ["C"]}})
    assert list(proof_problems(stated, {older.ref: older, newer.ref: newer})) == []
    assert (proof_items(stated, older), proof_items(stated, newer)) == ({}, {"quick": ("C",)})


def test_a_promise_stands_once() -> None:
    with pytest.raises(ValidationError):
        platform("quick", "quick")


def test_a_checklist_without_a_platform_keeps_its_bytes() -> None:
    plain = samples.items_only(samples.item("A"))
    written = plain.model_dump(exclude_defaults=True)
    assert "platform" not in written
    assert "promises" not in written["touchpoints"][0]["items"][0]
