"""The plugin keeps the host's rules, and its own rules keep their word."""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files

import pytest
from cemaudit_hotel.night import night_section, sleepless
from cemaudit_hotel.review import review
from cemaudit_hotel.stars import MEDIAN

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.model import Audit, Visit
from cemaudit.model.aggregator import Member
from cemaudit.scoring import audit_visit
from cemaudit.testing import PluginConformance

CHECKLIST = load_checklist(files("cemaudit_hotel") / "stay.toml")
SCHEME = load_scheme(files("cemaudit_hotel") / "stars.toml")


class TestHotel(PluginConformance):
    plugin = "hotel"


def stay(**answers: object) -> Visit:
    named = {name.replace("_", "-"): value for name, value in answers.items()}
    return Visit.model_validate({"id": "s1", "checklist": CHECKLIST.ref, "store": "seoul-1", "answers": named})


def audit(**answers: object) -> Audit:
    return audit_visit(stay(**answers), CHECKLIST, SCHEME, {MEDIAN.name: MEDIAN})


def test_the_median_is_exact() -> None:
    members = [Member("a", Fraction(1, 3)), Member("b", Fraction(1)), Member("c", None), Member("d", Fraction(0))]
    assert MEDIAN.function(members, {}) == Fraction(1, 3)
    assert MEDIAN.function(members[:2], {}) == Fraction(2, 3)


@pytest.mark.parametrize(
    ("answers", "value", "stars"),
    [
        ({"HT01": True, "HT02": 2, "HT05": 1}, 100, "★★★★★"),
        ({"HT01": True, "HT05": 4, "HT06": False}, 75, "★★★★"),
        ({"HT01": True, "HT02": 2, "HT07": False}, 60, "★★★"),
        ({"HT06": False}, 0, "★"),
    ],
)
def test_the_middle_touchpoint_gives_the_stars(answers: dict[str, object], value: int, stars: str) -> None:
    audited = audit(**answers)
    assert (audited.headline.value, audited.band and audited.band.label) == (value, stars)


def test_a_stay_has_a_night() -> None:
    assert [problem.place for problem in review(stay(HT_nights=0, HT07=True), CHECKLIST)] == [
        "answers.HT-nights",
        "answers.HT07",
    ]
    assert list(review(stay(HT_nights=1, HT07=True), CHECKLIST)) == []


def test_a_sleepless_night_is_found_and_is_graver_the_second_time() -> None:
    bad, good = audit(HT05=2), audit(HT05=3)
    assert [finding.severity for finding in sleepless(bad, [good])] == ["major"]
    assert [finding.severity for finding in sleepless(bad, [bad])] == ["critical"]
    assert list(sleepless(good, [bad])) == []


def test_the_night_has_its_page() -> None:
    (section,) = night_section(audit(HT04=1, HT05=5))
    assert section.blocks[1].series[0].values == (50.0, 100.0, None)  # type: ignore[union-attr]
