"""Every review rule speaks where it should and is silent where it should be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cemaudit_hospital.identifiers import identifiers
from cemaudit_hospital.review import review

from cemaudit.model import Checklist


@pytest.fixture
def places(visit, checklist: Checklist):
    """The places at which the review of a visit finds something."""
    return lambda *given, **more: [problem.place for problem in review(visit(*given, **more), checklist)]


@pytest.mark.parametrize(
    "text",
    [
        "900101-1234567",
        "주민번호 0503024123456 입니다",
        "900101-1******",
        "９００１０１－１２３４５６７",
        "900101–2234567",
        "010-1234-5678로 전화",
        "+82 10 1234 5678",
        "01012345678",
        "02-345-6789",
        "(031) 123-4567",
        "차트번호 12345678",
        "등록 번호: A0012345",
        "Chart no. 204815",
        "MRN: 0099231",
        "patient id 55012",
    ],
)
def test_patient_identifiers_are_recognised(text: str) -> None:
    assert len(identifiers(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21 14:05에 접수",
        "대기 35분, 접수 2명",
        "예약 10:30, 실제 11:05",
        "12,000원 결제, 영수증 번호 없음",
        "상담 전화 1588-1234",
        "019a2b7e-1c2d-7abc-8def-0123456789ab",
        "patient, 2026-11-21",
        "991332-1234567",
    ],
)
def test_ordinary_notes_are_left_alone(text: str) -> None:
    assert identifiers(text) == ()


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("notes", {"H05": "010-1234-5678"}, "notes.H05"),
        ("skipped", {"H05": {"state": "declined", "reason": "차트번호 12345678"}}, "skipped.H05"),
        ("claims", [{"touchpoint": "reception", "text": "02-345-6789"}], "claims.reception"),
        ("blames", [{"touchpoint": "doctor", "text": "MRN 123456"}], "blames.doctor"),
        ("evidence", {"H04": [{"file": "900101-1234567.jpg"}]}, "evidence.H04"),
        ("persona", "900101-1234567", "persona"),
        ("shopper", "01012345678", "shopper"),
        ("episode", {"id": "등록번호 0012345", "step": "V1"}, "episode.id"),
    ],
)
def test_identifiers_are_found_wherever_words_are_kept(places, field: str, value: object, place: str) -> None:
    assert places(**{field: value}) == [place]


def test_the_problem_never_repeats_the_identifier(visit, checklist: Checklist) -> None:
    (problem,) = review(visit(notes={"H05": "010-1234-5678"}), checklist)
    assert "1234" not in str(problem)
    assert "mobile number" in str(problem)


def test_a_sound_visit_has_no_problem(places) -> None:
    answers = {"H06": 12, "H07": True, "H17": True, "H17-visits": 4, "H17-until": "2026-06-01"}
    started = datetime(2026, 3, 12, 10, tzinfo=UTC)
    times = {"started": started, "finished": started + timedelta(hours=1)}
    assert places("V1", 2, answers, emotions={"doctor": 1}, expectations={"doctor": 4}, **times) == []


def test_feelings_about_a_return_visit_do_not_arise_in_the_first(places) -> None:
    noted = {"emotions": {"history-known": 1}, "expectations": {"progress": 4}}
    assert places("V1", 1, **noted) == ["emotions.history-known", "expectations.progress"]
    assert places("Vn", 2, **noted) == []


@pytest.mark.parametrize(
    ("step", "number", "wrong"), [("Vn", 1, True), ("VF", 1, True), ("V0", 1, False), ("Vn", 2, False)]
)
def test_a_later_step_is_never_the_first_record(places, step: str, number: int, wrong: bool) -> None:
    assert places(step, number) == (["episode.number"] if wrong else [])


def test_an_outpatient_visit_names_its_episode(places) -> None:
    assert places(episode=None) == ["episode"]


def test_a_plan_says_how_many_visits(places) -> None:
    assert places("V1", 1, {"H17": True}) == ["answers.H17-visits"]
    assert places("V1", 1, {"H17": False}) == []


@pytest.mark.parametrize(("until", "wrong"), [("2026-03-11", True), ("2026-03-12", False)])
def test_a_plan_ends_not_before_the_visit(places, until: str, wrong: bool) -> None:
    answers = {"H17": True, "H17-visits": 3, "H17-until": until}
    assert places("V1", 1, answers) == (["answers.H17-until"] if wrong else [])


@pytest.mark.parametrize(("waited", "wrong"), [(41, True), (40, False)])
def test_a_wait_fits_into_the_visit(places, waited: int, wrong: bool) -> None:
    started = datetime(2026, 3, 12, 10, tzinfo=UTC)
    times = {"started": started, "finished": started + timedelta(minutes=40)}
    assert places("V1", 1, {"H06": waited}, **times) == (["answers.H06"] if wrong else [])
    assert places("V1", 1, {"H06": waited}) == []


def test_other_sectors_are_none_of_our_business(visit, checklist: Checklist) -> None:
    shop = checklist.model_copy(update={"sector": "retail"})
    assert list(review(visit(notes={"H05": "010-1234-5678"}, episode=None), shop)) == []
