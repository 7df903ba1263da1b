"""The programme checklists are whole and score; no shipped item asks about a person."""

from __future__ import annotations

import re
from fractions import Fraction
from importlib.resources import files
from random import Random

import cemaudit_checklists
import pytest

from cemaudit.checklists import load_checklist, load_file, load_scheme
from cemaudit.model import Audit, Channel, Checklist, Element, Visit
from cemaudit.model.answers import Choice
from cemaudit.scoring import audit_visit, check_visit, make_plan

FILES = files("cemaudit_checklists")
SCHEMES = {ref: load_scheme(FILES / "schemes" / name) for ref, name in (
    ("cem.performance@1", "cem.performance.toml"), ("cem.performance@2", "cem.performance-2.toml"),
)}  # fmt: skip
PROGRAMME = ["cem-five-steps", "cem-five-steps-2", "loyalty", "loyalty-2", "staff-pulse"]
SELF_ASSESSMENTS = PROGRAMME[:-1]
SHIPPED = ["retail/green-smile", "ecommerce/order", "hospital/outpatient", *(f"programme/{name}" for name in PROGRAMME)]
ABOUT_PERSONS = re.compile(
    r"외모|화장(?!실)|머리카락|두발|입 ?냄새|나이|성별|국적|몸매|체형"
    r"|\b(make-?up|hair|breath|age|gender|nationality|body shape)\b",
    re.IGNORECASE,
)


def load(name: str) -> Checklist:
    folder, file = name.split("/")
    return load_checklist(FILES / folder / f"{file}.toml")


def answered(checklist: Checklist, mark: int) -> dict[str, int | str]:
    """The same mark for every item, as its type of answer writes it."""
    return {item.id: str(mark) if item.answer.type == "choice" else mark for item in checklist.items.values()}


def audited(checklist: Checklist, answers: dict[str, int | str]) -> Audit:
    given = {"id": "hq", "checklist": checklist.ref, "store": "hq", "date": "2026-03-02"}
    visit = Visit.model_validate({**given, "answers": answers})
    assert check_visit(visit, checklist) == []
    return audit_visit(visit, checklist, SCHEMES[checklist.scheme])


@pytest.fixture(params=PROGRAMME)
def checklist(request: pytest.FixtureRequest) -> Checklist:
    return load(f"programme/{request.param}")


def test_the_package_brings_programmes_and_schemes_in_order() -> None:
    brought = cemaudit_checklists.cemaudit_checklists()
    names = [file.name for file in brought]
    assert names[:5] == sorted(f"{name}.toml" for name in PROGRAMME)
    assert names[5:] == sorted(names[5:])
    assert all(load_file(file).ref for file in brought)


def test_whole_in_both_languages(checklist: Checklist) -> None:
    assert checklist.languages == ("ko", "en")
    assert all(item.help for item in checklist.items.values())


@pytest.mark.parametrize("name", SELF_ASSESSMENTS)
def test_every_channel_stage_and_element_is_met(name: str) -> None:
    checklist = load(f"programme/{name}")
    touchpoints = checklist.touchpoints
    assert {touchpoint.channel for touchpoint in touchpoints} == set(Channel)
    assert {touchpoint.element for touchpoint in touchpoints} == set(Element)
    assert {touchpoint.stage for touchpoint in touchpoints} == {stage.id for stage in checklist.path.stages}


def test_no_feelings_are_asked(checklist: Checklist) -> None:
    assert not any(touchpoint.emotion or touchpoint.expectation for touchpoint in checklist.touchpoints)


@pytest.mark.parametrize(("mark", "percent", "band"), [(4, 100, "A"), (3, 75, "B"), (2, 50, "D"), (0, 0, "E")])
def test_marks_become_a_score(checklist: Checklist, mark: int, percent: int, band: str) -> None:
    audit = audited(checklist, answered(checklist, mark))
    assert audit.headline.value == percent
    assert audit.band
    assert audit.band.label == band


def test_parts_are_told_by_tags() -> None:
    steps, loyalty = load("programme/cem-five-steps"), load("programme/loyalty")
    tags = [tag for item in steps.items.values() for tag in item.tags]
    assert (tags.count("five-steps"), tags.count("chief-customer-officer"), tags.count("seven-steps")) == (18, 4, 7)
    assert len({tag for item in loyalty.items.values() for tag in item.tags}) == 5


GROUPED = {
    "cem-five-steps-2": {
        "five-steps": 33, "step-analyse": 8, "step-platform": 4, "foundations": 3, "step-brand": 7, "hard-to-copy": 3,
        "step-interface": 10, "considerations": 6, "step-innovate": 4, "officer-duties": 8, "seven-steps": 7,
    },
    "loyalty-2": {"database": 6, "enrolment": 5, "rewards": 6, "benefits": 6, "perception": 5},
    "staff-pulse": {"means": 7, "latitude": 2, "pride": 2, "customer-words": 2},
}  # fmt: skip
LISTS = {
    "cem-five-steps-2": ["five-steps", "officer-duties", "seven-steps"],
    "loyalty-2": list(GROUPED["loyalty-2"]),
    "five": ["step-analyse", "step-platform", "step-brand", "step-interface", "step-innovate"],
}


def total(audit: Audit, group: str) -> Fraction:
    value = audit.score("group.performance", group).value
    assert value is not None
    return value


def random_answers(checklist: Checklist, seed: int) -> dict[str, int | str]:
    chance = Random(seed)
    return {name: answered(checklist, chance.randint(0, 4))[name] for name in checklist.items}


@pytest.mark.parametrize("name", GROUPED)
def test_groups_are_those_of_the_field(name: str) -> None:
    checklist = load(f"programme/{name}")
    assert {
        group.id: sum(group.id in item.tags for item in checklist.items.values()) for group in checklist.groups
    } == (GROUPED[name])
    assert all(group.title.languages == ("ko", "en") for group in checklist.groups)


@pytest.mark.parametrize("name", sorted(LISTS.keys() - {"five"}))
@pytest.mark.parametrize("seed", range(5))
def test_the_score_is_the_mean_of_the_lists(name: str, seed: int) -> None:
    checklist = load(f"programme/{name}")
    audit = audited(checklist, random_answers(checklist, seed))
    assert audit.headline.value == sum(total(audit, group) for group in LISTS[name]) / len(LISTS[name])


@pytest.mark.parametrize("seed", range(5))
def test_each_of_the_five_steps_weighs_the_same(seed: int) -> None:
    checklist = load("programme/cem-five-steps-2")
    audit = audited(checklist, random_answers(checklist, seed))
    assert total(audit, "five-steps") == sum(total(audit, step) for step in LISTS["five"]) / 5


@pytest.mark.parametrize("name", GROUPED)
def test_no_list_is_mixed_with_another(name: str) -> None:
    """An answer moves the totals of its own groups, and no other."""
    checklist = load(f"programme/{name}")
    before = audited(checklist, answered(checklist, 2))
    for item in checklist.items.values():
        after = audited(checklist, answered(checklist, 2) | {item.id: answered(checklist, 4)[item.id]})
        moved = {group.id for group in checklist.groups if total(before, group.id) != total(after, group.id)}
        assert moved == set(item.tags) & set(GROUPED[name])


def test_what_a_head_office_does_is_compared_in_no_channel() -> None:
    """A touchpoint without a medium is left out of comparisons by channel, stage and element, one with it is not."""
    checklist = load("programme/cem-five-steps-2")
    lists = {touchpoint.id for touchpoint in checklist.touchpoints if "five-steps" not in touchpoint.items[0].tags}
    assert len(lists) == 4 + 7
    for measure in make_plan(checklist, SCHEMES["cem.performance@2"]).measures:
        if measure.measure.id in {"channel.performance", "stage.performance", "element.performance", "map.performance"}:
            inputs = [member.ref for group in measure.groups for member in group.inputs]
            compared = {ref.partition("[")[2].partition(",")[0] for ref in inputs}
            assert compared == {touchpoint.id for touchpoint in checklist.touchpoints if touchpoint.medium}
            assert not compared & lists


@pytest.mark.parametrize("name", GROUPED)
def test_every_point_of_a_scale_is_named(name: str) -> None:
    for item in load(f"programme/{name}").items.values():
        if isinstance(item.answer, Choice):
            assert [(option.id, option.points) for option in item.answer.options] == [(str(n), n) for n in range(5)]
            assert all(option.label.languages == ("ko", "en") for option in item.answer.options)
        else:
            assert item.answer.type == "nps"


@pytest.mark.parametrize("name", GROUPED)
def test_items_are_korean_statements_that_affirm(name: str) -> None:
    asked = [str(item.ask.ko) for item in load(f"programme/{name}").items.values() if item.answer.type != "nps"]
    assert [ask for ask in asked if not ask.endswith("다") or ask.endswith(("니다", "지 않는다", "지 않다"))] == []


def test_the_second_version_of_the_scheme_leaves_the_score_of_the_first() -> None:
    checklist = load("programme/loyalty-2")
    visit = audited(checklist, random_answers(checklist, 1)).visit
    first, second = (audit_visit(visit, checklist, scheme) for scheme in SCHEMES.values())
    assert (first.headline, first.band) == (second.headline, second.band)
    assert all(first.score("touchpoint.performance", place) == second.score("touchpoint.performance", place)
               for place in checklist.touchpoint)  # fmt: skip


def test_the_pulse_goes_along_the_customers_touchpoints() -> None:
    pulse, store = load("programme/staff-pulse"), load("retail/green-smile")
    of_customers = [place for place in pulse.touchpoints if place.id in store.touchpoint]
    assert [place.id for place in pulse.touchpoints if place not in of_customers] == ["customer-voice", "our-store"]
    for place in of_customers:
        same = store.touchpoint[place.id]
        assert (place.title, place.channel, place.medium, place.stage) == (
            same.title, same.channel, same.medium, same.stage,
        )  # fmt: skip


def test_the_pulse_names_nobody_and_counts_no_recommendation() -> None:
    pulse = load("programme/staff-pulse")
    assert not pulse.naming_items
    assert all(item.evidence == "none" and item.note is None for item in pulse.items.values())
    assert 12 <= len(pulse.items) <= 14
    audits = [audited(pulse, answered(pulse, 3) | {"SP14": mark}) for mark in (0, 10)]
    assert audits[0].headline == audits[1].headline
    nps = load_scheme(FILES / "schemes" / "nps.toml")
    assert [audit_visit(audit.visit, pulse, nps).headline.value for audit in audits] == [-100, 100]


@pytest.mark.parametrize("name", PROGRAMME)
def test_about_says_how_many_items_there_are(name: str) -> None:
    checklist = load(f"programme/{name}")
    assert checklist.about
    assert f"{len(checklist.items)}개 항목" in (checklist.about.ko or "")


@pytest.mark.parametrize("name", SHIPPED)
def test_no_item_asks_about_a_persons_looks_or_origin(name: str) -> None:
    asked = [f"{item.ask.ko} {item.ask.en}" for item in load(name).items.values()]
    assert [words for words in asked if ABOUT_PERSONS.search(words)] == []
