"""Between versions of a checklist an id keeps its meaning: what lint says where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.checklists import load_checklist
from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.model import Checklist
from cemaudit.scoring.version_lint import lint_versions

Data = dict[str, Any]


def options(**labels: str) -> Data:
    return {"type": "choice", "options": [{"id": name, "label": samples.text(words)} for name, words in labels.items()]}


def version(number: str, *items: Data, **keys: Any) -> Checklist:
    return samples.items_only(*(items or [samples.item("A")]), version=number, **keys)


def remarks(checklist: Checklist, *others: Checklist) -> list[str]:
    with use("en"):
        found = lint_versions(checklist, {each.ref: each for each in (checklist, *others)})
        return [f"{remark.level}: {remark.problem}" for remark in found]


def between(old: str | Data, new: str | Data) -> list[str]:
    return remarks(version("2", samples.item("A", new)), version("1", samples.item("A", old)))


SCALE: Data = {"type": "scale", "lowest": 0, "highest": 2}
TABLE = [{"up_to": 5, "points": 2}, {"points": 0}]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("yes-no", "nps", "the type of answer was yes-no, it is nps"),
        ("yes-no", {"type": "yes-no", "yes": 0, "no": 1}, "what was better is worse"),
        (samples.points(0, 1), samples.points(1, 0), "what was better is worse"),
        (options(a="red", b="blue"), options(a="long", b="short"), "it has other options"),
        (options(a="red", b="blue"), options(c="red", d="blue"), "it has other options"),
        (SCALE, {**SCALE, "highest": 4}, "the scale went from 0..2, it goes from 0..4"),
        (SCALE, {**SCALE, "points": [0, 1, 9]}, "the ends of the scale have other points"),
        (SCALE, {**SCALE, "points": [2, 1, 0]}, "what was better is worse"),
        ({"type": "duration", "unit": "min"}, {"type": "duration", "unit": "s"}, "the unit was min, it is s"),
        ({"type": "number", "points": TABLE}, {"type": "number", "points": [{"up_to": 5, "points": 0}, {"points": 2}]},
         "what was better is worse"),
    ],
)  # fmt: skip
def test_a_changed_meaning_under_one_id_is_an_error(old: str | Data, new: str | Data, words: str) -> None:
    said = [line for line in between(old, new) if line.startswith("error: ")]
    place = "touchpoints.t.items.A.answer: means something else than in test.shop@1: "
    assert f"error: {place}{words} (a question that means something else has an id of its own)" in said


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (options(a="red wine", b="green"), "option b was called blue, it is called green"),
        (options(a="red"), "options that are gone: b"),
        (options(a="red", b="blue", c="green"), "options that are new: c"),
    ],
)
def test_changed_options_are_a_warning(new: Data, words: str) -> None:
    said = between(options(a="red", b="blue"), new)
    assert [line.partition(" (")[0] for line in said] == [
        f"warning: touchpoints.t.items.A.answer.options: not as in test.shop@1: {words}"
    ]


def test_other_words_and_another_way_of_answering_are_notes() -> None:
    old = version("1", samples.item("A", SCALE), samples.item("B"))
    new = version(
        "2", samples.item("A", samples.points(2, 1, 0)), samples.item("B", ask=samples.text("In other words"))
    )
    assert [line.partition(" (")[0] for line in remarks(new, old)] == [
        "note: touchpoints: items asked in other words than in test.shop@1: B",
        "note: touchpoints: items answered in another way than in test.shop@1, for the same points: A",
    ]


def test_an_item_that_goes_on_under_no_id_is_a_note() -> None:
    old = version("1", samples.item("A"), samples.item("B"))
    (said,) = remarks(version("2"), old)
    assert said.startswith("note: touchpoints: items of test.shop@1 that are asked no longer: B (")
    assert remarks(version("2", samples.item("A"), samples.item("C", was=["B"], ask=samples.text("B"))), old) == []


def test_meaning_is_followed_through_former_ids() -> None:
    old = version("1", samples.item("A", SCALE))
    said = remarks(version("2", samples.item("B", "nps", was=["A"])), old)
    assert any(line.startswith("error: touchpoints.t.items.B.answer: means something else than in") for line in said)


def test_meaning_is_held_to_the_newest_version_that_has_the_item() -> None:
    first, between_them = version("1.2", samples.item("A", SCALE)), version("1.10", samples.item("B"))
    said = remarks(version("2", samples.item("A", "nps"), samples.item("B")), first, between_them)
    assert [line.partition(":")[0] for line in said] == ["error"]
    assert "test.shop@1.2:" in said[0]
    newer = version("1.10", samples.item("A", "nps"))
    assert remarks(version("2", samples.item("A", "nps")), first, newer) == []


def test_later_versions_and_other_checklists_are_left_alone() -> None:
    later = version("3", samples.item("A", "nps"))
    other = samples.items_only(samples.item("A", "nps"), id="test.other", version="1")
    assert remarks(version("2"), later, other) == []


def test_versions_and_items_that_are_not_there_are_warnings() -> None:
    assert remarks(version("2", replaces="test.shop@1")) == [
        "warning: replaces: replaces test.shop@1, which is not at hand"
    ]
    assert remarks(version("2", replaces="test.shop@1"), version("1")) == []
    (said,) = remarks(version("2", samples.item("A", was=["A0"])), version("1"))
    assert said.startswith("warning: touchpoints.t.items.A.was: no earlier version at hand has item A0")


@given(st.sampled_from(["yes-no", "nps", "text", "date"]), st.sampled_from(["1", "1.2", "1.10.3"]))
def test_a_version_that_changes_nothing_is_told_nothing(kind: str, number: str) -> None:
    assert remarks(version("2", samples.item("A", kind)), version(number, samples.item("A", kind))) == []


def test_what_a_label_gained_in_another_language_is_no_change() -> None:
    old = options(a="red", b="blue")
    old["options"][0]["label"] = {"en": "red"}
    new = options(a="red", b="blue")
    new["options"][0]["label"] = {"ko": "빨강", "en": "red"}
    assert between(old, new) == []
    new["options"][0]["label"] = {"ko": "빨강"}
    assert between(old, new) == []


def test_files_are_linted_against_each_other_and_the_shelf(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from cemaudit.cli.app import run
    from cemaudit.exchange.toml import toml_of

    paths = []
    for checklist in (version("1.2", samples.item("A", SCALE), scheme="nps@1"),
                      version("1.10", samples.item("A", "nps"), scheme="nps@1")):  # fmt: skip
        paths.append(tmp_path / f"{checklist.version}.toml")
        paths[-1].write_text(toml_of(checklist), encoding="utf-8")
    assert load_checklist(paths[0]).version == "1.2"
    for arguments in ([*map(str, paths)], [str(paths[1]), "--checklist", str(paths[0])]):
        code = run(["lint", *arguments, "--lang", "en"])
        assert "means something else than in test.shop@1.2: the type of answer" in capsys.readouterr().out
        assert code == 1
    run(["lint", str(paths[0]), "--lang", "en"])
    assert "means something else" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"replaces": "test.shop"}, "replaces"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"deprecated": True}, "deprecated"),
    ],
)
def test_keys_of_versions_are_checked(tmp_path: Any, keys: Data, words: str) -> None:
    from cemaudit.exchange.toml import toml_text

    path = tmp_path / "shop.toml"
    path.write_text(toml_text(samples.checklist_data(samples.touchpoint("t", samples.item("A")), **keys)))
    with use("en"), pytest.raises(BadInput, match=rf"shop.toml: {words}"):
        load_checklist(path)
