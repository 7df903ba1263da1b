from __future__ import annotations

from collections import defaultdict
from random import Random

import pytest

from cemaudit.model import Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate
from cemaudit.simulate.schedule import make_schedules

OUTPATIENT = "hospital.outpatient@1.0.0"
IN_CLINIC = {"V1", "Vn", "VE"}


@pytest.fixture(scope="module")
def episodes(engine: Engine) -> list[list[Visit]]:
    found = defaultdict(list)
    for visit in simulate(engine.library.checklist(OUTPATIENT), 8, 3, 1):
        assert visit.episode
        found[visit.episode.id].append(visit)
    return list(found.values())


def test_a_treatment_runs_from_before_to_after(episodes: list[list[Visit]]) -> None:
    assert len(episodes) == 24
    whole = [[visit.step for visit in visits] for visits in episodes if visits[-1].step == "VF"]
    assert whole
    for visits in episodes:
        assert [visit.episode.number for visit in visits if visit.episode] == list(range(1, len(visits) + 1))
        assert [visit.step for visit in visits][:2] == ["V0", "V1"]
        days = [visit.day for visit in visits if visit.day]
        assert days == sorted(set(days))
        assert len({visit.shopper for visit in visits}) == 1


def test_some_patients_drop_out_and_the_plan_shows_it(episodes: list[list[Visit]]) -> None:
    short = 0
    for visits in episodes:
        planned = visits[1].answers.get("H17-visits")
        came = sum(visit.step in IN_CLINIC for visit in visits)
        if planned is not None:
            assert came <= int(str(planned))
            short += came < int(str(planned))
    assert 0 < short < len(episodes) / 2


def test_each_visit_answers_only_what_arises_in_its_step(engine: Engine, episodes: list[list[Visit]]) -> None:
    checklist = engine.library.checklist(OUTPATIENT)
    for visit in (visit for visits in episodes for visit in visits):
        for item in (*visit.answers, *visit.skipped):
            steps = checklist.touchpoint_of[item].steps
            assert not steps or visit.step in steps


def test_nobody_drops_out_where_the_chance_is_nil(engine: Engine) -> None:
    checklist = engine.library.checklist(OUTPATIENT)
    assert all(course.slots == course.planned for course in make_schedules(checklist, 20, 0, Random(1)))
    assert all(course.slots != course.planned for course in make_schedules(checklist, 20, 1, Random(1)))
    assert all(len(course.slots) >= 2 for course in make_schedules(checklist, 20, 1, Random(1)))


def test_waves_come_in_order(engine: Engine) -> None:
    courses = list(make_schedules(engine.library.checklist("retail.green-smile@1.0.0"), 10, 0, Random(1)))
    assert [course.wave for course in courses] == sorted(course.wave for course in courses)
    assert {course.wave for course in courses} == {1, 2, 3, 4}
