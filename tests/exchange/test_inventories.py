"""Inventories of touchpoints, with every mistake at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import samples

from cemaudit.errors import BadInput
from cemaudit.exchange.inventories import draft_inventory, inventory_text, read_inventory
from cemaudit.language import use
from cemaudit.model.inventory import ways_of_finding
from cemaudit.scoring import Engine

GOOD = """
checklist = "test.shop"

[[touchpoints]]
id = "door"
title = { ko = "입구", en = "Door" }
channel = "face-to-face"
found_by = ["path-walked", "complaint-log"]
wish = { ko = "들어가고 싶다", en = "I want to go in" }
cost = 2
novelty = 5

[[touchpoints]]
id = "street"
title = { ko = "거리", en = "Street" }
channel = "face-to-face"
found_by = ["workshop"]
audited = false
"""

BAD = """
[[touchpoints]]
id = "door"
title = { ko = "입구", en = "Door" }
channel = "face"
found_by = ["path-walkd"]
cost = 6

[[touchpoints]]
id = "door"
title = { ko = "입구", en = "Door" }
channel = "electronic"
found_by = ["workshop"]
novelty = 0
colour = "red"

[[touchpoints]]
id = "dorr"
title = { ko = "문", en = "Door" }
channel = "face-to-face"
found_by = []
"""

SHOP = samples.checklist(samples.touchpoint("door", samples.item("A")))

FAULTS = [
    ("touchpoints.door.id", "repeated touchpoint id: door", "겹치는 접점 id"),
    ("touchpoints.door.found_by.1", "no such way of finding: path-walkd (did you mean path-walked?)", "발견 경로"),
    ("touchpoints.door.channel", "found face", "face-to-face"),
    ("touchpoints.door.channel", "the checklist has it in channel face-to-face", "체크리스트에는"),
    ("touchpoints.door.cost", "5 or less", "5 이하"),
    ("touchpoints.door.novelty", "1 or more", "1 이상"),
    ("touchpoints.door.colour", "unknown key", "모르는 키"),
    ("touchpoints.dorr", "test.shop@1 has no such touchpoint: dorr (did you mean door?)", "없는 접점"),
    ("touchpoints.dorr.found_by", "at least 1 entries", "1"),
]


def written(folder: Path, text: str, name: str = "path.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_inventory(tmp_path: Path) -> None:
    inventory = read_inventory(written(tmp_path, GOOD), lambda _: SHOP)
    door, street = inventory.touchpoints
    assert (door.found_by, str(door.wish), door.cost, door.novelty, door.importance) == (
        *(("path-walked", "complaint-log"), "I want to go in", 2, 5, None),
    )
    assert (door.audited, street.audited) == (True, False)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_mistake_at_once_with_its_place(tmp_path: Path, language: str) -> None:
    with use(language), pytest.raises(BadInput) as refused:  # type: ignore[arg-type]
        read_inventory(written(tmp_path, BAD), lambda _: SHOP)
    with use(language):  # type: ignore[arg-type]
        said = [(problem.place, str(problem)) for problem in refused.value.problems]
    assert len(said) == len(FAULTS)
    for place, english, korean in FAULTS:
        words = english if language == "en" else korean
        assert any(told == f"path.toml: {place}" and words in text for told, text in said), (place, said)


def test_a_table_says_the_same(tmp_path: Path) -> None:
    rows = [
        "id,title_ko,title_en,channel,found_by,wish_ko,wish_en,cost,novelty,audited",
        "door,입구,Door,face-to-face,path-walked; complaint-log,들어가고 싶다,I want to go in,2,5,",
        "street,거리,Street,face-to-face,workshop,,,,,no",
    ]
    found = read_inventory(written(tmp_path, "\n".join(rows), "path.csv"))
    assert found == read_inventory(written(tmp_path, GOOD)).model_copy(update={"checklist": None})


def test_a_table_is_refused_as_a_whole(tmp_path: Path) -> None:
    rows = ["id,title_en,channel,found_by,cost", "door,Door,web,workshop,much", "door,Door,electronic,workshop,1,2,3"]
    with pytest.raises(BadInput) as refused:
        read_inventory(written(tmp_path, "\n".join(rows), "path.csv"))
    said = "\n".join(map(str, refused.value.problems))
    assert "touchpoints.door.channel" in said
    assert "touchpoints.door.cost" in said
    assert "row 3" in said
    with pytest.raises(BadInput, match="no column channel, found_by"):
        read_inventory(written(tmp_path, "id,title_en\ndoor,Door\n", "path.csv"))


def test_a_draft_of_every_checklist_reads_back(tmp_path: Path, engine: Engine) -> None:
    for checklist in engine.library.checklists.values():
        inventory = draft_inventory(checklist)
        path = written(tmp_path, inventory_text(inventory))
        assert read_inventory(path, lambda named: engine.library.checklist(str(named))) == inventory
        assert [one.id for one in inventory.touchpoints] == list(checklist.touchpoint)


def test_ways_of_finding_have_names_in_both_languages() -> None:
    assert all(title.languages == ("ko", "en") for title in ways_of_finding().values())


def test_an_unknown_checklist_is_one_of_the_mistakes(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(BadInput, match=r"path.toml: checklist"):
        read_inventory(written(tmp_path, GOOD), lambda named: engine.library.checklist(f"{named}@1"))
