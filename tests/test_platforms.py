"""Platform files: told apart by their content, all mistakes at once, and where they stand in the library."""

from __future__ import annotations

from pathlib import Path

import pytest

from cemaudit.checklists import load_file
from cemaudit.errors import BadInput
from cemaudit.library import Library
from cemaudit.model.platform import Platform
from cemaudit.plugins import Plugins
from cemaudit.scoring import Engine
from cemaudit.simulate import example_platform

HEAD = """
id = "test.platform"
version = "{version}"
title = {{ ko = "제목", en = "Title" }}
positioning = {{ ko = "자리", en = "Place" }}
theme = {{ ko = "주제", en = "Theme" }}
"""
GOOD = '[[promises]]\nid = "quick"\ntitle = { ko = "빠르게", en = "Quick" }\n'
SHOP = """
id = "{id}"
version = "1"
sector = "test"
journey = "store-path"
scheme = "cem.experience@2"
{more}
title = {{ ko = "가게", en = "Shop" }}

[[touchpoints]]
id = "t"
title = {{ ko = "접점", en = "T" }}
channel = "electronic"
stage = "enter"
element = "people"
mode = "passive"

[[touchpoints.items]]
id = "A"
ask = {{ ko = "가", en = "A" }}
answer = {{ type = "yes-no" }}
{item}
"""


def written(folder: Path, text: str, name: str = "platform.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_it_is_told_by_its_content(tmp_path: Path) -> None:
    record = load_file(written(tmp_path, HEAD.format(version="1") + GOOD))
    assert isinstance(record, Platform)
    assert record.ref == "test.platform@1"
    assert record.promise["quick"].interactive is False


def test_every_mistake_is_told_at_once_with_place_and_hint(tmp_path: Path) -> None:
    again = GOOD.replace('en = "Quick"', 'en = ""').replace("interactive", "")
    wrong = '[[promises]]\nid = "warm"\ntitle = { ko = "따뜻" }\nprotectet = true\n'
    proofs = '[proofs."x@1"]\nqick = ["A"]\n'
    with pytest.raises(BadInput) as refused:
        load_file(written(tmp_path, HEAD.format(version="1") + GOOD + again + wrong + proofs))
    said = "\n".join(map(str, refused.value.problems))
    assert "promises.quick: repeated value promise id: quick (each value promise stands once in a platform)" in said
    assert "proofs.x@1.qick: no such value promise: qick (did you mean quick?)" in said
    assert "did you mean protected?" in said
    assert "promises.warm.title: no text in en" in said
    assert "promises.quick.title: no text in en" in said
    assert all(str(problem).startswith(str(tmp_path)) for problem in refused.value.problems)


def test_items_that_name_promises_need_a_platform(tmp_path: Path) -> None:
    path = written(tmp_path, SHOP.format(id="a", more="", item='promises = ["quick"]'))
    with pytest.raises(BadInput, match=r"touchpoints\.t\.items\.A\.promises: .*names no platform"):
        load_file(path)


def library(*paths: Path) -> Library:
    return Library(Plugins(), paths)


def test_the_newest_version_counts_and_others_by_their_name(tmp_path: Path) -> None:
    files = [written(tmp_path, HEAD.format(version=name) + GOOD, f"{name}.toml") for name in ("1.9", "1.10", "1.2")]
    shelf = library(*files)
    assert shelf.platform("test.platform").version == "1.10"
    assert shelf.platform("test.platform@1.2").version == "1.2"
    with pytest.raises(BadInput, match=r"no such platform: test\.platfrom .*did you mean"):
        shelf.platform("test.platfrom")
    with pytest.raises(BadInput, match="already with another content"):
        shelf.add_file(written(tmp_path, HEAD.format(version="1.9") + GOOD.replace("Quick", "Slow"), "other.toml"))


def test_the_platform_of_a_checklist_is_the_one_it_names_else_the_one_that_lists_it(tmp_path: Path) -> None:
    shop = written(tmp_path, SHOP.format(id="shop", more="", item=""), "shop.toml")
    named = written(
        tmp_path, SHOP.format(id="named", more='platform = "test.platform"', item='promises = ["quick"]'), "named.toml"
    )
    listing = HEAD.format(version="1") + GOOD + '[proofs."shop@1"]\nquick = ["A"]\n[proofs."named@1"]\nquick = ["A"]\n'
    one = written(tmp_path, listing, "one.toml")
    shelf = library(shop, named, one)
    assert shelf.platform_of(shelf.checklist("shop@1")) == shelf.platform("test.platform")
    shelf.add_file(written(tmp_path, listing.replace("test.platform", "other.platform"), "two.toml"))
    assert shelf.platform_of(shelf.checklist("shop@1")) is None, "two companies list its items"
    named_platform = shelf.platform_of(shelf.checklist("named@1"))
    assert named_platform
    assert named_platform.id == "test.platform"


def test_without_any_there_is_none() -> None:
    engine = Engine()
    assert engine.library.platforms == {}
    assert all(engine.library.platform_of(checklist) is None for checklist in engine.library.checklists.values())


def test_the_example_is_whole_in_both_languages(tmp_path: Path) -> None:
    from cemaudit.scoring.promises import lint_platform

    engine = Engine()
    record = engine.library.add_file(written(tmp_path, example_platform()))
    assert isinstance(record, Platform)
    remarks = list(lint_platform(record, engine.library.checklists))
    assert [(remark.level.value, remark.problem.place) for remark in remarks] == [("warning", "promises.next-hike")]
