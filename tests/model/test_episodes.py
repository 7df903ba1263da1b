"""The score of an episode under each version of the scheme, on one constructed treatment."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model import Audit, Visit
from cemaudit.model.episodes import (
    Attendance,
    attendance,
    episode_score,
    episodes,
    falls,
    feelings,
    missing_weight,
    on_site_steps,
    outcome,
    series,
    visit_weights,
    weighs_what_was_met,
)
from cemaudit.scoring import Engine, make_audit, make_plan

TREATMENT = Path(__file__).parents[1] / "data" / "treatment.jsonl"


def audits(engine: Engine, scheme: str) -> list[Audit]:
    visits = [Visit.model_validate(json.loads(line)) for line in TREATMENT.read_text("utf-8").splitlines()]
    plan = make_plan(engine.library.checklist(visits[0].checklist), engine.library.scheme(scheme))
    return [make_audit(plan, visit) for visit in visits]


def test_the_first_scheme_keeps_its_number(engine: Engine) -> None:
    (treatment,) = episodes(audits(engine, "cem.experience@1"))
    assert visit_weights(treatment) == (1, 1, 1, 2)
    assert missing_weight(treatment) == 1
    assert round(float(episode_score(treatment) or 0), 1) == 32.8


def test_a_message_does_not_weigh_as_much_as_a_consultation(engine: Engine) -> None:
    (treatment,) = episodes(audits(engine, "cem.experience@2"))
    weights = visit_weights(treatment)
    assert weights == (Fraction(39, 2), Fraction(5, 2), Fraction(41, 2), 2 * Fraction(45, 2))
    assert missing_weight(treatment) == Fraction(39 + 41 + 45, 6)
    assert round(float(episode_score(treatment) or 0), 1) == 20.1
    assert attendance(treatment) == Attendance(planned=4, recorded=3, missing=1)


def test_points_and_feelings_fall(engine: Engine) -> None:
    (treatment,) = episodes(audits(engine, "cem.experience@2"))
    assert series(treatment)["H09"] == (1, None, Fraction(1, 2), 0)
    assert feelings(treatment)["doctor"] == (2, None, -1, -3)


@pytest.mark.parametrize(
    ("felt", "fallen"),
    [((2, -1), True), ((2, 1), False), ((2, 1, 0), True), ((-1, 2, 0), False), ((1,), False), ((3, 3, 3), False)],
)
def test_a_fall_of_feelings(felt: tuple[int, ...], fallen: bool) -> None:
    assert falls(list(map(Fraction, felt)), Fraction(6)) is fallen


@pytest.mark.parametrize("ref", ["hospital.outpatient@1.0.0", "hospital.outpatient@2.0.0"])
def test_visits_on_site_are_those_face_to_face(engine: Engine, ref: str) -> None:
    assert on_site_steps(engine.library.checklist(ref)) == ("V1", "Vn", "VE")


def test_which_schemes_weigh_what_was_met(engine: Engine) -> None:
    schemes = engine.library.schemes.values()
    assert [scheme.ref for scheme in schemes if weighs_what_was_met(scheme)] == ["cem.experience@2"]


@given(
    st.lists(st.tuples(st.fractions(-100, 100, max_denominator=20), st.integers(1, 40)), min_size=1, max_size=6),
    st.integers(0, 4),
    st.integers(1, 40),
)
def test_a_missing_visit_never_raises_a_weighted_score(
    visits: list[tuple[Fraction, int]], missing: int, weight: int
) -> None:
    values, weights = [value for value, _ in visits], [Fraction(weight) for _, weight in visits]
    fewer, more = (outcome(values, weights, count, Fraction(weight)) for count in (missing, missing + 1))
    assert fewer is not None
    assert more is not None
    assert min(values) <= fewer <= max(values) or missing
    assert more <= fewer
