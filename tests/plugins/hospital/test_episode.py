"""The episode view and its one number, to the digit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from cemaudit_hospital.episode import EXPERIENCE, PERFORMANCE, Episode, episode_kind, episodes, matrix, series
from cemaudit_hospital.outcome import attendance_words
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model.episodes import LAST_FACTOR, Attendance, attendance, episode_score, outcome, visit_weights

WEIGHT = Fraction(1)
SCORES = st.lists(st.none() | st.fractions(min_value=-100, max_value=100, max_denominator=60), max_size=8)


def test_visits_are_grouped_by_treatment_and_ordered_by_number(audit) -> None:
    other = {"episode": {"id": "t0", "step": "V1", "number": 1}}
    found = episodes([audit("Vn", 3), audit("V1", 1), audit(episode=None), audit(**other), audit("VB", 2)])
    assert [(one.id, [member.visit.step for member in one.audits]) for one in found] == [
        ("t0", ["V1"]),
        ("t1", ["V1", "VB", "Vn"]),
    ]


def test_touchpoint_by_visit_with_exact_values(audit) -> None:
    first = audit("V1", 1, {"H09": 4, "H05": 2}, emotions={"doctor": 1, "reception": -3})
    second = audit("Vn", 2, {"H09": 2, "H20": True}, emotions={"doctor": -1, "history-known": 3})
    (treatment,) = episodes([first, second])
    assert episode_kind(treatment) is EXPERIENCE
    assert matrix(treatment, EXPERIENCE) == {
        "reception": (Fraction(-50), None),
        "doctor": (Fraction(25), Fraction(-175, 6)),
        "history-known": (None, Fraction(100)),
    }


def test_performance_stands_in_where_no_feeling_was_asked(audit) -> None:
    (treatment,) = episodes([audit("V1", 1, {"H09": 4}), audit("Vn", 2, {"H09": 5})])
    assert episode_kind(treatment) is PERFORMANCE
    assert matrix(treatment, PERFORMANCE) == {"doctor": (Fraction(75), Fraction(100))}
    assert matrix(treatment, EXPERIENCE) == {}
    assert episode_score(treatment) == Fraction(75 + 2 * 100, 3)


def test_vertical_items_form_a_series(audit) -> None:
    visits = [
        audit("V1", 1, {"H06": 5, "H08": 2}),
        audit("VB", 2, {"H18": True}),
        audit("Vn", 3, {"H06": 25, "H07": True}),
    ]
    (treatment,) = episodes(visits)
    assert series(treatment) == {
        "H06": (Fraction(1), None, Fraction(1, 3)),
        "H07": (None, None, Fraction(1)),
        "H18": (None, Fraction(1), None),
    }


def test_the_last_scored_visit_to_the_clinic_counts_double(valued) -> None:
    scores = [("V1", 10), ("VB", 70), ("Vn", 40), ("VE", None), ("VF", 5)]
    visits = [valued(step, place, {"overall": score}) for place, (step, score) in enumerate(scores, 1)]
    (treatment,) = episodes(visits)
    assert visit_weights(treatment) == (1, 1, 2, 0, 1)
    assert episode_score(treatment) == Fraction(10 + 70 + 2 * 40 + 5, 5)


def test_without_the_clinic_the_last_contact_counts_double(valued) -> None:
    (treatment,) = episodes([valued("V0", 1, {"overall": 10}), valued("VB", 2, {"overall": 40})])
    assert visit_weights(treatment) == (1, 2)


def test_a_missing_visit_counts_as_nothing_or_as_the_worst() -> None:
    assert outcome([Fraction(30), Fraction(60)], [WEIGHT, LAST_FACTOR], missing=1) == Fraction(150, 4)
    assert outcome([Fraction(-40), Fraction(20)], [WEIGHT, LAST_FACTOR], missing=2) == Fraction(-80, 5)


def test_an_episode_without_any_score_has_none(valued) -> None:
    assert outcome([], [], missing=3) is None
    (treatment,) = episodes([valued("V1", 1, {}), valued("Vn", 5, {})])
    assert visit_weights(treatment) == (0, 0)
    assert episode_score(treatment) is None


@given(SCORES, st.integers(0, 5))
def test_losing_a_patient_never_raises_the_score(values: list[Fraction | None], missing: int) -> None:
    weighted = [WEIGHT] * len(values)
    fewer, more = outcome(values, weighted, missing), outcome(values, weighted, missing + 1)
    assert (fewer is None) is (more is None)
    if fewer is not None and more is not None:
        assert -100 <= more <= fewer <= 100


def test_a_whole_treatment_in_one_number(valued) -> None:
    plan = {"H17": True, "H17-visits": 4}
    visits = [
        valued("V1", 1, {"overall": 30}, answers=plan),
        valued("VB", 2, {}),
        valued("Vn", 3, {"overall": -10}),
        valued("VE", 4, {"overall": 50}),
    ]
    (treatment,) = episodes(visits)
    assert attendance(treatment) == Attendance(planned=4, recorded=3, missing=1)
    assert episode_score(treatment) == Fraction(30 - 10 + 2 * 50 - 10, 5)


class TestAttendance:
    @pytest.fixture
    def seen(self, audit):
        def count(*visits) -> Attendance:
            (treatment,) = episodes([audit(*visit) for visit in visits])
            return attendance(treatment)

        return count

    PLAN = {"H17": True, "H17-visits": 3}

    def test_a_treatment_that_runs_misses_nothing_yet(self, seen) -> None:
        assert seen(("V1", 1, self.PLAN), ("Vn", 2)) == Attendance(3, 2, 0)

    def test_past_its_planned_end_it_does(self, seen) -> None:
        until = {"H17-until": "2026-03-20"}
        assert seen(("V1", 1, self.PLAN | until), ("VB", 2)) == Attendance(3, 1, 2)
        assert seen(("V1", 1, self.PLAN | {"H17-until": "2026-03-22"}), ("VB", 2)) == Attendance(3, 1, 0)

    def test_a_changed_plan_is_the_plan(self, seen) -> None:
        assert seen(("V1", 1, self.PLAN), ("VE", 2, {"H21-visits": 2})) == Attendance(2, 2, 0)
        assert seen(("V1", 1, self.PLAN), ("Vn", 2, {"H21-visits": 6}), ("VE", 3)) == Attendance(6, 3, 3)

    def test_a_gap_in_the_numbers_is_a_missing_visit(self, seen) -> None:
        assert seen(("V1", 1), ("Vn", 4)) == Attendance(None, 2, 2)

    def test_without_the_first_visit_nothing_is_said_about_the_plan(self, seen) -> None:
        assert seen(("Vn", 5, {"H21-visits": 9}), ("VE", 6)) == Attendance(None, 2, 0)

    def test_more_visits_than_planned_are_no_drop_out(self, seen) -> None:
        assert seen(("V1", 1, self.PLAN), ("Vn", 2), ("Vn", 3), ("VE", 4)) == Attendance(3, 4, 0)


@pytest.mark.parametrize(
    ("seen", "en", "ko"),
    [
        (Attendance(None, 2, 0), "2 recorded, 0 planned but missing.", "기록된 내원 2회"),
        (
            Attendance(5, 3, 0),
            "5 planned, 3 recorded, 0 planned but missing, 2 still ahead.",
            "아직 기록이 없는 계획 방문 2회.",
        ),
        (Attendance(5, 3, 2), "5 planned, 3 recorded, 2 planned but missing.", "이루어지지 않은 방문 2회."),
    ],
)
def test_attendance_in_words(seen: Attendance, en: str, ko: str) -> None:
    assert str(attendance_words(seen)) == f"Visits to the clinic: {en}"
    assert ko in str(attendance_words(seen).ko)


def test_an_empty_episode_is_whole() -> None:
    assert attendance(Episode("t1", ())) == Attendance(None, 0, 0)
