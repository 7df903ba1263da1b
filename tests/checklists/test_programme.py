"""The programme checklists are whole and score; no shipped item asks about a person."""

from __future__ import annotations

import re
from importlib.resources import files

import cemaudit_checklists
import pytest

from cemaudit.checklists import load_checklist, load_file, load_scheme
from cemaudit.model import Channel, Checklist, Element, Visit
from cemaudit.scoring import audit_visit, check_visit

FILES = files("cemaudit_checklists")
SCHEME = load_scheme(FILES / "schemes" / "cem.performance.toml")
PROGRAMME = ["cem-five-steps", "loyalty"]
SHIPPED = ["retail/green-smile", "ecommerce/order", "hospital/outpatient", *(f"programme/{name}" for name in PROGRAMME)]
ABOUT_PERSONS = re.compile(
    r"외모|화장(?!실)|머리카락|두발|입 ?냄새|나이|성별|국적|몸매|체형"
    r"|\b(make-?up|hair|breath|age|gender|nationality|body shape)\b",
    re.IGNORECASE,
)


def load(name: str) -> Checklist:
    folder, file = name.split("/")
    return load_checklist(FILES / folder / f"{file}.toml")


@pytest.fixture(params=PROGRAMME)
def checklist(request: pytest.FixtureRequest) -> Checklist:
    return load(f"programme/{request.param}")


def test_the_package_brings_programmes_and_schemes_in_order() -> None:
    brought = cemaudit_checklists.cemaudit_checklists()
    names = [file.name for file in brought]
    assert names[:2] == ["cem-five-steps.toml", "loyalty.toml"]
    assert names[2:] == sorted(names[2:])
    assert all(load_file(file).ref for file in brought)


def test_whole_in_both_languages(checklist: Checklist) -> None:
    assert checklist.languages == ("ko", "en")
    assert all(item.help for item in checklist.items.values())


def test_every_channel_stage_and_element_is_met(checklist: Checklist) -> None:
    touchpoints = checklist.touchpoints
    assert {touchpoint.channel for touchpoint in touchpoints} == set(Channel)
    assert {touchpoint.element for touchpoint in touchpoints} == set(Element)
    assert {touchpoint.stage for touchpoint in touchpoints} == {stage.id for stage in checklist.path.stages}


def test_no_feelings_are_asked(checklist: Checklist) -> None:
    assert not any(touchpoint.emotion or touchpoint.expectation for touchpoint in checklist.touchpoints)


@pytest.mark.parametrize(("mark", "percent", "band"), [(4, 100, "A"), (3, 75, "B"), (2, 50, "D"), (0, 0, "E")])
def test_marks_become_a_score(checklist: Checklist, mark: int, percent: int, band: str) -> None:
    given = {"id": "hq", "checklist": checklist.ref, "store": "hq", "date": "2026-03-02"}
    visit = Visit.model_validate({**given, "answers": dict.fromkeys(checklist.items, mark)})
    assert check_visit(visit, checklist) == []
    audit = audit_visit(visit, checklist, SCHEME)
    assert audit.headline.value == percent
    assert audit.band
    assert audit.band.label == band


def test_parts_are_told_by_tags() -> None:
    steps, loyalty = load("programme/cem-five-steps"), load("programme/loyalty")
    tags = [tag for item in steps.items.values() for tag in item.tags]
    assert (tags.count("five-steps"), tags.count("chief-customer-officer"), tags.count("seven-steps")) == (18, 4, 7)
    assert len({tag for item in loyalty.items.values() for tag in item.tags}) == 5


@pytest.mark.parametrize("name", PROGRAMME)
def test_about_says_how_many_items_there_are(name: str) -> None:
    checklist = load(f"programme/{name}")
    assert checklist.about
    assert f"{len(checklist.items)}개 항목" in (checklist.about.ko or "")


@pytest.mark.parametrize("name", SHIPPED)
def test_no_item_asks_about_a_persons_looks_or_origin(name: str) -> None:
    asked = [f"{item.ask.ko} {item.ask.en}" for item in load(name).items.values()]
    assert [words for words in asked if ABOUT_PERSONS.search(words)] == []
